//! The port: what a store of documents can do, one atomic verb each. No driver type crosses it.

pub mod artifacts;
pub mod definitions;
pub mod ends;
mod heartbeats;
pub mod hiding;
pub mod keyset;
pub mod mongo;
pub mod observed;
pub mod purges;
pub mod retention;
pub mod scan;
mod series;
pub mod sqlite;
mod usage;
mod versions;
mod writes;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use service_kit::store::{Unavailable, cause::Cause, layout::Layout, owner::Owner};
use shared_models::documents::Explanation;
use time::OffsetDateTime;

pub use self::{
    definitions::DefinitionStore,
    ends::Ends,
    heartbeats::{Beat, Heartbeats, Writer},
    hiding::Hiding,
    purges::Purges,
    retention::Retention,
    scan::Scan,
    series::{Append, Chunks, Outline, Outlines, SeriesStore, Write},
    usage::{Measured, Usage},
    versions::{Version, Versions},
    writes::{Bulk, BulkEnd, Fate, KeptReceipt, MAX_CONFLICTS, Receipt, RenderAnswer, Update, Writes},
};
use crate::{
    domain::{
        aggregate::Groups,
        change::{Change, Position},
        collection::Collection,
        document::Document,
        ticket::Ticket,
    },
    query::{
        expr::Expr,
        order::{Order, Start},
        projection::Projection,
    },
};

/// A document as a store gives it back: the text that is sent on, and what decides about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDocument {
    /// The JSON text.
    pub json: String,
    /// Its `_revision`.
    pub revision: i64,
    /// Its `_owner`.
    pub owner: String,
}

impl From<&Document> for StoredDocument {
    fn from(document: &Document) -> Self {
        Self {
            json: document.to_json(),
            revision: document.meta.revision,
            owner: document.meta.owner.clone(),
        }
    }
}

/// What decides about a document, without the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its `_revision`.
    pub revision: i64,
    /// Its `_owner`.
    pub owner: String,
}

/// Which documents of a collection, in which order, how much of them.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The condition that they meet.
    pub filter: Expr,
    /// Their order.
    pub order: Order,
    /// The members wanted; all where absent.
    pub projection: Option<Projection>,
    /// The most documents.
    pub limit: usize,
}

/// How long a change is kept in the log; on MongoDB the oplog decides.
pub const LOG_KEPT_FOR: time::Duration = time::Duration::hours(24);
/// The most bytes of documents that SQLite's log of changes keeps, give or take what comes between two trims.
pub const LOG_KEPT_BYTES: i64 = 64 * 1024 * 1024;

/// The most bytes of JSON one [`Batch`] holds, give or take its last document.
pub const MAX_BATCH_BYTES: usize = 8 * 1024 * 1024;

/// A part of a selection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// JSON texts in order: at most as many as the limit says, fewer where they reach [`MAX_BATCH_BYTES`].
    pub documents: Vec<String>,
    /// Whether there are more behind them.
    pub more: bool,
}

/// What a stream of changes consists of.
#[derive(Debug)]
pub enum LogEntry {
    /// The next change.
    Change(Arc<Change>),
    /// Everything up to here has been sent.
    Mark(Position),
}

/// The changes of some collections in the order in which they were made. It ends with an error or not at all.
pub type ChangeLog = BoxStream<'static, Result<LogEntry, StoreError>>;

/// Why a store did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another document has the same values in these fields of a unique index.
    #[error("another document has the same {}", .fields.join(", "))]
    Conflict {
        /// The fields of the index.
        fields: Vec<String>,
    },
    /// Stored documents do not let an index be made.
    #[error("documents of {collection} {why}")]
    Unindexable {
        /// The collection.
        collection: String,
        /// What they do, to complete the sentence.
        why: String,
    },
    /// It cannot be reached now. What was asked is not done.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// A query took longer than the time limit and was stopped.
    #[error("the query took longer than its time limit")]
    QueryTimeout,
    /// It did not say in time whether it wrote.
    #[error("the store did not say whether this took effect")]
    Unknown,
    /// It is reached and cannot be used as it is. The cause is for operators alone.
    #[error("{0}")]
    Unusable(Cause),
    /// The position is not one of its log, or older than what the log keeps.
    #[error("the log of changes does not reach back to this position")]
    PositionLost,
    /// What it holds cannot be read.
    #[error("stored data is corrupt: {0}")]
    Corrupt(String),
    /// It refused, and asking again will not help.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// What this program makes of a store. A change of it raises the version.
