//! Documents in SQLite: a table for each collection, the whole document as JSON text in one column.

mod filter;

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, params, params_from_iter};
use service_kit::{
    start::StartError,
    store::{Unavailable, sqlite::Database},
};
use shared_models::documents::Direction;
use time::OffsetDateTime;

use self::filter::Statement;
use super::{Batch, MAX_BATCH_BYTES, Selection, Store, StoreError, StoredDocument};
use crate::{
    domain::{
        collection::{Collection, Index},
        document::Document,
    },
    query::{
        expr::Expr,
        schema::{Field, FieldType},
    },
};

/// Documents in one SQLite file.
pub struct SqliteStore {
    database: Database,
}

impl SqliteStore {
    /// Opens the file, making it where it is missing.
    pub fn open(path: &Path) -> Result<Self, StartError> {
        Ok(Self { database: Database::open(path)? })
    }

    /// Removes what has expired in these collections and lets SQLite look at its statistics; returns how many
    /// documents went.
    pub async fn maintain(
        &self,
        collections: &[Arc<Collection>],
        now: OffsetDateTime,
    ) -> Result<usize, StoreError> {
        let tables: Vec<String> = collections.iter().filter(|c| c.expires()).map(|c| table(c)).collect();
        self.database
            .write(move |transaction| {
                let remove = |table: &String| {
                    transaction.execute(&format!("DELETE FROM {table} WHERE expires_at <= ?1"), [millis(now)])
                };
                let removed = tables.iter().map(remove).sum::<Result<usize, _>>()?;
                transaction.execute_batch("PRAGMA optimize")?;
                Ok(removed)
            })
            .await
    }
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
            Some(
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::CannotOpen
                | ErrorCode::SystemIoFailure,
            ) => {
                tracing::error!(%error, "SQLite");
                Self::Unavailable(Unavailable)
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}

/// Tells which unique index a write ran into.
fn write_error(error: rusqlite::Error, collection: &Collection) -> StoreError {
    if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) {
        let message = error.to_string();
        let hit = |index: &&Index| {
            index.unique && message.contains(&format!("'{}'", index_name(collection, index)))
        };
        if let Some(index) = collection.indexes.iter().find(hit) {
            return StoreError::Conflict {
                fields: index.keys.iter().map(|(field, _)| field.path.to_string()).collect(),
            };
        }
        if message.contains(&format!("doc_{}.id", collection.name())) {
            return StoreError::Conflict { fields: vec!["_id".into()] };
        }
    }
    error.into()
}

fn index_name(collection: &Collection, index: &Index) -> String {
    format!("doc_{}:{}", collection.name(), index.name)
}

/// Two documents without a field never collide: SQLite holds nulls apart in a unique index.
fn create_index(collection: &Collection, index: &Index) -> String {
    let key = |(field, direction): &(Arc<Field>, Direction)| {
        let direction = if *direction == Direction::Ascending { "ASC" } else { "DESC" };
        format!("{} {direction}", filter::value_of(field))
    };
    let mut keys: Vec<String> = index.keys.iter().map(key).collect();
    if !index.unique {
        keys.push("id".into());
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
             expires_at INTEGER, body TEXT NOT NULL CHECK (json_valid(body)));
         CREATE INDEX IF NOT EXISTS \"doc_{}:expires_at\" ON {table} (expires_at) WHERE expires_at IS NOT NULL;",
        collection.name()
    );
    // SQLite has no index over the items of an array.
    let arrays =
        |index: &Index| index.keys.iter().any(|(field, _)| matches!(field.kind, FieldType::Array(_)));
    let indexes = collection.indexes.iter().filter(|index| !arrays(index));
    indexes.fold(sql, |sql, index| sql + &create_index(collection, index))
}

fn row(document: &Document, collection: &Collection) -> (String, Option<i64>) {
    (document.to_json(), collection.expiry(&document.members).map(millis))
}

