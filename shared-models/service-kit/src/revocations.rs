//! The revocations that a process knows: tokens that are refused before they expire. Does not know their source.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;
use shared_models::{
    claims::AccessClaims,
    revocations::{Revocation, RevocationKind},
};
use time::OffsetDateTime;

use crate::{clock::Clock, metric::kit};

/// Seconds by which the moment of a revocation may lie ahead of this clock: auth-service writes them 3 s ahead of the
/// clock that it reads, and clocks differ. A later one comes from a clock that was wrong and is limited to this. That of
/// a role is not limited: `roles_at` of new tokens is as far ahead.
const FURTHEST: i64 = 5;

/// The second before which tokens are refused, and the one at which that may be forgotten.
type Until = (i64, i64);
type Known = HashMap<(RevocationKind, String), Until>;

/// The revocations that still matter. Reading takes no lock; writing copies, which is rare.
pub struct Revocations {
    clock: Arc<dyn Clock>,
    known: ArcSwap<Known>,
    answered_at: Mutex<Option<OffsetDateTime>>,
    failure: Mutex<Option<String>>,
}

impl Revocations {
    /// Nothing is known yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, known: ArcSwap::default(), answered_at: Mutex::default(), failure: Mutex::default() }
    }

    /// Takes note of why the feed could not be read; `None` once it could.
    pub fn note(&self, failure: Option<String>) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = failure;
    }

    /// Why the feed could not be read last time, if it could not.
    pub fn failure(&self) -> Option<String> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds a page of the feed, and forgets what has expired. The first load is complete once a page is empty.
    pub fn learn(&self, entries: &[Revocation]) {
        let now = self.clock.now();
        let mut answered_at = self.answered_at.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.is_empty() || answered_at.is_some() {
            *answered_at = Some(now);
        }
        drop(answered_at);
        let seconds = now.unix_timestamp();
        let before = self.known.load();
        if entries.is_empty() && before.values().all(|(_, expires_at)| *expires_at > seconds) {
            return;
        }
        let mut known: Known = (**before).clone();
        for entry in entries {
            let until = known.entry((entry.kind, entry.value.clone())).or_default();
            let not_before = match entry.kind {
                RevocationKind::Role => entry.not_before,
                _ => entry.not_before.min(seconds.saturating_add(FURTHEST)),
            };
            *until = (until.0.max(not_before), until.1.max(entry.expires_at));
        }
        known.retain(|_, (_, expires_at)| *expires_at > seconds);
        #[expect(clippy::cast_precision_loss, reason = "a gauge")]
        kit::CUTOFFS.get().set(known.len() as f64);
        self.known.store(Arc::new(known));
    }

    /// Whether a token with these claims is revoked.
    pub fn refuses(&self, claims: &AccessClaims) -> bool {
        let known = self.known.load();
        if known.is_empty() {
            return false;
        }
        RevocationKind::ALL.into_iter().any(|kind| {
            kind.names(claims).any(|name| {
                let until = known.get(&(kind, name.to_owned()));
                until.is_some_and(|(not_before, _)| kind.refuses(claims, *not_before))
            })
        })
    }

    /// How long ago the feed last answered; `None` if it never did.
    pub fn age(&self) -> Option<Duration> {
        let now = self.clock.now();
        let mut answered_at = self.answered_at.lock().unwrap_or_else(PoisonError::into_inner);
        // A time from before the clock was set back counts as now, so that a stale feed is noticed.
        *answered_at = answered_at.map(|answered_at| answered_at.min(now));
        answered_at.map(|answered_at| (now - answered_at).try_into().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use shared_models::claims::Audience;
    use time::macros::datetime;

    use super::*;
    use crate::clock::ManualClock;

    const NOW: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);

    fn claims(sub: &str, sid: Option<&str>, client: &str, iat: i64) -> AccessClaims {
        AccessClaims {
            iss: "i".into(),
            sub: sub.into(),
            aud: Audience::One("a".into()),
            exp: iat + 300,
            iat: NOW.unix_timestamp() + iat,
            nbf: None,
            jti: "j".into(),
            client_id: client.into(),
            scope: "a:read".parse().unwrap(),
            roles: Vec::new(),
            from_roles: Vec::new(),
            roles_at: None,
            sid: sid.map(str::to_owned),
            auth_time: None,
            act: None,
            authorization_details: Vec::new(),
        }
    }

    fn revocation(kind: RevocationKind, value: &str, not_before: i64) -> Revocation {
        let not_before = NOW.unix_timestamp() + not_before;
        Revocation { seq: 1, kind, value: value.into(), not_before, expires_at: not_before + 365 }
    }

    fn revocations() -> (Arc<ManualClock>, Revocations) {
        let clock = Arc::new(ManualClock::new(NOW));
        (Arc::clone(&clock), Revocations::new(clock))
    }

    #[test]
    fn a_token_is_refused_by_its_subject_its_session_or_its_client() {
        use RevocationKind::{Key, Session, Subject};
        for (entry, mine) in [
            (revocation(Subject, "ada", 1), true),
            (revocation(Session, "s", 1), true),
            (revocation(Key, "c", 1), true),
            (revocation(Subject, "s", 1), false),
            (revocation(Session, "j", 1), false),
            (revocation(Key, "ada", 1), false),
        ] {
            let (_, revocations) = revocations();
            revocations.learn(std::slice::from_ref(&entry));
            assert_eq!(revocations.refuses(&claims("ada", Some("s"), "c", 0)), mine, "{entry:?}");
            assert_eq!(entry.refuses(&claims("ada", Some("s"), "c", 0)), mine);
        }
        let (_, revocations) = revocations();
        revocations.learn(&[revocation(Session, "j", 1)]);
        assert!(revocations.refuses(&claims("loader", None, "loader", 0)));
    }

    #[test]
    fn a_revocation_of_a_role_goes_by_when_the_roles_were_read_however_far_ahead_it_is() {
        for far in [4, 3600] {
            let (_, revocations) = revocations();
            revocations.learn(&[revocation(RevocationKind::Role, "lab", far)]);
            let token = |roles_at: Option<i64>| AccessClaims {
                from_roles: vec!["lab".into()],
                roles_at: roles_at.map(|at| NOW.unix_timestamp() + at),
                ..claims("ada", None, "c", far.min(5))
            };
            assert!(revocations.refuses(&token(Some(far - 1))), "whatever its iat is");
            assert!(!revocations.refuses(&token(Some(far))));
            assert_eq!(revocations.refuses(&token(None)), far > 5, "as of its iat");
        }
    }

    #[test]
    fn a_token_from_after_the_revocation_is_good() {
        let (_, revocations) = revocations();
        revocations.learn(&[revocation(RevocationKind::Subject, "ada", 1)]);
        assert!(!revocations.refuses(&claims("ada", None, "c", 1)));
        revocations.learn(&[revocation(RevocationKind::Subject, "ada", 4)]);
        revocations.learn(&[revocation(RevocationKind::Subject, "ada", 2)]);
        assert!(revocations.refuses(&claims("ada", None, "c", 3)));
    }

    #[test]
    fn an_ended_session_is_refused_whenever_its_token_was_issued() {
        let (_, revocations) = revocations();
        let entry = revocation(RevocationKind::Session, "s", 1);
        revocations.learn(std::slice::from_ref(&entry));
        for iat in [-10, 1, 4, 200] {
            assert!(revocations.refuses(&claims("ada", Some("s"), "c", iat)), "{iat}");
            assert!(entry.refuses(&claims("ada", Some("s"), "c", iat)), "{iat}");
        }
        assert!(!revocations.refuses(&claims("ada", Some("t"), "c", -10)));
    }

    #[test]
    fn a_revocation_of_a_clock_that_was_an_hour_ahead_locks_nobody_out_for_an_hour() {
        let (clock, revocations) = revocations();
        revocations.learn(&[revocation(RevocationKind::Subject, "ada", 3600)]);
        assert!(revocations.refuses(&claims("ada", None, "c", 4)));
        clock.advance(Duration::from_secs(5));
        assert!(!revocations.refuses(&claims("ada", None, "c", 5)));
    }

    #[test]
    fn what_has_expired_is_forgotten_when_the_feed_is_heard_next() {
        let (clock, revocations) = revocations();
        revocations.learn(&[revocation(RevocationKind::Subject, "ada", 1)]);
        clock.advance(Duration::from_secs(365));
        revocations.learn(&[]);
        assert_eq!(revocations.known.load().len(), 1);
        clock.advance(Duration::from_secs(1));
        revocations.learn(&[]);
        assert!(revocations.known.load().is_empty());
    }

    #[test]
    fn the_age_is_that_of_the_last_answer() {
        let (clock, revocations) = revocations();
        assert_eq!(revocations.age(), None);
        revocations.learn(&[]);
        clock.advance(Duration::from_secs(31));
        assert_eq!(revocations.age(), Some(Duration::from_secs(31)));
    }

    #[test]
    fn silence_is_noticed_in_time_after_a_clock_was_set_back() {
        let (clock, revocations) = revocations();
        revocations.learn(&[]);
        clock.set_back(Duration::from_secs(3600));
        assert_eq!(revocations.age(), Some(Duration::ZERO));
        clock.advance(Duration::from_secs(31));
        assert_eq!(revocations.age(), Some(Duration::from_secs(31)));
    }
}
