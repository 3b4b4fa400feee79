//! Heartbeats in MongoDB: one command for many, each a conditional update.

use std::sync::Arc;

use async_trait::async_trait;
use mongodb::bson::{Bson, Document as Doc, doc};
use serde_json::{Map, Value};
use service_kit::store::mongo::in_time;
use time::OffsetDateTime;

use super::{MongoStore, json::INSTANTS, written};
use crate::{
    domain::{
        collection::Collection,
        heartbeat::{HEARTBEAT, INTERVAL, RUNNING},
    },
    query::{instant::key_or_text, timestamp},
    store::{Beat, Heartbeats, StoreError, Writer},
};

/// Adds to a filter that the document still has the heartbeat of these members, where it has heartbeats: what is written
/// from them would set it back.
pub(super) fn unchanged(collection: &Collection, mut filter: Doc, members: &Map<String, Value>) -> Doc {
    if collection.keeps_heartbeats() {
        let heartbeat = members.get(HEARTBEAT).and_then(Value::as_str);
        filter.insert(HEARTBEAT, heartbeat.map_or_else(|| Bson::from(doc! { "$exists": false }), Bson::from));
    }
    filter
}

#[async_trait]
impl Heartbeats for MongoStore {
    async fn beat(
        &self,
        collection: &Arc<Collection>,
        beats: &[Beat],
        at: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        let (text, due) = (timestamp(at), timestamp(at - INTERVAL));
        // The key of the point in time stays beside it.
        let set = doc! { HEARTBEAT: &text, format!("{INSTANTS}.k.{HEARTBEAT}"): key_or_text(&text) };
        let update = |beat: &Beat| {
            let older =
                doc! { "$or": [{ HEARTBEAT: { "$exists": false } }, { HEARTBEAT: { "$lte": &due } }] };
            let mut filter = doc! { "_id": &beat.calculation, "$and": [older] };
            if let Writer::Subject(sub) = &beat.by {
                filter.extend(doc! { "_owner": sub, "status": RUNNING });
            }
            Bson::from(doc! { "q": filter, "u": { "$set": set.clone() } })
        };
        let updates: Vec<Bson> = beats.iter().map(update).collect();
        if updates.is_empty() {
            return Ok(0);
        }
        let command = doc! {
            "update": collection.name(), "updates": updates, "ordered": false,
            "writeConcern": { "w": "majority", "j": true },
        };
        let reply = in_time(self.database.run_command(command)).await.map_err(|error| written(&error))?;
        if reply.contains_key("writeErrors") || reply.contains_key("writeConcernError") {
            return Err(StoreError::Unknown);
        }
        Ok(reply.get_i32("nModified").map(|set| u64::from(set.unsigned_abs())).unwrap_or_default())
    }
}
