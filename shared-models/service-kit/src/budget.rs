//! One budget of memory for a process: bodies, parsed documents, pages, exports and streams hold a part of it while they
//! last. It is shared fairly by caller, and who finds no room within a bound is refused.
//!
//! Knows neither HTTP nor what the bytes are for.

mod weight;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::oneshot, time::timeout};

pub use self::weight::weight;
use crate::metric::kit::MEMORY_REFUSALS;

/// How long a request waits for memory before it is refused.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// A lease of at most so many bytes may also use the last eighth of the budget: what is small finds room beside what is
/// large.
const SMALL: usize = 1024 * 1024;
/// The most requests that wait for memory; one more is refused at once.
const MAX_WAITING: usize = 1024;

/// Why bytes are not to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Exhausted {
    /// Others hold them now.
    #[error("the service has no memory left for this request now; retry in a few seconds")]
    Busy,
    /// No caller may hold so many.
    #[error("this request needs {needed} bytes of memory and may use at most {limit}; send less at once")]
    TooMuch {
        /// The bytes that the request would hold.
        needed: usize,
        /// The most bytes that one caller may hold.
        limit: usize,
    },
}

/// The budget of a process. Clones are the same one.
#[derive(Clone)]
pub struct Budget(Arc<Inner>);

struct Inner {
    total: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    taken: usize,
    /// The bytes that each caller holds.
    held: HashMap<Arc<str>, usize>,
    waiting: Vec<Waiting>,
}

struct Waiting {
    caller: Arc<str>,
    bytes: usize,
    granted: oneshot::Sender<Lease>,
}

/// Bytes of the budget, released when it is dropped.
pub struct Lease {
    budget: Budget,
    caller: Arc<str>,
    bytes: usize,
}

impl Budget {
    /// A budget of so many bytes.
    pub fn new(total: usize) -> Self {
        Self(Arc::new(Inner { total, state: Mutex::default() }))
    }

    /// All bytes there are.
    pub fn total(&self) -> usize {
        self.0.total
    }

    /// The most bytes that one caller may hold: three quarters of all.
    pub fn share(&self) -> usize {
        self.0.total / 4 * 3
    }

    /// The bytes that are held now.
    pub fn taken(&self) -> usize {
        self.state().taken
    }

    /// A lease of no bytes, to grow.
    pub fn lease(&self, caller: &str) -> Lease {
        Lease { budget: self.clone(), caller: caller.into(), bytes: 0 }
    }

    /// Takes bytes for a caller; waits for [`PATIENCE`] at most. Of those who wait, who would hold the fewest comes first.
    pub async fn take(&self, caller: &str, bytes: usize) -> Result<Lease, Exhausted> {
        self.take_for(caller.into(), bytes).await
    }

    async fn take_for(&self, caller: Arc<str>, bytes: usize) -> Result<Lease, Exhausted> {
        let granted = {
            let mut state = self.state();
            if bytes > self.share() {
                return Err(Exhausted::TooMuch { needed: bytes, limit: self.share() });
            }
            if self.fits(&state, &caller, bytes) {
                return Ok(self.hold(&mut state, caller, bytes));
            }
            let (sender, granted) = oneshot::channel();
            state.waiting.retain(|one| !one.granted.is_closed());
            if state.waiting.len() < MAX_WAITING {
                state.waiting.push(Waiting { caller, bytes, granted: sender });
            }
            granted
        };
        // The sender of a request that may not even wait is gone already.
        let lease = timeout(PATIENCE, granted).await.ok().and_then(Result::ok);
        lease.ok_or_else(|| {
            MEMORY_REFUSALS.get().increment(1);
            Exhausted::Busy
        })
    }

    /// Takes bytes if they are there now.
    pub fn try_take(&self, caller: &str, bytes: usize) -> Option<Lease> {
        let mut state = self.state();
        let caller = caller.into();
        self.fits(&state, &caller, bytes).then(|| self.hold(&mut state, caller, bytes))
    }

