//! From when access tokens are refused before they expire, and how long that must be remembered.

use std::time::Duration;

use time::OffsetDateTime;

/// Seconds a cut-off is remembered beyond the life of the last token it refuses: the leeway of those who check
/// tokens (5 s) and a minute for clocks that differ.
const MARGIN: i64 = 65;

/// The moment of a cut-off, in seconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Tokens issued before this second are refused.
    pub not_before: i64,
    /// When all of them have expired anyway.
    pub expires_at: i64,
}

impl Cut {
    /// A cut at `now` through tokens that live `access_ttl`. `iat` is in whole seconds, so that a token of the
    /// running second falls too.
    pub fn at(now: OffsetDateTime, access_ttl: Duration) -> Self {
        let not_before = now.unix_timestamp() + 1;
        let ttl = i64::try_from(access_ttl.as_secs()).unwrap_or(i64::MAX);
        Self { not_before, expires_at: not_before.saturating_add(ttl).saturating_add(MARGIN) }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_token_of_the_running_second_falls_and_the_cut_outlives_every_token() {
        let now = datetime!(2026-01-01 0:00:00.9 UTC);
        let cut = Cut::at(now, Duration::from_secs(300));
        assert_eq!(cut.not_before, now.unix_timestamp() + 1);
        assert_eq!(cut.expires_at, now.unix_timestamp() + 1 + 365);
    }
}
