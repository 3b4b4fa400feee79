//! Starting: what is refused with one clear line, and what `check` says.

use std::{ffi::OsStr, net::TcpListener, os::unix::ffi::OsStrExt as _};

use serde_json::Value;

use crate::support::{Process, Stack, process::run, stack::Environment};

const SERVICES: [(&str, &str); 2] = [("auth-service", "AUTH"), ("resource-service", "RESOURCE")];

fn keys(directory: &std::path::Path, text: &str) -> String {
    let path = directory.join("keys.json");
    std::fs::write(&path, text).expect("keys can be written");
    path.display().to_string()
}

const GOOD: &str = r#"{"keys": [{"kty": "oct", "alg": "HS256", "kid": "a", "key_ops": ["sign", "verify"],
    "k": "3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs"}]}"#;

fn environment(prefix: &str, directory: &std::path::Path) -> Environment {
    let store = format!("sqlite:{}/{}.db", directory.display(), prefix.to_lowercase());
    let values = [
        ("HTTP__LISTEN", "127.0.0.1:0".to_owned()),
        ("HTTP__MANAGEMENT_LISTEN", "127.0.0.1:0".to_owned()),
        ("STORE__URL", store),
        ("KEYS__FILE", keys(directory, GOOD)),
    ];
    values.map(|(name, value)| (format!("{prefix}__{name}"), value)).into()
}

fn set(environment: &mut Environment, name: &str, value: &str) {
    environment.retain(|(known, _)| known != name);
    environment.push((name.to_owned(), value.to_owned()));
}

/// Fails to start: a non-zero exit and one line that has all of `words`.
fn refused(service: &str, arguments: &[&str], environment: &Environment, words: &[&str]) {
    let output = run(service, arguments, environment);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{service} {arguments:?} started: {text}");
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    assert_eq!(lines.len(), 1, "{service} {arguments:?}: {text}");
    for word in words {
        assert!(text.contains(word), "{word:?} is not in {text:?}");
    }
    assert!(!text.contains("panicked"), "{text}");
}

#[test]
fn a_bad_setting_stops_the_start_with_one_line_that_names_it() {
    for (service, prefix) in SERVICES {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let good = environment(prefix, directory.path());
        let with = |name: &str, value: &str| {
            let mut changed = good.clone();
            set(&mut changed, &format!("{prefix}__{name}"), value);
            changed
        };
        for arguments in [&["serve"][..], &["check"]] {
            refused(service, arguments, &with("HTTP__LISTENN", "x"), &["http.listenn"]);
            refused(service, arguments, &with("HTTP__LISTEN", "nowhere"), &["http.listen"]);
            refused(service, arguments, &with("STORE__URL", "postgres://x"), &["store.url", "sqlite:"]);
            refused(service, arguments, &with("TOKENS__ISSUER", "not a url"), &["tokens.issuer"]);
            refused(service, arguments, &with("STORE__URL_FILE", "/nowhere"), &["store.url"]);
            refused(
                service,
                &[&["--config", "/nowhere.toml"], arguments].concat(),
                &good,
                &["/nowhere.toml"],
            );
        }
        let toml = directory.path().join("bad.toml");
        std::fs::write(&toml, "[http]\nlisten = 7\n").expect("a file can be written");
        let path = toml.display().to_string();
        let mut bare = good.clone();
        bare.retain(|(name, _)| !name.ends_with("HTTP__LISTEN"));
        refused(service, &["--config", &path, "serve"], &bare, &["http.listen"]);
        refused(service, &["nonsense"], &good, &[]);
    }
}

#[test]
fn a_variable_that_is_nearly_ours_or_no_text_stops_the_start_with_the_right_name() {
    for (service, prefix) in SERVICES {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let good = environment(prefix, directory.path());
        let right = format!("{prefix}__STORE__URL");
        let lower = prefix.to_lowercase();
        for wrong in [
            format!("{prefix}_STORE_URL"),
            format!("{prefix}__STORE_URL"),
            format!("{prefix}S__STORE__URL"),
            format!("{lower}__store__url"),
        ] {
            let mut settings = good.clone();
            set(&mut settings, &wrong, "sqlite:elsewhere.db");
            for arguments in [&["serve"][..], &["check"]] {
                refused(service, arguments, &settings, &[&wrong, &right]);
            }
        }
        let mut command = crate::support::process::command(service, &good);
        command.arg("check").env(format!("{prefix}__TOKENS__AUDIENCE"), OsStr::from_bytes(b"lab\xa0"));
        let output = command.output().expect("the binary runs");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && text.contains(&format!("{prefix}__TOKENS__AUDIENCE")), "{text}");
        // What Kubernetes sets for services of these names is nobody's setting.
        let mut settings = good.clone();
        for (name, value) in [
            ("SERVICE_HOST", "10.0.0.7"),
            ("SERVICE_PORT", "80"),
            ("SERVICE_PORT_HTTP", "80"),
            ("PORT", "tcp://10.0.0.7:80"),
            ("PORT_80_TCP_ADDR", "10.0.0.7"),
            ("STORE_SERVICE_HOST", "10.0.0.7"),
        ] {
            set(&mut settings, &format!("{prefix}_{name}"), value);
            set(&mut settings, &format!("{prefix}_SERVICE_{name}"), value);
        }
        let output = run(service, &["check"], &settings);
        assert!(output.status.success(), "{output:?}");
    }
}

