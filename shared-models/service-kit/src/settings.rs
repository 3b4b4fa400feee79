//! Layered settings: built-in defaults, then a TOML file, then the environment.
//!
//! The one place of the workspace that reads the environment. Nothing here knows what a setting means.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use config::{Config, ConfigError, File, FileFormat, Map, Value, ValueKind};
use serde::{Deserialize, de::DeserializeOwned};

use crate::address::TrustedProxies;

/// A setting is unknown, missing, malformed or given twice. The text names its key.
#[derive(Debug, thiserror::Error)]
#[error("settings: {0}")]
pub struct SettingsError(String);

impl SettingsError {
    /// A fault of the setting `key` (dotted, as in a TOML file).
    pub fn at(key: &str, fault: impl std::fmt::Display) -> Self {
        Self(format!("{key}: {fault}"))
    }
}

/// Refuses what is no URL with a host and neither query nor fragment, as RFC 8414 section 2 asks of an issuer.
pub fn check_url(key: &str, text: &str) -> Result<(), SettingsError> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |c: char| !c.is_whitespace() && c != '?' && c != '#';
    if host.is_some_and(|host| !host.is_empty() && !host.starts_with('/') && host.chars().all(plain)) {
        Ok(())
    } else {
        Err(SettingsError::at(key, format!("{text:?} is not a URL such as https://auth.example.org")))
    }
}

/// Reads the settings of one service.
///
/// Every key named a secret may be given as `KEY_file`, a path whose content (less one trailing line
/// break) is the value; both at once is an error. An environment variable that is empty counts as unset.
pub struct Loader {
    prefix: &'static str,
    secrets: &'static [&'static str],
    lists: &'static [&'static str],
    file: Option<PathBuf>,
    defaults: Vec<(&'static str, String)>,
    environment: BTreeMap<String, String>,
}

impl Loader {
    /// A loader for variables that begin with `PREFIX__`, with the dotted keys that are secrets.
    pub fn new(prefix: &'static str, secrets: &'static [&'static str]) -> Self {
        let loader = Self {
            prefix,
            secrets,
            lists: &[],
            file: None,
            defaults: Vec::new(),
            environment: BTreeMap::new(),
        };
        let text =
            |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        loader.environment(std::env::vars_os().filter_map(text))
    }

    /// Dotted keys whose environment variables hold several values, separated by commas.
    pub fn lists(mut self, keys: &'static [&'static str]) -> Self {
        self.lists = keys;
        self
    }

    /// The TOML file, if one was named.
    pub fn file(mut self, path: Option<&Path>) -> Self {
        self.file = path.map(Path::to_owned);
        self
    }

    /// A default that the settings type cannot know by itself.
    pub fn default(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.defaults.push((key, value.into()));
        self
    }

    /// Takes `variables` instead of the process's own environment.
    pub fn environment<K, V>(mut self, variables: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<String>,
        V: Into<String>,
    {
        let start = format!("{}__", self.prefix);
        self.environment = variables
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .filter(|(name, value)| name.starts_with(&start) && !value.is_empty())
            .collect();
        self
    }

    /// Merges the layers and reads `T` from them; `T` should deny unknown fields.
    pub fn load<T: DeserializeOwned>(self) -> Result<T, SettingsError> {
        let mut tree = self.layers().map_err(|error| SettingsError(one_line(&error.to_string())))?;
        for key in self.secrets {
            resolve_secret(&mut tree, key)?;
        }
        for (key, value) in &self.defaults {
            if lookup(&mut tree, key).is_none() {
                insert(&mut tree, key, value.as_str().into());
            }
        }
        serde_path_to_error::deserialize(tree).map_err(|error| {
            let path = error.path().to_string();
            let fault = one_line(&error.inner().to_string());
            if path == "." { SettingsError(fault) } else { SettingsError::at(&self.origin(&path), fault) }
        })
    }

    /// The file under the environment.
    fn layers(&self) -> Result<Value, ConfigError> {
        let mut layers = Config::builder();
        if let Some(path) = &self.file {
            layers = layers.add_source(File::from(path.as_path()).format(FileFormat::Toml).required(true));
        }
        for (name, value) in &self.environment {
            let key = self.key_of(name);
            layers = if self.lists.contains(&key.as_str()) {
                layers
                    .set_override(&key, value.split(',').map(|v| v.trim().to_owned()).collect::<Vec<_>>())?
            } else {
                layers.set_override(&key, value.as_str())?
            };
        }
        Ok(layers.build()?.cache)
    }

    fn key_of(&self, variable: &str) -> String {
        variable[self.prefix.len() + 2..].to_lowercase().replace("__", ".")
    }

    /// The key, with the environment variable that gave it where one did.
    fn origin(&self, key: &str) -> String {
        match self.environment.keys().find(|name| self.key_of(name) == key) {
            Some(variable) => format!("{key} (from {variable})"),
            None => key.to_owned(),
        }
    }
}

/// Replaces `KEY_file` by the file's content under `KEY`.
fn resolve_secret(tree: &mut Value, key: &str) -> Result<(), SettingsError> {
    let file_key = format!("{key}_file");
    let Some(path) = remove(tree, &file_key) else { return Ok(()) };
    if lookup(tree, key).is_some() {
        return Err(SettingsError::at(key, format!("given twice, as {key} and as {file_key}; keep one")));
    }
    let path =
        path.into_string().map_err(|error| SettingsError::at(&file_key, one_line(&error.to_string())))?;
    let text = std::fs::read_to_string(&path)
        .map_err(|error| SettingsError::at(&file_key, format!("cannot read {path}: {error}")))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    insert(tree, key, text.strip_suffix('\r').unwrap_or(text).into());
    Ok(())
}

/// The table that holds the last part of a dotted key, and that part.
fn parent<'t, 'k>(
    tree: &'t mut Value,
    key: &'k str,
    make: bool,
) -> Option<(&'t mut Map<String, Value>, &'k str)> {
    let (tables, last) = key.rsplit_once('.').map_or((None, key), |(tables, last)| (Some(tables), last));
    let mut at = tree;
    for name in tables.into_iter().flat_map(|tables| tables.split('.')) {
        let ValueKind::Table(table) = &mut at.kind else { return None };
        if make {
            table.entry(name.to_owned()).or_insert_with(|| Map::<String, Value>::new().into());
        }
        at = table.get_mut(name)?;
    }
    match &mut at.kind {
        ValueKind::Table(table) => Some((table, last)),
        _ => None,
    }
}

fn lookup<'t>(tree: &'t mut Value, key: &str) -> Option<&'t Value> {
    let (table, last) = parent(tree, key, false)?;
    table.get(last)
}

