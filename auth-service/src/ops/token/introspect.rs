//! The current state of a token (RFC 7662), for clients that cannot verify it themselves or need more than its
//! signature proves.

use shared_models::claims::AccessClaims;

use super::OAuthError;
use crate::{
    domain::{client::Client, refresh_token::RefreshToken, session::Session},
    ops::{Auth, JOB_CLIENT},
};

/// The result of an introspection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Introspection {
    /// An access token, with what it allows now.
    Access(Box<AccessClaims>),
    /// A refresh token of the client that asks.
    Refresh(Box<Session>),
    /// Anything else, for whatever reason.
    Inactive,
}

impl Auth {
    /// Looks a token up. Any client may ask about an access token, and about its own refresh tokens; a job, which is no
    /// `client` that proved who it is, only about its own tokens.
    pub async fn introspect_token(
        &self,
        client: Option<&Client>,
        token: &str,
    ) -> Result<Introspection, OAuthError> {
        match RefreshToken::parse(token) {
            Some(token) => self.introspect_refresh_token(client, &token).await,
            None => self.introspect_access_token(client, token).await,
        }
    }

    async fn introspect_access_token(
        &self,
        client: Option<&Client>,
        token: &str,
    ) -> Result<Introspection, OAuthError> {
        let Ok(claims) = self.verifier.verify(token) else { return Ok(Introspection::Inactive) };
        if client.is_none() && claims.client_id != JOB_CLIENT {
            return Ok(Introspection::Inactive);
        }
        match self.token_status(&claims).await {
            Ok(status) => {
                let scope = status.scope;
                Ok(Introspection::Access(Box::new(AccessClaims { scope, ..AccessClaims::clone(&claims) })))
            }
            Err(error) if error.refuses_the_token() => Ok(Introspection::Inactive),
            Err(error) => Err(error.into()),
        }
    }

    async fn introspect_refresh_token(
        &self,
        client: Option<&Client>,
        token: &RefreshToken,
    ) -> Result<Introspection, OAuthError> {
        let client_id = client.map_or(JOB_CLIENT, |client| client.id.as_str());
        let session = self.store.session(&token.session_id).await?;
        let good = session.filter(|session| {
            session.client_id == client_id
                && session.is_live(self.now())
                && token.session_secret.is_behind(&session.session_hash)
                && token.secret.is_behind(&session.current)
        });
        match good {
            Some(session) if self.is_held(&session).await? => Ok(Introspection::Refresh(Box::new(session))),
            _ => Ok(Introspection::Inactive),
        }
    }
}
