//! How many attempts are free, and how long the next one must wait: one bucket, as pure functions.

use std::time::Duration;

use time::OffsetDateTime;

/// The longest wait between two guesses, in seconds.
pub const LONGEST: u32 = 60;

/// How long an attempt can be pending: no request takes longer. Attempts of a replica that ended before settling them
/// then delay no others.
const REQUEST: Duration = Duration::from_secs(5);

/// The limit of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Attempts that need not wait.
    pub free: u32,
    /// How long a bucket remembers.
    pub window: Duration,
    /// The rule after the free ones.
    pub beyond: Beyond,
}

/// The rule after the free attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// Each waits 1, 2, 4 … 60 seconds after the one before it. All are forgotten after a window without any: for
    /// failures.
    Slower,
    /// None is allowed until the window that began with the first one is over: for a fixed number of requests.
    Closed,
}

/// The attempts on one account, address or device. A password attempt counts as a failure until it has succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// How many attempts were counted.
    pub failures: u32,
    /// How many of them are not settled yet. Meaningful only for buckets whose attempts are settled.
    pub pending: u32,
    /// When the last one was; under [`Beyond::Closed`], the first.
    pub last: OffsetDateTime,
}

/// The outcome of taking an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It may continue; this is the bucket with the attempt.
    Taken(Bucket),
    /// It has to wait this long and is not counted; this is the bucket to keep.
    Wait(Bucket, Duration),
}

impl Attempt {
    /// How long it must wait, if it was not taken.
    pub fn wait(self) -> Option<Duration> {
        match self {
            Self::Taken(_) => None,
            Self::Wait(_, wait) => Some(wait),
        }
    }
}

impl Bucket {
    /// The bucket of a first attempt.
    pub fn first(now: OffsetDateTime) -> Self {
        Self { failures: 1, pending: 1, last: now }
    }

    /// Takes one attempt at `now` within `limit`. A time in the future, of a clock that was ahead or of another
    /// replica, counts as now: free attempts never wait, and no other waits longer than its rule says.
    pub fn take(known: Option<Self>, limit: Limit, now: OffsetDateTime) -> Attempt {
        let known = known.map(|bucket| Self { last: bucket.last.min(now), ..bucket });
        let Some(bucket) = known.filter(|bucket| now - bucket.last < limit.window) else {
            return Attempt::Taken(Self::first(now));
        };
        let ready = bucket.last + bucket.pause(limit);
        if now < ready {
            return Attempt::Wait(bucket, (ready - now).try_into().unwrap_or_default());
        }
        let last = match limit.beyond {
            Beyond::Slower => now,
            Beyond::Closed => bucket.last,
        };
        Attempt::Taken(Self {
            failures: bucket.failures.saturating_add(1),
            pending: bucket.pending.saturating_add(1),
            last,
        })
    }

    /// How long after `last` the next attempt has to wait.
    fn pause(self, limit: Limit) -> Duration {
        match (self.failures.checked_sub(limit.free), limit.beyond) {
            (None, _) => Duration::ZERO,
            (Some(_), Beyond::Closed) => limit.window,
            (Some(beyond), Beyond::Slower) => {
                Duration::from_secs(1_u32.checked_shl(beyond).unwrap_or(LONGEST).min(LONGEST).into())
            }
        }
    }

    /// Whether an attempt is still pending at `now` and may turn out to be a success.
    pub fn is_pending(self, now: OffsetDateTime) -> bool {
        self.pending > 0 && now - self.last < REQUEST
    }

    /// The bucket after an attempt that has failed.
    pub fn fail(self) -> Self {
        Self { pending: self.pending.saturating_sub(1), ..self }
    }

    /// The bucket after an attempt that has succeeded, or that was never tried.
    pub fn give_back(self) -> Option<Self> {
        (self.failures > 1).then(|| Self { failures: self.failures - 1, ..self.fail() })
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);
    const LIMIT: Limit = Limit { free: 3, window: Duration::from_secs(900), beyond: Beyond::Slower };
    const CLOSED: Limit = Limit { beyond: Beyond::Closed, ..LIMIT };

    fn at(seconds: i64) -> OffsetDateTime {
        NOW + time::Duration::seconds(seconds)
    }

