//! The process's recorder of metrics, installed on first use.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::bounded::Bounded;

/// Upper bounds of histograms of time, in seconds.
const SECONDS: &[f64] =
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Upper bounds of histograms of numbers: of what is done together.
const NUMBERS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 512.0, 2048.0, 10_000.0];
/// What the names of histograms of numbers end with.
const NUMBER: &str = "_size";

/// The process's recorder of metrics.
pub fn recorder() -> PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER
        .get_or_init(|| {
            let recorder = builder().build_recorder();
            let handle = recorder.handle();
            let _ = metrics::set_global_recorder(Bounded::new(recorder));
            handle
        })
        .clone()
}

fn builder() -> PrometheusBuilder {
    let sizes = Matcher::Suffix(NUMBER.to_owned());
    let builder = PrometheusBuilder::new().set_buckets(SECONDS);
    // The bounds are non-empty constants, the only thing that is refused.
    builder.and_then(|builder| builder.set_buckets_for_metric(sizes, NUMBERS)).unwrap_or_default()
}
