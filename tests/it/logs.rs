//! Logs and metrics under strangers: no text of a client's making fills memory, and no reader of logs holds up a request
//! or the end of a process.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, ChildStderr, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::support::{Stack, process::command, stack::Environment};

/// The most time that a process may take to stop.
const END: Duration = Duration::from_secs(10);
/// How long a method is; a head of 128 KiB is read.
const LONG: usize = 60_000;

/// One request on a connection of its own; returns the status line's code.
fn ask(address: &str, head: &str) -> u16 {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a time-out");
    stream.write_all(head.as_bytes()).expect("a request");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer within 5 s");
    std::str::from_utf8(&answer[9..]).expect("text").parse().expect("a status")
}

fn with_methods_of_its_own(address: &str, path: &str) {
    for n in 0..800 {
        let head = format!("{}{n} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "M".repeat(LONG));
        assert_eq!(ask(address, &head), 405);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn methods_of_a_clients_own_fill_neither_memory_nor_metrics_nor_log() {
    let stack = Stack::embedded().await;
    for (process, path) in [(&stack.auth[0], "/auth/login"), (&stack.resource[0], "/api/calculations")] {
        let (before, metrics_before) = (process.peak(), process.ask("/metrics").await.1.len());
        let address = process.base.trim_start_matches("http://").to_owned();
        tokio::task::spawn_blocking(move || with_methods_of_its_own(&address, path)).await.expect("answers");
        let grown = process.peak().saturating_sub(before);
        assert!(grown < 32 << 20, "{path}: grown by {grown} bytes");
        let (_, metrics) = process.ask("/metrics").await;
        let more = metrics.len().saturating_sub(metrics_before);
        assert!(more < 50_000, "{path}: /metrics has {more} bytes more");
        assert!(metrics.contains("method=\"other\"") && !metrics.contains("MMMM"), "{metrics}");
        process.until_logged("\"http.method\":\"other\"").await;
        let log = process.log();
        assert!(!log.contains("MMMM") && log.len() < 800 * 1024, "{path}: the log has {} bytes", log.len());
    }
}

/// A service whose log goes into a pipe. It is read until the service listens, and no further.
struct Unread {
    child: Child,
    pipe: BufReader<ChildStderr>,
    base: String,
    management: String,
}

impl Unread {
    fn start(name: &str, environment: &Environment, arguments: &[&str]) -> Self {
        let mut command = command(name, environment);
        let mut child =
            command.args(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("a start");
        let pipe = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut service = Self { child, pipe, base: String::new(), management: String::new() };
        loop {
            let mut line = String::new();
            assert_ne!(service.pipe.read_line(&mut line).expect("a line"), 0, "{name} ended");
            let Ok(entry) = serde_json::from_str::<Value>(&line) else { continue };
            if entry["message"] == "listening" {
                let address = |field: &str| entry[field].as_str().expect("an address").to_owned();
                (service.base, service.management) = (address("listen"), address("management"));
                return service;
            }
        }
    }

    fn metric(&self, name: &str) -> f64 {
        let mut stream = TcpStream::connect(&self.management).expect("a connection");
        stream
            .write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .expect("a request");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("an answer");
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|value| value.trim().parse().ok()).unwrap_or_else(|| panic!("{name}: {text}"))
    }

    /// Ends the service by SIGTERM; returns how, and how long it took.
    fn terminate(mut self) -> (ExitStatus, Duration) {
        let asked = Instant::now();
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs").success());
        loop {
            if let Some(status) = self.child.try_wait().expect("the child can be waited for") {
                return (status, asked.elapsed());
            }
            assert!(asked.elapsed() < END * 2, "the process does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn environment(prefix: &str, directory: &Path, more: &[(&str, &str)]) -> Environment {
    let secret = "3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs";
    let ring = format!(
        r#"{{"keys": [{{"kty": "oct", "alg": "HS256", "kid": "a", "key_ops": ["sign", "verify"], "k": "{secret}"}}]}}"#
    );
    let keys = directory.join("keys.json");
    std::fs::write(&keys, ring).expect("keys can be written");
    let own = [
        ("HTTP__LISTEN", "127.0.0.1:0".to_owned()),
        ("HTTP__MANAGEMENT_LISTEN", "127.0.0.1:0".to_owned()),
        ("STORE__URL", format!("sqlite:{}/{prefix}.db", directory.display())),
        ("KEYS__FILE", keys.display().to_string()),
    ];
    let more = more.iter().map(|(name, value)| (*name, (*value).to_owned()));
    own.into_iter().chain(more).map(|(name, value)| (format!("{prefix}__{name}"), value)).collect()
}

const SERVICES: [(&str, &str, &str); 2] =
    [("auth-service", "AUTH", "/auth/users/me"), ("resource-service", "RESOURCE", "/api/calculations")];

#[test]
fn a_log_that_nobody_reads_stops_neither_requests_nor_the_end() {
    for (name, prefix, path) in SERVICES {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let service = Unread::start(name, &environment(prefix, directory.path(), &[]), &[]);
        let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let begun = Instant::now();
        // A pipe holds 64 KiB, which is a few hundred lines; the queue holds 4,096 more.
        for _ in 0..6_000 {
            assert_eq!(ask(&service.base, &head), 401, "{name}");
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{name}: {:?}", begun.elapsed());
        assert!(
            service.metric("tessera_log_lines_dropped_total ") >= 1000.0,
            "{name}: dropped lines are counted"
        );
        let (status, took) = service.terminate();
        assert!(status.success() && took < END, "{name}: {status} after {took:?}");
    }
}

/// Takes connections, reads what comes, and never answers.
fn hanging_collector() -> String {
    let collector = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = collector.local_addr().expect("a bound address");
    std::thread::spawn(move || {
        let mut held = Vec::new();
        held.extend(collector.incoming());
    });
    format!("http://{address}")
}

#[test]
fn a_collector_of_traces_that_hangs_does_not_hold_up_the_end() {
    let collector = hanging_collector();
    for (name, prefix, path) in SERVICES {
        let directory = tempfile::tempdir().expect("a temporary directory");
        // The longest pause that can be set leaves the least time.
        let more = [("TELEMETRY__OTLP_ENDPOINT", collector.as_str()), ("HTTP__DRAIN_PAUSE", "4")];
        let service = Unread::start(name, &environment(prefix, directory.path(), &more), &[]);
        let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        for _ in 0..100 {
            assert_eq!(ask(&service.base, &head), 401);
        }
        let (status, took) = service.terminate();
        assert!(status.success() && took < END, "{name}: {status} after {took:?}");
    }
}

#[test]
fn tessera_ends_in_time_whatever_hangs() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let environment = [
        ("AUTH__TELEMETRY__OTLP_ENDPOINT".to_owned(), hanging_collector()),
        ("AUTH__TELEMETRY__FORMAT".to_owned(), "json".to_owned()),
        ("RUST_LOG".to_owned(), "info".to_owned()),
    ];
    let data = directory.path().join("data").display().to_string();
    let arguments = [
        "--listen",
        "127.0.0.1:0",
        "--management-listen",
        "127.0.0.1:0",
        "--no-sample",
        "--no-console",
        "--data-dir",
        &data,
    ];
    let service = Unread::start("tessera", &environment.to_vec(), &arguments);
    let head = "GET /auth/users/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    for _ in 0..6_000 {
        assert_eq!(ask(&service.base, head), 401);
    }
    let (status, took) = service.terminate();
    assert!(status.success() && took < END, "{status} after {took:?}");
}
