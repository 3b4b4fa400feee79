//! The store, with its operations timed, its errors counted and its reads kept fresh. Knows no database.

use std::sync::Arc;

use service_kit::{
    metric::Values::Closed,
    observed,
    store::{
        cause::Cause,
        freshness::Freshness,
        observed::{Meter, Named},
    },
};
use shared_models::{
    projects::{MemberKind, MembershipEntry, MembershipFact},
    revocations::{Revocation, RevocationKind, RevocationPage},
};
use time::OffsetDateTime;

use super::{
    Store, StoreError,
    audit::AuditFilter,
    clients::ClientFilter,
    projects::{Owner, Place, ProjectFilter, Rows, TeamFilter, TeamSize},
    roles::{RoleOutcome, RoleWrite, StoredRoles},
    sessions::SessionFilter,
    users::{PasswordUpdate, UserFilter, UserOutcome, UserWrite},
};
use crate::{
    domain::audit::Entry,
    domain::client::Client,
    domain::email::Email,
    domain::ending::Ending,
    domain::key_ring::RingState,
    domain::name::FullName,
    domain::password_hash::PasswordHash,
    domain::project::{Change, Invitation, MemberKey, Membership, Project, Team, TeamMember, UserGuard},
    domain::refresh_token::Digest,
    domain::revocation::RevocationClock,
    domain::roles::StoredScopes,
    domain::session::{EndReason, Session},
    domain::step::{Presented, Rotation},
    domain::throttle::{Attempt, Bucket, Limit},
    domain::user::User,
};

/// Which store it is, as its metrics say.
const STORE: &str = "auth";

/// The kinds of error that are counted.
const ERRORS: &[&str] = &["unavailable", "unknown", "unusable", "fault"];

service_kit::metrics! {
    /// The metrics of the store.
    pub static DECLARED;

    /// How long operations of the store took, whatever came of them.
    static SECONDS: Histogram = "tessera_store_operation_seconds" {
        store: Closed(&[STORE]),
        operation: Closed(OPERATIONS)
    };
    /// Operations of the store that failed, by kind of error.
    static FAILED: Counter = "tessera_store_operation_errors_total" {
        store: Closed(&[STORE]),
        error: Closed(ERRORS)
    };
}

const METER: Meter = Meter { store: STORE, operations: OPERATIONS, seconds: &SECONDS, errors: &FAILED };

/// A store whose operations are counted, and whose reads are fresh.
pub struct Observed {
    inner: Arc<dyn Store>,
    freshness: Freshness,
}

impl Observed {
    /// This store, counted, with reads that are kept fresh in this way.
    pub fn of(inner: impl Store + 'static, freshness: Freshness) -> Arc<dyn Store> {
        Arc::new(Self { inner: Arc::new(inner), freshness })
    }
}

impl Named for StoreError {
    fn name(&self) -> Option<&'static str> {
        match self {
            Self::Conflict { .. } => None,
            Self::Unavailable => Some("unavailable"),
            Self::Unknown => Some("unknown"),
            Self::Unusable(_) => Some("unusable"),
            Self::Fault(_) => Some("fault"),
        }
    }
}

