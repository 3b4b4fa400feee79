//! Ends the session of a refresh token.

use super::{Auth, AuthError, Origin, audit::Act};
use crate::domain::{
    audit::Action,
    refresh_token::RefreshToken,
    session::{EndReason, Session},
};

impl Auth {
    /// Ends the session that the token belongs to; a used token of a session ends it too. A token that is not
    /// valid is no error: its holder is logged out.
    pub async fn logout(&self, refresh_token: &str, origin: Origin) -> Result<(), AuthError> {
        let Some(token) = RefreshToken::parse(refresh_token) else { return Ok(()) };
        let Some(session) = self.store.session(&token.session_id).await? else { return Ok(()) };
        if token.session_secret.is_behind(&session.session_hash) {
            let Session { id, user_id, client_id, .. } = &session;
            let act = Act::new(Action::Logout).by(user_id, client_id).to("session", id);
            let (reason, entry) = (EndReason::Logout, self.entry(&origin, act));
            self.store.end_session(user_id, id, reason, &self.revocation_clock, &entry).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use service_kit::random::OsRandom;

    use super::{super::testing::World, *};
    use crate::domain::refresh_token::Secret;

    #[tokio::test]
    async fn after_a_logout_no_token_of_the_session_renews_it() {
        let world = World::new().await;
        world.user("ada@example.org").await;
        let first = world.login("ada@example.org").await;
        let second = world.refresh(&first.refresh_token).await.unwrap();
        world.auth.logout(&first.refresh_token.expose(), Origin::default()).await.unwrap();
        for token in [first.refresh_token, second.refresh_token] {
            assert_eq!(world.refresh(&token).await.unwrap_err(), AuthError::InvalidRefreshToken);
        }
    }

    #[tokio::test]
    async fn nobody_is_logged_out_by_one_who_knows_only_the_session_id() {
        let world = World::new().await;
        world.user("ada@example.org").await;
        let grant = world.login("ada@example.org").await;
        let guess = RefreshToken { session_secret: Secret::new(&OsRandom), ..grant.refresh_token.clone() };
        world.auth.logout(&guess.expose(), Origin::default()).await.unwrap();
        world.auth.logout("no token", Origin::default()).await.unwrap();
        assert!(world.refresh(&grant.refresh_token).await.is_ok());
    }
}
