//! The tokens of a session: a signed access token, and the refresh token for the next one.

use std::time::Duration;

use shared_models::{revocations::RevocationKind, scope::ScopeSet};
use tokio::time::sleep;

use super::{
    Auth, AuthError, FIRST_PARTY, JOB_CLIENT,
    mint::{Subject, ahead_of},
};
use crate::domain::{client::Client, refresh_token::RefreshToken, roles, session::Session, user::User};

/// Tokens for the caller.
#[derive(Debug)]
pub struct Grant {
    /// The access token.
    pub access_token: String,
    /// Seconds until it expires.
    pub expires_in: u64,
    /// What it allows.
    pub scope: ScopeSet,
    /// Whether the user must choose another password before a token allows anything.
    pub must_change_password: bool,
    /// The mark of a new device.
    pub device: Option<String>,
    /// The refresh token: a credential.
    pub refresh_token: RefreshToken,
    /// Until the session ends unless it is refreshed.
    pub refresh_ttl: Duration,
}

/// What the tokens of a session may contain now.
struct Holder {
    scopes: ScopeSet,
    roles: Vec<String>,
    from_roles: Vec<String>,
    must_change_password: bool,
    not_before: i64,
    roles_not_before: i64,
    /// Whether no client bounds what they have.
    is_alone: bool,
}

impl Auth {
    /// Issues tokens for a session whose last write is acknowledged; `None` if its user may no longer have any.
    /// `asked` narrows this access token and not the session.
    ///
    /// The user is read here, after that write: an act that ends the user's sessions one by one finds this one, or it has
    /// raised `token_version` before this read.
    pub(super) async fn grant(
        &self,
        session: &Session,
        refresh_token: RefreshToken,
        asked: Option<&ScopeSet>,
    ) -> Result<Option<Grant>, AuthError> {
        let mut asked_at = self.now().unix_timestamp();
        let mut holder = self.holder(session).await?;
        let shared = holder.as_ref().filter(|holder| !holder.is_alone);
        if let Some(ahead) = shared.and_then(|holder| ahead_of(holder.not_before, asked_at)) {
            sleep(ahead).await;
            asked_at = self.now().unix_timestamp();
            holder = self.holder(session).await?;
        }
        let Some(holder) = holder else { return Ok(None) };
        let held = roles::still_held(&holder.scopes, session.scope.as_ref());
        let scope = roles::still_held(&held, asked).condensed();
        let access_token = self.mint(&Subject {
            id: &session.user_id,
            client_id: &session.client_id,
            scope: &scope,
            roles: &holder.roles,
            from_roles: &holder.from_roles,
            session: Some(session),
            asked_at,
            not_before: holder.not_before,
            roles_not_before: holder.roles_not_before,
        })?;
        let remaining = session.idle_expires_at - session.last_used_at;
        Ok(Some(Grant {
            access_token,
            expires_in: self.policy.access_ttl.as_secs(),
            scope,
            must_change_password: holder.must_change_password,
            device: None,
            refresh_token,
            refresh_ttl: remaining.try_into().unwrap_or_default(),
        }))
    }

    /// Whether the session may still have tokens: the check that a refresh makes.
    pub(super) async fn is_held(&self, session: &Session) -> Result<bool, AuthError> {
        Ok(self.holder(session).await?.is_some())
    }

    /// Whose session it is, as far as they may still have tokens: a user, or a service that exchanged its token. What
    /// they have is no more than every client between them and the token has, as all of these are now.
    async fn holder(&self, session: &Session) -> Result<Option<Holder>, AuthError> {
        let user = self.store.user(&session.user_id).await?;
        let Some(mut holder) = (match &user {
            Some(user) => self.user_of(session, user).await?,
            None => self.service_of(session).await?,
        }) else {
            return Ok(None);
        };
        let Some(between) = self.clients_between(session).await? else { return Ok(None) };
        for client in between {
            holder.scopes = roles::still_held(&holder.scopes, Some(&client.scopes.granted));
            let own = self.issuable_from(RevocationKind::Key, &client.id, client.not_before).await?;
            holder.not_before = holder.not_before.max(own);
            holder.is_alone = false;
        }
        Ok(Some(holder))
    }

    async fn user_of(&self, session: &Session, user: &User) -> Result<Option<Holder>, AuthError> {
        if user.disabled || user.token_version != session.token_version {
            return Ok(None);
        }
        let User { must_change_password, not_before, .. } = *user;
        let not_before = self.issuable_from(RevocationKind::Subject, &user.id, not_before).await?;
        // A delegated session is narrower than its user, whatever their roles are.
        let (roles, from_roles) = match session.delegation {
            None => (user.roles.clone(), Vec::new()),
            Some(_) => (Vec::new(), user.roles.clone()),
        };
        let (scopes, roles_not_before) = self.scopes_since(user).await?;
        Ok(Some(Holder {
            scopes,
            roles,
            from_roles,
            must_change_password,
            not_before,
            roles_not_before,
            is_alone: true,
        }))
    }

    async fn service_of(&self, session: &Session) -> Result<Option<Holder>, AuthError> {
        if session.delegation.is_none() {
            return Ok(None);
        }
        let service = self.store.client(&session.user_id).await?;
        let service = service.filter(|client| client.owner.is_none() && client.is_live(self.now()));
        let Some(service) = service else { return Ok(None) };
        let not_before = self.issuable_from(RevocationKind::Key, &service.id, service.not_before).await?;
        Ok(Some(Holder {
            scopes: service.scopes.granted,
            roles: Vec::new(),
            from_roles: Vec::new(),
            must_change_password: false,
            not_before,
            roles_not_before: 0,
            is_alone: true,
        }))
    }

    /// The clients that bound what the session may have: the one that logged in with a password, or the key or service
    /// whose token was exchanged. Nothing where one of them is gone or disabled, or the client that acts is.
    async fn clients_between(&self, session: &Session) -> Result<Option<Vec<Client>>, AuthError> {
        let through = session.delegation.as_ref().and_then(|delegation| delegation.through.as_deref());
        let acting = session.delegation.as_ref().map(|delegation| delegation.actor.as_str());
        let own = Some(session.client_id.as_str());
        let mut between = Vec::new();
        for (id, bounds) in [(own, true), (through, true), (acting, false)] {
            let Some(id) = id.filter(|id| ![FIRST_PARTY, JOB_CLIENT].contains(id)) else { continue };
            // A job may continue after the key that started it has expired.
            let client = self.store.client(id).await?.filter(|client| !client.disabled);
            let Some(client) = client else { return Ok(None) };
            if !self.is_good_for_its_owner(&client).await? {
                return Ok(None);
            }
            if bounds {
                between.push(client);
            }
        }
        Ok(Some(between))
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
