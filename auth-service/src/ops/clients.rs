//! Services: created, changed and removed by administrators within their own scopes.

use std::time::Duration;

use shared_models::{
    clients::{ClientChange, GrantType, NewClient},
    problem::FieldError,
    scope::ScopeSet,
};
use time::OffsetDateTime;

use super::{Actor, Auth, AuthError, audit::Act};
use crate::{
    domain::{
        audit::{Action, Entry},
        client::Client,
        id,
        name::FullName,
        user::User,
    },
    store::ClientFilter,
};

/// How long a replaced secret stays valid by default: a day.
const KEEP_OLD: u64 = 24 * 3600;
/// How long a replaced secret stays valid at most: thirty days.
const MAX_KEEP_OLD: u64 = 30 * 24 * 3600;
/// How often a change is tried if others write at the same time.
const MAX_TRIES: usize = 8;

/// Reads the name and the scopes of something to be made, and reports all faults together. A name that is not `new` may
/// break the rules of today: it may be older than they are.
pub(super) fn named(name: &str, scopes: &[String], new: bool) -> Result<(String, ScopeSet), AuthError> {
    let name = match FullName::parse(name) {
        Err(_) if !new => Ok(FullName::from_stored(name.to_owned())),
        read => read.map_err(|fault| FieldError::at("/name", "format", format!("name: {fault}"))),
    };
    let scopes = ScopeSet::from_names(scopes)
        .map_err(|fault| FieldError::at("/scopes", "format", format!("scopes: {fault}")));
    match (name, scopes) {
        (Ok(name), Ok(scopes)) => Ok((name.as_str().to_owned(), scopes)),
        (name, scopes) => Err(AuthError::Invalid([name.err(), scopes.err()].into_iter().flatten().collect())),
    }
}

/// The grants of a client, each once; `client_credentials` by default.
fn grants(asked: Option<&Vec<GrantType>>) -> Vec<GrantType> {
    let mut grants = Vec::new();
    for grant in asked.unwrap_or(&vec![GrantType::ClientCredentials]) {
        if !grants.contains(grant) {
            grants.push(*grant);
        }
    }
    grants
}

impl Auth {
    /// The clients that a list shows, by id.
    pub async fn list_clients(&self, filter: &ClientFilter) -> Result<Vec<Client>, AuthError> {
        Ok(self.store.list_clients(filter).await?)
    }

    /// The service of that id.
    pub async fn service(&self, id: &str) -> Result<Client, AuthError> {
        let own = |client: &Client| client.owner.is_none() && client.project.is_none();
        let found = self.store.client(id).await?.filter(own);
        found.ok_or(AuthError::NotFound("client"))
    }

    /// Makes a client, and its secret.
    pub async fn create_client(
        &self,
        actor: &Actor,
        input: &NewClient,
    ) -> Result<(Client, String), AuthError> {
        let entry = self.entry_of(actor, creation(input));
        let outcome = self.try_create_client(actor, input, &entry).await;
        self.or_refused(entry, outcome).await
    }

    /// The same, where there is no service of that name: [`AuthError::Taken`] where there is, however many make one at
    /// once.
    pub async fn create_named_service(
        &self,
        actor: &Actor,
        input: &NewClient,
    ) -> Result<(Client, String), AuthError> {
        let entry = self.entry_of(actor, creation(input));
        let outcome = async {
            let (client, secret) = self.prepared_client(actor, input)?;
            let entry = entry.on("client", &client.id);
            let made = self.store.insert_named_service(&client, &entry).await?;
            if made { Ok((client, secret)) } else { Err(AuthError::Taken { field: "name" }) }
        };
        let outcome = outcome.await;
        self.or_refused(entry, outcome).await
    }

    async fn try_create_client(
        &self,
        actor: &Actor,
        input: &NewClient,
        entry: &Entry,
    ) -> Result<(Client, String), AuthError> {
        let (client, secret) = self.prepared_client(actor, input)?;
        self.store.insert_client(&client, &entry.on("client", &client.id)).await?;
        Ok((client, secret))
    }

    fn prepared_client(&self, actor: &Actor, input: &NewClient) -> Result<(Client, String), AuthError> {
        let (name, scopes) = named(&input.name, &input.scopes, true)?;
        actor.require_all(&scopes)?;
        self.check_client_width(&scopes, &[])?;
        Ok(self.new_client(name, None, scopes, grants(input.grants.as_ref()), None))
    }

    /// Refuses scopes of a client or key for which its token would be too long.
    pub(super) fn check_client_width(
        &self,
        scopes: &ScopeSet,
        from_roles: &[String],
    ) -> Result<(), AuthError> {
        match self.too_wide(scopes, &[], from_roles)? {
            Some(why) => Err(AuthError::invalid("/scopes", "maxLength", format!("scopes: {why}"))),
            None => Ok(()),
        }
    }

