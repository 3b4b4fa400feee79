//! The log of memberships: what followers must know, in the order in which it was committed.
//!
//! The counter is raised in the transaction that makes a fact true. So of two such transactions the second begins its entries
//! after the first has ended: places have no gaps, and what is behind the counter is there.

use futures_util::TryStreamExt as _;
use mongodb::{
    ClientSession, Collection, Database, IndexModel,
    bson::{DateTime, doc},
    error::Result as MongoResult,
    options::ReturnDocument,
};
use serde::{Deserialize, Serialize};
use shared_models::projects::{MembershipEntry, MembershipFact};
use time::OffsetDateTime;

use super::{
    documents::instant,
    publisher::{Counter, counters},
    purge,
};
use crate::{domain::project::LOG_KEPT, store::continuing};

/// `_id` of the counter in the collection `counters`: the place of the newest entry.
const COUNTER: &str = "memberships";

/// An entry in the collection `membership_log`.
#[derive(Serialize, Deserialize)]
pub(super) struct EntryDocument {
    #[serde(rename = "_id")]
    seq: i64,
    fact: MembershipFact,
    purge_at: DateTime,
}

fn log(database: &Database) -> Collection<EntryDocument> {
    database.collection("membership_log")
}

/// The indexes of `membership_log`.
pub(super) fn indexes() -> Vec<IndexModel> {
    vec![purge("purge_at")]
}

/// Adds facts to the log, within the transaction that makes them true.
pub(super) async fn append(
    database: &Database,
    session: &mut ClientSession,
    facts: &[MembershipFact],
    at: OffsetDateTime,
) -> MongoResult<()> {
    let Ok(count) = i64::try_from(facts.len()) else { return Ok(()) };
    if count == 0 {
        return Ok(());
    }
    let raise = doc! { "$inc": { "value": count } };
    let counters = counters(database);
    let raised = counters.find_one_and_update(doc! { "_id": COUNTER }, raise).upsert(true);
    let raised = raised.return_document(ReturnDocument::After).session(&mut *session).await?;
    let last = raised.map_or(count, |counter| counter.value);
    let purge_at = instant(at + LOG_KEPT);
    let entries = facts.iter().zip(last - count + 1..);
    let entries = entries.map(|(fact, seq)| EntryDocument { seq, fact: fact.clone(), purge_at });
    log(database).insert_many(entries).session(session).await?;
    Ok(())
}

/// The place of the newest entry there ever was.
pub(super) async fn newest(database: &Database) -> MongoResult<i64> {
    let counter = counters(database).find_one(doc! { "_id": COUNTER }).await?;
    Ok(counter.map_or(0, |counter: Counter| counter.value))
}

/// The entries after `cursor`; `None` where that lies before what is kept, or after the end.
pub(super) async fn after(
    database: &Database,
    cursor: i64,
    limit: u32,
) -> MongoResult<Option<Vec<MembershipEntry>>> {
    // Read before the entries: nothing behind it is missing among them.
    let newest = newest(database).await?;
    let wanted = doc! { "_id": { "$gt": cursor, "$lte": newest } };
    let found = log(database).find(wanted).sort(doc! { "_id": 1 }).limit(i64::from(limit)).await?;
    let entries = found.map_ok(|entry| MembershipEntry { seq: entry.seq, fact: entry.fact });
    Ok(continuing(cursor, newest, entries.try_collect().await?))
}
