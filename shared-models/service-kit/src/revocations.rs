//! What a process knows of revocations: tokens that are refused before they expire. Knows not where it comes from.

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

use crate::clock::Clock;

/// The second before which tokens are refused, and the one at which that may be forgotten.
type Until = (i64, i64);
type Known = HashMap<(RevocationKind, String), Until>;

/// The revocations that still matter. Reading takes no lock; writing copies, which is rare.
pub struct Revocations {
    clock: Arc<dyn Clock>,
    known: ArcSwap<Known>,
    heard: Mutex<Option<OffsetDateTime>>,
}

impl Revocations {
    /// Nothing is known yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, known: ArcSwap::default(), heard: Mutex::default() }
    }

    /// Takes in what the feed told now, and forgets what has expired.
    pub fn learn(&self, entries: &[Revocation]) {
        let now = self.clock.now();
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        let seconds = now.unix_timestamp();
        let before = self.known.load();
        if entries.is_empty() && before.values().all(|(_, expires_at)| *expires_at > seconds) {
            return;
        }
        let mut known: Known = (**before).clone();
        for entry in entries {
            let until = known.entry((entry.kind, entry.value.clone())).or_default();
            *until = (until.0.max(entry.not_before), until.1.max(entry.expires_at));
        }
        known.retain(|_, (_, expires_at)| *expires_at > seconds);
        #[expect(clippy::cast_precision_loss, reason = "a gauge")]
        metrics::gauge!("tessera_cutoffs").set(known.len() as f64);
        self.known.store(Arc::new(known));
    }

    /// Whether a token with these claims is cut off.
    pub fn refuses(&self, claims: &AccessClaims) -> bool {
        let known = self.known.load();
        if known.is_empty() {
            return false;
        }
        RevocationKind::ALL.into_iter().any(|kind| {
            kind.names(claims).any(|name| {
                let until = known.get(&(kind, name.to_owned()));
                until.is_some_and(|(not_before, _)| claims.iat < *not_before)
            })
        })
    }

    /// How long ago the feed was last heard; nothing where it never was.
    pub fn age(&self) -> Option<Duration> {
        let heard = *self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.map(|heard| (self.clock.now() - heard).try_into().unwrap_or_default())
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
            sid: sid.map(str::to_owned),
            auth_time: None,
            act: None,
            authorization_details: Vec::new(),
        }
    }

    fn cut(kind: RevocationKind, value: &str, not_before: i64) -> Revocation {
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
            (cut(Subject, "ada", 1), true),
            (cut(Session, "s", 1), true),
            (cut(Key, "c", 1), true),
            (cut(Subject, "s", 1), false),
            (cut(Session, "j", 1), false),
            (cut(Key, "ada", 1), false),
        ] {
            let (_, revocations) = revocations();
            revocations.learn(std::slice::from_ref(&entry));
            assert_eq!(revocations.refuses(&claims("ada", Some("s"), "c", 0)), mine, "{entry:?}");
            assert_eq!(entry.refuses(&claims("ada", Some("s"), "c", 0)), mine);
        }
        let (_, revocations) = revocations();
        revocations.learn(&[cut(Session, "j", 1)]);
        assert!(revocations.refuses(&claims("loader", None, "loader", 0)));
    }

    #[test]
    fn a_token_from_after_the_cut_is_good() {
        let (_, revocations) = revocations();
        revocations.learn(&[cut(RevocationKind::Subject, "ada", 1)]);
        assert!(!revocations.refuses(&claims("ada", None, "c", 1)));
        revocations.learn(&[cut(RevocationKind::Subject, "ada", 10)]);
        revocations.learn(&[cut(RevocationKind::Subject, "ada", 5)]);
        assert!(revocations.refuses(&claims("ada", None, "c", 9)));
    }

    #[test]
    fn what_has_expired_is_forgotten_when_the_feed_is_heard_next() {
        let (clock, revocations) = revocations();
        revocations.learn(&[cut(RevocationKind::Subject, "ada", 1)]);
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
}
