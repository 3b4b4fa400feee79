//! An entry of the audit log: who did what to whom. Never a secret, never what somebody typed.

use service_kit::random::Random;
use shared_models::audit::AuditEntry;
use time::OffsetDateTime;

use super::id;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Action {
    Login,
    Logout,
    PasswordChanged,
    UserCreated,
    UserChanged,
    UserRemoved,
    SessionEnded,
    SessionsEnded,
    RefreshTokenReused,
    RoleSet,
    RoleRemoved,
    ClientCreated,
    ClientChanged,
    ClientRemoved,
    SecretIssued,
    ApiKeyCreated,
    ApiKeyRemoved,
    JobGranted,
    JobGrantsEnded,
    TokenRevoked,
    UsersImported,
}

impl Action {
    const ALL: [Self; 21] = [
        Self::Login,
        Self::Logout,
        Self::PasswordChanged,
        Self::UserCreated,
        Self::UserChanged,
        Self::UserRemoved,
        Self::SessionEnded,
        Self::SessionsEnded,
        Self::RefreshTokenReused,
        Self::RoleSet,
        Self::RoleRemoved,
        Self::ClientCreated,
        Self::ClientChanged,
        Self::ClientRemoved,
        Self::SecretIssued,
        Self::ApiKeyCreated,
        Self::ApiKeyRemoved,
        Self::JobGranted,
        Self::JobGrantsEnded,
        Self::TokenRevoked,
        Self::UsersImported,
    ];

    /// The name that the log shows.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Logout => "logout",
            Self::PasswordChanged => "password_changed",
            Self::UserCreated => "user_created",
            Self::UserChanged => "user_changed",
            Self::UserRemoved => "user_removed",
            Self::SessionEnded => "session_ended",
            Self::SessionsEnded => "sessions_ended",
            Self::RefreshTokenReused => "refresh_token_reused",
            Self::RoleSet => "role_set",
            Self::RoleRemoved => "role_removed",
            Self::ClientCreated => "client_created",
            Self::ClientChanged => "client_changed",
            Self::ClientRemoved => "client_removed",
            Self::SecretIssued => "secret_issued",
            Self::ApiKeyCreated => "api_key_created",
            Self::ApiKeyRemoved => "api_key_removed",
            Self::JobGranted => "job_granted",
            Self::JobGrantsEnded => "job_grants_ended",
            Self::TokenRevoked => "token_revoked",
            Self::UsersImported => "users_imported",
        }
    }

    /// Reads [`Action::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}

/// What something was done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// `user`, `role`, `client`, `session` or `calculation`.
    pub kind: &'static str,
    /// Which one.
    pub id: String,
}

/// The kinds of target.
const KINDS: [&str; 5] = ["user", "role", "client", "session", "calculation"];

impl Target {
    /// The target of that kind and id; nothing for a kind that is none.
    pub fn read(kind: &str, id: String) -> Option<Self> {
        KINDS.into_iter().find(|known| *known == kind).map(|kind| Self { kind, id })
    }
}

/// An entry as the store keeps it. Times are whole milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The entry's id; ids sort by time.
    pub id: String,
    /// When.
    pub at: OffsetDateTime,
    /// What.
    pub action: Action,
    /// Who: a user's id or a client's.
    pub actor: Option<String>,
    /// With which client.
    pub client_id: Option<String>,
    /// To whom or what.
    pub target: Option<Target>,
    /// From where.
    pub address: Option<String>,
    /// By which request.
    pub request_id: Option<String>,
    /// Whether it was done.
    pub succeeded: bool,
    /// What was changed, or why it was refused.
    pub detail: Option<String>,
    /// When the entry may be removed; never where absent.
    pub purge_at: Option<OffsetDateTime>,
}

impl Entry {
    /// An entry of now about nothing yet.
    pub fn new(action: Action, at: OffsetDateTime, random: &dyn Random) -> Self {
        Self {
            id: id::new(at, random),
            at,
            action,
            actor: None,
            client_id: None,
            target: None,
            address: None,
            request_id: None,
            succeeded: true,
            detail: None,
            purge_at: None,
        }
    }

    /// What those who may read the log see.
    pub fn view(&self) -> AuditEntry {
        AuditEntry {
            id: self.id.clone(),
            at: self.at,
            action: self.action.name().into(),
            actor: self.actor.clone(),
            client_id: self.client_id.clone(),
            target_kind: self.target.as_ref().map(|target| target.kind.into()),
            target: self.target.as_ref().map(|target| target.id.clone()),
            address: self.address.clone(),
            request_id: self.request_id.clone(),
            succeeded: self.succeeded,
            detail: self.detail.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_read_back_by_its_name() {
        for action in Action::ALL {
            assert_eq!(Action::from_name(action.name()), Some(action));
        }
        assert_eq!(Action::from_name("yawned"), None);
        assert_eq!(Target::read("planet", "x".into()), None);
    }
}
