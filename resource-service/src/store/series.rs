//! The part of the port that series need: their points as numbers, and several documents written together.

use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::{Selection, StoreError};
use crate::domain::{collection::Collection, document::Document, series::Chunk};

/// A part of a selection of series.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunks {
    /// Whole documents in order, at most as many as the limit says; the projection of the selection is not heeded.
    pub chunks: Vec<Chunk>,
    /// Whether there are more behind them.
    pub more: bool,
}

/// One of several writes.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Adds a document.
    Insert(Document),
    /// Puts a document in the place of this revision of it.
    Replace(Document, i64),
}

/// What a store does for series.
#[async_trait]
pub trait SeriesStore: Send + Sync {
    /// The first series of a selection, without the detour over JSON where the store holds numbers.
    async fn chunks(
        &self,
        collection: &Arc<Collection>,
        selection: Selection,
        now: OffsetDateTime,
    ) -> Result<Chunks, StoreError>;

    /// Makes all of the writes or none; `false`, and nothing is written, where a revision is not the current one.
    async fn write_together(
        &self,
        collection: &Arc<Collection>,
        writes: Vec<Write>,
    ) -> Result<bool, StoreError>;
}
