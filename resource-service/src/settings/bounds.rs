//! What requests, files and copies may take at most.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::{artifacts::UploadQuota, table::DEFAULT_COLUMNS};

/// Documents kept in memory, of collections that have a `max_age`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct CacheSettings {
    /// The most bytes they take; 0 keeps none.
    pub bytes: u64,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self { bytes: 32 * 1024 * 1024 }
    }
}

/// Exports.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExportSettings {
    /// The most columns of a CSV or Parquet file, the one of the rest not counted; from 1 to [`MAX_COLUMNS`].
    pub columns: usize,
}

/// The most columns that can be set: the memory of an export grows with them.
pub(super) const MAX_COLUMNS: u64 = 10_000;

impl Default for ExportSettings {
    fn default() -> Self {
        Self { columns: DEFAULT_COLUMNS }
    }
}

/// The memory that requests share.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct MemorySettings {
    /// The bytes that bodies, parsed documents, pages, exports, streams of changes and copies take together at most.
    pub budget: usize,
}

impl Default for MemorySettings {
    fn default() -> Self {
        Self { budget: 96 * 1024 * 1024 }
    }
}

/// The smallest budget of memory, in bytes: one bulk request of the largest size fits in, beside others.
pub(super) const MIN_BUDGET: u64 = 32 * 1024 * 1024;

/// Files of documents.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ArtifactSettings {
    /// The most bytes that unfinished uploads of one owner hold, in all collections together.
    pub unfinished_by_owner: u64,
    /// The most bytes that unfinished uploads to one collection hold.
    pub unfinished_by_collection: u64,
}

impl Default for ArtifactSettings {
    fn default() -> Self {
        Self { unfinished_by_owner: 10 << 30, unfinished_by_collection: 100 << 30 }
    }
}

impl ArtifactSettings {
    /// The quota that they are.
    pub const fn quota(&self) -> UploadQuota {
        UploadQuota { owner: self.unfinished_by_owner, collection: self.unfinished_by_collection }
    }
}

/// Queries.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct QuerySettings {
    /// How long a request may look for documents, in seconds; an export until its first rows and for each batch.
    pub timeout: u64,
}

/// The longest time limit of a query: ten minutes, in seconds.
pub(super) const MAX_QUERY_TIMEOUT: u64 = 600;

impl Default for QuerySettings {
    fn default() -> Self {
        Self { timeout: 10 }
    }
}

impl QuerySettings {
    /// The time limit.
    pub const fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }
}
