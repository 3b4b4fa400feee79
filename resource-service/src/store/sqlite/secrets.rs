//! What this service alone knows, in SQLite.

use rusqlite::OptionalExtension as _;
use service_kit::store::sqlite::Database;

use crate::store::StoreError;

pub(super) const CREATE: &str =
    "CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;";

pub(super) async fn secret(database: &Database, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], StoreError> {
    let name = name.to_owned();
    let wanted = name.clone();
    let sql = "SELECT value FROM secrets WHERE name = ?1";
    // A disk that is full can still be read.
    let found: Option<[u8; 32]> = database
        .read(move |connection| {
            Ok::<_, StoreError>(connection.query_row(sql, [&wanted], |row| row.get(0)).optional()?)
        })
        .await?;
    if let Some(found) = found {
        return Ok(found);
    }
    database
        .write(move |transaction| {
            transaction.execute("INSERT OR IGNORE INTO secrets VALUES (?1, ?2)", (&name, fresh))?;
            Ok(transaction.query_row(sql, [&name], |row| row.get(0))?)
        })
        .await
}
