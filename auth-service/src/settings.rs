//! The settings of auth-service: their names, defaults and bounds.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use service_kit::{
    settings::{HttpSettings, Loader, SettingsError, TelemetrySettings, check_url},
    store::StoreUrl,
};
use shared_models::auth::SignUp;

use crate::{
    domain::{
        password::{MAX_LENGTH, Password},
        password_hash::Cost,
        roles,
        session::Lifetimes,
    },
    ops::{Policy, Registration, hasher::Limits},
};

/// The longest a session may live: ten years, in seconds.
const MAX_SESSION_TTL: u64 = 10 * 365 * 24 * 3600;
/// The shortest minimum length that may be set (NIST SP 800-63B-4 section 3.1.1.2), in code points.
const LEAST_MIN_LENGTH: usize = 8;

/// All settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How the service listens.
    pub http: HttpSettings,
    /// What it tells about itself.
    #[serde(default)]
    pub telemetry: TelemetrySettings,
    /// Where users and sessions live.
    pub store: StoreSettings,
    /// Where the key ring is.
    pub keys: KeysSettings,
    /// What tokens say and how long they last.
    #[serde(default)]
    pub tokens: TokenSettings,
    /// Who may sign up.
    #[serde(default)]
    pub registration: RegistrationMode,
    /// The role of those who sign up.
    #[serde(default = "scientist")]
    pub new_user_role: String,
    /// The first admin, made only when there is none.
    #[serde(default)]
    pub bootstrap: BootstrapSettings,
    /// What passwords must be and what hashing them costs.
    #[serde(default)]
    pub passwords: PasswordSettings,
}

/// Where users and sessions live.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreSettings {
    /// `sqlite:PATH` or `mongodb://…`.
    pub url: StoreUrl,
}

/// Where the key ring is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysSettings {
    /// A JWK Set, read again while the service runs.
    pub file: PathBuf,
}

/// What tokens say and how long they last.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokenSettings {
    /// `iss` of access tokens: the URL under which browsers and services reach this one.
    pub issuer: String,
    /// `aud` of access tokens.
    pub audience: String,
    /// Seconds an access token is good.
    pub access_ttl: u64,
    /// Seconds a session lives without being renewed.
    pub refresh_ttl: u64,
    /// Seconds a session lives at most.
    pub session_ttl: u64,
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self {
            issuer: "http://127.0.0.1:8080".into(),
            audience: "tessera".into(),
            access_ttl: 300,
            refresh_ttl: 3600,
            session_ttl: 43200,
        }
    }
}

/// Who may sign up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RegistrationMode {
    /// Anyone.
    #[default]
    Open,
    /// Only callers with the scope `users:write` register users.
    Closed,
}

/// The first admin; both or neither is given.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BootstrapSettings {
    /// The address to log in with.
    pub admin_email: Option<String>,
    /// The password to log in with.
    pub admin_password: Option<SecretString>,
}

/// What passwords must be and what hashing them costs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PasswordSettings {
    /// The shortest password, in code points.
    pub min_length: usize,
    /// Memory of one hash, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes of one hash.
    pub parallelism: u32,
    /// Hashes made at once; as many as cores where absent.
    pub pool_permits: Option<usize>,
    /// Passwords that may wait to be hashed.
    pub pool_queue: usize,
}

impl Default for PasswordSettings {
    /// OWASP's parameters for argon2id.
    fn default() -> Self {
        Self {
            min_length: 12,
            memory_kib: 19456,
            iterations: 2,
            parallelism: 1,
            pool_permits: None,
            pool_queue: 32,
        }
    }
}

fn scientist() -> String {
    roles::SCIENTIST.into()
}

impl Settings {
    /// A loader that knows this service's variables and secrets, and none of its defaults yet.
    pub fn loader() -> Loader {
        Loader::new("AUTH", &["bootstrap.admin_password", "store.url"]).lists(&["http.allowed_origins"])
    }

    /// Reads and checks the settings, with a TOML file under the environment if one is named.
    pub fn load(file: Option<&Path>) -> Result<Self, SettingsError> {
        Self::read(Self::loader().file(file))
    }

