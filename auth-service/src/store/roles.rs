//! The port to roles that were made or changed since Tessera was installed.

use async_trait::async_trait;
use shared_models::scope::ScopeSet;

use super::StoreError;
use crate::domain::{audit::Entry, revocation::RevocationClock, roles::StoredScopes};

/// A change of a role: from what was read to what it shall allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleWrite {
    /// The role's name.
    pub name: String,
    /// The stored scopes as they were read; absent where nothing is stored under this name.
    pub before: Option<StoredScopes>,
    /// What the role allows from now on.
    pub next: ScopeSet,
    /// Whether no user may have the name already: a role that is made anew must not reach those who have a name
    /// that was left over.
    pub unheld: bool,
    /// Whether it loses a scope: then the tokens of those who have the role are revoked.
    pub narrower: bool,
}

/// What came of a change of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleOutcome {
    /// Done.
    Done,
    /// Nothing was done: the stored role is no longer what was read, or there is none.
    Changed,
    /// Nothing was done: this many users have the role.
    Held(u64),
}

/// Where roles live. A role is removed, or made anew, only while no user has it; [`super::Users::write_user`] and
/// [`super::Users::insert_users`] give a role only while it is stored. Both hold when they happen at once.
#[async_trait]
pub trait Roles: Send + Sync {
    /// Every stored role.
    async fn roles(&self) -> Result<Vec<(String, StoredScopes)>, StoreError>;

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
