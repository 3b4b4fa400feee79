//! Documents in MongoDB: a collection for each of ours, read as raw BSON and written out as JSON at once.

mod aggregate;
mod artifacts;
mod bson;
mod changes;
mod clear;
mod codes;
mod conflicts;
mod definitions;
mod duplicates;
mod ends;
mod explain;
mod filter;
mod find;
mod heartbeats;
mod hiding;
mod history;
mod images;
mod index;
mod instants;
mod json;
mod notes;
mod older;
mod order;
mod partial;
mod points;
mod purges;
mod receipts;
mod retention;
mod scan;
mod secrets;
mod series;
mod strays;
mod tickets;
mod together;
mod transaction;
mod usage;
mod write;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use mongodb::{
    Collection as Handle, Database, IndexModel,
    bson::{DateTime, Document as Doc, RawDocument, RawDocumentBuf, doc},
    error::{Error, ErrorKind, WriteFailure},
};
use service_kit::{
    share::Sharer,
    store::{
        Unavailable,
        cause::{Cause, note},
        mongo::{self, Server, in_time, indexes, layout},
    },
};
use shared_models::documents::Explanation;
use time::OffsetDateTime;
use tokio::{sync::Semaphore, time::timeout};

use self::{
    find::List,
    json::{EXPIRES_AT, HIDDEN},
    scan::CursorScan,
    strays::StraysByCollection,
    together::TrafficByCollection,
};
use super::{
    Batch, ChangeLog, Head, LAYOUT, OWNER, QUERY_TIMEOUT, Scan, Selection, Store, StoreError, StoredDocument,
    scan::Rest,
};
use crate::{
    domain::{aggregate::Groups, change::Position, collection::Collection, ticket::Ticket},
    query::{expr::Expr, order::Start},
};

/// Documents in a MongoDB database. Clones are the same store.
#[derive(Clone)]
pub struct MongoStore {
    server: Server,
    database: Database,
    together: Arc<TrafficByCollection>,
    /// Lists that are asked for several times at once.
    lists: Sharer<List, Result<Batch, StoreError>>,
    query_timeout: Duration,
    /// A place for each query that may run at once.
    places: Arc<Semaphore>,
    strays: Arc<StraysByCollection>,
}

/// Queries that run at once. The rest of the connections is left for reads by id and writes.
const QUERIES: usize = 16;

impl MongoStore {
    /// Uses the database of this server, which nobody else does.
    pub fn new(server: Server) -> Self {
        Self {
            lists: Sharer::new(server.runtime.clone(), List::read),
            database: server.database.clone(),
            server,
            together: Arc::default(),
            query_timeout: QUERY_TIMEOUT,
            places: Arc::new(Semaphore::new(QUERIES)),
            strays: Arc::default(),
        }
    }

    /// The same with another time limit of a query.
    pub fn with_query_timeout(self, query_timeout: Duration) -> Self {
        Self { query_timeout, ..self }
    }

    /// Runs a query once it has a place among those that run, within the time limit, and while the server answers. One
    /// that is dropped closes its connection, and the server stops what runs for a connection that is closed.
    async fn query<T>(&self, query: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let running = async {
            let _place = self.places.acquire().await.map_err(|_| Unavailable)?;
            self.server.while_it_answers(query).await.ok_or(Unavailable)?
        };
        timeout(self.query_timeout, running).await.unwrap_or(Err(StoreError::QueryTimeout))
    }

    fn handle(&self, collection: &Collection) -> Handle<RawDocumentBuf> {
        self.database.collection(collection.name())
    }

    /// Makes what these collections need: indexes, and collections beside them.
    async fn make_ready(&self, collections: &[Arc<Collection>]) -> Result<(), StoreError> {
        let refusal = layout::begin(&self.database, OWNER, LAYOUT).await.map_err(|error| failed(&error))?;
        if let Some(cause) = refusal {
            return Err(StoreError::Unusable(cause));
        }
        receipts::prepare(&self.database).await?;
        self.prepare_purges().await?;
        let names: Vec<&str> = collections.iter().map(|collection| collection.name()).collect();
        images::enable(&self.server.outside_stable_api, &names).await?;
        tickets::prepare(&self.database).await?;
        for collection in collections {
            self.make_past(collection).await?;
            let documents = self.handle(collection);
            let strays = older::prepare(&self.database, &documents, collection).await?;
            self.strays.put(collection.name(), strays);
            instants::prepare(&self.database, &documents, collection).await?;
            let expiry = collection.expires().then(index::of_expiry);
            let hidden = collection.belongs_to_calculations().then(hiding::index);
            let declared = collection.indexes.iter().map(index::model);
            let models: Vec<IndexModel> = declared.chain(expiry).chain(hidden).collect();
            if models.is_empty() {
                continue;
            }
            let made = indexes::make(&documents, models).await;
            made.map_err(|error| definitions::unindexable(&error, collection))?;
        }
        if collections.iter().any(|collection| collection.definition.artifacts.is_some()) {
            self.prepare_artifacts().await?;
        }
        layout::done(&self.database, LAYOUT).await.map_err(|error| failed(&error))
    }
}

