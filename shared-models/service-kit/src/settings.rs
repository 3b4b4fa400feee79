//! Layered settings: built-in defaults, then a TOML file, then the environment.
//!
//! The one place of the workspace that reads the environment. Nothing here knows what a setting means.

pub mod allocator;
mod error;
mod names;
pub mod reference;
mod schema;
mod sections;

use std::{
    collections::BTreeMap,
    ffi::OsString,
    net::IpAddr,
    path::{Path, PathBuf},
};

use config::{Config, ConfigError, File, FileFormat, Map, Value, ValueKind};
use serde::de::DeserializeOwned;

pub use self::{
    error::SettingsError,
    sections::{HttpSettings, LogFormat, Subjects, TelemetrySettings},
};

/// Refuses anything but a URL with a host and without query and fragment, as RFC 8414 section 2 requires of an issuer; and one
/// with a user name or password, since URLs are shown in messages and logs.
pub fn check_url(key: &str, text: &str) -> Result<(), SettingsError> {
    let authority = text.split_once("://").map_or(text, |(_, rest)| rest).split('/').next();
    if authority.is_some_and(|authority| authority.contains('@')) {
        return Err(SettingsError::at(key, "the URL must not contain a user name or password"));
    }
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |c: char| !c.is_whitespace() && c != '?' && c != '#';
    if host.is_some_and(|host| !host.is_empty() && !host.starts_with('/') && host.chars().all(plain)) {
        Ok(())
    } else {
        Err(SettingsError::at(key, format!("{text:?} is not a URL such as https://auth.example.org")))
    }
}

/// Whether only this machine can reach the host of a URL that [`check_url`] accepted.
pub fn is_local_url(url: &str) -> bool {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = authority.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, _)) => host,
        None => authority.split(':').next().unwrap_or_default(),
    };
    let host = host.to_ascii_lowercase();
    let local_name = host == "localhost" || host.ends_with(".localhost");
    local_name || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// Reads the settings of one service.
///
/// Every key named a secret may be given as `KEY_file`, a path whose content (less one trailing line
/// break) is the value; giving both is an error. An environment variable that is empty counts as unset; one that is
/// not UTF-8, or whose name is nearly that of a setting, is an error.
pub struct Loader {
    prefix: &'static str,
    secrets: Vec<&'static str>,
    lists: Vec<&'static str>,
    file: Option<PathBuf>,
    defaults: Vec<(&'static str, String)>,
    environment: BTreeMap<String, String>,
    /// The names of all other variables that are not empty.
    others: Vec<String>,
    /// Why a variable cannot be read.
    unreadable: Option<SettingsError>,
}

impl Loader {
    /// A loader for variables that begin with `PREFIX__`, with the dotted keys that are secrets.
    pub fn new(prefix: &'static str, secrets: impl IntoIterator<Item = &'static str>) -> Self {
        let loader = Self {
            prefix,
            secrets: secrets.into_iter().collect(),
            lists: Vec::new(),
            file: None,
            defaults: Vec::new(),
            environment: BTreeMap::new(),
            others: Vec::new(),
            unreadable: None,
        };
        loader.environment(std::env::vars_os())
    }

    /// Dotted keys whose environment variables hold several values, separated by commas.
    pub fn lists(mut self, keys: impl IntoIterator<Item = &'static str>) -> Self {
        self.lists = keys.into_iter().collect();
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

    /// Reads `variables` instead of the process's environment.
    pub fn environment<K, V>(mut self, variables: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<OsString>,
        V: Into<OsString>,
    {
        let start = format!("{}__", self.prefix);
        self.environment.clear();
        self.others.clear();
        self.unreadable = None;
        let pairs = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        for (name, value) in pairs.filter(|(_, value)| !value.is_empty()) {
            match (name.into_string(), value.into_string()) {
                (Ok(name), Ok(value)) if name.starts_with(&start) => {
                    self.environment.insert(name, value);
                }
                (Ok(name), Err(_)) if name.starts_with(&start) => {
                    let fault = "the value is not UTF-8; look for a byte that another encoding left";
                    self.unreadable = Some(SettingsError::at(&name, fault));
                }
                (Err(name), _) if name.to_string_lossy().starts_with(&start) => {
                    let fault = "the name of this variable is not UTF-8";
                    self.unreadable = Some(SettingsError::at(&name.to_string_lossy(), fault));
                }
                (name, _) => {
                    self.others.push(name.unwrap_or_else(|name| name.to_string_lossy().into_owned()));
                }
            }
        }
        self
    }

    /// Merges the layers and reads `T` from them; `T` should deny unknown fields.
    pub fn load<T: DeserializeOwned>(mut self) -> Result<T, SettingsError> {
        if let Some(fault) = self.unreadable.take() {
            return Err(fault);
        }
        self.check_names(&schema::keys::<T>())?;
        let mut tree = self.layers().map_err(|error| SettingsError(one_line(&error.to_string())))?;
        for key in &self.secrets {
            resolve_secret(&mut tree, key)?;
        }
        for (key, value) in &self.defaults {
            if lookup(&mut tree, key).is_none() {
                insert(&mut tree, key, value.as_str().into());
            }
        }
        let mut given = tree.clone();
        serde_path_to_error::deserialize(tree).map_err(|error| {
            let path = error.path().to_string();
            let given = lookup(&mut given, &path).and_then(|value| value.clone().into_string().ok());
            let fault = match (schema::choices::<T>(&path), given) {
                (Some(choices), Some(given)) => format!("{given:?} is none of {}", choices.join(", ")),
                _ => one_line(&error.inner().to_string()),
            };
            if path == "." { SettingsError(fault) } else { SettingsError::at(&self.origin(&path), fault) }
        })
    }

    /// Refuses a variable whose name is nearly that of a setting, instead of ignoring it.
    fn check_names(&self, keys: &[String]) -> Result<(), SettingsError> {
        let files = self.secrets.iter().map(|key| format!("{key}_file"));
        let keys: Vec<String> = keys.iter().cloned().chain(files).collect();
        let names = self.environment.keys().chain(&self.others).map(String::as_str);
        match names::nearly_right(self.prefix, &keys, names) {
            Some((wrong, right)) => {
                Err(SettingsError(format!("{wrong} is not a setting; its name is {right}")))
            }
            None => Ok(()),
        }
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
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        return Err(SettingsError::at(
            &file_key,
            format!("{path} is empty; the value of {key} is expected in it"),
        ));
    }
    insert(tree, key, text.into());
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

#[cfg(test)]
mod tests;
