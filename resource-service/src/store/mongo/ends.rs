//! The calculations that ended, in MongoDB: a collection of notes, written in the transaction that ends one.

use async_trait::async_trait;
use mongodb::{
    ClientSession, Collection as Handle, Database,
    bson::{Document as Doc, doc},
    error::Result as MongoResult,
};

use super::{MongoStore, notes};
use crate::{
    domain::document::Meta,
    store::{
        StoreError,
        ends::{Course, Ended, Ends},
    },
};

/// The collection of the notes. No definition can have a name that begins so.
pub(super) const ENDED: &str = "_ended";

fn kept(database: &Database) -> Handle<Doc> {
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
            kept(database).update_one(this, set).upsert(true).session(session).await.map(|_| ())
        }
        Course::Resumes => kept(database).delete_one(this).session(session).await.map(|_| ()),
    }
}

#[async_trait]
impl Ends for MongoStore {
    async fn ended(&self, limit: u32) -> Result<Vec<Ended>, StoreError> {
        let oldest = notes::oldest(&kept(&self.database), doc! {}, limit).await?;
        Ok(oldest.into_iter().map(|(id, revision)| Ended { id, revision }).collect())
    }

    async fn notified(&self, ended: &Ended) -> Result<(), StoreError> {
        notes::settle(&kept(&self.database), &ended.id, ended.revision).await
    }
}