pub const LAYOUT: Layout = Layout { version: 2, oldest_reader: 1 };

/// Whose store it is.
pub const OWNER: Owner = Owner::Resource;

/// The time limit of a query where nothing else is set.
pub const QUERY_TIMEOUT: Duration = Duration::from_secs(10);

/// A store of documents. A document whose expiry has passed counts as gone, removed already or not.
///
/// A query (`list`, a batch of a `scan`, `explain`, `count`, `estimate`, `aggregate`, `chunks`, `versions`, `removals`, `usage`) has a time limit, ends when its
/// future is dropped, and does not hold up `get` and `head`.
#[async_trait]
pub trait Store:
    DefinitionStore
    + Writes
    + Versions
    + SeriesStore
    + Measured
    + Purges
    + Retention
    + Hiding
    + Ends
    + Heartbeats
    + artifacts::Artifacts
    + Send
    + Sync
{
    /// Makes what the collections need: tables and indexes. Can be repeated, by several replicas at once.
    async fn prepare(&self, collections: &[Arc<Collection>]) -> Result<(), StoreError>;

    /// Makes what a store keeps beside documents that were written by an older version of the program or for an older
    /// definition, so that they are found; returns how many there were.
    async fn mend(&self, _: &Arc<Collection>) -> Result<u64, StoreError> {
        Ok(0)
    }

    /// Whether the store can be reached and used now; else why not, in words for an operator.
    async fn ping(&self) -> Result<(), Cause>;

    /// The document with this id.
    async fn get(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        now: OffsetDateTime,
    ) -> Result<Option<StoredDocument>, StoreError>;

    /// Revision and owner of the document with this id.
    async fn head(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        now: OffsetDateTime,
    ) -> Result<Option<Head>, StoreError>;

    /// The first documents of a selection.
    async fn list(
        &self,
        collection: &Arc<Collection>,
        selection: Selection,
        now: OffsetDateTime,
    ) -> Result<Batch, StoreError>;

    /// All documents of a selection, however many, from `start` on. They are sorted at most once.
    async fn scan(
        &self,
        collection: &Arc<Collection>,
        selection: Selection,
        start: Option<Start>,
        now: OffsetDateTime,
    ) -> Result<Box<dyn Scan>, StoreError>;

    /// How it finds the first documents of a selection: found out by doing it.
    async fn explain(
        &self,
        collection: &Arc<Collection>,
        selection: Selection,
        now: OffsetDateTime,
    ) -> Result<Explanation, StoreError>;

    /// How many documents meet `filter`.
    async fn count(
        &self,
        collection: &Arc<Collection>,
        filter: Expr,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError>;

    /// How many documents the collection has, by the store's own statistics: cheap, and perhaps a little off.
    async fn estimate(&self, collection: &Arc<Collection>, now: OffsetDateTime) -> Result<u64, StoreError>;

    /// Adds every document that meets `filter` to `groups`, in no particular order, until these overflow.
    async fn aggregate(
        &self,
        collection: &Arc<Collection>,
        filter: Expr,
        groups: Groups,
        now: OffsetDateTime,
    ) -> Result<Groups, StoreError>;

    /// A position behind every change that was acknowledged before, and ahead of those made from now on.
    async fn position_now(&self) -> Result<Position, StoreError>;

    /// The changes of documents of these collections behind `after`, each once: a mark of where the stream begins, then
    /// each change, and a mark whenever all that have been made are sent. Where `after` is within a step it is a position
    /// in each of the collections that are named. [`StoreError::PositionLost`] where a change is not kept, or the position is
    /// ahead of the log.
    async fn changes(&self, after: Position, collections: &[Arc<str>]) -> Result<ChangeLog, StoreError>;

    /// The secret of this name, the same for every replica: `fresh` where there was none.
    async fn secret(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], StoreError>;

    /// Keeps a ticket until it expires.
    async fn keep_ticket(&self, ticket: Ticket) -> Result<(), StoreError>;

    /// Takes the ticket of this hash away, if it opens `collection` and has not expired: it is given out once.
    async fn take_ticket(
        &self,
        hash: &str,
        collection: &str,
        now: OffsetDateTime,
    ) -> Result<Option<Ticket>, StoreError>;
}

#[cfg(test)]
pub(crate) mod contract;
