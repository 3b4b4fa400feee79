//! What is hidden in MongoDB: a member of series and of reviews that is never shown, and a collection of calculations that
//! turned. A mark leaves the revision as it is, so that a stream of changes passes over it.

use std::{collections::HashSet, sync::Arc};

use async_trait::async_trait;
use mongodb::{
    ClientSession, Collection as Handle, Database, IndexModel,
    bson::{Document as Doc, doc},
    error::Result as MongoResult,
    options::IndexOptions,
};
use service_kit::store::{Unavailable, mongo::in_time};

use super::{MongoStore, failed, json::HIDDEN, notes, written};
use crate::{
    domain::{belonging::CALCULATION, collection::Collection, document::Meta},
    store::{
        StoreError,
        hiding::{Hiding, MARKED_AT_ONCE, Turned},
    },
};

/// The collection of the calculations that turned. No definition can have a name that begins so.
pub(super) const TURNED: &str = "_turned";

fn kept(database: &Database) -> Handle<Doc> {
    database.collection(TURNED)
}

/// The condition that a document is not hidden.
pub(super) fn shown() -> Doc {
    doc! { HIDDEN: null }
}

/// The condition that a document is hidden.
pub(super) fn hidden() -> Doc {
    doc! { HIDDEN: true }
}

/// An index of the documents that are hidden, and of no others: writes of those cost what they did.
pub(super) fn index() -> IndexModel {
    let options = IndexOptions::builder().name(HIDDEN.to_owned()).partial_filter_expression(hidden()).build();
    IndexModel::builder().keys(doc! { HIDDEN: 1, "_id": 1 }).options(options).build()
}

/// The condition that a document is at this revision and is not hidden: one that is written keeps no mark that it should
/// have lost, and loses none.
pub(super) fn current(collection: &Collection, id: &str, revision: i64) -> Doc {
    let mut current = doc! { "_id": id, "_revision": revision };
    if collection.belongs_to_calculations() {
        current.extend(shown());
    }
    current
}

/// Notes that a document was removed or restored, within the transaction.
pub(super) async fn turn(database: &Database, session: &mut ClientSession, meta: &Meta) -> MongoResult<()> {
    let set = doc! { "$set": { "revision": meta.revision, "at": &meta.updated_at } };
    kept(database).update_one(doc! { "_id": &meta.id }, set).upsert(true).session(session).await.map(|_| ())
}

/// The ids of documents that meet `filter`, at most `limit`, where that is not 0.
async fn ids_of<C: Default + Extend<String>>(
    documents: &Handle<Doc>,
    filter: Doc,
    limit: i64,
) -> MongoResult<C> {
    let found = documents.find(filter).projection(doc! { "_id": 1 }).limit(limit);
    let (mut found, mut ids) = (found.await?, C::default());
    while found.advance().await? {
        ids.extend(found.deserialize_current()?.get_str("_id").map(str::to_owned));
    }
    Ok(ids)
}

impl MongoStore {
    /// About how many documents a collection has that are not hidden: by the statistics of the server, less the hidden ones,
    /// which an index counts.
    pub(super) async fn estimate_shown(&self, collection: &Collection) -> Result<u64, StoreError> {
        let documents = self.handle(collection);
        let all = in_time(documents.estimated_document_count()).await.map_err(|error| failed(&error))?;
        if !collection.belongs_to_calculations() {
            return Ok(all);
        }
        let counting = documents.count_documents(hidden()).max_time(self.query_timeout);
        let hidden = self.query(async { counting.await.map_err(|error| failed(&error)) }).await?;
        Ok(all.saturating_sub(hidden))
    }

    /// The ids of documents that belong to a calculation and meet `condition`.
    async fn belongings(
        &self,
        collection: &Collection,
        calculation: &str,
        condition: Doc,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let documents: Handle<Doc> = self.database.collection(collection.name());
        let mut filter = doc! { CALCULATION: calculation };
        filter.extend(condition);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let found = self.server.while_it_answers(ids_of(&documents, filter, limit)).await;
        found.ok_or(Unavailable)?.map_err(|error| failed(&error))
    }
}

#[async_trait]
impl Hiding for MongoStore {
    async fn turned(&self, until: &str, limit: u32) -> Result<Vec<Turned>, StoreError> {
        let oldest = notes::oldest(&kept(&self.database), doc! { "at": { "$lt": until } }, limit).await?;
        Ok(oldest.into_iter().map(|(id, revision)| Turned { id, revision }).collect())
    }

    async fn hide(
        &self,
        collection: &Arc<Collection>,
        calculation: &str,
        hide: bool,
    ) -> Result<usize, StoreError> {
        let (other, mark) = if hide {
            (shown(), doc! { "$set": { HIDDEN: true } })
        } else {
            (hidden(), doc! { "$unset": { HIDDEN: "" } })
        };
        let ids = self.belongings(collection, calculation, other, MARKED_AT_ONCE).await?;
        let count = ids.len();
        if count > 0 {
            let documents = self.handle(collection);
            let marking = documents.update_many(doc! { "_id": { "$in": ids } }, mark).into_future();
            let marked = self.server.while_it_answers(marking).await.ok_or(Unavailable)?;
            marked.map_err(|error| written(&error))?;
        }
        Ok(count)
    }

    async fn shown(
        &self,
        collection: &Arc<Collection>,
        ids: &[String],
    ) -> Result<HashSet<String>, StoreError> {
        let documents: Handle<Doc> = self.database.collection(collection.name());
        let ids = doc! { "_id": { "$in": ids } };
        let filter = doc! { "$and": [ids, shown()] };
        in_time(ids_of(&documents, filter, 0)).await.map_err(|error| failed(&error))
    }

    async fn followed(&self, turned: &Turned) -> Result<(), StoreError> {
        notes::settle(&kept(&self.database), &turned.id, turned.revision).await
    }

    async fn belonging(
        &self,
        collection: &Arc<Collection>,
        calculation: &str,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        self.belongings(collection, calculation, Doc::new(), limit).await
    }
}
