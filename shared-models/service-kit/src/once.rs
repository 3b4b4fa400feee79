//! A value that is made once, at its first use. Callers that arrive while it is being made share the attempt, also a
//! failed one: they do not retry one after the other.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// A value that is made once.
pub struct Once<T, E> {
    state: Mutex<State<T, E>>,
}

enum State<T, E> {
    Missing,
    Making(watch::Receiver<Option<Result<T, E>>>),
    Made(T),
}

impl<T, E> Default for Once<T, E> {
    fn default() -> Self {
        Self { state: Mutex::new(State::Missing) }
    }
}

impl<T: Clone, E: Clone> Once<T, E> {
    /// The value, or the outcome of the attempt that is under way; calls `make` if there is neither.
    ///
    /// If the caller that makes it leaves, one of those who wait tries.
    pub async fn get<F: Future<Output = Result<T, E>>>(&self, make: impl Fn() -> F) -> Result<T, E> {
        loop {
            let attempt = match self.next() {
                Next::Made(value) => return Ok(value),
                Next::Wait(mut attempt) => {
                    if let Ok(outcome) = attempt.wait_for(Option::is_some).await
                        && let Some(outcome) = outcome.clone()
                    {
                        return outcome;
                    }
                    continue;
                }
                Next::Make(attempt) => attempt,
            };
            let outcome = make().await;
            *lock(&self.state) = match &outcome {
                Ok(value) => State::Made(value.clone()),
                Err(_) => State::Missing,
            };
            attempt.send_replace(Some(outcome.clone()));
            return outcome;
        }
    }

    fn next(&self) -> Next<T, E> {
        let mut state = lock(&self.state);
        match &*state {
            State::Made(made) => return Next::Made(made.clone()),
            // The sender is gone if the caller that made the attempt left.
            State::Making(attempt) if attempt.has_changed().is_ok() => return Next::Wait(attempt.clone()),
            State::Making(_) | State::Missing => {}
        }
        let (attempt, waiting) = watch::channel(None);
        *state = State::Making(waiting);
        Next::Make(attempt)
    }
}

enum Next<T, E> {
    Made(T),
    Wait(watch::Receiver<Option<Result<T, E>>>),
    Make(watch::Sender<Option<Result<T, E>>>),
}

fn lock<T, E>(state: &Mutex<State<T, E>>) -> MutexGuard<'_, State<T, E>> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicU32, Ordering},
        },
        time::Duration,
    };

    use tokio::{
        task::JoinSet,
        time::{sleep, timeout},
    };

    use super::*;

    #[tokio::test]
    async fn twenty_who_come_at_once_share_one_failure_and_the_next_tries_again() {
        let (once, tries) = (Arc::new(Once::<u32, &str>::default()), Arc::new(AtomicU32::new(0)));
        let mut callers = JoinSet::new();
        for _ in 0..20 {
            let (once, tries) = (Arc::clone(&once), Arc::clone(&tries));
            callers.spawn(async move {
                let make = || async {
                    sleep(Duration::from_millis(100)).await;
                    if tries.fetch_add(1, Ordering::Relaxed) == 0 { Err("away") } else { Ok(7) }
                };
                once.get(make).await
            });
        }
        assert_eq!(callers.join_all().await, [Err("away"); 20]);
        assert_eq!(tries.load(Ordering::Relaxed), 1);
        assert_eq!(once.get(|| async { Ok(7) }).await, Ok(7));
        assert_eq!(once.get(|| async { Err("not asked") }).await, Ok(7));
    }

    #[tokio::test]
    async fn where_the_maker_leaves_another_makes_it() {
        let once = Arc::new(Once::<u32, &str>::default());
        let leaving = once.get(|| async {
            std::future::pending::<()>().await;
            Ok(1)
        });
        let waiting = async {
            sleep(Duration::from_millis(1)).await;
            once.get(|| async { Ok(2) }).await
        };
        let (left, made) = tokio::join!(timeout(Duration::from_millis(100), leaving), waiting);
        assert_eq!((left.is_err(), made), (true, Ok(2)));
    }
}
