//! The port to where users and sessions live: atomic verbs, and errors that name no driver.

#[cfg(test)]
mod contract;
pub mod mongo;
pub mod sqlite;

use async_trait::async_trait;
use time::OffsetDateTime;

use crate::domain::{
    email::Email,
    name::FullName,
    password_hash::PasswordHash,
    session::{EndReason, Session},
    step::{Presented, Rotation},
    user::User,
};

/// Why a verb did not do its work. What is not there is `None` or `false`, never an error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Something unique exists already.
    #[error("{field} is taken")]
    Conflict {
        /// What must be unique.
        field: &'static str,
    },
    /// The store cannot be reached now, or did not say in time whether it wrote.
    #[error("the store cannot be reached now")]
    Unavailable,
    /// The store refused, or holds what this version of Tessera cannot read. For the log alone.
    #[error("{0}")]
    Fault(String),
}

/// A new password, and what it ends.
#[derive(Clone, Debug)]
pub struct PasswordUpdate {
    /// Whose.
    pub user_id: String,
    /// The user's `token_version` when the old password was checked.
    pub token_version: i64,
    /// The new password, hashed.
    pub hash: PasswordHash,
    /// The one session that lives on.
    pub keep_session: Option<String>,
    /// When.
    pub at: OffsetDateTime,
}

/// Where users and sessions live. Every verb is atomic: two at once act as one after the other.
///
/// Times handed in are whole milliseconds of the service's clock. A store with a clock of its own that all
/// replicas share judges expiry by that one.
#[async_trait]
pub trait Store: Send + Sync {
    /// Makes ready what the verbs rely on (tables, indexes). Every verb does so itself where it was not done.
    async fn prepare(&self) -> Result<(), StoreError>;

    /// Asks whether the store is there.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Adds a user; `Conflict` on `email` when one with the same [`Email::key`] exists.
    async fn insert_user(&self, user: &User) -> Result<(), StoreError>;

    /// Adds an admin if there is none; `false` when there is one, made by this very call elsewhere included.
    async fn insert_first_admin(&self, user: &User) -> Result<bool, StoreError>;

    /// How many users have the role `admin`.
    async fn count_admins(&self) -> Result<u64, StoreError>;

    /// The user of that id.
    async fn user(&self, id: &str) -> Result<Option<User>, StoreError>;

    /// The user of that address.
    async fn user_by_email(&self, email: &Email) -> Result<Option<User>, StoreError>;

    /// Sets or removes the name; the user as they are now.
    async fn set_full_name(
        &self,
        id: &str,
        full_name: Option<&FullName>,
        at: OffsetDateTime,
    ) -> Result<Option<User>, StoreError>;

    /// Replaces a hash by a stronger one of the same password, unless it was changed meanwhile.
    async fn replace_hash(&self, id: &str, old: &PasswordHash, new: &PasswordHash) -> Result<(), StoreError>;

    /// Raises `token_version` with the new hash first, then carries the kept session over, then ends the others.
    /// `false`, and nothing done, when `token_version` is no longer the given one.
    async fn change_password(&self, update: &PasswordUpdate) -> Result<bool, StoreError>;

    /// Removes a user, then their sessions; `false` when there is none.
    async fn delete_user(&self, id: &str) -> Result<bool, StoreError>;

    /// Adds a session.
    async fn insert_session(&self, session: &Session) -> Result<(), StoreError>;

    /// The session of that id, ended ones included.
    async fn session(&self, id: &str) -> Result<Option<Session>, StoreError>;

    /// The user's sessions that can still be renewed, newest first.
    async fn live_sessions(&self, user_id: &str, now: OffsetDateTime) -> Result<Vec<Session>, StoreError>;

    /// Renews a session as [`crate::domain::step::step`] decides. An error tells nothing about what was
    /// written; presenting the same token again is right.
    async fn rotate(&self, presented: &Presented, now: OffsetDateTime) -> Result<Rotation, StoreError>;

    /// Ends one session of the user; `false` when it has ended already or is not theirs.
    async fn end_session(&self, user_id: &str, id: &str, reason: EndReason) -> Result<bool, StoreError>;

    /// Ends all sessions of the user.
    async fn end_sessions(&self, user_id: &str, reason: EndReason) -> Result<(), StoreError>;
}
