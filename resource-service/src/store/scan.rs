//! Reads a whole selection on demand, however long it is. Here is what the adapters share: where a scan is.

use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::{Batch, Selection, Store, StoreError, keyset};
use crate::{
    domain::collection::Collection,
    query::{expr::Expr, order::Start},
};

/// The documents of a selection in order, each once: as it was when the scan began, or as it is. Dropped, it reads no more.
#[async_trait]
pub trait Scan: Send {
    /// The next documents, at most `limit` of them.
    async fn next(&mut self, limit: usize) -> Result<Batch, StoreError>;
}

/// What a scan has not read yet.
pub struct Rest {
    /// The collection.
    pub collection: Arc<Collection>,
    /// What is read, and how many documents of it at most.
    pub selection: Selection,
    /// Where it continues: behind the last document that was read.
    pub start: Option<Start>,
    /// When the scan began.
    pub now: OffsetDateTime,
}

impl Rest {
    /// What the documents that are left meet, in one condition.
    pub fn filter(&self) -> Expr {
        let left = self.start.as_ref().map(|start| self.selection.order.from(start));
        left.into_iter().fold(self.selection.filter.clone(), Expr::and)
    }

    /// Reads the next documents by their place in the order.
    pub async fn read(&mut self, store: &dyn Store, limit: usize) -> Result<Batch, StoreError> {
        let selection = Selection { limit: limit.min(self.selection.limit), ..self.selection.clone() };
        let batch = keyset::list(store, &self.collection, &selection, self.start.as_ref(), self.now).await?;
        self.pass(batch)
    }

    /// Continues behind the documents of a batch that was read.
    pub fn pass(&mut self, mut batch: Batch) -> Result<Batch, StoreError> {
        self.selection.limit = self.selection.limit.saturating_sub(batch.documents.len());
        batch.more &= self.selection.limit > 0;
        if let Some(last) = batch.documents.last().filter(|_| batch.more) {
            let last = serde_json::from_str(last)
                .map_err(|fault| StoreError::Corrupt(format!("{}: {fault}", self.collection.name())))?;
            self.start = Some(Start::behind(self.selection.order.place(&last)));
        }
        Ok(batch)
    }
}
