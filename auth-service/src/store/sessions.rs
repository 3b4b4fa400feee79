//! The port to sessions. Whatever ends one cuts off its access tokens in the same atomic step.

use async_trait::async_trait;
use time::OffsetDateTime;

use super::StoreError;
use crate::domain::{
    revocation::RevocationClock,
    session::{EndReason, Session},
    step::{Presented, Rotation},
};

/// Where sessions live.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Adds a session.
    async fn insert_session(&self, session: &Session) -> Result<(), StoreError>;

    /// The session of that id, ended ones included.
    async fn session(&self, id: &str) -> Result<Option<Session>, StoreError>;

    /// The user's sessions that can still be renewed, newest first.
    async fn live_sessions(&self, user_id: &str, now: OffsetDateTime) -> Result<Vec<Session>, StoreError>;

    /// Refreshes a session as [`crate::domain::step::step`] decides; `cut` serves where it decides for theft. `now` is
    /// the caller's time; a store with a clock that all replicas share goes by that one. An error says nothing about
    /// what was written: present the same token again.
    async fn rotate(
        &self,
        presented: &Presented,
        now: OffsetDateTime,
        clock: &RevocationClock,
    ) -> Result<Rotation, StoreError>;

    /// Ends one session of the user; `false` when it has ended already or is not theirs.
    async fn end_session(
        &self,
        user_id: &str,
        id: &str,
        reason: EndReason,
        clock: &RevocationClock,
    ) -> Result<bool, StoreError>;

    /// Ends all sessions of the user; how many.
    async fn end_sessions(
        &self,
        user_id: &str,
        reason: EndReason,
        clock: &RevocationClock,
    ) -> Result<u64, StoreError>;

    /// Ends every job grant of the calculation; how many.
    async fn end_job_grants(&self, calculation: &str, clock: &RevocationClock) -> Result<u64, StoreError>;
}
