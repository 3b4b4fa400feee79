//! The moment before which access tokens are refused, and how long a revocation must be remembered.
//!
//! A token that was made from data read before a revocation was committed must be refused too, whichever replica made
//! it. So the moment is ahead of the clock, by the time a commit takes and the difference between replicas' clocks. A
//! token's `iat` is a time from before its user was read. If a commit took longer, the revocation gets a new moment
//! after it ([`RevocationClock::covers`]).
//!
//! A role has no `not_before` of its own. A token may come from several roles, so all revocations of roles share one, each
//! later than the one before. `roles_at` of a token is at least the `not_before` that its table of roles was read with
//! (`roles::RoleTable`). So a revocation refuses each token made from an older table, and a token made from a newer one is
//! valid immediately. `roles_at` is never compared with a clock, so a `not_before` that a wrong clock set far ahead needs
//! no correction.

use std::{sync::Arc, time::Duration};

use service_kit::clock::Clock;
use shared_models::revocations::RevocationKind;
use time::OffsetDateTime;

use super::roles::LEASE;

/// How long it may take from the moment until its revocation is committed.
const COMMIT: Duration = Duration::from_secs(1);
/// Seconds by which a moment is ahead of the clock: one for the commit, one for the clocks of other replicas, and one
/// because `iat` is in whole seconds.
const AHEAD: i64 = 3;
/// Seconds by which the `not_before` of a subject may be ahead of the clock: one more than a moment, for a second
/// revocation within the same second. Those who check tokens accept an `iat` that is 5 s ahead.
const FURTHEST: i64 = AHEAD + 1;
/// Seconds a revocation is remembered beyond the life of the last token that it refuses: the leeway of those who check
/// tokens (5 s) and a minute for clocks that differ.
const MARGIN: i64 = 65;

/// The moment of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When it was taken, by the clock.
    pub taken_at: OffsetDateTime,
    /// Tokens issued before this second since the Unix epoch are refused.
    pub not_before: i64,
    /// The second since the Unix epoch at which all of them have expired.
    pub expires_at: i64,
}

impl Moment {
    /// The same, but later than the current `not_before` of its subject, so that a token issued at that second is
    /// refused.
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

/// Gives the moments of revocations. The store takes one within each attempt to commit.
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

    /// The moment of a revocation of this kind. A revocation of a role also refuses the tokens that replicas make from
    /// the old table of roles until its lease ends.
    pub fn moment_for(&self, kind: RevocationKind) -> Moment {
        let moment = self.moment();
        match kind {
            RevocationKind::Role => {
                let lease = i64::try_from(LEASE.as_secs()).unwrap_or(i64::MAX);
                moment.after(moment.not_before.saturating_add(lease) - 1)
            }
            RevocationKind::Subject | RevocationKind::Session | RevocationKind::Key => moment,
        }
    }

    /// Whether a revocation whose moment was taken at `taken_at`, and which is committed by now, refuses every token
    /// made from data of before the commit. Otherwise it needs a new moment.
    pub fn covers(&self, taken_at: OffsetDateTime) -> bool {
        self.clock.now() - taken_at <= COMMIT
    }

    /// Whether this `not_before` was written by a wrong clock: tokens issued at it would be refused as issued in the
    /// future.
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
    fn the_moment_of_a_role_lies_behind_every_token_made_while_the_table_of_before_was_leased() {
        let (_, clock) = clock();
        let moment = clock.moment_for(RevocationKind::Role);
        let latest = (NOW + Duration::from_secs(2) + LEASE).unix_timestamp();
        assert!(latest < moment.not_before, "{latest} {moment:?}");
        assert!(moment.expires_at > latest + 300 + 5);
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
