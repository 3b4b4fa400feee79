//! Tokens for programs (RFC 6749): a file for each grant, and what they share.

mod client_credentials;
mod exchange;
mod introspect;
mod password;
mod refresh;
mod revoke;

use shared_models::{clients::GrantType, scope::ScopeSet};

pub use self::{
    exchange::Exchange, introspect::Introspection, password::PasswordGrant, refresh::RefreshGrant,
};
pub use super::JOB_CLIENT;
use super::{Auth, AuthError, Grant, Origin, audit::Act};
use crate::domain::{audit::Action, client::Client};

/// How long the use of a client is not recorded again.
const TOUCH_EVERY: time::Duration = time::Duration::seconds(60);

/// Why no token is given (RFC 6749 section 5.2, RFC 8693 section 2.2.2).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OAuthError {
    /// The request is malformed.
    #[error("{0}")]
    InvalidRequest(String),
    /// The request is longer than it may be.
    #[error("the request is longer than 16 KiB")]
    TooLong,
    /// The client is unknown, or did not prove who it is.
    #[error("the client is unknown or its secret is wrong")]
    InvalidClient,
    /// The grant that was presented is not valid.
    #[error("{0}")]
    InvalidGrant(String),
    /// The client may not use this grant.
    #[error("this client may not use this grant")]
    UnauthorizedClient,
    /// The grant is not supported.
    #[error("the grant is not supported; see grant_types_supported")]
    UnsupportedGrantType,
    /// More scopes were requested than can be granted.
    #[error("{0}")]
    InvalidScope(String),
    /// The requested limits are not understood (RFC 9396 section 5).
    #[error("authorization_details: {0}")]
    InvalidDetails(String),
    /// A failure outside of OAuth.
    #[error(transparent)]
    Auth(AuthError),
}

impl From<AuthError> for OAuthError {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::InvalidCredentials
            | AuthError::InvalidRefreshToken
            | AuthError::RefreshTokenReused
            | AuthError::UserGone
            | AuthError::TokenRevoked
            | AuthError::SessionEnded => Self::InvalidGrant(error.to_string()),
            AuthError::Invalid(faults)
                if faults.iter().any(|fault| fault.pointer.as_deref() == Some("/scope")) =>
            {
                Self::InvalidScope(AuthError::Invalid(faults).to_string())
            }
            AuthError::Invalid(_) => Self::InvalidRequest(error.to_string()),
            AuthError::BeyondScope(scopes) => Self::InvalidScope(format!("not held: {}", scopes.join(" "))),
            other => Self::Auth(other),
        }
    }
}

impl From<crate::store::StoreError> for OAuthError {
    fn from(error: crate::store::StoreError) -> Self {
        AuthError::from(error).into()
    }
}

/// A token for a program (RFC 6749 section 5.1).
#[derive(Debug)]
pub struct Issued {
    /// The access token.
    pub access_token: String,
    /// Seconds until it expires.
    pub expires_in: u64,
    /// What it allows.
    pub scope: ScopeSet,
    /// The refresh token, if there is a session: a credential.
    pub refresh_token: Option<String>,
    /// Seconds until the refresh token expires, unless it is used before.
    pub refresh_expires_in: Option<u64>,
    /// The calculation that the token is limited to.
    pub calculation: Option<String>,
}

impl Issued {
    /// A token of a session, with the refresh token in the client's hands.
    fn of(grant: Grant, calculation: Option<String>) -> Self {
        Self {
            access_token: grant.access_token,
            expires_in: grant.expires_in,
            scope: grant.scope,
            refresh_token: Some(grant.refresh_token.expose()),
            refresh_expires_in: Some(grant.refresh_ttl.as_secs()),
            calculation,
        }
    }
}

impl Auth {
    /// The client behind an id and a secret.
    ///
    /// A failure is recorded where there is such a client: an id that nobody has is a stranger's text.
    pub async fn authenticate_client(
        &self,
        id: &str,
        secret: &str,
        origin: &Origin,
    ) -> Result<Client, OAuthError> {
        let now = self.now();
        let client = self.store.client(id).await?.ok_or(OAuthError::InvalidClient)?;
        let proven = client.is_proven_by(secret, now) && client.is_live(now);
        if proven && self.is_good_for_its_owner(&client).await? {
            return Ok(client);
        }
        let refusal = OAuthError::InvalidClient;
        self.record(origin, Act::new(Action::ClientAuthenticated).to("client", id).refused(&refusal)).await;
        Err(refusal)
    }

    /// Whether the user of an API key is there and enabled, and the key not suspended. A service has no user.
    pub(super) async fn is_good_for_its_owner(&self, client: &Client) -> Result<bool, AuthError> {
        let Some(owner) = &client.owner else { return Ok(true) };
        let owner = self.store.user(owner).await?;
        Ok(owner.is_some_and(|owner| !owner.disabled && !client.is_suspended(&owner)))
    }

    /// Records that a client was used, without delaying its request.
    fn touch(&self, client: &Client) {
        let now = self.now();
        let unless_since = now - TOUCH_EVERY;
        if client.last_used_at.is_some_and(|last| last >= unless_since) {
            return;
        }
        let (store, id) = (std::sync::Arc::clone(&self.store), client.id.clone());
        tokio::spawn(async move {
            if let Err(error) = store.touch_client(&id, now, unless_since).await {
                tracing::warn!(client.id = %id, %error, "the use of a client could not be recorded");
            }
        });
    }
}

/// Refuses a grant that the client may not use.
fn may(client: &Client, grant: GrantType) -> Result<(), OAuthError> {
    if client.may(grant) { Ok(()) } else { Err(OAuthError::UnauthorizedClient) }
}

/// The granted part of the held scopes: all of them if none were requested.
fn narrowed(held: &ScopeSet, asked: Option<&ScopeSet>) -> Result<ScopeSet, OAuthError> {
    crate::domain::roles::narrow(held, asked)
        .map_err(|beyond| OAuthError::InvalidScope(format!("not held: {}", beyond.0.join(" "))))
}

#[cfg(test)]
#[path = "../tests/token/mod.rs"]
mod tests;