    fn taken(known: Option<Bucket>, limit: Limit, seconds: i64) -> Bucket {
        match Bucket::take(known, limit, at(seconds)) {
            Attempt::Taken(bucket) => bucket,
            wait @ Attempt::Wait(..) => panic!("not taken: {wait:?}"),
        }
    }

    fn wait(known: Option<Bucket>, limit: Limit, seconds: i64) -> u64 {
        match Bucket::take(known, limit, at(seconds)) {
            Attempt::Wait(_, wait) => wait.as_secs(),
            Attempt::Taken(bucket) => panic!("taken: {bucket:?}"),
        }
    }

    #[test]
    fn after_the_free_ones_each_guess_waits_twice_as_long_up_to_a_minute() {
        let (mut bucket, mut now) = (None, 0);
        for _ in 0..3 {
            bucket = Some(taken(bucket, LIMIT, now));
        }
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            assert_eq!(wait(bucket, LIMIT, now), seconds);
            now += i64::try_from(seconds).unwrap();
            bucket = Some(taken(bucket, LIMIT, now));
        }
    }

    #[test]
    fn a_guess_that_had_to_wait_changes_nothing_and_a_quiet_window_forgets_all() {
        let full = Bucket { failures: 50, pending: 2, last: NOW };
        assert_eq!(Bucket::take(Some(full), LIMIT, at(59)), Attempt::Wait(full, Duration::from_secs(1)));
        assert_eq!(taken(Some(full), LIMIT, 899), Bucket { failures: 51, pending: 3, last: at(899) });
        assert_eq!(taken(Some(full), LIMIT, 900), Bucket { failures: 1, pending: 1, last: at(900) });
    }

    #[test]
    fn a_closed_window_opens_again_as_long_after_its_first_try() {
        let mut bucket = taken(None, CLOSED, 0);
        for seconds in [100, 800] {
            bucket = taken(Some(bucket), CLOSED, seconds);
        }
        assert_eq!((bucket.failures, bucket.last), (3, NOW));
        assert_eq!(wait(Some(bucket), CLOSED, 801), 99);
        let again = taken(Some(bucket), CLOSED, 900);
        assert_eq!((again.failures, again.last), (1, at(900)));
    }

    #[test]
    fn a_clock_that_was_ahead_makes_no_free_try_wait_and_no_other_longer_than_a_minute() {
        let ahead = |failures| Some(Bucket { failures, pending: 0, last: at(3600) });
        for limit in [LIMIT, CLOSED] {
            assert_eq!(taken(ahead(2), limit, 0), Bucket { failures: 3, pending: 1, last: NOW });
        }
        for (failures, seconds) in [(3, 1), (50, 60)] {
            let Attempt::Wait(kept, pause) = Bucket::take(ahead(failures), LIMIT, NOW) else {
                panic!("taken")
            };
            assert_eq!((kept.last, pause.as_secs()), (NOW, seconds));
            let later = i64::try_from(seconds).unwrap();
            assert_eq!(taken(Some(kept), LIMIT, later).failures, failures + 1);
        }
    }

    #[test]
    fn what_succeeded_is_given_back() {
        let bucket = Bucket { failures: 2, pending: 1, last: NOW };
        assert_eq!(bucket.give_back(), Some(Bucket { failures: 1, pending: 0, ..bucket }));
        assert_eq!(Bucket { failures: 1, ..bucket }.give_back(), None);
    }

    #[test]
    fn what_failed_stays_counted_and_is_no_longer_pending() {
        let bucket = Bucket { failures: 2, pending: 1, last: NOW };
        assert!(bucket.is_pending(NOW));
        assert_eq!(bucket.fail(), Bucket { pending: 0, ..bucket });
        assert!(!bucket.fail().is_pending(NOW));
        assert_eq!(bucket.fail().fail(), bucket.fail());
    }

    #[test]
    fn nothing_is_pending_for_longer_than_a_request_takes() {
        let bucket = Bucket { failures: 3, pending: 3, last: NOW };
        assert!(bucket.is_pending(at(4)));
        assert!(!bucket.is_pending(at(5)));
    }
}
