//! The settings of auth-service: their names, defaults and bounds.

mod bounds;
mod reference;
mod registration;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use service_kit::{
    settings::{HttpSettings, Loader, SettingsError, TelemetrySettings, check_url, reference::Format},
    store::StoreUrl,
};
use shared_models::auth::SignUp;

pub use self::{
    bounds::{SessionSettings, ThrottleSettings},
    reference::REFERENCE,
    registration::RegistrationMode,
};
use crate::{
    domain::{password::Password, password_hash::Cost, roles, session::Lifetimes},
    ops::{Policy, Registration, hasher::Limits},
};

/// The MongoDB database where the URL names none.
pub(crate) const DATABASE: &str = "tessera_auth";

/// All settings.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How the service listens.
    pub http: HttpSettings,
    /// Logs and traces.
    #[serde(default)]
    pub telemetry: TelemetrySettings,
    /// The store of users and sessions.
    pub store: StoreSettings,
    /// The key ring.
    pub keys: KeysSettings,
    /// Issuer, audience and lifetimes of tokens.
    #[serde(default)]
    pub tokens: TokenSettings,
    /// How long a login is recent.
    #[serde(default)]
    pub login: LoginSettings,
    /// Who may sign up. If absent, anyone on a loopback listener and nobody elsewhere; see [`Self::registration`].
    #[serde(default)]
    registration: Option<RegistrationMode>,
    /// Whether anyone who reaches a listener that is not loopback may sign up.
    #[serde(default)]
    pub registration_on_network: bool,
    /// The role of users who sign up.
    #[serde(default = "scientist")]
    pub new_user_role: String,
    /// The first admin, created only if there is none.
    #[serde(default)]
    pub bootstrap: BootstrapSettings,
    /// The rules for passwords and the cost of hashing them.
    #[serde(default)]
    pub passwords: PasswordSettings,
    /// The audit log.
    #[serde(default)]
    pub audit: AuditSettings,
    /// Projects.
    #[serde(default)]
    pub projects: ProjectSettings,
    /// The limits on attempts.
    #[serde(default)]
    pub throttle: ThrottleSettings,
    /// The limit on sessions.
    #[serde(default)]
    pub sessions: SessionSettings,
}

/// The audit log.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuditSettings {
    /// Seconds an entry is kept; 0 keeps it forever.
    pub retention: u64,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self { retention: 90 * 24 * 3600 }
    }
}

/// Projects.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProjectSettings {
    /// Whether each user has a project without making one.
    pub personal: bool,
}

impl Default for ProjectSettings {
    fn default() -> Self {
        Self { personal: true }
    }
}

/// The store of users and sessions.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StoreSettings {
    /// `sqlite:PATH` or `mongodb://…`.
    pub url: StoreUrl,
}

/// The key ring.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeysSettings {
    /// A JWK Set, read again while the service runs.
    pub file: PathBuf,
}

/// Issuer, audience and lifetimes of tokens.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokenSettings {
    /// `iss` of access tokens: the URL under which browsers and services reach this one.
    pub issuer: String,
    /// `aud` of access tokens.
    pub audience: String,
    /// Lifetime of an access token in seconds.
    pub access_ttl: u64,
    /// Seconds a session lives without being refreshed.
    pub refresh_ttl: u64,
    /// Seconds a session lives at most.
    pub session_ttl: u64,
    /// Seconds a job grant lives at most, however often it is refreshed.
    pub job_ttl: u64,
    /// Seconds a job grant lives without being refreshed, while its job waits in a queue; `job_ttl` if absent.
    pub job_idle: Option<u64>,
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self {
            issuer: "http://127.0.0.1:8080".into(),
            audience: "tessera".into(),
            access_ttl: 300,
            refresh_ttl: 3600,
            session_ttl: 43200,
            job_ttl: 30 * 24 * 3600,
            job_idle: None,
        }
    }
}

/// How long a login is recent.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct LoginSettings {
    /// Seconds for which a login counts as recent. Later, acts that could lock out the user need the password again.
    pub recent: u64,
}

impl Default for LoginSettings {
    fn default() -> Self {
        Self { recent: 900 }
    }
}

/// The first admin; give both or neither.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct BootstrapSettings {
    /// The address to log in with.
    pub admin_email: Option<String>,
    /// The password to log in with.
    #[serde(skip_serializing)]
    pub admin_password: Option<SecretString>,
}

