//! Real MongoDB servers: databases of a shared one, and replica sets of a test's own.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use mongodb::{Client, bson::doc, options::ClientOptions};

/// The replica set that `tests/run` starts for all tests.
pub fn shared() -> String {
    std::env::var("TESSERA_TEST_MONGO")
        .expect("TESSERA_TEST_MONGO must name a replica set; tests/run starts one and sets it")
}

/// A client that gives up soon. It needs the process's TLS provider, as the services do.
pub async fn client(url: &str) -> Client {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut options = ClientOptions::parse(url).await.expect("a MongoDB URL");
    options.server_selection_timeout = Some(Duration::from_secs(30));
    Client::with_options(options).expect("usable options")
}

/// `url` with the database `name` in it.
pub fn with_database(url: &str, name: &str) -> String {
    url.replacen("/?", &format!("/{name}?"), 1)
}

/// A port for a server that starts again on the same one. It lies below those that the system itself gives to servers and
/// connections, so nothing takes it by chance while the server is down; a lock on a file keeps it from being taken twice.
/// tests/tools/ports.py takes its own the same way.
struct Port {
    number: u16,
    _hold: File,
}

impl Port {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 12_000;

    fn take() -> Self {
        // A random place to begin at: most ports are tried once.
        let start = u16::try_from(uuid::Uuid::new_v4().as_u128() % u128::from(Self::COUNT)).expect("small");
        for step in 0..Self::COUNT {
            let number = Self::FIRST + (start + step) % Self::COUNT;
            let path = std::env::temp_dir().join(format!("tessera-test-port-{number}"));
            let hold = File::options().append(true).create(true).open(path).expect("a file can be opened");
            match hold.try_lock() {
                Ok(()) if std::net::TcpStream::connect(("127.0.0.1", number)).is_err() => {
                    return Self { number, _hold: hold };
                }
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => panic!("a port's file cannot be locked: {error}"),
            }
        }
        panic!("no port is free");
    }
}

/// A single-node replica set of a test's own, which it may stop and start.
pub struct Mongod {
    child: Option<Child>,
    directory: PathBuf,
    port: Port,
    arguments: Vec<String>,
}

impl Mongod {
    /// Starts a server and makes it primary.
    pub async fn start(directory: &Path) -> Self {
        let server = Self::launch(directory.join("mongod"), &[]);
        initiate(&[server.port.number], &server.url()).await;
        server
    }

    /// Starts a server with these arguments too, which is part of no replica set, and waits until it listens.
    pub async fn alone(directory: &Path, arguments: &[&str]) -> Self {
        let server = Self::launch(directory.join("mongod"), arguments);
        let address = ("127.0.0.1", server.port.number);
        for _ in 0..1200 {
            if std::net::TcpStream::connect(address).is_ok() {
                return server;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("mongod does not listen");
    }

    /// Starts a server that is part of no replica set yet.
    fn launch(directory: PathBuf, arguments: &[&str]) -> Self {
        std::fs::create_dir_all(&directory).expect("a directory can be made");
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let mut server = Self { child: None, directory, port: Port::take(), arguments };
        server.resume();
        server
    }

    /// Its address, with no database.
    pub fn url(&self) -> String {
        format!("mongodb://127.0.0.1:{}/?replicaSet=rs0", self.port.number)
    }

    /// Starts the server again on the same data.
    pub fn resume(&mut self) {
        let binary = std::env::var("MONGOD").expect("MONGOD must name a mongod binary; tests/run sets it");
        let child = Command::new(binary)
            .arg("--dbpath")
            .arg(&self.directory)
            .args(["--port", &self.port.number.to_string(), "--bind_ip", "127.0.0.1", "--replSet", "rs0"])
            .args(["--wiredTigerCacheSizeGB", "0.25", "--setParameter", "enableTestCommands=1"])
            .args(&self.arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("mongod starts");
        self.child = Some(child);
    }

    /// Stops the server where it is (`STOP`), or lets it continue (`CONT`).
    pub fn signal(&self, signal: &str) {
        let id = self.child.as_ref().expect("a running server").id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// Ends the server at once.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Makes servers one replica set, and waits for a primary.
async fn initiate(ports: &[u16], url: &str) {
    let mut direct = Vec::new();
    for port in ports {
        let server = client(&format!("mongodb://127.0.0.1:{port}/?directConnection=true")).await;
        server.database("admin").run_command(doc! { "ping": 1 }).await.expect("a server");
        direct.push(server);
    }
    let members = ports.iter().zip(0..);
    let members = members.map(|(port, id)| doc! { "_id": id, "host": format!("127.0.0.1:{port}") });
    let set = doc! {
        "_id": "rs0",
        "members": members.collect::<Vec<_>>(),
        "settings": { "electionTimeoutMillis": 1000 },
    };
    direct[0].database("admin").run_command(doc! { "replSetInitiate": set }).await.expect("a replica set");
    let primary = client(url).await;
    primary.database("admin").run_command(doc! { "ping": 1 }).await.expect("a primary");
}

/// A replica set of three servers of a test's own, of which it may lose one at a time.
pub struct ReplicaSet(Vec<Mongod>);

impl ReplicaSet {
    /// Starts the servers and waits for a primary.
    pub async fn start(directory: &Path) -> Self {
        let launch = |n: usize| Mongod::launch(directory.join(format!("mongod-{n}")), &[]);
        let set = Self((0..3).map(launch).collect());
        let ports: Vec<u16> = set.0.iter().map(|server| server.port.number).collect();
        initiate(&ports, &set.url()).await;
        set
    }

    /// Its address, with no database.
    pub fn url(&self) -> String {
        let hosts: Vec<String> =
            self.0.iter().map(|server| format!("127.0.0.1:{}", server.port.number)).collect();
        format!("mongodb://{}/?replicaSet=rs0", hosts.join(","))
    }

    /// Ends the primary at once, and returns which one it was.
    pub async fn kill_primary(&mut self) -> usize {
        let hello = client(&self.url()).await.database("admin").run_command(doc! { "hello": 1 }).await;
        let primary = hello.expect("a primary").get_str("primary").expect("its address").to_owned();
        let is_primary = |server: &Mongod| primary.ends_with(&format!(":{}", server.port.number));
        let at = self.0.iter().position(is_primary).expect("one of ours");
        self.0[at].kill();
        at
    }

    /// Starts a server again on the same data.
    pub fn resume(&mut self, server: usize) {
        self.0[server].resume();
    }
}

impl Drop for Mongod {
    fn drop(&mut self) {
        self.kill();
    }
}
