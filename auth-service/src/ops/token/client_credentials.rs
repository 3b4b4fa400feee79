//! A client's own token (RFC 6749 section 4.4); for an API key, one that acts for its user.

use shared_models::{clients::GrantType, scope::ScopeSet};

use super::{Issued, OAuthError, may, narrowed};
use crate::{
    domain::{client::Client, roles::still_held},
    ops::{Auth, mint::Subject},
};

impl Auth {
    /// Gives an authenticated client a token. A service costs no further read; a key is worth what its user is now.
    pub async fn client_token(
        &self,
        client: &Client,
        scope: Option<&ScopeSet>,
    ) -> Result<Issued, OAuthError> {
        may(client, GrantType::ClientCredentials)?;
        let (subject, held, from_roles, not_before) = match &client.owner {
            None => (client.id.clone(), client.scopes.clone(), Vec::new(), client.not_before),
            Some(owner) => {
                let user = self.store.user(owner).await?.filter(|user| !user.disabled);
                let user = user.ok_or_else(|| {
                    OAuthError::InvalidGrant("the user of this key is gone or disabled".into())
                })?;
                let held = still_held(&self.scopes_of(&user).await?, Some(&client.scopes));
                (user.id, held, user.roles, client.not_before.max(user.not_before))
            }
        };
        let scope = narrowed(&held, scope)?;
        let access_token = self.mint(&Subject {
            id: &subject,
            client_id: &client.id,
            scope: &scope,
            roles: &[],
            from_roles: &from_roles,
            session: None,
            not_before,
        })?;
        self.touch(client);
        let expires_in = self.policy.access_ttl.as_secs();
        Ok(Issued { access_token, expires_in, scope, refresh_token: None, calculation: None })
    }
}
