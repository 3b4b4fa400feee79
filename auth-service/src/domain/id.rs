//! Identifiers of users and sessions.

use service_kit::random::{self, Random};
use time::OffsetDateTime;

/// A UUID version 7 (RFC 9562 section 5.7) from the given time and randomness.
pub fn new(now: OffsetDateTime, random: &dyn Random) -> String {
    let millis = u64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &random::bytes(random)).into_uuid().to_string()
}

/// Whether `text` is written as [`new`] writes an id.
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
    fn another_spelling_of_an_id_is_none() {
        let id = new(datetime!(2026-01-01 0:00 UTC), &OsRandom);
        for text in [id.to_uppercase(), id.replace('-', ""), format!("{{{id}}}"), String::new()] {
            assert!(!is_id(&text), "{text}");
        }
    }
}
