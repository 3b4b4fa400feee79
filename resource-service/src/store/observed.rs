//! The store, with its operations timed, its errors counted and its reads kept fresh. Knows no database.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

use service_kit::{
    metric::Values::Closed,
    observed,
    store::{
        cause::Cause,
        freshness::Freshness,
        observed::{Meter, Named},
    },
};
use shared_models::documents::Explanation;
use time::OffsetDateTime;

use super::{
    Batch, ChangeLog, Head, Selection, Store, StoreError, StoredDocument,
    artifacts::{Blob, DocumentRef, Lease, UnfinishedBytes},
    definitions::{Duplicate, IndexPlan, StoredDefinition},
    ends::Ended,
    heartbeats::Beat,
    hiding::Turned,
    purges::{Expiring, Purge, Remains},
    retention::Kept,
    scan::Scan,
    series::{Append, Chunks, Outlines, Write},
    usage::Usage,
    versions::Version,
    writes::{Bulk, BulkEnd, Fate, KeptReceipt, Update},
};
use crate::{
    domain::aggregate::Groups,
    domain::artifacts::{File, Folder},
    domain::change::Position,
    domain::collection::{Collection, Index},
    domain::document::Document,
    domain::history::Removal,
    domain::ticket::Ticket,
    query::expr::Expr,
    query::order::Start,
};

/// Which store it is, as its metrics say.
const STORE: &str = "resource";

/// The kinds of error that are counted.
const ERRORS: &[&str] = &[
    "unindexable",
    "unavailable",
    "query_timeout",
    "unknown",
    "unusable",
    "position_lost",
    "corrupt",
    "failed",
];

service_kit::metrics! {
    /// The metrics of the store.
    pub static DECLARED;

    /// How long operations of the store took, whatever came of them.
    static SECONDS: Histogram = "tessera_store_operation_seconds" {
        store: Closed(&[STORE]),
        operation: Closed(OPERATIONS)
    };
    /// Operations of the store that failed, by kind of error.
    static FAILED: Counter = "tessera_store_operation_errors_total" {
        store: Closed(&[STORE]),
        error: Closed(ERRORS)
    };
}

const METER: Meter = Meter { store: STORE, operations: OPERATIONS, seconds: &SECONDS, errors: &FAILED };

/// A store whose operations are counted, and whose reads are fresh.
pub struct Observed {
    inner: Arc<dyn Store>,
    freshness: Freshness,
}

impl Observed {
    /// This store, counted, with reads that are kept fresh in this way.
    pub fn of(inner: Arc<dyn Store>, freshness: Freshness) -> Arc<dyn Store> {
        Arc::new(Self { inner, freshness })
    }
}

impl Named for StoreError {
    fn name(&self) -> Option<&'static str> {
        match self {
            Self::Conflict { .. } => None,
            Self::Unindexable { .. } => Some("unindexable"),
            Self::Unavailable(_) => Some("unavailable"),
            Self::QueryTimeout => Some("query_timeout"),
            Self::Unknown => Some("unknown"),
            Self::Unusable(_) => Some("unusable"),
            Self::PositionLost => Some("position_lost"),
            Self::Corrupt(_) => Some("corrupt"),
            Self::Failed(_) => Some("failed"),
        }
    }
}

