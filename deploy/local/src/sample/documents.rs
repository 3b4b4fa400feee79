//! The documents of the sample's calculations.
//!
//! Bodies only: knows neither how they are sent nor how the numbers came about.

use serde_json::{Value, json};
use time::OffsetDateTime;

use numerics::poisson;

use super::{
    calculation::{Case, Outcome, TOLERANCE},
    values::{Point, rfc3339},
};

/// The tag by which the sample finds its own calculations again.
pub const TAG: &str = "poisson-sample";

/// A calculation as it is announced: running, without results. Those on the finest grid ask for a verdict of another person.
pub fn announcement(case: Case, started: OffsetDateTime, host: &str) -> Value {
    let spacing = poisson::spacing(case.points);
    let mut calculation = json!({
        "name": case.name(),
        "code": { "name": "tessera", "version": env!("CARGO_PKG_VERSION") },
        "status": "running",
        "method": case.method.name(),
        "parameters": {
            "n": case.points,
            "spacing": spacing,
            "omega": case.method.omega(spacing),
            "tolerance": TOLERANCE,
        },
        "started_at": rfc3339(started),
        "host": host,
        "tags": [TAG, "poisson", "finite-differences"],
    });
    if case.is_finest() {
        calculation["quorum"] = 1.into();
    }
    calculation
}

/// The merge patch that ends a calculation with its results.
pub fn results(outcome: &Outcome, finished: OffsetDateTime) -> Value {
    json!({
        "status": if outcome.residual <= TOLERANCE { "finished" } else { "failed" },
        "finished_at": rfc3339(finished),
        "results": {
            "error_l2": { "value": outcome.deviation.l2, "unit": "1" },
            "error_max": { "value": outcome.deviation.max, "unit": "1" },
            "residual": { "value": outcome.residual, "unit": "1" },
            "iterations": { "value": outcome.iterations, "unit": "1" },
            "wall_time": { "value": outcome.wall_time.as_secs_f64(), "unit": "s" },
        },
    })
}

/// The merge patch that ends a calculation which will have no results.
pub fn failure(finished: OffsetDateTime) -> Value {
    json!({ "status": "failed", "finished_at": rfc3339(finished) })
}

/// A part of a calculation's residual history.
pub fn series(calculation: &str, points: &[Point]) -> Value {
    json!({ "calculation": calculation, "metric": "residual", "unit": "1", "points": points })
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::sample::calculation::calculate;

    const NOON: OffsetDateTime = datetime!(2026-11-23 12:00:00.123_456_789 UTC);

    #[test]
    fn an_announcement_says_what_runs_where_and_since_when() {
        let case = Case { method: poisson::Method::Sor, points: 17 };
        let document = announcement(case, NOON, "node-7");
        assert_eq!(document["name"], "Poisson 17 x 17, SOR");
        assert_eq!(document["status"], "running");
        assert_eq!(document["started_at"], "2026-11-23T12:00:00.123Z");
        assert_eq!(document["host"], "node-7");
        assert_eq!(document["parameters"]["spacing"], 0.0625);
        assert!(document.get("results").is_none());
    }

    #[test]
    fn results_that_did_not_converge_end_the_calculation_as_failed() {
        let (sender, _history) = tokio::sync::mpsc::unbounded_channel();
        let mut outcome = calculate(Case { method: poisson::Method::Sor, points: 9 }, &sender);
        assert_eq!(results(&outcome, NOON)["status"], "finished");
        outcome.residual = 2.0 * TOLERANCE;
        assert_eq!(results(&outcome, NOON)["status"], "failed");
    }

    #[test]
    fn points_keep_every_bit_of_their_value() {
        let point = Point { step: 3, value: 0.1 + 0.2 };
        let text = series("c", &[point]).to_string();
        assert!(text.ends_with(r#""points":[{"step":3,"value":0.30000000000000004}]}"#), "{text}");
    }
}
