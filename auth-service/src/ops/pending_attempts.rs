//! Concurrent attempts on one bucket.
//!
//! An attempt counts as a failure until it is settled, so concurrent correct attempts would use up the free failures of
//! their account. If pending attempts have used them up, the next attempt waits until one of them is settled and then
//! tries again. So a correct password is never throttled, and many guesses get no more than the free failures.
//! Attempts of this process signal when they are settled. For those of other replicas the store is polled, for a
//! limited time.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use service_kit::random::{self, Random};
use time::OffsetDateTime;
use tokio::{
    sync::{Mutex as Turn, Notify},
    time::{Instant, timeout},
};

use crate::{domain::throttle::Attempt, store::StoreError};

/// How long an attempt waits for pending ones of other replicas.
const TIMEOUT: Duration = Duration::from_millis(2_500);

/// The pending attempts of one bucket.
#[derive(Default)]
struct Gate {
    /// Held by the one attempt that may ask the store.
    turn: Turn<()>,
    pending: AtomicUsize,
    settled: Notify,
}

type Gates = Arc<Mutex<HashMap<String, Arc<Gate>>>>;

/// The buckets with pending attempts in this process.
pub(super) struct PendingAttempts {
    gates: Gates,
    random: Arc<dyn Random>,
}

/// A use of a gate. The gate is removed with its last use.
struct Entry {
    gates: Gates,
    bucket: String,
    gate: Arc<Gate>,
}

/// An attempt that was taken. It is pending until this is dropped.
pub(super) struct PendingAttempt(Entry);

impl PendingAttempts {
    /// Without pending attempts.
    pub(super) fn new(random: Arc<dyn Random>) -> Self {
        Self { gates: Gates::default(), random }
    }

    fn enter(&self, bucket: &str) -> Entry {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        let gate = Arc::clone(gates.entry(bucket.to_owned()).or_default());
        Entry { gates: Arc::clone(&self.gates), bucket: bucket.to_owned(), gate }
    }

    /// How long until the store is asked again, with jitter so that replicas do not ask at the same time.
    fn moment(&self) -> Duration {
        let [byte] = random::bytes(self.random.as_ref());
        Duration::from_millis(40 + u64::from(byte) / 4)
    }

    /// Takes an attempt that arrived at `now` with `take`, or returns how long it must wait.
    pub(super) async fn take<F>(
        &self,
        bucket: &str,
        now: OffsetDateTime,
        take: impl Fn() -> F,
    ) -> Result<Result<PendingAttempt, Duration>, StoreError>
    where
        F: Future<Output = Result<Attempt, StoreError>>,
    {
        let deadline = Instant::now() + TIMEOUT;
        let entry = self.enter(bucket);
        let gate = Arc::clone(&entry.gate);
        let _turn = gate.turn.lock().await;
        loop {
            let settled = gate.settled.notified();
            let pending = gate.pending.load(Ordering::Acquire);
            let Attempt::Wait(known, wait) = take().await? else {
                gate.pending.fetch_add(1, Ordering::AcqRel);
                return Ok(Ok(PendingAttempt(entry)));
            };
            if known.is_pending(now) && Instant::now() < deadline {
                // Until one is settled here or the pause is over; then the store decides.
                let _ = timeout(self.moment(), settled).await;
            } else if pending > 0 {
                settled.await;
            } else {
                return Ok(Err(wait));
            }
        }
    }
}

impl Drop for PendingAttempt {
    fn drop(&mut self) {
        let gate = &self.0.gate;
        gate.pending.fetch_sub(1, Ordering::AcqRel);
        gate.settled.notify_waiters();
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        // Only the table and this entry refer to it, and no other use can begin while the table is locked.
        if Arc::strong_count(&self.gate) <= 2 {
            gates.remove(&self.bucket);
        }
    }
}

#[cfg(test)]
impl PendingAttempts {
    /// Whether no attempt is pending.
    pub(super) fn is_empty(&self) -> bool {
        self.gates.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}
