//! Why a use case did not succeed. Knows no status code.

use shared_models::{problem::FieldError, projects::ProjectRole};

use super::hasher::HashError;
use crate::{domain::password::WeakPassword, store::StoreError};

/// Why a use case did not succeed. The text is for an operator at a terminal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// Values that break a rule.
    #[error("{}", .0.iter().map(|fault| fault.message.as_str()).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<FieldError>),
    /// Wrong e-mail or password, or a disabled user: the answer does not say which.
    #[error("the e-mail or the password is wrong")]
    InvalidCredentials,
    /// The refresh token is not valid.
    #[error("the refresh token is unknown, expired or revoked")]
    InvalidRefreshToken,
    /// A used refresh token was presented again; its session has been ended.
    #[error("the refresh token was used before; its session has been ended")]
    RefreshTokenReused,
    /// The user of an access token has been removed or disabled since it was issued.
    #[error("the user of this token was removed or disabled")]
    UserGone,
    /// The session of an access token has ended since it was issued.
    #[error("the session of this token has ended")]
    SessionEnded,
    /// The access token was revoked by the client that it was issued to (RFC 7009).
    #[error("the token has been revoked")]
    TokenRevoked,
    /// The caller may not grant these scopes, nor act on a user who holds them.
    #[error("this needs the scopes {}", .0.join(" "))]
    BeyondScope(Vec<String>),
    /// The caller is a member of the project, and their role does not allow it.
    #[error("this needs the role {} in the project{}", needed.name(), from(givers))]
    RoleNeeded {
        /// The role that is enough.
        needed: ProjectRole,
        /// The names of some who can give it.
        givers: Vec<String>,
    },
    /// The caller is in the team and does not manage it.
    #[error("only those who manage the team may do this, or an administrator")]
    TeamManagerNeeded,
    /// No invitation can be accepted with this token.
    #[error(
        "the invitation is unknown or has expired, was accepted or withdrawn, or its maker may no longer invite"
    )]
    NoInvitation,
    /// What the caller based the change on is no longer the current version.
    #[error("this was changed by another request; reload it and try again")]
    Outdated,
    /// Only a user with their own login may do this: no key, no service and no job.
    #[error("this needs a person's own login")]
    LoginNeeded,
    /// The login is too old for this, and the request has no password.
    #[error("this needs a login within the last {seconds} s, or the password")]
    RecentLoginNeeded {
        /// How old a login may be.
        seconds: u64,
    },
    /// It would break a rule about what must remain.
    #[error("{0}")]
    Conflict(String),
    /// These projects, or that many, would have no owner.
    #[error("{}", last_owner(.titles, *.count))]
    LastOwner {
        /// Their titles, where the caller may know them.
        titles: Vec<String>,
        /// How many there are.
        count: usize,
    },
    /// There is no such thing, or it is not the caller's.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Something unique exists already.
    #[error("{field} is taken")]
    Taken {
        /// What must be unique.
        field: &'static str,
    },
    /// It was changed by other requests at the same time.
    #[error("this was changed by other requests at the same time")]
    ChangedMeanwhile,
    /// Too many attempts failed, or were made.
    #[error("too many attempts; try again in {retry_after} s")]
    Throttled {
        /// Seconds until the next attempt is accepted.
        retry_after: u64,
    },
    /// More passwords wait to be checked than can be checked in time.
    #[error("too many passwords are being checked")]
    Busy,
    /// The store cannot be reached now.
    #[error("the store cannot be reached now")]
    Unavailable,
    /// A write was sent to the store and its outcome is not known.
    #[error("the store did not say whether this took effect; check before you retry")]
    Unknown,
    /// A fault of the service or its data. For the log alone.
    #[error("{0}")]
    Internal(String),
}

impl AuthError {
    /// Whether the access token as a whole is not valid, not only for this request.
    pub(super) fn refuses_the_token(&self) -> bool {
        matches!(self, Self::UserGone | Self::SessionEnded | Self::TokenRevoked)
    }

    /// One value that breaks a rule, at an RFC 6901 pointer into the input.
    pub(super) fn invalid(pointer: &str, code: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::at(pointer, code, message)])
    }

    /// Why hashing the password at `pointer` failed.
    pub(super) fn hashing(error: HashError, pointer: &str) -> Self {
        match error {
            HashError::Busy => Self::Busy,
            HashError::Weak(fault) => Self::Invalid(vec![weak(pointer, fault)]),
            HashError::Fault(fault) => Self::Internal(fault),
        }
    }
}

/// The fault of a password at an RFC 6901 pointer.
pub(super) fn weak(pointer: &str, fault: WeakPassword) -> FieldError {
    let code = match fault {
        WeakPassword::Length { .. } => "length",
        WeakPassword::Guessable => "guessable",
    };
    FieldError::at(pointer, code, format!("password: {fault}"))
}

/// Who can give a role, as a refusal says it.
fn from(givers: &[String]) -> String {
    if givers.is_empty() { String::new() } else { format!("; its owners can give it: {}", givers.join(", ")) }
}

/// Projects that a refusal names.
const NAMED: usize = 5;

/// That projects would have no owner.
fn last_owner(titles: &[String], count: usize) -> String {
    let named: Vec<String> = titles.iter().take(NAMED).map(|title| format!("\"{title}\"")).collect();
    let which = match (named.as_slice(), count - named.len()) {
        ([], 1) => "a project".to_owned(),
        ([], _) => format!("{count} projects"),
        (_, 0) => named.join(", "),
        (_, more) => format!("{} and {more} more", named.join(", ")),
    };
    format!("nobody else owns {which}; another owner is needed first; an administrator can add one")
}

impl From<StoreError> for AuthError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { field } => Self::Taken { field },
            StoreError::Unavailable | StoreError::Unusable(_) => Self::Unavailable,
            StoreError::Unknown => Self::Unknown,
            StoreError::Fault(fault) => Self::Internal(fault),
        }
    }
}
