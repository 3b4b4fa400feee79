//! The caller of an operation, checked against the store, and what they may grant.

use std::net::IpAddr;

use shared_models::{
    claims::{AccessClaims, Principal},
    scope::ScopeSet,
};

use super::{Auth, AuthError};
use crate::domain::roles::{self, StoredScopes};

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

/// A caller with an access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// What kind of principal it is.
    pub principal: Principal,
    /// A user's id, or a client's for a service.
    pub subject: String,
    /// The client that the token was issued to.
    pub client_id: String,
    /// The session of the token.
    pub session_id: Option<String>,
    /// When the user authenticated, in seconds since the Unix epoch; absent for a service.
    pub authenticated_at: Option<i64>,
    /// What the token allows, without what its subject may no longer do.
    pub scope: ScopeSet,
    /// Where the request came from.
    pub origin: Origin,
}

impl Actor {
    /// The operator of the machine: the command line, and the program that embeds the service.
    pub fn operator() -> Self {
        Self {
            principal: Principal::Service,
            subject: "operator".into(),
            client_id: "command-line".into(),
            session_id: None,
            authenticated_at: None,
            scope: roles::everything(),
            origin: Origin::default(),
        }
    }

    /// Refuses to grant scopes that the actor lacks, or to act on a user who has them.
    pub fn require_all(&self, scopes: &ScopeSet) -> Result<(), AuthError> {
        let beyond = roles::beyond(&self.scope, scopes);
        if beyond.is_empty() { Ok(()) } else { Err(AuthError::BeyondScope(beyond)) }
    }

    /// The same for the scopes of roles, including those that cannot be read here.
    pub fn require_stored(&self, scopes: &StoredScopes) -> Result<(), AuthError> {
        let beyond = scopes.beyond(&self.scope);
        if beyond.is_empty() { Ok(()) } else { Err(AuthError::BeyondScope(beyond)) }
    }

    /// Refuses a caller who lost the scope that the token still names.
    pub fn require(&self, scope: &str) -> Result<(), AuthError> {
        if self.scope.covers(scope) { Ok(()) } else { Err(AuthError::BeyondScope(vec![scope.to_owned()])) }
    }
}

impl Auth {
    /// The caller with the claims of a verified token, if the token is still valid.
    pub async fn actor(&self, claims: &AccessClaims, origin: Origin) -> Result<Actor, AuthError> {
        let status = self.token_status(claims).await?;
        Ok(Actor {
            principal: status.principal,
            subject: claims.sub.clone(),
            client_id: claims.client_id.clone(),
            session_id: claims.sid.clone(),
            authenticated_at: claims.auth_time,
            scope: status.scope,
            origin,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::World, *};

    #[test]
    fn nobody_hands_out_what_they_do_not_hold() {
        let actor = World::acting("u", "users:read users:write");
        assert_eq!(actor.require_all(&"users:read".parse().unwrap()), Ok(()));
        let refusal = actor.require_all(&"clients:write users:read *".parse().unwrap());
        assert_eq!(refusal, Err(AuthError::BeyondScope(vec!["*".into(), "clients:write".into()])));
        assert!(actor.require("users:write").is_ok() && actor.require("roles:write").is_err());
    }
}
