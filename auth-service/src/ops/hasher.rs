//! Password hashing off the async threads, limited by permits.
//!
//! Logins have a lane with as many permits as there are cores. Sign-ups have their own lane with one
//! permit, and hashes that cost more than ours are checked one at a time: neither delays logins.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use service_kit::{random::Random, telemetry::spans};
use tokio::{
    sync::{AcquireError, OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
    time::{Instant, timeout_at},
};

use crate::{
    domain::{
        password::{Password, WeakPassword},
        password_hash::{BadHash, Cost, PasswordHash, Scratch, Verdict},
    },
    metrics,
};

/// How long a login's password waits for a permit.
const TIMEOUT: Duration = Duration::from_secs(1);
/// How long the password of a sign-up waits: only other sign-ups wait behind it.
const STRANGERS_TIMEOUT: Duration = Duration::from_secs(3);

/// The niceness of a thread that hashes, from 0 to 19 (`setpriority(2)`).
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// The limits on hashing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Hashes computed at the same time, in addition to one for sign-ups.
    pub permits: usize,
    /// Passwords that may wait for a permit; as many again of sign-ups.
    pub queue: usize,
}

/// Why a password was not hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HashError {
    /// The queue is full, or the wait was too long.
    Busy,
    /// The password is refused.
    Weak(WeakPassword),
    /// The stored hash or the cost is unusable.
    Fault(String),
}

impl From<BadHash> for HashError {
    fn from(error: BadHash) -> Self {
        Self::Fault(error.to_string())
    }
}

/// The bounded pool.
pub struct Hasher {
    cost: Cost,
    random: Arc<dyn Random>,
    logins: Lane,
    strangers: Lane,
    /// For hashes that cost more to check than ours.
    costly: Arc<Semaphore>,
    unmatchable: PasswordHash,
}

/// Permits to hash, and the queue before them.
struct Lane {
    name: &'static str,
    permits: Arc<Semaphore>,
    places: Arc<Semaphore>,
    queue: usize,
    timeout: Duration,
    memory: Arc<Memory>,
}

impl Lane {
    fn new(name: &'static str, permits: usize, queue: usize, timeout: Duration) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a gauge")]
        metrics::HASH_QUEUE_LIMIT.with([name]).set(queue as f64);
        Self {
            name,
            permits: Arc::new(Semaphore::new(permits)),
            places: Arc::new(Semaphore::new(permits + queue)),
            queue,
            timeout,
            memory: Arc::default(),
        }
    }

    fn place<'h>(&'h self, hasher: &'h Hasher) -> Result<Place<'h>, HashError> {
        let held = Arc::clone(&self.places).try_acquire_owned().map_err(|_| self.busy())?;
        Ok(Place { hasher, lane: self, held })
    }

    fn busy(&self) -> HashError {
        metrics::HASH_REFUSALS.with([self.name]).increment(1);
        HashError::Busy
    }

    /// What becomes available by `until`, while the wait for it is counted.
    async fn wait<T>(
        &self,
        until: Instant,
        awaited: impl Future<Output = Result<T, AcquireError>>,
    ) -> Result<T, HashError> {
        let _waiting = Waiting::begin(self.name);
        let freed = timeout_at(until, awaited).await;
        freed.ok().and_then(Result::ok).ok_or_else(|| self.busy())
    }
}

/// A password that waits, counted for as long as it does.
struct Waiting {
    lane: &'static str,
    begun: Instant,
}

impl Waiting {
    fn begin(lane: &'static str) -> Self {
        metrics::HASH_QUEUE.with([lane]).increment(1.0);
        Self { lane, begun: Instant::now() }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        metrics::HASH_QUEUE.with([self.lane]).decrement(1.0);
        metrics::HASH_WAIT.with([self.lane]).record(self.begun.elapsed());
    }
}

/// The right to have one password hashed, now or after those before it. Taken before any other work, so that a request
/// that is refused costs nothing.
pub struct Place<'h> {
    hasher: &'h Hasher,
    lane: &'h Lane,
    held: OwnedSemaphorePermit,
}

/// The working memory, for the next hash.
#[derive(Default)]
struct Memory {
    spare: Mutex<Vec<Scratch>>,
}

impl Memory {
    fn take_scratch(&self) -> Scratch {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Keeps the memory while another hash waits, and frees all of it otherwise.
    fn leave_scratch(&self, scratch: Scratch, awaited: bool) {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if awaited {
            spare.push(scratch);
        } else {
            spare.clear();
        }
    }
}

impl Hasher {
    /// A pool that makes hashes of `cost`.
    pub fn new(cost: Cost, limits: Limits, random: Arc<dyn Random>) -> Result<Self, BadHash> {
        Ok(Self {
            cost,
            unmatchable: PasswordHash::unmatchable(cost, random.as_ref())?,
            random,
            logins: Lane::new("logins", limits.permits, limits.queue, TIMEOUT),
            strangers: Lane::new("sign_ups", 1, limits.queue, STRANGERS_TIMEOUT),
            costly: Arc::new(Semaphore::new(1)),
        })
    }

