//! Whether an access token is still valid, and what it allows now. This service's own endpoints, introspection and
//! token exchange use it. Unlike resource-service, which follows the revocation feed, it reads the store.

use shared_models::{
    claims::{AccessClaims, Principal},
    revocations::RevocationKind,
    scope::ScopeSet,
};

use super::{Auth, AuthError};
use crate::domain::{client::Client, roles, session::Session, user::User};

/// A token that is still valid.
#[derive(Clone, Debug)]
pub(super) struct TokenStatus {
    /// What kind of principal has the token.
    pub principal: Principal,
    /// What the token allows, less what its user, client and session no longer allow.
    pub scope: ScopeSet,
}

impl Auth {
    /// The state of a verified token now. [`AuthError::UserGone`] if the user was removed or disabled, if their
    /// tokens of that time were revoked, and where the same happened to the client; [`AuthError::SessionEnded`] where
    /// the session ended or expired; [`AuthError::TokenRevoked`] where the token itself was revoked.
    pub(super) async fn token_status(&self, claims: &AccessClaims) -> Result<TokenStatus, AuthError> {
        let principal = claims.principal();
        let (user, client, session, revoked) = tokio::try_join!(
            async { Ok::<_, AuthError>(self.store.user(&claims.sub).await?) },
            self.client_behind(claims, principal),
            async {
                match &claims.sid {
                    Some(id) => Ok(self.store.session(id).await?),
                    None => Ok(None),
                }
            },
            self.is_revoked(claims),
        )?;
        if revoked {
            return Err(AuthError::TokenRevoked);
        }
        let held = self.held(claims, user.as_ref(), client.as_ref()).await?;
        let session = match (&claims.sid, session) {
            (None, _) => None,
            (Some(_), Some(session)) if self.is_active(&session, user.as_ref()) => Some(session),
            (Some(_), _) => return Err(AuthError::SessionEnded),
        };
        let principal = match (principal, &user, &session) {
            (Principal::Login, Some(user), Some(session)) => self.kind_of_login(user, session).await?,
            (other, _, _) => other,
        };
        Ok(TokenStatus { principal, scope: roles::still_held(&held, Some(&claims.scope)) })
    }

    /// Whether this single token was revoked (RFC 7009). Revoking one that belongs to a session ends the session.
    async fn is_revoked(&self, claims: &AccessClaims) -> Result<bool, AuthError> {
        if claims.sid.is_some() {
            return Ok(false);
        }
        let revocations = self.store.revocations_of(RevocationKind::Session, &claims.jti).await?;
        Ok(revocations.iter().any(|revocation| revocation.refuses(claims)))
    }

    /// The client that the token was issued to: none at Tessera's own login, and for a job grant only the service that
    /// delegated it. It must still be allowed tokens, and must not have lost those of that time.
    async fn client_behind(
        &self,
        claims: &AccessClaims,
        principal: Principal,
    ) -> Result<Option<Client>, AuthError> {
        let id = match principal {
            Principal::Login | Principal::NarrowedLogin | Principal::MustChangeLogin => return Ok(None),
            Principal::Job => &claims.sub,
            Principal::ClientSession | Principal::ApiKey | Principal::Service => &claims.client_id,
        };
        let (now, client) = (self.now(), self.store.client(id).await?);
        let good = |client: &Client| client.is_live(now) && claims.iat >= client.not_before;
        match client {
            None if principal == Principal::Job => Ok(None),
            client => client.filter(good).map(Some).ok_or(AuthError::UserGone),
        }
    }

    /// The scopes that the subject of the token holds now.
    async fn held(
        &self,
        claims: &AccessClaims,
        user: Option<&User>,
        client: Option<&Client>,
    ) -> Result<ScopeSet, AuthError> {
        match (user, client) {
            (Some(user), _) if user.disabled || claims.iat < user.not_before => Err(AuthError::UserGone),
            (Some(user), None) => self.scopes_of(user).await,
            (Some(user), Some(client)) => {
                Ok(roles::still_held(&self.scopes_of(user).await?, Some(&client.scopes.granted)))
            }
            (None, Some(client)) if client.owner.is_none() && client.id == claims.sub => {
                Ok(client.scopes.granted.clone())
            }
            (None, _) => Err(AuthError::UserGone),
        }
    }

    /// Whether the session has neither ended nor expired, and its user's sessions of that time are still good.
    fn is_active(&self, session: &Session, user: Option<&User>) -> bool {
        session.ended.is_none()
            && self.now() < session.absolute_expires_at
            && user.is_none_or(|user| user.token_version == session.token_version)
    }

    async fn kind_of_login(&self, user: &User, session: &Session) -> Result<Principal, AuthError> {
        let all = self.roles().await?.scopes_of(&user.roles);
        Ok(if user.must_change_password {
            Principal::MustChangeLogin
        } else if session.scope.as_ref().is_some_and(|asked| !asked.covers_all(&all)) {
            Principal::NarrowedLogin
        } else {
            Principal::Login
        })
    }
}

