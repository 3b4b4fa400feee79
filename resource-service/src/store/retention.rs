//! The port for what is kept no longer than a collection wants: revisions by their number and by their age.

use async_trait::async_trait;

use super::StoreError;

/// The most revisions that one step removes.
pub const STEP: usize = 500;

/// A revision that is kept: the document's id and the number.
pub type Kept = (String, i64);

/// A store that forgets. Each step can be repeated, by several replicas at once.
#[async_trait]
pub trait Retention: Send + Sync {
    /// The revisions that are kept beside the current ones, removals included, in order from behind `after`.
    async fn kept(
        &self,
        collection: &str,
        after: Option<&Kept>,
        limit: usize,
    ) -> Result<Vec<Kept>, StoreError>;

    /// Removes these revisions, at most [`STEP`].
    async fn forget(&self, collection: &str, revisions: &[Kept]) -> Result<(), StoreError>;

    /// Removals from before `until` that are not undone, the oldest first, at most `limit`.
    async fn ended_before(
        &self,
        collection: &str,
        until: &str,
        limit: usize,
    ) -> Result<Vec<Kept>, StoreError>;

    /// Removes revisions whose place another took before `until`, at most [`STEP`]; returns how many. A removal that is not
    /// undone is left. A revision that an older version of the program kept counts as of `now`, from when this is first
    /// called.
    async fn forget_before(&self, collection: &str, until: &str, now: &str) -> Result<usize, StoreError>;
}
