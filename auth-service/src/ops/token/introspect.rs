//! What a token is worth now (RFC 7662), for those who cannot check it themselves or want to know more than its
//! signature says.

use shared_models::{claims::AccessClaims, revocations::RevocationKind, scope::ScopeSet};

use super::OAuthError;
use crate::{
    domain::{client::Client, refresh_token::RefreshToken, session::Session},
    ops::{Auth, AuthError, Origin},
};

/// What an active token says.
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
    /// Looks a token up. Any client may ask about an access token, and about its own refresh tokens.
    pub async fn introspect_token(&self, client: &Client, token: &str) -> Result<Introspection, OAuthError> {
        match RefreshToken::parse(token) {
            Some(token) => self.introspect_refresh_token(client, &token).await,
            None => self.introspect_access_token(token).await,
        }
    }

    async fn introspect_access_token(&self, token: &str) -> Result<Introspection, OAuthError> {
        let Ok(claims) = self.verifier.verify(token) else { return Ok(Introspection::Inactive) };
        let revoked = async {
            if claims.sid.is_some() {
                // The session says it itself.
                return Ok(false);
            }
            let cuts = self.store.revocations_of(RevocationKind::Session, &claims.jti).await;
            cuts.map(|cuts| cuts.iter().any(|cut| cut.refuses(&claims))).map_err(AuthError::from)
        };
        let actor = self.actor(&claims, Origin::default());
        let (actor, revoked): (Result<_, AuthError>, Result<bool, AuthError>) = tokio::join!(actor, revoked);
        let scope: ScopeSet = match actor {
            Ok(actor) => actor.scope,
            Err(AuthError::UserGone | AuthError::SessionEnded) => return Ok(Introspection::Inactive),
            Err(error) => return Err(error.into()),
        };
        if revoked? {
            return Ok(Introspection::Inactive);
        }
        Ok(Introspection::Access(Box::new(AccessClaims { scope, ..AccessClaims::clone(&claims) })))
    }

    async fn introspect_refresh_token(
        &self,
        client: &Client,
        token: &RefreshToken,
    ) -> Result<Introspection, OAuthError> {
        let session = self.store.session(&token.session_id).await?;
        let good = session.filter(|session| {
            session.client_id == client.id
                && session.is_live(self.now())
                && token.session_secret.is_behind(&session.session_hash)
                && token.secret.is_behind(&session.current)
        });
        Ok(good.map_or(Introspection::Inactive, |session| Introspection::Refresh(Box::new(session))))
    }
}
