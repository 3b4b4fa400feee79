//! The port to sessions that are still to be ended, and how an act ends those that it must before it is acknowledged.

use std::time::Duration;

use async_trait::async_trait;
use shared_models::revocations::RevocationKind;
use time::OffsetDateTime;
use tokio::time::timeout;

use super::{Revocations, StoreError};
use crate::domain::{
    ending::{Ending, Whose},
    revocation::RevocationClock,
};

/// How many sessions one transaction ends.
pub const AT_ONCE: u32 = 250;
/// How long an act ends a user's sessions one by one before it revokes all of the user's tokens instead.
const OF_USER: Duration = Duration::from_secs(1);
/// How long an act ends the job grants of a client, which no other revocation names.
const OF_CLIENT: Duration = Duration::from_secs(4);

/// The notes of sessions that are still to be ended. A note is written in the transaction of its act.
#[async_trait]
pub trait Endings: Send + Sync {
    /// What acts from before that time left to be ended, oldest first.
    async fn pending_endings(&self, before: OffsetDateTime, limit: u32) -> Result<Vec<Ending>, StoreError>;

    /// Ends at most `limit` sessions; `true`, and the note is removed, once none is left.
    async fn end_some(
        &self,
        ending: &Ending,
        limit: u32,
        clock: &RevocationClock,
    ) -> Result<bool, StoreError>;
}

/// Ends sessions whose tokens are revoked with them, after the act is committed. When this returns `Ok`, no token of
/// theirs is accepted any more: where there are too many to end in time, or one is being written by others, all tokens
/// of the user are revoked, and the sessions are ended later.
pub(super) async fn finish<S: Endings + Revocations>(
    store: &S,
    ending: &Ending,
    clock: &RevocationClock,
) -> Result<(), StoreError> {
    let every = async {
        while !store.end_some(ending, AT_ONCE, clock).await? {}
        Ok(())
    };
    match &ending.whose {
        Whose::User { id, .. } => match timeout(OF_USER, every).await {
            Ok(Ok(())) => Ok(()),
            _ => store.revoke(RevocationKind::Subject, id, clock).await,
        },
        Whose::Client { .. } => timeout(OF_CLIENT, every).await.unwrap_or(Err(StoreError::Unavailable)),
    }
}

/// The same for the job grants of several clients, in the time that those of one have.
pub(super) async fn finish_all<S: Endings + Revocations>(
    store: &S,
    endings: &[Ending],
    clock: &RevocationClock,
) -> Result<(), StoreError> {
    let every = async {
        for ending in endings {
            finish(store, ending, clock).await?;
        }
        Ok(())
    };
    timeout(OF_CLIENT, every).await.unwrap_or(Err(StoreError::Unavailable))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use service_kit::clock::SystemClock;
    use shared_models::revocations::{Revocation, RevocationPage};

    use super::*;
    use crate::domain::session::EndReason;

    /// Whose sessions cannot be ended, as of another replica's hands; what is revoked instead.
    #[derive(Default)]
    struct Stuck(Mutex<Vec<(RevocationKind, String)>>);

    #[async_trait]
    impl Endings for Stuck {
        async fn pending_endings(&self, _: OffsetDateTime, _: u32) -> Result<Vec<Ending>, StoreError> {
            Ok(Vec::new())
        }

        async fn end_some(&self, _: &Ending, _: u32, _: &RevocationClock) -> Result<bool, StoreError> {
            Err(StoreError::Unavailable)
        }
    }

    #[async_trait]
    impl Revocations for Stuck {
        async fn revoke(
            &self,
            kind: RevocationKind,
            value: &str,
            _: &RevocationClock,
        ) -> Result<(), StoreError> {
            self.0.lock().expect("not poisoned").push((kind, value.to_owned()));
            Ok(())
        }

        async fn correct_not_before(
            &self,
            _: RevocationKind,
            _: &str,
            _: i64,
            _: &RevocationClock,
        ) -> Result<Option<i64>, StoreError> {
            Ok(None)
        }

        async fn publish_revocations(&self, _: &RevocationClock) -> Result<(), StoreError> {
            Ok(())
        }

        async fn newest_revocation(&self) -> Result<i64, StoreError> {
            Ok(0)
        }

        async fn revocations_after(
            &self,
            _: i64,
            _: u32,
            _: OffsetDateTime,
        ) -> Result<RevocationPage, StoreError> {
            Ok(RevocationPage::default())
        }

        async fn revocations_of(&self, _: RevocationKind, _: &str) -> Result<Vec<Revocation>, StoreError> {
            Ok(Vec::new())
        }
    }

    #[tokio::test]
    async fn where_a_users_sessions_cannot_be_ended_in_time_all_their_tokens_are_revoked() {
        let (store, clock) =
            (Stuck::default(), RevocationClock::new(Arc::new(SystemClock), Duration::from_secs(300)));
        let ending = |whose| Ending {
            id: "e".into(),
            whose,
            reason: Some(EndReason::PasswordChange),
            revokes: true,
            at: OffsetDateTime::UNIX_EPOCH,
        };
        let of_user = ending(Whose::User { id: "ada".into(), token_version: 1 });
        assert_eq!(finish(&store, &of_user, &clock).await, Ok(()));
        let of_client = ending(Whose::Client { id: "key".into(), except_user: None });
        assert_eq!(finish(&store, &of_client, &clock).await, Err(StoreError::Unavailable));
        assert_eq!(finish_all(&store, &[of_client], &clock).await, Err(StoreError::Unavailable));
        assert_eq!(*store.0.lock().expect("not poisoned"), [(RevocationKind::Subject, "ada".to_owned())]);
    }
}
