//! Records in the audit log that a row of the route table refused a caller with a valid token: for its kind, or because
//! it lacks a scope. A caller can be refused as often as they like, so the entries are limited: one for each caller,
//! row and minute, and [`A_MINUTE`] in a minute, in each process. What is left out is counted.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use shared_models::claims::AccessClaims;
use time::OffsetDateTime;

use super::{Auth, Origin, audit::Act};
use crate::domain::audit::Action;

/// Entries of one minute at most.
const A_MINUTE: usize = 1000;

/// The entries of the current minute.
#[derive(Default)]
pub(super) struct Recorded(Mutex<Minute>);

#[derive(Default)]
struct Minute {
    /// Minutes since the Unix epoch.
    number: i64,
    /// Caller and row.
    pairs: HashSet<(String, String)>,
}

impl Recorded {
    /// Whether the refusal is to be recorded; it then counts as recorded.
    fn take(&self, now: OffsetDateTime, caller: &str, row: &str) -> bool {
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = now.unix_timestamp().div_euclid(60);
        if minute.number != number {
            *minute = Minute { number, pairs: HashSet::new() };
        }
        minute.pairs.len() < A_MINUTE && minute.pairs.insert((caller.to_owned(), row.to_owned()))
    }
}

impl Auth {
    /// Records that `row`, a verb and a path of the route table, refused the holder of a valid token, and why. The
    /// answer does not wait for it.
    pub fn access_refused(&self, origin: &Origin, claims: &AccessClaims, row: &str, why: &str) {
        if !self.refused_access.take(self.now(), &claims.sub, row) {
            metrics::counter!("tessera_audit_refusals_left_out_total").increment(1);
            return;
        }
        let act = Act::new(Action::AccessRefused).by(&claims.sub, &claims.client_id).to("route", row);
        self.append_later(self.entry(origin, act.refused(&why)));
    }
}

#[cfg(test)]
mod tests {
    use time::{Duration, macros::datetime};

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-01-01 0:00:30 UTC);

    #[test]
    fn a_caller_is_recorded_once_a_minute_at_each_row() {
        let recorded = Recorded::default();
        assert!(recorded.take(NOW, "ada", "GET /a") && !recorded.take(NOW, "ada", "GET /a"));
        assert!(recorded.take(NOW, "ada", "GET /b") && recorded.take(NOW, "bob", "GET /a"));
        assert!(!recorded.take(NOW + Duration::seconds(29), "ada", "GET /a"));
        assert!(recorded.take(NOW + Duration::seconds(30), "ada", "GET /a"));
    }

    #[test]
    fn however_many_callers_come_a_minute_has_a_thousand_entries() {
        let recorded = Recorded::default();
        let count = |now| (0..1500).filter(|n| recorded.take(now, &n.to_string(), "GET /a")).count();
        assert_eq!((count(NOW), count(NOW), count(NOW + Duration::minutes(1))), (1000, 0, 1000));
    }
}
