//! Runs what must be one step in a transaction of MongoDB, within a time, and while the server answers.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use futures_util::future::BoxFuture;
use mongodb::{
    ClientSession,
    error::Result as MongoResult,
    options::{ReadPreference, SelectionCriteria, TransactionOptions},
};
use service_kit::store::Unavailable;
use tokio::time::timeout;

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
        let mut session = self.database.client().start_session().await.map_err(|error| failed(&error))?;
        let primary = SelectionCriteria::ReadPreference(ReadPreference::Primary);
        let options = TransactionOptions::builder().selection_criteria(primary).build();
        // Until the work is done in one try, no commit can have been sent.
        let committing = AtomicBool::new(false);
        let context = (context, work, &committing);
        let running =
            session.start_transaction().with_options(options).and_run(context, |session, context| {
                Box::pin(async move {
                    let (context, work, committing) = context;
                    committing.store(false, Ordering::Relaxed);
                    let done = work(session, context).await?;
                    committing.store(true, Ordering::Relaxed);
                    Ok(done)
                })
            });
        match self.server.while_it_answers(timeout(patience, running)).await {
            Some(Ok(done)) => Ok(done),
            _ if committing.load(Ordering::Relaxed) => Err(StoreError::Unknown),
            _ => Err(StoreError::Unavailable(Unavailable)),
        }
    }
}
