//! Roles: what each allows, changed by those who hold it themselves.
//!
//! Every login and refresh reads the table of roles, so a process keeps it under a lease of one second, and a change
//! is acknowledged only once all leases on the table before it have run out (Gray and Cheriton 1989): a caller who
//! has seen the answer finds the change at every replica, and no renewal waits for a read.

use std::sync::{Arc, Mutex, PoisonError};

use shared_models::{problem::FieldError, scope::ScopeSet};
use tokio::time::{Instant, sleep};

use super::{Actor, Auth, AuthError, audit::Act};
use crate::{
    domain::{
        audit::{Action, Entry},
        roles,
        roles::{LEASE, RoleTable, StoredScopes},
        user::User,
    },
    store::{RoleOutcome, RoleWrite},
};

/// How many different sets of roles are judged when one of the roles gets wider.
const MAX_SETS: u32 = 1000;
/// How often a change that others overtake is tried.
const MAX_TRIES: usize = 8;

/// The table that a process uses, and when the read of it began.
#[derive(Default)]
pub(super) struct RoleCache(Mutex<Option<(Instant, Arc<RoleTable>)>>);

impl RoleCache {
    fn leased(&self) -> Option<Arc<RoleTable>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(since, _)| since.elapsed() < LEASE).map(|(_, table)| Arc::clone(table))
    }

    fn keep(&self, since: Instant, table: &Arc<RoleTable>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((since, Arc::clone(table)));
    }

    fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Auth {
    /// All roles, at most a second old.
    pub async fn roles(&self) -> Result<Arc<RoleTable>, AuthError> {
        if let Some(table) = self.role_cache.leased() {
            return Ok(table);
        }
        let since = Instant::now();
        let table = Arc::new(RoleTable::from(self.store.roles().await?));
        self.role_cache.keep(since, &table);
        Ok(table)
    }

    /// What the user's tokens may allow now: nothing but to change the password while that is demanded.
    pub(super) async fn scopes_of(&self, user: &User) -> Result<ScopeSet, AuthError> {
        Ok(self.scopes_since(user).await?.0)
    }

    /// The same, and the [`RoleTable::not_before`] of the table that says so.
    pub(super) async fn scopes_since(&self, user: &User) -> Result<(ScopeSet, i64), AuthError> {
        let table = self.roles().await?;
        let roles: &[String] = if user.must_change_password { &[] } else { &user.roles };
        Ok((table.scopes_of(roles), table.not_before()))
    }

    /// Makes a role, or changes what it allows. Where it loses a scope, the tokens of all who have it are revoked: those
    /// from before the change, and those that replicas make meanwhile of the table before it.
    pub async fn set_role(
        &self,
        actor: &Actor,
        name: &str,
        scopes: &[String],
    ) -> Result<ScopeSet, AuthError> {
        let act = Act::new(Action::RoleSet).to("role", name).saying(scopes.join(" "));
        let entry = self.entry_of(actor, act);
        let outcome = self.try_set_role(actor, name, scopes, &entry).await;
        self.or_refused(entry, outcome).await
    }

    async fn try_set_role(
        &self,
        actor: &Actor,
        name: &str,
        scopes: &[String],
        entry: &Entry,
    ) -> Result<ScopeSet, AuthError> {
        if !roles::is_name(name) {
            let fault = "name: a lower-case letter, then letters, digits, _ or -, at most 63 in all";
            return Err(AuthError::Invalid(vec![FieldError::in_parameter("name", "format", fault)]));
        }
        let scopes = ScopeSet::from_names(scopes)
            .map_err(|fault| AuthError::invalid("/scopes", "format", format!("scopes: {fault}")))?;
        if name == roles::ADMIN {
            return Err(AuthError::Conflict("the role admin may do everything and cannot be changed".into()));
        }
        actor.require_all(&scopes)?;
        for _ in 0..MAX_TRIES {
            let stored = self.store.roles().await?;
            let mut of_name = stored.scopes.iter().filter(|(role, _)| role == name);
            let before = of_name.next().map(|(_, scopes)| scopes.clone());
            let table = RoleTable::from(stored);
            let allowed = table.get(name);
            if let Some(allowed) = allowed {
                actor.require_stored(allowed)?;
            }
            if !allowed.is_some_and(|allowed| allowed.granted.covers_all(&scopes)) {
                self.check_width(&table, name, &scopes).await?;
            }
            let narrower = allowed.is_some_and(|allowed| StoredScopes::from(scopes.clone()).lacks(allowed));
            let write = RoleWrite {
                name: name.to_owned(),
                before,
                next: scopes.clone(),
                unheld: allowed.is_none(),
                narrower,
            };
            match self.store.set_role(&write, &self.revocation_clock, entry).await? {
                RoleOutcome::Changed => continue,
                RoleOutcome::Held(holders) => return Err(held(name, holders)),
                RoleOutcome::Done => {}
            }
            self.outlast_leases().await;
            return Ok(scopes);
        }
        Err(AuthError::ChangedMeanwhile)
    }

    /// Refuses scopes of a role for which a token of somebody who has it would be too long.
    async fn check_width(&self, table: &RoleTable, name: &str, scopes: &ScopeSet) -> Result<(), AuthError> {
        let next = table.with(name, scopes);
        let others = self.store.role_sets_with(name, MAX_SETS).await?;
        for roles in others.into_iter().chain([vec![name.to_owned()]]) {
            if let Some(why) = self.roles_too_wide(&next, &roles)? {
                let fault = format!("scopes: with the roles {}, {why}", roles.join(", "));
                return Err(AuthError::invalid("/scopes", "maxLength", fault));
            }
        }
        Ok(())
    }

    /// Removes a role that nobody has.
    pub async fn remove_role(&self, actor: &Actor, name: &str) -> Result<(), AuthError> {
        let entry = self.entry_of(actor, Act::new(Action::RoleRemoved).to("role", name));
        let outcome = self.try_remove_role(actor, name, &entry).await;
        self.or_refused(entry, outcome).await
    }

    async fn try_remove_role(&self, actor: &Actor, name: &str, entry: &Entry) -> Result<(), AuthError> {
        if roles::is_built_in(name) {
            return Err(AuthError::Conflict(format!("the role {name} is built in and cannot be removed")));
        }
        let roles = self.roles().await?;
        actor.require_stored(roles.get(name).ok_or(AuthError::NotFound("role"))?)?;
        match self.store.remove_role(name, entry).await? {
            RoleOutcome::Done => {
                self.outlast_leases().await;
                Ok(())
            }
            RoleOutcome::Held(holders) => Err(held(name, holders)),
            RoleOutcome::Changed => Err(AuthError::NotFound("role")),
        }
    }

    /// All roles as they are stored now, for a caller that found the cached table outdated.
    pub(super) async fn fresh_roles(&self) -> Result<Arc<RoleTable>, AuthError> {
        self.role_cache.forget();
        self.roles().await
    }

    /// Waits until no replica uses an earlier table.
    async fn outlast_leases(&self) {
        self.role_cache.forget();
        sleep(LEASE).await;
        self.role_cache.forget();
    }
}

