//! Reads a whole selection by one cursor: the server sorts once, with its disk where memory does not do, and sees all
//! documents as they were at one moment.

use async_trait::async_trait;
use mongodb::{
    Cursor,
    action::{Action as _, Aggregate, Find},
    bson::RawDocumentBuf,
    error::Error,
    options::ReadConcern,
};

use super::{
    MongoStore, failed,
    find::{projection, stages},
    json,
    order::Sort,
    restrict,
};
use crate::store::{
    Batch, MAX_BATCH_BYTES, StoreError,
    scan::{Rest, Scan},
};

/// The most documents that come from the server at once.
const BATCH: u64 = 1_000;
/// About how many bytes come from the server at once: the driver holds them beside what is made of them.
const BATCH_BYTES: u64 = 1024 * 1024;

/// A scan by a cursor. One that is lost is opened anew behind the last document: after a failover, or when the server no
/// longer keeps the moment that the cursor sees.
pub(super) struct CursorScan {
    store: MongoStore,
    rest: Rest,
    cursor: Option<Cursor<RawDocumentBuf>>,
    /// Whether the cursor is at a document that was not taken yet.
    ahead: bool,
    /// Whether the cursor has given a document.
    proven: bool,
}

impl CursorScan {
    pub(super) const fn new(store: MongoStore, rest: Rest) -> Self {
        Self { store, rest, cursor: None, ahead: false, proven: false }
    }

    async fn open(&mut self) -> Result<(), StoreError> {
        let (store, rest) = (&self.store, &self.rest);
        let opening = || async { cursor(store, rest).await.map_err(|error| failed(&error)) };
        let opened = store.server.freshness().read(opening).await?;
        (self.cursor, self.ahead, self.proven) = (Some(opened), false, false);
        Ok(())
    }

    /// The next documents, and why there are no more of them where the cursor is lost.
    async fn take(&mut self, limit: usize) -> Result<(Batch, Option<StoreError>), StoreError> {
        let mut batch = Batch { documents: Vec::new(), more: true };
        let mut bytes = 0;
        let Some(cursor) = &mut self.cursor else { return Ok((batch, None)) };
        loop {
            if !self.ahead {
                match cursor.advance().await {
                    Ok(true) => self.ahead = true,
                    Ok(false) => return Ok((Batch { more: false, ..batch }, None)),
                    Err(error) => return Ok((batch, Some(failed(&error)))),
                }
            }
            if batch.documents.len() == limit || bytes >= MAX_BATCH_BYTES {
                return Ok((batch, None));
            }
            let text = json::to_json(cursor.current())
                .map_err(|fault| StoreError::Corrupt(format!("{}: {fault}", self.rest.collection.name())))?;
            (self.ahead, self.proven) = (false, true);
            bytes += text.len();
            batch.documents.push(text);
        }
    }

    async fn advance(&mut self, limit: usize) -> Result<Batch, StoreError> {
        loop {
            if self.cursor.is_none() {
                self.open().await?;
            }
            let (batch, lost) = self.take(limit).await?;
            if let Some(error) = lost {
                if !self.proven {
                    return Err(error);
                }
                tracing::debug!(%error, "a cursor was lost; reading on behind the last document");
                self.cursor = None;
                if batch.documents.is_empty() {
                    continue;
                }
            }
            return self.rest.pass(batch);
        }
    }
}

#[async_trait]
impl Scan for CursorScan {
    async fn next(&mut self, limit: usize) -> Result<Batch, StoreError> {
        let store = self.store.clone();
        store.query(self.advance(limit)).await
    }
}

/// `maxTimeMS` would count the work of all batches together, so there is none: what stops a batch is its closed connection.
async fn cursor(store: &MongoStore, rest: &Rest) -> Result<Cursor<RawDocumentBuf>, Error> {
    let handle = store.handle(&rest.collection);
    let filter = restrict(&rest.collection, &rest.filter(), rest.now);
    let sort = Sort::new(&rest.selection.order);
    let limit = i64::try_from(rest.selection.limit).ok().filter(|limit| *limit < i64::MAX);
    let shown = rest.selection.projection.as_ref().map(projection);
    let batch = batch_size(store.mean_size(rest.collection.name()).await);
    if sort.computed.is_empty() {
        let found = handle.find(filter).sort(sort.keys).batch_size(batch).allow_disk_use(true);
        let found = found.read_concern(ReadConcern::snapshot());
        return found.optional(limit, Find::limit).optional(shown, Find::projection).await;
    }
    let found: Aggregate<'_> = handle.aggregate(stages(filter, sort, limit, shown));
    let found = found.batch_size(batch).allow_disk_use(true).read_concern(ReadConcern::snapshot());
    found.with_type::<RawDocumentBuf>().await
}

/// How many documents of this size on average come at once.
fn batch_size(mean: Option<u64>) -> u32 {
    let fitting = mean.map_or(BATCH, |mean| BATCH_BYTES / mean.max(1));
    u32::try_from(fitting.clamp(2, BATCH)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_documents_come_at_once_the_larger_they_are() {
        let sizes = [None, Some(0), Some(600), Some(100_000), Some(16_000_000)].map(batch_size);
        assert_eq!(sizes, [1_000, 1_000, 1_000, 10, 2]);
    }
}
