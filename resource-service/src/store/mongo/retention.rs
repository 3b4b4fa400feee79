//! What MongoDB keeps no longer than a collection wants: entries of the collection of its past, found by index.

use async_trait::async_trait;
use mongodb::{
    Collection as Handle,
    bson::{Bson, Document as Doc, doc},
    error::Result as MongoResult,
};
use service_kit::store::{Unavailable, mongo::in_time};

use super::{
    MongoStore, failed,
    history::{entry, past_of},
    written,
};
use crate::store::{
    StoreError,
    retention::{Kept, Retention, STEP},
};

/// Removals that are not undone.
fn standing() -> Doc {
    doc! { "document": { "$exists": false }, "undone": { "$exists": false } }
}

fn number(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// The keys of entries in this order.
async fn keys(past: &Handle<Doc>, filter: Doc, sort: Doc, limit: usize) -> MongoResult<Vec<Doc>> {
    let found = past.find(filter).sort(sort).projection(doc! { "_id": 1 }).limit(number(limit));
    let (mut found, mut keys) = (found.await?, Vec::new());
    while found.advance().await? {
        keys.extend(found.deserialize_current()?.get_document("_id").cloned());
    }
    Ok(keys)
}

fn kept(keys: Vec<Doc>) -> Result<Vec<Kept>, StoreError> {
    let read = |key: Doc| Some((key.get_str("document").ok()?.to_owned(), key.get_i64("revision").ok()?));
    let corrupt = || StoreError::Corrupt("the key of a kept revision".into());
    keys.into_iter().map(|key| read(key).ok_or_else(corrupt)).collect()
}

impl MongoStore {
    fn entries(&self, collection: &str) -> Handle<Doc> {
        self.database.collection(&past_of(collection))
    }

    async fn remove_entries(&self, collection: &str, keys: Vec<Bson>) -> Result<(), StoreError> {
        let past = self.entries(collection);
        let removing = past.delete_many(doc! { "_id": { "$in": keys } }).into_future();
        let removed = self.server.while_it_answers(removing).await.ok_or(Unavailable)?;
        removed.map(|_| ()).map_err(|error| written(&error))
    }
}

#[async_trait]
impl Retention for MongoStore {
    async fn kept(
        &self,
        collection: &str,
        after: Option<&Kept>,
        limit: usize,
    ) -> Result<Vec<Kept>, StoreError> {
        let behind = after.map(|(id, revision)| doc! { "_id": { "$gt": entry(id, *revision) } });
        let past = self.entries(collection);
        let found = in_time(keys(&past, behind.unwrap_or_default(), doc! { "_id": 1 }, limit)).await;
        kept(found.map_err(|error| failed(&error))?)
    }

    async fn forget(&self, collection: &str, revisions: &[Kept]) -> Result<(), StoreError> {
        let keys = revisions.iter().map(|(id, revision)| entry(id, *revision).into()).collect();
        self.remove_entries(collection, keys).await
    }

    async fn ended_before(
        &self,
        collection: &str,
        until: &str,
        limit: usize,
    ) -> Result<Vec<Kept>, StoreError> {
        let mut old = standing();
        old.insert("until", doc! { "$lt": until });
        let past = self.entries(collection);
        let found = in_time(keys(&past, old, doc! { "until": 1 }, limit)).await;
        kept(found.map_err(|error| failed(&error))?)
    }

    async fn forget_before(&self, collection: &str, until: &str, now: &str) -> Result<usize, StoreError> {
        let past = self.entries(collection);
        let find = async |filter: Doc| {
            let found = self.server.while_it_answers(keys(&past, filter, doc! {}, STEP)).await;
            found.ok_or(StoreError::Unavailable(Unavailable))?.map_err(|error| failed(&error))
        };
        let undated = find(doc! { "until": null }).await?;
        if !undated.is_empty() {
            let these = doc! { "_id": { "$in": undated }, "until": null };
            let dating = past.update_many(these, doc! { "$set": { "until": now } }).into_future();
            let dated = self.server.while_it_answers(dating).await.ok_or(Unavailable)?;
            dated.map_err(|error| written(&error))?;
        }
        let old = find(doc! { "until": { "$lt": until }, "$nor": [standing()] }).await?;
        let count = old.len();
        if count > 0 {
            self.remove_entries(collection, old.into_iter().map(Bson::from).collect()).await?;
        }
        Ok(count)
    }
}
