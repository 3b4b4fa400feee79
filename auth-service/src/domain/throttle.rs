//! How many guesses are free, and how long the next one has to wait: one bucket, as a pure rule.

use std::time::Duration;

use time::OffsetDateTime;

/// The longest wait between two guesses, in seconds.
pub const LONGEST: u32 = 60;

/// What a bucket allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Failures that cost nothing.
    pub free: u32,
    /// After so long without a failure all is forgotten.
    pub window: Duration,
}

/// The failures of one account, address or device. An attempt counts as one until it has succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// How many there were.
    pub failures: u32,
    /// When the last one was.
    pub last: OffsetDateTime,
}

/// What comes of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It may go on; this is the bucket with it.
    Taken(Bucket),
    /// It has to wait, and is not counted.
    Wait(Duration),
}

impl Bucket {
    /// Takes one attempt at `now` out of what `limit` allows: after the free ones each waits 1, 2, 4 … 60 seconds
    /// since the one before it.
    pub fn take(known: Option<Self>, limit: Limit, now: OffsetDateTime) -> Attempt {
        let Some(bucket) = known.filter(|bucket| now - bucket.last < limit.window) else {
            return Attempt::Taken(Self { failures: 1, last: now });
        };
        let ready = bucket.last + bucket.pause(limit.free);
        if now < ready {
            return Attempt::Wait((ready - now).try_into().unwrap_or_default());
        }
        Attempt::Taken(Self { failures: bucket.failures.saturating_add(1), last: now })
    }

    /// How long after the last failure the next attempt has to wait.
    fn pause(self, free: u32) -> Duration {
        match self.failures.checked_sub(free) {
            None => Duration::ZERO,
            Some(beyond) => {
                Duration::from_secs(1_u32.checked_shl(beyond).unwrap_or(LONGEST).min(LONGEST).into())
            }
        }
    }

    /// The bucket after an attempt that has succeeded, or that was never tried.
    pub fn give_back(self) -> Option<Self> {
        (self.failures > 1).then(|| Self { failures: self.failures - 1, ..self })
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);
    const LIMIT: Limit = Limit { free: 3, window: Duration::from_secs(900) };

    fn take(known: Option<Bucket>, after: u64) -> Attempt {
        Bucket::take(known, LIMIT, NOW + Duration::from_secs(after))
    }

    #[test]
    fn after_the_free_ones_each_guess_waits_twice_as_long_up_to_a_minute() {
        let (mut bucket, mut now) = (None, 0);
        for _ in 0..3 {
            let Attempt::Taken(next) = take(bucket, now) else { panic!("not free") };
            bucket = Some(next);
        }
        for wait in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            assert_eq!(take(bucket, now), Attempt::Wait(Duration::from_secs(wait)));
            now += wait;
            let Attempt::Taken(next) = take(bucket, now) else { panic!("waits too long") };
            bucket = Some(next);
        }
    }

    #[test]
    fn a_guess_that_had_to_wait_changes_nothing_and_a_quiet_window_forgets_all() {
        let full = Some(Bucket { failures: 50, last: NOW });
        assert_eq!(take(full, 59), Attempt::Wait(Duration::from_secs(1)));
        assert_eq!(
            take(full, 899),
            Attempt::Taken(Bucket { failures: 51, last: NOW + Duration::from_secs(899) })
        );
        assert_eq!(
            take(full, 900),
            Attempt::Taken(Bucket { failures: 1, last: NOW + Duration::from_secs(900) })
        );
    }

    #[test]
    fn what_succeeded_is_given_back() {
        let bucket = Bucket { failures: 2, last: NOW };
        assert_eq!(bucket.give_back(), Some(Bucket { failures: 1, ..bucket }));
        assert_eq!(Bucket { failures: 1, ..bucket }.give_back(), None);
    }
}
