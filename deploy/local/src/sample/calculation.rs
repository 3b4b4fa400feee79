//! What the sample calculates: each case runs to its tolerance, handing out its residual history in chunks.
//!
//! Knows the solver; knows nothing of where the history goes.

use std::time::{Duration, Instant};

use numerics::poisson::{Deviation, Method, Solver};
use tokio::sync::mpsc::UnboundedSender;

use super::values::Point;

/// Grid points a side, border included: each grid halves the spacing of the one before.
const SIDES: [u16; 4] = [9, 17, 33, 65];

/// A calculation is done when its relative residual is no larger than this.
pub const TOLERANCE: f64 = 1e-8;

/// The most points a `series` document takes.
pub const CHUNK: usize = 1_000;

/// A calculation that has not converged by then is given up.
const MOST_ITERATIONS: u32 = 100_000;

/// One of the calculations: a method on a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// How the equation is solved.
    pub method: Method,
    /// Grid points a side, border included.
    pub points: u16,
}

impl Case {
    /// All twelve, in the order in which they run.
    pub fn all() -> impl Iterator<Item = Self> {
        SIDES.into_iter().flat_map(|points| Method::ALL.map(|method| Self { method, points }))
    }

    /// Whether no other grid is finer.
    pub fn is_finest(self) -> bool {
        SIDES.iter().all(|side| self.points >= *side)
    }

    /// The calculation's name, by which it is known as done on later starts.
    pub fn name(self) -> String {
        format!("Poisson {0} x {0}, {1}", self.points, self.method.name())
    }
}

/// What a calculation came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The relative residual at the end.
    pub residual: f64,
    /// How many iterations it took.
    pub iterations: u32,
    /// How long the iterations took.
    pub wall_time: Duration,
    /// How far the solution is from the analytic one.
    pub deviation: Deviation,
}

/// Iterates until the residual is small enough, handing out the history in chunks of at most [`CHUNK`] points.
///
/// Blocks for as long as it takes. Ends early, with what it has, when nobody takes the chunks any more.
/// The channel holds all there is, so that a slow reader does not count as calculation time.
pub fn calculate(case: Case, history: &UnboundedSender<Vec<Point>>) -> Outcome {
    let started = Instant::now();
    let mut solver = Solver::new(case.method, case.points);
    let mut chunk = Vec::with_capacity(CHUNK);
    let mut last = Point { step: 0, value: 1.0 };
    while last.value > TOLERANCE && last.step < MOST_ITERATIONS {
        last = Point { step: last.step + 1, value: solver.iterate() };
        chunk.push(last);
        if chunk.len() == CHUNK && history.send(std::mem::take(&mut chunk)).is_err() {
            break;
        }
    }
    let wall_time = started.elapsed();
    if !chunk.is_empty() {
        // A reader that has gone has its reasons, and the outcome does not depend on it.
        let _ = history.send(chunk);
    }
    Outcome { residual: last.value, iterations: last.step, wall_time, deviation: solver.deviation() }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    #[test]
    fn the_history_comes_in_full_chunks_and_a_rest_and_misses_no_iteration() {
        let (sender, mut receiver) = unbounded_channel();
        let outcome = calculate(Case { method: Method::Jacobi, points: 21 }, &sender);
        drop(sender);
        let chunks: Vec<_> = std::iter::from_fn(|| receiver.try_recv().ok()).collect();
        assert_eq!(chunks.iter().map(Vec::len).collect::<Vec<_>>(), [1_000, 487]);
        let steps = chunks.iter().flatten().map(|point| point.step);
        assert!(steps.eq(1..=outcome.iterations));
        assert_eq!(chunks[1].last().unwrap().value.to_bits(), outcome.residual.to_bits());
        assert!(outcome.residual <= TOLERANCE);
    }

    #[test]
    fn a_calculation_nobody_listens_to_ends_after_a_chunk() {
        let (sender, receiver) = unbounded_channel();
        drop(receiver);
        let outcome = calculate(Case { method: Method::Jacobi, points: 65 }, &sender);
        assert_eq!(outcome.iterations, 1_000);
        assert!(outcome.residual > TOLERANCE);
    }
}
