//! Finds documents: a plain find wherever an index can serve the order, a pipeline where sort values must be computed.

use std::time::Duration;

use mongodb::{
    Collection as Handle, Cursor,
    action::{Action as _, Find},
    bson::{Document as Doc, RawDocumentBuf, doc},
    error::Error,
};
use time::OffsetDateTime;

use super::{
    failed, json,
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

/// The first documents of a selection. The server works on it for `longest` at most.
pub(super) async fn batch(
    handle: Handle<RawDocumentBuf>,
    collection: &Collection,
    selection: &Selection,
    now: OffsetDateTime,
    longest: Duration,
) -> Result<Batch, StoreError> {
    let filter = restrict(collection, &selection.filter, now);
    let cursor = open(&handle, filter, selection, longest).await;
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

/// A plain find wherever an index can serve the order, a pipeline where sort values must be computed.
async fn open(
    handle: &Handle<RawDocumentBuf>,
    filter: Doc,
    selection: &Selection,
    longest: Duration,
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
            .max_time(longest)
            .optional(shown, Find::projection)
            .await;
    }
    let stages = stages(filter, sort, Some(limit), shown);
    handle.aggregate(stages).max_time(longest).with_type::<RawDocumentBuf>().await
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
