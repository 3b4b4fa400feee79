//! A session's record: what is stored of one login until it ends. Rotation is in `step`.

use std::time::Duration;

use service_kit::random::Random;
use shared_models::{auth::SessionView, scope::ScopeSet};
use time::OffsetDateTime;

use super::{
    id,
    refresh_token::{Digest, RefreshToken, Sealed, Secret},
};

/// How long an ended or expired session stays readable before the store may remove it.
const KEPT: time::Duration = time::Duration::days(1);
/// Longest device name kept, in code points.
const DEVICE: usize = 256;

/// A session as the store keeps it. Times are whole milliseconds; no secret is in it, only hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The id: `sid` of the session's tokens.
    pub id: String,
    /// The id of the user, or for a [`Delegation`] by a service its client id.
    pub user_id: String,
    /// The client that logged in.
    pub client_id: String,
    /// The scopes that the login asked for; all that the user's roles allow if absent.
    pub scope: Option<ScopeSet>,
    /// To whom and for what the session was delegated; absent if its user logged in.
    pub delegation: Option<Delegation>,
    /// The user's `token_version` at login: the session is invalid once the user's is another.
    pub token_version: i64,
    /// SHA-256 of the session secret.
    pub session_hash: Digest,
    /// SHA-256 of the secret of the current refresh token.
    pub current: Digest,
    /// The refresh token before the current one, after the first rotation.
    pub previous: Option<Previous>,
    /// How often the session was refreshed.
    pub generation: i64,
    /// Raised by every write; a write names the version that it changes.
    pub version: i64,
    /// Why the session ended; absent while it is active.
    pub ended: Option<EndReason>,
    /// What the client called itself.
    pub device: Option<String>,
    /// The address the login came from.
    pub address: Option<String>,
    /// When the user proved who they are.
    pub created_at: OffsetDateTime,
    /// When the session was last refreshed.
    pub last_used_at: OffsetDateTime,
    /// When the session ends unless it is refreshed.
    pub idle_expires_at: OffsetDateTime,
    /// When the session ends at the latest.
    pub absolute_expires_at: OffsetDateTime,
    /// When the record may be removed. It never decides validity.
    pub purge_at: OffsetDateTime,
}

/// The refresh token that `current` replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Previous {
    /// SHA-256 of its secret.
    pub digest: Digest,
    /// When it was replaced.
    pub at: OffsetDateTime,
    /// Its successor, sealed for its holder.
    pub sealed: Sealed,
}

/// The delegation of a job grant (RFC 8693).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// The calculation that the session may write to.
    pub calculation: String,
    /// The client that acts: `act` of the session's tokens. Without it the grant ends.
    pub actor: String,
    /// The key or service whose token was exchanged: without it the grant ends. Absent for a login at Tessera.
    pub through: Option<String>,
}

shared_models::listed! {
    /// Why a session ended before its time.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum EndReason {
        /// The user logged out.
        Logout,
        /// The user ended it from another session.
        EndedByUser,
        /// The user's password changed.
        PasswordChange,
        /// A used refresh token was presented again: it was stolen.
        Theft,
        /// An administrator ended it, or disabled its user.
        EndedByAdmin,
        /// Its client revoked it (RFC 7009).
        Revoked,
        /// The calculation it was limited to is finished.
        CalculationFinished,
        /// The key or service that delegated it, or the client that acts, was removed, disabled, or lost a scope.
        ClientRevoked,
        /// Its user had more live sessions than they may, and this was among the least recently used.
        Surplus,
    }
}

impl EndReason {
    /// The name the store keeps.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Logout => "logout",
            Self::EndedByUser => "ended_by_user",
            Self::PasswordChange => "password_change",
            Self::Theft => "theft",
            Self::EndedByAdmin => "ended_by_admin",
            Self::Revoked => "revoked",
            Self::CalculationFinished => "calculation_finished",
            Self::ClientRevoked => "client_cut_off",
            Self::Surplus => "surplus",
        }
    }

    /// Parses [`EndReason::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// The data of a login that opens a session.
