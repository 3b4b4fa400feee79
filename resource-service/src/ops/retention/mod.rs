//! What goes for good, and when: beside requests, by every replica, in steps that can be repeated and done by several at
//! once.

mod finish;
pub mod hide;
mod keep;
pub mod purge;

use std::{collections::HashMap, sync::Arc, time::Duration};

use service_kit::clock::Clock;
use tokio::{sync::Semaphore, time::timeout};

use super::{catalog::LiveCatalog, error::ResourceError, undefine};
use crate::{
    query::timestamp,
    store::{Store, StoreError, definitions::StoredDefinition, retention::Kept},
};

/// How long a purge is noted. After that time the sweep also finds what was being written when the document was removed, and
/// the readers of changes have received the removal.
const NOTED: Duration = Duration::from_secs(60);
/// The calculations whose series and reviews one sweep hides or shows at most.
const TURNED: u32 = 1_000;
/// The purges that one sweep finishes at most.
const PURGES: u32 = 1_000;

/// How long a request waits for what it began.
const PATIENCE: Duration = Duration::from_secs(2);
/// What requests began and that continues without them: at most this many at once.
static CONTINUED: Semaphore = Semaphore::const_new(4);

/// Begins what a request leaves to be done in steps, and waits for it for a while. It then continues without the request,
/// unless too many do already; the sweep does what is left.
async fn begin_now(work: impl Future<Output = Result<(), StoreError>> + Send + 'static) {
    let work = async move {
        if let Err(error) = work.await {
            tracing::debug!(%error, "what a removal leaves to be done is left to the next sweep");
        }
    };
    let running = tokio::spawn(async move {
        let mut work = std::pin::pin!(work);
        if timeout(PATIENCE, &mut work).await.is_err()
            && let Ok(_place) = CONTINUED.try_acquire()
        {
            work.await;
        }
    });
    // One that ends in an error has been logged.
    let _ = timeout(PATIENCE, running).await;
}

/// What sweeps.
pub struct Sweeper {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    catalog: Arc<LiveCatalog>,
    /// How far it has come among the revisions of each collection.
    places: HashMap<String, Kept>,
    /// Names that were defined no longer at the last sweep, with the revision of their removal.
    removed: HashMap<String, i64>,
}

impl Sweeper {
    /// Sweeps what these collections hold at the time.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, catalog: Arc<LiveCatalog>) -> Self {
        Self { store, clock, catalog, places: HashMap::new(), removed: HashMap::new() }
    }

    /// Finishes removals of collections that are at least one sweep old: a younger one may still be running.
    async fn finish_removals(&mut self) -> Result<(), ResourceError> {
        let known = std::mem::take(&mut self.removed);
        for StoredDefinition { name, revision, text, .. } in self.store.definitions().await? {
            if text.is_some() || self.catalog.standing(&name).file.is_some() {
                continue;
            }
            if known.get(&name) == Some(&revision)
                && undefine::finish(&*self.store, &*self.clock, &name, revision).await?
            {
                tracing::info!(collection.name = %name, "the removal of a collection was finished");
            } else {
                self.removed.insert(name, revision);
            }
        }
        Ok(())
    }

    /// One sweep.
    pub async fn sweep(&mut self) -> Result<(), ResourceError> {
        self.finish_removals().await?;
        let served = self.catalog.served();
        for collection in served.catalog.iter() {
            if let Some(age) = collection.longest_past() {
                keep::by_age(&*self.store, &*self.clock, collection, age).await?;
            }
            let after = self.places.remove(collection.name());
            let next = match collection.most_revisions() {
                Some(most) => keep::by_number(&*self.store, &*self.clock, collection, most, after).await?,
                None if !collection.keeps_removed() => {
                    keep::without_document(&*self.store, collection, after).await?
                }
                None => None,
            };
            self.places.extend(next.map(|next| (collection.name().to_owned(), next)));
        }
        for turned in self.store.turned(&timestamp(self.clock.now() - NOTED), TURNED).await? {
            hide::follow(&*self.store, &*self.clock, &served, &turned.id).await?;
            self.store.followed(&turned).await?;
        }
        for purge in self.store.purges(self.clock.now() - NOTED, PURGES).await? {
            finish::hide(&*self.store, &*self.clock, &served, &purge).await?;
            finish::erase(&*self.store, &*self.clock, &served, &purge).await?;
            finish::settle(&*self.store, &purge).await?;
            tracing::info!(collection.name = %purge.collection, document = %purge.document, "purge finished");
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "../tests/retention.rs"]
mod tests;
