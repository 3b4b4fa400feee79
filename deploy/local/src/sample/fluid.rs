//! The second series of the sample: a Lennard-Jones fluid by molecular dynamics, compared with published values, and a run
//! whose time step is too long.
//!
//! Knows the solver; knows nothing of where the points go.

use std::time::{Duration, Instant};

use numerics::fluid::{Fluid, Observed, State};
use tokio::sync::mpsc::UnboundedSender;

use super::values::Point;

/// Steps after which points are handed out.
const BATCH: u32 = 5_000;
/// Temperature at which the lattice melts, in the first half of the steps that the means leave out.
const HOT: f64 = 3.0;
/// Energies are kept of each step, temperatures and pressures of every tenth.
const STRIDE: u32 = 10;

/// One of the calculations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Case {
    /// What is simulated.
    pub state: State,
    /// Time steps in all.
    pub steps: u32,
    /// Time steps at the beginning that the means leave out.
    pub melting: u32,
    /// Published potential energy of a particle and pressure, where there are some.
    pub published: Option<(f64, f64)>,
}

/// In the order in which they run. Published values: NIST Standard Reference Simulation Website (SRD 173), Lennard-Jones
/// fluid, NVT Monte Carlo with 500 particles, cutoff 3σ, T* = 0.85.
pub const CASES: [Case; 3] = [
    Case { state: liquid(0.86, 0.03), steps: 2_000, melting: 0, published: None },
    Case { state: liquid(0.78, 0.004), steps: 20_000, melting: 4_000, published: Some((-5.5386, 0.047_924)) },
    Case { state: liquid(0.86, 0.004), steps: 100_000, melting: 20_000, published: Some((-6.0305, 1.266)) },
];

const fn liquid(density: f64, time_step: f64) -> State {
    State { density, temperature: 0.85, time_step }
}

impl Case {
    /// The calculation's name, by which it is known as done on later starts.
    pub fn name(&self) -> String {
        let State { density, time_step, .. } = self.state;
        match self.published {
            Some(_) => format!("Lennard-Jones fluid, density {density}"),
            None => format!("Lennard-Jones fluid, density {density}, time step {time_step}"),
        }
    }

    /// Whether it is a first try, with too few steps for good means.
    pub fn is_short(&self) -> bool {
        self.steps < 50_000
    }

    /// How it ends: a time step that is too long ends in no number.
    pub fn end(&self) -> &'static str {
        if self.published.is_some() { "finished" } else { "failed" }
    }
}

/// Points of the three metrics, ready to be stored.
#[derive(Default)]
pub struct Batch {
    /// Potential energy of a particle.
    pub energy: Vec<Point>,
    /// Temperature.
    pub temperature: Vec<Point>,
    /// Pressure.
    pub pressure: Vec<Point>,
}

/// What a calculation came to.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Means over the steps that count.
    pub mean: Observed,
    /// The first step that ended in no number.
    pub broken: Option<u32>,
    /// How long it took.
    pub wall_time: Duration,
}

/// Simulates, handing out the points in batches. Ends early when nobody takes them any more.
pub fn calculate(case: &Case, points: &UnboundedSender<Batch>) -> Outcome {
    let started = Instant::now();
    let mut fluid = Fluid::new(case.state);
    let mut sum = Observed { energy: 0.0, temperature: 0.0, pressure: 0.0 };
    let mut broken = None;
    let mut batch = Batch::default();
    if case.melting > 0 {
        fluid.keep_to(HOT);
    }
    for step in 1..=case.steps {
        if step == case.melting / 2 + 1 {
            fluid.keep_to(case.state.temperature);
        }
        let one = fluid.advance();
        if step > case.melting {
            sum.energy += one.energy;
            sum.temperature += one.temperature;
            sum.pressure += one.pressure;
        }
        if broken.is_none() && one.energy.is_nan() {
            broken = Some(step);
        }
        batch.energy.push(Point { step, value: one.energy });
        if step % STRIDE == 0 {
            batch.temperature.push(Point { step, value: one.temperature });
            batch.pressure.push(Point { step, value: one.pressure });
        }
        if (step % BATCH == 0 || step == case.steps) && points.send(std::mem::take(&mut batch)).is_err() {
            break;
        }
    }
    let counted = f64::from(case.steps - case.melting);
    let mean = Observed {
        energy: sum.energy / counted,
        temperature: sum.temperature / counted,
        pressure: sum.pressure / counted,
    };
    Outcome { mean, broken, wall_time: started.elapsed() }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    #[test]
    fn every_step_has_an_energy_and_every_tenth_a_temperature_and_a_pressure() {
        let (sender, mut receiver) = unbounded_channel();
        let case = Case { steps: 6_000, melting: 0, ..CASES[1] };
        calculate(&case, &sender);
        drop(sender);
        let batches: Vec<_> = std::iter::from_fn(|| receiver.try_recv().ok()).collect();
        assert_eq!(batches.iter().map(|batch| batch.energy.len()).collect::<Vec<_>>(), [5_000, 1_000]);
        assert_eq!(batches.iter().map(|batch| batch.pressure.len()).sum::<usize>(), 600);
        assert!(batches.iter().flat_map(|batch| &batch.energy).map(|point| point.step).eq(1..=6_000));
    }

    #[test]
    fn the_run_whose_time_step_is_too_long_breaks_on_the_way() {
        let (sender, _receiver) = unbounded_channel();
        let outcome = calculate(&CASES[0], &sender);
        let broken = outcome.broken.expect("it breaks");
        assert!((2..CASES[0].steps).contains(&broken), "{broken}");
        assert!(outcome.mean.energy.is_nan());
    }
}
