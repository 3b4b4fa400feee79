//! The port to roles that were made or changed since Tessera was installed.

use async_trait::async_trait;
use shared_models::scope::ScopeSet;

use super::StoreError;
use crate::domain::{
    audit::Entry,
    revocation::RevocationClock,
    roles::{RoleTable, StoredScopes},
};

/// A change of a role: what was read and what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleWrite {
    /// The role's name.
    pub name: String,
    /// The stored scopes as they were read; absent if nothing is stored under this name.
    pub before: Option<StoredScopes>,
    /// What the role allows from now on.
    pub next: ScopeSet,
    /// Whether no user may have the role: a new role must not apply to users who have its name from an earlier one.
    pub unheld: bool,
    /// Whether it loses a scope: then the tokens of those who have the role are revoked.
    pub narrower: bool,
}

/// What is stored of roles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredRoles {
    /// The scopes of each, by name.
    pub scopes: Vec<(String, StoredScopes)>,
    /// The `not_before` of the last revocation of a role; 0 where there has been none. It is not from after the scopes.
    pub not_before: i64,
}

impl From<StoredRoles> for RoleTable {
    fn from(stored: StoredRoles) -> Self {
        Self::new(stored.scopes).since(stored.not_before)
    }
}

/// The outcome of a change of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleOutcome {
    /// Done.
    Done,
    /// Nothing was done: the stored role is no longer what was read, or there is none.
    Changed,
    /// Nothing was done: this many users have the role.
    Held(u64),
}

/// Roles. A role is removed, or created, only while no user has it; [`super::Users::write_user`] and
/// [`super::Users::insert_users`] give a role only while it is stored. Both hold for concurrent calls.
#[async_trait]
pub trait Roles: Send + Sync {
    /// Every stored role.
    async fn roles(&self) -> Result<StoredRoles, StoreError>;

    /// Stores a role, revokes tokens and adds the entry to the audit log.
    async fn set_role(
        &self,
        write: &RoleWrite,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<RoleOutcome, StoreError>;

    /// Removes a role that no user has, and adds the entry.
    async fn remove_role(&self, name: &str, entry: &Entry) -> Result<RoleOutcome, StoreError>;

    /// The different sets of roles of the users who have `role`, at most `limit`.
    async fn role_sets_with(&self, role: &str, limit: u32) -> Result<Vec<Vec<String>>, StoreError>;
}
