//! The port to roles that were made or changed since Tessera was installed.

use async_trait::async_trait;
use shared_models::scope::ScopeSet;

use super::StoreError;
use crate::domain::audit::Entry;

/// Where roles live.
#[async_trait]
pub trait Roles: Send + Sync {
    /// Every stored role.
    async fn roles(&self) -> Result<Vec<(String, ScopeSet)>, StoreError>;

    /// Stores a role, in the place of one of that name, and adds the entry of it to the audit log.
    async fn set_role(&self, name: &str, scopes: &ScopeSet, entry: &Entry) -> Result<(), StoreError>;

    /// Removes a role and adds the entry; `false`, and nothing done, when there is none.
    async fn remove_role(&self, name: &str, entry: &Entry) -> Result<bool, StoreError>;

    /// How many users have the role.
    async fn count_users_with(&self, role: &str) -> Result<u64, StoreError>;
}
