//! A circuit breaker (Nygard, "Release It!", 2nd ed., section 5.3): after some failures in a row calls are refused
//! for a while, then a single call tries the peer again.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use time::OffsetDateTime;

use super::ClientError;
use crate::{clock::Clock, metric::kit::CIRCUIT_OPEN};

/// Failures in a row that open it.
const FAILURES: u32 = 5;
/// How long it stays open before one call is let through.
const OPEN_FOR: Duration = Duration::from_secs(5);

pub(super) struct Breaker {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    failures: u32,
    /// When the next caller may try; absent while it is closed.
    try_at: Option<OffsetDateTime>,
}

impl Breaker {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Mutex::default() }
    }

    /// Lets a call through, or refuses it because the peer is down.
    pub(super) fn admit(&self) -> Result<(), ClientError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(try_at) = state.try_at else { return Ok(()) };
        let now = self.clock.now();
        // A time further ahead was set before the clock was set back.
        if now < try_at && try_at <= now + OPEN_FOR {
            return Err(ClientError::Open);
        }
        // This call tries; the others are refused until its outcome is known.
        state.try_at = Some(now + OPEN_FOR);
        Ok(())
    }

    pub(super) fn succeeded(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.try_at.is_some() {
            CIRCUIT_OPEN.get().set(0.0);
        }
        *state = State::default();
    }

    pub(super) fn failed(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.failures += 1;
        if state.failures >= FAILURES {
            state.try_at = Some(self.clock.now() + OPEN_FOR);
            CIRCUIT_OPEN.get().set(1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn after_five_failures_one_call_is_let_through_every_five_seconds_until_one_succeeds() {
        let clock = Arc::new(ManualClock::new(datetime!(2026-01-01 0:00 UTC)));
        let breaker = Breaker::new(Arc::clone(&clock) as _);
        for _ in 0..4 {
            breaker.failed();
        }
        assert_eq!(breaker.admit(), Ok(()));
        breaker.failed();
        assert_eq!(breaker.admit(), Err(ClientError::Open));
        clock.advance(OPEN_FOR);
        assert_eq!(breaker.admit(), Ok(()));
        assert_eq!(breaker.admit(), Err(ClientError::Open));
        breaker.failed();
        clock.advance(OPEN_FOR);
        assert_eq!(breaker.admit(), Ok(()));
        breaker.succeeded();
        assert_eq!((breaker.admit(), breaker.admit()), (Ok(()), Ok(())));
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_keep_it_open() {
        let clock = Arc::new(ManualClock::new(datetime!(2026-01-01 0:00 UTC)));
        let breaker = Breaker::new(Arc::clone(&clock) as _);
        for _ in 0..FAILURES {
            breaker.failed();
        }
        assert_eq!(breaker.admit(), Err(ClientError::Open));
        clock.set_back(Duration::from_secs(3600));
        assert_eq!((breaker.admit(), breaker.admit()), (Ok(()), Err(ClientError::Open)));
    }
}
