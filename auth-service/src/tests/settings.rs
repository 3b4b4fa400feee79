//! What can be set, and what is refused by its key.

use super::*;

fn read(variables: &[(&str, &str)]) -> Result<Settings, String> {
    Settings::read(Settings::loader().environment(variables.iter().copied())).map_err(|e| e.to_string())
}

#[test]
fn without_any_setting_the_defaults_of_the_contract_hold() {
    let settings = read(&[]).unwrap();
    assert_eq!(settings.http.listen.to_string(), "127.0.0.1:8081");
    assert_eq!(settings.http.management_listen.to_string(), "127.0.0.1:9081");
    assert_eq!(format!("{:?}", settings.store.url), "sqlite:data/auth.db");
    assert_eq!(settings.keys.file, Path::new("data/keys.json"));
    assert_eq!(settings.registration(), RegistrationMode::Open);
    assert!(!settings.secure_cookies());
    let policy = settings.policy();
    assert_eq!((policy.issuer.as_str(), policy.audience.as_str()), ("http://127.0.0.1:8080", "tessera"));
    assert_eq!(policy.access_ttl.as_secs(), 300);
    assert_eq!((policy.lifetimes.idle.as_secs(), policy.lifetimes.absolute.as_secs()), (3600, 43200));
    assert_eq!((policy.job_ttl.as_secs(), policy.job_idle.as_secs()), (2_592_000, 2_592_000));
    let shorter = read(&[("AUTH__TOKENS__JOB_TTL", "86400")]).unwrap().policy();
    assert_eq!(shorter.job_idle.as_secs(), 86400, "a job grant waits for as long as it may live");
    assert!(settings.first_admin().unwrap().is_none());
}

#[test]
fn every_bad_value_is_refused_by_its_key() {
    for (variable, value, key) in [
        ("AUTH__TOKENS__ISSUER", "not a url", "tokens.issuer"),
        ("AUTH__TOKENS__ISSUER", "https://", "tokens.issuer"),
        ("AUTH__TOKENS__ISSUER", "https://a.example/?x", "tokens.issuer"),
        ("AUTH__TOKENS__ACCESS_TTL", "0", "tokens.access_ttl"),
        ("AUTH__TOKENS__ACCESS_TTL", "soon", "tokens.access_ttl"),
        ("AUTH__TOKENS__REFRESH_TTL", "299", "tokens.refresh_ttl"),
        ("AUTH__TOKENS__SESSION_TTL", "3599", "tokens.session_ttl"),
        ("AUTH__TOKENS__SESSION_TTL", "18446744073709551615", "tokens.session_ttl"),
        ("AUTH__PASSWORDS__MIN_LENGTH", "7", "passwords.min_length"),
        ("AUTH__PASSWORDS__MEMORY_KIB", "1", "passwords"),
        ("AUTH__PASSWORDS__POOL_PERMITS", "0", "passwords.pool_permits"),
        ("AUTH__REGISTRATION", "perhaps", "none of open, closed"),
        ("AUTH__REGISTRATION_ON_NETWORK", "perhaps", "registration_on_network"),
        ("AUTH__NEW_USER_ROLE", "admin", "new_user_role"),
        ("AUTH_STORE_URL", "sqlite:x.db", "AUTH__STORE__URL"),
        ("AUTH_TOKENS__JOB_TTL", "60", "AUTH__TOKENS__JOB_TTL"),
        ("AUTH_BOOTSTRAP_ADMIN_PASSWORD_FILE", "x", "AUTH__BOOTSTRAP__ADMIN_PASSWORD_FILE"),
        ("AUTH__THROTTLE__WINDOW", "5", "throttle.window"),
        ("AUTH__THROTTLE__FREE_FAILURES", "0", "throttle"),
        ("AUTH__THROTTLE__SIGN_UPS", "0", "throttle.sign_ups"),
        ("AUTH__THROTTLE__EXCHANGES", "0", "throttle.exchanges"),
        ("AUTH__SESSIONS__MAX_PER_USER", "0", "sessions.max_per_user"),
        ("AUTH__SESSIONS__MAX_PER_USER", "100001", "sessions.max_per_user"),
        ("AUTH__PASSWORDS__MEMORY_KIB", "102401", "passwords"),
        ("AUTH__TOKENS__JOB_TTL", "60", "tokens.job_ttl"),
        ("AUTH__TOKENS__JOB_IDLE", "299", "tokens.job_idle"),
        ("AUTH__TOKENS__JOB_IDLE", "2592001", "tokens.job_idle"),
        ("AUTH__NEW_USER_ROLE", "king", "new_user_role"),
        ("AUTH__BOOTSTRAP__ADMIN_EMAIL", "root@example.org", "bootstrap.admin_password"),
        ("AUTH__HTTP__ALLOWED_ORIGINS", "console.example.org", "http.allowed_origins"),
        ("AUTH__STORE__URL", "postgres://x", "store.url"),
        ("AUTH__STORES__URL", "sqlite:x", "stores"),
    ] {
        let refusal = read(&[(variable, value)]).expect_err(variable);
        assert!(refusal.contains(key), "{variable}={value}: {refusal}");
    }
}

