//! The log of memberships: what followers must know, in the order in which it was committed. The one writer of a file keeps it.

use rusqlite::{Connection, Row, Transaction};
use shared_models::projects::{MembershipEntry, MembershipFact};

use super::rows::parsed;
use crate::{
    domain::project::LOG_KEPT,
    store::{StoreError, continuing},
};

/// Adds facts to the log, within the transaction that makes them true.
pub(super) fn append(tx: &Transaction<'_>, facts: &[MembershipFact], at: i64) -> Result<(), StoreError> {
    if facts.is_empty() {
        return Ok(());
    }
    tx.prepare_cached("DELETE FROM membership_log WHERE purge_at <= ?1")?.execute([at])?;
    let kept = i64::try_from(LOG_KEPT.as_millis()).unwrap_or(i64::MAX);
    let mut insert = tx.prepare_cached("INSERT INTO membership_log (fact, purge_at) VALUES (?1, ?2)")?;
    for fact in facts {
        insert.execute((serde_json::json!(fact), at.saturating_add(kept)))?;
    }
    Ok(())
}

/// The place of the newest entry there ever was.
pub(super) fn newest(connection: &Connection) -> Result<i64, StoreError> {
    let newest = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'membership_log'";
    Ok(connection.prepare_cached(newest)?.query_row([], |row| row.get(0))?)
}

/// The entries after `cursor`; `None` where that lies before what is kept, or after the end.
pub(super) fn after(
    connection: &Connection,
    cursor: i64,
    limit: u32,
) -> Result<Option<Vec<MembershipEntry>>, StoreError> {
    let newest = newest(connection)?;
    let mut statement = connection
        .prepare_cached("SELECT seq, fact FROM membership_log WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
    let entries = statement.query_map((cursor, limit), entry)?.collect::<Result<Vec<_>, _>>()?;
    Ok(continuing(cursor, newest, entries))
}

fn entry(row: &Row<'_>) -> rusqlite::Result<MembershipEntry> {
    let fact = parsed(row, "fact", |fact: serde_json::Value| serde_json::from_value(fact).ok())?;
    Ok(MembershipEntry { seq: row.get("seq")?, fact })
}
