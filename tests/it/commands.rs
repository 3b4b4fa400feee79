//! What is wrong with a command line, or with what it names: one line on standard error, and the exit status.

use std::{path::Path, process::Output};

use crate::support::process::{run, run_with};

/// A command that fails, its exit status, and what it must say after the name of the program.
type Wrong<'c> = (&'static str, &'c [&'c str], i32, &'c str);

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

fn each_says(wrong: &[Wrong<'_>], environment: &[(String, String)]) {
    for (program, arguments, code, expected) in wrong {
        // Nothing is on standard input.
        let output = run_with(program, arguments, environment, Some(String::new()));
        let line = said(&output);
        assert_eq!(line, format!("{program}: {expected}\n"), "{arguments:?}");
        assert_eq!(output.status.code(), Some(*code), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}: {output:?}");
    }
}

#[test]
fn what_a_command_line_lacks_or_has_wrong_is_named() {
    let missing = "the following required arguments were not provided:";
    let address = "expected an IP address and a port, such as 127.0.0.1:8080";
    let (email, client) =
        (format!("{missing} --email <EMAIL>"), format!("{missing} --name <NAME>, --scope <SCOPE>"));
    let (scope, file, folder) =
        (format!("{missing} --scope <SCOPE>"), format!("{missing} <FILE>"), format!("{missing} <DIR>"));
    let project = format!("{missing} --title <TITLE>, --owner <EMAIL>");
    let port = format!("invalid value '28180' for '--listen <ADDRESS>': {address}");
    let name = format!("invalid value 'localhost:0' for '--management-listen <ADDRESS>': {address}");
    let (auth, resource) = ("auth-service", "resource-service");
    each_says(
        &[
            (auth, &["create-admin"], 2, &email),
            (auth, &["create-client"], 2, &client),
            (auth, &["create-client", "--name", "x"], 2, &scope),
            (auth, &["create-project"], 2, &project),
            (auth, &["import-users"], 2, &file),
            (resource, &["collections", "export"], 2, &folder),
            (auth, &["keys"], 2, "a subcommand is needed: new, rotate or list"),
            (resource, &["collections"], 2, "a subcommand is needed: export or import"),
            (
                auth,
                &["creat-admin"],
                2,
                "unrecognized subcommand 'creat-admin'; some similar subcommands exist: 'create-client', 'create-admin'",
            ),
            (
                resource,
                &["checkk"],
                2,
                "unrecognized subcommand 'checkk'; a similar subcommand exists: 'check'",
            ),
            ("tessera", &["--listen", "28180"], 2, &port),
            ("tessera", &["--management-listen", "localhost:0"], 2, &name),
        ],
        &[],
    );
}

#[test]
fn a_ring_that_a_command_cannot_use_is_named_in_the_words_of_check() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).expect("a file can be written");
        path.display().to_string()
    };
    let (empty, text) = (file("empty.json", "\n"), file("text.json", "text"));
    let none = file("none.json", r#"{"keys":[]}"#);
    let missing = directory.path().join("missing.json").display().to_string();
    let bad = "the file is empty; a JWK Set is expected, as `auth-service keys new` makes it";
    let no_file = format!("key ring: {missing}: no such file; make one with `auth-service keys new`");
    let of_empty = format!("key ring: {empty}: {bad}");
    let of_pipe = format!("key ring: standard input: {bad}");
    let of_text = format!("key ring: {text}: not a JWK Set: expected ident at line 1 column 2");
    let of_none = format!("key ring: {none}: the key ring is empty");
    let program = "auth-service";
    each_says(
        &[
            (program, &["keys", "list", "--file", &missing], 1, &no_file),
            (program, &["keys", "rotate", "--file", &missing], 1, &no_file),
            (program, &["keys", "list", "--file", &empty], 1, &of_empty),
            (program, &["keys", "rotate", "--file", "-"], 1, &of_pipe),
            (program, &["keys", "list", "--file", &text], 1, &of_text),
            (program, &["keys", "list", "--file", &none], 1, &of_none),
            (
                program,
                &["keys", "rotate", "--overlap", "1", "--file", &missing],
                1,
                "--overlap: it must be at least 305 s: tokens live that long",
            ),
        ],
        &[],
    );
    for (path, fault) in [(&missing, &no_file), (&empty, &of_empty), (&text, &of_text), (&none, &of_none)] {
        each_says(
            &[(program, &["check"], 1, fault)],
            &environment(directory.path(), &[("AUTH__KEYS__FILE", path)]),
        );
    }
}

/// Settings of auth-service with its store in `directory`.
fn environment(directory: &Path, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let store = format!("sqlite:{}", directory.join("auth.db").display());
    let issuer = ("AUTH__TOKENS__ISSUER", "http://127.0.0.1:1");
    let all = [("AUTH__STORE__URL", store.as_str()), issuer];
    all.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn an_address_of_a_setting_says_what_is_expected() {
    let text = "settings: http.listen (from AUTH__HTTP__LISTEN): \"abc\": expected an IP address and a port, such as 127.0.0.1:8080 for key `http.listen`";
    let environment = [("AUTH__HTTP__LISTEN".to_owned(), "abc".to_owned())];
    each_says(&[("auth-service", &["check"], 1, text)], &environment);
}

#[test]
fn keys_by_url_that_cannot_be_fetched_have_a_cause() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = format!("sqlite:{}", directory.path().join("resource.db").display());
    let url = "http://127.0.0.1:1/jwks";
    let environment = [("RESOURCE__KEYS__JWKS_URL", url), ("RESOURCE__STORE__URL", &store)];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let output = run("resource-service", &["check"], &environment);
    let line = said(&output);
    let begins = format!("resource-service: key ring: {url}: error sending request: ");
    assert!(line.starts_with(&begins) && line.contains("refused") && line.lines().count() == 1, "{line}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_folder_instead_of_a_file_of_users_is_named() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let folder = directory.path().display().to_string();
    let ring = directory.path().join("keys.json").display().to_string();
    let environment = environment(directory.path(), &[("AUTH__KEYS__FILE", &ring)]);
    assert!(run("auth-service", &["keys", "new"], &environment).status.success());
    let text = format!("{folder}: Is a directory (os error 21)");
    let program = "auth-service";
    each_says(
        &[
            (program, &["import-users", &folder], 1, &text),
            (program, &["import-users", "--format", "csv", &folder], 1, &text),
        ],
        &environment,
    );
}

#[test]
fn a_scope_that_is_probably_a_typing_error_is_noted_beside_the_secret() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let ring = directory.path().join("keys.json").display().to_string();
    let environment = environment(directory.path(), &[("AUTH__KEYS__FILE", &ring)]);
    assert!(run("auth-service", &["keys", "new"], &environment).status.success());
    for (name, scope, note) in [
        ("a", "users:read molecules:write calculations:admin", ""),
        ("b", "foo:bar users:read baz", "note: no scope that this version ships is called baz, foo:bar\n"),
        ("c", "revocation:read", "note: no scope that this version ships is called revocation:read\n"),
    ] {
        let made = run("auth-service", &["create-client", "--name", name, "--scope", scope], &environment);
        assert_eq!((made.status.code(), said(&made).as_str()), (Some(0), note), "{scope}");
        let secret = String::from_utf8(made.stdout).expect("text");
        let names: Vec<&str> = secret.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
        assert_eq!((names, secret.lines().count()), (vec!["client_id", "client_secret"], 2), "{secret}");
    }
}
