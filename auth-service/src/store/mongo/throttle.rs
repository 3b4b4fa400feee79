//! The counters that throttle logins. Taking an attempt is one insert if there is no bucket, else one update that the
//! server decides.

use async_trait::async_trait;
use mongodb::{
    Collection, IndexModel,
    bson::{Binary, Bson, DateTime, Document, doc},
    options::{
        Acknowledgment, CollectionOptions, ReadConcern, ReadPreference, ReturnDocument, SelectionCriteria,
        WriteConcern,
    },
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    MongoStore,
    documents::{binary, bytes, instant, time},
    purge,
};
use crate::{
    domain::throttle::{Attempt, Beyond, Bucket, LONGEST, Limit},
    store::{StoreError, Throttle},
};

/// How often an attempt is tried while another makes the same bucket.
const MAX_TRIES: usize = 8;

/// A bucket in the collection `attempts`.
#[derive(Serialize, Deserialize)]
struct BucketDocument {
    #[serde(rename = "_id")]
    bucket: String,
    failures: u32,
    /// Absent where an earlier version made it.
    #[serde(default)]
    pending: u32,
    last: DateTime,
    purge_at: DateTime,
}

impl BucketDocument {
    fn of(name: &str, bucket: Bucket, limit: Limit) -> Self {
        let Bucket { failures, pending, last } = bucket;
        let purge_at = instant(last + limit.window);
        Self { bucket: name.to_owned(), failures, pending, last: instant(last), purge_at }
    }
}

impl TryFrom<BucketDocument> for Bucket {
    type Error = StoreError;

    fn try_from(document: BucketDocument) -> Result<Self, StoreError> {
        Ok(Self { failures: document.failures, pending: document.pending, last: time(document.last)? })
    }
}

#[derive(Serialize, Deserialize)]
struct SecretDocument {
    #[serde(rename = "_id")]
    name: String,
    value: Binary,
}

impl MongoStore {
    /// Written without waiting for a majority: a fail-over may lose some counts, and every login would be slower.
    async fn attempt_buckets(&self) -> Result<Collection<BucketDocument>, StoreError> {
        let quick = WriteConcern::builder().w(Acknowledgment::Nodes(1)).build();
        // Read in the same way, or a reader would not see the last write.
        let options = CollectionOptions::builder()
            .write_concern(quick)
            .read_concern(ReadConcern::local())
            .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary))
            .build();
        Ok(self.ready().await?.collection_with_options("attempts", options))
    }
}

/// The bucket of a document; `None` if all attempts were given back.
fn known(document: Option<BucketDocument>) -> Result<Option<Bucket>, StoreError> {
    document.filter(|document| document.failures > 0).map(Bucket::try_from).transpose()
}

/// The indexes of `attempts`.
pub(super) fn indexes() -> Vec<IndexModel> {
    vec![purge("purge_at")]
}

#[async_trait]
impl Throttle for MongoStore {
    async fn take_attempt(
        &self,
        bucket: &str,
        limit: Limit,
        now: OffsetDateTime,
    ) -> Result<Attempt, StoreError> {
        let attempts = self.attempt_buckets().await?;
        if limit.beyond == Beyond::Slower {
            // Successful attempts are removed, so there is usually no bucket, and an insert is much cheaper than the
            // update.
            let first = Bucket::first(now);
            match attempts.insert_one(BucketDocument::of(bucket, first, limit)).await {
                Ok(_) => return Ok(Attempt::Taken(first)),
                Err(error) if super::is_duplicate(&error, "_id_") => {}
                Err(error) => return Err(error.into()),
            }
        }
        let taking = taking(limit, now);
        for _ in 0..MAX_TRIES {
            let before = attempts.find_one_and_update(doc! { "_id": bucket }, taking.clone()).upsert(true);
            let before = match before.return_document(ReturnDocument::Before).await {
                Ok(before) => before,
                Err(error) if super::is_duplicate(&error, "_id_") => continue,
                Err(error) => return Err(error.into()),
            };
            return Ok(Bucket::take(known(before)?, limit, now));
        }
        Err(StoreError::Unavailable)
    }

