//! Compares the clock of this machine with that of MongoDB's primary: replicas that disagree refuse each other's tokens.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use mongodb::bson::Document;
use time::OffsetDateTime;

use crate::{metric::kit::CLOCK_OFFSET, token::LEEWAY};

/// The offset from which on it is logged: two replicas within it agree within the leeway of tokens.
const TOLERATED: time::Duration = time::Duration::milliseconds(LEEWAY * 1_000 / 2);

/// The offset from which down it is in order again.
const IN_ORDER: time::Duration = time::Duration::seconds(2);

/// Whether the offset was logged.
#[derive(Clone, Default)]
pub(super) struct Compared(Arc<AtomicBool>);

impl Compared {
    /// Records the time that the primary reported in an answer to a question that was asked and answered at these times.
    pub(super) fn take(&self, hello: &Document, asked: OffsetDateTime, answered: OffsetDateTime) {
        let Ok(theirs) = hello.get_datetime("localTime") else { return };
        let theirs = OffsetDateTime::UNIX_EPOCH + time::Duration::milliseconds(theirs.timestamp_millis());
        let offset = offset(theirs, asked, answered);
        CLOCK_OFFSET.get().set(offset.as_seconds_f64());
        let was_logged = self.0.load(Ordering::Relaxed);
        let exceeds = offset.abs() > if was_logged { IN_ORDER } else { TOLERATED };
        if self.0.swap(exceeds, Ordering::Relaxed) == exceeds {
            return;
        }
        if exceeds {
            tracing::warn!(
                offset_seconds = offset.as_seconds_f64(),
                "the clock of MongoDB's primary differs from the clock of this machine; replicas may refuse each other's \
                 tokens, which they do where their clocks differ by more than {LEEWAY} s: synchronise all clocks, with NTP for instance"
            );
        } else {
            tracing::info!("the clock of MongoDB's primary agrees with the clock of this machine again");
        }
    }
}

/// How far their clock is ahead, at the least: their time is of some moment between question and answer.
fn offset(theirs: OffsetDateTime, asked: OffsetDateTime, answered: OffsetDateTime) -> time::Duration {
    if theirs < asked {
        theirs - asked
    } else if theirs > answered {
        theirs - answered
    } else {
        time::Duration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_slow_answer_is_no_offset() {
        let asked = datetime!(2026-01-01 0:00 UTC);
        let answered = asked + Duration::from_secs(3);
        for (theirs, expected) in [(-4, -4), (0, 0), (2, 0), (3, 0), (9, 6)] {
            let theirs = asked + time::Duration::seconds(theirs);
            assert_eq!(offset(theirs, asked, answered), time::Duration::seconds(expected), "{theirs}");
        }
    }
}
