//! One running binary: started on free ports, read from its log, ended by its id.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::LazyLock,
    time::{Duration, Instant},
};

use serde_json::Value;

/// How long a service may take to do what a test waits for.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The built binary `name`, beside which this test was built.
pub fn binary(name: &str) -> PathBuf {
    let here = std::env::current_exe().expect("a test has a path");
    let path = here.ancestors().nth(2).expect("tests lie in TARGET/deps").join(name);
    assert!(
        path.exists(),
        "{} is missing: run `cargo build --workspace` first, or tests/run",
        path.display()
    );
    path
}

/// A command with nothing of the caller's environment that a service would read.
pub fn command(name: &str, environment: &[(String, String)]) -> Command {
    command_of(&binary(name), environment)
}

/// The same of another program, which runs a service.
pub fn command_of(program: &Path, environment: &[(String, String)]) -> Command {
    let mut command = Command::new(program);
    for (variable, _) in std::env::vars_os() {
        let variable = variable.to_string_lossy().into_owned();
        if variable.starts_with("AUTH__")
            || variable.starts_with("RESOURCE__")
            || variable.starts_with("RUST_")
        {
            command.env_remove(variable);
        }
    }
    command.envs(environment.iter().map(|(name, value)| (name, value))).stdin(Stdio::null());
    command
}

/// Runs a binary to its end, and fails the test when it does not end.
pub fn run(name: &str, arguments: &[&str], environment: &[(String, String)]) -> Output {
    run_with(name, arguments, environment, None)
}

/// The same, with this text on standard input.
pub fn run_with(
    name: &str,
    arguments: &[&str],
    environment: &[(String, String)],
    input: Option<String>,
) -> Output {
    let mut child = command(name, environment)
        .args(arguments)
        .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // Written by a thread of its own: the program may not read all of it.
    let writing = input
        .zip(child.stdin.take())
        .map(|(text, mut stdin)| std::thread::spawn(move || drop(stdin.write_all(text.as_bytes()))));
    let started = Instant::now();
    while child.try_wait().expect("the child can be waited for").is_none() {
        if started.elapsed() > PATIENCE {
            child.kill().expect("the child can be killed");
            panic!("{name} {arguments:?} did not end");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    if let Some(writing) = writing {
        writing.join().expect("the input is written");
    }
    child.wait_with_output().expect("the child's output can be read")
}

/// Asks how services are, on a connection of its own each time.
static PROBE: LazyLock<reqwest::Client> =
    LazyLock::new(|| plain().pool_max_idle_per_host(0).build().expect("a client"));

/// A client of the services, shared by all callers of a test: it follows no redirect.
static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| plain().build().expect("a client"));

/// The services of a test speak plain HTTP. A client that reads the system's certificates costs more than most requests.
fn plain() -> reqwest::ClientBuilder {
    reqwest::Client::builder().tls_certs_only([]).no_proxy().redirect(reqwest::redirect::Policy::none())
}

/// The client of the services that a test's callers share.
pub fn http() -> reqwest::Client {
    CLIENT.clone()
}

/// A service that runs until it is dropped.
pub struct Process {
    child: Child,
    log: PathBuf,
    /// `http://ADDRESS` of the public listener.
    pub base: String,
    /// `http://ADDRESS` of the management listener.
    pub management: String,
}

impl Process {
    /// Starts a service on free ports and waits until it listens, ready or not.
    pub async fn listening(name: &str, directory: &Path, environment: &[(String, String)]) -> Self {
        Self::launched(command(name, environment), name, directory).await
    }

    /// Runs a command that becomes a service, and waits until it listens.
    pub async fn launched(mut command: Command, name: &str, directory: &Path) -> Self {
        let log = directory.join(format!("{name}-{}.log", uuid::Uuid::new_v4().simple()));
        let file = std::fs::File::create(&log).expect("a log file can be made");
        let mut child = command
            .current_dir(directory)
            .stdout(file.try_clone().expect("a file handle can be cloned"))
            .stderr(file)
            .spawn()
            .expect("the binary starts");
        let started = Instant::now();
        loop {
            let listening = entries(&log).find(|entry| entry["management"].is_string());
            if let Some(entry) = listening {
                let address = |field: &str| format!("http://{}", entry[field].as_str().expect("an address"));
                let (base, management) = (address("listen"), address("management"));
                return Self { child, log, base, management };
            }
            let ended = child.try_wait().expect("the child can be waited for");
            let text = || std::fs::read_to_string(&log).unwrap_or_default();
            assert!(ended.is_none(), "{name} ended at start: {}", text());
            assert!(started.elapsed() < PATIENCE, "{name} does not listen: {}", text());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Starts a service and waits until it is ready for requests.
    pub async fn ready(name: &str, directory: &Path, environment: &[(String, String)]) -> Self {
        let process = Self::listening(name, directory, environment).await;
        process.until_readiness(200).await;
        process
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until `/readyz` answers `status`.
    pub async fn until_readiness(&self, status: u16) {
        let started = Instant::now();
        loop {
            let answer = self.readiness().await;
            if answer.0 == status {
                return;
            }
            assert!(started.elapsed() < PATIENCE * 2, "readiness stays {answer:?}: {}", self.log());
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Status and body of `/readyz`; 0 when nobody answers.
    pub async fn readiness(&self) -> (u16, String) {
        self.ask("/readyz").await
    }

    /// Status and body of a management path; 0 when nobody answers.
    pub async fn ask(&self, path: &str) -> (u16, String) {
        match PROBE.get(format!("{}{path}", self.management)).send().await {
            Ok(answer) => (answer.status().as_u16(), answer.text().await.unwrap_or_default()),
            Err(error) => (0, error.to_string()),
        }
    }

    /// The value of the first series whose line begins like this; 0 where there is none.
    pub async fn metric(&self, series: &str) -> f64 {
        let (_, text) = self.ask("/metrics").await;
        let value = text.lines().find_map(|line| line.strip_prefix(series));
        value.and_then(|value| value.trim().parse().ok()).unwrap_or_default()
    }

    /// Everything the service has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The log's entries.
    pub fn entries(&self) -> Vec<Value> {
        entries(&self.log).collect()
    }

    /// Waits until the log has `text`: its lines are written beside the requests that they are about.
    pub async fn until_logged(&self, text: &str) {
        let started = Instant::now();
        while !self.log().contains(text) {
            assert!(started.elapsed() < PATIENCE, "{text:?} is not logged: {}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The most memory that the process has held so far, in bytes.
    pub fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).expect("a status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Stops the process where it is (`STOP`), or lets it continue (`CONT`).
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args(["-s", signal, &self.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Ends the process at once, as a crash does.
    pub fn kill(&mut self) {
        self.child.kill().expect("the child can be killed");
        self.child.wait().expect("the child can be waited for");
    }

    /// Waits for the process to end by itself.
    pub async fn end(&mut self) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("the child can be waited for") {
                return status;
            }
            assert!(started.elapsed() < PATIENCE, "the process does not end: {}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn entries(log: &Path) -> impl Iterator<Item = Value> + use<> {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let entries: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    entries.into_iter()
}
