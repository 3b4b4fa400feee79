//! Runs what must be one step in a transaction, within a time, and while the server answers.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use futures_util::future::BoxFuture;
use mongodb::{
    ClientSession,
    error::{Error, Result as MongoResult},
    options::{ReadPreference, SelectionCriteria, TransactionOptions},
};
use tokio::{
    select,
    time::{sleep, timeout},
};

use super::Server;

/// How often is looked whether a commit that takes long has failed.
const LOOK: Duration = Duration::from_millis(50);

/// Why nobody knows what a transaction came to, or that it was never begun.
#[derive(Debug)]
pub enum Interrupted {
    /// It was not begun.
    Unbegun(Error),
    /// It was given up before it was committed: nothing is written.
    GivenUp,
    /// It was given up while it was committed.
    Unknown,
}

/// How long a transaction may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Until it is committed: work that conflicts with another transaction is repeated until then.
    pub work: Duration,
    /// With the commit.
    pub whole: Duration,
}

impl From<Duration> for Patience {
    fn from(whole: Duration) -> Self {
        Self { work: whole, whole }
    }
}

impl Server {
    /// Runs `work` in one transaction, again when another one came between, for `patience` at most. What it returns is
    /// committed.
    pub async fn transact<C, T, F>(
        &self,
        patience: impl Into<Patience>,
        context: C,
        work: F,
    ) -> Result<MongoResult<T>, Interrupted>
    where
        C: Send,
        T: Send,
        F: for<'b> FnMut(&'b mut ClientSession, &'b mut C) -> BoxFuture<'b, MongoResult<T>> + Send,
    {
        let patience = patience.into();
        let mut session = self.database.client().start_session().await.map_err(Interrupted::Unbegun)?;
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
        let given_up = async {
            sleep(patience.work).await;
            while committing.load(Ordering::Relaxed) {
                sleep(LOOK).await;
            }
        };
        let done = select! {
            done = self.while_it_answers(timeout(patience.whole, running)) => done,
            () = given_up => None,
        };
        match done {
            Some(Ok(done)) => Ok(done),
            _ if committing.load(Ordering::Relaxed) => Err(Interrupted::Unknown),
            _ => Err(Interrupted::GivenUp),
        }
    }
}
