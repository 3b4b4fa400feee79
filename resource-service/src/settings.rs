//! The settings of resource-service, read and checked once. The only file here that knows where they come from.

mod bounds;
mod reference;

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use service_kit::{
    client::ClientConfig,
    settings::{HttpSettings, Loader, SettingsError, TelemetrySettings, check_url, reference::Format},
    store::StoreUrl,
};

pub use bounds::{ArtifactSettings, CacheSettings, ExportSettings, MemorySettings, QuerySettings};
pub use reference::REFERENCE;

/// The MongoDB database where the URL names none.
pub(crate) const DATABASE: &str = "tessera_resource";

/// Everything that can be set.
#[derive(Clone, Debug, Deserialize, Serialize)]
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
    #[serde(default)]
    pub keys: KeySettings,
    /// Which access tokens are good here.
    pub tokens: TokenSettings,
    /// The definitions.
    #[serde(default)]
    pub collections: CollectionSettings,
    /// Documents kept in memory.
    #[serde(default)]
    pub cache: CacheSettings,
    /// Exports.
    #[serde(default)]
    pub export: ExportSettings,
    /// The memory that requests share.
    #[serde(default)]
    pub memory: MemorySettings,
    /// Files of documents.
    #[serde(default)]
    pub artifacts: ArtifactSettings,
    /// Queries.
    #[serde(default)]
    pub query: QuerySettings,
    /// auth-service.
    #[serde(default)]
    pub auth: AuthSettings,
    /// The description of the API.
    #[serde(default)]
    pub openapi: OpenApiSettings,
    /// The web console.
    #[serde(default)]
    pub console: ConsoleSettings,
}

/// Where documents live.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StoreSettings {
    /// The address of the store.
    pub url: StoreUrl,
}

/// The key ring.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeySettings {
    /// A JWK Set, followed while the service runs; `data/keys.json` where nothing is said.
    pub file: Option<PathBuf>,
    /// Where auth-service shows its public keys, instead of the file.
    pub jwks_url: Option<String>,
}

/// Which access tokens are good here.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TokenSettings {
    /// The `iss` they must have.
    pub issuer: String,
    /// The `aud` they must have.
    pub audience: String,
}

/// The definitions.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CollectionSettings {
    /// A directory of `*.json` files, a definition each. They add to the shipped definitions; one of the same `name`
    /// replaces a shipped one.
    pub dir: Option<PathBuf>,
}

/// auth-service.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AuthSettings {
    /// Where this service reaches it.
    pub url: Option<String>,
    /// The client that calls it; it is not called where absent.
    pub client_id: Option<String>,
    /// The secret of that client.
    #[serde(skip_serializing)]
    pub client_secret: Option<SecretString>,
}

/// The description of the API: `/api/openapi.json` and `/api/docs`. It shows the names of all collections and fields.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OpenApiSettings {
    /// Whether only callers with a valid access token get it; otherwise anyone does.
    #[serde(default)]
    pub require_token: bool,
}

/// The web console.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ConsoleSettings {
    /// The folder of a built console, which is read at the start and served at `/`; none is served where absent.
    pub dir: Option<PathBuf>,
}

impl Settings {
    /// A loader that knows this service's variables and secrets, and none of its defaults yet.
    pub fn loader() -> Loader {
        REFERENCE.loader()
    }

    /// Reads defaults, then `file`, then `RESOURCE__…` variables.
    pub fn load(file: Option<&Path>) -> Result<Self, SettingsError> {
        Self::read(Self::loader().file(file))
    }

    /// All settings with their defaults, bounds and meaning, whatever is set now.
    pub fn reference(format: Format) -> Result<String, SettingsError> {
        let unset: [(&str, &str); 0] = [];
        Ok(REFERENCE.print(&Self::read(Self::loader().environment(unset))?, format))
    }

    /// Reads and checks what `loader` finds; its own defaults go before those of this service.
    pub fn read(loader: Loader) -> Result<Self, SettingsError> {
        let settings: Self = Self::defaults(loader).load()?;
        settings.validate()?;
        Ok(settings)
    }

    fn validate(&self) -> Result<(), SettingsError> {
        REFERENCE.check(self)?;
        self.http.validate()?;
        check_url("tokens.issuer", &self.tokens.issuer)?;
        if self.tokens.audience.is_empty() {
            return Err(SettingsError::at("tokens.audience", "must not be empty"));
        }
        if let Some(url) = &self.auth.url {
            check_url("auth.url", url)?;
        }
        if let Some(url) = &self.keys.jwks_url {
            check_url("keys.jwks_url", url)?;
            if self.keys.file.is_some() {
                return Err(SettingsError::at("keys.jwks_url", "given together with keys.file; keep one"));
            }
        }
        self.client().map(|_| ())
    }

    fn defaults(loader: Loader) -> Loader {
        loader
            .default("http.listen", "127.0.0.1:8082")
            .default("http.management_listen", "127.0.0.1:9082")
            .default("store.url", "sqlite:data/resource.db")
            .default("tokens.issuer", "http://127.0.0.1:8080")
            .default("tokens.audience", "tessera")
    }

    /// The file of the key ring, where it is not fetched.
    pub fn key_file(&self) -> PathBuf {
        self.keys.file.clone().unwrap_or_else(|| PathBuf::from("data/keys.json"))
    }

