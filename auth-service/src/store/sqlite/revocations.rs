//! The feed of revocations. The one writer of a file keeps it in order.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use futures_util::future::join;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, types::Type};
use shared_models::revocations::{Revocation, RevocationKind, RevocationPage};
use time::OffsetDateTime;

use super::SqliteStore;
use crate::{
    domain::revocation::{Moment, RevocationClock},
    store::{Revocations, StoreError},
};

#[async_trait]
impl Revocations for SqliteStore {
    async fn revoke(
        &self,
        kind: RevocationKind,
        value: &str,
        clock: &RevocationClock,
    ) -> Result<(), StoreError> {
        let (revoked, taking) = (value.to_owned(), clock.clone());
        let work = move |tx: &Transaction<'_>| Ok(((), Some(append(tx, kind, &revoked, &taking)?)));
        self.revoking(kind, value, clock, work).await
    }

    async fn correct_not_before(
        &self,
        kind: RevocationKind,
        value: &str,
        found: i64,
        clock: &RevocationClock,
    ) -> Result<Option<i64>, StoreError> {
        let table = match kind {
            RevocationKind::Subject => "users",
            RevocationKind::Key => "clients",
            RevocationKind::Session | RevocationKind::Role => return Ok(None),
        };
        let (value, clock) = (value.to_owned(), clock.clone());
        self.database
            .write(move |tx| {
                let lower = clock.moment().not_before + 1;
                let sql = format!(
                    "UPDATE {table} SET not_before = min(not_before, ?3) WHERE id = ?1 AND not_before = ?2"
                );
                tx.execute(&sql, (&value, found, lower))?;
                let sql = format!("SELECT not_before FROM {table} WHERE id = ?1");
                Ok(tx.query_row(&sql, [&value], |row| row.get(0)).optional()?)
            })
            .await
    }

    /// Nothing to do: each revocation is in the feed once its transaction is committed.
    async fn publish_revocations(&self, _: &RevocationClock) -> Result<(), StoreError> {
        Ok(())
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
                // Read before the entries, so that no cursor passes one that is not visible yet.
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

impl SqliteStore {
    /// Does an act that may revoke the tokens that `kind` and `value` name, at the moment that `work` returns, and
    /// revokes them again if its commit took too long. Both are queued for the writer together, so the second is
    /// written even if the caller has left. Its moment is taken after the first commit, so it covers.
    pub(super) async fn revoking<T: Send + 'static>(
        &self,
        kind: RevocationKind,
        value: &str,
        clock: &RevocationClock,
        work: impl FnOnce(&Transaction<'_>) -> Result<(T, Option<Moment>), StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (value, clock) = (value.to_owned(), clock.clone());
        let moment = Arc::new(OnceLock::new());
        let taken = Arc::clone(&moment);
        let act = self.database.write(move |tx| {
            let (done, moment) = work(tx)?;
            moment.map(|moment| taken.set(moment));
            Ok::<_, StoreError>(done)
        });
        let again = self.database.write(move |tx| match moment.get() {
            Some(moment) if !clock.covers(moment.taken_at) && kind != RevocationKind::Session => {
                append(tx, kind, &value, &clock).map(|_| ())
            }
            _ => Ok(()),
        });
        let (done, covered) = join(act, again).await;
        let done = done?;
        covered
            .map_err(|error| if error == StoreError::Unavailable { StoreError::Unknown } else { error })?;
        Ok(done)
    }
}

/// Revokes the tokens that `kind` and `value` name, within the write that makes it necessary. The moment becomes the
/// `not_before` of that user or client, or that of all roles.
pub(super) fn append(
    tx: &Transaction<'_>,
    kind: RevocationKind,
    value: &str,
    clock: &RevocationClock,
) -> Result<Moment, StoreError> {
    let mut moment = clock.moment_for(kind);
    if let Some((table, id)) = holder(kind, value) {
        let mut raise = tx.prepare_cached(&format!(
            "UPDATE {table} SET not_before = max(not_before + 1, ?2) WHERE id = ?1 RETURNING not_before"
        ))?;
        let raised = raise.query_row((id, moment.not_before), |row| row.get::<_, i64>(0)).optional()?;
        moment = raised.map_or(moment, |raised| moment.after(raised - 1));
    }
    insert(tx, kind, std::slice::from_ref(&value.to_owned()), moment)?;
    Ok(moment)
}

/// Revokes the tokens of sessions, within the write that ends them.
pub(super) fn append_sessions(
    tx: &Transaction<'_>,
    ids: &[String],
    clock: &RevocationClock,
) -> Result<(), StoreError> {
    insert(tx, RevocationKind::Session, ids, clock.moment())
}

fn insert(
    tx: &Transaction<'_>,
    kind: RevocationKind,
    values: &[String],
    moment: Moment,
) -> Result<(), StoreError> {
    // Not the moment itself: that of a role may lie ahead.
    let now = moment.taken_at.unix_timestamp();
    tx.prepare_cached("DELETE FROM cutoffs WHERE expires_at <= ?1")?.execute([now])?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO cutoffs (kind, value, not_before, expires_at) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for value in values {
        insert.execute((name(kind), value, moment.not_before, moment.expires_at))?;
    }
    Ok(())
}

/// The row whose `not_before` this revocation raises: its table and its `id`.
fn holder(kind: RevocationKind, value: &str) -> Option<(&'static str, &str)> {
    match kind {
        RevocationKind::Subject => Some(("users", value)),
        RevocationKind::Key => Some(("clients", value)),
        RevocationKind::Role => Some(("counters", "roles")),
        RevocationKind::Session => None,
    }
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
