//! What users do with their sessions: list them, end them.

use super::{Auth, AuthError};
use crate::domain::{
    id,
    session::{EndReason, Session},
};

impl Auth {
    /// The user's sessions that can still be renewed, newest first.
    pub async fn sessions(&self, user_id: &str) -> Result<Vec<Session>, AuthError> {
        Ok(self.store.live_sessions(user_id, self.now()).await?)
    }

    /// Ends one session of the user.
    pub async fn end_session(&self, user_id: &str, id: &str) -> Result<(), AuthError> {
        let ended = id::is_id(id) && self.store.end_session(user_id, id, EndReason::EndedByUser).await?;
        if ended { Ok(()) } else { Err(AuthError::NotFound("session")) }
    }

    /// Ends all sessions of the user, the one that asks included.
    pub async fn end_sessions(&self, user_id: &str) -> Result<(), AuthError> {
        Ok(self.store.end_sessions(user_id, EndReason::EndedByUser).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::World, *};

    #[tokio::test]
    async fn users_see_and_end_their_own_sessions_alone() {
        let world = World::new().await;
        let ada = world.user("ada@example.org").await;
        world.user("eve@example.org").await;
        let (mine, theirs) = (world.login("ada@example.org").await, world.login("eve@example.org").await);
        let listed = world.auth.sessions(&ada.id).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].id, mine.refresh_token.session_id);

        let missing = Err(AuthError::NotFound("session"));
        assert_eq!(world.auth.end_session(&ada.id, &theirs.refresh_token.session_id).await, missing);
        assert_eq!(world.auth.end_session(&ada.id, "../1").await, missing);
        assert_eq!(world.auth.end_session(&ada.id, &mine.refresh_token.session_id).await, Ok(()));
        assert_eq!(world.auth.end_session(&ada.id, &mine.refresh_token.session_id).await, missing);
        assert!(world.renew(&mine.refresh_token).await.is_err());
        assert!(world.renew(&theirs.refresh_token).await.is_ok());
    }

    #[tokio::test]
    async fn ending_all_sessions_ends_every_one() {
        let world = World::new().await;
        let ada = world.user("ada@example.org").await;
        let grants = [world.login("ada@example.org").await, world.login("ada@example.org").await];
        world.auth.end_sessions(&ada.id).await.unwrap();
        assert!(world.auth.sessions(&ada.id).await.unwrap().is_empty());
        for grant in grants {
            assert!(world.renew(&grant.refresh_token).await.is_err());
        }
    }
}