#[test]
fn the_first_admin_is_held_to_the_same_rules_as_everybody() {
    let bootstrap = |email, password| {
        read(&[("AUTH__BOOTSTRAP__ADMIN_EMAIL", email), ("AUTH__BOOTSTRAP__ADMIN_PASSWORD", password)])
    };
    assert!(bootstrap("root@example.org", "a very long passphrase indeed").is_ok());
    assert!(bootstrap("root", "a very long passphrase indeed").unwrap_err().contains("bootstrap"));
    for weak in ["short", "passwordpassword", "root@example.org"] {
        let refusal = bootstrap("root@example.org", weak).unwrap_err();
        assert!(refusal.contains("bootstrap") && !refusal.contains(weak), "{refusal}");
    }
}

#[test]
fn debug_shows_no_secret() {
    let settings = read(&[
        ("AUTH__BOOTSTRAP__ADMIN_EMAIL", "root@example.org"),
        ("AUTH__BOOTSTRAP__ADMIN_PASSWORD", "a very long passphrase indeed"),
        ("AUTH__STORE__URL", "mongodb://user:hunter2@db.example.org/auth"),
    ]);
    let shown = format!("{:?}", settings.unwrap());
    assert!(!shown.contains("passphrase") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn registration_is_open_on_loopback_and_elsewhere_only_where_that_is_said() {
    let mode = |variables: &[(&str, &str)]| read(variables).map(|settings| settings.registration());
    let (open, closed) = (("AUTH__REGISTRATION", "open"), ("AUTH__REGISTRATION", "closed"));
    let said = ("AUTH__REGISTRATION_ON_NETWORK", "true");
    for listen in ["127.0.0.1:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
        let listen = ("AUTH__HTTP__LISTEN", listen);
        assert_eq!(mode(&[listen]), Ok(RegistrationMode::Open));
        assert_eq!(mode(&[listen, open]), Ok(RegistrationMode::Open));
        assert_eq!(mode(&[listen, closed]), Ok(RegistrationMode::Closed));
    }
    for listen in ["0.0.0.0:1", "[::]:1", "192.0.2.7:1"] {
        let listen = ("AUTH__HTTP__LISTEN", listen);
        assert_eq!(mode(&[listen]), Ok(RegistrationMode::Closed));
        assert_eq!(mode(&[listen, closed]), Ok(RegistrationMode::Closed));
        let refusal = mode(&[listen, open]).unwrap_err();
        assert!(
            refusal.contains("registration: ") && refusal.contains("AUTH__REGISTRATION_ON_NETWORK"),
            "{refusal}"
        );
        assert_eq!(mode(&[listen, open, said]), Ok(RegistrationMode::Open));
        assert_eq!(mode(&[listen, closed, said]), Ok(RegistrationMode::Closed));
    }
}

#[test]
fn who_signs_up_by_themselves_never_administrates() {
    let role = ("AUTH__NEW_USER_ROLE", "admin");
    assert!(read(&[role]).unwrap_err().contains("new_user_role"));
    assert!(read(&[role, ("AUTH__REGISTRATION", "closed")]).is_ok());
    assert!(read(&[role, ("AUTH__HTTP__LISTEN", "0.0.0.0:1")]).is_ok(), "closed by itself");
    for role in ["scientist", "viewer"] {
        assert!(read(&[("AUTH__NEW_USER_ROLE", role)]).is_ok(), "{role}");
    }
}

#[test]
fn cookies_are_secure_where_the_issuer_is_https_whatever_the_listener_is() {
    for listen in ["127.0.0.1:1", "0.0.0.0:1"] {
        for (issuer, secure) in [("https://lab.example.org", true), ("http://lab.example.org", false)] {
            let settings = read(&[("AUTH__HTTP__LISTEN", listen), ("AUTH__TOKENS__ISSUER", issuer)]).unwrap();
            assert_eq!(settings.secure_cookies(), secure, "{listen} {issuer}");
        }
    }
}

#[test]
fn every_setting_is_in_the_reference_and_nothing_else_is() {
    assert_eq!(REFERENCE.gaps::<Settings>(), Vec::<String>::new());
}

#[test]
fn the_printed_toml_file_is_accepted_and_means_the_defaults() {
    let toml = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(toml.path(), Settings::reference(Format::Toml).unwrap()).unwrap();
    let unset: [(&str, &str); 0] = [];
    let loader = Settings::loader().environment(unset).file(Some(toml.path()));
    let given = Settings::read(loader).unwrap();
    assert_eq!(format!("{given:?}"), format!("{:?}", read(&[]).unwrap()));
}