fn remove(tree: &mut Value, key: &str) -> Option<Value> {
    let (table, last) = parent(tree, key, false)?;
    table.remove(last)
}

fn insert(tree: &mut Value, key: &str, value: Value) {
    if let Some((table, last)) = parent(tree, key, true) {
        table.insert(last.to_owned(), value);
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How a service listens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {
    /// Address of the public listener.
    pub listen: SocketAddr,
    /// Address of the management listener.
    pub management_listen: SocketAddr,
    /// Worker threads of the public listener; as many as cores where absent.
    #[serde(default)]
    pub workers: Option<usize>,
    /// Seconds between SIGTERM, when readiness turns 503, and the end of accepting connections.
    #[serde(default = "drain_pause")]
    pub drain_pause: u64,
    /// Browsers' origins that may call with credentials.
    #[serde(default)]
    pub allowed_origins: Vec<String>,
    /// Addresses and networks of proxies whose `X-Forwarded-For` is believed.
    #[serde(default)]
    pub trusted_proxies: TrustedProxies,
}

/// Long enough for a balancer that asks `/readyz` every second to notice.
fn drain_pause() -> u64 {
    2
}

impl HttpSettings {
    /// Seconds that in-flight requests get after the pause; pause and this stay within 10 s.
    pub(crate) const DRAIN_TIMEOUT: u64 = 5;

    /// Refuses a pause with which the drain would take over 10 s, and an origin no browser would send.
    pub fn validate(&self) -> Result<(), SettingsError> {
        if self.drain_pause > 4 {
            return Err(SettingsError::at("http.drain_pause", "at most 4 (seconds)"));
        }
        if self.workers == Some(0) {
            return Err(SettingsError::at("http.workers", "at least 1"));
        }
        for origin in &self.allowed_origins {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            if !host.is_some_and(|host| !host.is_empty() && !host.contains(['/', ' ', '*', '?', '#'])) {
                let fault = format!("{origin:?} is not an origin such as https://console.example.org");
                return Err(SettingsError::at("http.allowed_origins", fault));
            }
        }
        Ok(())
    }

    /// Whether only this machine can reach the public listener.
    pub fn is_loopback(&self) -> bool {
        match self.listen.ip() {
            IpAddr::V4(ip) => ip.is_loopback(),
            IpAddr::V6(ip) => ip.is_loopback(),
        }
    }

    pub(crate) fn pause(&self) -> Duration {
        Duration::from_secs(self.drain_pause)
    }
}

/// What a service tells about itself.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetrySettings {
    /// How log lines look.
    pub format: LogFormat,
    /// Base URL of an OTLP/HTTP collector; traces are exported where it is set.
    pub otlp_endpoint: Option<String>,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line, for machines.
    #[default]
    Json,
    /// Coloured text, for people.
    Pretty,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        http: Http,
        #[serde(default)]
        pin: Option<secrecy::SecretString>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Http {
        port: u16,
        #[serde(default)]
        origins: Vec<String>,
    }

    fn loader<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Loader {
        Loader::new("T", &["pin"]).lists(&["http.origins"]).default("http.port", "1").environment(variables)
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
        let settings: Settings =
            loader([("T__HTTP__ORIGINS", "a, b"), ("T__HTTP__PORT", "")]).load().unwrap();
        assert_eq!(settings.http.origins, ["a", "b"]);
        assert_eq!(settings.http.port, 1);
    }
}
