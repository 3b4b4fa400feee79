//! The sweeps of a replica: what removes, beside requests, what is no longer needed. Every replica runs them, and each can
//! be repeated and done by several at once.

use std::{sync::Arc, time::Duration};

use service_kit::clock::Clock;
use tokio::time::sleep;

use super::{artifacts, catalog::LiveCatalog, retention};
use crate::store::Store;

/// How long is paused between two sweeps.
const PAUSE: Duration = Duration::from_secs(60);
/// The pause until the definitions have been read.
const UNTIL_LOADED: Duration = Duration::from_secs(1);

/// Sweeps what the collections hold that are served at the time, for as long as the process runs.
pub async fn run(store: Arc<dyn Store>, clock: Arc<dyn Clock>, catalog: Arc<LiveCatalog>) {
    while catalog.loaded().is_err() {
        sleep(UNTIL_LOADED).await;
    }
    let mut artifacts =
        artifacts::sweep::Sweeper::new(Arc::clone(&store), Arc::clone(&clock), Arc::clone(&catalog));
    let mut retention = retention::Sweeper::new(store, clock, catalog);
    loop {
        let (blobs, kept) = tokio::join!(artifacts.sweep(), retention.sweep());
        match blobs {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "blobs removed that no artifact needs"),
            Err(error) => tracing::warn!(%error, "artifacts could not be swept; retrying"),
        }
        if let Err(error) = kept {
            tracing::warn!(%error, "what is to be removed for good could not be removed; retrying");
        }
        sleep(PAUSE).await;
    }
}