#[tokio::test]
async fn check_and_the_first_line_of_the_log_say_what_is_in_force_and_no_credential() {
    for (service, prefix) in SERVICES {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut settings = environment(prefix, directory.path());
        set(&mut settings, &format!("{prefix}__HTTP__ALLOWED_ORIGINS"), "https://console.example.org");
        set(&mut settings, &format!("{prefix}__TOKENS__ISSUER"), "https://lab.example.org");
        let output = run(service, &["check"], &settings);
        assert!(output.status.success(), "{output:?}");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let store = format!("sqlite:{}/{}.db", directory.path().display(), prefix.to_lowercase());
        let mut expected = vec![
            env!("CARGO_PKG_VERSION"),
            &store,
            "https://lab.example.org",
            "tessera",
            "https://console.example.org",
        ];
        if service == "auth-service" {
            expected.extend(["signing kid      a", "registration     open"]);
        }
        let process = Process::ready(service, directory.path(), &settings).await;
        let first = process.entries().into_iter().next().expect("a line");
        assert_eq!(first["message"], "settings in force");
        for word in expected {
            assert!(said.contains(word), "{word}: {said}");
            let value = word.rsplit(' ').next().expect("a value");
            assert!(first.to_string().contains(value), "{value}: {first}");
        }
        drop(process);
        let away = "mongodb://someone:s3cret-of-mine@127.0.0.1:1/lab?replicaSet=rs0&appName=s3cret-too";
        set(&mut settings, &format!("{prefix}__STORE__URL"), away);
        let output = run(service, &["check"], &settings);
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(said.contains("mongodb://127.0.0.1:1/lab") && !said.contains("s3cret"), "{said}");
        assert!(!said.contains("someone"), "{said}");
    }
}

#[test]
fn an_open_registration_is_refused_on_a_network_unless_that_is_said() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut settings = environment("AUTH", directory.path());
    set(&mut settings, "AUTH__HTTP__LISTEN", "0.0.0.0:0");
    let said = |settings: &Environment| {
        let output = run("auth-service", &["check"], settings);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(said(&settings).contains("registration     closed"));
    set(&mut settings, "AUTH__REGISTRATION", "open");
    refused("auth-service", &["serve"], &settings, &["registration", "AUTH__REGISTRATION_ON_NETWORK"]);
    set(&mut settings, "AUTH__REGISTRATION_ON_NETWORK", "true");
    assert!(said(&settings).contains("registration     open"));
    set(&mut settings, "AUTH__NEW_USER_ROLE", "admin");
    refused("auth-service", &["check"], &settings, &["new_user_role"]);
}

#[tokio::test]
async fn an_http_issuer_that_others_reach_is_warned_about() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut settings = environment("AUTH", directory.path());
    let warned = async |settings: &Environment| {
        let process = Process::ready("auth-service", directory.path(), settings).await;
        let warns =
            |entry: &Value| entry["level"] == "WARN" && entry.to_string().contains("tokens.issuer is http");
        process.entries().iter().any(warns)
    };
    for (issuer, warns) in [
        ("http://lab.example.org", true),
        ("http://127.0.0.1:8080", false),
        ("http://localhost:8080", false),
        ("https://lab.example.org", false),
    ] {
        set(&mut settings, "AUTH__TOKENS__ISSUER", issuer);
        assert_eq!(warned(&settings).await, warns, "{issuer}");
    }
}

#[test]
fn a_malformed_definition_stops_resource_service() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let definitions = directory.path().join("definitions");
    std::fs::create_dir(&definitions).expect("a directory can be made");
    let mut settings = environment("RESOURCE", directory.path());
    set(&mut settings, "RESOURCE__COLLECTIONS__DIR", &definitions.display().to_string());
    let bad = [
        ("{", "things.json"),
        (r#"{"name": "Things", "schema": {"type": "object"}}"#, "Things"),
        (r#"{"name": "things", "schema": {"type": "objekt"}}"#, "schema"),
        (r#"{"name": "things", "schema": {"type": "object"}, "colour": 1}"#, "colour"),
        (
            r#"{"name": "things", "schema": {"type": "object", "properties": {"a": {"type": "string"}},
            "additionalProperties": false}, "indexes": [{"keys": {"b": 1}}]}"#,
            "b",
        ),
        (
            r#"{"name": "things", "schema": {"type": "object", "properties": {"_id": {"type": "string"}}}}"#,
            "_id",
        ),
    ];
    for (text, word) in bad {
        std::fs::write(definitions.join("things.json"), text).expect("a definition can be written");
        refused("resource-service", &["serve"], &settings, &["things.json", word]);
        refused("resource-service", &["check"], &settings, &["things.json", word]);
    }
    set(&mut settings, "RESOURCE__COLLECTIONS__DIR", "/nowhere/definitions");
    refused("resource-service", &["serve"], &settings, &["/nowhere/definitions"]);
}

