//! A user's token for their password, for a client that was allowed to ask for passwords (RFC 6749 section 4.3).

use shared_models::{clients::GrantType, scope::ScopeSet};

use super::{Issued, OAuthError, may, narrowed};
use crate::{
    domain::{client::Client, password::Password},
    ops::{Auth, Credentials, Origin},
};

/// The request of such a client.
#[derive(Clone, Debug)]
pub struct PasswordGrant {
    /// The user's address.
    pub username: String,
    /// The user's password.
    pub password: Password,
    /// Fewer scopes than client and user have.
    pub scope: Option<ScopeSet>,
    /// What the client calls itself.
    pub device: Option<String>,
    /// Where the request comes from.
    pub origin: Origin,
}

impl Auth {
    /// Opens a session of the user that the client refreshes, if it may; its tokens allow no more than the client may.
    pub async fn password_token(&self, client: &Client, asked: PasswordGrant) -> Result<Issued, OAuthError> {
        may(client, GrantType::Password)?;
        narrowed(&client.scopes.granted, asked.scope.as_ref())?;
        let credentials = Credentials {
            username: asked.username,
            password: asked.password,
            scope: asked.scope,
            at_most: Some(client.scopes.granted.clone()),
            mark: None,
            device: asked.device,
            origin: asked.origin,
        };
        let grant = self.login_as(&client.id, credentials).await?;
        self.touch(client);
        let mut issued = Issued::of(grant, None);
        if may(client, GrantType::RefreshToken).is_err() {
            (issued.refresh_token, issued.refresh_expires_in) = (None, None);
        }
        Ok(issued)
    }
}
