//! A user's record.

use shared_models::auth;
use time::OffsetDateTime;

use super::{email::Email, name::FullName, password_hash::PasswordHash};

/// A user as the store keeps them. Times are whole milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The id: `sub` of the user's tokens.
    pub id: String,
    /// The address the user logs in with.
    pub email: Email,
    /// The name others see.
    pub full_name: Option<FullName>,
    /// Roles, by name.
    pub roles: Vec<String>,
    /// Whether the user may not log in.
    pub disabled: bool,
    /// The hashed password.
    pub password_hash: PasswordHash,
    /// Raised to make every earlier session worthless.
    pub token_version: i64,
    /// When the user was made.
    pub created_at: OffsetDateTime,
    /// When the user last changed.
    pub updated_at: OffsetDateTime,
}

impl User {
    /// What the user, and administrators, may see.
    pub fn view(&self) -> auth::User {
        auth::User {
            id: self.id.clone(),
            email: self.email.to_string(),
            full_name: self.full_name.as_ref().map(|name| name.as_str().to_owned()),
            roles: self.roles.clone(),
            disabled: self.disabled,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}
