//! What is said of a metric where it is declared. Knows no recorder.

/// The kinds of metric that Prometheus knows and Tessera uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number that only grows.
    Counter,
    /// A number that rises and falls.
    Gauge,
    /// Observations, counted by size.
    Histogram,
}

impl Kind {
    /// Its name in the text format of Prometheus.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// The values of a label. None of them is of a client's making.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// These alone; each is shown from the start.
    Closed(&'static [&'static str]),
    /// As many as the program or its files have of what this text names; shown once they occur.
    Bounded(&'static str),
}

/// A label of a metric.
#[derive(Clone, Copy, Debug)]
pub struct Label {
    /// Its name.
    pub name: &'static str,
    /// What it may say.
    pub values: Values,
}

/// A metric.
#[derive(Clone, Copy, Debug)]
pub struct Declared {
    /// Its name, which begins with `tessera_`.
    pub name: &'static str,
    /// Its kind.
    pub kind: Kind,
    /// What it says, in a sentence.
    pub(super) help: &'static str,
    /// Its labels.
    pub labels: &'static [Label],
}

impl Declared {
    /// What it says, in a sentence.
    pub fn help(&self) -> &'static str {
        self.help.trim()
    }

    /// The unit of its value, which its name ends with.
    pub fn unit(&self) -> &'static str {
        let base = self.name.strip_suffix("_total").unwrap_or(self.name);
        ["seconds", "bytes"].into_iter().find(|unit| base.ends_with(unit)).unwrap_or("1")
    }

    /// How many series it has, where all its labels are closed.
    pub(super) fn closed(&self) -> Option<usize> {
        self.labels.iter().try_fold(1, |product, label| match label.values {
            Values::Closed(values) => Some(product * values.len()),
            Values::Bounded(_) => None,
        })
    }
}

/// A metric of a list.
pub trait Declare: Sync {
    /// What is said of it.
    fn declared(&self) -> &Declared;

    /// Makes its help known, and its series where all of them are known before anything happens.
    fn prepare(&self);

    /// Writes its value, if that is looked up whenever somebody asks.
    fn show(&self, _: &mut String) {}
}

/// The metrics of a part of a program.
pub type List = &'static [&'static dyn Declare];
