//! Finishes a purge: removes what belongs to a document that is gone for good. Each step can be repeated.
//!
//! Not found are kept revisions of series and reviews that were removed, or moved to another calculation, before the
//! purge. There are some only where these collections are `versioned` or `soft_delete`: such a review is purged by its
//! own id.

use service_kit::clock::Clock;
use time::{Duration, OffsetDateTime};

use super::hide;
use crate::{
    domain::{belonging::BELONGING, grant::CALCULATIONS, ids},
    ops::{catalog::Served, repeat},
    store::{
        Store, StoreError,
        artifacts::{DocumentRef, Lease},
        purges::{Expiring, Purge},
    },
};

/// The series or reviews that one step removes.
const AT_ONCE: usize = 200;
/// How long a request may take that stores documents.
const SLACK: Duration = Duration::minutes(10);

/// Hides the series and reviews of a calculation, which takes less time than to remove them.
pub(super) async fn hide(
    store: &dyn Store,
    clock: &dyn Clock,
    served: &Served,
    purge: &Purge,
) -> Result<(), StoreError> {
    if purge.collection == CALCULATIONS {
        hide::follow(store, clock, served, &purge.document).await?;
    }
    Ok(())
}

/// Removes the document's revisions and files and, of a calculation, its series and reviews.
pub(super) async fn erase(
    store: &dyn Store,
    clock: &dyn Clock,
    served: &Served,
    purge: &Purge,
) -> Result<(), StoreError> {
    let ids = std::slice::from_ref(&purge.document);
    erase_whole(store, clock, served, &purge.collection, ids).await?;
    if purge.collection == CALCULATIONS {
        for collection in BELONGING.iter().filter_map(|name| served.catalog.get(name)) {
            loop {
                let ids = store.belonging(collection, &purge.document, AT_ONCE).await?;
                if ids.is_empty() {
                    break;
                }
                erase_whole(store, clock, served, collection.name(), &ids).await?;
                store.erase_traces(collection.name(), &ids, expiring(&ids)).await?;
            }
        }
    }
    Ok(())
}

/// Empties what repeats the document, and takes the note away.
pub(super) async fn settle(store: &dyn Store, purge: &Purge) -> Result<(), StoreError> {
    let ids = std::slice::from_ref(&purge.document);
    store.erase_traces(&purge.collection, ids, expiring(ids)).await?;
    store.settle_purge(purge).await
}

/// Removes documents with their files and revisions.
async fn erase_whole(
    store: &dyn Store,
    clock: &dyn Clock,
    served: &Served,
    collection: &str,
    ids: &[String],
) -> Result<(), StoreError> {
    let definition = served.catalog.get(collection).map(|collection| &collection.definition);
    let takes_files = definition.is_none_or(|definition| definition.artifacts.is_some());
    // There may be files from before a definition that takes none.
    if takes_files || !store.folders(collection, "", 1).await?.is_empty() {
        for document in ids {
            erase_files(store, clock, DocumentRef { collection, document }).await?;
        }
    }
    while !store.erase(collection, ids).await? {}
    Ok(())
}

/// Removes the files at once: a reader of one is cut. An upload ends, and the sweep of artifacts removes what has come.
async fn erase_files(store: &dyn Store, clock: &dyn Clock, place: DocumentRef<'_>) -> Result<(), StoreError> {
    let now = clock.now();
    for (blob, _) in store.unfinished(place, now).await? {
        store.lease(&blob.id, Lease::Abandon, now, now).await?;
    }
    let folder = store.folder(place).await?;
    for file in &folder.files {
        store.discard(&file.blob).await?;
    }
    if let Some(tag) = &folder.tag {
        store.save_folder(place, &[], Some(tag), "").await?;
    }
    Ok(())
}

/// When the receipts expire that may repeat documents with these ids, which say when they were made.
fn expiring(ids: &[String]) -> Expiring {
    let times: Option<Vec<OffsetDateTime>> = ids.iter().map(|id| ids::time_of(id)).collect();
    let times = times.unwrap_or_default();
    let end = OffsetDateTime::UNIX_EPOCH + Duration::days(365 * 1000);
    Expiring {
        from: times.iter().min().map_or(OffsetDateTime::UNIX_EPOCH, |from| *from + repeat::KEPT - SLACK),
        to: times.iter().max().map_or(end, |to| *to + repeat::KEPT + SLACK),
    }
}
