//! What is in force in this process, for `check` and for the first line of the log. Shows no credential.

use std::fmt;

use service_kit::keys::KeyRing;

use crate::settings::{DATABASE, Settings};

/// What an operator wants to know before anything else.
pub struct InForce {
    store: String,
    issuer: String,
    audience: String,
    keys: String,
    revocations: String,
    allowed_origins: String,
    console: String,
}

impl InForce {
    /// Of a service with these settings and these keys.
    pub fn of(settings: &Settings, ring: &KeyRing) -> Self {
        let origins = settings.http.allowed_origins.join(", ");
        let keys = match &settings.keys.jwks_url {
            Some(url) => url.clone(),
            None => format!("{} {:?}", settings.key_file().display(), **ring.current()),
        };
        // A client that is named without an address is refused by the settings.
        let called = settings.auth.url.as_ref().filter(|_| settings.auth.client_id.is_some());
        let console = settings.console.dir.as_ref();
        Self {
            store: settings.store.url.place(DATABASE),
            issuer: settings.tokens.issuer.clone(),
            audience: settings.tokens.audience.clone(),
            keys,
            revocations: called.cloned().unwrap_or_else(|| "not followed".into()),
            allowed_origins: if origins.is_empty() { "none".into() } else { origins },
            console: console.map_or_else(|| "none".into(), |folder| folder.display().to_string()),
        }
    }

    /// Logs it as one line.
    pub fn log(&self) {
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            store = self.store,
            issuer = self.issuer,
            audience = self.audience,
            keys = self.keys,
            revocations = self.revocations,
            allowed_origins = self.allowed_origins,
            console = self.console,
            "settings in force"
        );
    }
}

impl fmt::Display for InForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "version          {}", env!("CARGO_PKG_VERSION"))?;
        writeln!(f, "store            {}", self.store)?;
        writeln!(f, "issuer           {}", self.issuer)?;
        writeln!(f, "audience         {}", self.audience)?;
        writeln!(f, "keys             {}", self.keys)?;
        writeln!(f, "revocations      {}", self.revocations)?;
        writeln!(f, "allowed origins  {}", self.allowed_origins)?;
        write!(f, "console          {}", self.console)
    }
}
