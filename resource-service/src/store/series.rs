//! The part of the port that series need: their points as numbers, points put behind others, and several documents
//! written together.

use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::{Selection, StoreError};
use crate::{
    domain::{
        collection::Collection,
        document::Document,
        series::{Chunk, Point, SeriesId},
        summary::Summary,
    },
    query::expr::Expr,
};

/// A part of a selection of series.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunks {
    /// Whole documents in order, at most as many as the limit says; the projection of the selection is not heeded.
    pub chunks: Vec<Chunk>,
    /// Whether there are more behind them.
    pub more: bool,
}

/// What is kept of a document of a series beside its points.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// `_id`.
    pub id: String,
    /// The metric.
    pub metric: String,
    /// What the values are measured in.
    pub unit: Option<String>,
    /// The smallest step and the largest one.
    pub steps: Option<(i64, i64)>,
    /// What its points are like; nothing where that was not kept.
    pub summary: Option<Summary>,
}

/// A part of a selection of series, without the points.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlines {
    /// What is kept of the documents, in order, at most as many as the limit says.
    pub outlines: Vec<Outline>,
    /// Whether there are more behind them.
    pub more: bool,
}

/// Points that are put behind those of one document, which has a summary. Its revision grows by one.
#[derive(Clone, Debug)]
pub struct Append {
    /// The series.
    pub place: SeriesId,
    /// What the document must be like. At most one is.
    pub filter: Expr,
    /// The points in order, all of them behind the last one of the document. Without any, the revision alone changes.
    pub points: Vec<Point>,
    /// When it is done, as RFC 3339 in UTC with milliseconds.
    pub at: String,
}

/// One of several writes.
#[derive(Clone, Debug)]
pub enum Write {
    /// Adds a document.
    Insert(Document),
    /// Puts a document in the place of this revision of it.
    Replace(Document, i64),
    /// Puts points behind those of a document.
    Append(Append),
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

    /// What is kept beside the points of the first series of a selection, without reading the points.
    async fn outlines(
        &self,
        collection: &Arc<Collection>,
        selection: Selection,
        now: OffsetDateTime,
    ) -> Result<Outlines, StoreError>;

    /// Puts points behind others, each of the appends for itself and in one step, writing about as many bytes as the
    /// points have. `false` where no document is as the append wants it, and nothing is written. An append that was
    /// overtaken by another writer may count as `false` though its points are stored.
    async fn append_points(
        &self,
        collection: &Arc<Collection>,
        appends: Vec<Append>,
        now: OffsetDateTime,
    ) -> Result<Vec<bool>, StoreError>;

    /// Makes all of the writes or none, in their order; `false`, and nothing is written, where a revision is not the
    /// current one or no document is as an append wants it.
    async fn write_together(
        &self,
        collection: &Arc<Collection>,
        writes: Vec<Write>,
    ) -> Result<bool, StoreError>;
}
