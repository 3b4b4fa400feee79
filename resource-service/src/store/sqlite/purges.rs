//! What is removed for good in SQLite: a table of notes, and short transactions that remove what belongs to a document.

use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::{Transaction, params};
use time::OffsetDateTime;

use super::{
    SqliteStore, current,
    definitions::has_table,
    history,
    log::{self, log_change},
    millis, receipts, table,
};
use crate::{
    domain::{change::ChangeKind, collection::Collection},
    store::{
        StoreError,
        purges::{ERASED_AT_ONCE, Expiring, Purge, Purges, Remains},
    },
};

/// Makes the table of the notes.
pub(super) const CREATE: &str = "CREATE TABLE IF NOT EXISTS purges (
    collection TEXT NOT NULL, document TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (collection, document));";

fn purge(
    transaction: &Transaction<'_>,
    collection: &Collection,
    id: &str,
    expected: i64,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    if let Some(before) = current(transaction, collection, id, expected)? {
        let sql = format!("DELETE FROM {} WHERE id = ?1", table(collection));
        transaction.prepare_cached(&sql)?.execute([id])?;
        log_change(transaction, collection, (ChangeKind::Delete, now), id, Some(&before), None)?;
    } else if !history::forget_newest(transaction, collection, id, expected)? {
        return Ok(false);
    }
    let sql = "INSERT OR IGNORE INTO purges (collection, document, at) VALUES (?1, ?2, ?3)";
    transaction.prepare_cached(sql)?.execute(params![collection.name(), id, millis(now)])?;
    Ok(true)
}

/// Removes documents, each a change, and some of their revisions; `true` where no revision is left. `ids` is a JSON array.
fn erase(
    transaction: &Transaction<'_>,
    collection: &str,
    ids: &str,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    // A collection's name needs no escaping.
    let (documents, past) = (format!("doc_{collection}"), format!("ver_{collection}"));
    if has_table(transaction, &documents)? {
        let sql = format!(
            "DELETE FROM \"{documents}\" WHERE id IN (SELECT value FROM json_each(?1))
             RETURNING id, revision, owner, {}",
            log::remains("id", "revision", "body")
        );
        let mut prepared = transaction.prepare_cached(&sql)?;
        let rows = prepared.query_map([ids], |row| {
            Ok(log::Gone { id: row.get(0)?, revision: row.get(1)?, owner: row.get(2)?, text: row.get(3)? })
        })?;
        let gone: Vec<log::Gone> = rows.collect::<Result<_, _>>()?;
        for gone in gone {
            log::log_gone(transaction, collection, now, &gone)?;
        }
    }
    if !has_table(transaction, &past)? {
        return Ok(true);
    }
    let sql = format!(
        "DELETE FROM \"{past}\" WHERE rowid IN (SELECT rowid FROM \"{past}\"
             WHERE id IN (SELECT value FROM json_each(?1)) LIMIT {ERASED_AT_ONCE})"
    );
    Ok(transaction.prepare_cached(&sql)?.execute([ids])? < ERASED_AT_ONCE)
}

fn array(ids: &[String]) -> Result<String, StoreError> {
    serde_json::to_string(ids).map_err(|fault| StoreError::Failed(fault.to_string()))
}

#[async_trait]
impl Purges for SqliteStore {
    async fn remains(&self, collection: &Arc<Collection>, id: &str) -> Result<Option<Remains>, StoreError> {
        let (collection, id) = (Arc::clone(collection), id.to_owned());
        self.database.read(move |connection| history::remains(connection, &collection, &id)).await
    }

    async fn purge(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        expected: i64,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let (collection, id) = (Arc::clone(collection), id.to_owned());
        self.database.write(move |transaction| purge(transaction, &collection, &id, expected, now)).await
    }

    async fn purges(&self, until: OffsetDateTime, limit: u32) -> Result<Vec<Purge>, StoreError> {
        self.database
            .read(move |connection| {
                let sql = "SELECT collection, document FROM purges WHERE at < ?1 ORDER BY at LIMIT ?2";
                let mut prepared = connection.prepare_cached(sql)?;
                let rows = prepared.query_map(params![millis(until), limit], |row| {
                    Ok(Purge { collection: row.get(0)?, document: row.get(1)? })
                })?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn erase(&self, collection: &str, ids: &[String]) -> Result<bool, StoreError> {
        let (collection, ids, now) = (collection.to_owned(), array(ids)?, self.clock.now());
        self.database.write(move |transaction| erase(transaction, &collection, &ids, now)).await
    }

    async fn erase_traces(
        &self,
        collection: &str,
        ids: &[String],
        expiring: Expiring,
    ) -> Result<(), StoreError> {
        let (name, ids) = (collection.to_owned(), array(ids)?);
        // Found beside writers, so that only what is changed holds them up.
        let (changes, answers) = self
            .database
            .read(move |connection| {
                Ok::<_, StoreError>((
                    log::of(connection, &name, &ids)?,
                    receipts::repeating(connection, &name, &ids, expiring)?,
                ))
            })
            .await?;
        for some in changes.chunks(ERASED_AT_ONCE) {
            let some = some.to_vec();
            self.database.write(move |transaction| log::empty(transaction, &some)).await?;
        }
        for some in answers.chunks(ERASED_AT_ONCE) {
            let some = array(some)?;
            self.database.write(move |transaction| receipts::empty(transaction, &some)).await?;
        }
        Ok(())
    }

    async fn settle_purge(&self, purge: &Purge) -> Result<(), StoreError> {
        let Purge { collection, document } = purge.clone();
        self.database
            .write(move |transaction| {
                let sql = "DELETE FROM purges WHERE collection = ?1 AND document = ?2";
                transaction.prepare_cached(sql)?.execute([collection, document])?;
                Ok(())
            })
            .await
    }
}
