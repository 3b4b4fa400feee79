//! From which moment on access tokens are refused before they expire, and how long that must be remembered.
//!
//! A token that is made from what the store said before a revocation was committed must fall with it, whichever replica
//! made it. So the moment lies ahead of the clock by what a commit and the differences between replicas' clocks may
//! take, a token's `iat` is a time from before its user was read, and where a commit took longer, another moment is taken
//! after it ([`RevocationClock::covers`]).

use std::{sync::Arc, time::Duration};

use service_kit::clock::Clock;
use shared_models::revocations::RevocationKind;
use time::OffsetDateTime;

/// How long it may take from the taking of a moment until its revocation is committed.
const COMMIT: Duration = Duration::from_secs(1);
/// Seconds that a moment lies ahead of the clock: one for the commit, one for the clocks of other replicas, and one
/// because `iat` is in whole seconds.
const AHEAD: i64 = 3;
/// Seconds by which the `not_before` of a subject may lie ahead of the clock: one more than a moment, for a second
/// revocation within the same second. Those who check tokens accept an `iat` that is 5 s ahead.
const FURTHEST: i64 = AHEAD + 1;
/// Seconds a revocation is remembered beyond the life of the last token that it refuses: the leeway of those who check
/// tokens (5 s) and a minute for clocks that differ.
const MARGIN: i64 = 65;

/// The moment of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When it was taken.
    pub taken_at: OffsetDateTime,
    /// Tokens issued before this second since the Unix epoch are refused.
    pub not_before: i64,
    /// The second since the Unix epoch at which all of them have expired.
    pub expires_at: i64,
}

impl Moment {
    /// The same, but later than the `not_before` that its subject has: a token issued at that second falls too.
    #[must_use]
    pub fn after(self, not_before: i64) -> Self {
        let moved = self.not_before.max(not_before.saturating_add(1)) - self.not_before;
        Self {
            not_before: self.not_before + moved,
            expires_at: self.expires_at.saturating_add(moved),
            ..self
        }
    }
}

/// Takes the moments of revocations. The store takes one within each attempt to commit.
#[derive(Clone)]
pub struct RevocationClock {
    clock: Arc<dyn Clock>,
    access_ttl: Duration,
}

impl RevocationClock {
    /// For tokens that live `access_ttl`.
    pub fn new(clock: Arc<dyn Clock>, access_ttl: Duration) -> Self {
        Self { clock, access_ttl }
    }

    /// The moment of a revocation that is committed within a second from now.
    pub fn moment(&self) -> Moment {
        let taken_at = self.clock.now();
        let not_before = taken_at.unix_timestamp() + AHEAD;
        let ttl = i64::try_from(self.access_ttl.as_secs()).unwrap_or(i64::MAX);
        Moment { taken_at, not_before, expires_at: not_before.saturating_add(ttl).saturating_add(MARGIN) }
    }

    /// The moment of a revocation of this kind. That of a role is written again once no replica goes by what the role was
    /// before, and those who have it get no token from ahead of the clock: it allows for the clocks alone, and new tokens
    /// of the role are refused until it has come.
    pub fn moment_for(&self, kind: RevocationKind) -> Moment {
        let moment = self.moment();
        match kind {
            RevocationKind::Role => Moment { not_before: moment.not_before - 1, ..moment },
            RevocationKind::Subject | RevocationKind::Session | RevocationKind::Key => moment,
        }
    }

    /// Whether a revocation whose moment was taken then, and which is committed by now, refuses every token made from what
    /// was true before it.
    pub fn covers(&self, taken_at: OffsetDateTime) -> bool {
        self.clock.now() - taken_at <= COMMIT
    }

    /// Whether no working clock wrote this `not_before`: tokens issued at it would be refused as tokens of the future.
    pub fn is_too_far_ahead(&self, not_before: i64) -> bool {
        not_before > self.clock.now().unix_timestamp().saturating_add(FURTHEST)
    }
}

#[cfg(test)]
mod tests {
    use service_kit::clock::ManualClock;
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-01-01 0:00:00.9 UTC);

    fn clock() -> (Arc<ManualClock>, RevocationClock) {
        let clock = Arc::new(ManualClock::new(NOW));
        (Arc::clone(&clock), RevocationClock::new(clock, Duration::from_secs(300)))
    }

    #[test]
    fn a_moment_lies_behind_every_token_made_while_it_was_committed() {
        let (_, clock) = clock();
        let moment = clock.moment();
        // A second for the commit and a second of difference between clocks.
        let latest = (NOW + Duration::from_secs(2)).unix_timestamp();
        assert!(latest < moment.not_before, "{latest} {moment:?}");
        assert!(moment.expires_at > latest + 300 + 5);
        assert!(!clock.is_too_far_ahead(moment.not_before));
    }

    #[test]
    fn a_slow_commit_is_not_covered() {
        let (hands, clock) = clock();
        let moment = clock.moment();
        hands.advance(Duration::from_secs(1));
        assert!(clock.covers(moment.taken_at));
        hands.advance(Duration::from_millis(1));
        assert!(!clock.covers(moment.taken_at));
    }

    #[test]
    fn a_second_revocation_within_a_second_is_later_than_the_first() {
        let (_, clock) = clock();
        let first = clock.moment();
        let second = clock.moment().after(first.not_before);
        assert_eq!((second.not_before, second.expires_at), (first.not_before + 1, first.expires_at + 1));
        assert_eq!(clock.moment().after(7), first);
        assert!(!clock.is_too_far_ahead(second.not_before));
        assert!(clock.is_too_far_ahead(second.not_before + 1));
    }
}