#[async_trait]
impl Store for SqliteStore {
    async fn prepare(&self, collections: &[Arc<Collection>]) -> Result<(), StoreError> {
        let collections = collections.to_vec();
        self.database
            .write(move |transaction| {
                for collection in &collections {
                    transaction.execute_batch(&create(collection)).map_err(|error| {
                        StoreError::Failed(format!("indexes of {}: {error}", collection.name()))
                    })?;
                }
                Ok(transaction.execute_batch("PRAGMA optimize = 0x10002")?)
            })
            .await
    }

    async fn ping(&self) -> Result<(), Unavailable> {
        let answer =
            self.database.read::<_, StoreError, _>(|connection| Ok(connection.execute_batch("SELECT 1")?));
        answer.await.map_err(|_| Unavailable)
    }

    async fn insert(&self, collection: &Arc<Collection>, document: Document) -> Result<(), StoreError> {
        let collection = Arc::clone(collection);
        self.database
            .write(move |transaction| {
                let (body, expires_at) = row(&document, &collection);
                let meta = &document.meta;
                let sql = format!(
                    "INSERT INTO {} (id, revision, owner, expires_at, body) VALUES (?1, ?2, ?3, ?4, ?5)",
                    table(&collection)
                );
                let done = transaction.prepare_cached(&sql)?.execute(params![
                    meta.id,
                    meta.revision,
                    meta.owner,
                    expires_at,
                    body
                ]);
                done.map(|_| ()).map_err(|error| write_error(error, &collection))
            })
            .await
    }

    async fn get(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        now: OffsetDateTime,
    ) -> Result<Option<StoredDocument>, StoreError> {
        let (sql, id) = (
            format!("SELECT body, revision, owner, expires_at FROM {} WHERE id = ?1", table(collection)),
            id.to_owned(),
        );
        self.database
            .read(move |connection| {
                let found = connection.prepare_cached(&sql)?.query_row([id], |row| {
                    let document =
                        StoredDocument { json: row.get(0)?, revision: row.get(1)?, owner: row.get(2)? };
                    Ok((document, row.get::<_, Option<i64>>(3)?))
                });
                let alive = |expires_at: Option<i64>| expires_at.is_none_or(|at| at > millis(now));
                Ok(found
                    .optional()?
                    .filter(|(_, expires_at)| alive(*expires_at))
                    .map(|(document, _)| document))
            })
            .await
    }

    async fn replace(
        &self,
        collection: &Arc<Collection>,
        document: Document,
        expected: i64,
    ) -> Result<bool, StoreError> {
        let collection = Arc::clone(collection);
        self.database
            .write(move |transaction| {
                let (body, expires_at) = row(&document, &collection);
                let meta = &document.meta;
                let sql = format!(
                    "UPDATE {} SET revision = ?3, expires_at = ?4, body = ?5 WHERE id = ?1 AND revision = ?2",
                    table(&collection)
                );
                let done = transaction.prepare_cached(&sql)?.execute(params![
                    meta.id,
                    expected,
                    meta.revision,
                    expires_at,
                    body
                ]);
                done.map(|rows| rows == 1).map_err(|error| write_error(error, &collection))
            })
            .await
    }

