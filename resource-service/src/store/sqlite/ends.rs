//! The calculations that ended, in SQLite: a table of notes, written in the transaction that ends one.

use async_trait::async_trait;
use rusqlite::{Transaction, params};

use super::SqliteStore;
use crate::{
    domain::document::Meta,
    store::{
        StoreError,
        ends::{Course, Ended, Ends},
    },
};

/// Makes the table of the notes.
pub(super) const CREATE: &str = "CREATE TABLE IF NOT EXISTS ended (
    id TEXT PRIMARY KEY, revision INTEGER NOT NULL, at TEXT NOT NULL);";

/// Notes what a revision is for the calculation, within the transaction.
pub(super) fn note(transaction: &Transaction<'_>, course: Course, meta: &Meta) -> Result<(), StoreError> {
    match course {
        Course::Unchanged => {}
        Course::Ends => {
            let sql = "INSERT OR REPLACE INTO ended (id, revision, at) VALUES (?1, ?2, ?3)";
            transaction.prepare_cached(sql)?.execute(params![meta.id, meta.revision, meta.updated_at])?;
        }
        Course::Resumes => {
            transaction.prepare_cached("DELETE FROM ended WHERE id = ?1")?.execute([&meta.id])?;
        }
    }
    Ok(())
}

#[async_trait]
impl Ends for SqliteStore {
    async fn ended(&self, until: &str, limit: u32) -> Result<Vec<Ended>, StoreError> {
        let until = until.to_owned();
        self.database
            .read(move |connection| {
                let sql = "SELECT id, revision FROM ended WHERE at < ?1 ORDER BY at LIMIT ?2";
                let mut prepared = connection.prepare_cached(sql)?;
                let rows = prepared.query_map(params![until, limit], |row| {
                    Ok(Ended { id: row.get(0)?, revision: row.get(1)? })
                })?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn notified(&self, ended: &Ended) -> Result<(), StoreError> {
        let Ended { id, revision } = ended.clone();
        self.database
            .write(move |transaction| {
                let sql = "DELETE FROM ended WHERE id = ?1 AND revision = ?2";
                transaction.prepare_cached(sql)?.execute(params![id, revision])?;
                Ok(())
            })
            .await
    }
}
