//! The port to the store of auth-service: atomic methods by subject, and errors that name no driver.

mod audit;
mod clients;
mod endings;
mod lookup;
mod projects;
mod revocations;
mod roles;
mod sessions;
mod throttle;
mod users;

#[cfg(test)]
mod contract;
pub mod mongo;
pub mod observed;
pub mod sqlite;

use async_trait::async_trait;
use service_kit::store::{Unavailable, cause::Cause, owner::Owner};

use crate::domain::{
    audit::Entry,
    ending::{Ending, Whose},
    session::EndReason,
};

pub use self::{
    audit::{AuditFilter, AuditLog},
    clients::{ClientFilter, Clients},
    endings::{AT_ONCE, Endings},
    lookup::Lookup,
    projects::{Owner as ProjectOwner, Place, ProjectFilter, Projects, Rows, TeamFilter, TeamSize},
    revocations::Revocations,
    roles::{RoleOutcome, RoleWrite, Roles, StoredRoles},
    sessions::{SessionFilter, Sessions},
    throttle::Throttle,
    users::{EmailFilter, PasswordUpdate, UserFilter, UserOutcome, UserWrite, Users},
};

use self::projects::continuing;

/// Whose store it is.
const OWNER: Owner = Owner::Auth;

/// Why a method failed. Something that does not exist is `None` or `false`, never an error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Something unique exists already.
    #[error("{field} is taken")]
    Conflict {
        /// What must be unique.
        field: &'static str,
    },
    /// The store cannot be reached now. Nothing was done.
    #[error("the store cannot be reached now")]
    Unavailable,
    /// The store did not report in time whether it wrote.
    #[error("the store did not say whether this took effect")]
    Unknown,
    /// The store is reachable and cannot be used as it is. The cause is only for operators.
    #[error("{0}")]
    Unusable(Cause),
    /// The store refused, or has data that this version of Tessera cannot read. Only for the log.
    #[error("{0}")]
    Fault(String),
}

impl From<Unavailable> for StoreError {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

/// What the act of this entry on a client leaves to be ended: the job grants that were made through it or that it acts
/// in.
fn grants_of(client: &str, entry: &Entry) -> Ending {
    let whose = Whose::Client { id: client.to_owned(), except_user: None };
    Ending::of(entry, whose, Some(EndReason::ClientRevoked), true)
}

/// What the act of this entry leaves to be ended where it suspends or removes these API keys of a user: the job grants
/// of others in which they act. The user's own end with the user.
fn grants_of_keys(owner: &str, keys: Vec<String>, entry: &Entry) -> Vec<Ending> {
    let ending = |key: String| {
        let id = format!("{}.{key}", entry.id);
        let whose = Whose::Client { id: key, except_user: Some(owner.to_owned()) };
        Ending { id, ..Ending::of(entry, whose, Some(EndReason::ClientRevoked), true) }
    };
    keys.into_iter().map(ending).collect()
}

/// What the act of this entry on a user leaves to be ended: the sessions from before this `token_version`.
fn sessions_before(
    user: &str,
    token_version: i64,
    reason: EndReason,
    revokes: bool,
    entry: &Entry,
) -> Ending {
    Ending::of(entry, Whose::User { id: user.to_owned(), token_version }, Some(reason), revokes)
}

/// What the removal of a user leaves to be removed.
fn sessions_of_removed(user: &str, entry: &Entry) -> Ending {
    Ending::of(entry, Whose::User { id: user.to_owned(), token_version: i64::MAX }, None, false)
}

/// The store of auth-service. Every method is atomic: concurrent calls have the effect of one after the other.
///
/// Times handed in are whole milliseconds of the service's clock. A store with a clock of its own that all
/// replicas share judges expiry by that one.
#[async_trait]
pub trait Store:
    Users + Sessions + Endings + Clients + Projects + Revocations + Roles + AuditLog + Lookup + Throttle
{
    /// Prepares tables and indexes. Every method does so itself if it was not done.
    async fn prepare(&self) -> Result<(), StoreError>;

    /// Checks that the store can be reached and used; else returns why not, in words for an operator.
    async fn ping(&self) -> Result<(), Cause>;
}
