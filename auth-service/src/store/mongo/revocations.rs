//! The feed of revocations. Each entry takes its place from one counter, in the same transaction: whoever wants the next
//! place waits for the entry before it to be there, or to be given up.

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use mongodb::{
    ClientSession, Collection, Database, IndexModel,
    bson::{DateTime, doc},
    error::Result as MongoResult,
    options::{IndexOptions, ReturnDocument},
};
use serde::{Deserialize, Serialize};
use shared_models::revocations::{Revocation, RevocationKind, RevocationPage};
use time::OffsetDateTime;

use super::{MongoStore, documents::instant, index, purge};
use crate::{
    domain::revocation::Cut,
    store::{Revocations, StoreError},
};

/// `_id` of the counter in the collection `counters`.
const COUNTER: &str = "cutoffs";

/// A revocation in the collection `revocations`.
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

#[async_trait]
impl Revocations for MongoStore {
    async fn revoke(&self, kind: RevocationKind, value: &str, cut: Cut) -> Result<(), StoreError> {
        let (database, value) = (self.ready().await?, value.to_owned());
        self.transact((database, value), move |session, (database, value)| {
            Box::pin(append(database, session, kind, std::slice::from_ref(value), cut))
        })
        .await
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
        // Read before the entries, so that no cursor passes one that is not told yet.
        let newest = self.newest_revocation().await?;
        let cursor = if cursor > newest { 0 } else { cursor };
        if cursor == newest {
            return Ok(RevocationPage { entries: Vec::new(), next: newest });
        }
        let wanted = doc! {
            "_id": { "$gt": cursor, "$lte": newest },
            "expires_at": { "$gt": now.unix_timestamp() },
        };
        let entries: Vec<RevocationDocument> = collection(self.ready().await?)
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
        let kind = mongodb::bson::serialize_to_bson(&kind).map_err(mongodb::error::Error::from)?;
        let wanted = doc! { "value": value, "kind": kind };
        let entries: Vec<RevocationDocument> =
            collection(self.ready().await?).find(wanted).sort(doc! { "_id": 1 }).await?.try_collect().await?;
        Ok(entries.into_iter().map(Revocation::from).collect())
    }
}

/// Adds a revocation for each value, within the transaction that makes it necessary.
pub(super) async fn append(
    database: &Database,
    session: &mut ClientSession,
    kind: RevocationKind,
    values: &[String],
    cut: Cut,
) -> MongoResult<()> {
    if values.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(values.len()).unwrap_or(i64::MAX);
    let counters: Collection<Counter> = database.collection("counters");
    let raise = counters
        .find_one_and_update(doc! { "_id": COUNTER }, doc! { "$inc": { "value": count } })
        .upsert(true)
        .return_document(ReturnDocument::After);
    let last = raise.session(&mut *session).await?.map_or(count, |counter| counter.value);
    let purge_at = OffsetDateTime::from_unix_timestamp(cut.expires_at).map_or(DateTime::MAX, instant);
    let entries = values.iter().zip(last - count + 1..).map(|(value, seq)| RevocationDocument {
        seq,
        kind,
        value: value.clone(),
        not_before: cut.not_before,
        expires_at: cut.expires_at,
        purge_at,
    });
    collection(database).insert_many(entries).session(session).await?;
    Ok(())
}

fn collection(database: &Database) -> Collection<RevocationDocument> {
    database.collection("cutoffs")
}

/// The indexes of `revocations`.
pub(super) fn indexes() -> Vec<IndexModel> {
    vec![index(doc! { "value": 1 }, IndexOptions::default()), purge("purge_at")]
}
