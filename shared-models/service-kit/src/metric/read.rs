//! The metrics that a process shows, and those of them that are looked up whenever somebody asks.

use std::{
    fmt::Write as _,
    sync::{Mutex, PoisonError},
};

use super::{
    declared::{Declare, Declared, Kind, List},
    recorder::recorder,
};

/// The metrics of this process, each once.
static PREPARED: Mutex<Vec<&'static dyn Declare>> = Mutex::new(Vec::new());

/// A value that is looked up whenever somebody asks; nothing is shown where it is not to be had.
pub(super) struct Read {
    declared: Declared,
    value: fn() -> Option<f64>,
}

impl Read {
    pub(super) const fn new(
        name: &'static str,
        kind: Kind,
        help: &'static str,
        value: fn() -> Option<f64>,
    ) -> Self {
        Self { declared: Declared { name, kind, help, labels: &[] }, value }
    }
}

impl Declare for Read {
    fn declared(&self) -> &Declared {
        &self.declared
    }

    fn prepare(&self) {}

    fn show(&self, text: &mut String) {
        let Some(value) = (self.value)() else { return };
        let Declared { name, kind, .. } = self.declared;
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "# HELP {name} {}\n# TYPE {name} {}\n{name} {value}\n\n",
            self.declared.help(),
            kind.name()
        );
    }
}

/// Shows the metrics of these lists from now on.
pub fn prepare(lists: &[List]) {
    let mut prepared = PREPARED.lock().unwrap_or_else(PoisonError::into_inner);
    for metric in lists.iter().copied().flatten() {
        metric.prepare();
        // By name: what is in a static of another crate may be there twice.
        let same = |known: &&dyn Declare| known.declared().name == metric.declared().name;
        if !prepared.iter().any(same) {
            prepared.push(*metric);
        }
    }
}

/// The metrics of this process as Prometheus reads them.
pub fn render() -> String {
    let mut text = recorder().render();
    let prepared = PREPARED.lock().unwrap_or_else(PoisonError::into_inner);
    prepared.iter().for_each(|metric| metric.show(&mut text));
    text
}
