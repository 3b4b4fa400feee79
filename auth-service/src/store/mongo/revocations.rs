//! The feed of revocations. An act inserts its revocation into an outbox, in its own transaction; what lies there is moved
//! to the feed afterwards, and takes its place from one counter in the same transaction.
//!
//! Only one transaction at a time can raise the counter, so no entry ever appears behind a cursor that was handed out. And
//! only publishing raises it, many entries at once, so acts never wait for one another. An entry whose process ended before
//! it was published is published by whichever replica looks next.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use mongodb::{
    ClientSession, Collection, Database, IndexModel,
    bson::{DateTime, doc, oid::ObjectId},
    error::{Error, Result as MongoResult},
    options::{IndexOptions, ReturnDocument},
};
use serde::{Deserialize, Serialize};
use service_kit::batch::{Batcher, Call, Limits};
use shared_models::revocations::{Revocation, RevocationKind, RevocationPage};
use time::OffsetDateTime;

use super::{MongoStore, documents::instant, index, purge, transact};
use crate::{
    domain::revocation::{Moment, RevocationClock},
    store::{Revocations, Store as _, StoreError},
};

/// `_id` of the counter in the collection `counters`.
const COUNTER: &str = "cutoffs";
/// How many entries one transaction publishes.
const AT_ONCE: u32 = 1000;
/// One at a time: each takes all that was committed before it sets out.
const LIMITS: Limits = Limits { batches: 1, calls: usize::MAX, patience: Duration::from_secs(30) };
/// How often a revocation is written again because its commit took too long.
const MAX_TRIES: usize = 3;

/// A revocation in the collection `cutoffs`: the feed.
#[derive(Serialize, Deserialize)]
struct RevocationDocument {
    #[serde(rename = "_id")]
    seq: i64,
    kind: RevocationKind,
    value: String,
    not_before: i64,
    expires_at: i64,
    purge_at: DateTime,
}

/// A revocation in the collection `outbox`: committed, without a place in the feed yet.
#[derive(Serialize, Deserialize)]
struct PendingDocument {
    #[serde(rename = "_id")]
    id: ObjectId,
    kind: RevocationKind,
    value: String,
    not_before: i64,
    expires_at: i64,
}

#[derive(Serialize, Deserialize)]
struct Counter {
    value: i64,
}

impl From<RevocationDocument> for Revocation {
    fn from(document: RevocationDocument) -> Self {
        let RevocationDocument { seq, kind, value, not_before, expires_at, .. } = document;
        Self { seq, kind, value, not_before, expires_at }
    }
}

impl PendingDocument {
    fn at(self, seq: i64) -> RevocationDocument {
        let Self { kind, value, not_before, expires_at, .. } = self;
        let purge_at = OffsetDateTime::from_unix_timestamp(expires_at).map_or(DateTime::MAX, instant);
        RevocationDocument { seq, kind, value, not_before, expires_at, purge_at }
    }
}

/// Publishes what lies in the outbox. Acts that end together are published together.
pub(super) struct Publisher(Batcher<(), Result<(), StoreError>>);

impl Publisher {
    pub(super) fn new(database: Database) -> Self {
        Self(Batcher::new(LIMITS, move |calls| answer(database.clone(), calls)))
    }

    /// When this returns `Ok`, the feed shows every revocation that was committed before the call.
    async fn publish(&self) -> Result<(), StoreError> {
        self.0.call(()).await.unwrap_or(Err(StoreError::Unavailable)).map_err(after_commit)
    }
}

/// What a failure means once the act is committed: whether it is in the feed is not known.
fn after_commit(error: StoreError) -> StoreError {
    match error {
        StoreError::Unavailable => StoreError::Unknown,
        other => other,
    }
}

async fn answer(database: Database, calls: Vec<Call<(), Result<(), StoreError>>>) {
    let published = publish(&database).await;
    for call in calls {
        call.answer(published.clone());
    }
}

async fn publish(database: &Database) -> Result<(), StoreError> {
    // Mostly there is nothing, and a read holds up nobody as a transaction might.
    while outbox(database).find_one(doc! {}).await?.is_some() {
        let moved =
            transact(database, database, |session, database| Box::pin(publish_some(database, session)));
        if moved.await? < AT_ONCE as usize {
            break;
        }
    }
    Ok(())
}

