//! The feed of revocations. The one writer of a file keeps it in order.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, types::Type};
use shared_models::revocations::{Revocation, RevocationKind, RevocationPage};
use time::OffsetDateTime;

use super::SqliteStore;
use crate::{
    domain::revocation::Cut,
    store::{Revocations, StoreError},
};

#[async_trait]
impl Revocations for SqliteStore {
    async fn revoke(&self, kind: RevocationKind, value: &str, cut: Cut) -> Result<(), StoreError> {
        let value = value.to_owned();
        self.database.write(move |tx| append(tx, kind, &[value], cut)).await
    }

    async fn newest_revocation(&self) -> Result<i64, StoreError> {
        self.database.read(newest).await
    }

    async fn revocations_after(
        &self,
        cursor: i64,
        limit: u32,
        now: OffsetDateTime,
    ) -> Result<RevocationPage, StoreError> {
        let now = now.unix_timestamp();
        self.database
            .read(move |c| {
                // Read before the entries, so that no cursor passes one that is not told yet.
                let newest = newest(c)?;
                let cursor = if cursor > newest { 0 } else { cursor };
                let mut statement = c.prepare_cached(
                    "SELECT seq, kind, value, not_before, expires_at FROM cutoffs \
                     WHERE seq > ?1 AND seq <= ?2 AND expires_at > ?3 ORDER BY seq LIMIT ?4",
                )?;
                let entries = statement.query_map((cursor, newest, now, limit), read)?;
                let entries = entries.collect::<Result<Vec<_>, _>>()?;
                let full = entries.len() == limit as usize;
                let next = entries.last().filter(|_| full).map_or(newest, |last| last.seq);
                Ok(RevocationPage { entries, next })
            })
            .await
    }

    async fn revocations_of(&self, kind: RevocationKind, value: &str) -> Result<Vec<Revocation>, StoreError> {
        let value = value.to_owned();
        self.database
            .read(move |c| {
                let mut statement = c.prepare_cached(
                    "SELECT seq, kind, value, not_before, expires_at FROM cutoffs \
                     WHERE value = ?1 AND kind = ?2 ORDER BY seq",
                )?;
                let entries = statement.query_map((value, name(kind)), read)?;
                Ok(entries.collect::<Result<_, _>>()?)
            })
            .await
    }
}

/// Adds a revocation for each value, within the write that makes it necessary.
pub(super) fn append(
    tx: &Transaction<'_>,
    kind: RevocationKind,
    values: &[String],
    cut: Cut,
) -> Result<(), StoreError> {
    let now = cut.not_before;
    tx.prepare_cached("DELETE FROM cutoffs WHERE expires_at <= ?1")?.execute([now])?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO cutoffs (kind, value, not_before, expires_at) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for value in values {
        insert.execute((name(kind), value, cut.not_before, cut.expires_at))?;
    }
    Ok(())
}

fn newest(connection: &Connection) -> Result<i64, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'cutoffs'")?;
    Ok(statement.query_row([], |row| row.get(0)).optional()?.unwrap_or(0))
}

fn name(kind: RevocationKind) -> &'static str {
    match kind {
        RevocationKind::Subject => "subject",
        RevocationKind::Session => "session",
        RevocationKind::Key => "key",
        RevocationKind::Role => "role",
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Revocation> {
    let kind: String = row.get("kind")?;
    let kind = RevocationKind::ALL.into_iter().find(|known| name(*known) == kind);
    Ok(Revocation {
        seq: row.get("seq")?,
        kind: kind.ok_or_else(|| rusqlite::Error::InvalidColumnType(1, "kind".into(), Type::Text))?,
        value: row.get("value")?,
        not_before: row.get("not_before")?,
        expires_at: row.get("expires_at")?,
    })
}