fn held(name: &str, holders: u64) -> AuthError {
    let users = if holders == 1 { "1 user has" } else { &format!("{holders} users have") };
    AuthError::Conflict(format!("{users} the role {name}; take it from them first"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use service_kit::clock::ManualClock;
    use shared_models::revocations::RevocationKind;

    use super::{super::testing::World, *};
    use crate::domain::revocation::RevocationClock;

    #[tokio::test]
    async fn a_role_gives_what_it_says_from_the_next_renewal_on() {
        let world = World::new().await;
        let admin = world.admin().await;
        world.auth.set_role(&admin, "lab", &[]).await.unwrap();
        world.user_with_roles("ada@example.org", vec!["lab".into()]).await;
        let grant = world.login("ada@example.org").await;
        assert!(grant.scope.is_empty());
        world.auth.set_role(&admin, "lab", &["molecules:read".into()]).await.unwrap();
        assert_eq!(world.refresh(&grant.refresh_token).await.unwrap().scope.to_string(), "molecules:read");
        let refusal = world.auth.remove_role(&admin, "lab").await.unwrap_err();
        assert!(matches!(&refusal, AuthError::Conflict(why) if why.contains("1 user")), "{refusal}");
    }

    #[tokio::test]
    async fn a_narrowed_role_revokes_every_token_made_from_it_and_a_widened_one_none() {
        let world = World::new().await;
        let admin = world.admin().await;
        let set = async |scopes: &[&str]| {
            let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
            world.auth.set_role(&admin, "lab", &scopes).await.unwrap();
            let entries = world.auth.revocations(0, Duration::ZERO).await.unwrap().entries;
            entries.into_iter().filter(|entry| entry.kind == RevocationKind::Role).collect::<Vec<_>>()
        };
        assert_eq!(set(&["molecules:read"]).await, []);
        world.user_with_roles("ada@example.org", vec!["lab".into()]).await;
        world.user("bob@example.org").await;
        assert_eq!(set(&["molecules:read", "molecules:write"]).await, []);
        let (ada, bob) = (world.login("ada@example.org").await, world.login("bob@example.org").await);
        let claims = |token: &str| world.auth.verifier().verify(token).unwrap();
        let (ada, bob) = (claims(&ada.access_token), claims(&bob.access_token));
        let entries = set(&["molecules:read"]).await;
        assert_eq!(entries.len(), 1);
        assert!(entries.iter().all(|entry| entry.value == "lab" && entry.refuses(&ada)));
        assert!(!entries.iter().any(|entry| entry.refuses(&bob)));
    }

    async fn is_revoked(world: &World, token: &str) -> bool {
        let claims = world.auth.verifier().verify(token).unwrap();
        let entries = world.auth.revocations(0, Duration::ZERO).await.unwrap().entries;
        entries.iter().any(|entry| entry.refuses(&claims))
    }

    /// Narrows the role as another replica does: this one does not notice it before its lease runs out.
    async fn narrow_elsewhere(world: &World, name: &str, next: &str, clock: &RevocationClock) {
        let stored = world.auth.store.roles().await.unwrap();
        let before = stored.scopes.into_iter().find(|(role, _)| role == name).map(|(_, scopes)| scopes);
        let write = RoleWrite {
            name: name.into(),
            before,
            next: next.parse().unwrap(),
            unheld: false,
            narrower: true,
        };
        let entry = Entry::new(Action::RoleSet, world.auth.now(), world.auth.env.random.as_ref());
        assert_eq!(world.auth.store.set_role(&write, clock, &entry).await, Ok(RoleOutcome::Done));
    }

    #[tokio::test]
    async fn whatever_is_issued_after_a_role_was_narrowed_is_good_at_once() {
        let world = World::new().await;
        let admin = world.admin().await;
        let user = world.user("ada@example.org").await;
        let before = world.login("ada@example.org").await;
        let (key, _) = world.key(&user.id, "series:read series:write").await;
        let of_key = world.auth.client_token(&key, world.auth.now(), None).await.unwrap();
        world.auth.set_role(&admin, "scientist", &["series:read".into()]).await.unwrap();
        assert!(is_revoked(&world, &before.access_token).await);
        assert!(is_revoked(&world, &of_key.access_token).await);
        let after = world.refresh(&before.refresh_token).await.unwrap();
        let of_key = world.auth.client_token(&key, world.auth.now(), None).await.unwrap();
        let again = world.login("ada@example.org").await;
        let now = world.auth.now().unix_timestamp();
        for (token, scope) in [
            (after.access_token, after.scope),
            (of_key.access_token, of_key.scope),
            (again.access_token, again.scope),
        ] {
            assert!(!is_revoked(&world, &token).await);
            assert_eq!(scope.to_string(), "series:read");
            assert_eq!(world.auth.verifier().verify(&token).unwrap().iat, now);
        }
        // Nothing shows it any more once that second has come.
        world.advance(10);
        let later = world.login("ada@example.org").await;
        assert_eq!(world.auth.verifier().verify(&later.access_token).unwrap().roles_at, None);
    }

    #[tokio::test]
    async fn what_is_issued_from_the_table_before_a_role_was_narrowed_falls_with_the_change() {
        let world = World::new().await;
        let user = world.user("ada@example.org").await;
        world.login("ada@example.org").await;
        let clock = &world.auth.revocation_clock;
        // Tokens of this user are issued as of a time that is ahead; that of their roles is not.
        for _ in 0..2 {
            world.auth.store.revoke(RevocationKind::Subject, &user.id, clock).await.unwrap();
        }
        // Another role that was narrowed before lends its moment to nothing of the table before this change.
        narrow_elsewhere(&world, "viewer", "reviews:read", clock).await;
        world.auth.role_cache.forget();
        world.auth.roles().await.unwrap();
        narrow_elsewhere(&world, "scientist", "series:read", clock).await;
        let old = world.login("ada@example.org").await;
        assert!(old.scope.covers("series:write"), "the lease has not run out");
        assert!(is_revoked(&world, &old.access_token).await);
        world.auth.role_cache.forget();
        let new = world.login("ada@example.org").await;
        assert_eq!(new.scope.to_string(), "series:read");
        assert!(!is_revoked(&world, &new.access_token).await);
    }

    #[tokio::test]
    async fn a_role_that_a_clock_an_hour_ahead_narrowed_locks_nobody_out_and_can_be_narrowed_again() {
        let world = World::new().await;
        world.user("ada@example.org").await;
        let ahead = Arc::new(ManualClock::new(world.auth.now() + Duration::from_secs(3600)));
        let ahead = RevocationClock::new(ahead, Duration::from_secs(300));
        narrow_elsewhere(&world, "scientist", "series:read series:write", &ahead).await;
        world.auth.role_cache.forget();
        let first = world.login("ada@example.org").await;
        assert!(!is_revoked(&world, &first.access_token).await);
        narrow_elsewhere(&world, "scientist", "series:read", &world.auth.revocation_clock).await;
        world.auth.role_cache.forget();
        assert!(is_revoked(&world, &first.access_token).await);
        let second = world.login("ada@example.org").await;
        assert!(!is_revoked(&world, &second.access_token).await);
    }

    #[tokio::test]
    async fn a_name_that_was_left_over_is_not_made_a_role_again() {
        let world = World::new().await;
        let admin = world.admin().await;
        world.user_with_leftover_role("ada@example.org", "lab").await;
        let refusal = world.auth.set_role(&admin, "lab", &["users:write".into()]).await.unwrap_err();
        assert!(matches!(&refusal, AuthError::Conflict(why) if why.contains("1 user has")), "{refusal}");
        assert!(world.login("ada@example.org").await.scope.is_empty());
    }

    #[tokio::test]
    async fn built_in_roles_stay_and_admin_stays_as_it_is() {
        let world = World::new().await;
        let admin = world.admin().await;
        for role in ["admin", "scientist", "viewer"] {
            assert!(matches!(world.auth.remove_role(&admin, role).await, Err(AuthError::Conflict(_))));
        }
        assert!(matches!(world.auth.set_role(&admin, "admin", &[]).await, Err(AuthError::Conflict(_))));
        assert!(world.auth.set_role(&admin, "viewer", &["molecules:read".into()]).await.is_ok());
        for bad in ["Lab", "", "a b"] {
            assert!(matches!(world.auth.set_role(&admin, bad, &[]).await, Err(AuthError::Invalid(_))));
        }
        assert_eq!(world.auth.remove_role(&admin, "gone").await, Err(AuthError::NotFound("role")));
    }

    #[tokio::test]
    async fn what_a_later_version_stored_in_a_role_grants_nothing_and_is_no_way_to_more() {
        let world = World::new().await;
        let admin = world.admin().await;
        world.stored_role("lab", "molecules:read molecules:write[own=\"x\"]").await;
        let ada = world.user_with_roles("ada@example.org", vec!["lab".into()]).await;
        assert_eq!(world.login("ada@example.org").await.scope.to_string(), "molecules:read");
        // What cannot be read may be anything: only those who may do everything act on it.
        let limited = world.actor_with("roles:write users:write molecules:read molecules:write").await;
        let beyond = || AuthError::BeyondScope(vec!["*".into()]);
        let scopes = ["molecules:read".to_owned()];
        assert_eq!(world.auth.set_role(&limited, "lab", &scopes).await, Err(beyond()));
        assert_eq!(world.auth.remove_role(&limited, "lab").await, Err(beyond()));
        assert_eq!(world.auth.end_sessions_of(&limited, &ada.id).await, Err(beyond()));
        assert_eq!(world.auth.set_role(&admin, "lab", &scopes).await.unwrap().to_string(), "molecules:read");
        let entries = world.auth.revocations(0, Duration::ZERO).await.unwrap().entries;
        assert!(entries.iter().any(|entry| entry.value == "lab"), "replicas of that version issued more");
        assert_eq!(
            world.auth.set_role(&limited, "lab", &scopes).await.unwrap().to_string(),
            "molecules:read"
        );
    }

    #[tokio::test]
    async fn nobody_makes_or_unmakes_a_role_that_allows_more_than_they_may() {
        let world = World::new().await;
        world.admin().await;
        let limited = world.actor_with("roles:read roles:write").await;
        let wide = world.auth.set_role(&limited, "lab", &["clients:write".into()]).await;
        assert_eq!(wide, Err(AuthError::BeyondScope(vec!["clients:write".into()])));
        // Removing a scope from others is an act on that scope too.
        assert!(matches!(world.auth.set_role(&limited, "viewer", &[]).await, Err(AuthError::BeyondScope(_))));
    }
}
