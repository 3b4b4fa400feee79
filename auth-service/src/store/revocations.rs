//! The port to the feed of revocations: an ordered log that all replicas write and followers read by cursor.

use async_trait::async_trait;
use shared_models::revocations::{Revocation, RevocationKind, RevocationPage};
use time::OffsetDateTime;

use super::StoreError;
use crate::domain::revocation::Cut;

/// Where revocations live. No entry ever appears behind a cursor that has been told, whichever replica wrote it.
#[async_trait]
pub trait Revocations: Send + Sync {
    /// Adds a revocation.
    async fn revoke(&self, kind: RevocationKind, value: &str, cut: Cut) -> Result<(), StoreError>;

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
