//! Continues a list from a place in its order: the segments behind the place, one after the other, each of which a
//! store can seek in an index. Page ten thousand costs what page one costs.

use std::sync::Arc;

use shared_models::documents::Explanation;
use time::OffsetDateTime;

use super::{Batch, MAX_BATCH_BYTES, Selection, Store, StoreError};
use crate::{domain::collection::Collection, query::order::Start};

/// The part of a selection from `start` on; its beginning where that is absent.
pub async fn list(
    store: &dyn Store,
    collection: &Arc<Collection>,
    selection: &Selection,
    start: Option<&Start>,
    now: OffsetDateTime,
) -> Result<Batch, StoreError> {
    let (mut batch, mut bytes) = (Batch { documents: Vec::new(), more: false }, 0);
    for segment in segments(selection, start) {
        let limit = selection.limit - batch.documents.len();
        // With no room left, a segment is still asked whether there is more.
        let limit = if bytes < MAX_BATCH_BYTES { limit } else { 0 };
        let part = store.list(collection, Selection { limit, ..segment }, now).await?;
        batch.more = part.more;
        for document in part.documents {
            if bytes >= MAX_BATCH_BYTES {
                batch.more = true;
                break;
            }
            bytes += document.len();
            batch.documents.push(document);
        }
        if batch.more {
            break;
        }
    }
    Ok(batch)
}

/// How [`list`] finds its documents.
pub async fn explain(
    store: &dyn Store,
    collection: &Arc<Collection>,
    selection: &Selection,
    start: Option<&Start>,
    now: OffsetDateTime,
) -> Result<Explanation, StoreError> {
    let mut whole: Option<Explanation> = None;
    for segment in segments(selection, start) {
        let found = whole.as_ref().map_or(0, |whole| usize::try_from(whole.returned).unwrap_or(usize::MAX));
        let Some(limit) = selection.limit.checked_sub(found).filter(|limit| *limit > 0) else { break };
        let part = store.explain(collection, Selection { limit, ..segment }, now).await?;
        whole = Some(match whole {
            Some(whole) => whole.and(part),
            None => part,
        });
    }
    Ok(whole.unwrap_or_default())
}

fn segments(selection: &Selection, start: Option<&Start>) -> Vec<Selection> {
    let Some(start) = start else { return vec![selection.clone()] };
    let segments = selection.order.segments(start).into_iter();
    // The segment comes first: of two bounds on one side SQLite takes the first to its index, and this is the closer one.
    segments
        .map(|segment| Selection { filter: segment.and(selection.filter.clone()), ..selection.clone() })
        .collect()
}
