//! Removes bytes that no folder names, and folders whose document is gone. Beside requests, by every replica: each
//! step can be repeated and done by several at once.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use service_kit::clock::Clock;

use super::lease_from;
use crate::{
    ops::{Service, catalog::LiveCatalog},
    store::{
        Store, StoreError,
        artifacts::{Blob, DocumentRef, Lease},
    },
};

/// The blobs that one sweep removes at most.
const BLOBS: u32 = 1_000;
/// The folders of each collection that one sweep looks at; the next one continues after them.
const FOLDERS: u32 = 2_000;

/// What sweeps, and how far it has come in each collection.
pub struct Sweeper {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    catalog: Arc<LiveCatalog>,
    /// The id of the last folder looked at in each collection.
    places: HashMap<String, String>,
}

impl Sweeper {
    /// Sweeps what these collections hold at the time.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, catalog: Arc<LiveCatalog>) -> Self {
        Self { store, clock, catalog, places: HashMap::new() }
    }

    /// One sweep; returns how many blobs it removed.
    pub async fn sweep(&mut self) -> Result<usize, StoreError> {
        let served = self.catalog.served();
        // Also of a collection that takes no files any more: there may be some from before.
        for collection in served.catalog.iter().map(|collection| collection.name()) {
            let after = self.places.entry(collection.to_owned()).or_default();
            let ids = self.store.folders(collection, after, FOLDERS).await?;
            let held: HashSet<String> = self.store.held(collection, &ids).await?.into_iter().collect();
            for document in ids.iter().filter(|id| !held.contains(*id)) {
                empty(&*self.store, &*self.clock, DocumentRef { collection, document }).await?;
            }
            // From the beginning again, once the end is reached.
            *after = ids.last().cloned().unwrap_or_default();
        }
        let mut removed = 0;
        for blob in self.store.over(self.clock.now(), BLOBS).await? {
            removed += usize::from(end(&*self.store, &*self.clock, &blob).await?);
        }
        Ok(removed)
    }
}

/// Lets the files of a document go at once, if the document is gone. What fails here is left to the next sweep.
pub async fn forget(service: &Service, collection: &str, id: &str) {
    let with_artifacts = service.catalog.get(collection).is_some_and(|c| c.definition.artifacts.is_some());
    if !with_artifacts {
        return;
    }
    let gone = async {
        if service.store.held(collection, &[id.to_owned()]).await?.is_empty() {
            empty(&*service.store, &*service.clock, DocumentRef { collection, document: id }).await?;
        }
        Ok::<_, StoreError>(())
    };
    if let Err(error) = gone.await {
        tracing::debug!(%error, "artifacts of a removed document are left to the next sweep");
    }
}

/// Lets the files of all documents of a collection go while its definition has the revision `removal`; whether it had that
/// to the end. No document that is made later has the id of one that was found before.
pub async fn forget_all(
    store: &dyn Store,
    clock: &dyn Clock,
    collection: &str,
    removal: i64,
) -> Result<bool, StoreError> {
    let mut after = String::new();
    loop {
        let ids = store.folders(collection, &after, FOLDERS).await?;
        if store.definition_revisions().await?.get(collection) != Some(&removal) {
            return Ok(false);
        }
        let Some(last) = ids.last() else { return Ok(true) };
        for document in &ids {
            empty(store, clock, DocumentRef { collection, document }).await?;
        }
        after.clone_from(last);
    }
}

/// Removes a folder. A reader of one of its files has until the end of a lease to finish.
async fn empty(store: &dyn Store, clock: &dyn Clock, place: DocumentRef<'_>) -> Result<(), StoreError> {
    let folder = store.folder(place).await?;
    let now = clock.now();
    for file in &folder.files {
        store.lease(&file.blob, Lease::Release, now, lease_from(now)).await?;
    }
    if let Some(tag) = &folder.tag {
        store.save_folder(place, &[], Some(tag), "").await?;
    }
    Ok(())
}

/// Decides about a blob whose lease is over: kept where a folder names it, removed where none does, since none can
/// come to name it any more. Returns whether it was removed.
pub(super) async fn end(store: &dyn Store, clock: &dyn Clock, blob: &Blob) -> Result<bool, StoreError> {
    if store.folder(blob.place()).await?.names(&blob.id) {
        store.settle(&blob.id, clock.now()).await?;
        return Ok(false);
    }
    store.discard(&blob.id).await?;
    Ok(true)
}
