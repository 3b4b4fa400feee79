//! Writes in MongoDB: one operation where that suffices, a transaction where something is kept beside it.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use mongodb::{
    ClientSession, Collection as Handle,
    bson::{Document as Doc, RawDocumentBuf},
    error::{Error, ErrorKind, IndexedWriteError, InsertManyError, Result as MongoResult, WriteFailure},
    options::ReturnDocument,
};
use service_kit::store::{Unavailable, mongo::in_time};
use time::OffsetDateTime;

use super::{
    DUPLICATE_KEY, MongoStore, bson, conflicts, definitions, duplicate_key, ends, failed, heartbeats, hiding,
    history, json::CHANGED_BY, partial, receipts, transaction::PATIENCE, written,
};
use crate::{
    domain::{
        collection::{Collection, Index},
        document::Document,
        history::Removal,
    },
    store::{Bulk, BulkEnd, Fate, KeptReceipt, MAX_CONFLICTS, StoreError, Update, Writes, ends::Course},
};

/// How long that of a bulk is tried again, which the server works on for longer.
const BULK_PATIENCE: Duration = Duration::from_secs(20);

/// Returns which unique index a write ran into.
pub(super) fn write_error(error: &Error, collection: &Collection) -> StoreError {
    match duplicate_key(error) {
        Some(message) => StoreError::Conflict { fields: fields_of(message, collection) },
        None if error.contains_label(mongodb::error::TRANSIENT_TRANSACTION_ERROR) => {
            StoreError::Unavailable(Unavailable)
        }
        None => written(error),
    }
}

/// The fields of the index that the server's message names.
fn fields_of(message: &str, collection: &Collection) -> Vec<String> {
    // Values of the client's come behind the name.
    let named = message.split_once(" index: ").map_or("", |(_, named)| named);
    let speaks_of =
        |index: &&Index| named.strip_prefix(&index.name).is_some_and(|rest| rest.starts_with(' '));
    let hit = collection.indexes.iter().find(speaks_of);
    fields_of_index(
        hit.map(|index| index.name.as_str()).or_else(|| definitions::violated(message)),
        collection,
    )
}

/// The fields of the index of this name.
fn fields_of_index(name: Option<&str>, collection: &Collection) -> Vec<String> {
    let declared = collection.indexes.iter().find(|index| Some(index.name.as_str()) == name);
    match (declared, name) {
        (Some(index), _) => index.keys.iter().map(|(field, _)| field.path.to_string()).collect(),
        // The index may be one that an older or a newer definition declares.
        (None, Some(name)) if name != "_id_" => crate::store::definitions::fields_of(name),
        _ => vec!["_id".into()],
    }
}

/// What befell the documents among many that were not stored; an error where nobody knows which were.
pub(super) fn faults(error: &Error, collection: &Collection) -> Result<Vec<(usize, StoreError)>, StoreError> {
    match &*error.kind {
        ErrorKind::InsertMany(InsertManyError {
            write_errors: Some(faults),
            write_concern_error: None,
            ..
        }) => {
            let fault = |fault: &IndexedWriteError| match fault.code {
                DUPLICATE_KEY => StoreError::Conflict { fields: fields_of(&fault.message, collection) },
                _ => match failed(error) {
                    StoreError::Failed(_) => StoreError::Failed(fault.message.clone()),
                    other => other,
                },
            };
            Ok(faults.iter().map(|indexed| (indexed.index, fault(indexed))).collect())
        }
        // Nobody knows yet whether it will last.
        ErrorKind::InsertMany(InsertManyError { write_concern_error: Some(_), .. }) => Err(written(error)),
        _ => Err(write_error(error, collection)),
    }
}

/// The documents among many that were refused; an error where something else went wrong.
fn refused(error: &Error, collection: &Collection) -> Result<Vec<(usize, Fate)>, StoreError> {
    let fate = |(at, fault)| match fault {
        StoreError::Conflict { fields } => Ok((at, Fate::Conflict { fields })),
        StoreError::Failed(why) => Ok((at, Fate::Refused(why))),
        other => Err(other),
    };
    faults(error, collection)?.into_iter().map(fate).collect()
}

/// What a bulk needs in each try of its transaction.
struct Attempt {
    store: MongoStore,
    documents: Handle<RawDocumentBuf>,
    /// The place of each document in the bulk, and the document.
    left: Vec<(usize, RawDocumentBuf)>,
    fates: Vec<Fate>,
    bulk: Bulk,
}

impl Attempt {
    /// Inserts what is left, and the receipt. Documents that were refused earlier end an atomic bulk here, after
    /// all others have shown whether they would be stored.
    async fn run(&self, session: &mut ClientSession) -> MongoResult<bool> {
        if let Some(receipt) = &self.bulk.receipt {
            receipts::claim(&self.store.database, session, receipt).await?;
        }
        if !self.left.is_empty() {
            let left = self.left.iter().map(|(_, raw)| raw);
            self.documents.insert_many(left).session(&mut *session).await?;
        }
        if self.bulk.atomic && self.fates.iter().any(|fate| *fate != Fate::Inserted) {
            return Err(Error::custom(BulkEnd::Refused(self.fates.clone())));
        }
        if let Some(receipt) = &self.bulk.receipt {
            receipts::complete(&self.store.database, session, receipt, &self.fates).await?;
        }
        Ok(true)
    }

