//! Identifiers of users and sessions.

use aws_lc_rs::digest::{SHA256, digest};
use service_kit::random::{self, Random};
use time::OffsetDateTime;

/// A UUID version 7 (RFC 9562 section 5.7) from the given time and randomness.
pub fn new(now: OffsetDateTime, random: &dyn Random) -> String {
    from(now, &random::bytes(random))
}

/// The same, derived from `name`: replicas that make the id of the same thing at the same time get the same id.
pub fn of(name: &str, at: OffsetDateTime) -> String {
    let hash = digest(&SHA256, name.as_bytes());
    let mut random = [0; 10];
    random.copy_from_slice(&hash.as_ref()[..10]);
    from(at, &random)
}

fn from(at: OffsetDateTime, random: &[u8; 10]) -> String {
    let millis = u64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, random).into_uuid().to_string()
}

/// Whether `text` has the form of an id made by [`new`].
pub fn is_id(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok_and(|id| id.to_string() == text)
}

#[cfg(test)]
mod tests {
    use service_kit::random::OsRandom;
    use time::macros::datetime;

    use super::*;

    #[test]
    fn ids_sort_by_the_time_they_were_made_at() {
        let earlier = new(datetime!(2026-01-01 0:00 UTC), &OsRandom);
        let later = new(datetime!(2026-01-01 0:00:00.001 UTC), &OsRandom);
        assert!(earlier < later);
        assert!(is_id(&earlier));
    }

    #[test]
    fn two_callers_make_the_same_id_of_a_name() {
        let (at, later) = (datetime!(2026-01-01 0:00 UTC), datetime!(2026-01-01 0:00:00.001 UTC));
        let id = of("a", at);
        assert!(is_id(&id));
        assert_eq!(of("a", at), id);
        assert!(of("b", at) != id && of("a", later) > id);
    }

    #[test]
    fn another_spelling_of_an_id_is_none() {
        let id = new(datetime!(2026-01-01 0:00 UTC), &OsRandom);
        for text in [id.to_uppercase(), id.replace('-', ""), format!("{{{id}}}"), String::new()] {
            assert!(!is_id(&text), "{text}");
        }
    }
}