    /// A place in the pool or its queue; [`HashError::Busy`] immediately if all are taken.
    pub fn place(&self) -> Result<Place<'_>, HashError> {
        self.logins.place(self)
    }

    /// The same in the lane of sign-ups.
    pub fn strangers_place(&self) -> Result<Place<'_>, HashError> {
        self.strangers.place(self)
    }

    /// Hashes a new password, unless it is easily guessed by one who knows `about` its user.
    pub async fn enroll(&self, password: Password, about: Vec<String>) -> Result<PasswordHash, HashError> {
        self.place()?.enroll(password, about).await
    }

    /// Hashes a password that was accepted before, at today's cost.
    pub async fn rehash(&self, password: Password) -> Result<PasswordHash, HashError> {
        let (cost, random) = (self.cost, Arc::clone(&self.random));
        self.place()?
            .run(move |scratch| Ok(PasswordHash::make(&password, cost, random.as_ref(), scratch)?))
            .await
    }

    /// Whether a new hash is to be made of a password that is what `verdict` says to `hash`.
    pub fn needs_rehash(&self, hash: &PasswordHash, verdict: Verdict) -> bool {
        match verdict {
            Verdict::Right => hash.is_below(self.cost),
            Verdict::AsTyped => true,
            Verdict::OneOfMany | Verdict::Wrong => false,
        }
    }
}

impl Place<'_> {
    /// Hashes a new password, unless it is easily guessed by one who knows `about` its user.
    pub async fn enroll(self, password: Password, about: Vec<String>) -> Result<PasswordHash, HashError> {
        let (cost, random) = (self.hasher.cost, Arc::clone(&self.hasher.random));
        self.run(move |scratch| {
            password.check_strength(&about).map_err(HashError::Weak)?;
            Ok(PasswordHash::make(&password, cost, random.as_ref(), scratch)?)
        })
        .await
    }

    /// What `password` is to `hash`. Without a hash that can be checked it is wrong, at the same cost.
    pub async fn matches(self, password: Password, hash: Option<PasswordHash>) -> Result<Verdict, HashError> {
        let hash = hash.filter(|hash| hash.check().is_ok());
        let hash = hash.unwrap_or_else(|| self.hasher.unmatchable.clone());
        if !hash.is_costlier_than(self.hasher.cost) {
            return self.run(move |scratch| Ok(hash.matches(&password, scratch)?)).await;
        }
        let (costly, until) = (Arc::clone(&self.hasher.costly), Instant::now() + self.lane.timeout);
        let alone = self.lane.wait(until, costly.acquire_owned()).await?;
        let check = move |_: &mut Scratch| {
            let _alone = alone;
            // In its own memory, because it needs more than the others.
            Ok(hash.matches(&password, &mut Scratch::default())?)
        };
        self.run_until(until, check).await
    }

    async fn run<T, F>(self, job: F) -> Result<T, HashError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Scratch) -> Result<T, HashError> + Send + 'static,
    {
        let until = Instant::now() + self.lane.timeout;
        self.run_until(until, job).await
    }

    async fn run_until<T, F>(self, until: Instant, job: F) -> Result<T, HashError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Scratch) -> Result<T, HashError> + Send + 'static,
    {
        let Self { lane, held, .. } = self;
        let permit = lane.wait(until, Arc::clone(&lane.permits).acquire_owned()).await?;
        let (memory, places) = (Arc::clone(&lane.memory), Arc::clone(&lane.places));
        let (name, queue) = (lane.name, lane.queue);
        let work = move || {
            give_way();
            // Held until the work is done: a caller who hangs up cannot free them earlier.
            let _held = (permit, held);
            let mut scratch = memory.take_scratch();
            let begun = Instant::now();
            let outcome = job(&mut scratch);
            metrics::HASH.with([name]).record(begun.elapsed());
            memory.leave_scratch(scratch, places.available_permits() < queue);
            outcome
        };
        let hashing = spans::within("password hash", spawn_blocking(work));
        hashing.await.unwrap_or_else(|error| Err(HashError::Fault(error.to_string())))
    }
}

/// Lowers the priority of this thread: a hash uses a core for milliseconds, and requests for keys or tokens should not
/// wait for it. The priority stays low; nothing urgent runs in the blocking pool.
fn give_way() {
    #[cfg(target_os = "linux")]
    {
        // Linux accepts the id of a thread here. A failure does no harm.
        let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE);
    }
}

#[cfg(test)]
#[path = "tests/hasher.rs"]
mod tests;