    /// A client with its first secret, not stored yet.
    pub(super) fn new_client(
        &self,
        name: String,
        owner: Option<&User>,
        scopes: ScopeSet,
        grants: Vec<GrantType>,
        expires_at: Option<OffsetDateTime>,
    ) -> (Client, String) {
        let now = self.now();
        let client = Client {
            id: id::new(now, self.env.random.as_ref()),
            name,
            owner: owner.map(|owner| owner.id.clone()),
            project: None,
            keys_version: owner.map_or(0, |owner| owner.keys_version),
            scopes: scopes.into(),
            grants,
            other_grants: Vec::new(),
            secrets: Vec::new(),
            disabled: false,
            not_before: 0,
            expires_at,
            created_at: now,
            last_used_at: None,
            version: 0,
        };
        client.with_secret(now, now, self.env.random.as_ref())
    }

    /// Changes a client. If it loses something its tokens are revoked.
    pub async fn change_client(
        &self,
        actor: &Actor,
        id: &str,
        change: &ClientChange,
    ) -> Result<Client, AuthError> {
        let act = Act::new(Action::ClientChanged).to("client", id).saying(summary(change));
        let entry = self.entry_of(actor, act);
        let outcome = self.try_change_client(actor, id, change, &entry).await;
        self.or_refused(entry, outcome).await
    }

    async fn try_change_client(
        &self,
        actor: &Actor,
        id: &str,
        change: &ClientChange,
        entry: &Entry,
    ) -> Result<Client, AuthError> {
        for _ in 0..MAX_TRIES {
            let before = self.service(id).await?;
            actor.require_stored(&before.scopes)?;
            let granted: Vec<String> = before.scopes.granted.iter().map(str::to_owned).collect();
            let (given, scopes) = (change.name.as_ref(), change.scopes.as_ref().unwrap_or(&granted));
            let (name, scopes) = named(given.unwrap_or(&before.name), scopes, given.is_some())?;
            actor.require_all(&scopes)?;
            if !before.scopes.granted.covers_all(&scopes) {
                self.check_client_width(&scopes, &[])?;
            }
            let scopes = if change.scopes.is_some() { scopes.into() } else { before.scopes.clone() };
            let disabled = change.disabled.unwrap_or(before.disabled);
            let taken_away = change.disabled == Some(true) || scopes.lacks(&before.scopes);
            let revoking = taken_away.then_some(&self.revocation_clock);
            let next = Client {
                name,
                scopes,
                disabled,
                grants: change
                    .grants
                    .as_ref()
                    .map_or_else(|| before.grants.clone(), |asked| grants(Some(asked))),
                other_grants: if change.grants.is_some() { Vec::new() } else { before.other_grants.clone() },
                version: before.version + 1,
                ..before
            };
            if self.store.replace_client(&next, revoking, entry).await? {
                return Ok(next);
            }
        }
        Err(AuthError::ChangedMeanwhile)
    }

    /// Replaces the secret. The old one stays valid for `keep_old_for` seconds, so that every copy of it can be
    /// replaced in time; one that was replaced before is removed.
    pub async fn replace_secret(
        &self,
        actor: &Actor,
        id: &str,
        keep_old_for: Option<u64>,
    ) -> Result<(Client, String), AuthError> {
        let keep_old_for = keep_old_for.unwrap_or(KEEP_OLD);
        let act =
            Act::new(Action::SecretIssued).to("client", id).saying(format!("keep_old_for={keep_old_for}"));
        let entry = self.entry_of(actor, act);
        let outcome = self.try_replace_secret(actor, id, keep_old_for, &entry).await;
        self.or_refused(entry, outcome).await
    }

    async fn try_replace_secret(
        &self,
        actor: &Actor,
        id: &str,
        keep_old_for: u64,
        entry: &Entry,
    ) -> Result<(Client, String), AuthError> {
        if keep_old_for > MAX_KEEP_OLD {
            let fault = format!("keep_old_for: at most {MAX_KEEP_OLD} (seconds)");
            return Err(AuthError::invalid("/keep_old_for", "maximum", fault));
        }
        for _ in 0..MAX_TRIES {
            let before = self.service(id).await?;
            actor.require_stored(&before.scopes)?;
            let now = self.now();
            let old_until = now + Duration::from_secs(keep_old_for);
            let (next, secret) = before.with_secret(now, old_until, self.env.random.as_ref());
            if self.store.replace_client(&next, None, entry).await? {
                return Ok((next, secret));
            }
        }
        Err(AuthError::ChangedMeanwhile)
    }

    /// Removes a client and revokes its tokens.
    pub async fn remove_client(&self, actor: &Actor, id: &str) -> Result<(), AuthError> {
        let entry = self.entry_of(actor, Act::new(Action::ClientRemoved).to("client", id));
        let outcome = async {
            actor.require_stored(&self.service(id).await?.scopes)?;
            let removed = self.store.remove_client(id, None, &self.revocation_clock, &entry).await?;
            if removed { Ok(()) } else { Err(AuthError::NotFound("client")) }
        };
        let outcome = outcome.await;
        self.or_refused(entry, outcome).await
    }
}

fn creation(input: &NewClient) -> Act<'static> {
    Act::new(Action::ClientCreated).saying(input.scopes.join(" "))
}

