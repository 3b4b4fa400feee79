//! The port to the feed of revocations: an ordered log that all replicas write and followers read by cursor.

use async_trait::async_trait;
use shared_models::revocations::{Revocation, RevocationKind, RevocationPage};
use time::OffsetDateTime;

use super::StoreError;
use crate::domain::revocation::RevocationClock;

/// Where revocations live. No entry ever appears behind a cursor that was handed out, whichever replica wrote it.
///
/// When a verb that revokes returns, here or in another port, the feed shows its revocation, and no token that was made
/// from what was true before it escapes.
#[async_trait]
pub trait Revocations: Send + Sync {
    /// Revokes the tokens that `kind` and `value` name. The moment becomes the `not_before` of that user or client.
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

    /// Puts into the feed what was committed by now, also by a process that ended before it could do so itself.
    async fn publish_revocations(&self, clock: &RevocationClock) -> Result<(), StoreError>;

    /// The place of the newest revocation; 0 where there has been none.
    async fn newest_revocation(&self) -> Result<i64, StoreError>;

    /// The revocations behind the cursor that still matter, at most `limit`, in order. A cursor from beyond the newest
    /// starts again: it belongs to a feed that is no more.
    async fn revocations_after(
        &self,
        cursor: i64,
        limit: u32,
        now: OffsetDateTime,
    ) -> Result<RevocationPage, StoreError>;

    /// The revocations of one value.
    async fn revocations_of(&self, kind: RevocationKind, value: &str) -> Result<Vec<Revocation>, StoreError>;
}
