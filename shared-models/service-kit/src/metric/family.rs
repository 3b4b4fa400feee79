//! A metric with its series, which are looked up once: an observation costs neither memory nor a search by name.

use std::sync::OnceLock;

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Level, Metadata, Recorder};

use super::{
    declared::{Declare, Declared, Kind, Label, Values},
    recorder::recorder,
};

const METADATA: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, Some(module_path!()));

/// What a series is written with.
pub trait Instrument: Clone + Send + Sync + 'static {
    /// Its kind.
    const KIND: Kind;

    /// The series of this name and these labels.
    fn register(recorder: &dyn Recorder, key: &Key) -> Self;

    /// Makes the help of a metric known.
    fn describe(recorder: &dyn Recorder, name: KeyName, help: &'static str);

    /// Writes nowhere.
    fn nowhere() -> Self;
}

macro_rules! instrument {
    ($kind:ident, $register:ident, $describe:ident) => {
        impl Instrument for $kind {
            const KIND: Kind = Kind::$kind;

            fn register(recorder: &dyn Recorder, key: &Key) -> Self {
                recorder.$register(key, &METADATA)
            }

            fn describe(recorder: &dyn Recorder, name: KeyName, help: &'static str) {
                recorder.$describe(name, None, help.into());
            }

            fn nowhere() -> Self {
                Self::noop()
            }
        }
    };
}

instrument!(Counter, register_counter, describe_counter);
instrument!(Gauge, register_gauge, describe_gauge);
instrument!(Histogram, register_histogram, describe_histogram);

/// A metric with `N` labels.
pub struct Family<I, const N: usize> {
    declared: Declared,
    /// One for each combination of the values of closed labels, the last label's changing first, and one for none of them.
    made: OnceLock<Box<[I]>>,
}

impl<I: Instrument, const N: usize> Family<I, N> {
    /// For [`metrics!`](crate::metrics) alone: a metric belongs to a list.
    #[doc(hidden)]
    pub const fn declare(name: &'static str, help: &'static str, labels: &'static [Label; N]) -> Self {
        Self { declared: Declared { name, kind: I::KIND, help, labels }, made: OnceLock::new() }
    }

    /// The series of these values. One that is not declared is recorded nowhere, and stops a test.
    pub fn with(&self, values: [&str; N]) -> &I {
        let place = self.declared.labels.iter().zip(values).try_fold(0, |place, (label, value)| {
            let Values::Closed(known) = label.values else { return None };
            Some(place * known.len() + known.iter().position(|one| *one == value)?)
        });
        debug_assert!(place.is_some(), "{} has no series {values:?}", self.declared.name);
        self.at(place.unwrap_or(usize::MAX))
    }

    /// The series at this place among the values of a closed label.
    pub fn at(&self, place: usize) -> &I {
        let made = self.made();
        &made[place.min(made.len() - 1)]
    }

    /// A series of a metric whose labels are not all closed. The caller keeps it where it is written often.
    pub fn of(&self, values: [&str; N]) -> I {
        self.register(values.iter().map(|value| (*value).to_owned()))
    }

    fn register(&self, values: impl Iterator<Item = String>) -> I {
        let labels = self.declared.labels.iter().zip(values);
        let labels: Vec<metrics::Label> =
            labels.map(|(label, value)| metrics::Label::new(label.name, value)).collect();
        let key = Key::from_parts(self.declared.name, labels);
        recorder();
        metrics::with_recorder(|recorder| I::register(recorder, &key))
    }

    fn made(&self) -> &[I] {
        self.made.get_or_init(|| {
            let series =
                (0..self.declared.closed().unwrap_or(0)).map(|place| self.register(self.values_at(place)));
            series.chain([I::nowhere()]).collect()
        })
    }

    fn values_at(&self, mut place: usize) -> impl Iterator<Item = String> + use<I, N> {
        let mut values = Vec::with_capacity(N);
        for label in self.declared.labels.iter().rev() {
            let Values::Closed(known) = label.values else { continue };
            values.push(known[place % known.len()].to_owned());
            place /= known.len();
        }
        values.into_iter().rev()
    }
}

impl<I: Instrument> Family<I, 0> {
    /// The only series of a metric without labels.
    pub fn get(&self) -> &I {
        self.at(0)
    }
}

impl<I: Instrument, const N: usize> Declare for Family<I, N> {
    fn declared(&self) -> &Declared {
        &self.declared
    }

    fn prepare(&self) {
        recorder();
        let help = self.declared.help();
        metrics::with_recorder(|recorder| I::describe(recorder, KeyName::from(self.declared.name), help));
        self.made();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static TRIED: Family<Counter, 2> = Family::declare(
        "tessera_tried_total",
        " Tries of a test.",
        &[
            Label { name: "what", values: Values::Closed(&["a", "b"]) },
            Label { name: "how", values: Values::Closed(&["well", "badly", "not"]) },
        ],
    );

    #[test]
    fn each_combination_of_closed_values_is_shown_from_the_start_and_counted_by_itself() {
        TRIED.prepare();
        TRIED.with(["b", "badly"]).increment(3);
        let text = recorder().render();
        let series: Vec<&str> =
            text.lines().filter(|line| line.starts_with("tessera_tried_total{")).collect();
        assert_eq!(series.len(), 6, "{series:?}");
        assert!(series.contains(&"tessera_tried_total{what=\"b\",how=\"badly\"} 3"), "{series:?}");
        assert_eq!(series.iter().filter(|line| line.ends_with(" 0")).count(), 5, "{series:?}");
        assert!(text.contains("# HELP tessera_tried_total Tries of a test.\n"), "{text}");
    }

    #[test]
    #[should_panic(expected = "tessera_tried_total has no series")]
    fn a_value_that_is_not_declared_stops_a_test() {
        TRIED.with(["b", "what a client sent"]).increment(1);
    }
}
