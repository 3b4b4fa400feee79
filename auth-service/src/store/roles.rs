//! The port to roles that were made or changed since Tessera was installed.

use async_trait::async_trait;
use shared_models::scope::ScopeSet;

use super::StoreError;

/// Where roles live.
#[async_trait]
pub trait Roles: Send + Sync {
    /// Every stored role.
    async fn roles(&self) -> Result<Vec<(String, ScopeSet)>, StoreError>;

    /// Stores a role, in the place of one of that name.
    async fn set_role(&self, name: &str, scopes: &ScopeSet) -> Result<(), StoreError>;

    /// Removes a role; `false` when there is none.
    async fn remove_role(&self, name: &str) -> Result<bool, StoreError>;

    /// How many users have the role.
    async fn count_users_with(&self, role: &str) -> Result<u64, StoreError>;
}
