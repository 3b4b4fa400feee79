//! Logs, traces and metrics of a process. None of them ever makes a request wait.
//!
//! Fields are dotted names; neither tokens nor e-mail addresses are ever logged.

mod gathered;
mod lines;
pub mod spans;
mod subjects;

use std::{io::IsTerminal as _, panic, sync::mpsc, time::Duration};

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::{
    EnvFilter, Layer, Registry, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use self::lines::{Fields, JsonLine};
pub(crate) use self::subjects::subject;
use crate::{
    metric::{self, List, kit},
    settings::{LogFormat, TelemetrySettings},
    start::StartError,
};

/// How long the end of a process waits for a collector that does not answer, and then for a blocked log.
const LAST_WORDS: Duration = Duration::from_millis(800);

/// Keeps telemetry alive; dropping it sends what is still buffered, within a bounded time.
#[must_use]
pub struct Telemetry {
    tracer: Option<SdkTracerProvider>,
    lines: Option<WorkerGuard>,
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(tracer) = self.tracer.take() {
            within(LAST_WORDS, move || {
                let _ = tracer.shutdown_with_timeout(LAST_WORDS);
            });
        }
        if let Some(lines) = self.lines.take() {
            within(LAST_WORDS, move || drop(lines));
        }
    }
}

/// Runs something on its own thread, and waits at most `limit` for its end.
fn within(limit: Duration, act: impl FnOnce() + Send + 'static) {
    let (done, end) = mpsc::channel::<()>();
    std::thread::spawn(move || {
        act();
        drop(done);
    });
    let _ = end.recv_timeout(limit);
}

/// The commit that the program was built from, where the build said so.
const REVISION: &str = match option_env!("TESSERA_REVISION") {
    Some(revision) => revision,
    None => "unknown",
};

/// Starts logging to standard error, the metrics of these lists and, where an endpoint is set, the export of traces.
///
/// `RUST_LOG` filters; without it `default_filter` does, and keeps the server's own chatter out. Lines are written by
/// a thread of their own. When their reader is too slow they are dropped and counted in
/// `tessera_log_lines_dropped_total`.
pub fn init(
    service: &'static str,
    settings: &TelemetrySettings,
    default_filter: &str,
    lists: &[List],
) -> Result<Telemetry, StartError> {
    metric::prepare(lists);
    kit::BUILD_INFO.of([service, env!("CARGO_PKG_VERSION"), REVISION]).set(1.0);
    opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new(format!("{default_filter},actix_server=warn")));
    let tracer = settings.otlp_endpoint.as_deref().map(|endpoint| exporter(service, endpoint)).transpose()?;
    let (writer, guard) = lines::writer()
        .map_err(|error| StartError::Other(format!("cannot log to standard error: {error}")))?;
    let layer = tracing_subscriber::fmt::layer().log_internal_errors(false);
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match settings.format {
        LogFormat::Json => layer.fmt_fields(Fields::Json).event_format(JsonLine).with_writer(writer).boxed(),
        LogFormat::Pretty => layer
            .fmt_fields(Fields::Plain)
            .with_target(false)
            .with_ansi(std::io::stderr().is_terminal())
            .with_writer(writer)
            .boxed(),
    };
    let spans =
        tracer.as_ref().map(|tracer| tracing_opentelemetry::layer().with_tracer(tracer.tracer(service)));
    if tracer.is_some() {
        spans::begin();
    }
    subjects::show(settings.subjects);
    // A second start in one process (tests) keeps the first subscriber.
    if tracing_subscriber::registry().with(lines).with(spans).with(filter).try_init().is_ok() {
        log_panics();
    }
    Ok(Telemetry { tracer, lines: Some(guard) })
}

/// Logs panics like any other event: a direct write to standard error could block forever.
fn log_panics() {
    panic::set_hook(Box::new(|panic| {
        let text = panic.payload_as_str().unwrap_or("no message");
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(panic.message = text, panic.location = place, "panicked");
    }));
}

fn exporter(service: &'static str, endpoint: &str) -> Result<SdkTracerProvider, StartError> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
        .build()
        .map_err(|error| StartError::Other(format!("telemetry.otlp_endpoint: {error}")))?;
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(Resource::builder().with_service_name(service).build())
        .build())
}

/// The metrics of this process as Prometheus reads them.
pub(crate) fn render() -> String {
    kit::LINES_DROPPED.get().absolute(lines::dropped());
    metric::render()
}
