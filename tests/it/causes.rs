//! Why a store cannot be used, as an operator reads it: from `check`, in `/readyz`, in the log and as a metric.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use mongodb::bson::doc;
use serde_json::json;

use crate::support::{
    Process, Stack,
    process::{self, PATIENCE, run},
    stack::Environment,
    store::{Mongod, client},
};

const SERVICES: [(&str, &str); 2] = [("auth-service", "AUTH"), ("resource-service", "RESOURCE")];

fn environment(prefix: &str, directory: &Path, url: &str) -> Environment {
    let keys = directory.join("keys.json");
    let key = json!({"kty": "oct", "alg": "HS256", "kid": "a", "key_ops": ["sign", "verify"],
        "k": "3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs"});
    std::fs::write(&keys, json!({"keys": [key]}).to_string()).expect("keys can be written");
    let values = [
        ("HTTP__LISTEN", "127.0.0.1:0".to_owned()),
        ("HTTP__MANAGEMENT_LISTEN", "127.0.0.1:0".to_owned()),
        ("STORE__URL", url.to_owned()),
        ("KEYS__FILE", keys.display().to_string()),
    ];
    values.map(|(name, value)| (format!("{prefix}__{name}"), value)).into()
}

/// Waits until `/readyz` says 503 and all of `words`.
async fn until_readyz_says(process: &Process, words: &[&str]) {
    let started = Instant::now();
    loop {
        let (status, text) = process.readiness().await;
        let text = text.replace("\\\"", "\"");
        if status == 503 && words.iter().all(|word| text.contains(word)) {
            return;
        }
        assert!(started.elapsed() < PATIENCE, "{words:?} are not in {status} {text}: {}", process.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The log and the metric name the kind of cause, and the log says `words` too.
async fn is_logged_and_counted(process: &Process, kind: &str, words: &[&str]) {
    process.until_logged(&format!("\"store.cause\":\"{kind}\"")).await;
    let entries = process.entries();
    let matches = |entry: &serde_json::Value| {
        entry["store.cause"] == kind
            && words.iter().all(|word| entry["detail"].as_str().is_some_and(|detail| detail.contains(word)))
    };
    assert!(entries.iter().any(matches), "{words:?} are not in {}", process.log());
    let metrics = process.ask("/metrics").await.1;
    let counted = format!("tessera_store_failures_total{{cause=\"{kind}\"}}");
    assert!(metrics.contains(&counted), "{counted} is not in {metrics}");
}

/// How long a service that waits is watched: it tries again every second.
const WATCHED: Duration = Duration::from_secs(3);

/// With a store at `url` both services stay alive, wait, and say `words` wherever an operator looks.
async fn is_named(url: &str, kind: &str, words: &[&str]) {
    let each = SERVICES.map(|(service, prefix)| async move {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let settings = environment(prefix, directory.path(), url);
        let output = run(service, &["check"], &settings);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{service} check: {output:?}");
        for word in words {
            assert!(said.contains(word), "{service} check: {word:?} is not in {said}");
        }
        let process = Process::listening(service, directory.path(), &settings).await;
        until_readyz_says(&process, words).await;
        is_logged_and_counted(&process, kind, words).await;
        tokio::time::sleep(WATCHED).await;
        assert_eq!(process.ask("/livez").await.0, 200, "{service} waits");
        let entries = process.entries();
        let complaints: Vec<_> = entries.iter().filter(|entry| is_complaint(entry)).collect();
        assert_eq!(complaints.len(), 1, "{service}: one line says why: {complaints:?}");
        assert_eq!(complaints[0]["setting"], "store.url", "{service}: {complaints:?}");
    });
    futures_util::future::join_all(each).await;
}

fn is_complaint(entry: &serde_json::Value) -> bool {
    entry["level"] == "WARN" || entry["level"] == "ERROR"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_port_wrong_credentials_and_tls_where_there_is_none_are_named() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mongod = Mongod::start(directory.path()).await;
    let url = mongod.url();
    let port = "mongodb://127.0.0.1:1/?replicaSet=rs0";
    is_named(port, "unreachable", &["MongoDB at 127.0.0.1:1 cannot be reached"]).await;
    let credentials = url.replace("mongodb://", "mongodb://nobody:s3cret@");
    is_named(&credentials, "credentials", &["MongoDB refuses the credentials of store.url"]).await;
    is_named(&format!("{url}&tls=true"), "tls", &["no secure connection to MongoDB at 127.0.0.1"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_set_of_another_name_is_named() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mongod = Mongod::start(directory.path()).await;
    let url = mongod.url().replace("replicaSet=rs0", "replicaSet=other");
    is_named(&url, "set_name", &["is the replica set \"rs0\"", "store.url names \"other\""]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_cannot_be_resolved_is_waited_for_and_named() {
    let host = "mongodb://no-such-host.invalid/?replicaSet=rs0";
    is_named(host, "dns", &["no-such-host.invalid", "cannot be resolved"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_of_servers_that_cannot_be_resolved_is_waited_for_and_named() {
    for (service, prefix) in SERVICES {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut settings = environment(prefix, directory.path(), "mongodb+srv://no-such.invalid/");
        let output = run(service, &["check"], &settings);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains("store.url cannot be resolved"), "{output:?}");
        // It is not known yet what it would serve, so it listens for those alone who ask how it is.
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr());
        let management = port.expect("a free port").to_string();
        settings.retain(|(name, _)| !name.ends_with("MANAGEMENT_LISTEN"));
        settings.push((format!("{prefix}__HTTP__MANAGEMENT_LISTEN"), management.clone()));
        let mut child = process::command(service, &settings)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the binary starts");
        let ask = async |path: &str| {
            let answer =
                crate::support::http().get(format!("http://{management}{path}")).send().await.ok()?;
            Some((answer.status().as_u16(), answer.text().await.unwrap_or_default()))
        };
        let started = Instant::now();
        let said = loop {
            if let Some(said) = ask("/readyz").await {
                break said;
            }
            assert!(started.elapsed() < PATIENCE, "{service} says nothing");
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let alive = ask("/livez").await.map(|(status, _)| status);
        let running = child.try_wait().expect("the child can be waited for").is_none();
        child.kill().and_then(|()| child.wait()).expect("the child can be ended");
        assert!(said.0 == 503 && said.1.contains("store.url cannot be resolved"), "{service}: {said:?}");
        assert_eq!((alive, running), (Some(200), true), "{service} waits");
    }
}

/// A certificate for 127.0.0.1 that nobody knows, with its key.
fn certificate(directory: &Path) -> (String, String) {
    let path = |name: &str| directory.join(name).display().to_string();
    let (certificate, key) = (path("certificate.pem"), path("key.pem"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"])
        .args(["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", &key, "-out", &certificate])
        .output()
        .expect("openssl runs");
    assert!(made.status.success(), "{made:?}");
    let both = path("both.pem");
    let text = |name: &str| std::fs::read_to_string(name).expect("openssl has written it");
    std::fs::write(&both, text(&key) + &text(&certificate)).expect("a file can be written");
    (certificate, both)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mongodb_that_demands_tls_and_one_that_nobody_vouches_for_are_named() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let (certificate, both) = certificate(directory.path());
    let tls = ["--tlsMode", "requireTLS", "--tlsCertificateKeyFile", &both, "--tlsCAFile", &certificate];
    let tls = [&tls[..], &["--tlsAllowConnectionsWithoutCertificates"]].concat();
    let mongod = Mongod::alone(directory.path(), &tls).await;
    let url = mongod.url();
    is_named(&url, "unreachable", &["closes the connection", "if it demands TLS", "tls=true"]).await;
    let untrusted = format!("{url}&tls=true");
    is_named(&untrusted, "tls", &["no secure connection to MongoDB at 127.0.0.1", "certificate"]).await;
    // With its certificate it is trusted; it is no member of a replica set yet.
    let trusted = format!("{untrusted}&tlsCAFile={certificate}");
    is_named(&trusted, "no_replica_set", &["is not a member of a replica set", "rs.initiate()"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_of_mongodb_is_named_until_there_is_room_again() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mongod = Mongod::start(directory.path()).await;
    let stack = Stack::replicated_on(&mongod.url(), &[]).await;
    let scientist = stack.scientist().await;
    for _ in &stack.resource {
        assert_eq!(scientist.get("/api/calculations").await.status, 200);
    }
    let server = client(&mongod.url()).await.database("admin");
    let full = doc! {
        "failCommands": ["insert", "update", "findAndModify"], "errorCode": 14031, "appName": "tessera",
    };
    let fail = doc! { "configureFailPoint": "failCommand", "mode": "alwaysOn", "data": full };
    server.run_command(fail).await.expect("test commands are enabled");
    let body = json!({"name": "n", "code": {"name": "vasp"}, "status": "planned"});
    for _ in &stack.resource {
        let refused = scientist.post("/api/calculations", &body).await;
        assert_eq!((refused.status, refused.code().as_str()), (503, "unavailable"), "{refused:?}");
        assert!(!refused.text.contains("disk"), "{refused:?}");
    }
    for _ in &stack.auth {
        assert_eq!(stack.anonymous().log_in("ada@example.org", "some long password").await.status, 503);
    }
    let words = ["the disk of MongoDB is full"];
    for process in stack.auth.iter().chain(&stack.resource) {
        until_readyz_says(process, &words).await;
        is_logged_and_counted(process, "disk_full", &words).await;
    }
    assert_eq!(scientist.get("/api/calculations").await.status, 200, "reads continue");
    server.run_command(doc! { "configureFailPoint": "failCommand", "mode": "off" }).await.expect("off");
    for process in stack.auth.iter().chain(&stack.resource) {
        process.until_readiness(200).await;
    }
    assert_eq!(scientist.post("/api/calculations", &body).await.status, 201);
}

/// A service whose data lie on a disk of its own, of a mebibyte or two: in a namespace of mounts that ends with it.
async fn on_a_small_disk(service: &str, directory: &Path, settings: &Environment) -> Process {
    let disk = directory.join("disk");
    std::fs::create_dir_all(&disk).expect("a directory can be made");
    let mut command = process::command_of(Path::new("unshare"), settings);
    let mounted = "mount -t tmpfs -o size=2m tmpfs \"$0\" && exec \"$1\"";
    command.args(["--map-root-user", "--mount", "sh", "-c", mounted]).arg(disk);
    command.arg(process::binary(service));
    Process::launched(command, service, directory).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_of_an_embedded_store_is_named_and_reads_go_on() {
    let mut stack = Stack::embedded().await;
    let mut settings = stack.resource_environment.clone();
    let file = stack.directory.path().join("disk/resource.db");
    settings.retain(|(name, _)| name != "RESOURCE__STORE__URL");
    settings.push(("RESOURCE__STORE__URL".into(), format!("sqlite:{}", file.display())));
    stack.resource[0].kill();
    stack.resource[0] = on_a_small_disk("resource-service", stack.directory.path(), &settings).await;
    stack.resource[0].until_readiness(200).await;
    let scientist = stack.scientist().await;
    // Ever smaller ones, until nothing fits any more.
    let mut stored = 0;
    for bytes in [100_000, 10_000, 1_000, 1] {
        let body = json!({"name": "n", "code": {"name": "vasp"}, "status": "planned",
            "parameters": {"text": "x".repeat(bytes)}});
        let refused = loop {
            let reply = scientist.post("/api/calculations", &body).await;
            if reply.status != 201 {
                break reply;
            }
            stored += 1;
            assert!(stored < 5_000, "the disk never fills");
        };
        assert_eq!((refused.status, refused.code().as_str()), (503, "unavailable"), "{refused:?}");
        assert!(!refused.text.contains("disk"), "{refused:?}");
    }
    let words = ["the disk of the SQLite file is full"];
    until_readyz_says(&stack.resource[0], &words).await;
    is_logged_and_counted(&stack.resource[0], "disk_full", &words).await;
    let page = scientist.get("/api/calculations?count=exact&limit=1").await.json();
    assert_eq!(page["total"], stored, "reads continue, and what was acknowledged is there");
}