    /// Sets aside the documents that run into unique values, all that can be found. `refused` is what the server said
    /// of the first of them.
    async fn set_aside_conflicts(
        &mut self,
        collection: &Collection,
        refused: Vec<(usize, Fate)>,
    ) -> Result<(), StoreError> {
        let documents: Vec<&RawDocumentBuf> = self.left.iter().map(|(_, raw)| raw).collect();
        let found = conflicts::find(&self.documents, &documents).await?;
        let fate = |(at, index): (usize, String)| {
            (at, Fate::Conflict { fields: fields_of_index(Some(&index), collection) })
        };
        self.set_aside(if found.is_empty() { refused } else { found.into_iter().map(fate).collect() });
        Ok(())
    }

    /// Whether as many documents were refused as a bulk may have.
    fn has_too_many_conflicts(&self) -> bool {
        self.fates.iter().filter(|fate| **fate != Fate::Inserted).count() >= MAX_CONFLICTS
    }

    /// Sets aside the documents that were refused.
    fn set_aside(&mut self, refused: Vec<(usize, Fate)>) {
        for (at, fate) in refused.into_iter().rev() {
            if at < self.left.len() {
                let (place, _) = self.left.remove(at);
                self.fates[place] = fate;
            }
        }
    }
}

impl MongoStore {
    fn raw(collection: &Collection, document: &Document) -> Result<RawDocumentBuf, StoreError> {
        bson::to_bson(collection, document)
    }

    /// The document with who wrote it: the collection may keep its revisions one day.
    fn signed(collection: &Collection, document: &Document, by: &str) -> Result<RawDocumentBuf, StoreError> {
        let mut raw = Self::raw(collection, document)?;
        raw.append(bson::key(CHANGED_BY)?, by);
        Ok(raw)
    }
}

/// How a revision takes the place of the one before.
#[derive(Clone)]
enum Next {
    Whole(RawDocumentBuf),
    Changes(Doc),
}

impl Next {
    fn of(collection: &Collection, update: &Update) -> Result<Self, StoreError> {
        Ok(match partial::operators(collection, update)? {
            Some(operators) => Self::Changes(operators),
            None => Self::Whole(MongoStore::signed(collection, &update.after, &update.by)?),
        })
    }

    /// Writes it and gives back what was there.
    async fn take_place(
        &self,
        documents: &Handle<RawDocumentBuf>,
        current: Doc,
        session: &mut ClientSession,
    ) -> MongoResult<Option<RawDocumentBuf>> {
        match self {
            Self::Whole(raw) => {
                let write = documents.find_one_and_replace(current, raw);
                write.return_document(ReturnDocument::Before).session(session).await
            }
            Self::Changes(operators) => {
                let write = documents.find_one_and_update(current, operators.clone());
                write.return_document(ReturnDocument::Before).session(session).await
            }
        }
    }
}

#[async_trait]
impl Writes for MongoStore {
    async fn insert(&self, collection: &Arc<Collection>, document: Document) -> Result<(), StoreError> {
        let raw = Self::raw(collection, &document)?;
        self.together.of(collection, &self.server).inserts.insert(collection, raw).await
    }

    async fn insert_each(
        &self,
        collection: &Arc<Collection>,
        documents: Vec<Document>,
    ) -> Result<Vec<Fate>, StoreError> {
        let mut fates = vec![Fate::Inserted; documents.len()];
        if documents.is_empty() {
            return Ok(fates);
        }
        let raw = bson::all_to_bson(collection, documents).await?;
        let inserted = in_time(self.handle(collection).insert_many(&raw).ordered(false)).await;
        if let Err(error) = inserted {
            for (at, fate) in refused(&error, collection)? {
                if let Some(place) = fates.get_mut(at) {
                    *place = fate;
                }
            }
        }
        Ok(fates)
    }

