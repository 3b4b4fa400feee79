//! Documents in MongoDB: a collection for each of ours, read as raw BSON and written out as JSON at once.

mod bson;
mod filter;
mod json;
mod order;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use mongodb::{
    Collection as Handle, Cursor, Database, IndexModel,
    action::{Action as _, Find},
    bson::{DateTime, Document as Doc, RawDocumentBuf, doc},
    error::{Error, ErrorKind, WriteFailure},
    options::IndexOptions,
};
use service_kit::store::{Unavailable, mongo};
use time::OffsetDateTime;

use self::{
    json::EXPIRES_AT,
    order::{COMPUTED, Sort},
};
use super::{Batch, MAX_BATCH_BYTES, Selection, Store, StoreError, StoredDocument};
use crate::{
    domain::{
        collection::{Collection, Index},
        document::Document,
    },
    query::{
        expr::{Expr, Kind},
        projection::Projection,
        schema::{Field, FieldType},
    },
};

/// The server's code for a value that a unique index has already.
const DUPLICATE_KEY: i32 = 11000;

/// Documents in a MongoDB database.
pub struct MongoStore {
    database: Database,
}

impl MongoStore {
    /// Uses this database, which nobody else does.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    fn handle(&self, collection: &Collection) -> Handle<RawDocumentBuf> {
        self.database.collection(collection.name())
    }
}

fn failed(error: &Error) -> StoreError {
    if mongo::is_unavailable(error) {
        tracing::debug!(%error, "MongoDB");
        StoreError::Unavailable(Unavailable)
    } else {
        StoreError::Failed(error.kind.to_string())
    }
}

/// Tells which unique index a write ran into.
fn write_error(error: &Error, collection: &Collection) -> StoreError {
    let message = match error.kind.as_ref() {
        ErrorKind::Write(WriteFailure::WriteError(fault)) if fault.code == DUPLICATE_KEY => &fault.message,
        ErrorKind::Command(fault) if fault.code == DUPLICATE_KEY => &fault.message,
        _ => return failed(error),
    };
    let hit = |index: &&Index| message.contains(&format!(" index: {} ", index.name));
    let fields = match collection.indexes.iter().find(hit) {
        Some(index) => index.keys.iter().map(|(field, _)| field.path.to_string()).collect(),
        None => vec!["_id".into()],
    };
    StoreError::Conflict { fields }
}

/// A document without one of a unique index's fields is no part of it. A plain index ends in `_id`, which
/// ends every order.
fn index_model(index: &Index) -> IndexModel {
    let mut keys: Doc = index
        .keys
        .iter()
        .map(|(field, direction)| (field.path.to_string(), order::direction(*direction).into()))
        .collect();
    if !index.unique {
        keys.entry("_id".to_owned()).or_insert_with(|| 1.into());
    }
    let present: Option<Doc> = index.unique.then(|| {
        let typed =
            |(field, _): &(Arc<Field>, _)| (field.path.to_string(), doc! { "$type": type_of(field) }.into());
        index.keys.iter().map(typed).collect()
    });
    let options = IndexOptions::builder()
        .name(index.name.clone())
        .unique(index.unique.then_some(true))
        .partial_filter_expression(present)
        .build();
    IndexModel::builder().keys(keys).options(options).build()
}

fn type_of(field: &Field) -> &'static str {
    filter::type_name(match field.kind {
        FieldType::Text(_) => Kind::Text,
        FieldType::Boolean => Kind::Boolean,
        FieldType::Array(_) => Kind::Array,
        FieldType::Object => Kind::Object,
        FieldType::Integer | FieldType::Number { .. } | FieldType::Untyped => Kind::Number,
    })
}

fn expiry_index() -> IndexModel {
    let options = IndexOptions::builder().name(EXPIRES_AT.to_owned()).expire_after(Duration::ZERO).build();
    IndexModel::builder().keys(doc! { EXPIRES_AT: 1 }).options(options).build()
}

/// The filter of an operation: the condition, and that the document has not expired.
fn restrict(collection: &Collection, filter: &Expr, now: OffsetDateTime) -> Doc {
    let condition = filter::condition(filter);
    if !collection.expires() {
        return condition;
    }
    let alive = doc! { EXPIRES_AT: { "$not": { "$lte": date(now) } } };
    if condition.is_empty() {
        alive
    } else {
        doc! { "$and": [condition, alive] }
    }
}

fn date(at: OffsetDateTime) -> DateTime {
    DateTime::from_millis(i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX))
}

fn projection(projection: &Projection) -> Doc {
    let mut shown: Doc = projection.paths().map(|path| (path.to_string(), 1.into())).collect();
    shown.entry("_id".to_owned()).or_insert_with(|| 0.into());
    shown
}