    /// Reads and checks what `loader` finds; its own defaults go before those of this service.
    pub fn read(loader: Loader) -> Result<Self, SettingsError> {
        let settings: Self = loader
            .default("http.listen", "127.0.0.1:8081")
            .default("http.management_listen", "127.0.0.1:9081")
            .default("store.url", "sqlite:data/auth.db")
            .default("keys.file", "data/keys.json")
            .load()?;
        settings.validate()?;
        Ok(settings)
    }

    fn validate(&self) -> Result<(), SettingsError> {
        self.http.validate()?;
        self.tokens.validate()?;
        self.passwords.validate()?;
        if !roles::exists(&self.new_user_role) {
            let fault = format!("{:?} is none of admin, scientist, viewer", self.new_user_role);
            return Err(SettingsError::at("new_user_role", fault));
        }
        self.first_admin().map(|_| ())
    }

    /// The first admin to make, if the settings name one.
    pub fn first_admin(&self) -> Result<Option<Registration>, SettingsError> {
        let (email, password) = match (&self.bootstrap.admin_email, &self.bootstrap.admin_password) {
            (None, None) => return Ok(None),
            (Some(email), Some(password)) => (email, password.expose_secret()),
            (Some(_), None) => return Err(SettingsError::at("bootstrap.admin_password", "is missing")),
            (None, Some(_)) => return Err(SettingsError::at("bootstrap.admin_email", "is missing")),
        };
        let input = SignUp { email: email.clone(), password: password.to_owned(), full_name: None };
        let registration = Registration::parse(&input, self.passwords.min_length)
            .map_err(|error| SettingsError::at("bootstrap", error))?;
        Password::new(password)
            .check_strength(std::slice::from_ref(email))
            .map_err(|fault| SettingsError::at("bootstrap.admin_password", fault))?;
        Ok(Some(registration))
    }

    /// What the settings decide about users and tokens.
    pub fn policy(&self) -> Policy {
        let tokens = &self.tokens;
        Policy {
            issuer: tokens.issuer.clone(),
            audience: tokens.audience.clone(),
            access_ttl: Duration::from_secs(tokens.access_ttl),
            lifetimes: Lifetimes {
                idle: Duration::from_secs(tokens.refresh_ttl),
                absolute: Duration::from_secs(tokens.session_ttl),
            },
            min_password_length: self.passwords.min_length,
            new_user_role: self.new_user_role.clone(),
        }
    }
}

impl TokenSettings {
    fn validate(&self) -> Result<(), SettingsError> {
        check_url("tokens.issuer", &self.issuer)?;
        if self.audience.is_empty() {
            return Err(SettingsError::at("tokens.audience", "must not be empty"));
        }
        if self.access_ttl == 0 {
            return Err(SettingsError::at("tokens.access_ttl", "at least 1 (second)"));
        }
        if self.refresh_ttl < self.access_ttl {
            return Err(SettingsError::at("tokens.refresh_ttl", "at least tokens.access_ttl"));
        }
        if self.session_ttl < self.refresh_ttl {
            return Err(SettingsError::at("tokens.session_ttl", "at least tokens.refresh_ttl"));
        }
        if self.session_ttl > MAX_SESSION_TTL {
            return Err(SettingsError::at(
                "tokens.session_ttl",
                format!("at most {MAX_SESSION_TTL} (seconds)"),
            ));
        }
        Ok(())
    }
}

impl PasswordSettings {
    fn validate(&self) -> Result<(), SettingsError> {
        if !(LEAST_MIN_LENGTH..=MAX_LENGTH).contains(&self.min_length) {
            let fault = format!("from {LEAST_MIN_LENGTH} to {MAX_LENGTH}");
            return Err(SettingsError::at("passwords.min_length", fault));
        }
        if self.pool_permits == Some(0) {
            return Err(SettingsError::at("passwords.pool_permits", "at least 1"));
        }
        self.cost().check().map_err(|fault| SettingsError::at("passwords", fault))
    }

    /// What one hash costs.
    pub fn cost(&self) -> Cost {
        Cost { memory_kib: self.memory_kib, iterations: self.iterations, parallelism: self.parallelism }
    }

    /// How much hashing there may be.
    pub fn limits(&self) -> Limits {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Limits { permits: self.pool_permits.unwrap_or_else(cores), queue: self.pool_queue }
    }
}

#[cfg(test)]
mod tests {
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
}
