//! How much a collection takes in SQLite: its rows, counted. The length of a text is read from the head of its row.

use async_trait::async_trait;
use rusqlite::Connection;
use shared_models::documents::Amount;

use super::{SqliteStore, definitions::has_table};
use crate::store::{Measured, StoreError, Usage};

#[async_trait]
impl Measured for SqliteStore {
    async fn usage(&self, collection: &str) -> Result<Usage, StoreError> {
        let name = collection.to_owned();
        self.query(move |connection| {
            Ok(Usage {
                documents: rows(connection, &format!("doc_{name}"))?,
                versions: rows(connection, &format!("ver_{name}"))?,
                artifacts: amount(connection, FILES, &[&name])?,
            })
        })
        .await
    }
}

const FILES: &str = "SELECT count(*), coalesce(sum(file.value ->> '$.about.size'), 0)
    FROM artifact_folders, json_each(files) AS file WHERE collection = ?1";

/// The rows of a table and the bytes of their documents. A collection's name needs no escaping.
fn rows(connection: &Connection, table: &str) -> Result<Amount, StoreError> {
    if !has_table(connection, table)? {
        return Ok(Amount::default());
    }
    let sql = format!("SELECT count(*), coalesce(sum(octet_length(body)), 0) FROM \"{table}\"");
    amount(connection, &sql, &[])
}

fn amount(connection: &Connection, sql: &str, values: &[&str]) -> Result<Amount, StoreError> {
    let (count, bytes): (i64, i64) = connection
        .prepare_cached(sql)?
        .query_row(rusqlite::params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Amount { count: count.unsigned_abs(), bytes: bytes.unsigned_abs() })
}
