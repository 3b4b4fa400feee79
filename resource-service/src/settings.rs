//! The settings of resource-service, read and checked once. The only file here that knows where they come from.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use service_kit::{
    settings::{HttpSettings, Loader, SettingsError, TelemetrySettings, check_url},
    store::StoreUrl,
};

/// Everything that can be set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The two listeners.
    pub http: HttpSettings,
    /// Logs and traces.
    #[serde(default)]
    pub telemetry: TelemetrySettings,
    /// Where documents live.
    pub store: StoreSettings,
    /// The key ring.
    pub keys: KeySettings,
    /// Which access tokens are good here.
    pub tokens: TokenSettings,
    /// The definitions.
    #[serde(default)]
    pub collections: CollectionSettings,
    /// auth-service.
    #[serde(default)]
    pub auth: AuthSettings,
}

/// Where documents live.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreSettings {
    /// The address of the store.
    pub url: StoreUrl,
}

/// The key ring.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeySettings {
    /// A JWK Set, followed while the service runs.
    pub file: PathBuf,
}

/// Which access tokens are good here.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenSettings {
    /// The `iss` they must have.
    pub issuer: String,
    /// The `aud` they must have.
    pub audience: String,
}

/// The definitions.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollectionSettings {
    /// A directory of `*.json` files; the built-in definitions where absent.
    pub dir: Option<PathBuf>,
}

/// auth-service.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthSettings {
    /// Its base URL, for the login of the documentation page; the same origin where absent.
    pub url: Option<String>,
}

impl Settings {
    /// A loader that knows this service's variables and secrets, and none of its defaults yet.
    pub fn loader() -> Loader {
        Loader::new("RESOURCE", &["store.url"])
    }

    /// Reads defaults, then `file`, then `RESOURCE__…` variables.
    pub fn load(file: Option<&Path>) -> Result<Self, SettingsError> {
        Self::read(Self::loader().file(file))
    }

    /// Reads and checks what `loader` finds; its own defaults go before those of this service.
    pub fn read(loader: Loader) -> Result<Self, SettingsError> {
        let settings: Self = Self::defaults(loader).load()?;
        settings.validate()?;
        Ok(settings)
    }

    fn validate(&self) -> Result<(), SettingsError> {
        self.http.validate()?;
        check_url("tokens.issuer", &self.tokens.issuer)?;
        if self.tokens.audience.is_empty() {
            return Err(SettingsError::at("tokens.audience", "must not be empty"));
        }
        self.auth.url.as_deref().map_or(Ok(()), |url| check_url("auth.url", url))
    }

    fn defaults(loader: Loader) -> Loader {
        loader
            .default("http.listen", "127.0.0.1:8082")
            .default("http.management_listen", "127.0.0.1:9082")
            .default("store.url", "sqlite:data/resource.db")
            .default("keys.file", "data/keys.json")
            .default("tokens.issuer", "http://127.0.0.1:8080")
            .default("tokens.audience", "tessera")
    }

    /// Where a browser gets its access token.
    pub fn login_url(&self) -> String {
        let base = self.auth.url.as_deref().unwrap_or_default();
        format!("{}/auth/login", base.trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::read(Settings::loader().environment(variables.iter().copied()))
    }

    #[test]
    fn without_anything_set_the_defaults_of_the_contract_hold() {
        let settings = load(&[]).unwrap();
        assert_eq!(settings.http.listen.to_string(), "127.0.0.1:8082");
        assert_eq!(format!("{:?}", settings.store.url), "sqlite:data/resource.db");
        assert_eq!(settings.login_url(), "/auth/login");
    }

    #[test]
    fn the_environment_sets_and_a_bad_value_is_refused_by_its_key() {
        let settings = load(&[("RESOURCE__AUTH__URL", "http://127.0.0.1:8081/")]).unwrap();
        assert_eq!(settings.login_url(), "http://127.0.0.1:8081/auth/login");
        for (variable, value, key) in [
            ("RESOURCE__COLLECTIONS__DRI", "x", "collections.dri"),
            ("RESOURCE__STORE__URL", "postgres://x", "store.url"),
            ("RESOURCE__TOKENS__ISSUER", "not a url", "tokens.issuer"),
            ("RESOURCE__TOKENS__ISSUER", "https://", "tokens.issuer"),
            ("RESOURCE__AUTH__URL", "ftp://a", "auth.url"),
            ("RESOURCE__HTTP__WORKERS", "0", "http.workers"),
        ] {
            let refusal = load(&[(variable, value)]).unwrap_err().to_string();
            assert!(refusal.contains(key), "{variable}: {refusal}");
        }
    }

    #[test]
    fn an_empty_audience_is_refused() {
        let mut settings = load(&[]).unwrap();
        settings.tokens.audience.clear();
        assert!(settings.validate().unwrap_err().to_string().contains("tokens.audience"));
    }
}
