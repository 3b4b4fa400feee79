//! The documents of the sample's fluid: calculations, points, verdicts.
//!
//! Bodies only: knows neither how they are sent nor how the numbers came about.

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{
    client::Handle,
    fluid::{Batch, Case, Outcome},
    values::{Point, rfc3339, special},
};

/// The tag by which the sample finds its own calculations again.
pub const TAG: &str = "fluid-sample";
/// How far from the published values a result may be: 108 particles and a cutoff of 2.5σ are fewer and nearer than those.
const TOLERANCES: (f64, f64, f64) = (0.05, 0.2, 0.01);

/// A calculation as it is announced: running, with what is expected of it.
pub fn announcement(case: &Case, started: OffsetDateTime, host: &str) -> Value {
    let mut document = json!({
        "name": case.name(),
        "code": { "name": "tessera", "version": env!("CARGO_PKG_VERSION") },
        "status": "running",
        "method": "molecular dynamics",
        "parameters": {
            "particles": 108,
            "density": case.state.density,
            "temperature": case.state.temperature,
            "time_step": case.state.time_step,
            "steps": case.steps,
            "melting": case.melting,
            "cutoff": 2.5,
        },
        "started_at": rfc3339(started),
        "host": host,
        "tags": [TAG, "lennard-jones", "molecular-dynamics"],
        "labels": { "ensemble": "NVT", "substance": "Lennard-Jones" },
    });
    if let Some((energy, pressure)) = case.published {
        let (of_energy, of_pressure, of_temperature) = TOLERANCES;
        document["quantities"] = json!({
            "energy": { "reference": energy, "tolerance": of_energy, "better": "closer" },
            "pressure": { "reference": pressure, "tolerance": of_pressure, "better": "closer" },
            "temperature": { "reference": case.state.temperature, "tolerance": of_temperature, "better": "closer" },
        });
        document["note"] = json!(
            "Potential energy of a particle and pressure in reduced units, beside the NVT Monte Carlo values of the \
             [NIST Standard Reference Simulation Website](https://doi.org/10.18434/T4M88Q) at $T^* = 0.85$.\n\n\
             The pair potential is $4(r^{-12} - r^{-6})$, cut at $2.5$ with the usual corrections."
        );
    }
    document
}

/// The merge patch that ends a calculation with its results.
pub fn results(case: &Case, outcome: &Outcome, finished: OffsetDateTime) -> Value {
    let mean = outcome.mean;
    let mut patch = json!({
        "status": if outcome.broken.is_some() { "failed" } else { "finished" },
        "finished_at": rfc3339(finished),
        "results": {
            "energy": { "value": special(mean.energy), "unit": "ε" },
            "pressure": { "value": special(mean.pressure), "unit": "ε/σ³" },
            "temperature": { "value": special(mean.temperature), "unit": "ε/k" },
            "wall_time": { "value": outcome.wall_time.as_secs_f64(), "unit": "s" },
        },
    });
    if let Some(step) = outcome.broken {
        patch["note"] = json!(format!(
            "From step {step} on nothing is a number: with a time step of {} particles run into each other.",
            case.state.time_step
        ));
    }
    patch
}

/// Requests that append the points of a batch: of one metric each.
pub fn points(calculation: &str, batch: &Batch) -> Vec<Value> {
    let metrics = [
        ("energy", "ε", &batch.energy),
        ("temperature", "ε/k", &batch.temperature),
        ("pressure", "ε/σ³", &batch.pressure),
    ];
    let body = |(metric, unit, points): (&str, &str, &Vec<Point>)| json!({ "calculation": calculation, "metric": metric, "unit": unit, "points": points });
    metrics.into_iter().filter(|(_, _, points)| !points.is_empty()).map(body).collect()
}

/// The verdict on a calculation that has ended, or the request of one.
pub fn review(case: &Case, ended: &Handle) -> Value {
    let (verdict, comment) = match case.published {
        None => ("rerun", "The energy is **NaN**: rerun with a time step of 0.004."),
        Some(_) if case.is_short() => ("approve", "Energy and pressure are within their tolerances."),
        Some(_) => {
            return json!({ "calculation": ended.id, "revision": ended.revision, "state": "requested" });
        }
    };
    json!({
        "calculation": ended.id,
        "revision": ended.revision,
        "verdict": verdict,
        "comment": comment,
    })
}

/// What is changed of a calculation after the verdict on it, so that the verdict is stale.
pub fn later_note(case: &Case) -> Option<Value> {
    (case.published.is_some() && case.is_short())
        .then(|| json!({ "tags": [TAG, "lennard-jones", "molecular-dynamics", "short"] }))
}

/// A calculation in a line.
pub fn line(case: &Case, outcome: &Outcome) -> String {
    let milliseconds = outcome.wall_time.as_secs_f64() * 1e3;
    let name = case.name();
    match (outcome.broken, case.published) {
        (Some(step), _) => format!("{name}: no number from step {step} on, {milliseconds:.1} ms"),
        (None, published) => {
            let energy = published.map_or(f64::NAN, |(energy, _)| energy);
            format!(
                "{name}: {} steps, energy {:.3} (published {energy:.3}), {milliseconds:.1} ms",
                case.steps, outcome.mean.energy
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use numerics::fluid::{Observed, State};
    use time::macros::datetime;

    use super::*;

    const NOON: OffsetDateTime = datetime!(2026-11-23 12:00:00 UTC);

    fn case(published: Option<(f64, f64)>) -> Case {
        let state = State { density: 0.86, temperature: 0.85, time_step: 0.03 };
        Case { state, steps: 2_000, melting: 0, published }
    }

    #[test]
    fn what_is_no_number_is_stored_as_its_name() {
        let mean = Observed { energy: f64::NAN, temperature: f64::INFINITY, pressure: -1.5 };
        let outcome = Outcome { mean, broken: Some(394), wall_time: Duration::from_millis(5) };
        let patch = results(&case(None), &outcome, NOON);
        assert_eq!(patch["status"], "failed");
        assert_eq!(patch["results"]["energy"]["value"], "NaN");
        assert_eq!(patch["results"]["temperature"]["value"], "Infinity");
        assert_eq!(patch["results"]["pressure"]["value"], -1.5);
        assert!(patch["note"].as_str().expect("a note").contains("step 394"));
    }

    #[test]
    fn a_review_names_the_revision_that_was_looked_at() {
        let ended = Handle { id: "c".into(), revision: 2 };
        let short = case(Some((-6.0, 1.2)));
        let review_of = |case: &Case| review(case, &ended);
        assert_eq!(review_of(&short)["revision"], 2);
        assert_eq!(review_of(&short)["verdict"], "approve");
        assert_eq!(review_of(&case(None))["verdict"], "rerun");
        assert_eq!(review_of(&Case { steps: 100_000, ..short })["state"], "requested");
    }
}
