//! Receipts in SQLite: answers to requests that may be repeated.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use time::OffsetDateTime;

use super::millis;
use crate::store::{Fate, KeptReceipt, Receipt, StoreError};

/// Makes the table.
pub(super) const CREATE: &str = "CREATE TABLE IF NOT EXISTS receipts (
    id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, expires_at INTEGER NOT NULL, answer TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS \"receipts:expires_at\" ON receipts (expires_at);";

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
    let sql = "INSERT OR REPLACE INTO receipts (id, fingerprint, expires_at, answer) VALUES (?1, ?2, ?3, ?4)";
    let answer = (receipt.answer)(fates);
    let row = params![receipt.id, receipt.fingerprint, millis(receipt.expires_at), answer];
    transaction.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// Forgets what has expired.
pub(super) fn forget(transaction: &Transaction<'_>, now: OffsetDateTime) -> Result<(), StoreError> {
    transaction.execute("DELETE FROM receipts WHERE expires_at <= ?1", [millis(now)])?;
    Ok(())
}
