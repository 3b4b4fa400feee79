//! Notes of what is left to do for a document, in tables of their own: `id`, the revision that made the note, and when.

use rusqlite::{Connection, Transaction, params};

use crate::{domain::document::Meta, store::StoreError};

/// The table of calculations that were removed or restored.
pub(super) const TURNED: &str = "turned";
/// The table of calculations that ended.
pub(super) const ENDED: &str = "ended";

/// Makes the tables.
pub(super) fn prepare(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    for table in [TURNED, ENDED] {
        transaction.execute_batch(&format!(
            "CREATE TABLE IF NOT EXISTS {table} (id TEXT PRIMARY KEY, revision INTEGER NOT NULL, at TEXT NOT NULL);"
        ))?;
    }
    Ok(())
}

/// Makes a note of this revision, in place of an earlier one.
pub(super) fn keep(transaction: &Transaction<'_>, table: &str, meta: &Meta) -> Result<(), StoreError> {
    let sql = format!("INSERT OR REPLACE INTO {table} (id, revision, at) VALUES (?1, ?2, ?3)");
    transaction.prepare_cached(&sql)?.execute(params![meta.id, meta.revision, meta.updated_at])?;
    Ok(())
}

/// Id and revision of the notes, the oldest first, at most `limit`: those from before `until`, if it is given.
pub(super) fn oldest(
    connection: &Connection,
    table: &str,
    until: Option<&str>,
    limit: u32,
) -> Result<Vec<(String, i64)>, StoreError> {
    let sql = format!("SELECT id, revision FROM {table} WHERE ?1 IS NULL OR at < ?1 ORDER BY at LIMIT ?2");
    let mut prepared = connection.prepare_cached(&sql)?;
    let rows = prepared.query_map(params![until, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Removes a note, unless a later revision has replaced it.
pub(super) fn settle(
    transaction: &Transaction<'_>,
    table: &str,
    id: &str,
    revision: i64,
) -> Result<(), StoreError> {
    let sql = format!("DELETE FROM {table} WHERE id = ?1 AND revision = ?2");
    transaction.prepare_cached(&sql)?.execute(params![id, revision])?;
    Ok(())
}
