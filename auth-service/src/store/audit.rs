//! The port to the audit log: entries are added and read, never changed.

use async_trait::async_trait;

use super::StoreError;
use crate::domain::{
    audit::{Action, Entry},
    key_ring::RingState,
};

/// Which entries a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Who did it.
    pub actor: Option<String>,
    /// What was done.
    pub action: Option<Action>,
    /// To which target.
    pub target: Option<String>,
    /// Entries with a smaller id.
    pub before: Option<String>,
    /// The page size.
    pub limit: u32,
}

/// The audit log.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Adds an entry on its own: of an act that was refused, or that the store does not write. The methods that do an
    /// act receive its entry and write it atomically with the act.
    async fn append_audit(&self, entry: &Entry) -> Result<(), StoreError>;

    /// Moves to the log the entries that acts stored elsewhere. Reading the log does that too.
    async fn gather_audit(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Adds an entry, made of this one, for each step between the key ring that was recorded last and this one, which
    /// is recorded in its place. Of several processes that record the same ring, one adds them.
    async fn record_ring(&self, ring: &RingState, entry: &Entry) -> Result<(), StoreError>;

    /// The entries that a list shows, newest first.
    async fn audit(&self, filter: &AuditFilter) -> Result<Vec<Entry>, StoreError>;
}
