//! Writes in SQLite. Each kind of write of a row is one small function that takes the open transaction.

use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::{ErrorCode, Transaction, params};
use service_kit::store::Unavailable;
use time::OffsetDateTime;

use super::{
    SqliteStore, current, definitions, ends, heartbeats, hiding, history, log::log_change, millis, receipts,
    table,
};
use crate::{
    domain::{
        change::ChangeKind,
        collection::{Collection, Index},
        document::Document,
        history::Removal,
    },
    store::definitions::fields_of,
    store::{Bulk, BulkEnd, Fate, KeptReceipt, MAX_CONFLICTS, StoreError, StoredDocument, Update, Writes},
};

/// Adds a row. `by` is absent where the document's owner writes it; `now` is when.
pub(super) fn insert_row(
    transaction: &Transaction<'_>,
    collection: &Collection,
    document: &Document,
    by: Option<&str>,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let meta = &document.meta;
    let sql = format!(
        "INSERT INTO {} (id, revision, owner, expires_at, changed_by, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        table(collection)
    );
    let expires_at = collection.expiry(&document.members).map(millis);
    let after = StoredDocument::from(document);
    let row = params![meta.id, meta.revision, meta.owner, expires_at, by, after.json];
    let done = transaction.prepare_cached(&sql)?.execute(row);
    done.map_err(|error| write_error(error, collection))?;
    log_change(transaction, collection, (ChangeKind::Insert, now), &meta.id, None, Some(&after))
}

/// Writes the next revision into its row, and keeps the one before where the collection wants that.
pub(super) fn update_row(
    transaction: &Transaction<'_>,
    collection: &Collection,
    update: &Update,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let meta = &update.after.meta;
    let Some(before) = current(transaction, collection, &meta.id, update.expected)? else { return Ok(false) };
    if !heartbeats::is_unchanged(collection, &before.json, &update.after.members) {
        return Ok(false);
    }
    if collection.keeps_revisions() {
        history::keep(transaction, collection, meta, update.expected)?;
        history::thin(transaction, collection, meta)?;
    }
    let sql = format!(
        "UPDATE {} SET revision = ?2, expires_at = ?3, changed_by = ?4, body = ?5 WHERE id = ?1",
        table(collection)
    );
    let expires_at = collection.expiry(&update.after.members).map(millis);
    let after = StoredDocument::from(&update.after);
    let row = params![meta.id, meta.revision, expires_at, update.by, after.json];
    let done = transaction.prepare_cached(&sql)?.execute(row);
    done.map_err(|error| write_error(error, collection))?;
    let kind = if update.before.is_some() { ChangeKind::Patch } else { ChangeKind::Replace };
    log_change(transaction, collection, (kind, now), &meta.id, Some(&before), Some(&after))?;
    ends::note(transaction, update.course, meta).map(|()| true)
}

/// Removes a row, and keeps it where the collection wants that.
pub(super) fn remove_row(
    transaction: &Transaction<'_>,
    collection: &Collection,
    id: &str,
    removal: &Removal,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let Some(before) = current(transaction, collection, id, removal.expected)? else { return Ok(false) };
    if collection.keeps_removed() && history::keep(transaction, collection, &removal.end, removal.expected)? {
        history::end(transaction, collection, id, removal)?;
        hiding::turn(transaction, collection, &removal.end)?;
    }
    let sql = format!("DELETE FROM {} WHERE id = ?1", table(collection));
    transaction.prepare_cached(&sql)?.execute([id])?;
    log_change(transaction, collection, (ChangeKind::Delete, now), id, Some(&before), None)?;
    Ok(true)
}

/// Puts a removed row back.
pub(super) fn restore_row(
    transaction: &Transaction<'_>,
    collection: &Collection,
    document: &Document,
    by: &str,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    if !history::undo_end(transaction, collection, &document.meta)? {
        return Ok(false);
    }
    insert_row(transaction, collection, document, Some(by), now)?;
    history::thin(transaction, collection, &document.meta)?;
    hiding::turn(transaction, collection, &document.meta).map(|()| true)
}

/// Returns which unique index a write ran into.
fn write_error(error: rusqlite::Error, collection: &Collection) -> StoreError {
    if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) {
        let message = error.to_string();
        let hit = |index: &&Index| index.unique && definitions::speaks_of(&message, collection, index);
        if let Some(index) = collection.indexes.iter().find(hit) {
            return StoreError::Conflict {
                fields: index.keys.iter().map(|(field, _)| field.path.to_string()).collect(),
            };
        }
        // One that an older or a newer definition declares.
        if let Some(index) = definitions::violated(&message, collection) {
            return StoreError::Conflict { fields: fields_of(&index) };
        }
        if message.contains(&format!("doc_{}.id", collection.name())) {
            return StoreError::Conflict { fields: vec!["_id".into()] };
        }
    }
    error.into()
}

