//! The calculations that ended, in MongoDB: a collection of notes, written in the transaction that ends one.

use async_trait::async_trait;
use mongodb::{
    ClientSession, Collection as Handle, Database,
    bson::{Document as Doc, doc},
    error::Result as MongoResult,
};
use service_kit::store::mongo::in_time;

use super::{MongoStore, failed, written};
use crate::{
    domain::document::Meta,
    store::{
        StoreError,
        ends::{Course, Ended, Ends},
    },
};

/// The collection of the notes. No definition can have a name that begins so.
pub(super) const ENDED: &str = "_ended";

fn notes(database: &Database) -> Handle<Doc> {
    database.collection(ENDED)
}

/// Notes what a revision is for the calculation, within the transaction.
pub(super) async fn note(
    database: &Database,
    session: &mut ClientSession,
    course: Course,
    meta: &Meta,
) -> MongoResult<()> {
    let this = doc! { "_id": &meta.id };
    match course {
        Course::Unchanged => Ok(()),
        Course::Ends => {
            let set = doc! { "$set": { "revision": meta.revision, "at": &meta.updated_at } };
            notes(database).update_one(this, set).upsert(true).session(session).await.map(|_| ())
        }
        Course::Resumes => notes(database).delete_one(this).session(session).await.map(|_| ()),
    }
}

#[async_trait]
impl Ends for MongoStore {
    async fn ended(&self, until: &str, limit: u32) -> Result<Vec<Ended>, StoreError> {
        let walk = async {
            let notes = notes(&self.database);
            let old = notes.find(doc! { "at": { "$lt": until } }).sort(doc! { "at": 1 }).limit(limit.into());
            let (mut found, mut ended) = (old.await?, Vec::new());
            while found.advance().await? {
                let note = found.deserialize_current()?;
                let id = note.get_str("_id").map(str::to_owned).unwrap_or_default();
                ended.push(Ended { id, revision: note.get_i64("revision").unwrap_or_default() });
            }
            MongoResult::Ok(ended)
        };
        in_time(walk).await.map_err(|error| failed(&error))
    }

    async fn notified(&self, ended: &Ended) -> Result<(), StoreError> {
        let note = doc! { "_id": &ended.id, "revision": ended.revision };
        let done = in_time(notes(&self.database).delete_one(note)).await;
        done.map(|_| ()).map_err(|error| written(&error))
    }
}
