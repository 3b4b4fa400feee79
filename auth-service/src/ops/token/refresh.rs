//! The next token of a session that a client opened (RFC 6749 section 6): the same rotation as the browser's.

use std::time::Instant;

use shared_models::{clients::GrantType, scope::ScopeSet};

use super::{Issued, OAuthError, may, narrowed};
use crate::{
    domain::{client::Client, refresh_token::RefreshToken},
    ops::{Auth, AuthError, JOB_CLIENT, Origin, RefreshRequest},
};

/// The request of a client to refresh its session.
#[derive(Clone, Debug)]
pub struct RefreshGrant {
    /// The refresh token.
    pub refresh_token: String,
    /// Fewer scopes than the session has, for this access token alone.
    pub scope: Option<ScopeSet>,
    /// Where the request comes from.
    pub origin: Origin,
    /// When the request arrived.
    pub arrived: Instant,
}

impl Auth {
    /// Refreshes a session; `client` is absent if a job refreshes its own.
    pub async fn refresh_token(
        &self,
        client: Option<&Client>,
        asked: RefreshGrant,
    ) -> Result<Issued, OAuthError> {
        // Such a client never got a refresh token, so this one is not its own.
        if client.is_some_and(|client| may(client, GrantType::RefreshToken).is_err()) {
            return Err(AuthError::InvalidRefreshToken.into());
        }
        let client_id = client.map_or(JOB_CLIENT, |client| client.id.as_str());
        if let Some(scope) = &asked.scope {
            self.check_scope(client_id, &asked.refresh_token, scope).await?;
        }
        let request = RefreshRequest {
            refresh_token: &asked.refresh_token,
            client_id,
            access_token: None,
            scope: asked.scope.as_ref(),
            origin: &asked.origin,
            arrived: asked.arrived,
        };
        let (grant, session) = self.refresh_session(request).await?;
        if let Some(client) = client {
            self.touch(client);
        }
        Ok(Issued::of(grant, session.delegation.map(|delegation| delegation.calculation)))
    }

    /// Refuses a scope that the session never had, before anything rotates.
    async fn check_scope(&self, client_id: &str, token: &str, scope: &ScopeSet) -> Result<(), OAuthError> {
        let unknown = || OAuthError::from(AuthError::InvalidRefreshToken);
        let token = RefreshToken::parse(token).ok_or_else(unknown)?;
        let session = self.store.session(&token.session_id).await?;
        let theirs = session.filter(|session| {
            session.client_id == client_id && token.session_secret.is_behind(&session.session_hash)
        });
        match theirs.ok_or_else(unknown)?.scope {
            Some(held) => narrowed(&held, Some(scope)).map(|_| ()),
            None => Ok(()),
        }
    }
}
