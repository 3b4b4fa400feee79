//! API keys: clients that act for their user, with some of the user's scopes, until they expire.

use std::time::Duration;

use shared_models::clients::{ApiKeyView, GrantType, NewApiKey};

use super::{Actor, Auth, AuthError, Confirmed, audit::Act, clients::named};
use crate::{
    domain::{
        audit::{Action, Entry},
        client::Client,
    },
    store::ClientFilter,
};

/// The default lifetime of a key: 90 days.
const DEFAULT_TTL: u64 = 90 * 24 * 3600;
/// The maximum lifetime of a key: 366 days.
const MAX_TTL: u64 = 366 * 24 * 3600;
/// How many keys a user may have.
const MAX_KEYS: u32 = 100;

impl Auth {
    /// At most `limit` keys of the user who asks, by id, from behind the key `after`.
    pub async fn api_keys(
        &self,
        actor: &Actor,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<Client>, AuthError> {
        let owner = Some(actor.subject.clone());
        let filter = ClientFilter { owner, after, limit, ..ClientFilter::default() };
        Ok(self.store.list_clients(&filter).await?)
    }

    /// A page of the keys of a user, by id: one more than `limit` where there are more.
    pub async fn keys_of(
        &self,
        owner: &str,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<ApiKeyView>, AuthError> {
        let filter = ClientFilter {
            owner: Some(owner.to_owned()),
            after,
            limit: limit + 1,
            ..ClientFilter::default()
        };
        let (owner, keys) =
            tokio::try_join!(self.user(owner), async { Ok(self.store.list_clients(&filter).await?) })?;
        Ok(keys.iter().map(|key| key.key_view(key.is_suspended(&owner))).collect())
    }

    /// Removes a key of another user, and revokes its tokens.
    pub async fn remove_key_of(&self, actor: &Actor, owner: &str, id: &str) -> Result<(), AuthError> {
        let entry = self.entry_of(actor, Act::new(Action::ApiKeyRemoved).to("client", id));
        let outcome = async {
            self.may_act_on(actor, &self.user(owner).await?).await?;
            let removed = self.store.remove_client(id, Some(owner), &self.revocation_clock, &entry).await?;
            if removed { Ok(()) } else { Err(AuthError::NotFound("API key")) }
        };
        let outcome = outcome.await;
        self.or_refused(entry, outcome).await
    }

    /// Creates a key for the caller, who must have their own login: a key cannot create another.
    pub async fn create_api_key(
        &self,
        actor: &Confirmed,
        input: &NewApiKey,
    ) -> Result<(Client, String), AuthError> {
        let act = Act::new(Action::ApiKeyCreated).saying(input.scopes.join(" "));
        let entry = self.entry_of(actor, act);
        let outcome = self.try_create_api_key(actor, input, &entry).await;
        self.or_refused(entry, outcome).await
    }

    async fn try_create_api_key(
        &self,
        actor: &Actor,
        input: &NewApiKey,
        entry: &Entry,
    ) -> Result<(Client, String), AuthError> {
        let (name, scopes) = named(&input.name, &input.scopes, true)?;
        if scopes.is_empty() {
            return Err(AuthError::invalid("/scopes", "minItems", "scopes: give at least one"));
        }
        let ttl = input.expires_in.unwrap_or(DEFAULT_TTL);
        if !(1..=MAX_TTL).contains(&ttl) {
            let fault = format!("expires_in: from 1 to {MAX_TTL} (seconds)");
            return Err(AuthError::invalid("/expires_in", "range", fault));
        }
        actor.require_all(&scopes)?;
        if self.api_keys(actor, None, MAX_KEYS).await?.len() >= MAX_KEYS as usize {
            return Err(AuthError::Conflict(format!("you have {MAX_KEYS} keys; remove one first")));
        }
        let expires_at = Some(self.now() + Duration::from_secs(ttl));
        // A key that is stored after its user was disabled, or their password was reset, is suspended as those before.
        // Where that happened before this read, the session is of an earlier version.
        let owner = self.known_user(&actor.subject).await?;
        if let Some(id) = &actor.session_id {
            let session = self.store.session(id).await?;
            if session.is_none_or(|session| session.token_version != owner.token_version) {
                return Err(AuthError::SessionEnded);
            }
        }
        self.check_client_width(&scopes, &owner.roles)?;
        let grants = vec![GrantType::ClientCredentials];
        let (key, secret) = self.new_client(name, Some(&owner), scopes, grants, expires_at);
        self.store.insert_client(&key, &entry.on("client", &key.id)).await?;
        Ok((key, secret))
    }

    /// Removes a key of the caller and revokes its tokens.
    pub async fn remove_api_key(&self, actor: &Actor, id: &str) -> Result<(), AuthError> {
        let entry = self.entry_of(actor, Act::new(Action::ApiKeyRemoved).to("client", id));
        let removed =
            self.store.remove_client(id, Some(&actor.subject), &self.revocation_clock, &entry).await?;
        if removed { Ok(()) } else { Err(AuthError::NotFound("API key")) }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::World, *};

    fn wanted(scopes: &[&str], expires_in: Option<u64>) -> NewApiKey {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        NewApiKey { name: "laptop".into(), scopes, expires_in, current_password: None }
    }

    #[tokio::test]
    async fn a_key_allows_no_more_than_its_users_token() {
        let world = World::new().await;
        let user = world.user("ada@example.org").await;
        let ada = World::confirmed(&user.id, "calculations:read");
        let wide = world.auth.create_api_key(&ada, &wanted(&["calculations:write"], None)).await;
        assert!(matches!(wide, Err(AuthError::BeyondScope(_))));
        for (scopes, ttl) in [(&[][..], None), (&["calculations:read"], Some(0)), (&["a b"], None)] {
            let refusal = world.auth.create_api_key(&ada, &wanted(scopes, ttl)).await;
            assert!(matches!(refusal, Err(AuthError::Invalid(_))));
        }
        let key = wanted(&["calculations:read"], Some(60));
        let (made, _) = world.auth.create_api_key(&ada, &key).await.unwrap();
        assert_eq!(world.auth.api_keys(&ada, None, 10).await.unwrap(), std::slice::from_ref(&made));
        let eve = World::acting("eve", "calculations:read");
        assert!(world.auth.remove_api_key(&eve, &made.id).await.is_err());
        assert!(world.auth.remove_api_key(&ada, &made.id).await.is_ok());
    }
}
