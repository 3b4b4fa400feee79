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
    /// Whose id is smaller.
    pub before: Option<String>,
    /// At most so many.
    pub limit: u32,
}

/// Where the audit log lives.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Adds an entry by itself: of an act that was refused, or that the store did not do. The verbs that do an act take
    /// its entry and write it in the act's own transaction.
    async fn append_audit(&self, entry: &Entry) -> Result<(), StoreError>;

    /// Brings to the log what acts have left beside it. Reading the log does that too.
    async fn gather_audit(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Adds an entry, made of this one, for each step between the key ring that was recorded last and this one, which is
    /// recorded in its place. Of several processes that record the same ring, one adds them.
    async fn record_ring(&self, ring: &RingState, entry: &Entry) -> Result<(), StoreError>;

    /// The entries that a list shows, newest first.
    async fn audit(&self, filter: &AuditFilter) -> Result<Vec<Entry>, StoreError>;
}