observed! { Observed:
    super::artifacts::Artifacts {
        #[read]
        fn folder(place: DocumentRef<'_>) -> Result<Folder, StoreError>;
        fn save_folder(place: DocumentRef<'_>, files: &[File], expected: Option<&str>, next: &str) -> Result<bool, StoreError>;
        #[read]
        fn folders(collection: &str, after: &str, limit: u32) -> Result<Vec<String>, StoreError>;
        #[read]
        fn held(collection: &str, ids: &[String]) -> Result<Vec<String>, StoreError>;
        fn begin(blob: &Blob, now: OffsetDateTime, until: OffsetDateTime) -> Result<(), StoreError>;
        fn append(blob: &str, n: u32, bytes: Vec<u8>) -> Result<(), StoreError>;
        fn lease(blob: &str, change: Lease, now: OffsetDateTime, until: OffsetDateTime) -> Result<bool, StoreError>;
        #[read]
        fn chunk(blob: &str, n: u32) -> Result<Option<Vec<u8>>, StoreError>;
        #[read]
        fn unfinished(place: DocumentRef<'_>, now: OffsetDateTime) -> Result<Vec<(Blob, u32)>, StoreError>;
        #[read]
        fn unfinished_bytes(collection: &str, owner: &str, now: OffsetDateTime) -> Result<UnfinishedBytes, StoreError>;
        #[read]
        fn over(now: OffsetDateTime, limit: u32) -> Result<Vec<Blob>, StoreError>;
        fn settle(blob: &str, now: OffsetDateTime) -> Result<(), StoreError>;
        fn discard(blob: &str) -> Result<(), StoreError>;
    }
    super::DefinitionStore {
        #[read]
        fn definition_revisions() -> Result<BTreeMap<String, i64>, StoreError>;
        #[read]
        fn definitions() -> Result<Vec<StoredDefinition>, StoreError>;
        fn define(name: &str, text: Option<String>, expected: i64) -> Result<bool, StoreError>;
        fn define_anew(name: &str, text: Option<String>, expected: i64) -> Result<bool, StoreError>;
        #[read]
        fn index_plan(collection: &Arc<Collection>) -> Result<IndexPlan, StoreError>;
        fn drop_undeclared(collection: &Arc<Collection>) -> Result<(), StoreError>;
        #[read]
        fn duplicates(collection: &Arc<Collection>, index: &Index, limit: usize) -> Result<Vec<Duplicate>, StoreError>;
        fn forget_prepared(name: &str) -> Result<(), StoreError>;
        fn clear(collection: &Arc<Collection>, removal: i64) -> Result<bool, StoreError>;
    }
    super::Ends {
        #[read]
        fn ended(limit: u32) -> Result<Vec<Ended>, StoreError>;
        fn notified(ended: &Ended) -> Result<(), StoreError>;
    }
    super::Heartbeats {
        fn beat(collection: &Arc<Collection>, beats: &[Beat], at: OffsetDateTime) -> Result<u64, StoreError>;
    }
    super::Hiding {
        #[read]
        fn turned(until: &str, limit: u32) -> Result<Vec<Turned>, StoreError>;
        fn hide(collection: &Arc<Collection>, calculation: &str, hidden: bool) -> Result<usize, StoreError>;
        #[read]
        fn shown(collection: &Arc<Collection>, ids: &[String]) -> Result<HashSet<String>, StoreError>;
        fn followed(turned: &Turned) -> Result<(), StoreError>;
        #[read]
        fn belonging(collection: &Arc<Collection>, calculation: &str, limit: usize) -> Result<Vec<String>, StoreError>;
    }
    super::Purges {
        #[read]
        fn remains(collection: &Arc<Collection>, id: &str) -> Result<Option<Remains>, StoreError>;
        fn purge(collection: &Arc<Collection>, id: &str, expected: i64, now: OffsetDateTime) -> Result<bool, StoreError>;
        #[read]
        fn purges(until: OffsetDateTime, limit: u32) -> Result<Vec<Purge>, StoreError>;
        fn erase(collection: &str, ids: &[String]) -> Result<bool, StoreError>;
        fn erase_traces(collection: &str, ids: &[String], receipts: Expiring) -> Result<(), StoreError>;
        fn settle_purge(purge: &Purge) -> Result<(), StoreError>;
    }
    super::Retention {
        #[read]
        fn kept(collection: &str, after: Option<&Kept>, limit: usize) -> Result<Vec<Kept>, StoreError>;
        fn forget(collection: &str, revisions: &[Kept]) -> Result<(), StoreError>;
        #[read]
        fn ended_before(collection: &str, until: &str, limit: usize) -> Result<Vec<Kept>, StoreError>;
        fn forget_before(collection: &str, until: &str, now: &str) -> Result<usize, StoreError>;
    }
    super::SeriesStore {
        #[read]
        fn chunks(collection: &Arc<Collection>, selection: Selection, now: OffsetDateTime) -> Result<Chunks, StoreError>;
        #[read]
        fn outlines(collection: &Arc<Collection>, selection: Selection, now: OffsetDateTime) -> Result<Outlines, StoreError>;
        fn append_points(collection: &Arc<Collection>, appends: Vec<Append>, now: OffsetDateTime) -> Result<Vec<bool>, StoreError>;
        fn write_together(collection: &Arc<Collection>, writes: Vec<Write>) -> Result<bool, StoreError>;
    }
    super::Measured {
        #[read]
        fn usage(collection: &str) -> Result<Usage, StoreError>;
    }
    super::Versions {
        #[read]
        fn versions(collection: &Arc<Collection>, id: &str, below: Option<i64>, limit: usize) -> Result<Vec<Version>, StoreError>;
        #[read]
        fn removals(collection: &Arc<Collection>, revisions: BTreeSet<(String, i64)>) -> Result<BTreeSet<(String, i64)>, StoreError>;
    }
    super::Writes {
        fn insert(collection: &Arc<Collection>, document: Document) -> Result<(), StoreError>;
        fn insert_each(collection: &Arc<Collection>, documents: Vec<Document>) -> Result<Vec<Fate>, StoreError>;
        fn insert_together(collection: &Arc<Collection>, bulk: Bulk) -> Result<BulkEnd, StoreError>;
        #[read]
        fn receipt(id: &str, now: OffsetDateTime) -> Result<Option<KeptReceipt>, StoreError>;
        fn update(collection: &Arc<Collection>, update: Update) -> Result<bool, StoreError>;
        fn remove(collection: &Arc<Collection>, id: &str, removal: Removal) -> Result<bool, StoreError>;
        fn restore(collection: &Arc<Collection>, document: Document, by: &str) -> Result<bool, StoreError>;
    }
    super::Store {
        fn prepare(collections: &[Arc<Collection>]) -> Result<(), StoreError>;
        fn mend(collection: &Arc<Collection>) -> Result<u64, StoreError>;
        fn ping() -> Result<(), Cause>;
        #[read]
        fn get(collection: &Arc<Collection>, id: &str, now: OffsetDateTime) -> Result<Option<StoredDocument>, StoreError>;
        #[read]
        fn head(collection: &Arc<Collection>, id: &str, now: OffsetDateTime) -> Result<Option<Head>, StoreError>;
        #[read]
        fn list(collection: &Arc<Collection>, selection: Selection, now: OffsetDateTime) -> Result<Batch, StoreError>;
        fn scan(collection: &Arc<Collection>, selection: Selection, start: Option<Start>, now: OffsetDateTime) -> Result<Box<dyn Scan>, StoreError>;
        #[read]
        fn explain(collection: &Arc<Collection>, selection: Selection, now: OffsetDateTime) -> Result<Explanation, StoreError>;
        #[read]
        fn count(collection: &Arc<Collection>, filter: Expr, now: OffsetDateTime) -> Result<u64, StoreError>;
        #[read]
        fn estimate(collection: &Arc<Collection>, now: OffsetDateTime) -> Result<u64, StoreError>;
        #[read]
        fn aggregate(collection: &Arc<Collection>, filter: Expr, groups: Groups, now: OffsetDateTime) -> Result<Groups, StoreError>;
        fn position_now() -> Result<Position, StoreError>;
        fn changes(after: Position, collections: &[Arc<str>]) -> Result<ChangeLog, StoreError>;
        fn secret(name: &str, fresh: [u8; 32]) -> Result<[u8; 32], StoreError>;
        fn keep_ticket(ticket: Ticket) -> Result<(), StoreError>;
        fn take_ticket(hash: &str, collection: &str, now: OffsetDateTime) -> Result<Option<Ticket>, StoreError>;
    }
}
