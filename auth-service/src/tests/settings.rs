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
    assert_eq!(settings.registration, RegistrationMode::Open);
    let policy = settings.policy();
    assert_eq!((policy.issuer.as_str(), policy.audience.as_str()), ("http://127.0.0.1:8080", "tessera"));
    assert_eq!(policy.access_ttl.as_secs(), 300);
    assert_eq!((policy.lifetimes.idle.as_secs(), policy.lifetimes.absolute.as_secs()), (3600, 43200));
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
        ("AUTH__REGISTRATION", "perhaps", "registration"),
        ("AUTH__THROTTLE__WINDOW", "5", "throttle.window"),
        ("AUTH__THROTTLE__FREE_FAILURES", "0", "throttle"),
        ("AUTH__THROTTLE__SIGN_UPS", "0", "throttle.sign_ups"),
        ("AUTH__THROTTLE__EXCHANGES", "0", "throttle.exchanges"),
        ("AUTH__SESSIONS__MAX_PER_USER", "0", "sessions.max_per_user"),
        ("AUTH__SESSIONS__MAX_PER_USER", "100001", "sessions.max_per_user"),
        ("AUTH__PASSWORDS__MEMORY_KIB", "102401", "passwords"),
        ("AUTH__TOKENS__JOB_TTL", "60", "tokens.job_ttl"),
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