/// The rules for passwords and the cost of hashing them.
#[derive(Clone, Debug, Deserialize, Serialize)]
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
    /// Hashes computed at the same time; the number of cores if absent.
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
    /// A loader with this service's variables and secrets, without its defaults.
    pub fn loader() -> Loader {
        REFERENCE.loader()
    }

    /// Reads and checks the settings, with a TOML file under the environment if one is named.
    pub fn load(file: Option<&Path>) -> Result<Self, SettingsError> {
        Self::read(Self::loader().file(file))
    }

    /// All settings with their defaults, bounds and meaning, whatever is set now.
    pub fn reference(format: Format) -> Result<String, SettingsError> {
        let unset: [(&str, &str); 0] = [];
        Ok(REFERENCE.print(&Self::read(Self::loader().environment(unset))?, format))
    }

    /// Reads and checks what `loader` finds; the loader's defaults take precedence over those of this service.
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

    /// Who may sign up.
    pub fn registration(&self) -> RegistrationMode {
        RegistrationMode::in_force(self.registration, self.anyone_may_sign_up())
    }

    fn anyone_may_sign_up(&self) -> bool {
        self.http.is_loopback() || self.registration_on_network
    }

    /// Whether browsers may send cookies only over TLS: if the issuer's URL is https.
    pub fn secure_cookies(&self) -> bool {
        self.tokens.issuer.starts_with("https://")
    }

    /// Refuses settings that contradict each other; an embedding program calls it after its changes.
    pub fn validate(&self) -> Result<(), SettingsError> {
        REFERENCE.check(self)?;
        self.http.validate()?;
        self.tokens.validate()?;
        self.passwords.cost().check().map_err(|fault| SettingsError::at("passwords", fault))?;
        if !roles::is_built_in(&self.new_user_role) {
            let fault = format!("{:?} is not one of admin, scientist, viewer", self.new_user_role);
            return Err(SettingsError::at("new_user_role", fault));
        }
        self.registration().check(self.anyone_may_sign_up(), &self.new_user_role)?;
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

    /// The policy for users and tokens.
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
            max_sessions: self.sessions.max_per_user,
            throttle: self.throttle.policy(),
            job_ttl: Duration::from_secs(tokens.job_ttl),
            job_idle: Duration::from_secs(tokens.job_idle.unwrap_or(tokens.job_ttl)),
            recent_login: Duration::from_secs(self.login.recent),
            min_password_length: self.passwords.min_length,
            new_user_role: self.new_user_role.clone(),
            personal_projects: self.projects.personal,
            audit_retention: (self.audit.retention > 0).then(|| Duration::from_secs(self.audit.retention)),
        }
    }
}

impl TokenSettings {
    fn validate(&self) -> Result<(), SettingsError> {
        check_url("tokens.issuer", &self.issuer)?;
        if self.audience.is_empty() {
            return Err(SettingsError::at("tokens.audience", "must not be empty"));
        }
        if self.refresh_ttl < self.access_ttl {
            return Err(SettingsError::at("tokens.refresh_ttl", "at least tokens.access_ttl"));
        }
        if self.session_ttl < self.refresh_ttl {
            return Err(SettingsError::at("tokens.session_ttl", "at least tokens.refresh_ttl"));
        }
        if self.job_ttl < self.refresh_ttl {
            return Err(SettingsError::at("tokens.job_ttl", "at least tokens.refresh_ttl"));
        }
        if self.job_idle.is_some_and(|idle| !(self.access_ttl..=self.job_ttl).contains(&idle)) {
            return Err(SettingsError::at("tokens.job_idle", "from tokens.access_ttl to tokens.job_ttl"));
        }
        Ok(())
    }
}

impl PasswordSettings {
    /// What one hash costs.
    pub fn cost(&self) -> Cost {
        Cost { memory_kib: self.memory_kib, iterations: self.iterations, parallelism: self.parallelism }
    }

    /// The limits on hashing.
    pub fn limits(&self) -> Limits {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Limits { permits: self.pool_permits.unwrap_or_else(cores), queue: self.pool_queue }
    }
}

#[cfg(test)]
#[path = "tests/settings.rs"]
mod tests;