/// The server's code for a value that a unique index has already.
const DUPLICATE_KEY: i32 = 11000;
/// The server's code for a command that took longer than its `maxTimeMS`.
const TIME_LIMIT: i32 = 50;

/// What the server says of a value that a unique index has already.
fn duplicate_key(error: &Error) -> Option<&str> {
    match error.kind.as_ref() {
        ErrorKind::Write(WriteFailure::WriteError(fault)) if fault.code == DUPLICATE_KEY => {
            Some(&fault.message)
        }
        ErrorKind::Command(fault) if fault.code == DUPLICATE_KEY => Some(&fault.message),
        _ => None,
    }
}

/// What became of a write that ended in an error.
fn written(error: &Error) -> StoreError {
    if !mongo::may_have_written(error) {
        return failed(error);
    }
    note(&mongo::cause(error));
    StoreError::Unknown
}

/// The error of a read, or of a write that [`written`] found not to have been done.
fn failed(error: &Error) -> StoreError {
    if mongo::is_unavailable(error) {
        note(&mongo::cause(error));
        StoreError::Unavailable(Unavailable)
    } else if matches!(error.kind.as_ref(), ErrorKind::Command(fault) if fault.code == TIME_LIMIT) {
        StoreError::QueryTimeout
    } else {
        StoreError::Failed(error.kind.to_string())
    }
}

/// The filter of an operation: the condition, and that the document has not expired and is not hidden.
fn restrict(collection: &Collection, filter: &Expr, now: OffsetDateTime) -> Doc {
    let mut conditions = vec![filter::condition(filter)];
    if collection.expires() {
        conditions.push(doc! { EXPIRES_AT: { "$not": { "$lte": date(now) } } });
    }
    if collection.belongs_to_calculations() {
        conditions.push(hiding::shown());
    }
    conditions.retain(|condition| !condition.is_empty());
    match conditions.len() {
        0 | 1 => conditions.pop().unwrap_or_default(),
        _ => doc! { "$and": conditions },
    }
}

/// Whether a document is not to be read: it has expired, or is hidden.
fn is_unseen(collection: &Collection, raw: &RawDocument, now: OffsetDateTime) -> bool {
    let expired = collection.expires() && raw.get_datetime(EXPIRES_AT).is_ok_and(|at| at <= date(now));
    expired || (collection.belongs_to_calculations() && raw.get_bool(HIDDEN).unwrap_or(false))
}

fn date(at: OffsetDateTime) -> DateTime {
    DateTime::from_millis(i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX))
}

#[async_trait]
impl Store for MongoStore {
    async fn prepare(&self, collections: &[Arc<Collection>]) -> Result<(), StoreError> {
        self.server.reach().await.map_err(StoreError::Unusable)?;
        self.server.while_it_answers(Box::pin(self.make_ready(collections))).await.ok_or(Unavailable)?
    }

    async fn mend(&self, collection: &Arc<Collection>) -> Result<u64, StoreError> {
        self.server.while_it_answers(self.mend_documents(collection)).await.ok_or(Unavailable)?
    }

    async fn ping(&self) -> Result<(), Cause> {
        self.server.ping(OWNER, LAYOUT).await
    }

    async fn get(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        now: OffsetDateTime,
    ) -> Result<Option<StoredDocument>, StoreError> {
        let reads = self.together.of(collection, &self.server).reads;
        let Some(raw) = reads.find(id).await.map_err(|error| failed(&error))? else { return Ok(None) };
        if is_unseen(collection, &raw, now) {
            return Ok(None);
        }
        let corrupt = |error: String| StoreError::Corrupt(format!("{}/{id}: {error}", collection.name()));
        Ok(Some(StoredDocument {
            json: json::to_json(&raw).map_err(|error| corrupt(error.to_string()))?,
            revision: raw.get_i64("_revision").map_err(|error| corrupt(error.to_string()))?,
            owner: raw.get_str("_owner").map_err(|error| corrupt(error.to_string()))?.to_owned(),
        }))
    }

