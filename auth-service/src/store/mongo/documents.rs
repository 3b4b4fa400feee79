//! The documents of users, sessions and the audit log.

use mongodb::bson::{Binary, Bson, DateTime, spec::BinarySubtype};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    domain::{
        audit::{Action, Entry, Target},
        email::Email,
        name::FullName,
        password_hash::PasswordHash,
        roles::{self, StoredScopes},
        session::{Delegation, EndReason, Previous, Session},
        user::User,
    },
    store::StoreError,
};

/// The collection of sessions.
pub(super) const SESSIONS: &str = "sessions";
/// The collection of the audit log.
pub(super) const AUDIT: &str = "audit";
/// `state` of an active session.
pub(super) const ACTIVE: &str = "active";
/// `state` of an ended session.
pub(super) const ENDED: &str = "ended";

/// The scopes of a role or client. They are text; what else a later version may write cannot be read as a whole.
pub(super) fn stored_scopes(scopes: &Bson) -> StoredScopes {
    match scopes {
        Bson::String(text) => StoredScopes::read(text),
        other => StoredScopes { unreadable: vec![other.to_string()], ..StoredScopes::default() },
    }
}

/// A user in the collection `users`.
#[derive(Serialize, Deserialize)]
pub(super) struct UserDocument {
    #[serde(rename = "_id")]
    id: String,
    email: String,
    email_key: String,
    full_name: Option<String>,
    #[serde(default)]
    name_key: Option<String>,
    roles: Vec<String>,
    disabled: bool,
    password_hash: String,
    token_version: i64,
    #[serde(default)]
    keys_version: i64,
    #[serde(default)]
    must_change_password: bool,
    #[serde(default)]
    not_before: i64,
    created_at: DateTime,
    updated_at: DateTime,
    /// On one document at most, by a unique index: two replicas cannot both make the first admin.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    first_admin: bool,
}

impl UserDocument {
    /// Whether it is that of an administrator who is not disabled.
    pub(super) fn is_admin(&self) -> bool {
        !self.disabled && self.roles.iter().any(|role| role == roles::ADMIN)
    }
}

/// A session in the collection `sessions`.
#[derive(Serialize, Deserialize)]
pub(super) struct SessionDocument {
    #[serde(rename = "_id")]
    id: String,
    user_id: String,
    client_id: String,
    scope: Option<String>,
    #[serde(default)]
    calculation: Option<String>,
    #[serde(default)]
    actor: Option<String>,
    #[serde(default)]
    through: Option<String>,
    token_version: i64,
    session_hash: Binary,
    current: Binary,
    previous: Option<Binary>,
    previous_at: Option<DateTime>,
    sealed: Option<Binary>,
    generation: i64,
    version: i64,
    state: String,
    reason: Option<String>,
    device: Option<String>,
    address: Option<String>,
    created_at: DateTime,
    last_used_at: DateTime,
    idle_expires_at: DateTime,
    absolute_expires_at: DateTime,
    purge_at: DateTime,
    /// The entry of its opening, until that is in the log.
    #[serde(skip_serializing_if = "Option::is_none", skip_deserializing)]
    opened: Option<EntryDocument>,
}

impl From<&User> for UserDocument {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.clone(),
            email: user.email.to_string(),
            email_key: user.email.key().to_owned(),
            full_name: user.full_name.as_ref().map(|name| name.as_str().to_owned()),
            name_key: user.full_name.as_ref().map(FullName::key),
            roles: user.roles.clone(),
            disabled: user.disabled,
            password_hash: user.password_hash.as_str().to_owned(),
            token_version: user.token_version,
            keys_version: user.keys_version,
            must_change_password: user.must_change_password,
            not_before: user.not_before,
            created_at: instant(user.created_at),
            updated_at: instant(user.updated_at),
            first_admin: false,
        }
    }
}

impl UserDocument {
    /// The value that only one user can have.
    pub(super) fn of_first_admin(user: &User) -> Self {
        Self { first_admin: true, ..Self::from(user) }
    }
}

impl TryFrom<UserDocument> for User {
    type Error = StoreError;

    fn try_from(document: UserDocument) -> Result<Self, StoreError> {
        Ok(Self {
            id: document.id,
            email: Email::from_stored(document.email, document.email_key),
            full_name: document.full_name.map(FullName::from_stored),
            roles: document.roles,
            disabled: document.disabled,
            password_hash: PasswordHash::from_stored(document.password_hash),
            token_version: document.token_version,
            keys_version: document.keys_version,
            must_change_password: document.must_change_password,
            not_before: document.not_before,
            created_at: time(document.created_at)?,
            updated_at: time(document.updated_at)?,
        })
    }
}

impl From<&Session> for SessionDocument {
    fn from(session: &Session) -> Self {
        let previous = session.previous.as_ref();
        Self {
            id: session.id.clone(),
            user_id: session.user_id.clone(),
            client_id: session.client_id.clone(),
            scope: session.scope.as_ref().map(ToString::to_string),
            calculation: session.delegation.as_ref().map(|delegation| delegation.calculation.clone()),
            actor: session.delegation.as_ref().map(|delegation| delegation.actor.clone()),
            through: session.delegation.as_ref().and_then(|delegation| delegation.through.clone()),
            token_version: session.token_version,
            session_hash: binary(&session.session_hash),
            current: binary(&session.current),
            previous: previous.map(|previous| binary(&previous.digest)),
            previous_at: previous.map(|previous| instant(previous.at)),
            sealed: previous.map(|previous| binary(&previous.sealed)),
            generation: session.generation,
            version: session.version,
            state: if session.ended.is_none() { ACTIVE } else { ENDED }.into(),
            reason: session.ended.map(|reason| reason.name().into()),
            device: session.device.clone(),
            address: session.address.clone(),
            created_at: instant(session.created_at),
            last_used_at: instant(session.last_used_at),
            idle_expires_at: instant(session.idle_expires_at),
            absolute_expires_at: instant(session.absolute_expires_at),
            purge_at: instant(session.purge_at),
            opened: None,
        }
    }
}

