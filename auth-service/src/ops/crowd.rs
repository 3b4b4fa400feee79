//! Attempts on one bucket that come at once, in this process.
//!
//! An attempt counts as a failure until it is settled, so right ones that come together would use up the free failures
//! of their account. Where those are used up by attempts that are still under way, the next one waits until one of
//! them is settled, and asks again: what is right is never throttled, and many guesses get no more than the free ones.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::{Mutex as Turn, Notify};

use crate::store::StoreError;

/// What is under way on a bucket.
#[derive(Default)]
struct Gate {
    /// One at a time asks the store.
    turn: Turn<()>,
    underway: AtomicUsize,
    settled: Notify,
}

type Gates = Arc<Mutex<HashMap<String, Arc<Gate>>>>;

/// The buckets that anything is under way on.
#[derive(Default)]
pub(super) struct Crowd(Gates);

/// A use of a gate, which is forgotten with the last one.
struct Entry {
    gates: Gates,
    bucket: String,
    gate: Arc<Gate>,
}

/// An attempt that was taken. It is under way until this is dropped.
pub(super) struct Underway(Entry);

impl Crowd {
    fn enter(&self, bucket: &str) -> Entry {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let gate = Arc::clone(gates.entry(bucket.to_owned()).or_default());
        Entry { gates: Arc::clone(&self.0), bucket: bucket.to_owned(), gate }
    }

    /// Takes an attempt with `take`, which says how long it has to wait where it cannot be taken.
    pub(super) async fn take<F>(
        &self,
        bucket: &str,
        take: impl Fn() -> F,
    ) -> Result<Result<Underway, Duration>, StoreError>
    where
        F: Future<Output = Result<Option<Duration>, StoreError>>,
    {
        let entry = self.enter(bucket);
        let gate = Arc::clone(&entry.gate);
        let _turn = gate.turn.lock().await;
        loop {
            let settled = gate.settled.notified();
            let underway = gate.underway.load(Ordering::Acquire);
            let Some(wait) = take().await? else {
                gate.underway.fetch_add(1, Ordering::AcqRel);
                return Ok(Ok(Underway(entry)));
            };
            if underway == 0 {
                return Ok(Err(wait));
            }
            settled.await;
        }
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        let gate = &self.0.gate;
        gate.underway.fetch_sub(1, Ordering::AcqRel);
        gate.settled.notify_waiters();
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        // The table's, this one's, and nobody else's: nobody gets one while the table is locked.
        if Arc::strong_count(&self.gate) <= 2 {
            gates.remove(&self.bucket);
        }
    }
}

#[cfg(test)]
impl Crowd {
    /// Whether nothing is under way.
    pub(super) fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}
