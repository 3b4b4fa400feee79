//! Ends, in bounded steps, the sessions that an act has left to be ended. Nothing waits for it and nothing depends on
//! it: they can no longer be refreshed. What one replica leaves undone another continues, or the next start.

use std::{sync::Arc, time::Duration};

use tokio::time::sleep;

use super::Auth;
use crate::{
    domain::ending::Ending,
    store::{AT_ONCE, StoreError},
};

/// How often a process looks for sessions that are left.
const EVERY: Duration = Duration::from_secs(1);
/// How long other processes leave the work to the one that did the act.
const OWN: Duration = Duration::from_secs(2);
/// How many acts are read together.
const ACTS: u32 = 20;

impl Auth {
    /// Looks after what processes that ended, or acts with many sessions, left undone, as long as the use cases are in
    /// use.
    pub fn keep_finishing(self: &Arc<Self>) {
        let auth = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                sleep(EVERY).await;
                let Some(auth) = auth.upgrade() else { return };
                // An unavailable store is reported by the requests that need it.
                if let Err(error) = auth.finish_pending().await {
                    tracing::debug!(%error, "could not finish the remaining work of earlier acts");
                }
            }
        });
    }

    /// Publishes revocations, ends sessions and brings entries to the audit log that are left. What cannot be done now
    /// holds up nothing else.
    async fn finish_pending(&self) -> Result<(), StoreError> {
        let published = self.store.publish_revocations(&self.revocation_clock).await;
        let ended = self.finish_endings().await;
        let gathered = self.store.gather_audit().await;
        published.and(ended).and(gathered)
    }

    async fn finish_endings(&self) -> Result<(), StoreError> {
        let mut outcome = Ok(());
        for ending in self.store.pending_endings(self.now() - OWN, ACTS).await? {
            outcome = outcome.and(self.finish(&ending).await);
        }
        outcome
    }

    async fn finish(&self, ending: &Ending) -> Result<(), StoreError> {
        while !self.store.end_some(ending, AT_ONCE, &self.revocation_clock).await? {
            // However long this takes, revocations do not wait for it.
            self.store.publish_revocations(&self.revocation_clock).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use shared_models::auth::UserChange;

    use super::super::testing::World;

    #[tokio::test]
    async fn what_a_disabled_user_had_open_is_ended_later_and_is_worth_nothing_before() {
        let world = World::new().await;
        let admin = world.admin().await;
        let user = world.user("ada@example.org").await;
        let grants = [world.login("ada@example.org").await, world.login("ada@example.org").await];
        let disable = UserChange { disabled: Some(true), ..UserChange::default() };
        world.auth.change_user(&admin, &user.id, &disable).await.unwrap();
        assert!(world.auth.sessions(&user.id, None, 10).await.unwrap().is_empty());
        for grant in &grants {
            assert!(world.refresh(&grant.refresh_token).await.is_err());
        }
        world.auth.finish_pending().await.unwrap();
        let session = &grants[0].refresh_token.session_id;
        assert_eq!(world.auth.store.session(session).await.unwrap().unwrap().ended, None, "too early");
        world.advance(3);
        world.auth.finish_pending().await.unwrap();
        for grant in grants {
            let session = world.auth.store.session(&grant.refresh_token.session_id).await.unwrap().unwrap();
            assert_eq!(session.ended, Some(crate::domain::session::EndReason::EndedByAdmin));
        }
        assert!(world.auth.store.pending_endings(world.auth.now(), 10).await.unwrap().is_empty());
    }
}
