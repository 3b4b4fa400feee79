//! The port for the past: revisions that were kept.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;

use super::StoreError;
use crate::domain::collection::Collection;

/// One revision of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its number.
    pub revision: i64,
    /// When it was written, as RFC 3339.
    pub at: String,
    /// `sub` of the caller who wrote it, if that is known.
    pub by: Option<String>,
    /// The document's `_owner`.
    pub owner: String,
    /// The JSON text of the document; nothing where this revision is its removal.
    pub json: Option<String>,
}

/// Revisions, newest first.
#[async_trait]
pub trait Versions: Send + Sync {
    /// The revisions of a document below `below` (all of them where absent), the current one included: at most
    /// `limit`, and fewer where they reach [`super::MAX_BATCH_BYTES`] of text.
    async fn versions(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        below: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Version>, StoreError>;

    /// Those of these revisions, each of a document's id, that are kept and are removals. Reads no document.
    async fn removals(
        &self,
        collection: &Arc<Collection>,
        revisions: BTreeSet<(String, i64)>,
    ) -> Result<BTreeSet<(String, i64)>, StoreError>;
}