#[derive(Clone, Debug)]
pub struct Login {
    /// Who logged in.
    pub user_id: String,
    /// The user's `token_version` when the password was checked.
    pub token_version: i64,
    /// The client that logged in.
    pub client_id: String,
    /// What it asked for.
    pub scope: Option<ScopeSet>,
    /// The delegation, if it is a job grant.
    pub delegation: Option<Delegation>,
    /// What it called itself.
    pub device: Option<String>,
    /// Where it came from.
    pub address: Option<String>,
}

/// How long sessions live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// Without being refreshed.
    pub idle: Duration,
    /// At most.
    pub absolute: Duration,
}

impl Session {
    /// Opens a session and returns its first refresh token.
    pub fn open(
        login: Login,
        lifetimes: Lifetimes,
        now: OffsetDateTime,
        random: &dyn Random,
    ) -> (Self, RefreshToken) {
        let token = RefreshToken {
            session_id: id::new(now, random),
            session_secret: Secret::new(random),
            secret: Secret::new(random),
        };
        let absolute_expires_at = now + lifetimes.absolute;
        let session = Self {
            id: token.session_id.clone(),
            user_id: login.user_id,
            client_id: login.client_id,
            scope: login.scope,
            delegation: login.delegation,
            token_version: login.token_version,
            session_hash: token.session_secret.digest(),
            current: token.secret.digest(),
            previous: None,
            generation: 0,
            version: 0,
            ended: None,
            device: login
                .device
                .map(|device| device.chars().filter(|c| !c.is_control()).take(DEVICE).collect()),
            address: login.address,
            created_at: now,
            last_used_at: now,
            idle_expires_at: absolute_expires_at.min(now + lifetimes.idle),
            absolute_expires_at,
            purge_at: absolute_expires_at + KEPT,
        };
        (session, token)
    }

    /// Whether the session can still be refreshed at `now`.
    pub fn is_live(&self, now: OffsetDateTime) -> bool {
        self.ended.is_none() && now < self.idle_expires_at && now < self.absolute_expires_at
    }

    /// The session after it ended.
    pub fn end(&self, reason: EndReason) -> Self {
        Self { ended: Some(reason), version: self.version + 1, ..self.clone() }
    }

    /// The session as its user sees it; `current_sid` is the session of the request.
    pub fn view(&self, current_sid: Option<&str>) -> SessionView {
        SessionView {
            id: self.id.clone(),
            current: current_sid == Some(self.id.as_str()),
            client_id: self.client_id.clone(),
            calculation: self.delegation.as_ref().map(|delegation| delegation.calculation.clone()),
            device: self.device.clone(),
            address: self.address.clone(),
            created_at: self.created_at,
            last_used_at: self.last_used_at,
            expires_at: self.absolute_expires_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use service_kit::random::OsRandom;
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);

    fn open(idle: u64, absolute: u64) -> Session {
        let login = Login {
            user_id: "u".into(),
            token_version: 0,
            client_id: "tessera".into(),
            scope: None,
            delegation: None,
            device: Some(format!("curl\r\n{}", "x".repeat(500))),
            address: None,
        };
        let lifetimes =
            Lifetimes { idle: Duration::from_secs(idle), absolute: Duration::from_secs(absolute) };
        Session::open(login, lifetimes, NOW, &OsRandom).0
    }

    #[test]
    fn a_session_ends_when_it_is_idle_too_long_or_grew_too_old() {
        let session = open(60, 100);
        assert!(session.is_live(NOW + time::Duration::seconds(59)));
        assert!(!session.is_live(NOW + time::Duration::seconds(60)));
        assert_eq!(open(60, 50).idle_expires_at, NOW + time::Duration::seconds(50));
        assert!(!session.end(EndReason::Logout).is_live(NOW));
    }

    #[test]
    fn a_device_name_is_one_line_of_bearable_length() {
        let device = open(60, 100).device.unwrap();
        assert!(device.starts_with("curlxx") && device.len() == 256, "{device}");
    }

    #[test]
    fn every_reason_is_read_back_by_its_name() {
        for reason in EndReason::ALL {
            assert_eq!(EndReason::from_name(reason.name()), Some(reason));
        }
        assert_eq!(EndReason::from_name("tired"), None);
    }
}