    /// Takes bytes that are in use already, be there room or not.
    pub fn force(&self, caller: &str, bytes: usize) -> Lease {
        self.hold(&mut self.state(), caller.into(), bytes)
    }

    fn fits(&self, state: &State, caller: &Arc<str>, bytes: usize) -> bool {
        let all = if bytes <= SMALL { self.0.total } else { self.0.total / 8 * 7 };
        let held = state.held.get(caller).copied().unwrap_or_default();
        state.taken + bytes <= all && held + bytes <= self.share()
    }

    fn hold(&self, state: &mut State, caller: Arc<str>, bytes: usize) -> Lease {
        state.taken += bytes;
        *state.held.entry(Arc::clone(&caller)).or_default() += bytes;
        Lease { budget: self.clone(), caller, bytes }
    }

    fn give_back(&self, caller: &Arc<str>, bytes: usize) {
        let granted = {
            let mut state = self.state();
            state.taken -= bytes;
            let left = state.held.get_mut(caller).map(|held| {
                *held -= bytes;
                *held
            });
            if left == Some(0) {
                state.held.remove(caller);
            }
            self.grant(&mut state)
        };
        // Not while the state is locked: a lease that nobody waits for any more gives its bytes back in turn.
        for (sender, lease) in granted {
            drop(sender.send(lease));
        }
    }

    /// Serves those who wait and fit, who would hold the fewest bytes first.
    fn grant(&self, state: &mut State) -> Vec<(oneshot::Sender<Lease>, Lease)> {
        let mut granted = Vec::new();
        state.waiting.retain(|one| !one.granted.is_closed());
        loop {
            let fitting = (0..state.waiting.len()).filter(|at| {
                let one = &state.waiting[*at];
                self.fits(state, &one.caller, one.bytes)
            });
            let would_hold = |at: &usize| {
                let one = &state.waiting[*at];
                state.held.get(&one.caller).copied().unwrap_or_default() + one.bytes
            };
            let Some(first) = fitting.min_by_key(would_hold) else { return granted };
            let Waiting { caller, bytes, granted: sender } = state.waiting.remove(first);
            granted.push((sender, self.hold(state, caller, bytes)));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    /// The bytes that it holds.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes `more` bytes; waits for them as [`Budget::take`] does.
    pub async fn grow(&mut self, more: usize) -> Result<(), Exhausted> {
        let limit = self.budget.share();
        if self.bytes + more > limit {
            return Err(Exhausted::TooMuch { needed: self.bytes + more, limit });
        }
        let more = self.budget.take_for(Arc::clone(&self.caller), more).await?;
        self.join(more);
        Ok(())
    }

    /// Takes up to `bytes` in all, where it holds fewer.
    pub async fn grow_to(&mut self, bytes: usize) -> Result<(), Exhausted> {
        match bytes.checked_sub(self.bytes) {
            None | Some(0) => Ok(()),
            Some(more) => self.grow(more).await,
        }
    }

    /// Holds `bytes` from now on if they are there; releases what is over.
    pub fn try_resize(&mut self, bytes: usize) -> bool {
        let Some(more) = bytes.checked_sub(self.bytes) else {
            self.shrink_to(bytes);
            return true;
        };
        let taken = self.budget.try_take(&self.caller, more);
        taken.map(|more| self.join(more)).is_some()
    }

    /// Gives back all bytes but so many.
    pub fn shrink_to(&mut self, bytes: usize) {
        if let Some(over) = self.bytes.checked_sub(bytes).filter(|over| *over > 0) {
            self.bytes = bytes;
            self.budget.give_back(&self.caller, over);
        }
    }

    /// Holds the bytes of another lease of the same caller too.
    fn join(&mut self, mut other: Self) {
        self.bytes += std::mem::take(&mut other.bytes);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.budget.give_back(&self.caller, self.bytes);
        }
    }
}

#[cfg(test)]
#[path = "tests/budget.rs"]
mod tests;
