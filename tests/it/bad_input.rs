//! Bad input at the start. A key ring that cannot be used is waited for, since Kubernetes may mount it later; a wrong setting ends
//! the process. Either way one line of the log says why, and `check` says the same.

use std::{path::Path, time::Duration};

use serde_json::Value;

use crate::support::{Process, process::run, stack::Environment};

const SERVICES: [(&str, &str); 2] = [("auth-service", "AUTH"), ("resource-service", "RESOURCE")];

const GOOD: &str = r#"{"keys": [{"kty": "oct", "alg": "HS256", "kid": "a", "key_ops": ["sign", "verify"],
    "k": "3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs"}]}"#;

fn environment(prefix: &str, directory: &Path) -> Environment {
    let file = |name: &str| directory.join(name).display().to_string();
    let values = [
        ("HTTP__LISTEN", "127.0.0.1:0".to_owned()),
        ("HTTP__MANAGEMENT_LISTEN", "127.0.0.1:0".to_owned()),
        ("STORE__URL", format!("sqlite:{}", file("store.db"))),
        ("KEYS__FILE", file("keys.json")),
    ];
    values.map(|(name, value)| (format!("{prefix}__{name}"), value)).into()
}

/// The lines of a log that complain.
fn complaints(entries: &[Value]) -> Vec<&Value> {
    let complains = |entry: &&Value| entry["level"] == "WARN" || entry["level"] == "ERROR";
    entries.iter().filter(complains).collect()
}

/// What `check` says is wrong, without the name of the program.
fn checked(service: &str, environment: &Environment) -> String {
    let output = run(service, &["check"], environment);
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(!output.status.success(), "{service} check finds nothing wrong");
    assert_eq!(said.lines().count(), 1, "{service} check: {said}");
    said.trim_end().strip_prefix(&format!("{service}: ")).expect("the name of the program").to_owned()
}

/// Puts something in the place of the key ring, and says what `check` must say of it.
type Fault = (&'static str, fn(&Path), &'static str);

const FAULTS: [Fault; 7] = [
    ("missing", |_| {}, "no such file"),
    ("a directory", |path| std::fs::create_dir(path).expect("a directory can be made"), "directory"),
    ("empty", |path| write(path, "\n"), "the file is empty"),
    ("no JSON", |path| write(path, "{"), "not a JWK Set"),
    ("without keys", |path| write(path, r#"{"keys": []}"#), "the key ring is empty"),
    ("of another algorithm", |path| write(path, &GOOD.replace("HS256", "HS512")), "HS512"),
    ("short", |path| write(path, &GOOD.replace("FBUWFxgZGhs", "")), "32"),
];

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file can be written");
}

/// How long a service that waits is watched: it tries again every second.
const WATCHED: Duration = Duration::from_millis(2500);

async fn a_bad_key_ring_is_waited_for(service: &str, prefix: &str, (what, put, word): Fault) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let ring = directory.path().join("keys.json");
    put(&ring);
    let settings = environment(prefix, directory.path());
    let said = checked(service, &settings);
    assert!(said.contains(word) && said.contains("keys.json"), "{service}, {what}: {said}");
    let process = Process::listening(service, directory.path(), &settings).await;
    tokio::time::sleep(WATCHED).await;
    let (status, text) = process.readiness().await;
    let readiness: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        (status, &readiness["checks"]["start"]),
        (503, &Value::from(said.clone())),
        "{service}, {what}"
    );
    assert_eq!(process.ask("/livez").await.0, 200, "{service}, {what}");
    assert!(process.metric("tessera_ready ").await < 0.5, "{service}, {what}");
    let entries = process.entries();
    let complaints = complaints(&entries);
    assert_eq!(complaints.len(), 1, "{service}, {what}: {complaints:?}");
    let (setting, cause) = (&complaints[0]["setting"], &complaints[0]["cause"]);
    assert_eq!((setting, cause), (&"keys.file".into(), &Value::from(said)), "{service}, {what}");
    if ring.is_dir() {
        std::fs::remove_dir(&ring).expect("the directory can be removed");
    }
    write(&ring, GOOD);
    process.until_readiness(200).await;
    assert!(process.metric("tessera_ready ").await > 0.5, "{service}, {what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_ring_that_cannot_be_used_is_waited_for_and_named_once() {
    for (service, prefix) in SERVICES {
        let each = FAULTS.map(|fault| a_bad_key_ring_is_waited_for(service, prefix, fault));
        futures_util::future::join_all(each).await;
    }
    let no_signer = |path: &Path| write(path, &GOOD.replace("\"sign\", ", ""));
    a_bad_key_ring_is_waited_for("auth-service", "AUTH", ("no signer", no_signer, "\"sign\"")).await;
}

#[tokio::test]
async fn a_service_that_waits_for_its_keys_answers_503_and_stops_when_it_is_asked_to() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut process =
        Process::listening("auth-service", directory.path(), &environment("AUTH", directory.path())).await;
    let login = crate::support::http().post(format!("{}/auth/login", process.base));
    assert_eq!(login.send().await.expect("an answer").status().as_u16(), 503);
    process.terminate();
    assert!(process.end().await.success());
}

#[test]
fn a_wrong_setting_ends_the_process_with_one_line_of_the_log() {
    for (service, prefix) in SERVICES {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let good = environment(prefix, directory.path());
        write(&directory.path().join("keys.json"), GOOD);
        let empty = directory.path().join("empty");
        write(&empty, "\n");
        let empty = empty.display().to_string();
        let cases: [(&str, &str, bool, &[&str]); 6] = [
            ("STORE__URL_FILE", "/nowhere/url", false, &["store.url_file", "/nowhere/url"]),
            ("STORE__URL_FILE", &empty, false, &["store.url_file", "is empty"]),
            ("STORE__URL_FILE", "/", false, &["store.url_file", "directory"]),
            ("STORE__URL_FILE", &empty, true, &["store.url", "given twice"]),
            ("HTTP__LISTEN", "127.0.0.1:99999", true, &["http.listen"]),
            ("STORE__URL", "mongodb://a:1,,b/?x=y", true, &["store.url"]),
        ];
        for (name, value, with_url, words) in cases {
            let mut settings = good.clone();
            let variable = format!("{prefix}__{name}");
            settings.retain(|(known, _)| *known != variable && (with_url || !known.ends_with("STORE__URL")));
            settings.push((variable, value.to_owned()));
            let said = checked(service, &settings);
            let output = run(service, &[], &settings);
            assert!(!output.status.success(), "{service} with {name}={value}: {output:?}");
            let log = String::from_utf8(output.stderr).expect("text");
            let entries: Vec<Value> =
                log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
            assert_eq!(entries.len(), 1, "{service} with {name}={value}: {log}");
            assert_eq!(entries[0]["level"], "ERROR", "{log}");
            assert_eq!(entries[0]["cause"], said.as_str(), "{service} with {name}={value}");
            assert!(words.iter().all(|word| said.contains(word)), "{words:?} are not in {said}");
        }
    }
}
