//! Users of another system, made by the real bcrypt and the real passlib, are taken over and log in.

use std::{path::Path, process::Command};

use crate::support::{
    Stack, on_both_stores,
    process::{run, run_with},
};

on_both_stores!(
    users_log_in_with_the_passwords_they_had,
    a_broken_line_is_told_and_the_others_are_kept,
    a_stray_quote_costs_its_line_alone,
    users_are_taken_over_from_standard_input,
    ten_thousand_users_are_taken_over_once_past_a_broken_line
);

fn make_users(count: usize, form: &str) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/make_users.py");
    // tests/run puts the environment with bcrypt and passlib first.
    let made =
        Command::new("python3").arg(script).args([&count.to_string(), form]).output().expect("python3 runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8(made.stdout).expect("text")
}

/// Imports while the embedded store is free; exit code, standard output, standard error.
async fn import(stack: &mut Stack, text: &str, name: &str) -> (Option<i32>, String, String) {
    let file = stack.directory.path().join(name);
    std::fs::write(&file, text).expect("a file can be written");
    let replicas = stack.auth.len();
    stack.auth.clear();
    let output = run("auth-service", &["import-users", &file.display().to_string()], &stack.auth_environment);
    for _ in 0..replicas {
        stack.auth.push(stack.another("auth-service").await);
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

async fn users_log_in_with_the_passwords_they_had(mut stack: Stack) {
    let (code, said, complaints) = import(&mut stack, &make_users(8, "csv"), "users.csv").await;
    assert_eq!((code, said.trim()), (Some(0), "8 read: 8 added, 0 already there, 0 refused"), "{complaints}");
    for number in 0..8 {
        let (email, password) = (format!("user{number}@example.org"), format!("password of {number}"));
        assert_eq!(stack.anonymous().log_in_patiently(&email, "password of another").await.status, 401);
        for _ in 0..2 {
            assert_eq!(stack.anonymous().log_in_patiently(&email, &password).await.status, 200, "{email}");
        }
    }
    let viewer = stack.login("user1@example.org", "password of 1").await.get("/auth/users/me").await.json();
    assert_eq!(
        (viewer["full_name"].as_str(), viewer["roles"].as_array().map(Vec::len)),
        (Some("User 1"), Some(2))
    );
}

async fn a_broken_line_is_told_and_the_others_are_kept(mut stack: Stack) {
    let mut lines: Vec<String> = make_users(12, "ndjson").lines().map(str::to_owned).collect();
    lines[9] = "{\"email\": \"x".into();
    lines[10] = r#"{"email": "a@example.org", "password_hash": "plain-s3cret"}"#.into();
    let (code, said, complaints) = import(&mut stack, &lines.join("\n"), "users.ndjson").await;
    assert_eq!((code, said.trim()), (Some(2), "12 read: 10 added, 0 already there, 2 refused"));
    assert!(complaints.contains("line 10: ") && complaints.contains("line 11: "), "{complaints}");
    assert!(!complaints.contains("s3cret"));
    let (code, said, _) = import(&mut stack, &make_users(12, "ndjson"), "users.ndjson").await;
    assert_eq!((code, said.trim()), (Some(0), "12 read: 2 added, 10 already there, 0 refused"));
    let log = stack.admin().await.get("/auth/audit?action=users_imported").await.json();
    let details: Vec<_> =
        log["items"].as_array().expect("entries").iter().map(|one| &one["detail"]).collect();
    assert_eq!(details, ["2 added", "10 added"]);
}

async fn a_stray_quote_costs_its_line_alone(mut stack: Stack) {
    let mut lines: Vec<String> = make_users(12, "csv").lines().map(str::to_owned).collect();
    let columns: Vec<&str> = lines[0].split(',').collect();
    let name = columns.iter().position(|column| *column == "full_name").expect("a column of names");
    let with_name = |line: &str, text: &str| {
        let mut fields: Vec<&str> = line.split(',').collect();
        fields[name] = text;
        fields.join(",")
    };
    lines[3] = with_name(&lines[3], "\"Ada");
    lines[5] = with_name(&lines[5], "\"Ada\nLovelace\"");
    lines[8] = with_name(&lines[8], "\"Lovelace, \"\"Ada\"\"\"");
    let (code, said, complaints) = import(&mut stack, &lines.join("\n"), "users.csv").await;
    // The line that a quoted field began in, and the one that it ran over to.
    assert_eq!(
        (code, said.trim()),
        (Some(2), "13 read: 10 added, 0 already there, 3 refused"),
        "{complaints}"
    );
    let lines: Vec<&str> =
        complaints.lines().filter_map(|line| line.strip_prefix("line ")?.split(':').next()).collect();
    assert_eq!(lines, ["4", "6", "7"], "{complaints}");
    assert!(complaints.contains("line 4: column 2: ") && !complaints.contains('$'));
    let user = stack.login("user7@example.org", "password of 7").await.get("/auth/users/me").await.json();
    assert_eq!(user["full_name"], "Lovelace, \"Ada\"");
}

async fn users_are_taken_over_from_standard_input(mut stack: Stack) {
    let replicas = stack.auth.len();
    stack.auth.clear();
    let mut ndjson: Vec<String> = make_users(8, "ndjson").lines().map(str::to_owned).collect();
    ndjson.insert(4, "{\"email\": 7}".into());
    for (form, text, code, counts) in [
        ("csv", make_users(4, "csv"), 0, "4 read: 4 added, 0 already there, 0 refused"),
        ("ndjson", ndjson.join("\n"), 2, "9 read: 4 added, 4 already there, 1 refused"),
        ("nothing", String::new(), 0, "0 read: 0 added, 0 already there, 0 refused"),
    ] {
        let output = run_with("auth-service", &["import-users", "-"], &stack.auth_environment, Some(text));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!((output.status.code(), said.trim()), (Some(code), counts), "{form}: {output:?}");
        let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(complaints.contains("line 5: "), code == 2, "{form}: {complaints}");
    }
    for _ in 0..replicas {
        stack.auth.push(stack.another("auth-service").await);
    }
    for number in [0, 7] {
        stack.login(&format!("user{number}@example.org"), &format!("password of {number}")).await;
    }
}

async fn ten_thousand_users_are_taken_over_once_past_a_broken_line(mut stack: Stack) {
    let whole = make_users(10_000, "ndjson");
    let mut lines: Vec<&str> = whole.lines().collect();
    lines[4_999] = "{ broken";
    let (code, said, complaints) = import(&mut stack, &lines.join("\n"), "users.ndjson").await;
    assert_eq!((code, said.trim()), (Some(2), "10000 read: 9999 added, 0 already there, 1 refused"));
    assert!(complaints.contains("line 5000: not a JSON object"), "{complaints}");
    // One of each kind of hash.
    for number in 9_996..10_000 {
        stack.login(&format!("user{number}@example.org"), "password of all").await;
    }
    let (code, said, _) = import(&mut stack, &whole, "users.ndjson").await;
    assert_eq!((code, said.trim()), (Some(0), "10000 read: 1 added, 9999 already there, 0 refused"));
}
