//! An entry of the audit log: who did what to whom. Never a secret, never text that a user typed.

use std::borrow::Cow;

use service_kit::random::Random;
use shared_models::audit::AuditEntry;
use time::OffsetDateTime;

use super::{id, session::Session};

macro_rules! actions {
    ($($action:ident = $name:literal,)*) => {
        /// What was done.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the names say it")]
        pub enum Action {
            $($action,)*
            /// An action of a later version, by its name.
            Other(Box<str>),
        }

        impl Action {
            /// The name in the log.
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$action => $name,)*
                    Self::Other(name) => name,
                }
            }

            /// Parses [`Action::name`]. The name that a later version wrote is kept as it is.
            pub fn read(name: String) -> Self {
                match name.as_str() {
                    $($name => Self::$action,)*
                    _ => Self::Other(name.into()),
                }
            }
        }

        /// The names of all actions of this version.
        pub const ACTIONS: &[&str] = &[$($name),*];
    };
}

actions! {
    Login = "login",
    Logout = "logout",
    PasswordChanged = "password_changed",
    UserCreated = "user_created",
    UserChanged = "user_changed",
    UserRemoved = "user_removed",
    SessionEnded = "session_ended",
    SessionsEnded = "sessions_ended",
    RefreshTokenReused = "refresh_token_reused",
    RoleSet = "role_set",
    RoleRemoved = "role_removed",
    ClientCreated = "client_created",
    ClientChanged = "client_changed",
    ClientRemoved = "client_removed",
    ClientAuthenticated = "client_authenticated",
    SecretIssued = "secret_issued",
    ApiKeyCreated = "api_key_created",
    ApiKeyRemoved = "api_key_removed",
    JobGranted = "job_granted",
    JobGrantsEnded = "job_grants_ended",
    TokenRevoked = "token_revoked",
    UsersImported = "users_imported",
    AccessRefused = "access_refused",
    ProjectCreated = "project_created",
    ProjectChanged = "project_changed",
    ProjectMemberSet = "project_member_set",
    ProjectMemberRemoved = "project_member_removed",
    TeamCreated = "team_created",
    TeamChanged = "team_changed",
    TeamRemoved = "team_removed",
    TeamMemberSet = "team_member_set",
    TeamMemberRemoved = "team_member_removed",
    InvitationCreated = "invitation_created",
    InvitationWithdrawn = "invitation_withdrawn",
    InvitationAccepted = "invitation_accepted",
    ServiceAccountCreated = "service_account_created",
    ServiceAccountChanged = "service_account_changed",
    ServiceAccountRemoved = "service_account_removed",
    SigningKeyAdded = "signing_key_added",
    SigningKeyPromoted = "signing_key_promoted",
    SigningKeyRetired = "signing_key_retired",
    SigningKeyRemoved = "signing_key_removed",
}

/// The target of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// `user`, `role`, `client`, `session`, `calculation`, `project`, `team`, `key` or `route`; later versions may have others.
    pub kind: Cow<'static, str>,
    /// Its id.
    pub id: String,
}

/// An entry as the store keeps it. Times are whole milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The entry's id; ids sort by time.
    pub id: String,
    /// When it was done.
    pub at: OffsetDateTime,
    /// What was done.
    pub action: Action,
    /// Who did it: the id of a user or a client.
    pub actor: Option<String>,
    /// The client that was used.
    pub client_id: Option<String>,
    /// The target.
    pub target: Option<Target>,
    /// The address of the client.
    pub address: Option<String>,
    /// The request's id, made by the service.
    pub request_id: Option<String>,
    /// The request's id, given by the caller.
    pub client_request_id: Option<String>,
    /// Whether it was done.
    pub succeeded: bool,
    /// What was changed, or why it was refused.
    pub detail: Option<String>,
    /// When the entry may be removed; never if absent.
    pub purge_at: Option<OffsetDateTime>,
}

impl Entry {
    /// An entry with the time of now and without a target.
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
            client_request_id: None,
            succeeded: true,
            detail: None,
            purge_at: None,
        }
    }

    /// The same by this user or client, with this client.
    pub fn by(&self, actor: &str, client_id: &str) -> Self {
        Self { actor: Some(actor.to_owned()), client_id: Some(client_id.to_owned()), ..self.clone() }
    }

    /// The same on this target.
    pub fn on(&self, kind: &'static str, id: &str) -> Self {
        Self { target: Some(Target { kind: kind.into(), id: id.to_owned() }), ..self.clone() }
    }

    /// The same by the owner of this session, on the session.
    pub fn of(&self, session: &Session) -> Self {
        self.by(&session.user_id, &session.client_id).on("session", &session.id)
    }

    /// The entry of a session that ends because this act opened one more than the `most` that the user may have.
    pub fn of_surplus(&self, session_id: &str, most: u32) -> Self {
        let detail = format!("least recently used of more than {most} live sessions");
        Self { id: id::of(session_id, self.at), action: Action::SessionEnded, ..self.clone() }
            .on("session", session_id)
            .saying(detail)
    }

    /// The same with this detail.
    pub fn saying(&self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self.clone() }
    }

    /// The same with the number of users added; `None` if there was none.
    pub fn counting(&self, added: &[bool]) -> Option<Self> {
        let count = added.iter().filter(|added| **added).count();
        (count > 0).then(|| self.saying(format!("{count} added")))
    }

    /// The same as refused, for this reason.
    pub fn refused(&self, why: &dyn std::fmt::Display) -> Self {
        Self { succeeded: false, detail: Some(why.to_string()), ..self.clone() }
    }

    /// The entry as readers of the log see it.
    pub fn view(&self) -> AuditEntry {
        AuditEntry {
            id: self.id.clone(),
            at: self.at,
            action: self.action.name().into(),
            actor: self.actor.clone(),
            client_id: self.client_id.clone(),
            target_kind: self.target.as_ref().map(|target| target.kind.clone().into_owned()),
            target: self.target.as_ref().map(|target| target.id.clone()),
            address: self.address.clone(),
            request_id: self.request_id.clone(),
            client_request_id: self.client_request_id.clone(),
            succeeded: self.succeeded,
            detail: self.detail.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_read_back_by_its_name_and_one_of_a_later_version_keeps_its_own() {
        for name in ACTIONS {
            let action = Action::read((*name).to_owned());
            assert_eq!(action.name(), *name);
            assert!(!matches!(action, Action::Other(_)), "{name}");
        }
        let later = Action::read("moon_phase_set".into());
        assert_eq!((later.name(), matches!(later, Action::Other(_))), ("moon_phase_set", true));
    }
}
