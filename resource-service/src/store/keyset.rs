//! Goes on with a list behind a place in its order: the segments behind the place, one after the other, each of which a
//! store can seek in an index. Page ten thousand costs what page one costs.

use std::sync::Arc;

use shared_models::documents::Explanation;
use time::OffsetDateTime;

use super::{Batch, Selection, Store, StoreError};
use crate::{domain::collection::Collection, query::order::SortValue};

/// The part of a selection behind `after`; its beginning where that is absent.
pub async fn list(
    store: &dyn Store,
    collection: &Arc<Collection>,
    selection: &Selection,
    after: Option<&[SortValue]>,
    now: OffsetDateTime,
) -> Result<Batch, StoreError> {
    let mut batch = Batch { documents: Vec::new(), more: false };
    for segment in segments(selection, after) {
        let limit = selection.limit - batch.documents.len();
        // With no room left, a segment is still asked whether there is more.
        let part = store.list(collection, Selection { limit, ..segment }, now).await?;
        batch.documents.extend(part.documents);
        if part.more {
            batch.more = true;
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
    after: Option<&[SortValue]>,
    now: OffsetDateTime,
) -> Result<Explanation, StoreError> {
    let mut whole: Option<Explanation> = None;
    for segment in segments(selection, after) {
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

fn segments(selection: &Selection, after: Option<&[SortValue]>) -> Vec<Selection> {
    let Some(places) = after else { return vec![selection.clone()] };
    let segments = selection.order.segments(places).into_iter();
    // The segment comes first: of two bounds on one side SQLite takes the first to its index, and this is the closer one.
    segments
        .map(|segment| Selection { filter: segment.and(selection.filter.clone()), ..selection.clone() })
        .collect()
}
