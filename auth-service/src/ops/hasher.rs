//! Password hashing off the async threads, as much at once as there are permits and no more.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use service_kit::random::Random;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
    time::timeout,
};

use crate::domain::{
    password::{Password, WeakPassword},
    password_hash::{BadHash, Cost, PasswordHash, Scratch},
};

/// How long a password waits for a permit.
const PATIENCE: Duration = Duration::from_secs(1);

/// How much hashing there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Hashes made at once.
    pub permits: usize,
    /// Passwords that may wait for a permit.
    pub queue: usize,
}

/// Why a password was not hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HashError {
    /// The queue is full, or the wait was too long.
    Busy,
    /// The password is not a good one.
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
    permits: Arc<Semaphore>,
    waiting: Arc<Waiting>,
    unmatchable: PasswordHash,
}

/// The queue, and the memory its next in line may take over.
struct Waiting {
    places: Semaphore,
    all: usize,
    spare: Mutex<Vec<Scratch>>,
}

impl Waiting {
    fn take_scratch(&self) -> Scratch {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Keeps the memory while somebody waits for it, and gives all of it back when nobody does.
    fn leave_scratch(&self, scratch: Scratch) {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if self.places.available_permits() < self.all {
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
            permits: Arc::new(Semaphore::new(limits.permits)),
            waiting: Arc::new(Waiting {
                places: Semaphore::new(limits.queue),
                all: limits.queue,
                spare: Mutex::default(),
            }),
        })
    }

    /// Hashes a new password, unless it is easily guessed by one who knows `about` its user.
    pub async fn enroll(&self, password: Password, about: Vec<String>) -> Result<PasswordHash, HashError> {
        let (cost, random) = (self.cost, Arc::clone(&self.random));
        self.run(move |scratch| {
            password.check_strength(&about).map_err(HashError::Weak)?;
            Ok(PasswordHash::make(&password, cost, random.as_ref(), scratch)?)
        })
        .await
    }

    /// Hashes a password that has been accepted before at today's cost.
    pub async fn renew(&self, password: Password) -> Result<PasswordHash, HashError> {
        let (cost, random) = (self.cost, Arc::clone(&self.random));
        self.run(move |scratch| Ok(PasswordHash::make(&password, cost, random.as_ref(), scratch)?)).await
    }

    /// Whether `password` is the one behind `hash`. Without a hash it never is, at the same cost.
    pub async fn matches(&self, password: Password, hash: Option<PasswordHash>) -> Result<bool, HashError> {
        let hash = hash.unwrap_or_else(|| self.unmatchable.clone());
        self.run(move |scratch| Ok(hash.matches(&password, scratch)?)).await
    }

    /// Whether the hash is weaker than today's.
    pub fn is_outdated(&self, hash: &PasswordHash) -> bool {
        hash.is_below(self.cost)
    }

    async fn run<T, F>(&self, job: F) -> Result<T, HashError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Scratch) -> Result<T, HashError> + Send + 'static,
    {
        let permit = self.permit().await?;
        let waiting = Arc::clone(&self.waiting);
        let work = move || {
            // Held until the work is done: a caller who hangs up cannot free it earlier.
            let _permit = permit;
            let mut scratch = waiting.take_scratch();
            let outcome = job(&mut scratch);
            waiting.leave_scratch(scratch);
            outcome
        };
        spawn_blocking(work).await.unwrap_or_else(|error| Err(HashError::Fault(error.to_string())))
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, HashError> {
        if let Ok(free) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(free);
        }
        let _place = self.waiting.places.try_acquire().map_err(|_| HashError::Busy)?;
        let freed = timeout(PATIENCE, Arc::clone(&self.permits).acquire_owned()).await;
        freed.ok().and_then(Result::ok).ok_or(HashError::Busy)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use service_kit::random::OsRandom;

    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 64, iterations: 1, parallelism: 1 };

    fn hasher(permits: usize, queue: usize) -> Hasher {
        Hasher::new(CHEAP, Limits { permits, queue }, Arc::new(OsRandom)).unwrap()
    }

    /// Takes a permit until the sender is dropped.
    async fn occupy(hasher: &Arc<Hasher>) -> std::sync::mpsc::Sender<()> {
        let (release, released) = std::sync::mpsc::channel::<()>();
        let (started, running) = tokio::sync::oneshot::channel();
        let hasher = Arc::clone(hasher);
        tokio::spawn(async move {
            hasher
                .run(move |_| {
                    let _ = started.send(());
                    let _ = released.recv();
                    Ok(())
                })
                .await
        });
        running.await.unwrap();
        release
    }

    #[tokio::test]
    async fn an_enrolled_password_matches_and_an_unknown_users_never_does() {
        let hasher = hasher(1, 1);
        let password = Password::new("the engine weaves algebraic patterns");
        let hash = hasher.enroll(password.clone(), Vec::new()).await.unwrap();
        assert_eq!(hasher.matches(password.clone(), Some(hash)).await, Ok(true));
        assert_eq!(hasher.matches(password, None).await, Ok(false));
    }

    #[tokio::test]
    async fn a_guessable_password_is_not_enrolled() {
        let refusal = hasher(1, 1).enroll(Password::new("passwordpassword"), Vec::new()).await;
        assert_eq!(refusal, Err(HashError::Weak(WeakPassword::Guessable)));
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once_and_a_long_wait_gives_up() {
        let hasher = Arc::new(hasher(1, 2));
        let _busy = occupy(&hasher).await;
        let outcomes = join_all((0..3).map(|_| hasher.matches(Password::new("x"), None))).await;
        assert_eq!(outcomes, [Err(HashError::Busy), Err(HashError::Busy), Err(HashError::Busy)]);
        assert_eq!(hasher.waiting.places.available_permits(), 2);
    }

    #[tokio::test]
    async fn those_who_wait_are_served_when_a_permit_is_free_again() {
        let hasher = Arc::new(hasher(1, 8));
        let busy = occupy(&hasher).await;
        let waiting = (0..8).map(|_| hasher.matches(Password::new("x"), None));
        let release = async {
            tokio::task::yield_now().await;
            drop(busy);
        };
        let (outcomes, ()) = tokio::join!(join_all(waiting), release);
        assert_eq!(outcomes, vec![Ok(false); 8]);
    }

    #[tokio::test]
    async fn a_caller_who_hangs_up_does_not_free_the_permit() {
        let hasher = Arc::new(hasher(1, 0));
        let (release, released) = std::sync::mpsc::channel::<()>();
        let call = hasher.run(move |_| {
            let _ = released.recv();
            Ok(())
        });
        assert!(timeout(Duration::from_millis(20), call).await.is_err());
        assert_eq!(hasher.matches(Password::new("x"), None).await, Err(HashError::Busy));
        drop(release);
    }

    #[tokio::test]
    async fn no_memory_is_kept_once_nobody_waits() {
        let hasher = hasher(2, 8);
        join_all((0..8).map(|_| hasher.matches(Password::new("x"), None))).await;
        hasher.matches(Password::new("x"), None).await.unwrap();
        assert!(hasher.waiting.spare.lock().unwrap().is_empty());
    }
}