fn summary(change: &ClientChange) -> String {
    let mut said = Vec::new();
    said.extend(change.name.as_ref().map(|_| "name".to_owned()));
    said.extend(change.scopes.as_ref().map(|scopes| format!("scopes={}", scopes.join(","))));
    said.extend(change.grants.as_ref().map(|grants| format!("grants={grants:?}")));
    said.extend(change.disabled.map(|disabled| format!("disabled={disabled}")));
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{super::testing::World, *};

    fn wanted(scopes: &[&str]) -> NewClient {
        NewClient {
            name: "loader".into(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            grants: None,
        }
    }

    #[tokio::test]
    async fn nobody_makes_changes_or_opens_a_client_that_may_do_more_than_they_may() {
        let world = World::new().await;
        let admin = world.admin().await;
        let limited = world.actor_with("clients:read clients:write calculations:read").await;
        let beyond =
            |outcome: Result<(), AuthError>| assert!(matches!(outcome, Err(AuthError::BeyondScope(_))));
        let wide = wanted(&["clients:write", "users:write"]);
        beyond(world.auth.create_client(&limited, &wide).await.map(|_| ()));
        let (client, _) = world.auth.create_client(&admin, &wide).await.unwrap();
        let rename = ClientChange { name: Some("mine".into()), ..ClientChange::default() };
        beyond(world.auth.change_client(&limited, &client.id, &rename).await.map(|_| ()));
        beyond(world.auth.replace_secret(&limited, &client.id, None).await.map(|_| ()));
        beyond(world.auth.remove_client(&limited, &client.id).await);
        let (own, _) = world.auth.create_client(&limited, &wanted(&["calculations:read"])).await.unwrap();
        let widen = ClientChange { scopes: Some(vec!["users:read".into()]), ..ClientChange::default() };
        beyond(world.auth.change_client(&limited, &own.id, &widen).await.map(|_| ()));
        assert!(world.auth.remove_client(&limited, &own.id).await.is_ok());
        assert_eq!(world.auth.remove_client(&limited, &own.id).await, Err(AuthError::NotFound("client")));
    }

    #[tokio::test]
    async fn what_a_later_version_stored_in_a_client_grants_nothing_and_is_no_way_to_more() {
        let world = World::new().await;
        let admin = world.admin().await;
        let (client, _) = world.auth.create_client(&admin, &wanted(&["calculations:read"])).await.unwrap();
        world.stored_client_scopes(&client.id, "calculations:read series:read[own=\"x\"]").await;
        let client = world.auth.service(&client.id).await.unwrap();
        let token = world.auth.client_token(&client, world.auth.now(), None).await.unwrap().access_token;
        let claims = world.auth.verifier().verify(&token).unwrap();
        assert_eq!(claims.scope.to_string(), "calculations:read");
        // What cannot be read may be anything: only those who may do everything act on it.
        let limited = world.actor_with("clients:read clients:write calculations:read series:read").await;
        let beyond = || AuthError::BeyondScope(vec!["*".into()]);
        let rename = ClientChange { name: Some("mine".into()), ..ClientChange::default() };
        assert_eq!(world.auth.change_client(&limited, &client.id, &rename).await, Err(beyond()));
        assert_eq!(world.auth.replace_secret(&limited, &client.id, None).await, Err(beyond()));
        assert_eq!(world.auth.remove_client(&limited, &client.id).await, Err(beyond()));
        let renamed = world.auth.change_client(&admin, &client.id, &rename).await.unwrap();
        assert_eq!(renamed.scopes, client.scopes);
        assert_eq!(world.auth.service(&client.id).await.unwrap().not_before, 0, "nothing was taken from it");
        let scopes = Some(vec!["calculations:read".into()]);
        let narrow = ClientChange { scopes, ..ClientChange::default() };
        world.auth.change_client(&admin, &client.id, &narrow).await.unwrap();
        let narrowed = world.auth.service(&client.id).await.unwrap();
        assert!(narrowed.not_before > 0 && narrowed.scopes.unreadable.is_empty());
        assert_eq!(world.auth.remove_client(&limited, &client.id).await, Ok(()));
    }

    #[tokio::test]
    async fn what_is_taken_from_a_client_is_revoked_and_what_is_given_is_not() {
        let world = World::new().await;
        let admin = world.admin().await;
        let (client, _) = world.auth.create_client(&admin, &wanted(&["calculations:read"])).await.unwrap();
        let both = vec!["calculations:read".to_owned(), "series:read".to_owned()];
        let widen = ClientChange { scopes: Some(both), ..ClientChange::default() };
        world.auth.change_client(&admin, &client.id, &widen).await.unwrap();
        assert_eq!(world.auth.service(&client.id).await.unwrap().not_before, 0);
        let narrow = ClientChange { scopes: Some(vec!["series:read".into()]), ..ClientChange::default() };
        world.auth.change_client(&admin, &client.id, &narrow).await.unwrap();
        assert!(world.auth.service(&client.id).await.unwrap().not_before > 0);
    }
}
