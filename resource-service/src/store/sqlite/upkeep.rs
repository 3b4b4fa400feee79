//! What SQLite must be rid of from time to time: expired documents and tickets, and old changes.

use std::sync::Arc;

use rusqlite::Transaction;
use time::OffsetDateTime;

use super::{
    SqliteStore,
    log::{self, log_change},
    millis, receipts, stored, table, tickets,
};
use crate::{
    domain::{change::ChangeKind, collection::Collection},
    store::{StoreError, StoredDocument},
};

impl SqliteStore {
    /// Removes what has expired in these collections and what is too old in the log of changes, and lets SQLite look
    /// at its statistics; returns how many documents went.
    pub async fn maintain(
        &self,
        collections: &[Arc<Collection>],
        now: OffsetDateTime,
    ) -> Result<usize, StoreError> {
        let expiring: Vec<Arc<Collection>> = collections.iter().filter(|c| c.expires()).cloned().collect();
        let too_many = self.database.read(move |connection| log::too_many(connection, now)).await?;
        self.database
            .write(move |transaction| {
                let remove = |collection: &Arc<Collection>| remove_expired(transaction, collection, now);
                let removed = expiring.iter().map(remove).sum::<Result<usize, StoreError>>()?;
                log::trim(transaction, too_many)?;
                tickets::purge(transaction, now)?;
                receipts::forget(transaction, now)?;
                transaction.execute_batch("PRAGMA optimize")?;
                Ok(removed)
            })
            .await
    }
}

/// The most documents that are removed by one statement, because their texts are held for the log.
const BATCH: usize = 1000;

/// Removes the documents of a collection whose expiry has passed; returns how many there were.
fn remove_expired(
    transaction: &Transaction<'_>,
    collection: &Collection,
    now: OffsetDateTime,
) -> Result<usize, StoreError> {
    let table = table(collection);
    let sql = format!(
        "DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE expires_at <= ?1 LIMIT {BATCH})
         RETURNING body, revision, owner, id"
    );
    let mut prepared = transaction.prepare_cached(&sql)?;
    let mut removed = 0;
    loop {
        let gone = prepared.query_map([millis(now)], |row| Ok((stored(row)?, row.get::<_, String>(3)?)))?;
        let gone: Vec<(StoredDocument, String)> = gone.collect::<Result<_, _>>()?;
        for (document, id) in &gone {
            log_change(transaction, collection, (ChangeKind::Delete, now), id, Some(document), None)?;
        }
        removed += gone.len();
        if gone.len() < BATCH {
            return Ok(removed);
        }
    }
}
