//! Sessions.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use mongodb::{
    ClientSession, Collection, Database, IndexModel,
    bson::{Document, doc},
    error::Result as MongoResult,
    options::IndexOptions,
};
use serde::Deserialize;
use time::OffsetDateTime;

use super::{
    MongoStore, audit, carried,
    documents::{ACTIVE, ENDED, SESSIONS, SessionDocument},
    index, outbox, purge, rotate,
};
use crate::{
    domain::{
        audit::Entry,
        revocation::RevocationClock,
        session::{EndReason, Session},
        step::{Presented, Rotation},
    },
    store::{Revocations as _, SessionFilter, Sessions, StoreError},
};

impl MongoStore {
    async fn sessions(&self) -> Result<Collection<SessionDocument>, StoreError> {
        Ok(collection(self.ready().await?))
    }

    /// Ends at most `limit` of the living ones of `which`, and makes the entries of it where there were any.
    pub(super) async fn end(
        &self,
        which: Document,
        limit: u32,
        reason: EndReason,
        clock: &RevocationClock,
        entries: impl Fn(&[String]) -> Vec<Entry> + Send + Sync,
    ) -> Result<u64, StoreError> {
        let context = (self.ready().await?, which, clock, &entries);
        let ended = self.transact(context, move |session, (database, which, clock, entries)| {
            Box::pin(async move {
                let ended = end(database, session, which.clone(), limit, reason, clock).await?;
                if !ended.is_empty() {
                    audit::insert_all(database, session, &entries(&ended)).await?;
                }
                Ok(ended.len() as u64)
            })
        });
        let ended = ended.await?;
        // Even if nothing was left to end: the request that ended it may not have published the revocation yet.
        self.publish_revocations(clock).await?;
        Ok(ended)
    }
}

/// The sessions of `database`.
pub(super) fn collection(database: &Database) -> Collection<SessionDocument> {
    database.collection(SESSIONS)
}

/// The indexes of `sessions`.
pub(super) fn indexes() -> Vec<IndexModel> {
    let where_present = |field: &str| {
        let present = doc! { field: { "$type": "string" } };
        let options = IndexOptions::builder().partial_filter_expression(present).build();
        index(doc! { field: 1 }, options)
    };
    vec![
        index(doc! { "user_id": 1, "state": 1, "_id": -1 }, IndexOptions::default()),
        where_present("calculation"),
        where_present("through"),
        where_present("actor"),
        where_present(carried::ENTRY_ID),
        purge("purge_at"),
    ]
}

/// An expression that holds while a session has neither been idle too long nor grown too old.
fn is_unexpired() -> Document {
    was_unexpired(Duration::ZERO)
}

/// The same at an earlier time: when a request arrived, by the server's clock, which all replicas share.
pub(super) fn was_unexpired(ago: Duration) -> Document {
    let at = doc! { "$subtract": ["$$NOW", i64::try_from(ago.as_millis()).unwrap_or(i64::MAX)] };
    doc! { "$and": [
        { "$gt": ["$idle_expires_at", at.clone()] },
        { "$gt": ["$absolute_expires_at", at] },
    ] }
}

/// The user's sessions that can still be refreshed.
pub(super) fn live(user_id: &str, token_version: i64) -> Document {
    doc! { "user_id": user_id, "state": ACTIVE, "token_version": token_version, "$expr": is_unexpired() }
}

#[derive(Deserialize)]
struct Id {
    #[serde(rename = "_id")]
    id: String,
}

/// The ids of at most `limit` sessions.
pub(super) async fn ids(database: &Database, which: Document, limit: u32) -> MongoResult<Vec<String>> {
    let ids: Collection<Id> = database.collection(SESSIONS);
    let ids = ids.find(which).projection(doc! { "_id": 1 }).limit(i64::from(limit)).await?;
    ids.map_ok(|id| id.id).try_collect().await
}

/// The ids of at most `limit` sessions, without the `spared` most recently used ones.
pub(super) async fn least_used(
    database: &Database,
    which: Document,
    spared: u32,
    limit: u32,
) -> MongoResult<Vec<String>> {
    let ids: Collection<Id> = database.collection(SESSIONS);
    let ids = ids.find(which).sort(doc! { "last_used_at": -1, "_id": -1 }).skip(spared.into());
    let ids = ids.projection(doc! { "_id": 1 }).limit(i64::from(limit)).await?;
    ids.map_ok(|id| id.id).try_collect().await
}

/// The update that ends a session.
pub(super) fn ending(reason: EndReason) -> Document {
    doc! { "$set": { "state": ENDED, "reason": reason.name() }, "$inc": { "version": 1_i64 } }
}

/// Ends at most `limit` active sessions of `which` and revokes their tokens, within a transaction; returns their ids.
pub(super) async fn end(
    database: &Database,
    session: &mut ClientSession,
    which: Document,
    limit: u32,
    reason: EndReason,
    clock: &RevocationClock,
) -> MongoResult<Vec<String>> {
    let mut living = which;
    living.insert("state", ACTIVE);
    let ids: Collection<Id> = database.collection(SESSIONS);
    let ids = ids.find(living).projection(doc! { "_id": 1 }).limit(i64::from(limit));
    let ids: Vec<Id> = ids.session(&mut *session).await?.stream(&mut *session).try_collect().await?;
    let ids: Vec<String> = ids.into_iter().map(|id| id.id).collect();
    if ids.is_empty() {
        return Ok(ids);
    }
    let these = doc! { "_id": { "$in": &ids } };
    collection(database).update_many(these, ending(reason)).session(&mut *session).await?;
    outbox::append_sessions(database, session, &ids, clock).await?;
    Ok(ids)
}

#[async_trait]
impl Sessions for MongoStore {
    async fn insert_session(
        &self,
        session: &Session,
        most: u32,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        // One write instead of a transaction, which would cost four times as much.
        carried::insert(self.ready().await?, session, entry).await?;
        self.end_surplus(session, most, clock, entry).await
    }

    async fn session(&self, id: &str) -> Result<Option<Session>, StoreError> {
        self.by_id::<SessionDocument>(&self.sessions, id).await?.map(Session::try_from).transpose()
    }

    async fn live_sessions(
        &self,
        filter: &SessionFilter,
        _now: OffsetDateTime,
    ) -> Result<Vec<Session>, StoreError> {
        let mut live = live(&filter.user_id, filter.token_version);
        if let Some(after) = &filter.after {
            live.insert("_id", doc! { "$lt": after });
        }
        let found =
            self.sessions().await?.find(live).sort(doc! { "_id": -1 }).limit(i64::from(filter.limit)).await?;
        let found: Vec<SessionDocument> = found.try_collect().await?;
        found.into_iter().map(Session::try_from).collect()
    }

    async fn rotate(
        &self,
        presented: &Presented,
        _now: OffsetDateTime,
        clock: &RevocationClock,
        theft: &Entry,
    ) -> Result<Rotation, StoreError> {
        rotate::rotate(self, &self.sessions().await?, presented, clock, theft).await
    }

    async fn end_session(
        &self,
        user_id: &str,
        id: &str,
        reason: EndReason,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        self.end_one_session(user_id, id, reason, clock, entry).await
    }

    async fn revoke_token(
        &self,
        jti: &str,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        self.end_token(jti, clock, entry).await
    }

    async fn end_job_grants(
        &self,
        calculation: &str,
        limit: u32,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<u64, StoreError> {
        let which = doc! { "calculation": calculation };
        let counted = |ended: &[String]| vec![entry.saying(format!("{} ended", ended.len()))];
        self.end(which, limit, EndReason::CalculationFinished, clock, counted).await
    }
}
