//! The counters that throttle logins.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, Row};
use time::OffsetDateTime;

use super::{
    SqliteStore,
    rows::{millis, time},
};
use crate::{
    domain::throttle::{Attempt, Bucket, Limit},
    store::{StoreError, Throttle},
};

#[async_trait]
impl Throttle for SqliteStore {
    async fn take_attempt(
        &self,
        bucket: &str,
        limit: Limit,
        now: OffsetDateTime,
    ) -> Result<Attempt, StoreError> {
        let bucket = bucket.to_owned();
        self.database
            .write(move |tx| {
                tx.prepare_cached("DELETE FROM attempts WHERE purge_at <= ?1")?.execute([millis(now)])?;
                let known = find(tx, &bucket)?;
                let attempt = Bucket::take(known, limit, now);
                let (Attempt::Taken(kept) | Attempt::Wait(kept, _)) = attempt;
                if known != Some(kept) {
                    let Bucket { failures, pending, last } = kept;
                    tx.prepare_cached("INSERT OR REPLACE INTO attempts VALUES (?1, ?2, ?3, ?4, ?5)")?
                        .execute((bucket, failures, millis(last), millis(last + limit.window), pending))?;
                }
                Ok(attempt)
            })
            .await
    }

    async fn attempts(&self, bucket: &str) -> Result<Option<Bucket>, StoreError> {
        let bucket = bucket.to_owned();
        self.database.read(move |connection| find(connection, &bucket)).await
    }

    async fn fail_attempt(&self, bucket: &str) -> Result<(), StoreError> {
        let bucket = bucket.to_owned();
        self.database
            .write(move |tx| {
                if let Some(left) = find(tx, &bucket)?.map(Bucket::fail) {
                    tx.prepare_cached("UPDATE attempts SET pending = ?2 WHERE bucket = ?1")?
                        .execute((bucket, left.pending))?;
                }
                Ok(())
            })
            .await
    }

    async fn give_back_attempt(&self, bucket: &str) -> Result<(), StoreError> {
        let bucket = bucket.to_owned();
        self.database
            .write(move |tx| {
                match find(tx, &bucket)?.and_then(Bucket::give_back) {
                    Some(left) => tx
                        .prepare_cached("UPDATE attempts SET failures = ?2, pending = ?3 WHERE bucket = ?1")?
                        .execute((bucket, left.failures, left.pending))?,
                    None => tx.prepare_cached("DELETE FROM attempts WHERE bucket = ?1")?.execute([bucket])?,
                };
                Ok(())
            })
            .await
    }

    async fn forget_attempts(&self, bucket: &str) -> Result<(), StoreError> {
        let bucket = bucket.to_owned();
        self.database
            .write(move |tx| {
                tx.prepare_cached("DELETE FROM attempts WHERE bucket = ?1")?.execute([bucket])?;
                Ok(())
            })
            .await
    }

    async fn secret(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], StoreError> {
        let name = name.to_owned();
        self.database
            .write(move |tx| {
                tx.execute("INSERT OR IGNORE INTO secrets VALUES (?1, ?2)", (&name, fresh))?;
                Ok(tx.query_row("SELECT value FROM secrets WHERE name = ?1", [&name], |row| row.get(0))?)
            })
            .await
    }
}

fn find(connection: &Connection, bucket: &str) -> Result<Option<Bucket>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT failures, pending, last FROM attempts WHERE bucket = ?1")?;
    let read = |row: &Row<'_>| {
        let (failures, pending) = (row.get("failures")?, row.get("pending")?);
        Ok(Bucket { failures, pending, last: time(row, "last")? })
    };
    Ok(statement.query_row([bucket], read).optional()?)
}
