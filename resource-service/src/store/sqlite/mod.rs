//! Documents in SQLite: a table for each collection, the whole document as JSON text in one column.

mod aggregate;
mod artifacts;
mod definitions;
mod ends;
mod explain;
mod filter;
mod find;
mod functions;
mod heartbeats;
mod hiding;
mod history;
mod layout;
mod log;
mod notes;
mod operand;
mod purges;
mod receipts;
mod retention;
mod scan;
mod secrets;
mod series;
mod tickets;
mod upkeep;
mod usage;
mod write;

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Row, Transaction, params, params_from_iter};
use service_kit::{
    clock::{Clock, SystemClock},
    start::StartError,
    store::{
        Unavailable,
        cause::Cause,
        sqlite::{Database, is_unavailable},
    },
};
use shared_models::documents::{Direction, Explanation};
use time::OffsetDateTime;
use tokio::time::timeout;

pub use self::layout::inspect;
use self::{filter::Statement, operand::Operand, scan::IdScan};
use super::{
    Batch, ChangeLog, Head, QUERY_TIMEOUT, Scan, Selection, Store, StoreError, StoredDocument, scan::Rest,
};
use crate::{
    domain::{
        aggregate::Groups,
        change::Position,
        collection::{Collection, Index},
        ticket::Ticket,
    },
    query::{
        expr::Expr,
        order::Start,
        schema::{Field, FieldType},
    },
};

/// Documents in one SQLite file. Clones are the same store.
#[derive(Clone)]
pub struct SqliteStore {
    database: Database,
    clock: Arc<dyn Clock>,
    query_timeout: Duration,
}

impl SqliteStore {
    /// Opens the file, making it where it is missing.
    pub fn open(path: &Path) -> Result<Self, StartError> {
        let (database, clock) =
            (Database::open_with(path, layout::refusal, functions::add)?, Arc::new(SystemClock));
        Ok(Self { database, clock, query_timeout: QUERY_TIMEOUT })
    }

    /// The same with another time limit of a query.
    pub fn with_query_timeout(self, query_timeout: Duration) -> Self {
        Self { query_timeout, ..self }
    }

    /// Runs a query on a connection for those that may take long. The time that it waits for one counts too.
    async fn query<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let running = timeout(self.query_timeout, self.database.query(query));
        running.await.unwrap_or(Err(StoreError::QueryTimeout))
    }

    /// The same, where `clock` says when a document was changed.
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }
}

/// A document from the columns `body, revision, owner`.
fn stored(row: &Row<'_>) -> rusqlite::Result<StoredDocument> {
    Ok(StoredDocument { json: row.get(0)?, revision: row.get(1)?, owner: row.get(2)? })
}

/// Revision `expected` of a document, where that is the current one and is not hidden.
fn current(
    transaction: &Transaction<'_>,
    collection: &Collection,
    id: &str,
    expected: i64,
) -> Result<Option<StoredDocument>, StoreError> {
    let (table, shown) = (table(collection), hiding::shown(collection));
    let sql = format!("SELECT body, revision, owner FROM {table} WHERE id = ?1 AND revision = ?2{shown}");
    Ok(transaction.prepare_cached(&sql)?.query_row(params![id, expected], stored).optional()?)
}

/// The table of a collection, quoted. A collection's name needs no escaping.
fn table(collection: &Collection) -> String {
    format!("\"doc_{}\"", collection.name())
}

fn millis(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

/// An error inside a job, before it is known which collection's indexes it speaks of.
impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            _ if is_unavailable(&error) || definitions::is_removed(&error) => Self::Unavailable(Unavailable),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}

fn index_name(collection: &Collection, index: &Index) -> String {
    format!("doc_{}:{}", collection.name(), index.name)
}

fn sql_direction(direction: Direction) -> &'static str {
    if direction == Direction::Ascending { "ASC" } else { "DESC" }
}

