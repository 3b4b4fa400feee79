//! How far away a store is, and how many commands are under way at once for that.

use std::time::Duration;

/// How long a call may wait for a command to return before more of them run at once.
const WAIT: Duration = Duration::from_micros(500);

/// The shortest time that a command took lately: what the way to the store and back takes.
#[derive(Debug, Default)]
pub(crate) struct Distance(Duration);

impl Distance {
    /// How many commands may run now, between `near` and `far`. If they are spread evenly, one of them returns every
    /// [`WAIT`].
    pub(crate) fn most(&self, near: usize, far: usize) -> usize {
        let spread = usize::try_from(self.0.as_micros() / WAIT.as_micros()).unwrap_or(usize::MAX);
        spread.clamp(near, far)
    }

    /// Takes the time of a command into account. Only one that ran alone can have taken longer because the store is farther away than it was;
    /// others may have waited for each other.
    pub(crate) fn adjust(&mut self, took: Duration, alone: bool) {
        if took < self.0 || self.0.is_zero() {
            self.0 = took;
        } else if alone {
            self.0 += took.saturating_sub(self.0) / 8;
        }
    }
}
