//! The counters that throttle logins.

use std::time::Duration;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _};
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
    ) -> Result<Option<Duration>, StoreError> {
        let bucket = bucket.to_owned();
        self.database
            .write(move |tx| {
                tx.prepare_cached("DELETE FROM attempts WHERE purge_at <= ?1")?.execute([millis(now)])?;
                let known = find(tx, &bucket)?;
                let (kept, wait) = match Bucket::take(known, limit, now) {
                    Attempt::Wait(kept, wait) => (kept, Some(wait)),
                    Attempt::Taken(kept) => (kept, None),
                };
                if known != Some(kept) {
                    let Bucket { failures, last } = kept;
                    tx.prepare_cached("INSERT OR REPLACE INTO attempts VALUES (?1, ?2, ?3, ?4)")?
                        .execute((bucket, failures, millis(last), millis(last + limit.window)))?;
                }
                Ok(wait)
            })
            .await
    }

    async fn attempts(&self, bucket: &str) -> Result<Option<Bucket>, StoreError> {
        let bucket = bucket.to_owned();
        self.database.read(move |connection| find(connection, &bucket)).await
    }

    async fn give_back_attempt(&self, bucket: &str) -> Result<(), StoreError> {
        let bucket = bucket.to_owned();
        self.database
            .write(move |tx| {
                match find(tx, &bucket)?.and_then(Bucket::give_back) {
                    Some(left) => tx
                        .prepare_cached("UPDATE attempts SET failures = ?2 WHERE bucket = ?1")?
                        .execute((bucket, left.failures))?,
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
    let mut statement = connection.prepare_cached("SELECT failures, last FROM attempts WHERE bucket = ?1")?;
    let found = statement
        .query_row([bucket], |row| Ok(Bucket { failures: row.get("failures")?, last: time(row, "last")? }));
    Ok(found.optional()?)
}
