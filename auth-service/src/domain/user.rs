//! A user's record.

use shared_models::auth;
use time::OffsetDateTime;

use super::{email::Email, name::FullName, password_hash::PasswordHash, roles};

/// A user as the store keeps them. Times are whole milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The id: `sub` of the user's tokens.
    pub id: String,
    /// The address the user logs in with.
    pub email: Email,
    /// The display name.
    pub full_name: Option<FullName>,
    /// Roles, by name.
    pub roles: Vec<String>,
    /// Whether the user may not log in.
    pub disabled: bool,
    /// The hashed password.
    pub password_hash: PasswordHash,
    /// Raised to invalidate every earlier session.
    pub token_version: i64,
    /// Raised to suspend every API key made before: each key names the version it was made under.
    pub keys_version: i64,
    /// Whether the user must choose another password before their tokens allow anything else.
    pub must_change_password: bool,
    /// Access tokens issued before this second since the Unix epoch are refused; 0 refuses none.
    pub not_before: i64,
    /// When the user was created.
    pub created_at: OffsetDateTime,
    /// When the user last changed.
    pub updated_at: OffsetDateTime,
}

impl User {
    /// A new user.
    pub fn new(
        id: String,
        now: OffsetDateTime,
        email: Email,
        full_name: Option<FullName>,
        roles: Vec<String>,
        password_hash: PasswordHash,
    ) -> Self {
        Self {
            id,
            email,
            full_name,
            roles,
            disabled: false,
            password_hash,
            token_version: 0,
            keys_version: 0,
            must_change_password: false,
            not_before: 0,
            created_at: now,
            updated_at: now,
        }
    }

    /// Whether they are an administrator who is not disabled.
    pub fn is_admin(&self) -> bool {
        !self.disabled && self.roles.iter().any(|role| role == roles::ADMIN)
    }

    /// The user as they and administrators see them.
    pub fn view(&self) -> auth::User {
        auth::User {
            id: self.id.clone(),
            email: self.email.to_string(),
            full_name: self.full_name.as_ref().map(|name| name.as_str().to_owned()),
            roles: self.roles.clone(),
            disabled: self.disabled,
            must_change_password: self.must_change_password,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}
