//! Moves committed revocations from the outbox to the feed, without a transaction: a publisher that dies delays none.
//!
//! A publisher reads the counter and the largest place of the feed, inserts its entries at the places after these, in order,
//! raises the counter to the last of them, and then empties the outbox. Readers go as far as the counter.
//!
//! - *No gap is filled later.* A place is taken by someone who found the one before it held by a majority, or took that one
//!   too, in the same ordered insert. Of two who take the same place one is refused, and begins again.
//! - *No entry appears behind a cursor.* The counter is raised only to places whose entries a majority has. An insert that
//!   reaches the server late, at places that were purged since, may end up below the counter. So an outbox is emptied only
//!   by one who finds that the counter had not come as far as its first place; all others begin again.
//! - *Nothing is lost with its publisher.* What lies above the counter becomes visible with what is published next, and
//!   what is still in the outbox is published once more. A revocation that is published twice does no harm.

use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use mongodb::{
    Collection, Database,
    bson::{doc, oid::ObjectId},
    error::{Error, ErrorKind, Result as MongoResult},
    options::{ReadConcern, ReturnDocument},
};
use serde::{Deserialize, Serialize};
use service_kit::{
    batch::{Batcher, Call, Limits},
    store::mongo::Server,
};
use tokio::time::{sleep, timeout};

use super::{
    DUPLICATE, TIMEOUT,
    outbox::{PendingDocument, RevocationDocument, feed, outbox},
    written,
};
use crate::{domain::revocation::RevocationClock, store::StoreError};

/// `_id` of the counter in the collection `counters`: the place of the newest entry that readers may see.
pub(super) const COUNTER: &str = "cutoffs";
/// How many entries are published together.
const AT_ONCE: u32 = 1000;
/// How many revocations get a new moment at the same time.
const COVERED_AT_ONCE: usize = 16;
/// How long a publisher that was overtaken lets the other one finish.
const PAUSE: Duration = Duration::from_millis(5);
/// How long a linearizable read may wait for a majority.
const READ_TIMEOUT: Duration = Duration::from_secs(3);
/// One at a time: each takes all that was committed before it sets out.
const LIMITS: Limits = Limits { name: "revocations", near: 1, far: 1, calls: usize::MAX, timeout: TIMEOUT };

#[derive(Serialize, Deserialize)]
pub(super) struct Counter {
    pub value: i64,
}

pub(super) fn counters(database: &Database) -> Collection<Counter> {
    database.collection("counters")
}

/// Publishes what lies in the outbox. Acts that end together are published together. Clones share their work.
#[derive(Clone)]
pub(super) struct Publisher(Batcher<RevocationClock, Result<(), StoreError>>);

impl Publisher {
    pub(super) fn new(server: &Server, database: Database) -> Self {
        Self(Batcher::new(server.runtime.clone(), LIMITS, move |calls| answer(database.clone(), calls)))
    }

    /// When this returns `Ok`, the feed shows every revocation that was committed before the call, and each refuses all
    /// tokens made from what was true before it. Any failure leaves that unknown: it is published later.
    pub(super) async fn publish(&self, clock: &RevocationClock) -> Result<(), StoreError> {
        let published = timeout(TIMEOUT, self.0.call(clock.clone())).await;
        match published.ok().flatten().unwrap_or(Err(StoreError::Unavailable)) {
            Err(StoreError::Unavailable) => Err(StoreError::Unknown),
            other => other,
        }
    }
}

async fn answer(database: Database, calls: Vec<Call<RevocationClock, Result<(), StoreError>>>) {
    let Some(clock) = calls.last().map(|call| call.question.clone()) else { return };
    let published = publish(&database, &clock).await;
    for call in calls {
        call.answer(published.clone());
    }
}

