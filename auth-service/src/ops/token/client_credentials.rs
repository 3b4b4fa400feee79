//! A client's own token (RFC 6749 section 4.4); for an API key, one that acts for its user.

use shared_models::{clients::GrantType, revocations::RevocationKind, scope::ScopeSet};
use time::OffsetDateTime;
use tokio::time::sleep;

use super::{Issued, OAuthError, may, narrowed};
use crate::{
    domain::{client::Client, roles::still_held},
    ops::{
        Auth,
        mint::{Subject, ahead_of},
    },
};

/// What the tokens of a client may contain now.
struct Authority {
    subject: String,
    held: ScopeSet,
    from_roles: Vec<String>,
    not_before: i64,
    roles_not_before: i64,
    /// Whether it depends on a user besides the client.
    is_shared: bool,
}

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
        let mut asked_at = asked_at.unix_timestamp();
        let mut authority = self.authority(client).await?;
        if let Some(ahead) = ahead_of(authority.not_before, asked_at).filter(|_| authority.is_shared) {
            sleep(ahead).await;
            asked_at = self.now().unix_timestamp();
            let client = self.store.client(&client.id).await?.filter(|client| client.is_live(self.now()));
            authority = self.authority(&client.ok_or(OAuthError::InvalidClient)?).await?;
        }
        let scope = narrowed(&authority.held, scope)?.condensed();
        let access_token = self.mint(&Subject {
            id: &authority.subject,
            client_id: &client.id,
            scope: &scope,
            roles: &[],
            from_roles: &authority.from_roles,
            session: None,
            asked_at,
            not_before: authority.not_before,
            roles_not_before: authority.roles_not_before,
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

    async fn authority(&self, client: &Client) -> Result<Authority, OAuthError> {
        let own = self.issuable_from(RevocationKind::Key, &client.id, client.not_before).await?;
        let Some(owner) = &client.owner else {
            return Ok(Authority {
                subject: client.id.clone(),
                held: client.scopes.granted.clone(),
                from_roles: Vec::new(),
                not_before: own,
                roles_not_before: 0,
                is_shared: false,
            });
        };
        let user = self.store.user(owner).await?.filter(|user| !user.disabled && !client.is_suspended(user));
        let user = user.ok_or_else(|| {
            OAuthError::InvalidGrant(
                "the user of this key was removed or disabled, or the key is suspended".into(),
            )
        })?;
        let (held, roles_not_before) = self.scopes_since(&user).await?;
        let held = still_held(&held, Some(&client.scopes.granted));
        let theirs = self.issuable_from(RevocationKind::Subject, owner, user.not_before).await?;
        let not_before = own.max(theirs);
        Ok(Authority {
            subject: user.id,
            held,
            from_roles: user.roles,
            not_before,
            roles_not_before,
            is_shared: true,
        })
    }
}
