//! Sessions.

use std::time::Instant;

use async_trait::async_trait;
use rusqlite::{ToSql, Transaction};
use time::OffsetDateTime;

use super::{
    SqliteStore, revocations,
    rows::{SELECT_SESSION, find_session, millis, read_session, whole_millis, write_session},
};
use crate::{
    domain::{
        revocation::RevocationClock,
        session::{EndReason, Session},
        step::{Moment, Presented, Rotation, step},
    },
    store::{Sessions, StoreError},
};

#[async_trait]
impl Sessions for SqliteStore {
    async fn insert_session(&self, session: &Session) -> Result<(), StoreError> {
        let session = session.clone();
        self.database
            .write(move |tx| {
                tx.prepare_cached("DELETE FROM sessions WHERE purge_at < ?1")?
                    .execute([millis(session.created_at)])?;
                write_session(tx, &session)
            })
            .await
    }

    async fn session(&self, id: &str) -> Result<Option<Session>, StoreError> {
        let id = id.to_owned();
        self.database.read(move |c| find_session(c, &id)).await
    }

    async fn live_sessions(&self, user_id: &str, now: OffsetDateTime) -> Result<Vec<Session>, StoreError> {
        let user_id = user_id.to_owned();
        self.database
            .read(move |c| {
                let mut statement = c.prepare_cached(&format!(
                    "{SELECT_SESSION} WHERE user_id = ?1 AND ended IS NULL AND idle_expires_at > ?2 \
                     AND absolute_expires_at > ?2 ORDER BY created_at DESC, id DESC"
                ))?;
                let sessions = statement.query_map((user_id, millis(now)), read_session)?;
                Ok(sessions.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn rotate(
        &self,
        presented: &Presented,
        now: OffsetDateTime,
        clock: &RevocationClock,
    ) -> Result<Rotation, StoreError> {
        let (presented, clock, asked) = (presented.clone(), clock.clone(), Instant::now());
        self.database
            .write(move |tx| {
                let Some(session) = find_session(tx, &presented.token.session_id)? else {
                    return Ok(Rotation::Refused);
                };
                // The write may have waited for others: the rotation takes place now, and the request arrived before.
                let now = whole_millis(now + asked.elapsed());
                let step = step(&session, &presented, Moment { now, waited: presented.arrived.elapsed() });
                if let Some(next) = &step.write {
                    write_session(tx, next)?;
                }
                if let Rotation::Stolen(session) = &step.rotation {
                    revocations::append_sessions(tx, std::slice::from_ref(&session.id), &clock)?;
                }
                Ok(step.rotation)
            })
            .await
    }

    async fn end_session(
        &self,
        user_id: &str,
        id: &str,
        reason: EndReason,
        clock: &RevocationClock,
    ) -> Result<bool, StoreError> {
        let (user_id, id, clock) = (user_id.to_owned(), id.to_owned(), clock.clone());
        self.database
            .write(move |tx| Ok(end(tx, "id = ?2 AND user_id = ?3", &[&id, &user_id], reason, &clock)? == 1))
            .await
    }

    async fn end_sessions(
        &self,
        user_id: &str,
        reason: EndReason,
        clock: &RevocationClock,
    ) -> Result<u64, StoreError> {
        let (user_id, clock) = (user_id.to_owned(), clock.clone());
        self.database.write(move |tx| end(tx, "user_id = ?2", &[&user_id], reason, &clock)).await
    }

    async fn end_job_grants(&self, calculation: &str, clock: &RevocationClock) -> Result<u64, StoreError> {
        let (calculation, clock) = (calculation.to_owned(), clock.clone());
        let reason = EndReason::CalculationFinished;
        self.database.write(move |tx| end(tx, "calculation = ?2", &[&calculation], reason, &clock)).await
    }
}

/// Ends the living sessions that meet `condition`, whose parameters begin at `?2`, and revokes their tokens.
pub(super) fn end(
    tx: &Transaction<'_>,
    condition: &'static str,
    parameters: &[&dyn ToSql],
    reason: EndReason,
    clock: &RevocationClock,
) -> Result<u64, StoreError> {
    let mut statement = tx.prepare_cached(&format!(
        "UPDATE sessions SET ended = ?1, version = version + 1 WHERE {condition} AND ended IS NULL RETURNING id"
    ))?;
    let name = reason.name();
    let all: Vec<&dyn ToSql> =
        std::iter::once(&name as &dyn ToSql).chain(parameters.iter().copied()).collect();
    let ended = statement.query_map(&*all, |row| row.get::<_, String>(0))?;
    let ended = ended.collect::<Result<Vec<_>, _>>()?;
    revocations::append_sessions(tx, &ended, clock)?;
    Ok(ended.len() as u64)
}
