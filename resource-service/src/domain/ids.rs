//! Ids: UUIDs of version 7 that ascend in the order in which one process makes them (RFC 9562 section 6.2, method 2).

use std::sync::{Arc, Mutex, PoisonError};

use service_kit::random::{self, Random};
use time::OffsetDateTime;
use uuid::Uuid;

/// The random bits of an id: 12 before the variant, 62 behind it.
const RANDOM_BITS: u32 = 74;
/// How many of them lie behind the variant.
const TAIL_BITS: u32 = 62;

/// Makes ids. Each is greater than the one before, also within a millisecond and after the clock was set back.
pub struct Ids {
    random: Arc<dyn Random>,
    /// Milliseconds and random bits of the last id, as one number.
    last: Mutex<u128>,
}

impl Ids {
    /// Ids whose random bits come from `random`.
    pub fn new(random: Arc<dyn Random>) -> Self {
        Self { random, last: Mutex::default() }
    }

    /// A new id of the time `now`.
    pub fn make(&self, now: OffsetDateTime) -> String {
        let millis = u128::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
        let random = u128::from_be_bytes(random::bytes(&*self.random));
        let fresh = (millis << RANDOM_BITS) | (random & mask(RANDOM_BITS));
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // A random step keeps the next id of this millisecond from being guessed. A carry ends up in the time.
        let next = if fresh >> RANDOM_BITS > *last >> RANDOM_BITS {
            fresh
        } else {
            *last + 1 + (random & u128::from(u32::MAX))
        };
        *last = next;
        let version_and_head = (0x7 << 12) | ((next >> TAIL_BITS) & mask(RANDOM_BITS - TAIL_BITS));
        let variant_and_tail = (0b10 << TAIL_BITS) | (next & mask(TAIL_BITS));
        let id = ((next >> RANDOM_BITS) << 80) | (version_and_head << 64) | variant_and_tail;
        Uuid::from_u128(id).to_string()
    }
}

/// The time of an id that [`Ids`] made, to the millisecond; nothing where it is another kind of id.
pub fn time_of(id: &str) -> Option<OffsetDateTime> {
    let id = Uuid::parse_str(id).ok().filter(|id| id.get_version_num() == 7)?;
    let millis = i128::try_from(id.as_u128() >> 80).ok()?;
    OffsetDateTime::from_unix_timestamp_nanos(millis * 1_000_000).ok()
}

const fn mask(bits: u32) -> u128 {
    (1 << bits) - 1
}

#[cfg(test)]
mod tests {
    use service_kit::random::OsRandom;
    use time::{Duration, macros::datetime};

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-01-31 12:00 UTC);

    /// Gives only ones, so that every step carries.
    struct Ones;

    impl Random for Ones {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0xff);
        }
    }

    #[test]
    fn ids_ascend_within_a_millisecond_and_when_the_clock_is_set_back() {
        for random in [Arc::new(OsRandom) as Arc<dyn Random>, Arc::new(Ones)] {
            let ids = Ids::new(random);
            let mut made: Vec<String> = (0..1000).map(|_| ids.make(NOW)).collect();
            made.push(ids.make(NOW - Duration::hours(1)));
            made.push(ids.make(NOW + Duration::seconds(10)));
            assert!(made.is_sorted_by(|before, after| before < after));
            for id in made {
                let id = Uuid::parse_str(&id).unwrap();
                assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122), "{id}");
            }
        }
    }

    #[test]
    fn an_id_begins_with_its_time_and_two_makers_differ_within_a_millisecond() {
        let (one, other) = (Ids::new(Arc::new(OsRandom)), Ids::new(Arc::new(OsRandom)));
        let (one, other) = (one.make(NOW), other.make(NOW));
        assert_ne!(one, other);
        let (seconds, _) = Uuid::parse_str(&one).unwrap().get_timestamp().unwrap().to_unix();
        assert_eq!(i64::try_from(seconds), Ok(NOW.unix_timestamp()));
    }
}
