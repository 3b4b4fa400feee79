//! The feed of cut-offs. Each entry takes its place from one counter, in the same transaction: whoever wants the next
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
use shared_models::revocations::{CutOff, CutOffKind, CutOffPage};
use time::OffsetDateTime;

use super::{MongoStore, documents::instant, index, purge};
use crate::{
    domain::cutoff::Cut,
    store::{CutOffs, StoreError},
};

/// `_id` of the counter in the collection `counters`.
const COUNTER: &str = "cutoffs";

/// A cut-off in the collection `cutoffs`.
#[derive(Serialize, Deserialize)]
struct CutOffDocument {
    #[serde(rename = "_id")]
    seq: i64,
    kind: CutOffKind,
    value: String,
    not_before: i64,
    expires_at: i64,
    purge_at: DateTime,
}

#[derive(Serialize, Deserialize)]
struct Counter {
    value: i64,
}

impl From<CutOffDocument> for CutOff {
    fn from(document: CutOffDocument) -> Self {
        let CutOffDocument { seq, kind, value, not_before, expires_at, .. } = document;
        Self { seq, kind, value, not_before, expires_at }
    }
}

#[async_trait]
impl CutOffs for MongoStore {
    async fn cut_off(&self, kind: CutOffKind, value: &str, cut: Cut) -> Result<(), StoreError> {
        let (database, value) = (self.ready().await?, value.to_owned());
        self.transact((database, value), move |session, (database, value)| {
            Box::pin(append(database, session, kind, std::slice::from_ref(value), cut))
        })
        .await
    }

    async fn newest_cutoff(&self) -> Result<i64, StoreError> {
        let counters: Collection<Counter> = self.ready().await?.collection("counters");
        let counter = counters.find_one(doc! { "_id": COUNTER }).await?;
        Ok(counter.map_or(0, |counter| counter.value))
    }

    async fn cutoffs_after(
        &self,
        cursor: i64,
        limit: u32,
        now: OffsetDateTime,
    ) -> Result<CutOffPage, StoreError> {
        // Read before the entries, so that no cursor passes one that is not told yet.
        let newest = self.newest_cutoff().await?;
        let cursor = if cursor > newest { 0 } else { cursor };
        if cursor == newest {
            return Ok(CutOffPage { entries: Vec::new(), next: newest });
        }
        let wanted = doc! {
            "_id": { "$gt": cursor, "$lte": newest },
            "expires_at": { "$gt": now.unix_timestamp() },
        };
        let entries: Vec<CutOffDocument> = collection(self.ready().await?)
            .find(wanted)
            .sort(doc! { "_id": 1 })
            .limit(i64::from(limit))
            .await?
            .try_collect()
            .await?;
        let full = entries.len() == limit as usize;
        let next = entries.last().filter(|_| full).map_or(newest, |last| last.seq);
        Ok(CutOffPage { entries: entries.into_iter().map(CutOff::from).collect(), next })
    }

    async fn cutoffs_of(&self, kind: CutOffKind, value: &str) -> Result<Vec<CutOff>, StoreError> {
        let kind = mongodb::bson::serialize_to_bson(&kind).map_err(mongodb::error::Error::from)?;
        let wanted = doc! { "value": value, "kind": kind };
        let entries: Vec<CutOffDocument> =
            collection(self.ready().await?).find(wanted).sort(doc! { "_id": 1 }).await?.try_collect().await?;
        Ok(entries.into_iter().map(CutOff::from).collect())
    }
}

/// Adds a cut-off for each value, within the transaction that makes it necessary.
pub(super) async fn append(
    database: &Database,
    session: &mut ClientSession,
    kind: CutOffKind,
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
    let entries = values.iter().zip(last - count + 1..).map(|(value, seq)| CutOffDocument {
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

fn collection(database: &Database) -> Collection<CutOffDocument> {
    database.collection("cutoffs")
}

/// The indexes of `cutoffs`.
pub(super) fn indexes() -> Vec<IndexModel> {
    vec![index(doc! { "value": 1 }, IndexOptions::default()), purge("purge_at")]
}