    async fn attempts(&self, bucket: &str) -> Result<Option<Bucket>, StoreError> {
        let found = self.attempt_buckets().await?.find_one(doc! { "_id": bucket }).await?;
        known(found)
    }

    async fn fail_attempt(&self, bucket: &str) -> Result<(), StoreError> {
        let less = doc! { "$inc": { "pending": -1 } };
        let attempts = self.attempt_buckets().await?;
        attempts.update_one(doc! { "_id": bucket, "pending": { "$gt": 0 } }, less).await?;
        Ok(())
    }

    async fn give_back_attempt(&self, bucket: &str) -> Result<(), StoreError> {
        let less = |field: &str| doc! { "$max": [0, { "$subtract": [number(field), 1] }] };
        let less = doc! { "$set": { "failures": less("failures"), "pending": less("pending") } };
        self.attempt_buckets().await?.update_one(doc! { "_id": bucket }, vec![less]).await?;
        Ok(())
    }

    async fn forget_attempts(&self, bucket: &str) -> Result<(), StoreError> {
        self.attempt_buckets().await?.delete_one(doc! { "_id": bucket }).await?;
        Ok(())
    }

    async fn secret(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], StoreError> {
        let secrets: Collection<SecretDocument> = self.ready().await?.collection("secrets");
        let new = SecretDocument { name: name.to_owned(), value: binary(&fresh) };
        match secrets.insert_one(new).await {
            Ok(_) => return Ok(fresh),
            Err(error) if super::is_duplicate(&error, "_id_") => {}
            Err(error) => return Err(error.into()),
        }
        let found = secrets.find_one(doc! { "_id": name }).await?;
        bytes(found.ok_or_else(|| StoreError::Fault("a secret has vanished".into()))?.value)
    }
}

/// A number of a bucket, 0 where it has none.
fn number(field: &str) -> Document {
    doc! { "$ifNull": [format!("${field}"), 0] }
}

/// [`Bucket::take`] as an update. The contract suite checks that both give the same result.
fn taking(limit: Limit, now: OffsetDateTime) -> Vec<Document> {
    let window = i64::try_from(limit.window.as_millis()).unwrap_or(i64::MAX);
    let now = instant(now);
    // A bucket that is new, or from which all was given back, has none.
    let failures = number("failures");
    // A time in the future counts as now.
    let last = doc! { "$min": ["$last", now] };
    let live = doc! { "$and": [
        { "$gt": [failures.clone(), 0] },
        { "$gt": [{ "$add": [last.clone(), window] }, now] },
    ] };
    let beyond = doc! { "$subtract": [failures.clone(), i64::from(limit.free)] };
    let pause: Bson = match limit.beyond {
        // 2 to the 6th is more than the longest wait.
        Beyond::Slower => {
            let doubled = doc! { "$min": [LONGEST, { "$pow": [2, { "$min": [beyond.clone(), 6] }] }] };
            doc! { "$multiply": [1000, doubled] }.into()
        }
        Beyond::Closed => window.into(),
    };
    let pause = doc! { "$cond": [{ "$lt": [beyond, 0] }, 0, pause] };
    let waits = doc! { "$and": [live.clone(), { "$lt": [now, { "$add": [last.clone(), pause] }] }] };
    let next = match limit.beyond {
        Beyond::Slower => doc! { "$cond": [waits.clone(), last, now] },
        Beyond::Closed => doc! { "$cond": [live.clone(), last, now] },
    };
    let more = |known: Document| {
        let known = doc! { "$cond": [live.clone(), known, 0] };
        doc! { "$add": [known, { "$cond": [waits.clone(), 0, 1] }] }
    };
    vec![doc! { "$set": {
        "failures": more(failures),
        "pending": more(number("pending")),
        "last": next.clone(),
        "purge_at": { "$add": [next, window] },
    } }]
}
