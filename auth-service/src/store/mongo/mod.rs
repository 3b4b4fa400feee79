//! The store of auth-service in MongoDB. Only this folder knows its driver.

mod audit;
mod carried;
mod clients;
mod documents;
mod endings;
mod ends;
mod imports;
mod key_ring;
mod lookup;
mod memberships;
mod names;
mod outbox;
mod project_changes;
mod project_documents;
mod projects;
mod publisher;
mod refreshes;
mod revocations;
mod roles;
mod rotate;
mod sessions;
mod surplus;
mod throttle;
mod user_acts;
mod users;

use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use mongodb::{
    ClientSession, Database, IndexModel,
    bson::{Document, RawDocumentBuf, deserialize_from_slice, doc},
    error::{Error, ErrorKind, Result as MongoResult, WriteFailure},
    options::{DatabaseOptions, IndexOptions, ReadPreference, SelectionCriteria},
};
use serde::de::DeserializeOwned;
use service_kit::{
    once::Once,
    store::{
        cause::{Cause, note},
        layout::Layout,
        mongo::{
            Interrupted, Patience, Reads, Server, cause, indexes as mongo_indexes, is_unavailable, layout,
            may_have_written,
        },
    },
};
use tokio::sync::Mutex;

use self::{
    documents::SESSIONS, ends::Ends, projects::UNIQUE_SLUG, publisher::Publisher, refreshes::Refreshes,
    surplus::Counts,
};
use super::{OWNER, Store, StoreError};

/// What this program makes of the database. A change of it raises the version.
const LAYOUT: Layout = Layout { version: 1, oldest_reader: 1 };
/// Names of the unique indexes, which the server reports for a duplicate.
const UNIQUE_EMAIL: &str = "unique_email";
const FIRST_ADMIN: &str = "first_admin";
/// Server code "duplicate key".
const DUPLICATE: i32 = 11000;
/// Server code "operation exceeded time limit".
const MAX_TIME_EXPIRED: i32 = 50;
/// How long a transaction is retried after conflicts, or while the server does not answer.
const TIMEOUT: Duration = Duration::from_secs(4);

/// The adapter.
pub struct MongoStore {
    server: Server,
    database: Database,
    indexed: Once<(), StoreError>,
    users: Reads,
    sessions: Reads,
    clients: Reads,
    refreshes: Refreshes,
    counts: Counts,
    /// Whose turn it is to give, make or remove a role: they conflict in the store.
    giving: Mutex<()>,
    ends: Ends,
    publisher: Publisher,
}

impl MongoStore {
    /// A store in the database of `server`. Nothing is read or written yet.
    pub fn new(server: Server) -> Self {
        let database = &server.database;
        // Data that decides about tokens is read from the primary, whatever the address says.
        let options = DatabaseOptions::builder()
            .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary))
            .read_concern(database.read_concern().cloned())
            .write_concern(database.write_concern().cloned())
            .build();
        let database = database.client().database_with_options(database.name(), options);
        let publisher = Publisher::new(&server, database.clone());
        let reads = |collection| Reads::new(&server, database.collection(collection));
        Self {
            users: reads("users"),
            sessions: reads(SESSIONS),
            clients: reads("clients"),
            refreshes: Refreshes::new(&server, database.clone()),
            counts: Counts::default(),
            giving: Mutex::default(),
            ends: Ends::new(&server, database.clone(), publisher.clone()),
            publisher,
            indexed: Once::default(),
            database,
            server,
        }
    }

    /// The document with this id.
    async fn by_id<D: DeserializeOwned>(&self, reads: &Reads, id: &str) -> Result<Option<D>, StoreError> {
        self.prepare().await?;
        let found = reads.find(id).await?;
        let read = |raw: RawDocumentBuf| deserialize_from_slice(raw.as_bytes()).map_err(Error::from);
        Ok(found.map(read).transpose()?)
    }

    /// The database, once all indexes are there: what must be unique is unique from the first write on.
    async fn ready(&self) -> Result<&Database, StoreError> {
        self.prepare().await?;
        Ok(&self.database)
    }

    /// Runs `work` in one transaction, and retries it after a conflict. When this returns `Ok`, it is committed.
    async fn transact<C, T, F>(&self, context: C, work: F) -> Result<T, StoreError>
    where
        C: Send,
        T: Send,
        F: for<'b> FnMut(&'b mut ClientSession, &'b mut C) -> BoxFuture<'b, MongoResult<T>> + Send,
    {
        transact(&self.server, TIMEOUT, context, work).await
    }
}