#[tokio::test]
async fn a_port_and_a_file_in_use_are_told_so() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("a bound address").to_string();
    for (service, prefix) in SERVICES {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut settings = environment(prefix, directory.path());
        let running = Process::ready(service, directory.path(), &settings).await;
        refused(service, &["serve"], &settings, &["another process"]);
        drop(running);
        set(&mut settings, &format!("{prefix}__HTTP__LISTEN"), &address);
        refused(service, &["serve"], &settings, &[&address]);
    }
}

#[test]
fn check_says_that_all_is_well_or_that_the_store_is_away() {
    for (service, prefix) in SERVICES {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut settings = environment(prefix, directory.path());
        let output = run(service, &["check"], &settings);
        assert!(output.status.success(), "{output:?}");
        let away = "mongodb://someone:s3cret-of-mine@127.0.0.1:1/?replicaSet=rs0";
        set(&mut settings, &format!("{prefix}__STORE__URL"), away);
        refused(service, &["check"], &settings, &["store"]);
        let output = run(service, &["check"], &settings);
        assert!(!String::from_utf8_lossy(&output.stderr).contains("s3cret-of-mine"), "{output:?}");
        for flag in ["--help", "--version"] {
            assert!(run(service, &[flag], &settings).status.success());
        }
    }
}

/// The names in a folder.
fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn check_writes_nothing_and_says_where_the_store_is_not_there_yet() {
    for (service, prefix) in SERVICES {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut settings = environment(prefix, directory.path());
        let path = directory.path().join("mistyped/store.db");
        let url = format!("sqlite:{}", path.display());
        set(&mut settings, &format!("{prefix}__STORE__URL"), &url);
        let checked = |settings: &Environment| {
            let output = run(service, &["check"], settings);
            assert!(output.status.success(), "{output:?}");
            String::from_utf8(output.stdout).expect("text").lines().last().expect("a line").to_owned()
        };
        let said = checked(&settings);
        assert!(said.ends_with(&format!("store {url} is not there yet; the start makes it")), "{said}");
        assert_eq!(names(directory.path()), ["keys.json"], "{service}");

        drop(Process::ready(service, directory.path(), &settings).await);
        let folder = path.parent().expect("a folder");
        for left in names(folder).iter().filter(|name| *name != "store.db") {
            // After a restore there is the file alone. What a process that was killed has left in its log counts too.
            if !left.ends_with("-wal") {
                std::fs::remove_file(folder.join(left)).expect("a file can be removed");
            }
        }
        let there: Vec<_> = names(folder);
        let said = checked(&settings);
        assert!(said.ends_with(" and store are in order"), "{said}");
        let left: Vec<_> = names(folder).into_iter().filter(|name| !name.ends_with("-shm")).collect();
        assert_eq!(left, there, "{service}");

        let below = format!("sqlite:{}/keys.json/store.db", directory.path().display());
        set(&mut settings, &format!("{prefix}__STORE__URL"), &below);
        refused(service, &["check"], &settings, &["store: cannot", "keys.json", "directory"]);
    }
}

#[tokio::test]
async fn healthcheck_asks_the_service_that_runs_with_its_settings() {
    for (service, prefix) in SERVICES {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut settings = environment(prefix, directory.path());
        let running = Process::ready(service, directory.path(), &settings).await;
        let address = running.management.trim_start_matches("http://").to_owned();
        set(&mut settings, &format!("{prefix}__HTTP__MANAGEMENT_LISTEN"), &address);
        let output = run(service, &["healthcheck"], &settings);
        assert!(output.status.success() && output.stdout == b"ready\n", "{output:?}");
        drop(running);
        refused(service, &["healthcheck"], &settings, &["not ready: ", &address]);

        let mut away = environment(prefix, directory.path());
        set(&mut away, &format!("{prefix}__STORE__URL"), "mongodb://127.0.0.1:1/?replicaSet=rs0");
        let waiting = Process::listening(service, directory.path(), &away).await;
        let address = waiting.management.trim_start_matches("http://").to_owned();
        set(&mut away, &format!("{prefix}__HTTP__MANAGEMENT_LISTEN"), &address);
        refused(service, &["healthcheck"], &away, &["not ready: ", "store: "]);
    }
}

#[tokio::test]
async fn the_first_admin_is_made_once_and_others_by_command() {
    let mut stack = Stack::embedded().await;
    stack.admin().await;
    stack.auth.clear();
    let arguments = ["create-admin", "--email", "second@example.org"];
    let output = run("auth-service", &arguments, &stack.auth_environment);
    assert!(output.status.success(), "{output:?}");
    let password =
        String::from_utf8_lossy(&output.stdout).split_whitespace().last().expect("a password").to_owned();
    refused("auth-service", &arguments, &stack.auth_environment, &["second@example.org"]);
    stack.auth.push(stack.another("auth-service").await);
    stack.admin().await;
    let second = stack.login("second@example.org", &password).await;
    assert_eq!(second.get("/auth/users/me").await.json()["roles"], serde_json::json!(["admin"]));
}
