//! The settings in force, for `check` and the first log line. Shows no credential.

use std::fmt;

use service_kit::{keys::KeyRing, settings::is_local_url};

use crate::settings::{DATABASE, RegistrationMode, Settings};

/// The settings that matter most to an operator.
pub struct InForce {
    store: String,
    issuer: String,
    audience: String,
    signing_kid: String,
    registration: RegistrationMode,
    allowed_origins: String,
    secure_cookies: bool,
}

impl InForce {
    /// Those of a service with these `settings` and `keys`.
    pub fn of(settings: &Settings, keys: &KeyRing) -> Self {
        let ring = keys.current();
        let signing = ring.signing_key().map(|(key, _)| key.kid.clone());
        let origins = settings.http.allowed_origins.join(", ");
        Self {
            store: settings.store.url.place(DATABASE),
            issuer: settings.tokens.issuer.clone(),
            audience: settings.tokens.audience.clone(),
            signing_kid: signing.unwrap_or_else(|| "none".into()),
            registration: settings.registration(),
            allowed_origins: if origins.is_empty() { "none".into() } else { origins },
            secure_cookies: settings.secure_cookies(),
        }
    }

    /// Logs it as one line, and warns if cookies and tokens cross a network unencrypted.
    pub fn log(&self) {
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            store = self.store,
            issuer = self.issuer,
            audience = self.audience,
            signing_kid = self.signing_kid,
            registration = self.registration.name(),
            allowed_origins = self.allowed_origins,
            secure_cookies = self.secure_cookies,
            "settings in force"
        );
        if let Some(warning) = self.warning() {
            tracing::warn!(issuer = self.issuer, "{warning}");
        }
    }

    fn warning(&self) -> Option<&'static str> {
        (!self.secure_cookies && !is_local_url(&self.issuer)).then_some(
            "tokens.issuer is http: passwords, tokens and cookies cross the network unencrypted; put TLS in front of this \
             service and set an https issuer",
        )
    }
}

impl fmt::Display for InForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "version          {}", env!("CARGO_PKG_VERSION"))?;
        writeln!(f, "store            {}", self.store)?;
        writeln!(f, "issuer           {}", self.issuer)?;
        writeln!(f, "audience         {}", self.audience)?;
        writeln!(f, "signing kid      {}", self.signing_kid)?;
        writeln!(f, "registration     {}", self.registration.name())?;
        writeln!(f, "allowed origins  {}", self.allowed_origins)?;
        write!(f, "secure cookies   {}", if self.secure_cookies { "yes" } else { "no" })?;
        self.warning().map_or(Ok(()), |warning| write!(f, "\nwarning          {warning}"))
    }
}
