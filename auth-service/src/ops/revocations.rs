//! The revocation feed for followers: the entries after their cursor, immediately or as soon as there are any.

use std::{sync::Arc, time::Duration};

use shared_models::revocations::RevocationPage;
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
const PAGE: u32 = 1000;

/// The newest entry that this process knows: all waiting requests share one read of the store.
pub(super) struct Feed(watch::Sender<i64>);

impl Default for Feed {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Auth {
    /// The revocations after the cursor. If there are none, waits for one, at most `wait`.
    pub async fn revocations(&self, cursor: i64, wait: Duration) -> Result<RevocationPage, AuthError> {
        let mut newest = self.feed.0.subscribe();
        let page = self.revocations_now(cursor).await?;
        if !page.entries.is_empty() || wait.is_zero() {
            return Ok(page);
        }
        let more = newest.wait_for(|newest| *newest > page.next);
        if timeout(wait, more).await.is_err() {
            return Ok(page);
        }
        self.revocations_now(page.next).await
    }

    async fn revocations_now(&self, cursor: i64) -> Result<RevocationPage, AuthError> {
        let page = timeout(LOOK, self.store.revocations_after(cursor, PAGE, self.now())).await;
        Ok(page.unwrap_or(Err(StoreError::Unavailable))?)
    }

    /// Polls for new entries while requests wait for one, as long as the use cases are in use.
    pub fn watch_revocations(self: &Arc<Self>) {
        let auth = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                sleep(TICK).await;
                let Some(auth) = auth.upgrade() else { return };
                if auth.feed.0.receiver_count() == 0 {
                    continue;
                }
                // The error of an unavailable store is returned to the next call.
                if let Ok(newest) = auth.store.newest_revocation().await {
                    auth.feed.0.send_if_modified(|known| std::mem::replace(known, newest) != newest);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use shared_models::revocations::RevocationKind;

    use super::{super::testing::World, *};

    #[tokio::test]
    async fn a_waiting_reader_is_answered_as_soon_as_there_is_something() {
        let world = World::new().await;
        world.auth.watch_revocations();
        let none = world.auth.revocations(0, Duration::from_millis(10)).await.unwrap();
        assert_eq!(none, RevocationPage { entries: Vec::new(), next: 0 });
        let waiting = {
            let auth = Arc::clone(&world.auth);
            tokio::spawn(async move { auth.revocations(0, Duration::from_secs(20)).await })
        };
        sleep(Duration::from_millis(50)).await;
        let auth = &world.auth;
        auth.store.revoke(RevocationKind::Key, "k", &auth.revocation_clock).await.unwrap();
        let answer = timeout(Duration::from_secs(2), waiting).await.unwrap().unwrap().unwrap();
        assert_eq!(answer.entries[0].value, "k");
        let again = world.auth.revocations(answer.next, Duration::ZERO).await.unwrap();
        assert!(again.entries.is_empty());
    }
}
