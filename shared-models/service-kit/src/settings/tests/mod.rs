//! What is read from where, and what is refused by its name.

use std::os::unix::ffi::OsStringExt as _;

use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    http: Http,
    #[serde(default)]
    pin: Option<secrecy::SecretString>,
    #[serde(default)]
    telemetry: TelemetrySettings,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Http {
    port: u16,
    #[serde(default)]
    origins: Vec<String>,
}

fn loader<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Loader {
    Loader::new("T", ["pin"]).lists(["http.origins"]).default("http.port", "1").environment(variables)
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
    let toml = file("[http]\nport = 2");
    assert_eq!(loader([]).load::<Settings>().unwrap().http.port, 1);
    assert_eq!(loader([]).file(Some(toml.path())).load::<Settings>().unwrap().http.port, 2);
    let settings: Settings = loader([("T__HTTP__PORT", "3")]).file(Some(toml.path())).load().unwrap();
    assert_eq!(settings.http.port, 3);
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    let refusal = loader([("T__HTTP__PROT", "3")]).load::<Settings>().unwrap_err().to_string();
    assert!(refusal.contains("http.prot") && refusal.contains("T__HTTP__PROT"), "{refusal}");
    let toml = file("[htpt]\nport = 2");
    let refusal = loader([]).file(Some(toml.path())).load::<Settings>().unwrap_err().to_string();
    assert!(refusal.contains("htpt"), "{refusal}");
}

#[test]
fn a_bad_value_is_refused_by_the_name_of_its_key_and_variable() {
    let refusal = loader([("T__HTTP__PORT", "70000")]).load::<Settings>().unwrap_err().to_string();
    assert!(refusal.contains("http.port (from T__HTTP__PORT)"), "{refusal}");
}

#[test]
fn a_missing_file_is_refused_by_name() {
    let refusal = loader([]).file(Some(Path::new("/nowhere/t.toml"))).load::<Settings>().unwrap_err();
    assert!(refusal.to_string().contains("/nowhere/t.toml"), "{refusal}");
}

#[test]
fn a_secret_of_digits_stays_what_it_was() {
    use secrecy::ExposeSecret as _;
    let settings: Settings = loader([("T__PIN", "0042")]).load().unwrap();
    assert_eq!(settings.pin.unwrap().expose_secret(), "0042");
}

#[test]
fn a_secret_comes_from_a_file_less_its_line_break_and_never_from_both() {
    use secrecy::ExposeSecret as _;
    let pin = file("s3cret \n");
    let path = pin.path().to_str().unwrap();
    let settings: Settings = loader([("T__PIN_FILE", path)]).load().unwrap();
    assert_eq!(settings.pin.unwrap().expose_secret(), "s3cret ");
    let refusal = loader([("T__PIN_FILE", path), ("T__PIN", "x")]).load::<Settings>().unwrap_err();
    assert!(refusal.to_string().contains("pin: given twice"), "{refusal}");
    let refusal = loader([("T__PIN_FILE", "/nowhere/pin")]).load::<Settings>().unwrap_err();
    assert!(refusal.to_string().contains("pin_file"), "{refusal}");
}

#[test]
fn lists_are_split_at_commas_and_an_empty_variable_counts_as_unset() {
    let settings: Settings = loader([("T__HTTP__ORIGINS", "a, b"), ("T__HTTP__PORT", "")]).load().unwrap();
    assert_eq!(settings.http.origins, ["a", "b"]);
    assert_eq!(settings.http.port, 1);
}

#[test]
fn a_choice_that_does_not_exist_is_refused_with_those_that_do() {
    let refusal = loader([("T__TELEMETRY__FORMAT", "yaml")]).load::<Settings>().unwrap_err().to_string();
    let expected = "telemetry.format (from T__TELEMETRY__FORMAT): \"yaml\" is none of json, pretty";
    assert!(refusal.contains(expected), "{refusal}");
    let toml = file("[http]\nport = 2\n[telemetry]\nformat = \"yaml\"");
    let refusal = loader([]).file(Some(toml.path())).load::<Settings>().unwrap_err().to_string();
    assert!(refusal.contains("telemetry.format: \"yaml\" is none of json, pretty"), "{refusal}");
    assert_eq!(
        loader([("T__TELEMETRY__FORMAT", "pretty")]).load::<Settings>().unwrap().telemetry.format,
        LogFormat::Pretty
    );
}

#[test]
fn what_is_not_utf_8_is_refused_by_its_name() {
    let text = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    let load = |name: &[u8], value: &[u8]| {
        let loader = Loader::new("T", ["pin"]).default("http.port", "1");
        loader.environment([(text(name), text(value))]).load::<Settings>().map_err(|e| e.to_string())
    };
    let refusal = load(b"T__HTTP__PORT", b"1\xa0").unwrap_err();
    assert!(refusal.contains("T__HTTP__PORT") && refusal.contains("UTF-8"), "{refusal}");
    let refusal = load(b"T__HTTP__PORT\xff", b"1").unwrap_err();
    assert!(refusal.contains("T__HTTP__PORT") && refusal.contains("UTF-8"), "{refusal}");
    assert!(load(b"OTHER", b"\xa0").is_ok() && load(b"OTHER\xff", b"1").is_ok());
}

#[test]
fn every_key_of_the_type_is_known_and_a_name_that_is_nearly_right_is_refused() {
    let mut keys = schema::keys::<Settings>();
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "http.origins",
            "http.port",
            "pin",
            "telemetry.format",
            "telemetry.otlp_endpoint",
            "telemetry.subjects"
        ]
    );
    for name in ["T_HTTP_PORT", "T__HTTP_PORT", "t__http__port", "TS__HTTP__PORT", "T_PIN_FILE"] {
        let refusal = loader([(name, "3")]).load::<Settings>().unwrap_err().to_string();
        assert!(
            refusal.contains(name) && (refusal.contains("T__HTTP__PORT") || refusal.contains("T__PIN_FILE")),
            "{refusal}"
        );
        assert!(loader([(name, "")]).load::<Settings>().is_ok(), "an empty variable counts as unset");
    }
}

#[test]
fn a_url_has_a_host_and_no_credentials() {
    for url in ["http://localhost", "https://auth.example.org:8443/a/@b"] {
        assert!(check_url("k", url).is_ok(), "{url}");
    }
    for url in ["auth.example.org", "http://", "http:///x", "http://a?b", "ftp://a"] {
        let fault = format!("settings: k: {url:?} is not a URL such as https://auth.example.org");
        assert_eq!(check_url("k", url).unwrap_err().to_string(), fault);
    }
    let fault = "settings: k: the URL must not contain a user name or password";
    for url in ["https://svc:hunter2@auth.internal", "svc:hunter2@auth.internal/x"] {
        assert_eq!(check_url("k", url).unwrap_err().to_string(), fault, "and is not repeated");
    }
}

#[test]
fn a_url_is_local_only_where_its_host_is() {
    for url in [
        "http://127.0.0.1:8080",
        "http://localhost",
        "http://LOCALHOST/x",
        "http://a.localhost:1",
        "http://[::1]:80/",
        "http://127.9.9.9",
    ] {
        assert!(is_local_url(url), "{url}");
    }
    for url in ["http://10.0.0.1", "https://auth.example.org", "http://localhost.example.org"] {
        assert!(!is_local_url(url), "{url}");
    }
}
