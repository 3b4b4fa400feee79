//! Runs what must be one step in a transaction of MongoDB.

use std::time::Duration;

use futures_util::future::BoxFuture;
use mongodb::{ClientSession, error::Result as MongoResult};
use service_kit::store::{Unavailable, mongo::Interrupted};

use super::{MongoStore, failed};
use crate::store::StoreError;

/// How long a transaction is tried again while others come between, or the server says nothing.
pub(super) const PATIENCE: Duration = Duration::from_secs(4);

impl MongoStore {
    /// Runs `work` in one transaction, again when another one came between. What it returns is committed.
    pub(super) async fn transact<C, T, F>(
        &self,
        patience: Duration,
        context: C,
        work: F,
    ) -> Result<MongoResult<T>, StoreError>
    where
        C: Send,
        T: Send,
        F: for<'b> FnMut(&'b mut ClientSession, &'b mut C) -> BoxFuture<'b, MongoResult<T>> + Send,
    {
        self.server.transact(patience, context, work).await.map_err(|interrupted| match interrupted {
            Interrupted::Unbegun(error) => failed(&error),
            Interrupted::GivenUp => StoreError::Unavailable(Unavailable),
            Interrupted::Unknown => StoreError::Unknown,
        })
    }
}