/// Inserts rows one after the other; a conflict is the row's fate and does not end the transaction.
fn insert_rows(
    transaction: &Transaction<'_>,
    collection: &Collection,
    documents: &[Document],
    now: OffsetDateTime,
) -> Result<Vec<Fate>, StoreError> {
    let fate = |document| match insert_row(transaction, collection, document, None, now) {
        Ok(()) => Ok(Fate::Inserted),
        Err(StoreError::Conflict { fields }) => Ok(Fate::Conflict { fields }),
        Err(error) => Err(error),
    };
    documents.iter().map(fate).collect()
}

/// Why a bulk is rolled back.
enum Rollback {
    Failed(StoreError),
    Ended(BulkEnd),
}

impl From<StoreError> for Rollback {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl From<rusqlite::Error> for Rollback {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Unavailable> for Rollback {
    fn from(error: Unavailable) -> Self {
        Self::Failed(error.into())
    }
}

fn insert_bulk(
    transaction: &Transaction<'_>,
    collection: &Collection,
    bulk: &Bulk,
    now: OffsetDateTime,
) -> Result<BulkEnd, Rollback> {
    if let Some(receipt) = &bulk.receipt
        && receipts::find(transaction, &receipt.id, receipt.now)?.is_some()
    {
        return Err(Rollback::Ended(BulkEnd::Repeated));
    }
    let mut fates = insert_rows(transaction, collection, &bulk.documents, now)?;
    let conflicts = fates.iter().filter(|fate| **fate != Fate::Inserted).count();
    if conflicts >= MAX_CONFLICTS || (bulk.atomic && conflicts > 0) {
        let mut reported = 0;
        for fate in fates.iter_mut().filter(|fate| **fate != Fate::Inserted) {
            reported += 1;
            if reported > MAX_CONFLICTS {
                *fate = Fate::Inserted;
            }
        }
        return Err(Rollback::Ended(BulkEnd::Refused(fates)));
    }
    if let Some(receipt) = &bulk.receipt {
        receipts::keep(transaction, receipt, &fates)?;
    }
    Ok(BulkEnd::Committed(fates))
}

#[async_trait]
impl Writes for SqliteStore {
    async fn insert(&self, collection: &Arc<Collection>, document: Document) -> Result<(), StoreError> {
        let (collection, now) = (Arc::clone(collection), self.clock.now());
        self.database
            .write(move |transaction| insert_row(transaction, &collection, &document, None, now))
            .await
    }

    async fn insert_each(
        &self,
        collection: &Arc<Collection>,
        documents: Vec<Document>,
    ) -> Result<Vec<Fate>, StoreError> {
        let (collection, now) = (Arc::clone(collection), self.clock.now());
        self.database.write(move |transaction| insert_rows(transaction, &collection, &documents, now)).await
    }

    async fn insert_together(&self, collection: &Arc<Collection>, bulk: Bulk) -> Result<BulkEnd, StoreError> {
        let (collection, now) = (Arc::clone(collection), self.clock.now());
        let done =
            self.database.write(move |transaction| insert_bulk(transaction, &collection, &bulk, now)).await;
        match done {
            Ok(ended) | Err(Rollback::Ended(ended)) => Ok(ended),
            Err(Rollback::Failed(error)) => Err(error),
        }
    }

    async fn receipt(&self, id: &str, now: OffsetDateTime) -> Result<Option<KeptReceipt>, StoreError> {
        let id = id.to_owned();
        self.database.read(move |connection| receipts::find(connection, &id, now)).await
    }

    async fn update(&self, collection: &Arc<Collection>, update: Update) -> Result<bool, StoreError> {
        let (collection, now) = (Arc::clone(collection), self.clock.now());
        self.database.write(move |transaction| update_row(transaction, &collection, &update, now)).await
    }

    async fn remove(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        removal: Removal,
    ) -> Result<bool, StoreError> {
        let (collection, id, now) = (Arc::clone(collection), id.to_owned(), self.clock.now());
        self.database.write(move |transaction| remove_row(transaction, &collection, &id, &removal, now)).await
    }

    async fn restore(
        &self,
        collection: &Arc<Collection>,
        document: Document,
        by: &str,
    ) -> Result<bool, StoreError> {
        let (collection, by, now) = (Arc::clone(collection), by.to_owned(), self.clock.now());
        self.database
            .write(move |transaction| restore_row(transaction, &collection, &document, &by, now))
            .await
    }
}
