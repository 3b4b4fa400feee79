//! Key rotation: add a key everywhere, sign with it, drop the old one, one step a call.

use time::{Duration, OffsetDateTime};

use crate::{
    keys::{
        KeysError,
        generate::generate,
        jwk::{Algorithm, JwkSet, KeyOperation},
    },
    random::Random,
};

/// How long each phase must last before the next may begin.
#[derive(Clone, Copy, Debug)]
pub struct RotationWaits {
    /// From adding a key until the slowest reader has it.
    pub spread: Duration,
    /// From the last signature of a key until the last token it signed is refused anyway.
    pub overlap: Duration,
}

impl RotationWaits {
    /// A mounted Kubernetes Secret is up to 90 s late, and readers poll every 5 s.
    const SPREAD: Duration = Duration::seconds(100);

    /// How much longer than its tokens a key must verify: the leeway of those who check them.
    const LEEWAY: Duration = Duration::seconds(5);
    /// What is added to that where nobody says otherwise, for clocks that differ.
    const MARGIN: Duration = Duration::seconds(60);

    /// The waits for access tokens that live `access_ttl`: the leeway of 5 s and a minute on top.
    pub fn for_access_ttl(access_ttl: Duration) -> Self {
        Self { spread: Self::SPREAD, overlap: access_ttl + Self::LEEWAY + Self::MARGIN }
    }

    /// Other waits, for a system whose readers and clocks are known. An overlap in which a good token would lose its
    /// key is refused: the error says how many seconds it must have.
    pub fn with(
        self,
        access_ttl: Duration,
        spread: Option<Duration>,
        overlap: Option<Duration>,
    ) -> Result<Self, String> {
        let (spread, overlap) = (spread.unwrap_or(self.spread), overlap.unwrap_or(self.overlap));
        let least = access_ttl + Self::LEEWAY;
        if overlap < least {
            return Err(format!("it must be at least {} s: tokens live that long", least.whole_seconds()));
        }
        Ok(Self { spread, overlap })
    }
}

/// What one call of [`rotate`] did.
#[derive(Debug, PartialEq, Eq)]
pub enum RotationStep {
    /// A new key was added; it verifies, and the old one still signs.
    Added {
        /// The new key.
        kid: String,
    },
    /// The new key signs; the old one still verifies.
    Promoted {
        /// The key that signs from now on.
        kid: String,
        /// The key that signed until now.
        retired: String,
    },
    /// The old key is gone.
    Dropped {
        /// The key that is gone.
        kid: String,
    },
    /// Nothing was done: the next step would be too early.
    TooEarly {
        /// The key whose phase is not over.
        kid: String,
        /// The first second at which the next step is safe.
        until: OffsetDateTime,
    },
}

/// Takes the next step of a rotation towards a signing key for `algorithm`.
///
/// Calling it until it answers `Dropped` is one whole rotation. A retired key is dropped before a new one is
/// added, so a ring never grows beyond three keys.
pub fn rotate(
    set: &mut JwkSet,
    algorithm: Algorithm,
    waits: RotationWaits,
    now: OffsetDateTime,
    random: &dyn Random,
) -> Result<RotationStep, KeysError> {
    let seconds = now.unix_timestamp();
    if let Some(incoming) = set.keys.iter().position(|key| !key.signs() && key.retired_at.is_none()) {
        let ready = set.keys[incoming].iat.unwrap_or(i64::MIN).saturating_add(waits.spread.whole_seconds());
        if ready > seconds {
            return Ok(too_early(set.keys[incoming].kid.clone(), ready, now));
        }
        let Some(old) = set.keys.iter().position(crate::keys::jwk::Jwk::signs) else {
            return Err(KeysError("no key of the ring signs, so there is nothing to rotate".into()));
        };
        set.keys[old].key_ops = vec![KeyOperation::Verify];
        set.keys[old].retired_at = Some(seconds);
        set.keys[incoming].key_ops = vec![KeyOperation::Sign, KeyOperation::Verify];
        let (kid, retired) = (set.keys[incoming].kid.clone(), set.keys[old].kid.clone());
        return Ok(RotationStep::Promoted { kid, retired });
    }
    let retired =
        set.keys.iter().enumerate().filter_map(|(at, key)| key.retired_at.map(|when| (when, at))).min();
    if let Some((when, at)) = retired {
        let over = when.saturating_add(waits.overlap.whole_seconds());
        if over > seconds {
            return Ok(too_early(set.keys[at].kid.clone(), over, now));
        }
        return Ok(RotationStep::Dropped { kid: set.keys.remove(at).kid });
    }
    let key = generate(algorithm, now, random)?;
    let kid = key.kid.clone();
    set.keys.push(key);
    Ok(RotationStep::Added { kid })
}

fn too_early(kid: String, until: i64, now: OffsetDateTime) -> RotationStep {
    RotationStep::TooEarly { kid, until: OffsetDateTime::from_unix_timestamp(until).unwrap_or(now) }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::{keys::Ring, random::OsRandom};

    #[test]
    fn an_overlap_in_which_good_tokens_would_lose_their_key_is_refused() {
        let (ttl, seconds) = (Duration::seconds(300), |seconds| Some(Duration::seconds(seconds)));
        let waits = RotationWaits::for_access_ttl(ttl);
        assert_eq!(
            waits.with(ttl, None, seconds(304)).err().unwrap(),
            "it must be at least 305 s: tokens live that long"
        );
        let waits = waits.with(ttl, seconds(10), seconds(305)).unwrap();
        assert_eq!((waits.spread, waits.overlap), (Duration::seconds(10), Duration::seconds(305)));
    }

    #[test]
    fn a_rotation_from_a_shared_key_to_eddsa_never_leaves_the_ring_unusable() {
        let mut now = datetime!(2026-01-01 0:00 UTC);
        let waits = RotationWaits::for_access_ttl(Duration::seconds(300));
        let mut set = JwkSet { keys: vec![generate(Algorithm::HS256, now, &OsRandom).unwrap()] };
        set.keys[0].key_ops = vec![KeyOperation::Sign, KeyOperation::Verify];
        let old = set.keys[0].kid.clone();
        let mut step = |set: &mut JwkSet, later: i64| {
            now += Duration::seconds(later);
            let step = rotate(set, Algorithm::EdDSA, waits, now, &OsRandom).unwrap();
            assert!(Ring::new(set).unwrap().signing_key().is_some());
            step
        };
        let RotationStep::Added { kid: new } = step(&mut set, 0) else { panic!("not added") };
        assert!(matches!(step(&mut set, 99), RotationStep::TooEarly { kid, .. } if kid == new));
        assert_eq!(step(&mut set, 1), RotationStep::Promoted { kid: new.clone(), retired: old.clone() });
        assert_eq!(Ring::new(&set).unwrap().signing_key().unwrap().0.kid, new);
        assert!(matches!(step(&mut set, 364), RotationStep::TooEarly { kid, .. } if kid == old));
        assert_eq!(step(&mut set, 1), RotationStep::Dropped { kid: old });
        assert_eq!(set.keys.len(), 1);
    }
}
