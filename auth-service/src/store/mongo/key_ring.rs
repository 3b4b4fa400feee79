//! The key ring as the audit log last recorded it.

use mongodb::{ClientSession, Collection, Database, bson::doc, error::Result as MongoResult};
use serde::{Deserialize, Serialize};

use super::documents::{AUDIT, EntryDocument};
use crate::domain::{
    audit::Entry,
    key_ring::{KeyState, RingState},
};

/// `_id` of the one document in the collection `key_ring`.
const RECORDED: &str = "recorded";

#[derive(Serialize, Deserialize)]
struct RingDocument {
    #[serde(rename = "_id")]
    id: String,
    keys: Vec<KeyDocument>,
}

#[derive(Serialize, Deserialize)]
struct KeyDocument {
    kid: String,
    signs: bool,
    #[serde(default)]
    fingerprint: Option<String>,
}

/// Records the ring within a transaction. Two concurrent ones conflict, and the second finds it recorded.
pub(super) async fn record(
    database: &Database,
    session: &mut ClientSession,
    ring: &RingState,
    entry: &Entry,
) -> MongoResult<()> {
    let rings: Collection<RingDocument> = database.collection("key_ring");
    let recorded = doc! { "_id": RECORDED };
    let before = rings.find_one(recorded.clone()).session(&mut *session).await?;
    let state = |key: KeyDocument| (key.kid, KeyState { signs: key.signs, fingerprint: key.fingerprint });
    let before: RingState = before.into_iter().flat_map(|found| found.keys).map(state).collect();
    if *ring == before {
        return Ok(());
    }
    let document = |(kid, key): (&str, &KeyState)| KeyDocument {
        kid: kid.to_owned(),
        signs: key.signs,
        fingerprint: key.fingerprint.clone(),
    };
    let keys = ring.iter().map(document).collect();
    let next = RingDocument { id: RECORDED.to_owned(), keys };
    rings.replace_one(recorded, next).upsert(true).session(&mut *session).await?;
    let log: Collection<EntryDocument> = database.collection(AUDIT);
    let entries = ring.entries(&before, entry);
    if !entries.is_empty() {
        log.insert_many(entries.iter().map(EntryDocument::from)).session(session).await?;
    }
    Ok(())
}
