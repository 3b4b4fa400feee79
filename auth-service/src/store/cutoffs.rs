//! The port to the feed of cut-offs: an ordered log that all replicas write and followers read by cursor.

use async_trait::async_trait;
use shared_models::revocations::{CutOff, CutOffKind, CutOffPage};
use time::OffsetDateTime;

use super::StoreError;
use crate::domain::cutoff::Cut;

/// Where cut-offs live. No entry ever appears behind a cursor that has been told, whichever replica wrote it.
#[async_trait]
pub trait CutOffs: Send + Sync {
    /// Adds a cut-off.
    async fn cut_off(&self, kind: CutOffKind, value: &str, cut: Cut) -> Result<(), StoreError>;

    /// The place of the newest cut-off; 0 where there has been none.
    async fn newest_cutoff(&self) -> Result<i64, StoreError>;

    /// The cut-offs behind the cursor that still matter, at most `limit`, in order. A cursor from beyond the newest
    /// starts again: it belongs to a feed that is no more.
    async fn cutoffs_after(
        &self,
        cursor: i64,
        limit: u32,
        now: OffsetDateTime,
    ) -> Result<CutOffPage, StoreError>;

    /// The cut-offs of one value.
    async fn cutoffs_of(&self, kind: CutOffKind, value: &str) -> Result<Vec<CutOff>, StoreError>;
}
