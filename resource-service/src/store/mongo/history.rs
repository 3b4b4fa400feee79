//! The past in MongoDB: beside a collection another one, with each revision that a later one has taken the place of.
//!
//! The current revision is not in it, so an insert costs nothing more; a removal is an entry without a document.

use std::{collections::BTreeSet, ops::RangeInclusive, sync::Arc};

use async_trait::async_trait;
use mongodb::{
    ClientSession, Collection as Handle, IndexModel,
    bson::{Bson, Document as Doc, RawDocumentBuf, doc},
    error::Result as MongoResult,
};

use service_kit::store::mongo::{in_time, indexes};

use super::{
    MongoStore,
    codes::{NAMESPACE_EXISTS, code},
    failed,
    json::{CHANGED_BY, HIDDEN, to_json},
};
use crate::{
    domain::{collection::Collection, document::Meta, history::Removal},
    store::{Head, MAX_BATCH_BYTES, StoreError, Version, Versions, purges::Remains},
};

/// The `_id` of an entry.
pub(super) fn entry(id: &str, revision: i64) -> Doc {
    doc! { "document": id, "revision": revision }
}

/// The condition on the `_id` of all entries of a document.
pub(super) fn all_of(id: &str) -> Doc {
    doc! { "$gte": entry(id, i64::MIN), "$lte": entry(id, i64::MAX) }
}

/// Whether a collection is there, now that it was asked for.
pub(super) fn made(outcome: MongoResult<()>) -> Result<(), StoreError> {
    match outcome {
        Err(error) if code(&error) == Some(NAMESPACE_EXISTS) => Ok(()),
        made => made.map_err(|error| failed(&error)),
    }
}

impl MongoStore {
    /// The past of a collection. No definition can have a name with a dot.
    pub(super) fn past(&self, collection: &Collection) -> Handle<RawDocumentBuf> {
        self.database.collection(&past_of(collection.name()))
    }

    /// Whether a revision of this document is kept.
    pub(super) async fn is_kept(&self, collection: &str, id: &str) -> MongoResult<bool> {
        let past: Handle<RawDocumentBuf> = self.database.collection(&past_of(collection));
        Ok(past.find_one(doc! { "_id": all_of(id) }).projection(doc! { "_id": 1 }).await?.is_some())
    }

    /// The newest revision that is kept of a document that is not there, whatever the definition says.
    pub(super) async fn newest_of(&self, collection: &Collection, id: &str) -> MongoResult<Option<Remains>> {
        let (documents, past) = (self.handle(collection), self.past(collection));
        let found = documents.find_one(doc! { "_id": id }).projection(doc! { "_id": 1 });
        if found.await?.is_some() {
            return Ok(None);
        }
        let shown = doc! { "_id": 1, "owner": 1, "undone": 1, "document._id": 1 };
        let newest = past.find_one(doc! { "_id": all_of(id) }).sort(doc! { "_id": -1 });
        let Some(newest) = newest.projection(shown).await? else { return Ok(None) };
        let revision = newest.get_document("_id")?.get_i64("revision")?;
        let restorable = newest.get("document")?.is_none() && newest.get("undone")?.is_none();
        let owner = newest.get_str("owner")?.to_owned();
        Ok(Some(Remains { newest: Head { revision, owner }, restorable }))
    }

    /// Makes the collection of the past: a transaction should not have to.
    pub(super) async fn make_past(&self, collection: &Collection) -> Result<(), StoreError> {
        if !collection.keeps_removed() {
            return Ok(());
        }
        made(self.database.create_collection(past_of(collection.name())).await)?;
        if collection.longest_past().is_some() {
            let by_age = IndexModel::builder().keys(doc! { "until": 1 }).build();
            indexes::make(&self.past(collection), [by_age]).await.map_err(|error| failed(&error))?;
        }
        Ok(())
    }
}

/// The name of the collection of a collection's past.
pub(super) fn past_of(collection: &str) -> String {
    format!("{collection}.versions")
}

