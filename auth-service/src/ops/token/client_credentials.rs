//! A client's own token (RFC 6749 section 4.4); for an API key, one that acts for its user.

use shared_models::{clients::GrantType, revocations::RevocationKind, scope::ScopeSet};
use time::OffsetDateTime;

use super::{Issued, OAuthError, may, narrowed};
use crate::{
    domain::{client::Client, roles::still_held},
    ops::{Auth, mint::Subject},
};

impl Auth {
    /// Issues a token to an authenticated client; `asked_at` is a time from before the client was read. A service costs
    /// no further read; a key is worth what its user is now.
    pub async fn client_token(
        &self,
        client: &Client,
        asked_at: OffsetDateTime,
        scope: Option<&ScopeSet>,
    ) -> Result<Issued, OAuthError> {
        may(client, GrantType::ClientCredentials)?;
        let own = self.issuable_from(RevocationKind::Key, &client.id, client.not_before).await?;
        let (subject, held, from_roles, not_before, roles_not_before) = match &client.owner {
            None => (client.id.clone(), client.scopes.granted.clone(), Vec::new(), own, 0),
            Some(owner) => {
                let user =
                    self.store.user(owner).await?.filter(|user| !user.disabled && !client.is_suspended(user));
                let user = user.ok_or_else(|| {
                    OAuthError::InvalidGrant(
                        "the user of this key was removed or disabled, or the key is suspended".into(),
                    )
                })?;
                let (held, roles_not_before) = self.scopes_since(&user).await?;
                let held = still_held(&held, Some(&client.scopes.granted));
                let theirs = self.issuable_from(RevocationKind::Subject, owner, user.not_before).await?;
                (user.id, held, user.roles, own.max(theirs), roles_not_before)
            }
        };
        let scope = narrowed(&held, scope)?.condensed();
        let access_token = self.mint(&Subject {
            id: &subject,
            client_id: &client.id,
            scope: &scope,
            roles: &[],
            from_roles: &from_roles,
            session: None,
            asked_at: asked_at.unix_timestamp(),
            not_before,
            roles_not_before,
        })?;
        self.touch(client);
        let expires_in = self.policy.access_ttl.as_secs();
        Ok(Issued {
            access_token,
            expires_in,
            scope,
            refresh_token: None,
            refresh_expires_in: None,
            calculation: None,
        })
    }
}