#[cfg(test)]
mod tests {
    use shared_models::{
        auth::UserChange,
        clients::{GrantType, NewApiKey, NewClient},
    };

    use super::{
        super::{Origin, testing::World},
        *,
    };

    fn claims(world: &World, token: &str) -> AccessClaims {
        AccessClaims::clone(&world.auth.verifier().verify(token).unwrap())
    }

    async fn kind(world: &World, token: &str) -> Result<Principal, AuthError> {
        world.auth.token_status(&claims(world, token)).await.map(|status| status.principal)
    }

    #[tokio::test]
    async fn a_token_is_worth_what_its_session_and_its_user_are_worth_now() {
        let world = World::new().await;
        world.user("ada@example.org").await;
        let grant = world.login("ada@example.org").await;
        let claims = claims(&world, &grant.access_token);
        let actor = world.auth.actor(&claims, Origin::default()).await.unwrap();
        assert_eq!((actor.scope, actor.session_id), (grant.scope, claims.sid.clone()));
        world.auth.logout(&grant.refresh_token.expose(), Origin::default()).await.unwrap();
        let refusal = world.auth.actor(&claims, Origin::default()).await;
        assert_eq!(refusal, Err(AuthError::SessionEnded));
    }

    #[tokio::test]
    async fn a_login_is_narrowed_when_it_asked_for_less_than_its_user_has() {
        let world = World::new().await;
        let admin = world.admin().await;
        let user = world.user("ada@example.org").await;
        let whole = world.login("ada@example.org").await;
        let scope = whole.scope.to_string();
        let named = world.try_login("ada@example.org", World::PASSWORD, Some(&scope)).await.unwrap();
        let less = world.try_login("ada@example.org", World::PASSWORD, Some("series:read")).await.unwrap();
        assert_eq!(kind(&world, &whole.access_token).await, Ok(Principal::Login));
        assert_eq!(kind(&world, &named.access_token).await, Ok(Principal::Login));
        assert_eq!(kind(&world, &less.access_token).await, Ok(Principal::NarrowedLogin));
        // A user who gets another role has not narrowed the login: the next token of the session has the role.
        let promoted =
            UserChange { roles: Some(vec!["scientist".into(), "admin".into()]), ..UserChange::default() };
        world.auth.change_user(&admin, &user.id, &promoted).await.unwrap();
        assert_eq!(kind(&world, &whole.access_token).await, Ok(Principal::Login));
        assert_eq!(kind(&world, &named.access_token).await, Ok(Principal::NarrowedLogin));
        let forced = UserChange { must_change_password: Some(true), ..UserChange::default() };
        world.auth.change_user(&admin, &user.id, &forced).await.unwrap();
        assert_eq!(kind(&world, &whole.access_token).await, Err(AuthError::UserGone));
        world.advance(1);
        let forced = world.login("ada@example.org").await;
        assert_eq!(kind(&world, &forced.access_token).await, Ok(Principal::MustChangeLogin));
    }

    #[tokio::test]
    async fn a_revoked_token_of_a_service_or_a_key_is_good_for_nothing() {
        let world = World::new().await;
        let user = world.user("ada@example.org").await;
        let ada = World::confirmed(&user.id, "calculations:read");
        let scopes = vec!["calculations:read".to_owned()];
        let wanted =
            NewApiKey { name: "k".into(), scopes: scopes.clone(), expires_in: None, current_password: None };
        let (key, _) = world.auth.create_api_key(&ada, &wanted).await.unwrap();
        let wanted = NewClient { name: "c".into(), scopes, grants: Some(vec![GrantType::ClientCredentials]) };
        let (service, _) = world.auth.create_client(&World::acting("root", "*"), &wanted).await.unwrap();
        for (client, expected) in [(key, Principal::ApiKey), (service, Principal::Service)] {
            let token = world.auth.client_token(&client, world.auth.now(), None).await.unwrap().access_token;
            let other = world.auth.client_token(&client, world.auth.now(), None).await.unwrap().access_token;
            assert_eq!(kind(&world, &token).await, Ok(expected));
            world.auth.revoke_token(Some(&client), &token, &Origin::default()).await.unwrap();
            assert_eq!(kind(&world, &token).await, Err(AuthError::TokenRevoked));
            assert_eq!(kind(&world, &other).await, Ok(expected));
        }
    }

    #[tokio::test]
    async fn a_token_does_not_outlive_its_session() {
        let world = World::new().await;
        world.user("ada@example.org").await;
        let mut grant = world.login("ada@example.org").await;
        for _ in 0..12 {
            world.advance(3590);
            grant = world.refresh(&grant.refresh_token).await.unwrap();
        }
        assert_eq!(kind(&world, &grant.access_token).await, Ok(Principal::Login));
        world.advance(120);
        assert_eq!(kind(&world, &grant.access_token).await, Err(AuthError::SessionEnded));
    }
}