/// Holds for the documents that a unique index keeps apart: those that have all its fields, each of the kind that the schema
/// says. A document may be older than the schema.
fn held(index: &Index) -> String {
    let kinds = |field: &Field| match field.kind {
        FieldType::Text(_) => "'text'",
        FieldType::Boolean => "'true', 'false'",
        _ => "'integer', 'real'",
    };
    let fields =
        index.keys.iter().map(|(field, _)| format!("{} IN ({})", Operand::of(field).kind, kinds(field)));
    fields.collect::<Vec<_>>().join(" AND ")
}

fn create_index(collection: &Collection, index: &Index) -> String {
    let mut keys = Vec::new();
    for (field, direction) in &index.keys {
        let direction = sql_direction(*direction);
        keys.extend(Operand::of(field).keys().into_iter().map(|key| format!("{key} {direction}")));
    }
    if let Some(direction) = index.tie_breaker() {
        keys.push(format!("id {}", sql_direction(direction)));
    }
    if index.unique {
        keys.push(format!("CASE WHEN {} THEN 0 ELSE id END", held(index)));
    }
    format!(
        "CREATE {}INDEX IF NOT EXISTS \"{}\" ON {} ({});",
        if index.unique { "UNIQUE " } else { "" },
        index_name(collection, index).replace('"', "\"\""),
        table(collection),
        keys.join(", ")
    )
}

fn create(collection: &Collection) -> String {
    let table = table(collection);
    let sql = format!(
        "CREATE TABLE IF NOT EXISTS {table} (
             id TEXT PRIMARY KEY, revision INTEGER NOT NULL, owner TEXT NOT NULL,
             expires_at INTEGER, changed_by TEXT, body TEXT NOT NULL CHECK (json_valid(body)));
         CREATE INDEX IF NOT EXISTS \"doc_{}:expires_at\" ON {table} (expires_at) WHERE expires_at IS NOT NULL;",
        collection.name()
    );
    served_indexes(collection).fold(sql, |sql, index| sql + &create_index(collection, index))
}

/// SQLite has no index over the items of an array, nor over all members of an object.
fn served_indexes(collection: &Collection) -> impl Iterator<Item = &Index> {
    let arrays =
        |index: &Index| index.keys.iter().any(|(field, _)| matches!(field.kind, FieldType::Array(_)));
    collection.indexes.iter().filter(move |index| !arrays(index) && index.members_of.is_none())
}

#[async_trait]
impl Store for SqliteStore {
    async fn prepare(&self, collections: &[Arc<Collection>]) -> Result<(), StoreError> {
        let collections = collections.to_vec();
        self.database
            .write(move |transaction| {
                layout::take(transaction)?;
                receipts::prepare(transaction)?;
                transaction.execute_batch(purges::CREATE)?;
                notes::prepare(transaction)?;
                artifacts::prepare(transaction)?;
                for collection in &collections {
                    definitions::drop_changed(transaction, collection)?;
                    let made = transaction.execute_batch(&create(collection));
                    made.map_err(|error| definitions::unindexable(error, collection))?;
                    history::prepare(transaction, collection)?;
                    hiding::prepare(transaction, collection)?;
                }
                transaction.execute_batch(log::CREATE)?;
                transaction.execute_batch(tickets::CREATE)?;
                transaction.execute_batch(secrets::CREATE)?;
                Ok(transaction.execute_batch("PRAGMA optimize = 0x10002")?)
            })
            .await
    }

    async fn ping(&self) -> Result<(), Cause> {
        self.database.ping().await?;
        layout::usable(&self.database).await
    }

