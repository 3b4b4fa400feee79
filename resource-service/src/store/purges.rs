//! The port for removing documents for good, with all that is kept of them.
//!
//! A purge is one decisive write, after which nobody reads the document or a revision of it, and a *note* that is written
//! in the same step. What belongs to the document then goes in steps that can be repeated, by any replica, until the note
//! is taken away.

use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::{Head, StoreError};
use crate::domain::collection::Collection;

/// The most revisions, and about the most documents, that one step removes.
pub const ERASED_AT_ONCE: usize = 500;

/// A note that a document was removed for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purge {
    /// The name of the document's collection.
    pub collection: String,
    /// The document's id.
    pub document: String,
}

/// What is kept of a document that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remains {
    /// The newest revision that is kept, and the owner.
    pub newest: Head,
    /// Whether that is the removal of the document, so that it could come back where the definition allows that.
    pub restorable: bool,
}

/// When receipts expire that may repeat a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiring {
    /// The earliest.
    pub from: OffsetDateTime,
    /// The latest.
    pub to: OffsetDateTime,
}

/// A store that removes for good.
#[async_trait]
pub trait Purges: Send + Sync {
    /// What is kept of a document that is not there and was not removed for good, whatever the definition says by now.
    async fn remains(&self, collection: &Arc<Collection>, id: &str) -> Result<Option<Remains>, StoreError>;

    /// Removes a document for good and notes it; `false` where `expected` is neither its current revision nor, of one that
    /// is not there, the newest of its [`Remains`].
    async fn purge(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        expected: i64,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError>;

    /// Notes from before `until`, at most `limit`.
    async fn purges(&self, until: OffsetDateTime, limit: u32) -> Result<Vec<Purge>, StoreError>;

    /// Removes these documents, at most [`ERASED_AT_ONCE`], and as many of their revisions; `true` once none is left.
    async fn erase(&self, collection: &str, ids: &[String]) -> Result<bool, StoreError>;

    /// Empties what repeats these documents: the answers that are kept for requests sent again, and, where the store
    /// keeps a log of changes of its own, what it says of them.
    async fn erase_traces(
        &self,
        collection: &str,
        ids: &[String],
        receipts: Expiring,
    ) -> Result<(), StoreError>;

    /// Takes a note away: nothing is left to remove.
    async fn settle_purge(&self, purge: &Purge) -> Result<(), StoreError>;
}
