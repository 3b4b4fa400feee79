//! Request and response bodies for roles.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A named set of scopes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// The scopes that it grants. A scope that a later version stored and this one cannot read is shown as it is, and
    /// grants nothing.
    pub scopes: Vec<String>,
    /// Whether it ships with Tessera and cannot be removed.
    pub built_in: bool,
}

/// Body of `PUT /auth/roles/{name}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleScopes {
    /// The scopes that the role grants.
    #[schema(example = json!(["calculations:read", "molecules:read"]))]
    pub scopes: Vec<String>,
}
