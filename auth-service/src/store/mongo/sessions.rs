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
    MongoStore,
    documents::{ACTIVE, ENDED, SessionDocument},
    index, purge, revocations, rotate,
};
use crate::{
    domain::{
        revocation::RevocationClock,
        session::{EndReason, Session},
        step::{Presented, Rotation},
    },
    store::{Revocations as _, Sessions, StoreError},
};

/// Where they lie.
pub(super) const SESSIONS: &str = "sessions";

impl MongoStore {
    async fn sessions(&self) -> Result<Collection<SessionDocument>, StoreError> {
        Ok(collection(self.ready().await?))
    }

    async fn end(
        &self,
        which: Document,
        reason: EndReason,
        clock: &RevocationClock,
    ) -> Result<u64, StoreError> {
        let context = (self.ready().await?, which, clock);
        let ended = self.transact(context, move |session, (database, which, clock)| {
            Box::pin(end(database, session, which.clone(), reason, clock))
        });
        let ended = ended.await?;
        // Also where nothing was left to end: whoever ended it may not have published it yet.
        self.publish_revocations().await?;
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
        index(doc! { "user_id": 1, "created_at": -1 }, IndexOptions::default()),
        where_present("calculation"),
        where_present("through"),
        purge("purge_at"),
    ]
}

/// An expression that holds while a session has neither been idle too long nor grown too old.
fn is_unexpired() -> Document {
    was_unexpired(Duration::ZERO)
}

/// The same for so long ago: when a request arrived, on the one clock that all replicas share.
pub(super) fn was_unexpired(ago: Duration) -> Document {
    let at = doc! { "$subtract": ["$$NOW", i64::try_from(ago.as_millis()).unwrap_or(i64::MAX)] };
    doc! { "$and": [
        { "$gt": ["$idle_expires_at", at.clone()] },
        { "$gt": ["$absolute_expires_at", at] },
    ] }
}

/// Ends the living ones of `which` and revokes their tokens, within a transaction; how many.
pub(super) async fn end(
    database: &Database,
    session: &mut ClientSession,
    which: Document,
    reason: EndReason,
    clock: &RevocationClock,
) -> MongoResult<u64> {
    #[derive(Deserialize)]
    struct Id {
        #[serde(rename = "_id")]
        id: String,
    }
    let mut living = which;
    living.insert("state", ACTIVE);
    let ids: Collection<Id> = database.collection(SESSIONS);
    let ids = ids.find(living).projection(doc! { "_id": 1 });
    let ids: Vec<Id> = ids.session(&mut *session).await?.stream(&mut *session).try_collect().await?;
    let ids: Vec<String> = ids.into_iter().map(|id| id.id).collect();
    if ids.is_empty() {
        return Ok(0);
    }
    let ending = doc! { "$set": { "state": ENDED, "reason": reason.name() }, "$inc": { "version": 1_i64 } };
    collection(database).update_many(doc! { "_id": { "$in": &ids } }, ending).session(&mut *session).await?;
    revocations::append_sessions(database, session, &ids, clock).await?;
    Ok(ids.len() as u64)
}

#[async_trait]
impl Sessions for MongoStore {
    async fn insert_session(&self, session: &Session) -> Result<(), StoreError> {
        self.sessions().await?.insert_one(SessionDocument::from(session)).await?;
        Ok(())
    }

    async fn session(&self, id: &str) -> Result<Option<Session>, StoreError> {
        self.by_id::<SessionDocument>(&self.sessions, id).await?.map(Session::try_from).transpose()
    }

    async fn live_sessions(&self, user_id: &str, _now: OffsetDateTime) -> Result<Vec<Session>, StoreError> {
        let live = doc! { "user_id": user_id, "state": ACTIVE, "$expr": is_unexpired() };
        let newest_first = doc! { "created_at": -1, "_id": -1 };
        let found: Vec<SessionDocument> =
            self.sessions().await?.find(live).sort(newest_first).await?.try_collect().await?;
        found.into_iter().map(Session::try_from).collect()
    }

    async fn rotate(
        &self,
        presented: &Presented,
        _now: OffsetDateTime,
        clock: &RevocationClock,
    ) -> Result<Rotation, StoreError> {
        rotate::rotate(self, &self.sessions().await?, presented, clock).await
    }

    async fn end_session(
        &self,
        user_id: &str,
        id: &str,
        reason: EndReason,
        clock: &RevocationClock,
    ) -> Result<bool, StoreError> {
        Ok(self.end(doc! { "_id": id, "user_id": user_id }, reason, clock).await? == 1)
    }

    async fn end_sessions(
        &self,
        user_id: &str,
        reason: EndReason,
        clock: &RevocationClock,
    ) -> Result<u64, StoreError> {
        self.end(doc! { "user_id": user_id }, reason, clock).await
    }

    async fn end_job_grants(&self, calculation: &str, clock: &RevocationClock) -> Result<u64, StoreError> {
        self.end(doc! { "calculation": calculation }, EndReason::CalculationFinished, clock).await
    }
}
