//! What SQLite keeps no longer than a collection wants: rows of the table of its past, found by index.

use async_trait::async_trait;
use rusqlite::{Connection, params};

use super::{SqliteStore, history};
use crate::store::{
    StoreError,
    retention::{Kept, Retention, STEP},
};

/// The revisions that a statement gives; none where the collection has no past.
fn select(
    connection: &Connection,
    collection: &str,
    conditions: &str,
    values: impl rusqlite::Params,
) -> Result<Vec<Kept>, StoreError> {
    if !history::is_kept(connection, collection)? {
        return Ok(Vec::new());
    }
    // A collection's name needs no escaping.
    let sql = format!("SELECT id, revision FROM \"ver_{collection}\" {conditions}");
    let mut prepared = connection.prepare_cached(&sql)?;
    let rows = prepared.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn number(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

#[async_trait]
impl Retention for SqliteStore {
    async fn kept(
        &self,
        collection: &str,
        after: Option<&Kept>,
        limit: usize,
    ) -> Result<Vec<Kept>, StoreError> {
        let name = collection.to_owned();
        let (id, revision) = after.cloned().unwrap_or_else(|| (String::new(), i64::MIN));
        self.database
            .read(move |connection| {
                let conditions = "WHERE (id, revision) > (?1, ?2) ORDER BY id, revision LIMIT ?3";
                select(connection, &name, conditions, params![id, revision, number(limit)])
            })
            .await
    }

    async fn forget(&self, collection: &str, revisions: &[Kept]) -> Result<(), StoreError> {
        let (name, revisions) = (collection.to_owned(), revisions.to_vec());
        self.database
            .write(move |transaction| {
                let sql = format!("DELETE FROM \"ver_{name}\" WHERE id = ?1 AND revision = ?2");
                let mut prepared = transaction.prepare_cached(&sql)?;
                for (id, revision) in revisions {
                    prepared.execute(params![id, revision])?;
                }
                Ok(())
            })
            .await
    }

    async fn ended_before(
        &self,
        collection: &str,
        until: &str,
        limit: usize,
    ) -> Result<Vec<Kept>, StoreError> {
        let (name, until) = (collection.to_owned(), until.to_owned());
        self.database
            .read(move |connection| {
                let conditions = "WHERE until < ?1 AND body IS NULL AND undone = 0 ORDER BY until LIMIT ?2";
                select(connection, &name, conditions, params![until, number(limit)])
            })
            .await
    }

    async fn forget_before(&self, collection: &str, until: &str, now: &str) -> Result<usize, StoreError> {
        let (name, until, now) = (collection.to_owned(), until.to_owned(), now.to_owned());
        self.database
            .write(move |transaction| {
                if !history::is_kept(transaction, &name)? {
                    return Ok(0);
                }
                let some = |condition: &str| {
                    format!("rowid IN (SELECT rowid FROM \"ver_{name}\" WHERE {condition} LIMIT {STEP})")
                };
                let date = format!("UPDATE \"ver_{name}\" SET until = ?1 WHERE {}", some("until IS NULL"));
                transaction.prepare_cached(&date)?.execute([now])?;
                let old = some("until < ?1 AND (body IS NOT NULL OR undone <> 0)");
                let forget = format!("DELETE FROM \"ver_{name}\" WHERE {old}");
                Ok(transaction.prepare_cached(&forget)?.execute([until])?)
            })
            .await
    }
}
