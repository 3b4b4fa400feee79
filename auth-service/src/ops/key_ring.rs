//! Records changes of the key ring in the audit log. An operator changes the file outside this service, so the entries
//! name nobody. The store keeps the ring as it was last recorded. So only the first replica that reads a changed file
//! records the change, and a change that was made while no replica ran is recorded at the next start.

use std::{sync::Arc, time::Duration};

use service_kit::keys::Key;
use tokio::time::sleep;

use super::{Auth, Origin, audit::Act};
use crate::{
    domain::{
        audit::Action,
        key_ring::{KeyState, RingState},
    },
    store::StoreError,
};

/// How often a process compares its ring with what it recorded.
const EVERY: Duration = Duration::from_secs(1);

impl Auth {
    /// Records each change of the ring, as long as the use cases are in use. A store that is away is tried again.
    pub fn keep_recording_keys(self: &Arc<Self>) {
        let auth = Arc::downgrade(self);
        tokio::spawn(async move {
            let mut recorded = None;
            loop {
                sleep(EVERY).await;
                let Some(auth) = auth.upgrade() else { return };
                let ring = auth.ring_state();
                if recorded.as_ref() == Some(&ring) {
                    continue;
                }
                match auth.record_keys(&ring).await {
                    Ok(()) => recorded = Some(ring),
                    Err(error) => tracing::debug!(%error, "could not record the state of the key ring"),
                }
            }
        });
    }

    fn ring_state(&self) -> RingState {
        let key = |key: &Key| {
            let state = KeyState { signs: key.signs(), fingerprint: Some(key.fingerprint.clone()) };
            (key.kid.clone(), state)
        };
        self.keys.current().keys().iter().map(key).collect()
    }

    async fn record_keys(&self, ring: &RingState) -> Result<(), StoreError> {
        let entry = self.entry(&Origin::default(), Act::new(Action::SigningKeyAdded));
        self.store.record_ring(ring, &entry).await
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use crate::store::AuditFilter;

    #[tokio::test]
    async fn the_key_that_signs_is_in_the_log_once_however_often_a_process_starts() {
        let world = World::new().await;
        let ring = world.auth.ring_state();
        for _ in 0..2 {
            world.auth.record_keys(&ring).await.unwrap();
            world.advance(1);
        }
        let filter = AuditFilter { limit: 10, ..AuditFilter::default() };
        let entries = world.auth.audit(&filter).await.unwrap();
        let mut actions: Vec<_> = entries.iter().map(|entry| entry.action.name()).collect();
        actions.sort_unstable();
        assert_eq!(actions, ["signing_key_added", "signing_key_promoted"]);
        let (kid, key) = ring.iter().next().unwrap();
        assert!(key.signs && entries.iter().all(|entry| entry.target.as_ref().unwrap().id == kid));
        assert!(entries.iter().all(|entry| entry.actor.is_none() && entry.purge_at.is_some()));
    }
}