/// Keeps a revision that was the current one a moment ago, within the transaction. Another took its place at `until`.
pub(super) async fn keep(
    past: &Handle<RawDocumentBuf>,
    session: &mut ClientSession,
    before: &RawDocumentBuf,
    until: &str,
) -> MongoResult<()> {
    let text = |name: &str| before.get_str(name).map(str::to_owned).unwrap_or_default();
    let revision = before.get_i64("_revision").unwrap_or_default();
    let kept = doc! {
        "_id": entry(&text("_id"), revision),
        "at": text("_updated_at"),
        "by": before.get_str(CHANGED_BY).map_or(Bson::Null, Bson::from),
        "owner": text("_owner"),
        "until": until,
    };
    let mut kept = RawDocumentBuf::try_from(&kept)?;
    kept.append(mongodb::bson::raw::cstr!("document"), before.clone());
    past.insert_one(kept).session(session).await?;
    Ok(())
}

/// Removes the revisions that are too many, within the transaction: a few, since each write does it.
pub(super) async fn thin(
    past: &Handle<RawDocumentBuf>,
    session: &mut ClientSession,
    id: &str,
    surplus: Option<&RangeInclusive<i64>>,
) -> MongoResult<()> {
    let Some(surplus) = surplus else { return Ok(()) };
    let these = doc! { "$gte": entry(id, *surplus.start()), "$lte": entry(id, *surplus.end()) };
    past.delete_many(doc! { "_id": these }).session(session).await?;
    Ok(())
}

/// Writes that a document was removed, within the transaction.
pub(super) async fn end(
    past: &Handle<RawDocumentBuf>,
    session: &mut ClientSession,
    removal: &Removal,
) -> MongoResult<()> {
    let end = &removal.end;
    let entry = doc! {
        "_id": entry(&end.id, end.revision), "at": &end.updated_at, "by": &removal.by, "owner": &end.owner,
        "until": &end.updated_at,
    };
    past.insert_one(RawDocumentBuf::try_from(&entry)?).session(session).await?;
    Ok(())
}

/// The removal of a document at this revision, where it is not undone.
fn standing(id: &str, revision: i64) -> Doc {
    doc! {
        "_id": entry(id, revision), "document": { "$exists": false }, "undone": { "$exists": false },
    }
}

/// Removes the newest revision that is kept of a document, within the transaction; `false` where that is another, or none
/// is.
pub(super) async fn forget_newest(
    past: &Handle<RawDocumentBuf>,
    session: &mut ClientSession,
    id: &str,
    revision: i64,
) -> MongoResult<bool> {
    let newer = doc! { "_id": { "$gt": entry(id, revision), "$lte": entry(id, i64::MAX) } };
    if past.find_one(newer).session(&mut *session).await?.is_some() {
        return Ok(false);
    }
    let done = past.delete_one(doc! { "_id": entry(id, revision) }).session(session).await?;
    Ok(done.deleted_count == 1)
}

/// Takes back the removal that `restored` follows, within the transaction; `false` where there is none any more.
pub(super) async fn undo_end(
    past: &Handle<RawDocumentBuf>,
    session: &mut ClientSession,
    restored: &Meta,
) -> MongoResult<bool> {
    let standing = standing(&restored.id, restored.revision - 1);
    let done = past.update_one(standing, doc! { "$set": { "undone": true } }).session(session).await?;
    Ok(done.modified_count == 1)
}

fn corrupt(error: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(format!("a kept revision: {error}"))
}

fn version_of_entry(raw: &RawDocumentBuf) -> Result<Version, StoreError> {
    let text = |name: &str| raw.get_str(name).map(str::to_owned).map_err(corrupt);
    let (owner, document) = (text("owner")?, raw.get_document("document").ok());
    let revision = raw.get_document("_id").map_err(corrupt)?.get_i64("revision").map_err(corrupt)?;
    Ok(Version {
        revision,
        at: text("at")?,
        by: author(text("by").ok(), revision, &owner),
        owner,
        json: document.map(to_json).transpose().map_err(corrupt)?,
    })
}

