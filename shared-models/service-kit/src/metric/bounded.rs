//! A limit on the number of metric series, whatever the labels are.

use std::{
    collections::HashSet,
    sync::{PoisonError, RwLock},
};

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

/// The most series of a process. The route table makes fewer than half of them.
const MAX_SERIES: usize = 4096;
/// Counts the series that are not recorded because of the limit; declared in [`super::kit`].
const REFUSED: &str = "tessera_metric_series_refused_total";

/// A recorder with a maximum number of series. Any further one is not recorded, and counted.
pub(super) struct Bounded<R> {
    inner: R,
    most: usize,
    known: RwLock<HashSet<Key>>,
}

impl<R: Recorder> Bounded<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, most: MAX_SERIES, known: RwLock::default() }
    }

    fn admits(&self, key: &Key, metadata: &Metadata<'_>) -> bool {
        if self.known.read().unwrap_or_else(PoisonError::into_inner).contains(key) {
            return true;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() < self.most {
            known.insert(key.clone());
            return true;
        }
        let known = known.contains(key);
        if !known {
            self.inner.register_counter(&Key::from_static_name(REFUSED), metadata).increment(1);
        }
        known
    }
}

impl<R: Recorder> Recorder for Bounded<R> {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.inner.describe_counter(key, unit, description);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.inner.describe_gauge(key, unit, description);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.inner.describe_histogram(key, unit, description);
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        if self.admits(key, metadata) { self.inner.register_counter(key, metadata) } else { Counter::noop() }
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        if self.admits(key, metadata) { self.inner.register_gauge(key, metadata) } else { Gauge::noop() }
    }

    fn register_histogram(&self, key: &Key, metadata: &Metadata<'_>) -> Histogram {
        if self.admits(key, metadata) {
            self.inner.register_histogram(key, metadata)
        } else {
            Histogram::noop()
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_macros, reason = "the recorder is tested with metrics of no list")]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    #[test]
    fn beyond_the_bound_no_series_is_made_and_the_known_ones_still_count() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        let bounded = Bounded { most: 3, ..Bounded::new(recorder) };
        metrics::with_local_recorder(&bounded, || {
            for n in 0..100 {
                metrics::counter!("asked_total", "name" => n.to_string()).increment(1);
            }
            metrics::counter!("asked_total", "name" => "0").increment(1);
        });
        let text = handle.render();
        assert_eq!(text.lines().filter(|line| line.starts_with("asked_total{")).count(), 3, "{text}");
        assert!(text.contains("asked_total{name=\"0\"} 2"), "{text}");
        assert!(text.contains(&format!("{REFUSED} 97")), "{text}");
    }
}
