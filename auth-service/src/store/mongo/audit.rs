//! The audit log.

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use mongodb::{
    ClientSession, Collection, Database, IndexModel,
    bson::{DateTime, doc},
    error::Result as MongoResult,
    options::IndexOptions,
};
use serde::{Deserialize, Serialize};

use super::{
    MongoStore,
    documents::{instant, time},
    index, purge,
};
use crate::{
    domain::audit::{Action, Entry, Target},
    store::{AuditFilter, AuditLog, StoreError},
};

/// An entry in the collection `audit`.
#[derive(Serialize, Deserialize)]
struct EntryDocument {
    #[serde(rename = "_id")]
    id: String,
    at: DateTime,
    action: String,
    actor: Option<String>,
    client_id: Option<String>,
    target_kind: Option<String>,
    target: Option<String>,
    address: Option<String>,
    request_id: Option<String>,
    client_request_id: Option<String>,
    succeeded: bool,
    detail: Option<String>,
    /// Absent on an entry that is kept for ever: an index on a time leaves such a document alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    purge_at: Option<DateTime>,
}

impl From<&Entry> for EntryDocument {
    fn from(entry: &Entry) -> Self {
        let entry = entry.clone();
        let (target_kind, target) = entry.target.map(|target| (target.kind.into_owned(), target.id)).unzip();
        Self {
            id: entry.id,
            at: instant(entry.at),
            action: entry.action.name().into(),
            actor: entry.actor,
            client_id: entry.client_id,
            target_kind,
            target,
            address: entry.address,
            request_id: entry.request_id,
            client_request_id: entry.client_request_id,
            succeeded: entry.succeeded,
            detail: entry.detail,
            purge_at: entry.purge_at.map(instant),
        }
    }
}

impl TryFrom<EntryDocument> for Entry {
    type Error = StoreError;

    fn try_from(document: EntryDocument) -> Result<Self, StoreError> {
        let target = document.target_kind.zip(document.target);
        Ok(Self {
            id: document.id,
            at: time(document.at)?,
            action: Action::read(document.action),
            actor: document.actor,
            client_id: document.client_id,
            target: target.map(|(kind, id)| Target { kind: kind.into(), id }),
            address: document.address,
            request_id: document.request_id,
            client_request_id: document.client_request_id,
            succeeded: document.succeeded,
            detail: document.detail,
            purge_at: document.purge_at.map(time).transpose()?,
        })
    }
}

fn collection(database: &Database) -> Collection<EntryDocument> {
    database.collection("audit")
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

#[async_trait]
impl AuditLog for MongoStore {
    async fn append_audit(&self, entry: &Entry) -> Result<(), StoreError> {
        let audit = collection(self.ready().await?);
        audit.insert_one(EntryDocument::from(entry)).await?;
        Ok(())
    }

    async fn audit(&self, filter: &AuditFilter) -> Result<Vec<Entry>, StoreError> {
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
        purge("purge_at"),
    ]
}
