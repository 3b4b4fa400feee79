//! Refreshes a session: a refresh token is used, its successor and a new access token are returned.

use std::time::{Duration, Instant};

use shared_models::scope::ScopeSet;

use super::{Auth, AuthError, Grant, JOB_CLIENT, Origin, audit::Act};
use crate::{
    domain::{
        audit::Action,
        refresh_token::{RefreshToken, Secret},
        session::Session,
        step::{Presented, Rotation},
    },
    metrics,
};

/// The request of a client to refresh its session.
#[derive(Clone, Copy, Debug)]
pub struct RefreshRequest<'a> {
    /// The refresh token.
    pub refresh_token: &'a str,
    /// The client that presents it.
    pub client_id: &'a str,
    /// The access token it had until now, expired or not; where given, it must be of the same session.
    pub access_token: Option<&'a str>,
    /// Fewer scopes than the session has, for this access token alone.
    pub scope: Option<&'a ScopeSet>,
    /// Where the request comes from.
    pub origin: &'a Origin,
    /// When the request arrived: a used token is judged by that, however long it waited here.
    pub arrived: Instant,
}

impl Auth {
    /// Refreshes a session. After an error other than [`AuthError::RefreshTokenReused`] the session is unchanged, or
    /// the same token returns the successor that was made for it.
    pub async fn rotate(&self, request: RefreshRequest<'_>) -> Result<Grant, AuthError> {
        self.refresh_session(request).await.map(|(grant, _)| grant)
    }

    /// The same, with the session as it is now.
    pub(super) async fn refresh_session(
        &self,
        request: RefreshRequest<'_>,
    ) -> Result<(Grant, Session), AuthError> {
        let outcome = self.refreshed(request).await;
        let counted = match &outcome {
            Ok((_, _, true)) => Some("renewed"),
            Ok((_, _, false)) => Some("repeated"),
            Err(AuthError::RefreshTokenReused) => Some("stolen"),
            Err(AuthError::Unavailable | AuthError::Unknown | AuthError::Internal(_)) => None,
            Err(_) => Some("refused"),
        };
        if let Some(counted) = counted {
            metrics::REFRESHES.with([counted]).increment(1);
        }
        outcome.map(|(grant, session, _)| (grant, session))
    }

    /// The same; and whether the token was used for the first time.
    async fn refreshed(&self, request: RefreshRequest<'_>) -> Result<(Grant, Session, bool), AuthError> {
        let token = RefreshToken::parse(request.refresh_token).ok_or(AuthError::InvalidRefreshToken)?;
        if let Some(access_token) = request.access_token {
            let claims = self.verifier.verify_ignoring_time(access_token);
            let session = claims.ok().and_then(|claims| claims.sid);
            if session.as_deref() != Some(token.session_id.as_str()) {
                return Err(AuthError::InvalidRefreshToken);
            }
        }
        let presented = Presented {
            token,
            client_id: request.client_id.to_owned(),
            successor: Secret::new(self.env.random.as_ref()),
            idle_ttl: self.idle_ttl(request.client_id),
            arrived: request.arrived,
        };
        let theft = Act::new(Action::RefreshTokenReused).refused(&"the session is ended");
        let theft = self.entry(request.origin, theft);
        match self.store.rotate(&presented, self.now(), &self.revocation_clock, &theft).await? {
            Rotation::Refreshed(session, secret) => {
                let first = secret == presented.successor;
                let next = presented.token.followed_by(secret);
                let grant = self.grant(&session, next, request.scope).await?;
                Ok((grant.ok_or(AuthError::InvalidRefreshToken)?, session, first))
            }
            Rotation::Stolen(session) => {
                tracing::warn!(
                    session.id = %session.id,
                    user.id = %session.user_id,
                    "a used refresh token was presented again; the session is ended"
                );
                Err(AuthError::RefreshTokenReused)
            }
            Rotation::Refused => Err(AuthError::InvalidRefreshToken),
        }
    }

    /// How long a session of this client waits to be refreshed: a job may queue for as long as it may live.
    fn idle_ttl(&self, client_id: &str) -> Duration {
        if client_id == JOB_CLIENT { self.policy.job_idle } else { self.policy.lifetimes.idle }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::World, *};