async fn publish(database: &Database, clock: &RevocationClock) -> Result<(), StoreError> {
    let outbox = outbox(database);
    // Usually the outbox is empty. A local read sees an entry immediately, even if no majority has it yet.
    while outbox.find_one(doc! {}).read_concern(ReadConcern::local()).await?.is_some() {
        let Batch { next, pending } = read(database).await?;
        let is_last = pending.len() < AT_ONCE as usize;
        let (covering, failure) = cover(database, pending, clock).await;
        let placed = place(database, next, covering).await?;
        if let Some(failure) = failure {
            return Err(failure.into());
        }
        match placed {
            Placed::Done if is_last => break,
            Placed::Done => {}
            Placed::Overtaken => sleep(PAUSE).await,
        }
    }
    Ok(())
}

/// What is published together.
struct Batch {
    /// The place of the first.
    next: i64,
    /// The oldest entries of the outbox.
    pending: Vec<PendingDocument>,
}

async fn read(database: &Database) -> MongoResult<Batch> {
    let (counters, feed, outbox) = (counters(database), feed(database), outbox(database));
    // Linearizable: the reads after it find all that was acknowledged before, right after a fail-over too.
    let counter = counters.find_one(doc! { "_id": COUNTER }).read_concern(ReadConcern::linearizable());
    let counter = counter.max_time(READ_TIMEOUT).await?;
    let newest = async { feed.find_one(doc! {}).sort(doc! { "_id": -1 }).await };
    let oldest = outbox.find(doc! {}).sort(doc! { "_id": 1 }).limit(i64::from(AT_ONCE));
    let pending = async { oldest.await?.try_collect().await };
    let (newest, pending) = tokio::try_join!(newest, pending)?;
    let newest = newest.map_or(0, |newest: RevocationDocument| newest.seq);
    let counter = counter.map_or(0, |counter| counter.value);
    Ok(Batch { next: counter.max(newest) + 1, pending })
}

/// Entries that refuse all they must, and why others could not be made so: these do not delay the others.
async fn cover(
    database: &Database,
    pending: Vec<PendingDocument>,
    clock: &RevocationClock,
) -> (Vec<PendingDocument>, Option<Error>) {
    let (mut covering, mut failure) = (Vec::with_capacity(pending.len()), None);
    let each = pending.into_iter().map(|entry| entry.covering(database, clock));
    let mut each = stream::iter(each).buffered(COVERED_AT_ONCE);
    while let Some(entry) = each.next().await {
        match entry {
            Ok(entry) => covering.push(entry),
            Err(error) => failure = Some(error),
        }
    }
    (covering, failure)
}

/// What became of a batch.
#[derive(Debug, PartialEq, Eq)]
enum Placed {
    /// It is in the feed and no longer in the outbox.
    Done,
    /// Another publisher was first; what is still in the outbox is to be published.
    Overtaken,
}

async fn place(database: &Database, next: i64, pending: Vec<PendingDocument>) -> Result<Placed, StoreError> {
    let ids: Vec<ObjectId> = pending.iter().map(|entry| entry.id).collect();
    let entries: Vec<_> = pending.into_iter().zip(next..).map(|(entry, seq)| entry.at(seq)).collect();
    let Some(last) = entries.last().map(|entry| entry.seq) else { return Ok(Placed::Done) };
    match feed(database).insert_many(entries).await {
        Ok(_) => {}
        Err(error) if is_taken(&error) => return Ok(Placed::Overtaken),
        Err(error) => return Err(written(error)),
    }
    let raise = doc! { "$max": { "value": last } };
    let counters = counters(database);
    let before = counters.find_one_and_update(doc! { "_id": COUNTER }, raise).upsert(true);
    let before = before.return_document(ReturnDocument::Before).await.map_err(written)?;
    if before.is_some_and(|before| before.value >= next) {
        return Ok(Placed::Overtaken);
    }
    outbox(database).delete_many(doc! { "_id": { "$in": ids } }).await.map_err(written)?;
    Ok(Placed::Done)
}

/// Whether an insert ended where another publisher had taken the place.
fn is_taken(error: &Error) -> bool {
    let ErrorKind::InsertMany(outcome) = &*error.kind else { return false };
    let refusals = outcome.write_errors.as_deref().unwrap_or_default();
    outcome.write_concern_error.is_none() && refusals.iter().any(|refusal| refusal.code == DUPLICATE)
}

#[cfg(test)]
mod tests;
