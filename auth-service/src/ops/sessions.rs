//! What users do with their sessions: list them, end them.

use super::{Actor, Auth, AuthError, Confirmed, audit::Act};
use crate::{
    domain::{
        audit::{Action, Entry},
        id,
        session::{EndReason, Session},
        user::User,
    },
    store::SessionFilter,
};

/// How often an act is tried if others write at the same time.
const MAX_TRIES: usize = 8;

impl Auth {
    /// At most `limit` of the user's sessions that can still be refreshed, newest first, from behind the session
    /// `after`.
    pub async fn sessions(
        &self,
        user_id: &str,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<Session>, AuthError> {
        let user = self.store.user(user_id).await?;
        let token_version = user.map_or(0, |user| user.token_version);
        let filter = SessionFilter { user_id: user_id.to_owned(), token_version, after, limit };
        Ok(self.store.live_sessions(&filter, self.now()).await?)
    }

    /// Ends one session of the user who calls.
    pub async fn end_session(&self, actor: &Actor, id: &str) -> Result<(), AuthError> {
        let entry = self.entry_of(actor, Act::new(Action::SessionEnded).to("session", id));
        self.end_one_session(&actor.subject, id, EndReason::EndedByUser, &entry).await
    }

    pub(super) async fn end_one_session(
        &self,
        user: &str,
        id: &str,
        reason: EndReason,
        entry: &Entry,
    ) -> Result<(), AuthError> {
        let ended =
            id::is_id(id) && self.store.end_session(user, id, reason, &self.revocation_clock, entry).await?;
        if ended { Ok(()) } else { Err(AuthError::NotFound("session")) }
    }

    /// Ends all sessions of the user who calls, the calling one included.
    pub async fn end_sessions(&self, actor: &Confirmed) -> Result<(), AuthError> {
        let user = self.known_user(&actor.subject).await?;
        let entry = self.entry_of(actor, Act::new(Action::SessionsEnded).to("user", &user.id));
        self.end_all(user, EndReason::EndedByUser, &entry).await
    }

    /// Ends all sessions of a user, from whatever state they are in now.
    pub(super) async fn end_all(
        &self,
        mut user: User,
        reason: EndReason,
        entry: &Entry,
    ) -> Result<(), AuthError> {
        for _ in 0..MAX_TRIES {
            if self.store.end_sessions(&user, reason, &self.revocation_clock, entry).await? {
                return Ok(());
            }
            user = self.user(&user.id).await?;
        }
        Err(AuthError::ChangedMeanwhile)
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
        let listed = world.auth.sessions(&ada.id, None, 10).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].id, mine.refresh_token.session_id);

        let asking = World::acting(&ada.id, "");
        let missing = Err(AuthError::NotFound("session"));
        assert_eq!(world.auth.end_session(&asking, &theirs.refresh_token.session_id).await, missing);
        assert_eq!(world.auth.end_session(&asking, "../1").await, missing);
        assert_eq!(world.auth.end_session(&asking, &mine.refresh_token.session_id).await, Ok(()));
        assert_eq!(world.auth.end_session(&asking, &mine.refresh_token.session_id).await, missing);
        assert!(world.refresh(&mine.refresh_token).await.is_err());
        assert!(world.refresh(&theirs.refresh_token).await.is_ok());
    }

    #[tokio::test]
    async fn ending_all_sessions_ends_every_one() {
        let world = World::new().await;
        let ada = world.user("ada@example.org").await;
        let grants = [world.login("ada@example.org").await, world.login("ada@example.org").await];
        world.auth.end_sessions(&World::confirmed(&ada.id, "")).await.unwrap();
        assert!(world.auth.sessions(&ada.id, None, 10).await.unwrap().is_empty());
        for grant in grants {
            assert!(world.refresh(&grant.refresh_token).await.is_err());
        }
    }
}
