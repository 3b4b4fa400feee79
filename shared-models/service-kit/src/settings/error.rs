//! Why settings cannot be used. Knows no setting.

/// A setting is unknown, missing, malformed or given twice. The text names its key.
#[derive(Debug, thiserror::Error)]
#[error("settings: {0}")]
pub struct SettingsError(pub(super) String);

impl SettingsError {
    /// A fault of the setting `key` (dotted, as in a TOML file).
    pub fn at(key: &str, fault: impl std::fmt::Display) -> Self {
        Self(format!("{key}: {fault}"))
    }

    /// What is wrong with the setting `key`, if that is the one.
    pub fn fault_of(&self, key: &str) -> Option<&str> {
        self.0.strip_prefix(key)?.strip_prefix(": ")
    }
}
