//! Who asks, checked as things are now, and what they may hand out.

use std::net::IpAddr;

use shared_models::{claims::AccessClaims, scope::ScopeSet};

use super::{Auth, AuthError, FIRST_PARTY, token::JOB_CLIENT};
use crate::domain::{client::Client, roles, session::Session, user::User};

/// Where a request came from: what the audit log keeps of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The client's address.
    pub address: Option<IpAddr>,
    /// The request's id, made by the service.
    pub request_id: Option<String>,
    /// The id that the caller gave the request.
    pub client_request_id: Option<String>,
}

/// Somebody who asks with an access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// A user's id, or a client's for a service.
    pub subject: String,
    /// The client that the token was given to.
    pub client_id: String,
    /// The session of the token.
    pub session_id: Option<String>,
    /// What the token allows, less what its subject may no longer do.
    pub scope: ScopeSet,
    /// Where the request came from.
    pub origin: Origin,
}

impl Actor {
    /// Whoever is at the machine itself: the command line, and the program that embeds the service.
    pub fn operator() -> Self {
        Self {
            subject: "operator".into(),
            client_id: "command-line".into(),
            session_id: None,
            scope: roles::everything(),
            origin: Origin::default(),
        }
    }

    /// Refuses to hand out, or to act on somebody who has, what the actor may not do.
    pub fn require_all(&self, scopes: &ScopeSet) -> Result<(), AuthError> {
        let beyond = roles::beyond(&self.scope, scopes);
        if beyond.is_empty() { Ok(()) } else { Err(AuthError::BeyondScope(beyond)) }
    }

    /// Refuses one who lost the scope that the token still names.
    pub fn require(&self, scope: &str) -> Result<(), AuthError> {
        if self.scope.covers(scope) { Ok(()) } else { Err(AuthError::BeyondScope(vec![scope.to_owned()])) }
    }
}

impl Auth {
    /// Who asks: the token was good when it was issued, and this is what it is worth now. Unlike resource-service,
    /// which goes by the feed of cut-offs, this asks the store.
    pub async fn actor(&self, claims: &AccessClaims, origin: Origin) -> Result<Actor, AuthError> {
        let session = async {
            match &claims.sid {
                Some(id) => self.store.session(id).await,
                None => Ok(None),
            }
        };
        let (user, session) = tokio::try_join!(self.store.user(&claims.sub), session)?;
        let held = self.held(user.as_ref(), claims).await?;
        if claims.sid.is_some() && !session.is_some_and(|session| is_of(&session, user.as_ref())) {
            return Err(AuthError::SessionEnded);
        }
        Ok(Actor {
            subject: claims.sub.clone(),
            client_id: claims.client_id.clone(),
            session_id: claims.sid.clone(),
            scope: roles::still_held(&held, Some(&claims.scope)),
            origin,
        })
    }

    /// What the subject of a token may do now with it. A token of the first party's, or of a job, was given to no
    /// client that could have been changed since.
    async fn held(&self, user: Option<&User>, claims: &AccessClaims) -> Result<ScopeSet, AuthError> {
        let client = match claims.client_id.as_str() {
            FIRST_PARTY | JOB_CLIENT if user.is_some() => None,
            JOB_CLIENT => Some(self.client_behind(&claims.sub, claims).await?),
            id => Some(self.client_behind(id, claims).await?),
        };
        match (user, client) {
            (Some(user), _) if user.disabled || claims.iat < user.not_before => Err(AuthError::UserGone),
            (Some(user), None) => self.scopes_of(user).await,
            (Some(user), Some(client)) => {
                Ok(roles::still_held(&self.scopes_of(user).await?, Some(&client.scopes)))
            }
            (None, Some(client)) if client.owner.is_none() && client.id == claims.sub => Ok(client.scopes),
            (None, _) => Err(AuthError::UserGone),
        }
    }

    async fn client_behind(&self, id: &str, claims: &AccessClaims) -> Result<Client, AuthError> {
        let now = self.now();
        let good = |client: &Client| client.is_live(now) && claims.iat >= client.not_before;
        self.store.client(id).await?.filter(good).ok_or(AuthError::UserGone)
    }
}

/// Whether the session goes on, and is its user's of today.
fn is_of(session: &Session, user: Option<&User>) -> bool {
    session.ended.is_none() && user.is_none_or(|user| user.token_version == session.token_version)
}

#[cfg(test)]
mod tests {
    use super::{super::testing::World, *};

    #[tokio::test]
    async fn a_token_is_worth_what_its_session_and_its_user_are_worth_now() {
        let world = World::new().await;
        world.user("ada@example.org").await;
        let grant = world.login("ada@example.org").await;
        let claims = world.auth.verifier().verify(&grant.access_token).unwrap();
        let actor = world.auth.actor(&claims, Origin::default()).await.unwrap();
        assert_eq!((actor.scope, actor.session_id), (grant.scope, claims.sid.clone()));
        world.auth.logout(&grant.refresh_token.expose(), Origin::default()).await.unwrap();
        let refusal = world.auth.actor(&claims, Origin::default()).await;
        assert_eq!(refusal, Err(AuthError::SessionEnded));
    }

    #[test]
    fn nobody_hands_out_what_they_do_not_hold() {
        let actor = Actor {
            subject: "u".into(),
            client_id: "c".into(),
            session_id: None,
            scope: "users:read users:write".parse().unwrap(),
            origin: Origin::default(),
        };
        assert_eq!(actor.require_all(&"users:read".parse().unwrap()), Ok(()));
        let refusal = actor.require_all(&"clients:write users:read *".parse().unwrap());
        assert_eq!(refusal, Err(AuthError::BeyondScope(vec!["*".into(), "clients:write".into()])));
        assert!(actor.require("users:write").is_ok() && actor.require("roles:write").is_err());
    }
}