    async fn head(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        now: OffsetDateTime,
    ) -> Result<Option<Head>, StoreError> {
        let wanted = doc! { "_revision": 1, "_owner": 1, EXPIRES_AT: 1, HIDDEN: 1 };
        let found = in_time(self.handle(collection).find_one(doc! { "_id": id }).projection(wanted)).await;
        let found = found.map_err(|error| failed(&error))?;
        let Some(raw) = found.filter(|raw| !is_unseen(collection, raw, now)) else { return Ok(None) };
        let corrupt = |fault: String| StoreError::Corrupt(format!("{}/{id}: {fault}", collection.name()));
        Ok(Some(Head {
            revision: raw.get_i64("_revision").map_err(|fault| corrupt(fault.to_string()))?,
            owner: raw.get_str("_owner").map_err(|fault| corrupt(fault.to_string()))?.to_owned(),
        }))
    }

    async fn list(
        &self,
        collection: &Arc<Collection>,
        selection: Selection,
        now: OffsetDateTime,
    ) -> Result<Batch, StoreError> {
        let selection = self.strays.selection(collection.name(), selection);
        let asked = List::new(self, collection, &selection, now)?;
        self.lists.call(asked).await.ok_or(Unavailable)?
    }

    async fn scan(
        &self,
        collection: &Arc<Collection>,
        selection: Selection,
        start: Option<Start>,
        now: OffsetDateTime,
    ) -> Result<Box<dyn Scan>, StoreError> {
        let selection = self.strays.selection(collection.name(), selection);
        let rest = Rest { collection: Arc::clone(collection), selection, start, now };
        Ok(Box::new(CursorScan::new(self.clone(), rest)))
    }

    async fn explain(
        &self,
        collection: &Arc<Collection>,
        selection: Selection,
        now: OffsetDateTime,
    ) -> Result<Explanation, StoreError> {
        let selection = self.strays.selection(collection.name(), selection);
        let filter = restrict(collection, &selection.filter, now);
        let command = explain::command(collection.name(), filter, &selection, self.query_timeout);
        let explaining = async { self.database.run_command(command).await.map_err(|error| failed(&error)) };
        Ok(explain::read(&self.query(explaining).await?, selection.limit))
    }

    async fn count(
        &self,
        collection: &Arc<Collection>,
        filter: Expr,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        let filter = restrict(collection, &self.strays.filter(collection.name(), filter), now);
        let documents = self.handle(collection);
        let counting = documents.count_documents(filter).max_time(self.query_timeout);
        self.query(async { counting.await.map_err(|error| failed(&error)) }).await
    }

    async fn estimate(&self, collection: &Arc<Collection>, _: OffsetDateTime) -> Result<u64, StoreError> {
        self.estimate_shown(collection).await
    }

    async fn aggregate(
        &self,
        collection: &Arc<Collection>,
        filter: Expr,
        groups: Groups,
        now: OffsetDateTime,
    ) -> Result<Groups, StoreError> {
        let filter = restrict(collection, &self.strays.filter(collection.name(), filter), now);
        let documents = self.handle(collection);
        let grouping = aggregate::aggregate(&documents, filter, groups, self.query_timeout);
        self.query(async { grouping.await.map_err(|error| failed(&error)) }).await
    }

    async fn position_now(&self) -> Result<Position, StoreError> {
        changes::position_now(&self.database).await
    }

    async fn changes(&self, after: Position, collections: &[Arc<str>]) -> Result<ChangeLog, StoreError> {
        changes::follow(&self.database, after, collections).await
    }

    async fn secret(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], StoreError> {
        secrets::secret(&self.database, name, fresh).await
    }

    async fn keep_ticket(&self, ticket: Ticket) -> Result<(), StoreError> {
        tickets::keep(&self.database, ticket).await
    }

    async fn take_ticket(
        &self,
        hash: &str,
        collection: &str,
        now: OffsetDateTime,
    ) -> Result<Option<Ticket>, StoreError> {
        tickets::take(&self.database, hash, collection, now).await
    }
}