/// Moves the oldest entries of the outbox to the feed; how many.
async fn publish_some(database: &Database, session: &mut ClientSession) -> MongoResult<usize> {
    let outbox = outbox(database);
    let oldest =
        outbox.find(doc! {}).sort(doc! { "_id": 1 }).limit(i64::from(AT_ONCE)).session(&mut *session);
    let pending: Vec<PendingDocument> = oldest.await?.stream(&mut *session).try_collect().await?;
    if pending.is_empty() {
        return Ok(0);
    }
    let count = i64::try_from(pending.len()).unwrap_or(i64::MAX);
    let counters: Collection<Counter> = database.collection("counters");
    let raise = counters
        .find_one_and_update(doc! { "_id": COUNTER }, doc! { "$inc": { "value": count } })
        .upsert(true)
        .return_document(ReturnDocument::After);
    let last = raise.session(&mut *session).await?.map_or(count, |counter| counter.value);
    let ids: Vec<ObjectId> = pending.iter().map(|entry| entry.id).collect();
    let entries = pending.into_iter().zip(last - count + 1..).map(|(entry, seq)| entry.at(seq));
    feed(database).insert_many(entries).session(&mut *session).await?;
    outbox.delete_many(doc! { "_id": { "$in": ids } }).session(session).await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

impl MongoStore {
    /// What is left to do once an act that revoked by a transaction of its own is committed.
    pub(super) async fn revoked(
        &self,
        kind: RevocationKind,
        value: &str,
        moment: Moment,
        clock: &RevocationClock,
    ) -> Result<(), StoreError> {
        if clock.covers(moment) {
            self.publisher.publish().await
        } else {
            self.revoke(kind, value, clock).await.map_err(after_commit)
        }
    }
}

#[async_trait]
impl Revocations for MongoStore {
    async fn revoke(
        &self,
        kind: RevocationKind,
        value: &str,
        clock: &RevocationClock,
    ) -> Result<(), StoreError> {
        for _ in 0..MAX_TRIES {
            let database = self.ready().await?;
            let context = (database, value, clock);
            let moment = transact(database, context, move |session, (database, value, clock)| {
                Box::pin(append(database, session, kind, value, clock))
            });
            let moment = moment.await?;
            if clock.covers(moment) || kind == RevocationKind::Session {
                return self.publisher.publish().await;
            }
        }
        Err(StoreError::Unavailable)
    }

    async fn correct_not_before(
        &self,
        kind: RevocationKind,
        value: &str,
        found: i64,
        clock: &RevocationClock,
    ) -> Result<Option<i64>, StoreError> {
        let Some(holders) = holders(self.ready().await?, kind) else { return Ok(None) };
        let lower = clock.moment().not_before + 1;
        let wrong = doc! { "_id": value, "not_before": found };
        holders.update_one(wrong, doc! { "$min": { "not_before": lower } }).await?;
        let holder = holders.find_one(doc! { "_id": value }).projection(doc! { "not_before": 1 }).await?;
        Ok(holder.map(|holder| holder.not_before))
    }

    async fn publish_revocations(&self) -> Result<(), StoreError> {
        self.prepare().await?;
        self.publisher.publish().await
    }

    async fn newest_revocation(&self) -> Result<i64, StoreError> {
        let counters: Collection<Counter> = self.ready().await?.collection("counters");
        let counter = counters.find_one(doc! { "_id": COUNTER }).await?;
        Ok(counter.map_or(0, |counter| counter.value))
    }

    async fn revocations_after(
        &self,
        cursor: i64,
        limit: u32,
        now: OffsetDateTime,
    ) -> Result<RevocationPage, StoreError> {
        // Read before the entries, so that no cursor passes one that is not visible yet.
        let newest = self.newest_revocation().await?;
        let cursor = if cursor > newest { 0 } else { cursor };
        if cursor == newest {
            return Ok(RevocationPage { entries: Vec::new(), next: newest });
        }
        let wanted = doc! {
            "_id": { "$gt": cursor, "$lte": newest },
            "expires_at": { "$gt": now.unix_timestamp() },
        };
        let entries: Vec<RevocationDocument> = feed(self.ready().await?)
            .find(wanted)
            .sort(doc! { "_id": 1 })
            .limit(i64::from(limit))
            .await?
            .try_collect()
            .await?;
        let full = entries.len() == limit as usize;
        let next = entries.last().filter(|_| full).map_or(newest, |last| last.seq);
        Ok(RevocationPage { entries: entries.into_iter().map(Revocation::from).collect(), next })
    }

    async fn revocations_of(&self, kind: RevocationKind, value: &str) -> Result<Vec<Revocation>, StoreError> {
        // What is moved to the feed between the two reads is found by both, and by one of them at least.
        let database = self.ready().await?;
        let kind = mongodb::bson::serialize_to_bson(&kind).map_err(Error::from)?;
        let wanted = doc! { "value": value, "kind": kind };
        let pending: Vec<PendingDocument> =
            outbox(database).find(wanted.clone()).await?.try_collect().await?;
        let entries: Vec<RevocationDocument> =
            feed(database).find(wanted).sort(doc! { "_id": 1 }).await?.try_collect().await?;
        let unpublished = pending.into_iter().map(|entry| entry.at(i64::MAX));
        Ok(entries.into_iter().chain(unpublished).map(Revocation::from).collect())
    }
}

/// Revokes the tokens that `kind` and `value` name, within the transaction that makes it necessary: in each attempt at a
/// moment of its own, which becomes the `not_before` of that user or client.
pub(super) async fn append(
    database: &Database,
    session: &mut ClientSession,
    kind: RevocationKind,
    value: &str,
    clock: &RevocationClock,
) -> MongoResult<Moment> {
    let mut moment = clock.moment_for(kind);
    if let Some(holders) = holders(database, kind) {
        let later = doc! { "$max": [moment.not_before, { "$add": ["$not_before", 1_i64] }] };
        let raise = vec![doc! { "$set": { "not_before": later } }];
        let raised = holders.find_one_and_update(doc! { "_id": value }, raise);
        let raised = raised.projection(doc! { "not_before": 1 }).return_document(ReturnDocument::After);
        if let Some(holder) = raised.session(&mut *session).await? {
            moment = moment.after(holder.not_before - 1);
        }
    }
    insert(database, session, kind, std::slice::from_ref(&value.to_owned()), moment).await?;
    Ok(moment)
}

/// Revokes the tokens of sessions, within the transaction that ends them.
pub(super) async fn append_sessions(
    database: &Database,
    session: &mut ClientSession,
    ids: &[String],
    clock: &RevocationClock,
) -> MongoResult<()> {
    insert(database, session, RevocationKind::Session, ids, clock.moment()).await
}

async fn insert(
    database: &Database,
    session: &mut ClientSession,
    kind: RevocationKind,
    values: &[String],
    moment: Moment,
) -> MongoResult<()> {
    if values.is_empty() {
        return Ok(());
    }
    let Moment { not_before, expires_at, .. } = moment;
    let pending = values.iter().map(|value| PendingDocument {
        id: ObjectId::new(),
        kind,
        value: value.clone(),
        not_before,
        expires_at,
    });
    outbox(database).insert_many(pending).session(session).await?;
    Ok(())
}

/// A user or a client, as far as revocations are concerned.
#[derive(Deserialize)]
struct Holder {
    #[serde(default)]
    not_before: i64,
}

/// Where the documents lie whose `not_before` a revocation of this kind raises.
fn holders(database: &Database, kind: RevocationKind) -> Option<Collection<Holder>> {
    match kind {
        RevocationKind::Subject => Some(database.collection("users")),
        RevocationKind::Key => Some(database.collection("clients")),
        RevocationKind::Session | RevocationKind::Role => None,
    }
}

fn feed(database: &Database) -> Collection<RevocationDocument> {
    database.collection("cutoffs")
}

fn outbox(database: &Database) -> Collection<PendingDocument> {
    database.collection(OUTBOX)
}

/// Where committed revocations wait for their place in the feed.
pub(super) const OUTBOX: &str = "outbox";

/// The indexes of `cutoffs`.
pub(super) fn indexes() -> Vec<IndexModel> {
    vec![index(doc! { "value": 1 }, IndexOptions::default()), purge("purge_at")]
}

/// The indexes of `outbox`.
pub(super) fn outbox_indexes() -> Vec<IndexModel> {
    vec![index(doc! { "value": 1 }, IndexOptions::default())]
}
