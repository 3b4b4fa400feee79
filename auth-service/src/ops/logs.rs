//! The logs that other services follow: how far each has grown, for the requests that wait for more.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use super::{Auth, AuthError};
use crate::store::StoreError;

/// How often the store is asked for the newest entry while somebody waits.
const TICK: Duration = Duration::from_millis(100);
/// How long one read of the store may take.
const LOOK: Duration = Duration::from_secs(4);
/// Entries of one answer.
pub(super) const PAGE: u32 = 1000;

/// The newest entry of a log that this process knows: all waiting requests share one read of the store.
pub(super) struct Newest(watch::Sender<i64>);

impl Default for Newest {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Newest {
    /// A request that may wait. It misses nothing that is added from now on.
    pub(super) fn waiting(&self) -> Waiting {
        Waiting(self.0.subscribe())
    }

    /// Asks for the newest entry if anybody waits for one.
    async fn look(&self, newest: impl Future<Output = Result<i64, StoreError>>) {
        if self.0.receiver_count() == 0 {
            return;
        }
        // The error of an unavailable store is returned to the next call.
        if let Ok(newest) = newest.await {
            self.0.send_if_modified(|known| std::mem::replace(known, newest) != newest);
        }
    }
}

/// A request that may wait for the next entry of a log.
pub(super) struct Waiting(watch::Receiver<i64>);

impl Waiting {
    /// Waits, at most that long, for an entry after `cursor`; whether there is one.
    pub(super) async fn until_after(mut self, cursor: i64, wait: Duration) -> bool {
        !wait.is_zero() && timeout(wait, self.0.wait_for(|newest| *newest > cursor)).await.is_ok()
    }
}

/// A read of a log, which must not take long: somebody waits for what it says.
pub(super) async fn in_time<T>(read: impl Future<Output = Result<T, StoreError>>) -> Result<T, AuthError> {
    Ok(timeout(LOOK, read).await.unwrap_or(Err(StoreError::Unavailable))?)
}

impl Auth {
    /// Looks for new entries while requests wait for one, as long as the use cases are in use.
    pub fn watch_logs(self: &Arc<Self>) {
        let auth = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                sleep(TICK).await;
                let Some(auth) = auth.upgrade() else { return };
                let revocations = auth.revocation_log.look(auth.store.newest_revocation());
                let memberships = auth.membership_log.look(auth.store.newest_membership());
                tokio::join!(revocations, memberships);
            }
        });
    }
}
