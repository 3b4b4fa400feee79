//! Receipts in SQLite: answers to requests that may be repeated.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use time::OffsetDateTime;

use super::{history, millis};
use crate::store::{Fate, KeptReceipt, Receipt, StoreError, purges::Expiring};

const CREATE: &str = "CREATE TABLE IF NOT EXISTS receipts (
    id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, expires_at INTEGER NOT NULL, answer TEXT NOT NULL,
    collection TEXT);
    CREATE INDEX IF NOT EXISTS \"receipts:expires_at\" ON receipts (expires_at);";

/// Makes the table, and the column that it may lack from an earlier time.
pub(super) fn prepare(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    transaction.execute_batch(CREATE)?;
    history::add_column(transaction, "receipts", "collection")
}

/// The receipt of this id, where it has not expired.
pub(super) fn find(
    connection: &Connection,
    id: &str,
    now: OffsetDateTime,
) -> Result<Option<KeptReceipt>, StoreError> {
    let sql = "SELECT fingerprint, answer FROM receipts WHERE id = ?1 AND expires_at > ?2";
    let kept = |row: &rusqlite::Row<'_>| Ok(KeptReceipt { fingerprint: row.get(0)?, answer: row.get(1)? });
    Ok(connection.prepare_cached(sql)?.query_row(params![id, millis(now)], kept).optional()?)
}

/// Keeps a receipt, in the place of one that has expired.
pub(super) fn keep(
    transaction: &Transaction<'_>,
    receipt: &Receipt,
    fates: &[Fate],
) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO receipts (id, fingerprint, expires_at, answer, collection)
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let answer = (receipt.answer)(fates);
    let row =
        params![receipt.id, receipt.fingerprint, millis(receipt.expires_at), answer, receipt.collection];
    transaction.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// The receipts of a collection whose answers repeat one of these documents. `ids` is a JSON array.
pub(super) fn repeating(
    connection: &Connection,
    collection: &str,
    ids: &str,
    expiring: Expiring,
) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT id FROM receipts WHERE expires_at BETWEEN ?1 AND ?2 AND collection = ?3
               AND EXISTS (SELECT 1 FROM json_each(?4) WHERE instr(answer, value) > 0)";
    let mut prepared = connection.prepare_cached(sql)?;
    let values = params![millis(expiring.from), millis(expiring.to), collection, ids];
    let rows = prepared.query_map(values, |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Empties the answers of these receipts. `ids` is a JSON array.
pub(super) fn empty(transaction: &Transaction<'_>, ids: &str) -> Result<(), StoreError> {
    let sql = "UPDATE receipts SET answer = '' WHERE id IN (SELECT value FROM json_each(?1))";
    transaction.prepare_cached(sql)?.execute([ids])?;
    Ok(())
}

/// Forgets what has expired.
pub(super) fn forget(transaction: &Transaction<'_>, now: OffsetDateTime) -> Result<(), StoreError> {
    transaction.execute("DELETE FROM receipts WHERE expires_at <= ?1", [millis(now)])?;
    Ok(())
}
