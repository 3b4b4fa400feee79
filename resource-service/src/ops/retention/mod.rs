//! What goes for good, and when: beside requests, by every replica, in steps that can be repeated and done by several at
//! once.

mod finish;
pub mod purge;

use std::{sync::Arc, time::Duration};

use service_kit::clock::Clock;
use tokio::time::sleep;

use super::catalog::LiveCatalog;
use crate::store::{Store, StoreError};

/// How long is paused between two sweeps.
const PAUSE: Duration = Duration::from_secs(60);
/// The pause until the definitions have been read.
const UNTIL_LOADED: Duration = Duration::from_secs(1);
/// How long a purge is noted. What was being written when the document went is found when its time is over, and those
/// who follow changes have been told.
const NOTED: Duration = Duration::from_secs(60);
/// The purges that one sweep finishes at most.
const PURGES: u32 = 1_000;

/// What sweeps.
pub struct Sweeper {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    catalog: Arc<LiveCatalog>,
}

impl Sweeper {
    /// Sweeps what these collections hold at the time.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, catalog: Arc<LiveCatalog>) -> Self {
        Self { store, clock, catalog }
    }

    /// Sweeps for as long as the process runs.
    pub async fn run(mut self) {
        while self.catalog.loaded().is_err() {
            sleep(UNTIL_LOADED).await;
        }
        loop {
            if let Err(error) = self.sweep().await {
                tracing::warn!(%error, "what is to be removed for good could not be removed; retrying");
            }
            sleep(PAUSE).await;
        }
    }

    /// One sweep.
    pub async fn sweep(&mut self) -> Result<(), StoreError> {
        let served = self.catalog.served();
        for purge in self.store.purges(self.clock.now() - NOTED, PURGES).await? {
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
