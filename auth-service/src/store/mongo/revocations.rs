//! The feed of revocations, as acts write it and followers read it.

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use mongodb::{bson::doc, error::Error};
use shared_models::revocations::{Revocation, RevocationKind, RevocationPage};
use time::OffsetDateTime;

use super::{
    MongoStore,
    outbox::{PendingDocument, RevocationDocument, append, feed, holders, outbox},
    publisher::{COUNTER, counters},
};
use crate::{
    domain::revocation::RevocationClock,
    store::{Revocations, Store as _, StoreError},
};

#[async_trait]
impl Revocations for MongoStore {
    async fn revoke(
        &self,
        kind: RevocationKind,
        value: &str,
        clock: &RevocationClock,
    ) -> Result<(), StoreError> {
        let context = (self.ready().await?, value, clock);
        self.transact(context, move |session, (database, value, clock)| {
            Box::pin(append(database, session, kind, value, clock))
        })
        .await?;
        self.publisher.publish(clock).await
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

    async fn publish_revocations(&self, clock: &RevocationClock) -> Result<(), StoreError> {
        self.prepare().await?;
        self.publisher.publish(clock).await
    }

    async fn newest_revocation(&self) -> Result<i64, StoreError> {
        let counter = counters(self.ready().await?).find_one(doc! { "_id": COUNTER }).await?;
        Ok(counter.map_or(0, |counter| counter.value))
    }

    async fn revocations_after(
        &self,
        cursor: i64,
        limit: u32,
        now: OffsetDateTime,
    ) -> Result<RevocationPage, StoreError> {
        let database = self.ready().await?;
        // The counter is read before the entries, so that no cursor passes one that is not visible yet; in one session, so
        // that a server which took over between the two does not answer from before the counter.
        let mut session = database.client().start_session().await?;
        let counter = counters(database).find_one(doc! { "_id": COUNTER }).session(&mut session).await?;
        let newest = counter.map_or(0, |counter| counter.value);
        let cursor = if cursor > newest { 0 } else { cursor };
        if cursor == newest {
            return Ok(RevocationPage { entries: Vec::new(), next: newest });
        }
        let wanted = doc! {
            "_id": { "$gt": cursor, "$lte": newest },
            "expires_at": { "$gt": now.unix_timestamp() },
        };
        let feed = feed(database);
        let found = feed.find(wanted).sort(doc! { "_id": 1 }).limit(i64::from(limit));
        let mut found = found.session(&mut session).await?;
        let entries: Vec<RevocationDocument> = found.stream(&mut session).try_collect().await?;
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
