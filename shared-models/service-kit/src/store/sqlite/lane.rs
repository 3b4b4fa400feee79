//! A queue of work and the threads that do it, each on a connection of its own. Knows no file and no table.
//!
//! Work whose caller has left does not begin, and ends soon where it runs: dropping the future interrupts its statement.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::{start::StartError, store::Unavailable};

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// Instructions of SQLite's virtual machine between two looks at whether the caller is still there. A row of a scan
/// takes about twenty.
const STEPS: i32 = 200;

/// Threads that take work from one queue, first come, first served.
pub(super) struct Lane {
    jobs: Option<mpsc::Sender<Job>>,
    threads: Vec<thread::JoinHandle<()>>,
}

/// Says that the caller has left, when it is dropped.
struct Presence(Arc<AtomicBool>);

impl Drop for Presence {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Lane {
    /// Starts a thread for each of the connections.
    pub(super) fn start(name: &str, connections: Vec<Connection>) -> Result<Self, StartError> {
        let (sender, jobs) = mpsc::channel();
        let jobs = Arc::new(Mutex::new(jobs));
        let spawned = connections.into_iter().map(|connection| spawn(name, connection, Arc::clone(&jobs)));
        Ok(Self { jobs: Some(sender), threads: spawned.collect::<Result<_, _>>()? })
    }

    /// Waits for work that has begun, then closes the connections.
    pub(super) fn close(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }

    /// The outcome of `work`, which is done to its end whether or not somebody waits for it.
    pub(super) async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Unavailable> + Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    {
        let (answer, outcome) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let _ = answer.send(work(connection));
        });
        self.jobs.as_ref().ok_or(Unavailable)?.send(job).map_err(|_| Unavailable)?;
        outcome.await.map_err(|_| Unavailable)?
    }

    /// The outcome of `work`, which ends when this future is dropped.
    pub(super) async fn run_while_wanted<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<rusqlite::Error> + From<Unavailable> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        let presence = Presence(Arc::default());
        let gone = Arc::clone(&presence.0);
        let running = self.run(move |connection| {
            if gone.load(Ordering::Relaxed) {
                return Err(Unavailable.into());
            }
            connection.progress_handler(STEPS, Some(move || gone.load(Ordering::Relaxed)))?;
            let outcome = work(connection);
            connection.progress_handler(0, None::<fn() -> bool>)?;
            outcome
        });
        let outcome = running.await;
        drop(presence);
        outcome
    }
}

fn spawn(
    name: &str,
    mut connection: Connection,
    jobs: Arc<Mutex<mpsc::Receiver<Job>>>,
) -> Result<thread::JoinHandle<()>, StartError> {
    thread::Builder::new()
        .name(name.into())
        .spawn(move || {
            loop {
                let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok(job) = next else { break };
                job(&mut connection);
            }
            // Cheap if nothing changed; without it an index may be ignored for lack of statistics.
            let _ = connection.execute_batch("PRAGMA optimize");
        })
        .map_err(|error| StartError::Store(format!("cannot start a thread: {error}")))
}
