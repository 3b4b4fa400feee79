//! A client gives a token back (RFC 7009).

use shared_models::{claims::AccessClaims, revocations::RevocationKind};

use super::{JOB_CLIENT, OAuthError};
use crate::{
    domain::{audit::Action, client::Client, refresh_token::RefreshToken, session::EndReason},
    ops::{Auth, Origin, audit::Act},
};

impl Auth {
    /// Makes a token of this client worthless, with the session it belongs to. A token that is unknown, or another's,
    /// is no error and stays what it is (RFC 7009 section 2.2).
    pub async fn revoke_token(
        &self,
        client: Option<&Client>,
        token: &str,
        origin: &Origin,
    ) -> Result<(), OAuthError> {
        let client_id = client.map_or(JOB_CLIENT, |client| client.id.as_str());
        let ended = match RefreshToken::parse(token) {
            Some(token) => self.revoke_refresh_token(client_id, &token).await?,
            None => self.revoke_access_token(client_id, token).await?,
        };
        if let Some((subject, session)) = ended {
            let act = Act::new(Action::TokenRevoked).by(&subject, client_id).to("session", &session);
            self.record(origin, act).await;
        }
        Ok(())
    }

    async fn revoke_refresh_token(
        &self,
        client_id: &str,
        token: &RefreshToken,
    ) -> Result<Option<(String, String)>, OAuthError> {
        let session = self.store.session(&token.session_id).await?;
        let theirs = session.filter(|session| {
            session.client_id == client_id && token.session_secret.is_behind(&session.session_hash)
        });
        let Some(session) = theirs else { return Ok(None) };
        let ended = self
            .store
            .end_session(&session.user_id, &session.id, EndReason::Revoked, &self.revocation_clock)
            .await?;
        Ok(ended.then_some((session.user_id, session.id)))
    }

    async fn revoke_access_token(
        &self,
        client_id: &str,
        token: &str,
    ) -> Result<Option<(String, String)>, OAuthError> {
        let claims = self.verifier.verify(token).ok().filter(|claims| claims.client_id == client_id);
        let Some(claims) = claims else { return Ok(None) };
        let AccessClaims { sub, sid, jti, .. } = &*claims;
        if let Some(sid) = sid {
            let ended = self.store.end_session(sub, sid, EndReason::Revoked, &self.revocation_clock).await?;
            return Ok(ended.then(|| (sub.clone(), sid.clone())));
        }
        self.store.revoke(RevocationKind::Session, jti, &self.revocation_clock).await?;
        Ok(Some((sub.clone(), jti.clone())))
    }
}