#[async_trait]
impl Store for MongoStore {
    async fn prepare(&self, collections: &[Arc<Collection>]) -> Result<(), StoreError> {
        for collection in collections {
            let expiry = collection.expires().then(expiry_index);
            let models: Vec<IndexModel> = collection.indexes.iter().map(index_model).chain(expiry).collect();
            if models.is_empty() {
                continue;
            }
            self.handle(collection).create_indexes(models).await.map_err(|error| match failed(&error) {
                StoreError::Failed(fault) => {
                    StoreError::Failed(format!("indexes of {}: {fault}", collection.name()))
                }
                other => other,
            })?;
        }
        Ok(())
    }

    async fn ping(&self) -> Result<(), Unavailable> {
        mongo::ping(&self.database).await
    }

    async fn insert(&self, collection: &Arc<Collection>, document: Document) -> Result<(), StoreError> {
        let raw = bson::to_bson(&document, &collection.schema, collection.expiry(&document.members))?;
        let done = self.handle(collection).insert_one(&raw).await;
        done.map(|_| ()).map_err(|error| write_error(&error, collection))
    }

    async fn get(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        now: OffsetDateTime,
    ) -> Result<Option<StoredDocument>, StoreError> {
        let found =
            self.handle(collection).find_one(doc! { "_id": id }).await.map_err(|error| failed(&error))?;
        let Some(raw) = found else { return Ok(None) };
        if collection.expires() && raw.get_datetime(EXPIRES_AT).is_ok_and(|at| at <= date(now)) {
            return Ok(None);
        }
        let corrupt = |error: String| StoreError::Corrupt(format!("{}/{id}: {error}", collection.name()));
        Ok(Some(StoredDocument {
            json: json::to_json(&raw).map_err(|error| corrupt(error.to_string()))?,
            revision: raw.get_i64("_revision").map_err(|error| corrupt(error.to_string()))?,
            owner: raw.get_str("_owner").map_err(|error| corrupt(error.to_string()))?.to_owned(),
        }))
    }

    async fn replace(
        &self,
        collection: &Arc<Collection>,
        document: Document,
        expected: i64,
    ) -> Result<bool, StoreError> {
        let raw = bson::to_bson(&document, &collection.schema, collection.expiry(&document.members))?;
        let current = doc! { "_id": document.meta.id, "_revision": expected };
        let done = self.handle(collection).replace_one(current, &raw).await;
        done.map(|done| done.matched_count == 1).map_err(|error| write_error(&error, collection))
    }

    async fn delete(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        expected: i64,
    ) -> Result<bool, StoreError> {
        let done = self.handle(collection).delete_one(doc! { "_id": id, "_revision": expected }).await;
        done.map(|done| done.deleted_count == 1).map_err(|error| failed(&error))
    }

    async fn list(
        &self,
        collection: &Arc<Collection>,
        selection: Selection,
        now: OffsetDateTime,
    ) -> Result<Batch, StoreError> {
        let cursor =
            open(&self.handle(collection), restrict(collection, &selection.filter, now), &selection).await;
        let mut cursor = cursor.map_err(|error| failed(&error))?;
        let (mut documents, mut bytes) = (Vec::new(), 0);
        while cursor.advance().await.map_err(|error| failed(&error))? {
            if documents.len() == selection.limit || bytes >= MAX_BATCH_BYTES {
                return Ok(Batch { documents, more: true });
            }
            let text = json::to_json(cursor.current())
                .map_err(|error| StoreError::Corrupt(format!("{}: {error}", collection.name())))?;
            bytes += text.len();
            documents.push(text);
        }
        Ok(Batch { documents, more: false })
    }

    async fn count(
        &self,
        collection: &Arc<Collection>,
        filter: Expr,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        let filter = restrict(collection, &filter, now);
        self.handle(collection).count_documents(filter).await.map_err(|error| failed(&error))
    }

    async fn estimate(&self, collection: &Arc<Collection>, _: OffsetDateTime) -> Result<u64, StoreError> {
        self.handle(collection).estimated_document_count().await.map_err(|error| failed(&error))
    }
}

/// A plain find wherever an index can serve the order, a pipeline where sort values must be computed.
async fn open(
    handle: &Handle<RawDocumentBuf>,
    filter: Doc,
    selection: &Selection,
) -> Result<Cursor<RawDocumentBuf>, Error> {
    let sort = Sort::new(&selection.order);
    let limit = i64::try_from(selection.limit + 1).unwrap_or(i64::MAX);
    let shown = selection.projection.as_ref().map(projection);
    if sort.computed.is_empty() {
        // The batch has room for one more than there can be, so that the server closes the cursor by itself.
        let batch = u32::try_from(limit + 1).unwrap_or(u32::MAX);
        return handle
            .find(filter)
            .sort(sort.keys)
            .limit(limit)
            .batch_size(batch)
            .optional(shown, Find::projection)
            .await;
    }
    let show = shown.map_or_else(|| doc! { "$unset": COMPUTED }, |shown| doc! { "$project": shown });
    let stages = [
        doc! { "$match": filter },
        doc! { "$set": { COMPUTED: sort.computed } },
        doc! { "$sort": sort.keys },
        doc! { "$limit": limit },
        show,
    ];
    handle.aggregate(stages).with_type::<RawDocumentBuf>().await
}
