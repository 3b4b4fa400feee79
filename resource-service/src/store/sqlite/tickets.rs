//! Tickets in SQLite.

use rusqlite::{OptionalExtension as _, Transaction, params};
use service_kit::store::sqlite::Database;
use time::OffsetDateTime;

use super::millis;
use crate::{domain::ticket::Ticket, store::StoreError};

pub(super) const CREATE: &str = "CREATE TABLE IF NOT EXISTS change_tickets (
    hash TEXT PRIMARY KEY, collection TEXT NOT NULL, claims TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;";

pub(super) async fn keep(database: &Database, ticket: Ticket) -> Result<(), StoreError> {
    let claims =
        serde_json::to_string(&ticket.claims).map_err(|error| StoreError::Failed(error.to_string()))?;
    let sql = "INSERT INTO change_tickets (hash, collection, claims, expires_at) VALUES (?1, ?2, ?3, ?4)";
    database
        .write(move |transaction| {
            let values = params![ticket.hash, ticket.collection, claims, millis(ticket.expires_at)];
            transaction.prepare_cached(sql)?.execute(values)?;
            Ok(())
        })
        .await
}

pub(super) async fn take(
    database: &Database,
    hash: &str,
    collection: &str,
    now: OffsetDateTime,
) -> Result<Option<Ticket>, StoreError> {
    let sql = "DELETE FROM change_tickets WHERE hash = ?1 AND collection = ?2 AND expires_at > ?3
               RETURNING claims, expires_at";
    let (hash, collection) = (hash.to_owned(), collection.to_owned());
    database
        .write(move |transaction| {
            let values = params![hash, collection, millis(now)];
            let found = transaction
                .prepare_cached(sql)?
                .query_row(values, |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))
                .optional()?;
            let Some((claims, expires_at)) = found else { return Ok(None) };
            let corrupt = |fault: String| StoreError::Corrupt(format!("a ticket: {fault}"));
            let claims = serde_json::from_str(&claims).map_err(|fault| corrupt(fault.to_string()))?;
            let expires_at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(expires_at) * 1_000_000)
                .map_err(|fault| corrupt(fault.to_string()))?;
            Ok(Some(Ticket { hash, collection, claims, expires_at }))
        })
        .await
}

/// Removes the tickets that have expired.
pub(super) fn purge(transaction: &Transaction<'_>, now: OffsetDateTime) -> Result<(), StoreError> {
    transaction.execute("DELETE FROM change_tickets WHERE expires_at <= ?1", [millis(now)])?;
    Ok(())
}
