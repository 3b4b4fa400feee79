//! Why a service cannot start: one line for the operator.

use crate::settings::SettingsError;

/// The start failed. The text is one line that says what to change.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting is wrong; the message names it.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The key ring cannot be used.
    #[error(transparent)]
    Keys(#[from] crate::keys::KeysError),
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// The address from the settings.
        address: String,
        /// The operating system's reason.
        reason: String,
    },
    /// The store cannot be opened.
    #[error("store: {0}")]
    Store(String),
    /// The host name of the store cannot be resolved now; the start is retried until it can.
    #[error("store: {0}")]
    Away(crate::store::cause::Cause),
    /// Anything else that keeps a service from starting.
    #[error("{0}")]
    Other(String),
}