fn version_of_current(raw: &RawDocumentBuf) -> Result<Version, StoreError> {
    let text = |name: &str| raw.get_str(name).map(str::to_owned).map_err(corrupt);
    let (owner, revision) = (text("_owner")?, raw.get_i64("_revision").map_err(corrupt)?);
    let by = author(text(CHANGED_BY).ok(), revision, &owner);
    let json = Some(to_json(raw).map_err(corrupt)?);
    Ok(Version { revision, at: text("_updated_at")?, by, owner, json })
}

/// The first revision is its owner's.
fn author(recorded: Option<String>, revision: i64, owner: &str) -> Option<String> {
    recorded.or_else(|| (revision == 1).then(|| owner.to_owned()))
}

#[async_trait]
impl Versions for MongoStore {
    async fn versions(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        below: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Version>, StoreError> {
        self.query(self.revisions(collection, id, below, limit)).await
    }

    async fn removals(
        &self,
        collection: &Arc<Collection>,
        revisions: BTreeSet<(String, i64)>,
    ) -> Result<BTreeSet<(String, i64)>, StoreError> {
        if revisions.is_empty() || !collection.keeps_removed() {
            return Ok(BTreeSet::new());
        }
        self.query(self.removed_among(collection, revisions)).await
    }
}

impl MongoStore {
    async fn removed_among(
        &self,
        collection: &Collection,
        revisions: BTreeSet<(String, i64)>,
    ) -> Result<BTreeSet<(String, i64)>, StoreError> {
        let keys: Vec<Doc> = revisions.iter().map(|(id, revision)| entry(id, *revision)).collect();
        let wanted = doc! { "_id": { "$in": keys }, "document": { "$exists": false } };
        let past = self.past(collection);
        let found = past.find(wanted).projection(doc! { "_id": 1 }).max_time(self.query_timeout).await;
        let (mut found, mut removals) = (found.map_err(|error| failed(&error))?, BTreeSet::new());
        while found.advance().await.map_err(|error| failed(&error))? {
            let raw = found.deserialize_current().map_err(|error| failed(&error))?;
            let key = raw.get_document("_id").map_err(corrupt)?;
            let id = key.get_str("document").map_err(corrupt)?.to_owned();
            removals.insert((id, key.get_i64("revision").map_err(corrupt)?));
        }
        Ok(removals)
    }

    async fn revisions(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        below: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Version>, StoreError> {
        if collection.keeps_removed() && self.is_purged(collection.name(), id).await? {
            return Ok(Vec::new());
        }
        // What lies below a current revision never changes, so the current one is read first.
        let current = in_time(self.handle(collection).find_one(doc! { "_id": id })).await;
        let current = current.map_err(|error| failed(&error))?;
        let hidden = current.as_ref().is_some_and(|current| current.get_bool(HIDDEN).unwrap_or(false));
        if hidden && collection.belongs_to_calculations() {
            return Ok(Vec::new());
        }
        let current = current.as_ref().map(version_of_current).transpose()?;
        let top = below.unwrap_or(i64::MAX);
        let top = current.as_ref().map_or(top, |current| top.min(current.revision));
        let mut versions: Vec<Version> = current
            .into_iter()
            .filter(|current| below.is_none_or(|below| current.revision < below))
            .collect();
        if !collection.keeps_removed() || versions.len() >= limit {
            return Ok(versions);
        }
        let wanted = doc! { "_id": { "$gte": entry(id, i64::MIN), "$lt": entry(id, top) } };
        let limit = i64::try_from(limit - versions.len()).unwrap_or(i64::MAX);
        let past = self.past(collection);
        let found =
            past.find(wanted).sort(doc! { "_id": -1 }).limit(limit).max_time(self.query_timeout).await;
        let mut found = found.map_err(|error| failed(&error))?;
        let mut bytes: usize =
            versions.iter().filter_map(|version| version.json.as_ref()).map(String::len).sum();
        while bytes < MAX_BATCH_BYTES && found.advance().await.map_err(|error| failed(&error))? {
            let raw = found.deserialize_current().map_err(|error| failed(&error))?;
            let version = version_of_entry(&raw)?;
            bytes += version.json.as_ref().map_or(0, String::len);
            versions.push(version);
        }
        Ok(versions)
    }
}