    async fn insert_together(
        &self,
        collection: &Arc<Collection>,
        mut bulk: Bulk,
    ) -> Result<BulkEnd, StoreError> {
        let raw = bson::all_to_bson(collection, std::mem::take(&mut bulk.documents)).await?;
        let left: Vec<_> = raw.into_iter().enumerate().collect();
        let fates = vec![Fate::Inserted; left.len()];
        let store = self.clone();
        let documents = self.handle(collection);
        let mut attempt = Attempt { store, documents, left, fates, bulk };
        // A conflict ends a transaction, so it is tried again without the documents that would meet one.
        while !attempt.has_too_many_conflicts() {
            let done = self
                .transact(BULK_PATIENCE, &attempt, |session, attempt| {
                    Box::pin(async move { attempt.run(session).await })
                })
                .await?;
            let Err(error) = done else { return Ok(BulkEnd::Committed(attempt.fates)) };
            if let Some(ended) = error.get_custom::<BulkEnd>() {
                return Ok(ended.clone());
            }
            match &*error.kind {
                ErrorKind::Write(WriteFailure::WriteError(fault)) if fault.code == DUPLICATE_KEY => {
                    return Ok(BulkEnd::Repeated);
                }
                _ => {
                    let refused = refused(&error, collection)?;
                    if refused.is_empty() {
                        return Err(failed(&error));
                    }
                    attempt.set_aside_conflicts(collection, refused).await?;
                }
            }
        }
        Ok(BulkEnd::Refused(attempt.fates))
    }

    async fn receipt(&self, id: &str, now: OffsetDateTime) -> Result<Option<KeptReceipt>, StoreError> {
        receipts::find(&self.database, id, now).await
    }

    async fn update(&self, collection: &Arc<Collection>, update: Update) -> Result<bool, StoreError> {
        let next = Next::of(collection, &update)?;
        let current = hiding::current(collection, &update.after.meta.id, update.expected);
        let current = heartbeats::unchanged(collection, current, &update.after.members);
        let documents = self.handle(collection);
        let keeps = collection.keeps_revisions();
        if !keeps && update.course == Course::Unchanged {
            let done = match &next {
                Next::Whole(raw) => in_time(documents.replace_one(current, raw)).await,
                Next::Changes(operators) => in_time(documents.update_one(current, operators.clone())).await,
            };
            return done.map(|done| done.matched_count == 1).map_err(|error| write_error(&error, collection));
        }
        let (meta, surplus) = (update.after.meta, collection.surplus(update.expected + 1));
        let (course, database) = (update.course, self.database.clone());
        let done = self
            .transact(PATIENCE, (documents, self.past(collection)), move |session, (documents, past)| {
                let (next, current, database) = (next.clone(), current.clone(), database.clone());
                let (meta, surplus) = (meta.clone(), surplus.clone());
                Box::pin(async move {
                    let Some(before) = next.take_place(documents, current, session).await? else {
                        return Ok(false);
                    };
                    ends::note(&database, session, course, &meta).await?;
                    if !keeps {
                        return Ok(true);
                    }
                    history::keep(past, session, &before, &meta.updated_at).await?;
                    history::thin(past, session, &meta.id, surplus.as_ref()).await.map(|()| true)
                })
            })
            .await?;
        done.map_err(|error| write_error(&error, collection))
    }

    async fn remove(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        removal: Removal,
    ) -> Result<bool, StoreError> {
        let current = hiding::current(collection, id, removal.expected);
        let documents = self.handle(collection);
        if !collection.keeps_removed() {
            let done = in_time(documents.delete_one(current)).await;
            return done.map(|done| done.deleted_count == 1).map_err(|error| written(&error));
        }
        let notes = collection.hides_others().then(|| self.database.clone());
        let done = self
            .transact(PATIENCE, (documents, self.past(collection)), move |session, (documents, past)| {
                let (current, removal, notes) = (current.clone(), removal.clone(), notes.clone());
                Box::pin(async move {
                    let before = documents.find_one_and_delete(current).session(&mut *session).await?;
                    let Some(before) = before else { return Ok(false) };
                    history::keep(past, session, &before, &removal.end.updated_at).await?;
                    history::end(past, session, &removal).await?;
                    if let Some(notes) = notes {
                        hiding::turn(&notes, session, &removal.end).await?;
                    }
                    Ok(true)
                })
            })
            .await?;
        done.map_err(|error| write_error(&error, collection))
    }

    async fn restore(
        &self,
        collection: &Arc<Collection>,
        document: Document,
        by: &str,
    ) -> Result<bool, StoreError> {
        let raw = Self::signed(collection, &document, by)?;
        let (meta, documents) = (document.meta, self.handle(collection));
        let surplus = collection.surplus(meta.revision);
        let notes = collection.hides_others().then(|| self.database.clone());
        let done = self
            .transact(PATIENCE, (documents, self.past(collection)), move |session, (documents, past)| {
                let (raw, meta) = (raw.clone(), meta.clone());
                let (surplus, notes) = (surplus.clone(), notes.clone());
                Box::pin(async move {
                    let undone = history::undo_end(past, session, &meta).await?;
                    if undone {
                        documents.insert_one(&raw).session(&mut *session).await?;
                        history::thin(past, session, &meta.id, surplus.as_ref()).await?;
                    }
                    if let Some(notes) = notes.filter(|_| undone) {
                        hiding::turn(&notes, session, &meta).await?;
                    }
                    Ok(undone)
                })
            })
            .await?;
        done.map_err(|error| write_error(&error, collection))
    }
}
