//! Finds documents: a plain find wherever an index can serve the order, a pipeline where sort values must be computed.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use mongodb::{
    Collection as Handle, Cursor,
    action::{Action as _, Find},
    bson::{Document as Doc, RawDocumentBuf, doc},
    error::Error,
};
use time::OffsetDateTime;

use super::{
    MongoStore, failed, json,
    order::{COMPUTED, Sort},
    restrict,
};
use crate::{
    domain::collection::Collection,
    query::projection::Projection,
    store::{Batch, MAX_BATCH_BYTES, Selection, StoreError},
};

/// The members that a projection shows.
pub(super) fn projection(projection: &Projection) -> Doc {
    let mut shown: Doc = projection.paths().map(|path| (path.to_string(), 1.into())).collect();
    shown.entry("_id".to_owned()).or_insert_with(|| 0.into());
    shown
}

/// The first documents of a selection: one command, which can be sent again. Two are equal if they send the same bytes to the
/// same collection, so all that an answer depends on is compared: what the caller may see, the condition, the order, the
/// members, the limits.
#[derive(Clone)]
pub(super) struct List(Arc<Command>);

struct Command {
    store: MongoStore,
    documents: Handle<RawDocumentBuf>,
    filter: Doc,
    sort: Sort,
    shown: Option<Doc>,
    limit: usize,
    /// What the rest of it is as bytes.
    key: Vec<u8>,
}

impl List {
    pub(super) fn new(
        store: &MongoStore,
        collection: &Collection,
        selection: &Selection,
        now: OffsetDateTime,
    ) -> Result<Self, StoreError> {
        let filter = restrict(collection, &selection.filter, now);
        let sort = Sort::new(&selection.order);
        let shown = selection.projection.as_ref().map(projection);
        // Each part says itself how long it is.
        let mut key = selection.limit.to_le_bytes().to_vec();
        for part in [&filter, &sort.keys, &sort.computed].into_iter().chain(&shown) {
            part.to_writer(&mut key).map_err(|error| StoreError::Failed(error.to_string()))?;
        }
        let documents = store.handle(collection);
        let limit = selection.limit;
        Ok(Self(Arc::new(Command { store: store.clone(), documents, filter, sort, shown, limit, key })))
    }

    /// Reads them. The server works on it for the time limit of a query at most.
    pub(super) async fn read(self) -> Result<Batch, StoreError> {
        self.0.store.query(self.batch()).await
    }

    async fn batch(&self) -> Result<Batch, StoreError> {
        let mut cursor = self.open().await.map_err(|error| failed(&error))?;
        let (mut documents, mut bytes) = (Vec::new(), 0);
        while cursor.advance().await.map_err(|error| failed(&error))? {
            if documents.len() == self.0.limit || bytes >= MAX_BATCH_BYTES {
                return Ok(Batch { documents, more: true });
            }
            let text = json::to_json(cursor.current())
                .map_err(|error| StoreError::Corrupt(format!("{}: {error}", self.0.documents.name())))?;
            bytes += text.len();
            documents.push(text);
        }
        Ok(Batch { documents, more: false })
    }

    /// A plain find wherever an index can serve the order, a pipeline where sort values must be computed.
    async fn open(&self) -> Result<Cursor<RawDocumentBuf>, Error> {
        let Command { store, documents, filter, sort, shown, limit, .. } = &*self.0;
        let (filter, longest) = (filter.clone(), store.query_timeout);
        let limit = i64::try_from(limit + 1).unwrap_or(i64::MAX);
        if sort.computed.is_empty() {
            // The batch has room for one more than there can be, so that the server closes the cursor by itself.
            let batch = u32::try_from(limit + 1).unwrap_or(u32::MAX);
            return documents
                .find(filter)
                .sort(sort.keys.clone())
                .limit(limit)
                .batch_size(batch)
                .max_time(longest)
                .optional(shown.clone(), Find::projection)
                .await;
        }
        let stages = stages(filter, sort.clone(), Some(limit), shown.clone());
        documents.aggregate(stages).max_time(longest).with_type::<RawDocumentBuf>().await
    }

    fn key(&self) -> (&str, &[u8]) {
        (self.0.documents.name(), &self.0.key)
    }
}

impl PartialEq for List {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for List {}

impl Hash for List {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

/// The pipeline of a selection whose sort values must be computed.
pub(super) fn stages(filter: Doc, sort: Sort, limit: Option<i64>, shown: Option<Doc>) -> Vec<Doc> {
    let show = shown.map_or_else(|| doc! { "$unset": COMPUTED }, |shown| doc! { "$project": shown });
    let computed = [
        doc! { "$match": filter },
        doc! { "$set": { COMPUTED: sort.computed } },
        doc! { "$sort": sort.keys },
    ];
    let limit = limit.map(|limit| doc! { "$limit": limit });
    computed.into_iter().chain(limit).chain([show]).collect()
}
