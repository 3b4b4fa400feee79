//! Sessions.

use std::time::Instant;

use async_trait::async_trait;
use rusqlite::{ToSql, Transaction, named_params};
use time::OffsetDateTime;

use super::{
    SqliteStore, audit, revocations,
    rows::{SELECT_SESSION, find_session, millis, read_session, whole_millis, write_session},
};
use crate::{
    domain::{
        audit::Entry,
        revocation::RevocationClock,
        session::{EndReason, Session},
        step::{Moment, Presented, Rotation, step},
    },
    store::{SessionFilter, Sessions, StoreError},
};

/// How many surplus sessions one login ends.
const SURPLUS_AT_ONCE: u32 = 100;
/// A user's sessions that can still be refreshed at `:now`.
const LIVE: &str = "user_id = :user AND token_version = :version AND ended IS NULL AND idle_expires_at > :now \
    AND absolute_expires_at > :now";

#[async_trait]
impl Sessions for SqliteStore {
    async fn insert_session(
        &self,
        session: &Session,
        most: u32,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        let (session, clock, entry) = (session.clone(), clock.clone(), entry.clone());
        self.database
            .write(move |tx| {
                tx.prepare_cached("DELETE FROM sessions WHERE purge_at < ?1")?
                    .execute([millis(session.created_at)])?;
                write_session(tx, &session)?;
                end_surplus(tx, &session, most, &clock, &entry)?;
                audit::insert(tx, &entry)
            })
            .await
    }

    async fn session(&self, id: &str) -> Result<Option<Session>, StoreError> {
        let id = id.to_owned();
        self.database.read(move |c| find_session(c, &id)).await
    }

    async fn live_sessions(
        &self,
        filter: &SessionFilter,
        now: OffsetDateTime,
    ) -> Result<Vec<Session>, StoreError> {
        let filter = filter.clone();
        self.database
            .read(move |c| {
                let mut statement = c.prepare_cached(&format!(
                    "{SELECT_SESSION} WHERE {LIVE} AND (:after IS NULL OR id < :after) \
                     ORDER BY id DESC LIMIT :limit"
                ))?;
                let sessions = statement.query_map(
                    named_params! {
                        ":user": filter.user_id,
                        ":version": filter.token_version,
                        ":now": millis(now),
                        ":after": filter.after,
                        ":limit": filter.limit,
                    },
                    read_session,
                )?;
                Ok(sessions.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn rotate(
        &self,
        presented: &Presented,
        now: OffsetDateTime,
        clock: &RevocationClock,
        theft: &Entry,
    ) -> Result<Rotation, StoreError> {
        let (presented, clock, theft) = (presented.clone(), clock.clone(), theft.clone());
        let asked = Instant::now();
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
                    audit::insert(tx, &theft.of(session))?;
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
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        let (user_id, id, clock, entry) = (user_id.to_owned(), id.to_owned(), clock.clone(), entry.clone());
        self.database
            .write(move |tx| {
                let these: [&dyn ToSql; 2] = [&id, &user_id];
                let ended = end(tx, "id = ?3 AND user_id = ?4", &these, 1, reason, Some(&clock))? == 1;
                if ended {
                    audit::insert(tx, &entry)?;
                }
                Ok(ended)
            })
            .await
    }

    async fn revoke_token(
        &self,
        jti: &str,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        let (token, clock, entry) = ([jti.to_owned()], clock.clone(), entry.clone());
        self.database
            .write(move |tx| {
                revocations::append_sessions(tx, &token, &clock)?;
                audit::insert(tx, &entry)
            })
            .await
    }

    async fn end_job_grants(
        &self,
        calculation: &str,
        limit: u32,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<u64, StoreError> {
        let (calculation, clock, entry) = (calculation.to_owned(), clock.clone(), entry.clone());
        self.database
            .write(move |tx| {
                let reason = EndReason::CalculationFinished;
                let ended = end(tx, "calculation = ?3", &[&calculation], limit, reason, Some(&clock))?;
                if ended > 0 {
                    audit::insert(tx, &entry.saying(format!("{ended} ended")))?;
                }
                Ok(ended)
            })
            .await
    }
}

/// Ends at most `limit` active sessions that match `condition`, whose parameters begin at `?3`, and revokes their
/// tokens; returns how many.
pub(super) fn end(
    tx: &Transaction<'_>,
    condition: &'static str,
    parameters: &[&dyn ToSql],
    limit: u32,
    reason: EndReason,
    revoking: Option<&RevocationClock>,
) -> Result<u64, StoreError> {
    let mut statement = tx.prepare_cached(&format!(
        "UPDATE sessions SET ended = ?1, version = version + 1 WHERE id IN \
         (SELECT id FROM sessions WHERE {condition} AND ended IS NULL LIMIT ?2) RETURNING id"
    ))?;
    let name = reason.name();
    let first: [&dyn ToSql; 2] = [&name, &limit];
    let all: Vec<&dyn ToSql> = first.into_iter().chain(parameters.iter().copied()).collect();
    let ended = statement.query_map(&*all, |row| row.get::<_, String>(0))?;
    let ended = ended.collect::<Result<Vec<_>, _>>()?;
    if let Some(clock) = revoking {
        revocations::append_sessions(tx, &ended, clock)?;
    }
    Ok(ended.len() as u64)
}

/// Ends the least recently used of the user's live sessions beyond `most`, but never the given one.
fn end_surplus(
    tx: &Transaction<'_>,
    session: &Session,
    most: u32,
    clock: &RevocationClock,
    entry: &Entry,
) -> Result<(), StoreError> {
    let mut count = tx.prepare_cached(&format!("SELECT count(*) FROM sessions WHERE {LIVE}"))?;
    let now = millis(session.created_at);
    let user = named_params! { ":user": session.user_id, ":version": session.token_version, ":now": now };
    let live: u32 = count.query_row(user, |row| row.get(0))?;
    let surplus = live.saturating_sub(most).min(SURPLUS_AT_ONCE);
    if surplus == 0 {
        return Ok(());
    }
    let mut oldest = tx.prepare_cached(&format!(
        "UPDATE sessions SET ended = :reason, version = version + 1 WHERE id IN (SELECT id FROM sessions \
         WHERE {LIVE} AND id <> :id ORDER BY last_used_at, id LIMIT :surplus) RETURNING id"
    ))?;
    let ended = oldest.query_map(
        named_params! {
            ":user": session.user_id,
            ":version": session.token_version,
            ":now": now,
            ":id": session.id,
            ":surplus": surplus,
            ":reason": EndReason::Surplus.name(),
        },
        |row| row.get(0),
    )?;
    let ended: Vec<String> = ended.collect::<Result<_, _>>()?;
    for id in &ended {
        audit::insert(tx, &entry.of_surplus(id, most))?;
    }
    revocations::append_sessions(tx, &ended, clock)
}
