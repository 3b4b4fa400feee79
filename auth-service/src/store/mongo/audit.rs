//! The audit log.

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use mongodb::{
    ClientSession, Collection, Database, IndexModel, bson::doc, error::Result as MongoResult,
    options::IndexOptions,
};

use super::{
    MongoStore, carried,
    documents::{AUDIT, EntryDocument},
    index, key_ring, purge,
};
use crate::{
    domain::{audit::Entry, key_ring::RingState},
    store::{AuditFilter, AuditLog, StoreError},
};

pub(super) fn collection(database: &Database) -> Collection<EntryDocument> {
    database.collection(AUDIT)
}

/// Adds the entry of an act, within the transaction that does it.
pub(super) async fn insert(
    database: &Database,
    session: &mut ClientSession,
    entry: &Entry,
) -> MongoResult<()> {
    collection(database).insert_one(EntryDocument::from(entry)).session(session).await?;
    Ok(())
}

/// Adds entries of one act, within the transaction that does it.
pub(super) async fn insert_all(
    database: &Database,
    session: &mut ClientSession,
    entries: &[Entry],
) -> MongoResult<()> {
    if !entries.is_empty() {
        let documents = entries.iter().map(EntryDocument::from);
        collection(database).insert_many(documents).session(session).await?;
    }
    Ok(())
}

#[async_trait]
impl AuditLog for MongoStore {
    async fn append_audit(&self, entry: &Entry) -> Result<(), StoreError> {
        let audit = collection(self.ready().await?);
        audit.insert_one(EntryDocument::from(entry)).await?;
        Ok(())
    }

    async fn gather_audit(&self) -> Result<(), StoreError> {
        Ok(carried::gather(self.ready().await?).await?)
    }

    async fn record_ring(&self, ring: &RingState, entry: &Entry) -> Result<(), StoreError> {
        self.transact((self.ready().await?, ring, entry), |session, (database, ring, entry)| {
            Box::pin(key_ring::record(database, session, ring, entry))
        })
        .await
    }

    async fn audit(&self, filter: &AuditFilter) -> Result<Vec<Entry>, StoreError> {
        self.gather_audit().await?;
        let audit = collection(self.ready().await?);
        let mut wanted = doc! {};
        let asked = [
            ("actor", filter.actor.clone()),
            ("action", filter.action.as_ref().map(|action| action.name().to_owned())),
            ("target", filter.target.clone()),
        ];
        for (field, value) in asked {
            if let Some(value) = value {
                wanted.insert(field, value);
            }
        }
        if let Some(before) = &filter.before {
            wanted.insert("_id", doc! { "$lt": before });
        }
        let found = audit.find(wanted).sort(doc! { "_id": -1 }).limit(i64::from(filter.limit)).await?;
        let found: Vec<EntryDocument> = found.try_collect().await?;
        found.into_iter().map(Entry::try_from).collect()
    }
}

/// The indexes of `audit`.
pub(super) fn indexes() -> Vec<IndexModel> {
    vec![
        index(doc! { "actor": 1, "_id": -1 }, IndexOptions::default()),
        index(doc! { "target": 1, "_id": -1 }, IndexOptions::default()),
        index(doc! { "request_id": 1, "_id": -1 }, IndexOptions::default()),
        index(doc! { "client_request_id": 1, "_id": -1 }, IndexOptions::default()),
        purge("purge_at"),
    ]
}
