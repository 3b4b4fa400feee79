//! The port for hiding what belongs to a calculation while that is removed.
//!
//! Removing a calculation, or restoring it, notes that it *turned*, in the same step. Its series and reviews then follow in
//! steps that can be repeated: each gets a mark, or loses it. Lists, counts and reads leave out what is marked, by the
//! same condition on every page, so that they cost what they did. A mark is no change of a document.
//!
//! A join with the removed calculations would make each read slower, and MongoDB has none in a `find`. After a crash a
//! series may be visible, or not yet visible again, until the next sweep.

use std::{collections::HashSet, sync::Arc};

use async_trait::async_trait;

use super::StoreError;
use crate::domain::collection::Collection;

/// The most documents that one step marks.
pub const MARKED_AT_ONCE: usize = 500;

/// A calculation that was removed or restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turned {
    /// Its id.
    pub id: String,
    /// The revision that did it.
    pub revision: i64,
}

/// A store that hides documents.
#[async_trait]
pub trait Hiding: Send + Sync {
    /// Calculations that turned before `until`, the first ones first, at most `limit`.
    async fn turned(&self, until: &str, limit: u32) -> Result<Vec<Turned>, StoreError>;

    /// Hides documents that belong to a calculation, or shows them again: at most [`MARKED_AT_ONCE`] of those that are not
    /// so yet. Returns how many.
    async fn hide(
        &self,
        collection: &Arc<Collection>,
        calculation: &str,
        hidden: bool,
    ) -> Result<usize, StoreError>;

    /// Those of these documents that are there and not hidden.
    async fn shown(
        &self,
        collection: &Arc<Collection>,
        ids: &[String],
    ) -> Result<HashSet<String>, StoreError>;

    /// All that belongs to it has followed; it stays noted where it turned again meanwhile.
    async fn followed(&self, turned: &Turned) -> Result<(), StoreError>;

    /// The ids of documents that belong to a calculation, hidden or not, at most `limit`.
    async fn belonging(
        &self,
        collection: &Arc<Collection>,
        calculation: &str,
        limit: usize,
    ) -> Result<Vec<String>, StoreError>;
}
