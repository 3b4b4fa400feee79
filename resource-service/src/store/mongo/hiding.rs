//! What is hidden in MongoDB: a member of series and of reviews that is never shown, and a collection of calculations that
//! turned. A mark leaves the revision as it is, so that a stream of changes passes over it.

use std::sync::Arc;

use async_trait::async_trait;
use mongodb::{
    ClientSession, Collection as Handle, Database,
    bson::{Document as Doc, doc},
    error::Result as MongoResult,
};
use service_kit::store::{Unavailable, mongo::in_time};

use super::{MongoStore, failed, json::HIDDEN, written};
use crate::{
    domain::{belonging::CALCULATION, collection::Collection, document::Meta},
    store::{
        StoreError,
        hiding::{Hiding, MARKED_AT_ONCE, Turned},
    },
};

/// The collection of the calculations that turned. No definition can have a name that begins so.
pub(super) const TURNED: &str = "_turned";

fn notes(database: &Database) -> Handle<Doc> {
    database.collection(TURNED)
}

/// The condition that a document is not hidden.
pub(super) fn shown() -> Doc {
    doc! { HIDDEN: null }
}

/// Notes that a document was removed or restored, within the transaction.
pub(super) async fn turn(database: &Database, session: &mut ClientSession, meta: &Meta) -> MongoResult<()> {
    let set = doc! { "$set": { "revision": meta.revision, "at": &meta.updated_at } };
    notes(database).update_one(doc! { "_id": &meta.id }, set).upsert(true).session(session).await.map(|_| ())
}

impl MongoStore {
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
        let walk = async {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let found = documents.find(filter).projection(doc! { "_id": 1 }).limit(limit);
            let (mut found, mut ids) = (found.await?, Vec::new());
            while found.advance().await? {
                ids.extend(found.deserialize_current()?.get_str("_id").map(str::to_owned));
            }
            MongoResult::Ok(ids)
        };
        let found = self.server.while_it_answers(walk).await;
        found.ok_or(Unavailable)?.map_err(|error| failed(&error))
    }
}

#[async_trait]
impl Hiding for MongoStore {
    async fn turned(&self, until: &str, limit: u32) -> Result<Vec<Turned>, StoreError> {
        let walk = async {
            let notes = notes(&self.database);
            let old = notes.find(doc! { "at": { "$lt": until } }).sort(doc! { "at": 1 }).limit(limit.into());
            let (mut found, mut turned) = (old.await?, Vec::new());
            while found.advance().await? {
                let note = found.deserialize_current()?;
                let id = note.get_str("_id").map(str::to_owned).unwrap_or_default();
                turned.push(Turned { id, revision: note.get_i64("revision").unwrap_or_default() });
            }
            MongoResult::Ok(turned)
        };
        in_time(walk).await.map_err(|error| failed(&error))
    }

    async fn hide(
        &self,
        collection: &Arc<Collection>,
        calculation: &str,
        hidden: bool,
    ) -> Result<usize, StoreError> {
        let (other, mark) = if hidden {
            (shown(), doc! { "$set": { HIDDEN: true } })
        } else {
            (doc! { HIDDEN: true }, doc! { "$unset": { HIDDEN: "" } })
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

    async fn followed(&self, turned: &Turned) -> Result<(), StoreError> {
        let note = doc! { "_id": &turned.id, "revision": turned.revision };
        let done = in_time(notes(&self.database).delete_one(note)).await;
        done.map(|_| ()).map_err(|error| written(&error))
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
