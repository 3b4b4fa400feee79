//! What is removed for good in MongoDB: a collection of notes, and deletions in bounded steps.

use std::sync::Arc;

use async_trait::async_trait;
use mongodb::{
    Collection as Handle, Database,
    bson::{Bson, Document as Doc, RawDocumentBuf, doc},
    error::Result as MongoResult,
};
use service_kit::store::{Unavailable, mongo::in_time};
use time::OffsetDateTime;

use super::{
    MongoStore, date, ends, failed, hiding, history, receipts, transaction::PATIENCE, write::write_error,
    written,
};
use crate::{
    domain::collection::Collection,
    store::{
        StoreError,
        purges::{ERASED_AT_ONCE, Expiring, Purge, Purges, Remains},
    },
};

/// The collection of the notes. No definition can have a name that begins so.
const PURGES: &str = "_purges";

fn key(collection: &str, document: &str) -> Doc {
    doc! { "collection": collection, "document": document }
}

fn notes(database: &Database) -> Handle<Doc> {
    database.collection(PURGES)
}

/// What one purge works on.
struct Parts {
    documents: Handle<RawDocumentBuf>,
    past: Handle<RawDocumentBuf>,
    notes: Handle<Doc>,
}

impl MongoStore {
    /// Makes the collections of notes: a transaction should not have to.
    pub(super) async fn prepare_purges(&self) -> Result<(), StoreError> {
        for name in [PURGES, hiding::TURNED, ends::ENDED] {
            history::made(self.database.create_collection(name).await)?;
        }
        Ok(())
    }

    /// Whether a document was removed for good.
    pub(super) async fn is_purged(&self, collection: &str, id: &str) -> Result<bool, StoreError> {
        let found = in_time(notes(&self.database).find_one(doc! { "_id": key(collection, id) })).await;
        Ok(found.map_err(|error| failed(&error))?.is_some())
    }

    async fn erase_now(&self, collection: &str, ids: &[String]) -> MongoResult<bool> {
        let documents: Handle<RawDocumentBuf> = self.database.collection(collection);
        documents.delete_many(doc! { "_id": { "$in": ids } }).await?;
        let past: Handle<Doc> = self.database.collection(&history::past_of(collection));
        let of_each: Vec<Doc> = ids.iter().map(|id| doc! { "_id": history::all_of(id) }).collect();
        let limit = i64::try_from(ERASED_AT_ONCE).unwrap_or(i64::MAX);
        let found = past.find(doc! { "$or": of_each }).projection(doc! { "_id": 1 }).limit(limit);
        let (mut found, mut entries) = (found.await?, Vec::new());
        while found.advance().await? {
            entries.extend(found.deserialize_current()?.get("_id").cloned());
        }
        let done = entries.len() < ERASED_AT_ONCE;
        if !entries.is_empty() {
            past.delete_many(doc! { "_id": { "$in": entries } }).await?;
        }
        Ok(done)
    }
}

#[async_trait]
impl Purges for MongoStore {
    async fn remains(&self, collection: &Arc<Collection>, id: &str) -> Result<Option<Remains>, StoreError> {
        if self.is_purged(collection.name(), id).await? {
            return Ok(None);
        }
        in_time(self.newest_of(collection, id)).await.map_err(|error| failed(&error))
    }

    async fn purge(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        expected: i64,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let parts = Parts {
            documents: self.handle(collection),
            past: self.past(collection),
            notes: notes(&self.database),
        };
        let (id, note) = (id.to_owned(), key(collection.name(), id));
        let done = self
            .transact(PATIENCE, parts, move |session, parts| {
                let (id, note) = (id.clone(), note.clone());
                Box::pin(async move {
                    let current = doc! { "_id": &id, "_revision": expected };
                    let removed = parts.documents.delete_one(current).session(&mut *session).await?;
                    if removed.deleted_count == 0 {
                        let there = parts.documents.find_one(doc! { "_id": &id }).session(&mut *session);
                        if there.await?.is_some()
                            || !history::forget_newest(&parts.past, session, &id, expected).await?
                        {
                            return Ok(false);
                        }
                    }
                    let set = doc! { "$setOnInsert": { "at": date(now) } };
                    let noted = parts.notes.update_one(doc! { "_id": note }, set).upsert(true);
                    noted.session(session).await.map(|_| true)
                })
            })
            .await?;
        done.map_err(|error| write_error(&error, collection))
    }

    async fn purges(&self, until: OffsetDateTime, limit: u32) -> Result<Vec<Purge>, StoreError> {
        let walk = async {
            let notes = notes(&self.database);
            let old = notes.find(doc! { "at": { "$lt": date(until) } });
            let (mut found, mut purges) = (old.sort(doc! { "at": 1 }).limit(limit.into()).await?, Vec::new());
            while found.advance().await? {
                let note = found.deserialize_current()?;
                let id = note.get_document("_id").cloned().unwrap_or_default();
                let text = |name: &str| id.get_str(name).map(str::to_owned).unwrap_or_default();
                purges.push(Purge { collection: text("collection"), document: text("document") });
            }
            Ok(purges)
        };
        in_time(walk).await.map_err(|error| failed(&error))
    }

    async fn erase(&self, collection: &str, ids: &[String]) -> Result<bool, StoreError> {
        let erased = self.server.while_it_answers(self.erase_now(collection, ids)).await;
        erased.ok_or(Unavailable)?.map_err(|error| written(&error))
    }

    async fn erase_traces(
        &self,
        collection: &str,
        ids: &[String],
        expiring: Expiring,
    ) -> Result<(), StoreError> {
        let emptied = receipts::empty(&self.database, collection, ids, expiring);
        let emptied = self.server.while_it_answers(emptied).await;
        emptied.ok_or(Unavailable)?.map_err(|error| written(&error))
    }

    async fn settle_purge(&self, purge: &Purge) -> Result<(), StoreError> {
        let note = doc! { "_id": Bson::from(key(&purge.collection, &purge.document)) };
        let settled = in_time(notes(&self.database).delete_one(note)).await;
        settled.map(|_| ()).map_err(|error| written(&error))
    }
}
