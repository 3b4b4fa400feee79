//! The port: what a store of documents can do, one atomic verb each. No driver type crosses it.

pub mod mongo;
pub mod sqlite;

use std::sync::Arc;

use async_trait::async_trait;
use service_kit::store::Unavailable;
use time::OffsetDateTime;

use crate::{
    domain::{collection::Collection, document::Document},
    query::{expr::Expr, order::Order, projection::Projection},
};

/// A document as a store gives it back: the text that is sent on, and what decides about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDocument {
    /// The JSON text.
    pub json: String,
    /// Its `_revision`.
    pub revision: i64,
    /// Its `_owner`.
    pub owner: String,
}

impl From<&Document> for StoredDocument {
    fn from(document: &Document) -> Self {
        Self {
            json: document.to_json(),
            revision: document.meta.revision,
            owner: document.meta.owner.clone(),
        }
    }
}

/// Which documents of a collection, in which order, how much of them.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The condition that they meet.
    pub filter: Expr,
    /// Their order.
    pub order: Order,
    /// The members wanted; all where absent.
    pub projection: Option<Projection>,
    /// The most documents.
    pub limit: usize,
}

/// The most bytes of JSON one [`Batch`] holds, give or take its last document.
pub const MAX_BATCH_BYTES: usize = 8 * 1024 * 1024;

/// A part of a selection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// JSON texts in order: at most as many as the limit says, fewer where they reach [`MAX_BATCH_BYTES`].
    pub documents: Vec<String>,
    /// Whether there are more behind them.
    pub more: bool,
}

/// Why a store did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another document has the same values in these fields of a unique index.
    #[error("another document has the same {}", .fields.join(", "))]
    Conflict {
        /// The fields of the index.
        fields: Vec<String>,
    },
    /// It cannot be reached now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// What it holds cannot be read.
    #[error("stored data is corrupt: {0}")]
    Corrupt(String),
    /// It refused, and asking again will not help.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// A store of documents. A document whose expiry has passed counts as gone, removed already or not.
#[async_trait]
pub trait Store: Send + Sync {
    /// Makes what the collections need: tables and indexes. Can be repeated, by several replicas at once.
    async fn prepare(&self, collections: &[Arc<Collection>]) -> Result<(), StoreError>;

    /// Whether the store can be reached now.
    async fn ping(&self) -> Result<(), Unavailable>;

    /// Adds a document.
    async fn insert(&self, collection: &Arc<Collection>, document: Document) -> Result<(), StoreError>;

    /// The document with this id.
    async fn get(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        now: OffsetDateTime,
    ) -> Result<Option<StoredDocument>, StoreError>;

    /// Puts `document` in the place of its revision `expected`; `false` where that is not the current one.
    async fn replace(
        &self,
        collection: &Arc<Collection>,
        document: Document,
        expected: i64,
    ) -> Result<bool, StoreError>;

    /// Removes revision `expected` of a document; `false` where that is not the current one.
    async fn delete(&self, collection: &Arc<Collection>, id: &str, expected: i64)
    -> Result<bool, StoreError>;

    /// The first documents of a selection.
    async fn list(
        &self,
        collection: &Arc<Collection>,
        selection: Selection,
        now: OffsetDateTime,
    ) -> Result<Batch, StoreError>;

    /// How many documents meet `filter`.
    async fn count(
        &self,
        collection: &Arc<Collection>,
        filter: Expr,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError>;

    /// How many documents the collection has, by the store's own statistics: cheap, and perhaps a little off.
    async fn estimate(&self, collection: &Arc<Collection>, now: OffsetDateTime) -> Result<u64, StoreError>;
}

#[cfg(test)]
mod contract;
