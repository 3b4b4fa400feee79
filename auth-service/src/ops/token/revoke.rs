//! A client revokes a token (RFC 7009).

use shared_models::claims::AccessClaims;

use super::OAuthError;
use crate::{
    domain::{audit::Action, client::Client, refresh_token::RefreshToken, session::EndReason},
    ops::{Auth, JOB_CLIENT, Origin, audit::Act},
};

impl Auth {
    /// Revokes a token of this client, with the session it belongs to. A token that is unknown, or another's, is no
    /// error and is not changed (RFC 7009 section 2.2).
    pub async fn revoke_token(
        &self,
        client: Option<&Client>,
        token: &str,
        origin: &Origin,
    ) -> Result<(), OAuthError> {
        let client_id = client.map_or(JOB_CLIENT, |client| client.id.as_str());
        match RefreshToken::parse(token) {
            Some(token) => self.revoke_refresh_token(client_id, &token, origin).await,
            None => self.revoke_access_token(client_id, token, origin).await,
        }
    }

    async fn revoke_refresh_token(
        &self,
        client_id: &str,
        token: &RefreshToken,
        origin: &Origin,
    ) -> Result<(), OAuthError> {
        let session = self.store.session(&token.session_id).await?;
        let theirs = session.filter(|session| {
            session.client_id == client_id && token.session_secret.is_behind(&session.session_hash)
        });
        match theirs {
            Some(session) => self.end_revoked(&session.user_id, &session.id, client_id, origin).await,
            None => Ok(()),
        }
    }

    async fn revoke_access_token(
        &self,
        client_id: &str,
        token: &str,
        origin: &Origin,
    ) -> Result<(), OAuthError> {
        // An expired token still identifies its session.
        let claims = self.verifier.verify_ignoring_time(token).ok();
        let claims = claims.filter(|claims| claims.client_id == client_id);
        let Some(claims) = claims else { return Ok(()) };
        let AccessClaims { sub, sid, jti, .. } = &claims;
        if let Some(sid) = sid {
            return self.end_revoked(sub, sid, client_id, origin).await;
        }
        if self.verifier.check_still_good(&claims).is_err() {
            return Ok(());
        }
        let entry = self.entry(origin, Act::new(Action::TokenRevoked).by(sub, client_id).to("session", jti));
        Ok(self.store.revoke_token(jti, &self.revocation_clock, &entry).await?)
    }

    async fn end_revoked(
        &self,
        user_id: &str,
        session: &str,
        client_id: &str,
        origin: &Origin,
    ) -> Result<(), OAuthError> {
        let act = Act::new(Action::TokenRevoked).by(user_id, client_id).to("session", session);
        let (reason, entry) = (EndReason::Revoked, self.entry(origin, act));
        self.store.end_session(user_id, session, reason, &self.revocation_clock, &entry).await?;
        Ok(())
    }
}
