//! The port to users.

use async_trait::async_trait;
use time::OffsetDateTime;

use super::StoreError;
use crate::domain::{
    audit::Entry, email::Email, name::FullName, password_hash::PasswordHash, project::Change,
    revocation::RevocationClock, roles::StoredScopes, session::EndReason, user::User,
};

/// A new password, and what it ends.
#[derive(Clone, Debug)]
pub struct PasswordUpdate {
    /// The user.
    pub user_id: String,
    /// The user's `token_version` when the old password was checked.
    pub token_version: i64,
    /// The new password, hashed.
    pub hash: PasswordHash,
    /// The one session that continues.
    pub keep_session: Option<String>,
    /// When.
    pub at: OffsetDateTime,
}

/// Which users a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// Only these; all if empty.
    pub ids: Vec<String>,
    /// Users with this address.
    pub email: Option<EmailFilter>,
    /// Users with this role.
    pub role: Option<String>,
    /// Users who are, or are not, disabled.
    pub disabled: Option<bool>,
    /// Users with a larger id.
    pub after: Option<String>,
    /// The page size.
    pub limit: u32,
}

/// A filter on the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmailFilter {
    /// This one.
    Is(Email),
    /// One whose [`Email::key`] begins with this.
    BeginsWith(String),
}

/// An administrator's change of a user: what was read and what to write.
#[derive(Clone, Debug)]
pub struct UserWrite {
    /// The user as they were read.
    pub before: User,
    /// The user as they are to be.
    pub next: User,
    /// The stored roles that the user has from now on and had not before, with the scopes that were read.
    pub given: Vec<(String, StoredScopes)>,
    /// Why their sessions end, if they do: `next` has another `token_version` then, and their tokens are revoked.
    pub end_sessions: Option<EndReason>,
    /// Whether all their tokens are revoked, those of their API keys too: the moment becomes their `not_before`.
    pub revokes_tokens: bool,
    /// What becomes of the projects that they look after.
    pub projects: Change,
}

impl UserWrite {
    /// Whether it removes or disables an administrator.
    pub fn removes_admin(&self) -> bool {
        self.before.is_admin() && !self.next.is_admin()
    }

    /// Whether it revokes the tokens of a user whose API keys are suspended from then on.
    pub fn suspends_keys(&self) -> bool {
        let suspended = self.next.disabled || self.next.keys_version != self.before.keys_version;
        self.revokes_tokens && suspended
    }
}

/// The outcome of an act on a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserOutcome {
    /// Done.
    Done,
    /// There is no such user, or they are no longer what was read.
    Missing,
    /// Nothing was done: no administrator would be left.
    LastAdmin,
    /// Nothing was done: a role that was to be given has been removed, or allows something else than was read.
    RoleChanged,
    /// Nothing was done: a project that they look after is no longer what was read.
    ProjectChanged,
}

/// Users.
#[async_trait]
pub trait Users: Send + Sync {
    /// Adds a user, who has the stored roles `given`, and the entry; `Conflict` on `email` when there is one under any
    /// of the [`Email::keys`]. `false`, and nothing done, where a role of `given` has been removed or allows something
    /// else than was read.
    async fn insert_user(
        &self,
        user: &User,
        given: &[(String, StoredScopes)],
        entry: &Entry,
    ) -> Result<bool, StoreError>;

    /// Adds users, who have the stored roles `given`; for each one whether it was added, which one whose address is
    /// taken is not. Where any was, adds the entry with their number. `None`, and nothing done, where a role of `given`
    /// has been removed or allows something else than was read.
    async fn insert_users(
        &self,
        users: &[User],
        given: &[(String, StoredScopes)],
        entry: &Entry,
    ) -> Result<Option<Vec<bool>>, StoreError>;

    /// Adds an admin and the entry if there is no admin; `false` when there is one, made by this very call elsewhere
    /// included.
    async fn insert_first_admin(&self, user: &User, entry: &Entry) -> Result<bool, StoreError>;

    /// How many users have the role `admin`.
    async fn count_admins(&self) -> Result<u64, StoreError>;

    /// The user of that id.
    async fn user(&self, id: &str) -> Result<Option<User>, StoreError>;

    /// The user of that address: under the first of the [`Email::keys`] that somebody has.
    async fn user_by_email(&self, email: &Email) -> Result<Option<User>, StoreError>;

    /// Sets or removes the name and adds the entry; the user as they are now.
    async fn set_full_name(
        &self,
        id: &str,
        full_name: Option<&FullName>,
        at: OffsetDateTime,
        entry: &Entry,
    ) -> Result<Option<User>, StoreError>;

    /// Replaces a hash by a stronger one of the same password, unless it was changed meanwhile.
    async fn replace_hash(&self, id: &str, old: &PasswordHash, new: &PasswordHash) -> Result<(), StoreError>;

    /// Raises `token_version` with the new hash, carries the kept session over and adds the entry; then ends the other
    /// sessions. Where these are too many to end at once, all tokens of the user are revoked, those of the kept session
    /// too. The user need not change their password any more. `false`, and nothing done, when `token_version` is no
    /// longer the given one.
    async fn change_password(
        &self,
        update: &PasswordUpdate,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<bool, StoreError>;

    /// The users that a list shows, by id.
    async fn list_users(&self, filter: &UserFilter) -> Result<Vec<User>, StoreError>;

    /// Writes the user as `write` says and adds the entry, if roles, state and `token_version` are still those that
    /// were read, and so are the roles that are given. Its cost does not depend on how many sessions the user has: they
    /// are ended later. Where it suspends their API keys, the job grants of others in which these act are ended first.
    async fn write_user(
        &self,
        write: &UserWrite,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<UserOutcome, StoreError>;

    /// Raises the `token_version` that was read and adds the entry; then ends the user's sessions, as
    /// [`Users::change_password`] does. `false`, and nothing done, when it is no longer the user's.
    async fn end_sessions(
        &self,
        user: &User,
        reason: EndReason,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<bool, StoreError>;

    /// Removes a user with their API keys, revokes their tokens, does what is to become of their projects and teams, and adds
    /// the entry. Their sessions can no longer be refreshed and are removed later. The job grants of others in which these
    /// keys act are ended.
    async fn delete_user(
        &self,
        id: &str,
        projects: &Change,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<UserOutcome, StoreError>;
}