impl SessionDocument {
    /// The session with the entry of its opening.
    pub(super) fn opened(session: &Session, entry: &Entry) -> Self {
        Self { opened: Some(entry.into()), ..Self::from(session) }
    }
}

impl TryFrom<SessionDocument> for Session {
    type Error = StoreError;

    fn try_from(document: SessionDocument) -> Result<Self, StoreError> {
        let previous = match (document.previous, document.previous_at, document.sealed) {
            (None, None, None) => None,
            (Some(digest), Some(at), Some(sealed)) => {
                Some(Previous { digest: bytes(digest)?, at: time(at)?, sealed: bytes(sealed)? })
            }
            _ => return Err(unreadable("previous")),
        };
        let ended = match (document.state.as_str(), document.reason.as_deref()) {
            (ACTIVE, None) => None,
            (ENDED, Some(name)) => Some(EndReason::from_name(name).unwrap_or(EndReason::Revoked)),
            _ => return Err(unreadable("state")),
        };
        let scope = document.scope.map(|text| text.parse()).transpose();
        let through = document.through;
        Ok(Self {
            id: document.id,
            user_id: document.user_id,
            client_id: document.client_id,
            scope: scope.map_err(|_| unreadable("scope"))?,
            delegation: document.calculation.zip(document.actor).map(|(calculation, actor)| Delegation {
                calculation,
                actor,
                through,
            }),
            token_version: document.token_version,
            session_hash: bytes(document.session_hash)?,
            current: bytes(document.current)?,
            previous,
            generation: document.generation,
            version: document.version,
            ended,
            device: document.device,
            address: document.address,
            created_at: time(document.created_at)?,
            last_used_at: time(document.last_used_at)?,
            idle_expires_at: time(document.idle_expires_at)?,
            absolute_expires_at: time(document.absolute_expires_at)?,
            purge_at: time(document.purge_at)?,
        })
    }
}

/// An entry in the collection `audit`.
#[derive(Serialize, Deserialize)]
pub(super) struct EntryDocument {
    #[serde(rename = "_id")]
    id: String,
    at: DateTime,
    action: String,
    actor: Option<String>,
    client_id: Option<String>,
    target_kind: Option<String>,
    target: Option<String>,
    address: Option<String>,
    request_id: Option<String>,
    client_request_id: Option<String>,
    succeeded: bool,
    detail: Option<String>,
    /// Absent on an entry that is kept forever: a TTL index ignores such a document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    purge_at: Option<DateTime>,
}

impl From<&Entry> for EntryDocument {
    fn from(entry: &Entry) -> Self {
        let entry = entry.clone();
        let (target_kind, target) = entry.target.map(|target| (target.kind.into_owned(), target.id)).unzip();
        Self {
            id: entry.id,
            at: instant(entry.at),
            action: entry.action.name().into(),
            actor: entry.actor,
            client_id: entry.client_id,
            target_kind,
            target,
            address: entry.address,
            request_id: entry.request_id,
            client_request_id: entry.client_request_id,
            succeeded: entry.succeeded,
            detail: entry.detail,
            purge_at: entry.purge_at.map(instant),
        }
    }
}

impl TryFrom<EntryDocument> for Entry {
    type Error = StoreError;

    fn try_from(document: EntryDocument) -> Result<Self, StoreError> {
        let target = document.target_kind.zip(document.target);
        Ok(Self {
            id: document.id,
            at: time(document.at)?,
            action: Action::read(document.action),
            actor: document.actor,
            client_id: document.client_id,
            target: target.map(|(kind, id)| Target { kind: kind.into(), id }),
            address: document.address,
            request_id: document.request_id,
            client_request_id: document.client_request_id,
            succeeded: document.succeeded,
            detail: document.detail,
            purge_at: document.purge_at.map(time).transpose()?,
        })
    }
}

/// Bytes as the store keeps them.
pub(super) fn binary(bytes: &[u8]) -> Binary {
    Binary { subtype: BinarySubtype::Generic, bytes: bytes.to_vec() }
}

/// A time as the store keeps it, in whole milliseconds.
pub(super) fn instant(at: OffsetDateTime) -> DateTime {
    DateTime::from_millis(i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX))
}

/// A time as the service uses it.
pub(super) fn time(at: DateTime) -> Result<OffsetDateTime, StoreError> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.timestamp_millis()) * 1_000_000)
        .map_err(|_| unreadable("time"))
}

/// Bytes of a hash.
pub(super) fn bytes(binary: Binary) -> Result<[u8; 32], StoreError> {
    binary.bytes.try_into().map_err(|_| unreadable("hash"))
}

/// What is wrong with a stored document.
pub(super) fn unreadable(field: &str) -> StoreError {
    StoreError::Fault(format!("a stored document has an unreadable {field}"))
}
