//! Roles: what each allows, changed by those who hold it themselves.
//!
//! Every login and renewal reads the table of roles, so a process keeps it under a lease of one second, and a change
//! is acknowledged only once all leases on the table before it have run out (Gray and Cheriton 1989): whoever has
//! seen the answer finds the change at every replica, and no renewal waits for a read.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use shared_models::{problem::FieldError, scope::ScopeSet};
use tokio::time::{Instant, sleep};

use super::{Actor, Auth, AuthError, audit::Act};
use crate::domain::{
    audit::{Action, Entry},
    roles,
    roles::RoleTable,
    user::User,
};

/// How long a process goes by the table it has read.
const LEASE: Duration = Duration::from_secs(1);

/// The table a process goes by, and when the reading of it began.
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
        let table = Arc::new(RoleTable::new(self.store.roles().await?));
        self.role_cache.keep(since, &table);
        Ok(table)
    }

    /// What the user's tokens may allow now: nothing but to change the password while that is demanded.
    pub(super) async fn scopes_of(&self, user: &User) -> Result<ScopeSet, AuthError> {
        if user.must_change_password {
            return Ok(ScopeSet::default());
        }
        Ok(self.roles().await?.scopes_of(&user.roles))
    }

    /// Makes a role, or changes what it allows.
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
        if let Some(before) = self.roles().await?.get(name) {
            actor.require_all(before)?;
        }
        self.store.set_role(name, &scopes, entry).await?;
        self.outlast_leases().await;
        Ok(scopes)
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
        actor.require_all(roles.get(name).ok_or(AuthError::NotFound("role"))?)?;
        let holders = self.store.count_users_with(name).await?;
        if holders > 0 {
            return Err(AuthError::Conflict(format!(
                "{holders} users have the role {name}; give them another"
            )));
        }
        if !self.store.remove_role(name, entry).await? {
            return Err(AuthError::NotFound("role"));
        }
        self.outlast_leases().await;
        Ok(())
    }

    /// Waits until no replica goes by an earlier table.
    async fn outlast_leases(&self) {
        self.role_cache.forget();
        sleep(LEASE).await;
        self.role_cache.forget();
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::World, *};

    #[tokio::test]
    async fn a_role_gives_what_it_says_from_the_next_renewal_on() {
        let world = World::new().await;
        let admin = world.admin().await;
        world.user_with_roles("ada@example.org", vec!["lab".into()]).await;
        let grant = world.login("ada@example.org").await;
        assert!(grant.scope.is_empty());
        world.auth.set_role(&admin, "lab", &["molecules:read".into()]).await.unwrap();
        assert_eq!(world.renew(&grant.refresh_token).await.unwrap().scope.to_string(), "molecules:read");
        let refusal = world.auth.remove_role(&admin, "lab").await.unwrap_err();
        assert!(matches!(&refusal, AuthError::Conflict(why) if why.contains("1 user")), "{refusal}");
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
    async fn nobody_makes_or_unmakes_a_role_that_allows_more_than_they_may() {
        let world = World::new().await;
        world.admin().await;
        let limited = world.actor_with("roles:read roles:write").await;
        let wide = world.auth.set_role(&limited, "lab", &["clients:write".into()]).await;
        assert_eq!(wide, Err(AuthError::BeyondScope(vec!["clients:write".into()])));
        // To take a scope from others is to act on it too.
        assert!(matches!(world.auth.set_role(&limited, "viewer", &[]).await, Err(AuthError::BeyondScope(_))));
    }
}
