//! The port to sessions. Whatever ends one revokes its access tokens in the same atomic step.

use async_trait::async_trait;
use time::OffsetDateTime;

use super::StoreError;
use crate::domain::{
    audit::Entry,
    revocation::RevocationClock,
    session::{EndReason, Session},
    step::{Presented, Rotation},
};

/// Which sessions a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionFilter {
    /// The user.
    pub user_id: String,
    /// The user's `token_version`: sessions with another one can no longer be refreshed.
    pub token_version: i64,
    /// Sessions that were opened before the session of this id.
    pub after: Option<String>,
    /// The page size.
    pub limit: u32,
}

/// Sessions.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Adds a session and the entry of the act that opened it. Of the user's live sessions the least recently used ones
    /// beyond `most` end, each with an entry of its own; there may be a few more for a moment while several are opened
    /// at the same time.
    async fn insert_session(
        &self,
        session: &Session,
        most: u32,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<(), StoreError>;

    /// The session of that id, ended ones included.
    async fn session(&self, id: &str) -> Result<Option<Session>, StoreError>;

    /// The user's sessions that can still be refreshed, newest first.
    async fn live_sessions(
        &self,
        filter: &SessionFilter,
        now: OffsetDateTime,
    ) -> Result<Vec<Session>, StoreError>;

    /// Refreshes a session as [`crate::domain::step::step`] decides. If it decides for theft, the session ends and
    /// `theft` is added, with the session's user and client. `now` is the caller's time; a store with a clock that all
    /// replicas share uses that one. An error says nothing about what was written: present the same token again.
    async fn rotate(
        &self,
        presented: &Presented,
        now: OffsetDateTime,
        clock: &RevocationClock,
        theft: &Entry,
    ) -> Result<Rotation, StoreError>;

    /// Ends one session of the user and adds the entry; `false`, and nothing added, when it has ended already or is not
    /// theirs.
    async fn end_session(
        &self,
        user_id: &str,
        id: &str,
        reason: EndReason,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<bool, StoreError>;

    /// Revokes an access token that belongs to no session, named by its `jti`, and adds the entry.
    async fn revoke_token(&self, jti: &str, clock: &RevocationClock, entry: &Entry)
    -> Result<(), StoreError>;

    /// Ends at most `limit` job grants of the calculation and, where there were any, adds the entry with their number.
    async fn end_job_grants(
        &self,
        calculation: &str,
        limit: u32,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<u64, StoreError>;
}
