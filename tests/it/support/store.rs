//! Real MongoDB servers: databases of a shared one, and replica sets of a test's own.

use std::{
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

/// A single-node replica set of a test's own, which it may stop and start.
pub struct Mongod {
    child: Option<Child>,
    directory: PathBuf,
    port: u16,
}

impl Mongod {
    /// Starts a server and makes it primary.
    pub async fn start(directory: &Path) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("a bound address").port();
        drop(listener);
        let directory = directory.join("mongod");
        std::fs::create_dir_all(&directory).expect("a directory can be made");
        let mut server = Self { child: None, directory, port };
        server.resume();
        let direct = client(&format!("mongodb://127.0.0.1:{port}/?directConnection=true")).await;
        let members = doc! {
            "_id": "rs0",
            "members": [{ "_id": 0, "host": format!("127.0.0.1:{port}") }],
            "settings": { "electionTimeoutMillis": 1000 },
        };
        direct
            .database("admin")
            .run_command(doc! { "replSetInitiate": members })
            .await
            .expect("a replica set");
        let primary = client(&server.url()).await;
        primary.database("admin").run_command(doc! { "ping": 1 }).await.expect("a primary");
        server
    }

    /// Its address, with no database.
    pub fn url(&self) -> String {
        format!("mongodb://127.0.0.1:{}/?replicaSet=rs0", self.port)
    }

    /// Starts the server again on the same data.
    pub fn resume(&mut self) {
        let binary = std::env::var("MONGOD").expect("MONGOD must name a mongod binary; tests/run sets it");
        let child = Command::new(binary)
            .arg("--dbpath")
            .arg(&self.directory)
            .args(["--port", &self.port.to_string(), "--bind_ip", "127.0.0.1", "--replSet", "rs0"])
            .args(["--wiredTigerCacheSizeGB", "0.25"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("mongod starts");
        self.child = Some(child);
    }

    /// Stops the server where it is (`STOP`), or lets it go on (`CONT`).
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

impl Drop for Mongod {
    fn drop(&mut self) {
        self.kill();
    }
}
