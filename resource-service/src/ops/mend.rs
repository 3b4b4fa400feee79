//! Looks again at what older replicas may have written while a definition, or the program, was being replaced.
//!
//! Until the next look, a document that an older replica wrote with a point in time is found under its old time or not
//! at all, and pages of a list may miss or repeat a document whose special numbers are stored as the old definition
//! said. To mend a document is no change of it: no revision and no event.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};

use super::catalog::LiveCatalog;
use crate::{domain::collection::Collection, store::Store};

/// How long after a definition is served here its documents are looked at again: replicas change their definitions
/// within five seconds, and are replaced within minutes.
const LOOKS: [Duration; 5] = [
    Duration::from_secs(6),
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(15 * 60),
    Duration::from_secs(60 * 60),
];
/// The pause between two looks at the definitions.
const PAUSE: Duration = Duration::from_secs(1);

/// A collection that was taken into service a while ago.
struct Served {
    collection: Arc<Collection>,
    since: Instant,
    looks: usize,
}

fn is_served(catalog: &LiveCatalog, collection: &Arc<Collection>) -> bool {
    catalog.get(collection.name()).is_some_and(|served| Arc::ptr_eq(&served, collection))
}

/// Mends documents for as long as the process runs. Failures are logged, and the next look tries again.
pub async fn follow(catalog: Arc<LiveCatalog>, store: Arc<dyn Store>) {
    let mut known: HashMap<String, Served> = HashMap::new();
    loop {
        sleep(PAUSE).await;
        let served = catalog.served();
        known.retain(|name, _| served.catalog.get(name).is_some());
        for collection in served.catalog.iter() {
            let fresh = || Served { collection: Arc::clone(collection), since: Instant::now(), looks: 0 };
            let entry = known.entry(collection.name().to_owned()).or_insert_with(fresh);
            if !Arc::ptr_eq(&entry.collection, collection) {
                *entry = fresh();
            }
            if LOOKS.get(entry.looks).is_none_or(|after| entry.since.elapsed() < *after) {
                continue;
            }
            // Documents are never mended for a definition that another one has replaced, which is not served here yet.
            if catalog.refresh(&*store).await.is_err() || !is_served(&catalog, collection) {
                continue;
            }
            entry.looks += 1;
            match store.mend(collection).await {
                Ok(0) => {}
                Ok(documents) => {
                    tracing::info!(
                        collection.name = collection.name(),
                        documents,
                        "documents that were stored for another definition were mended"
                    );
                }
                Err(error) => {
                    tracing::warn!(collection.name = collection.name(), %error, "documents that were stored for another definition could not be mended");
                }
            }
        }
    }
}
