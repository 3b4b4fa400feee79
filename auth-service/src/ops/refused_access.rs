//! Records in the audit log that a row of the route table refused a caller whose token is good: for its kind, or for want of
//! a scope. Anybody with a token can ask as often as they like, so the entries are bounded: one for each caller, row and
//! minute, and a number in a minute in each process. Nobody can use up another caller's: the first refusal of a caller has
//! a bound of its own. What is left out is counted.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use shared_models::claims::AccessClaims;
use time::OffsetDateTime;

use super::{Auth, Origin, audit::Act};
use crate::{domain::audit::Action, metrics};

/// Callers of a minute of whom at least one refusal is recorded.
const CALLERS: usize = 10_000;
/// Further entries of a minute, of all callers together.
const FURTHER: usize = 1000;

/// What was recorded in the current minute.
#[derive(Default)]
pub(super) struct Recorded(Mutex<Minute>);

#[derive(Default)]
struct Minute {
    /// Minutes since the Unix epoch.
    number: i64,
    /// The rows by caller.
    rows: HashMap<String, HashSet<String>>,
    further: usize,
}

impl Recorded {
    /// Whether the refusal is to be recorded; it is taken for recorded then.
    fn take(&self, now: OffsetDateTime, caller: &str, row: &str) -> bool {
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = now.unix_timestamp().div_euclid(60);
        if minute.number != number {
            *minute = Minute { number, ..Minute::default() };
        }
        let Minute { rows, further, .. } = &mut *minute;
        let Some(known) = rows.get_mut(caller) else {
            let is_first = rows.len() < CALLERS;
            if is_first {
                rows.insert(caller.to_owned(), HashSet::from([row.to_owned()]));
            }
            return is_first;
        };
        let is_further = *further < FURTHER && known.insert(row.to_owned());
        *further += usize::from(is_further);
        is_further
    }
}

impl Auth {
    /// Records that `row`, a verb and a path of the route table, refused the holder of a valid token, and why. The
    /// answer does not wait for it.
    pub fn access_refused(&self, origin: &Origin, claims: &AccessClaims, row: &str, why: &str) {
        if !self.refused_access.take(self.now(), &claims.sub, row) {
            metrics::AUDIT_LEFT_OUT.get().increment(1);
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
    fn many_callers_at_many_rows_are_bounded_and_leave_every_other_caller_an_entry() {
        let recorded = Recorded::default();
        let taken = |now, caller: u32, row: u32| recorded.take(now, &caller.to_string(), &row.to_string());
        let flood = |now| (0..60).map(|caller| (0..25).filter(|row| taken(now, caller, *row)).count()).sum();
        let all: [usize; 3] = [flood(NOW), flood(NOW), flood(NOW + Duration::minutes(1))];
        assert_eq!(all, [60 + FURTHER, 0, 60 + FURTHER]);
        assert!(recorded.take(NOW + Duration::minutes(1), "ada", "GET /a"));
        assert!(!recorded.take(NOW + Duration::minutes(1), "ada", "GET /b"));
    }

    #[test]
    fn callers_of_a_minute_are_bounded() {
        let recorded = Recorded::default();
        let callers = (0..CALLERS + 5).filter(|caller| recorded.take(NOW, &caller.to_string(), "GET /a"));
        assert_eq!(callers.count(), CALLERS);
    }
}