    #[tokio::test]
    async fn a_session_goes_on_with_the_next_token() {
        let world = World::new().await;
        world.user("ada@example.org").await;
        let first = world.login("ada@example.org").await;
        world.advance(200);
        let second = world.refresh(&first.refresh_token).await.unwrap();
        assert_ne!(second.refresh_token, first.refresh_token);
        assert_eq!(second.refresh_ttl.as_secs(), 3600);
        let claims = world.auth.verifier().verify(&second.access_token).unwrap();
        assert_eq!(claims.iat - claims.auth_time.unwrap(), 200);
    }

    #[tokio::test]
    async fn a_token_replayed_after_the_grace_ends_the_session_for_its_successor_too() {
        let world = World::new().await;
        world.user("ada@example.org").await;
        let first = world.login("ada@example.org").await;
        let second = world.refresh(&first.refresh_token).await.unwrap();
        world.advance(31);
        assert_eq!(world.refresh(&first.refresh_token).await.unwrap_err(), AuthError::RefreshTokenReused);
        assert_eq!(world.refresh(&second.refresh_token).await.unwrap_err(), AuthError::InvalidRefreshToken);
    }

    #[tokio::test]
    async fn an_idle_session_cannot_be_renewed() {
        let world = World::new().await;
        world.user("ada@example.org").await;
        let grant = world.login("ada@example.org").await;
        // The request arrives a moment before it is decided.
        world.advance(3601);
        assert_eq!(world.refresh(&grant.refresh_token).await.unwrap_err(), AuthError::InvalidRefreshToken);
    }

    #[tokio::test]
    async fn a_removed_users_session_cannot_be_renewed() {
        let world = World::new().await;
        let user = world.user("ada@example.org").await;
        let grant = world.login("ada@example.org").await;
        world.auth.delete_user(&World::confirmed(&user.id, "")).await.unwrap();
        assert_eq!(world.refresh(&grant.refresh_token).await.unwrap_err(), AuthError::InvalidRefreshToken);
    }

    #[tokio::test]
    async fn an_access_token_that_comes_along_must_be_of_the_same_session() {
        let world = World::new().await;
        world.user("ada@example.org").await;
        let (mine, other) = (world.login("ada@example.org").await, world.login("ada@example.org").await);
        let token = mine.refresh_token.expose();
        let origin = Origin::default();
        let with = |access_token| RefreshRequest {
            refresh_token: &token,
            client_id: "tessera",
            access_token,
            scope: None,
            origin: &origin,
            arrived: Instant::now(),
        };
        for wrong in [other.access_token.as_str(), "no token", ""] {
            let refusal = world.auth.rotate(with(Some(wrong))).await.unwrap_err();
            assert_eq!(refusal, AuthError::InvalidRefreshToken);
        }
        world.advance(1000);
        assert!(world.auth.rotate(with(Some(&mine.access_token))).await.is_ok());
    }

    #[tokio::test]
    async fn a_clock_that_was_ahead_ends_no_session_and_refuses_no_refresh() {
        let world = World::new().await;
        world.user("ada@example.org").await;
        world.advance(3600);
        let ahead = world.login("ada@example.org").await;
        world.set_back(3600);
        let (token, origin) = (ahead.refresh_token.expose(), Origin::default());
        let request = RefreshRequest {
            refresh_token: &token,
            client_id: "tessera",
            access_token: Some(&ahead.access_token),
            scope: None,
            origin: &origin,
            arrived: Instant::now(),
        };
        let refreshed = world.auth.rotate(request).await.unwrap();
        assert!(world.auth.verifier().verify(&refreshed.access_token).is_ok());
        assert!(world.auth.rotate(request).await.is_ok(), "a repeat of one that was rotated");
    }

    #[tokio::test]
    async fn another_client_gets_nothing_and_the_session_lives_on() {
        let world = World::new().await;
        world.user("ada@example.org").await;
        let grant = world.login("ada@example.org").await;
        let token = grant.refresh_token.expose();
        let origin = Origin::default();
        let theirs = RefreshRequest {
            refresh_token: &token,
            client_id: "another",
            access_token: None,
            scope: None,
            origin: &origin,
            arrived: Instant::now(),
        };
        assert_eq!(world.auth.rotate(theirs).await.unwrap_err(), AuthError::InvalidRefreshToken);
        assert!(world.refresh(&grant.refresh_token).await.is_ok());
    }
}