    /// Whom to call, and as whom, where auth-service is to be called.
    pub fn client(&self) -> Result<Option<ClientConfig>, SettingsError> {
        let AuthSettings { url, client_id, client_secret } = &self.auth;
        let missing = |key| Err(SettingsError::at(key, "is missing; calls to auth-service need it"));
        match (url, client_id, client_secret) {
            (_, None, None) => Ok(None),
            (_, None, Some(_)) => missing("auth.client_id"),
            (_, Some(_), None) => missing("auth.client_secret"),
            (None, Some(_), Some(_)) => missing("auth.url"),
            (Some(url), Some(client_id), Some(secret)) => Ok(Some(ClientConfig {
                base_url: url.clone(),
                client_id: client_id.clone(),
                client_secret: secret.clone(),
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::artifacts::UploadQuota;

    fn load(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::read(Settings::loader().environment(variables.iter().copied()))
    }

    #[test]
    fn without_anything_set_the_defaults_of_the_contract_hold() {
        let settings = load(&[]).unwrap();
        assert_eq!(settings.http.listen.to_string(), "127.0.0.1:8082");
        assert_eq!(format!("{:?}", settings.store.url), "sqlite:data/resource.db");
        assert_eq!((settings.memory.budget, settings.http.write_timeout), (100_663_296, 30));
        let quota = UploadQuota { owner: 10_737_418_240, collection: 107_374_182_400 };
        assert_eq!(settings.artifacts.quota(), quota);
        assert_eq!(settings.query.timeout(), Duration::from_secs(10));
    }

    #[test]
    fn the_environment_sets_and_a_bad_value_is_refused_by_its_key() {
        let settings = load(&[("RESOURCE__AUTH__URL", "http://127.0.0.1:8081/")]).unwrap();
        assert_eq!(settings.auth.url.as_deref(), Some("http://127.0.0.1:8081/"));
        for (variable, value, key) in [
            ("RESOURCE__COLLECTIONS__DRI", "x", "collections.dri"),
            ("RESOURCE__STORE__URL", "postgres://x", "store.url"),
            ("RESOURCE__TOKENS__ISSUER", "not a url", "tokens.issuer"),
            ("RESOURCE__TOKENS__ISSUER", "https://", "tokens.issuer"),
            ("RESOURCE__AUTH__URL", "ftp://a", "auth.url"),
            ("RESOURCE__AUTH__CLIENT_ID", "c", "auth.client_secret"),
            ("RESOURCE__AUTH__CLIENT_SECRET", "s", "auth.client_id"),
            ("RESOURCE__KEYS__JWKS_URL", "keys.json", "keys.jwks_url"),
            ("RESOURCE__HTTP__TRUSTED_PROXIES", "10.0.0.0/33", "http.trusted_proxies"),
            ("RESOURCE__HTTP__WORKERS", "0", "http.workers"),
            ("RESOURCE__CACHE__BYTES", "-1", "cache.bytes"),
            ("RESOURCE__EXPORT__COLUMNS", "0", "export.columns"),
            ("RESOURCE__EXPORT__COLUMNS", "10001", "export.columns"),
            ("RESOURCE__MEMORY__BUDGET", "33554431", "memory.budget"),
            ("RESOURCE__MEMORY__BUDGET", "96 MiB", "memory.budget"),
            ("RESOURCE__HTTP__WRITE_TIMEOUT", "0", "http.write_timeout"),
            ("RESOURCE__QUERY__TIMEOUT", "0", "query.timeout"),
            ("RESOURCE__QUERY__TIMEOUT", "601", "query.timeout"),
            ("RESOURCE__QUERY__TIMEOUT", "ten", "query.timeout"),
            ("RESOURCE__OPENAPI__REQUIRE_TOKEN", "maybe", "openapi.require_token"),
            ("RESOURCE__CONSOLE__DRI", "x", "console.dri"),
        ] {
            let refusal = load(&[(variable, value)]).unwrap_err().to_string();
            assert!(refusal.contains(key), "{variable}: {refusal}");
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
        assert_eq!(format!("{given:?}"), format!("{:?}", load(&[]).unwrap()));
    }

    #[test]
    fn keys_come_from_one_place_and_calls_need_an_address() {
        assert_eq!(load(&[]).unwrap().key_file(), Path::new("data/keys.json"));
        let url = ("RESOURCE__KEYS__JWKS_URL", "https://auth.example.org/.well-known/jwks.json");
        assert!(load(&[url]).is_ok());
        assert!(
            load(&[url, ("RESOURCE__KEYS__FILE", "k")]).unwrap_err().to_string().contains("keys.jwks_url")
        );
        let client = [("RESOURCE__AUTH__CLIENT_ID", "c"), ("RESOURCE__AUTH__CLIENT_SECRET", "hunter2")];
        assert!(load(&client).unwrap_err().to_string().contains("auth.url"));
        let with_url = [client[0], client[1], ("RESOURCE__AUTH__URL", "http://127.0.0.1:8081")];
        let settings = load(&with_url).unwrap();
        assert!(settings.client().unwrap().is_some());
        assert!(!format!("{settings:?}").contains("hunter2"));
    }

    #[test]
    fn an_empty_audience_is_refused() {
        let mut settings = load(&[]).unwrap();
        settings.tokens.audience.clear();
        assert!(settings.validate().unwrap_err().to_string().contains("tokens.audience"));
    }
}