    async fn get(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        now: OffsetDateTime,
    ) -> Result<Option<StoredDocument>, StoreError> {
        let (sql, id) = (
            format!(
                "SELECT body, revision, owner, expires_at FROM {} WHERE id = ?1{}",
                table(collection),
                hiding::shown(collection)
            ),
            id.to_owned(),
        );
        let expires = collection.expires();
        self.database
            .read(move |connection| {
                let found = connection
                    .prepare_cached(&sql)?
                    .query_row([id], |row| Ok((stored(row)?, row.get::<_, Option<i64>>(3)?)));
                let alive =
                    |expires_at: Option<i64>| !expires || expires_at.is_none_or(|at| at > millis(now));
                Ok(found
                    .optional()?
                    .filter(|(_, expires_at)| alive(*expires_at))
                    .map(|(document, _)| document))
            })
            .await
    }

    async fn head(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        now: OffsetDateTime,
    ) -> Result<Option<Head>, StoreError> {
        let sql = format!(
            "SELECT revision, owner FROM {} WHERE id = ?1 AND (expires_at IS NULL OR expires_at > ?2){}",
            table(collection),
            hiding::shown(collection)
        );
        let id = id.to_owned();
        self.database
            .read(move |connection| {
                let found = connection.prepare_cached(&sql)?.query_row(params![id, millis(now)], |row| {
                    Ok(Head { revision: row.get(0)?, owner: row.get(1)? })
                });
                Ok(found.optional()?)
            })
            .await
    }

    async fn list(
        &self,
        collection: &Arc<Collection>,
        selection: Selection,
        now: OffsetDateTime,
    ) -> Result<Batch, StoreError> {
        let collection = Arc::clone(collection);
        self.query(move |connection| find::select(connection, &collection, &selection, now)).await
    }

    async fn count(
        &self,
        collection: &Arc<Collection>,
        filter: Expr,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        let collection = Arc::clone(collection);
        self.query(move |connection| {
            let mut statement = Statement::new(format!("SELECT count(*) FROM {} WHERE ", table(&collection)));
            restrict(&mut statement, &collection, &filter, now);
            let mut prepared = connection.prepare_cached(&statement.text)?;
            let total: i64 = prepared.query_row(params_from_iter(&statement.values), |row| row.get(0))?;
            Ok(total.unsigned_abs())
        })
        .await
    }

    async fn scan(
        &self,
        collection: &Arc<Collection>,
        selection: Selection,
        start: Option<Start>,
        now: OffsetDateTime,
    ) -> Result<Box<dyn Scan>, StoreError> {
        let rest = Rest { collection: Arc::clone(collection), selection, start, now };
        Ok(Box::new(IdScan::open(self.clone(), rest).await?))
    }

    async fn explain(
        &self,
        collection: &Arc<Collection>,
        selection: Selection,
        now: OffsetDateTime,
    ) -> Result<Explanation, StoreError> {
        let collection = Arc::clone(collection);
        self.query(move |connection| explain::explain(connection, &collection, &selection, now)).await
    }

    async fn estimate(&self, collection: &Arc<Collection>, now: OffsetDateTime) -> Result<u64, StoreError> {
        self.count(collection, Expr::everything(), now).await
    }

    async fn aggregate(
        &self,
        collection: &Arc<Collection>,
        filter: Expr,
        groups: Groups,
        now: OffsetDateTime,
    ) -> Result<Groups, StoreError> {
        let collection = Arc::clone(collection);
        self.query(move |connection| aggregate::aggregate(connection, &collection, &filter, groups, now))
            .await
    }

    async fn position_now(&self) -> Result<Position, StoreError> {
        self.database.read(log::last).await
    }

    async fn changes(&self, after: Position, collections: &[Arc<str>]) -> Result<ChangeLog, StoreError> {
        log::follow(self.database.clone(), after, collections).await
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

fn restrict(statement: &mut Statement, collection: &Collection, filter: &Expr, now: OffsetDateTime) {
    statement.condition(filter);
    statement.push(hiding::shown(collection));
    if collection.expires() {
        statement.push(" AND (expires_at IS NULL OR expires_at > ");
        statement.bind(millis(now));
        statement.push(")");
    }
}

#[cfg(test)]
mod tests;
