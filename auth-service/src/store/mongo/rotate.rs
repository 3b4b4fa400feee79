//! Rotation of a refresh token on MongoDB: one conditional write in the usual case, `step` in all others.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use mongodb::{
    Collection,
    bson::{DateTime, Document, doc, serialize_to_document},
    error::Result as MongoResult,
    options::ReadConcern,
};
use serde::Deserialize;
use tokio::time::{sleep, timeout};

use super::{
    MongoStore, audit,
    documents::{SessionDocument, time},
    outbox,
};
use crate::{
    domain::{
        audit::Entry,
        revocation::RevocationClock,
        session::Session,
        step::{Moment, Presented, Rotation, step},
    },
    store::{Revocations as _, StoreError},
};

/// How long an unknown outcome is retried before the caller gets an error.
const TIMEOUT: Duration = Duration::from_secs(4);
/// How long a linearizable read may wait for a majority.
const READ_TIMEOUT: Duration = Duration::from_secs(3);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Rotates. Where a try's outcome stays unknown (network, fail-over) the same token is presented again: if that
/// try did commit, its own successor comes back. A session is never ended for an unknown outcome.
pub(super) async fn rotate(
    store: &MongoStore,
    sessions: &Collection<SessionDocument>,
    presented: &Presented,
    clock: &RevocationClock,
    theft: &Entry,
) -> Result<Rotation, StoreError> {
    timeout(TIMEOUT, async {
        let (mut pause, mut tried) = (FIRST_PAUSE, false);
        loop {
            match attempt(store, sessions, presented, clock, theft, tried).await {
                Ok(Some(rotation)) => return Ok(rotation),
                Ok(None) => {}
                Err(StoreError::Unavailable | StoreError::Unknown) => {
                    tried = true;
                    sleep(pause).await;
                    pause = LONGEST_PAUSE.min(pause * 2);
                }
                Err(fault) => return Err(fault),
            }
        }
    })
    .await
    .unwrap_or(Err(StoreError::Unavailable))
}

/// One try; `None` when another writer came between.
async fn attempt(
    store: &MongoStore,
    sessions: &Collection<SessionDocument>,
    presented: &Presented,
    clock: &RevocationClock,
    theft: &Entry,
    tried: bool,
) -> Result<Option<Rotation>, StoreError> {
    // One that failed in a batch is retried alone, so that it does not delay others again.
    let refreshed = if tried {
        store.refreshes.refresh_alone(presented).await?
    } else {
        store.refreshes.refresh(presented).await?
    };
    if let Some(refreshed) = refreshed {
        return Ok(Some(Rotation::Refreshed(refreshed, presented.successor.clone())));
    }
    let Some((session, now)) = read(sessions, &presented.token.session_id).await? else {
        return Ok(Some(Rotation::Refused));
    };
    // The clocks of server and replica may differ; only durations are compared.
    let step = step(&session, presented, Moment { now: time(now)?, waited: presented.arrived.elapsed() });
    let unchanged = doc! { "_id": &session.id, "version": session.version };
    let written = match (&step.write, &step.rotation) {
        (None, _) => true,
        (Some(next), Rotation::Stolen(_)) => {
            end_stolen(store, sessions, unchanged, next, clock, &theft.of(next)).await?
        }
        (Some(next), _) => sessions.update_one(unchanged, replacing(next)?).await?.matched_count == 1,
    };
    Ok(written.then_some(step.rotation))
}

/// Ends a stolen session and revokes its tokens; `false` when another writer came between.
async fn end_stolen(
    store: &MongoStore,
    sessions: &Collection<SessionDocument>,
    unchanged: Document,
    ended: &Session,
    clock: &RevocationClock,
    theft: &Entry,
) -> Result<bool, StoreError> {
    let context = (sessions, &store.database, unchanged, (ended, theft), clock);
    let ended = store
        .transact(context, |session, (sessions, database, unchanged, (ended, theft), clock)| {
            Box::pin(async move {
                let replaced = sessions.update_one(unchanged.clone(), replacing(ended)?);
                let replaced = replaced.session(&mut *session).await?;
                if replaced.matched_count == 0 {
                    return Ok(false);
                }
                let id = std::slice::from_ref(&ended.id);
                outbox::append_sessions(database, session, id, clock).await?;
                audit::insert(database, session, theft).await?;
                Ok(true)
            })
        })
        .await?;
    store.publish_revocations(clock).await?;
    Ok(ended)
}

/// Writes all of a session but the entry it carries.
fn replacing(session: &Session) -> MongoResult<Document> {
    Ok(doc! { "$set": serialize_to_document(&SessionDocument::from(session))? })
}

/// The session as a majority has it, and the server's time.
async fn read(
    sessions: &Collection<SessionDocument>,
    id: &str,
) -> Result<Option<(Session, DateTime)>, StoreError> {
    #[derive(Deserialize)]
    struct Timed {
        session: SessionDocument,
        now: DateTime,
    }
    let pipeline =
        vec![doc! { "$match": { "_id": id } }, doc! { "$project": { "session": "$$ROOT", "now": "$$NOW" } }];
    let found: Option<Document> = sessions
        .aggregate(pipeline)
        .read_concern(ReadConcern::linearizable())
        .max_time(READ_TIMEOUT)
        .await?
        .try_next()
        .await?;
    let Some(found) = found else { return Ok(None) };
    let Timed { session, now } = mongodb::bson::deserialize_from_document(found)
        .map_err(|error| StoreError::Fault(format!("a stored session cannot be read: {error}")))?;
    Ok(Some((session.try_into()?, now)))
}
