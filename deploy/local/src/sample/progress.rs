//! How the sample shows its progress: a bar on a terminal, lines elsewhere, both on standard error.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressStyle};

use super::{
    calculation::{Case, Outcome},
    values::Point,
};
use crate::terminal;

/// Shows how far the calculations are.
pub struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Begins to show the progress of that many calculations.
    pub fn new(calculations: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{bar:24} {pos}/{len} {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(calculations as u64).with_style(style)
        });
        Self { bar }
    }

    /// Reports the newest residual.
    pub fn reached(&self, case: Case, point: Point) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!(
                "{}: iteration {}, residual {:.1e}",
                case.name(),
                point.step,
                point.value
            ));
        }
    }

    /// Reports something in a line, above the bar if there is one.
    pub fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| terminal::report(text)),
            None => terminal::report(text),
        }
    }

    /// Reports a calculation that is done and stored.
    pub fn stored(&self, case: Case, outcome: &Outcome) {
        match &self.bar {
            Some(bar) => bar.inc(1),
            None => terminal::report(&format!(
                "{}: {} iterations, error {:.1e}, {:.1} ms",
                case.name(),
                outcome.iterations,
                outcome.deviation.max,
                outcome.wall_time.as_secs_f64() * 1e3
            )),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
