//! The port to the revocation feed: an ordered log that all replicas write and followers read by cursor.

use async_trait::async_trait;
use shared_models::revocations::{Revocation, RevocationKind, RevocationPage};
use time::OffsetDateTime;

use super::StoreError;
use crate::domain::revocation::RevocationClock;

/// The revocation feed. No entry is ever added before a cursor that was returned, whichever replica wrote it.
///
/// When a method that revokes returns, here or in another port, the feed shows its revocation, which also refuses every
/// token that was made from data of before it.
#[async_trait]
pub trait Revocations: Send + Sync {
    /// Revokes the tokens that `kind` and `value` name. The moment becomes the `not_before` of that user or client, or
    /// that of all roles.
    async fn revoke(
        &self,
        kind: RevocationKind,
        value: &str,
        clock: &RevocationClock,
    ) -> Result<(), StoreError>;

    /// Lowers the `not_before` of a user (`Subject`) or client (`Key`) that a wrong clock set to `found`, to the moment
    /// of a revocation of now. Returns the one that holds then; `None` if there is no such user or client.
    async fn correct_not_before(
        &self,
        kind: RevocationKind,
        value: &str,
        found: i64,
        clock: &RevocationClock,
    ) -> Result<Option<i64>, StoreError>;

    /// Publishes in the feed all revocations that are committed, including those of a process that ended before it did
    /// so.
    async fn publish_revocations(&self, clock: &RevocationClock) -> Result<(), StoreError>;

    /// The position of the newest revocation; 0 if there has been none.
    async fn newest_revocation(&self) -> Result<i64, StoreError>;

    /// The revocations after the cursor that still matter, at most `limit`, in order. A cursor beyond the newest entry
    /// starts again from 0: it belongs to a feed that no longer exists.
    async fn revocations_after(
        &self,
        cursor: i64,
        limit: u32,
        now: OffsetDateTime,
    ) -> Result<RevocationPage, StoreError>;

    /// The revocations of one value.
    async fn revocations_of(&self, kind: RevocationKind, value: &str) -> Result<Vec<Revocation>, StoreError>;
}