observed! { Observed:
    super::AuditLog {
        fn append_audit(entry: &Entry) -> Result<(), StoreError>;
        fn gather_audit() -> Result<(), StoreError>;
        fn record_ring(ring: &RingState, entry: &Entry) -> Result<(), StoreError>;
        #[read]
        fn audit(filter: &AuditFilter) -> Result<Vec<Entry>, StoreError>;
    }
    super::Clients {
        fn insert_client(client: &Client, entry: &Entry) -> Result<(), StoreError>;
        fn insert_named_service(client: &Client, entry: &Entry) -> Result<bool, StoreError>;
        #[read]
        fn client(id: &str) -> Result<Option<Client>, StoreError>;
        #[read]
        fn list_clients(filter: &ClientFilter) -> Result<Vec<Client>, StoreError>;
        fn replace_client(next: &Client, revoking: Option<&RevocationClock>, entry: &Entry) -> Result<bool, StoreError>;
        fn remove_client(id: &str, owner: Option<&str>, clock: &RevocationClock, entry: &Entry) -> Result<bool, StoreError>;
        fn touch_client(id: &str, at: OffsetDateTime, unless_since: OffsetDateTime) -> Result<(), StoreError>;
    }
    super::Endings {
        #[read]
        fn pending_endings(before: OffsetDateTime, limit: u32) -> Result<Vec<Ending>, StoreError>;
        fn end_some(ending: &Ending, limit: u32, clock: &RevocationClock) -> Result<bool, StoreError>;
    }
    super::Lookup {
        #[read]
        fn users_beginning(start: &str, limit: u32) -> Result<Vec<User>, StoreError>;
        #[read]
        fn services_beginning(start: &str, limit: u32) -> Result<Vec<Client>, StoreError>;
        #[read]
        fn audit_of_request(id: &str, limit: u32) -> Result<Vec<Entry>, StoreError>;
    }
    super::Projects {
        fn change_projects(change: &Change, entry: &Entry) -> Result<bool, StoreError>;
        #[read]
        fn project(id: &str) -> Result<Option<Project>, StoreError>;
        #[read]
        fn list_projects(filter: &ProjectFilter) -> Result<Vec<Project>, StoreError>;
        #[read]
        fn members(project: &str, after: Option<&(MemberKind, String)>, limit: u32) -> Result<Vec<Membership>, StoreError>;
        #[read]
        fn membership(key: &MemberKey) -> Result<Option<Membership>, StoreError>;
        #[read]
        fn memberships_of(members: &[(MemberKind, String)], project: Option<&str>) -> Result<Vec<Membership>, StoreError>;
        #[read]
        fn owners(project: &str, limit: u32) -> Result<Vec<Owner>, StoreError>;
        #[read]
        fn count_made(created_by: &str) -> Result<u64, StoreError>;
        #[read]
        fn user_guard(id: &str) -> Result<Option<UserGuard>, StoreError>;
        #[read]
        fn team(id: &str) -> Result<Option<Team>, StoreError>;
        #[read]
        fn list_teams(filter: &TeamFilter) -> Result<Vec<Team>, StoreError>;
        #[read]
        fn team_members(team: &str, after: Option<&str>, limit: u32) -> Result<Vec<TeamMember>, StoreError>;
        #[read]
        fn team_size(team: &str, user: &str) -> Result<TeamSize, StoreError>;
        #[read]
        fn teams_of(user: &str) -> Result<Vec<TeamMember>, StoreError>;
        #[read]
        fn invitations(project: &str) -> Result<Vec<Invitation>, StoreError>;
        #[read]
        fn invitation(digest: &Digest) -> Result<Option<Invitation>, StoreError>;
        #[read]
        fn newest_membership() -> Result<i64, StoreError>;
        #[read]
        fn memberships_after(cursor: i64, limit: u32) -> Result<Option<Vec<MembershipEntry>>, StoreError>;
        #[read]
        fn all_members(after: Option<&Place>, limit: u32) -> Result<Rows<MembershipFact>, StoreError>;
        #[read]
        fn all_team_members(after: Option<&Place>, limit: u32) -> Result<Rows<MembershipFact>, StoreError>;
    }
    super::Revocations {
        fn revoke(kind: RevocationKind, value: &str, clock: &RevocationClock) -> Result<(), StoreError>;
        fn correct_not_before(kind: RevocationKind, value: &str, found: i64, clock: &RevocationClock) -> Result<Option<i64>, StoreError>;
        fn publish_revocations(clock: &RevocationClock) -> Result<(), StoreError>;
        #[read]
        fn newest_revocation() -> Result<i64, StoreError>;
        #[read]
        fn revocations_after(cursor: i64, limit: u32, now: OffsetDateTime) -> Result<RevocationPage, StoreError>;
        #[read]
        fn revocations_of(kind: RevocationKind, value: &str) -> Result<Vec<Revocation>, StoreError>;
    }
    super::Roles {
        #[read]
        fn roles() -> Result<StoredRoles, StoreError>;
        fn set_role(write: &RoleWrite, clock: &RevocationClock, entry: &Entry) -> Result<RoleOutcome, StoreError>;
        fn remove_role(name: &str, entry: &Entry) -> Result<RoleOutcome, StoreError>;
        #[read]
        fn role_sets_with(role: &str, limit: u32) -> Result<Vec<Vec<String>>, StoreError>;
    }
    super::Sessions {
        fn insert_session(session: &Session, most: u32, clock: &RevocationClock, entry: &Entry) -> Result<(), StoreError>;
        #[read]
        fn session(id: &str) -> Result<Option<Session>, StoreError>;
        #[read]
        fn live_sessions(filter: &SessionFilter, now: OffsetDateTime) -> Result<Vec<Session>, StoreError>;
        fn rotate(presented: &Presented, now: OffsetDateTime, clock: &RevocationClock, theft: &Entry) -> Result<Rotation, StoreError>;
        fn end_session(user_id: &str, id: &str, reason: EndReason, clock: &RevocationClock, entry: &Entry) -> Result<bool, StoreError>;
        fn revoke_token(jti: &str, clock: &RevocationClock, entry: &Entry) -> Result<(), StoreError>;
        fn end_job_grants(calculation: &str, limit: u32, clock: &RevocationClock, entry: &Entry) -> Result<u64, StoreError>;
    }
    super::Throttle {
        fn take_attempt(bucket: &str, limit: Limit, now: OffsetDateTime) -> Result<Attempt, StoreError>;
        #[read]
        fn attempts(bucket: &str) -> Result<Option<Bucket>, StoreError>;
        fn fail_attempt(bucket: &str) -> Result<(), StoreError>;
        fn give_back_attempt(bucket: &str) -> Result<(), StoreError>;
        fn forget_attempts(bucket: &str) -> Result<(), StoreError>;
        fn secret(name: &str, fresh: [u8; 32]) -> Result<[u8; 32], StoreError>;
    }
    super::Users {
        fn insert_user(user: &User, given: &[(String, StoredScopes)], entry: &Entry) -> Result<bool, StoreError>;
        fn insert_users(users: &[User], given: &[(String, StoredScopes)], entry: &Entry) -> Result<Option<Vec<bool>>, StoreError>;
        fn insert_first_admin(user: &User, entry: &Entry) -> Result<bool, StoreError>;
        #[read]
        fn count_admins() -> Result<u64, StoreError>;
        #[read]
        fn user(id: &str) -> Result<Option<User>, StoreError>;
        #[read]
        fn user_by_email(email: &Email) -> Result<Option<User>, StoreError>;
        fn set_full_name(id: &str, full_name: Option<&FullName>, at: OffsetDateTime, entry: &Entry) -> Result<Option<User>, StoreError>;
        fn replace_hash(id: &str, old: &PasswordHash, new: &PasswordHash) -> Result<(), StoreError>;
        fn change_password(update: &PasswordUpdate, clock: &RevocationClock, entry: &Entry) -> Result<bool, StoreError>;
        #[read]
        fn list_users(filter: &UserFilter) -> Result<Vec<User>, StoreError>;
        fn write_user(write: &UserWrite, clock: &RevocationClock, entry: &Entry) -> Result<UserOutcome, StoreError>;
        fn end_sessions(user: &User, reason: EndReason, clock: &RevocationClock, entry: &Entry) -> Result<bool, StoreError>;
        fn delete_user(id: &str, projects: &Change, clock: &RevocationClock, entry: &Entry) -> Result<UserOutcome, StoreError>;
    }
    super::Store {
        fn prepare() -> Result<(), StoreError>;
        fn ping() -> Result<(), Cause>;
    }
}