    async fn delete(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        expected: i64,
    ) -> Result<bool, StoreError> {
        let (sql, id) =
            (format!("DELETE FROM {} WHERE id = ?1 AND revision = ?2", table(collection)), id.to_owned());
        self.database
            .write(move |transaction| {
                Ok(transaction.prepare_cached(&sql)?.execute(params![id, expected])? == 1)
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
        self.database.read(move |connection| select(connection, &collection, &selection, now)).await
    }

    async fn count(
        &self,
        collection: &Arc<Collection>,
        filter: Expr,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        let collection = Arc::clone(collection);
        self.database
            .read(move |connection| {
                let mut statement =
                    Statement::new(format!("SELECT count(*) FROM {} WHERE ", table(&collection)));
                restrict(&mut statement, &collection, &filter, now);
                let mut prepared = connection.prepare_cached(&statement.text)?;
                let total: i64 = prepared.query_row(params_from_iter(&statement.values), |row| row.get(0))?;
                Ok(total.unsigned_abs())
            })
            .await
    }

    async fn estimate(&self, collection: &Arc<Collection>, now: OffsetDateTime) -> Result<u64, StoreError> {
        self.count(collection, Expr::everything(), now).await
    }
}

fn restrict(statement: &mut Statement, collection: &Collection, filter: &Expr, now: OffsetDateTime) {
    statement.condition(filter);
    if collection.expires() {
        statement.push(" AND (expires_at IS NULL OR expires_at > ");
        statement.bind(millis(now));
        statement.push(")");
    }
}

fn select(
    connection: &Connection,
    collection: &Collection,
    selection: &Selection,
    now: OffsetDateTime,
) -> Result<Batch, StoreError> {
    let mut statement = Statement::new(format!("SELECT body FROM {} WHERE ", table(collection)));
    restrict(&mut statement, collection, &selection.filter, now);
    statement.order(&selection.order);
    statement.push(" LIMIT ");
    statement.bind(i64::try_from(selection.limit + 1).unwrap_or(i64::MAX));

    let mut prepared = connection.prepare_cached(&statement.text)?;
    let mut rows = prepared.query(params_from_iter(&statement.values))?;
    let (mut documents, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        if documents.len() == selection.limit || bytes >= MAX_BATCH_BYTES {
            return Ok(Batch { documents, more: true });
        }
        let body: String = row.get(0)?;
        let body = match &selection.projection {
            None => body,
            Some(projection) => {
                projection.apply_to_text(&body).map_err(|fault| StoreError::Corrupt(fault.to_string()))?
            }
        };
        bytes += body.len();
        documents.push(body);
    }
    Ok(Batch { documents, more: false })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::Duration;

    use super::*;
    use crate::store::contract::{NOW, collection, document};

    #[tokio::test]
    async fn maintenance_removes_what_has_expired_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&directory.path().join("t.db")).unwrap();
        let collections = [collection()];
        store.prepare(&collections).await.unwrap();
        for (id, members) in [("a", json!({"at": "2026-01-31T12:00:00Z"})), ("b", json!({}))] {
            store.insert(&collections[0], document(id, 1, members)).await.unwrap();
        }
        let late = NOW + Duration::seconds(60);
        assert_eq!(store.maintain(&collections, late - Duration::milliseconds(1)).await, Ok(0));
        assert_eq!(store.maintain(&collections, late).await, Ok(1));
        assert_eq!(store.count(&collections[0], Expr::everything(), NOW).await, Ok(1));
    }

    #[tokio::test]
    async fn declared_indexes_serve_filters_orders_and_cursors() {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&directory.path().join("t.db")).unwrap();
        let collection = collection();
        store.prepare(&[Arc::clone(&collection)]).await.unwrap();
        for (parameters, expected) in [
            ([("s", "x"), ("sort", "s")], "index+s"),
            ([("x[gt]", "1"), ("sort", "_id")], "index+x"),
            ([("i", "1"), ("sort", "-i,s")], "index-i+s"),
            ([("free.a", "1"), ("sort", "_id")], "index+free.a"),
        ] {
            let pairs = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let query = crate::query::parse::Query::parse(&collection.target(), &pairs).unwrap();
            let mut statement =
                Statement::new(format!("EXPLAIN QUERY PLAN SELECT body FROM {} WHERE ", table(&collection)));
            statement.condition(&query.filter);
            let plan = store.database.read::<_, StoreError, _>(move |connection| {
                let mut prepared = connection.prepare(&statement.text)?;
                Ok(prepared.query_row(params_from_iter(&statement.values), |row| row.get::<_, String>(3))?)
            });
            let plan = plan.await.unwrap();
            assert!(plan.contains(&format!("doc_things:{expected} ")), "{parameters:?}: {plan}");
        }
    }
}