/// Runs `work` in one transaction, and retries it after a conflict, for `patience` at most. When this returns `Ok`, it is
/// committed.
async fn transact<C, T, F>(
    server: &Server,
    patience: impl Into<Patience>,
    context: C,
    work: F,
) -> Result<T, StoreError>
where
    C: Send,
    T: Send,
    F: for<'b> FnMut(&'b mut ClientSession, &'b mut C) -> BoxFuture<'b, MongoResult<T>> + Send,
{
    match server.transact(patience, context, work).await {
        Ok(done) => done.map_err(written),
        Err(Interrupted::Unbegun(error)) => Err(error.into()),
        Err(Interrupted::GivenUp) => Err(StoreError::Unavailable),
        Err(Interrupted::Unknown) => Err(StoreError::Unknown),
    }
}

/// Every index this service relies on, by collection.
fn indexes() -> [(&'static str, Vec<IndexModel>); 7] {
    [
        ("users", users::indexes()),
        (SESSIONS, sessions::indexes()),
        ("clients", clients::indexes()),
        ("cutoffs", outbox::indexes()),
        (outbox::OUTBOX, outbox::outbox_indexes()),
        ("audit", audit::indexes()),
        ("attempts", throttle::indexes()),
    ]
}

fn index(keys: Document, options: IndexOptions) -> IndexModel {
    IndexModel::builder().keys(keys).options(options).build()
}

/// A TTL index: removes documents once the time in `field` has passed.
fn purge(field: &str) -> IndexModel {
    index(doc! { field: 1 }, IndexOptions::builder().expire_after(Duration::ZERO).build())
}

fn unique(keys: Document, name: &str) -> IndexModel {
    index(keys, IndexOptions::builder().unique(true).name(name.to_owned()).build())
}

/// Whether the write failed for a value that `index` demands to be unique.
fn is_duplicate(error: &Error, index: &str) -> bool {
    let is = |code: i32, message: &str| code == DUPLICATE && message.contains(index);
    match &*error.kind {
        ErrorKind::Write(WriteFailure::WriteError(refusal)) => is(refusal.code, &refusal.message),
        ErrorKind::InsertMany(outcome) => {
            outcome.write_errors.iter().flatten().any(|refusal| is(refusal.code, &refusal.message))
        }
        _ => false,
    }
}

/// The outcome of a write that ended in an error.
fn written(error: Error) -> StoreError {
    if !may_have_written(&error) {
        return error.into();
    }
    note(&cause(&error));
    StoreError::Unknown
}

impl From<Error> for StoreError {
    /// The error of a read, or of a write that [`written`] found not to have been done.
    fn from(error: Error) -> Self {
        let timed_out =
            matches!(&*error.kind, ErrorKind::Command(refusal) if refusal.code == MAX_TIME_EXPIRED);
        let overtaken = error.contains_label(mongodb::error::TRANSIENT_TRANSACTION_ERROR);
        if is_duplicate(&error, UNIQUE_EMAIL) {
            Self::Conflict { field: "email" }
        } else if is_duplicate(&error, UNIQUE_SLUG) {
            Self::Conflict { field: "slug" }
        } else if is_duplicate(&error, FIRST_ADMIN) {
            Self::Conflict { field: FIRST_ADMIN }
        } else if timed_out || overtaken || is_unavailable(&error) {
            note(&cause(&error));
            Self::Unavailable
        } else {
            Self::Fault(format!("mongodb: {error}"))
        }
    }
}

#[async_trait]
impl Store for MongoStore {
    async fn prepare(&self) -> Result<(), StoreError> {
        let make = || async {
            self.server.reach().await.map_err(StoreError::Unusable)?;
            if let Some(cause) = layout::begin(&self.database, OWNER, LAYOUT).await? {
                return Err(StoreError::Unusable(cause));
            }
            for (collection, indexes) in indexes().into_iter().chain(projects::indexes()) {
                mongo_indexes::make(&self.database.collection::<Document>(collection), indexes).await?;
            }
            names::fill_keys(&self.database).await?;
            outbox::prepare(&self.database).await?;
            Ok(layout::done(&self.database, LAYOUT).await?)
        };
        self.indexed.get(make).await
    }

    async fn ping(&self) -> Result<(), Cause> {
        self.server.ping(OWNER, LAYOUT).await
    }
}

#[cfg(test)]
mod tests;
