//! What a proven session gets: a signed access token, and the refresh token that gets the next one.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use service_kit::{random, token::mint};
use shared_models::{
    claims::{AccessClaims, Audience},
    scope::ScopeSet,
};

use super::{Auth, AuthError};
use crate::domain::{refresh_token::RefreshToken, roles, session::Session, user::User};

/// Tokens for the caller.
#[derive(Debug)]
pub struct Grant {
    /// The access token.
    pub access_token: String,
    /// Seconds until it is no longer good.
    pub expires_in: u64,
    /// What it allows.
    pub scope: ScopeSet,
    /// The refresh token: a credential.
    pub refresh_token: RefreshToken,
    /// Until the session ends unless it is renewed.
    pub refresh_ttl: Duration,
}

impl Auth {
    /// Issues tokens for a session whose last write is acknowledged; nothing if its user may no longer have any.
    ///
    /// The user is read here, after that write: whoever disables them or changes their password before this
    /// read is obeyed, and whoever does so after it has raised `token_version` against the next renewal.
    pub(super) async fn grant(
        &self,
        session: &Session,
        refresh_token: RefreshToken,
    ) -> Result<Option<Grant>, AuthError> {
        let user = self.store.user(&session.user_id).await?;
        let entitled = |user: &User| !user.disabled && user.token_version == session.token_version;
        let Some(user) = user.filter(entitled) else { return Ok(None) };
        let scope = roles::still_held(&roles::scopes_of(&user.roles), session.scope.as_ref());
        let claims = self.claims(session, &user, scope.clone());
        let access_token =
            mint(&self.keys.current(), &claims).map_err(|error| AuthError::Internal(error.to_string()))?;
        let remaining = session.idle_expires_at - session.last_used_at;
        Ok(Some(Grant {
            access_token,
            expires_in: self.policy.access_ttl.as_secs(),
            scope,
            refresh_token,
            refresh_ttl: remaining.try_into().unwrap_or_default(),
        }))
    }

    fn claims(&self, session: &Session, user: &User, scope: ScopeSet) -> AccessClaims {
        let now = self.env.clock.now().unix_timestamp();
        let ttl = i64::try_from(self.policy.access_ttl.as_secs()).unwrap_or(i64::MAX);
        AccessClaims {
            iss: self.policy.issuer.clone(),
            sub: user.id.clone(),
            aud: Audience::One(self.policy.audience.clone()),
            exp: now.saturating_add(ttl),
            iat: now,
            nbf: None,
            jti: URL_SAFE_NO_PAD.encode(random::bytes::<16>(self.env.random.as_ref())),
            client_id: session.client_id.clone(),
            scope,
            roles: user.roles.clone(),
            sid: Some(session.id.clone()),
            auth_time: Some(session.created_at.unix_timestamp()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;

    #[tokio::test]
    async fn a_token_says_who_for_whom_what_and_since_when() {
        let world = World::new().await;
        let user = world.user("ada@example.org").await;
        let grant = world.login("ada@example.org").await;
        let claims = world.auth.verifier().verify(&grant.access_token).unwrap();
        assert_eq!(claims.sub, user.id);
        assert_eq!(claims.client_id, "tessera");
        assert_eq!(claims.roles, ["scientist"]);
        assert_eq!(claims.scope, grant.scope);
        assert_eq!(claims.sid.as_deref(), Some(grant.refresh_token.session_id.as_str()));
        assert_eq!(claims.auth_time, Some(claims.iat));
        assert_eq!(claims.exp - claims.iat, 300);
        assert_eq!((grant.expires_in, grant.refresh_ttl.as_secs()), (300, 3600));
    }

    #[tokio::test]
    async fn a_token_with_every_built_in_role_stays_within_one_kibibyte() {
        let world = World::new().await;
        let roles = ["admin", "scientist", "viewer"].map(String::from).to_vec();
        world.user_with_roles("ada@example.org", roles).await;
        let token = world.login("ada@example.org").await.access_token;
        assert!(token.len() <= 1024, "{} bytes", token.len());
    }

    #[tokio::test]
    async fn two_tokens_of_one_second_differ() {
        let world = World::new().await;
        world.user("ada@example.org").await;
        let (first, second) = (world.login("ada@example.org").await, world.login("ada@example.org").await);
        assert_ne!(first.access_token, second.access_token);
    }
}
