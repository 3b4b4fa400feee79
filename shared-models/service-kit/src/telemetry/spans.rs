//! Spans, as OpenTelemetry's conventions for HTTP and databases name them, and the trace that is sent onwards.
//!
//! Where no collector is set nothing is exported: then a request has no children, and only its trace id is kept.

use std::{
    net::IpAddr,
    sync::atomic::{AtomicBool, Ordering},
};

use actix_web::{
    HttpRequest,
    http::{
        StatusCode, Version,
        header::{self, HeaderMap, HeaderName},
    },
};
use opentelemetry::{
    Context,
    propagation::Extractor,
    trace::{SpanContext, Status, TraceContextExt as _},
};
use tracing::{Instrument as _, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use uuid::Uuid;

/// The most characters of an attribute that a client made.
const LONGEST: usize = 256;

static EXPORTED: AtomicBool = AtomicBool::new(false);

/// Whether spans are exported.
pub(crate) fn exported() -> bool {
    EXPORTED.load(Ordering::Relaxed)
}

/// Exports spans from now on.
pub(super) fn begin() {
    EXPORTED.store(true, Ordering::Relaxed);
}

tokio::task_local! {
    /// The trace of the request that a task serves.
    static CURRENT: Trace;
}

/// A place in a trace: what `traceparent` says (W3C Trace Context).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trace {
    id: u128,
    span: u64,
    sampled: bool,
}

impl Trace {
    /// Of a request without one: its id has 74 random bits.
    fn of(id: Uuid) -> Self {
        Self { id: id.as_u128(), span: id.as_u64_pair().1, sampled: false }
    }

    fn of_span(context: &SpanContext) -> Self {
        Self {
            id: u128::from_be_bytes(context.trace_id().to_bytes()),
            span: u64::from_be_bytes(context.span_id().to_bytes()),
            sampled: context.is_sampled(),
        }
    }

    fn id(self) -> String {
        format!("{:032x}", self.id)
    }

    fn header(self) -> String {
        format!("00-{}-{:016x}-{:02x}", self.id(), self.span, u8::from(self.sampled))
    }

    /// Runs the work of a request that has this place.
    pub(crate) fn around<F: Future>(self, work: F) -> impl Future<Output = F::Output> {
        CURRENT.scope(self, work)
    }
}

/// The `traceparent` of a call that is made now; none outside of a request, unless a span is exported.
pub(crate) fn traceparent() -> Option<String> {
    if exported() {
        let context = Span::current().context();
        let span = context.span().span_context().clone();
        if span.is_valid() {
            return Some(Trace::of_span(&span).header());
        }
    }
    CURRENT.try_with(|trace| trace.header()).ok()
}

/// The same work in a task of its own: it belongs to the trace of the request that begins it.
pub fn onwards<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let trace = CURRENT.try_with(|trace| *trace).ok();
    let span = Span::current();
    async move {
        match trace {
            Some(trace) => trace.around(work.instrument(span)).await,
            None => work.instrument(span).await,
        }
    }
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

/// The span of a request, made by `make` with the id of the trace as text, if that is known by then: a child of the caller's
/// where `traceparent` names one.
pub(crate) fn of_request(
    headers: &HeaderMap,
    id: Uuid,
    make: impl FnOnce(Option<&str>) -> Span,
) -> (Span, Trace) {
    let parent = parent(headers);
    let known = parent.as_ref().map(|parent| Trace::of_span(parent.span().span_context()));
    if !exported() {
        let trace = known.unwrap_or_else(|| Trace::of(id));
        return (make(Some(&trace.id())), trace);
    }
    // The span's own trace is the parent's, or else an id that is known only once there is a span.
    let span = make(None);
    if let Some(parent) = parent {
        let _ = span.set_parent(parent);
    }
    let context = span.context();
    let own = context.span().span_context().clone();
    let trace = if own.is_valid() { Trace::of_span(&own) } else { known.unwrap_or_else(|| Trace::of(id)) };
    span.record("trace.id", trace.id());
    (span, trace)
}

fn parent(headers: &HeaderMap) -> Option<Context> {
    if !headers.contains_key("traceparent") {
        return None;
    }
    let parent =
        opentelemetry::global::get_text_map_propagator(|propagator| propagator.extract(&Headers(headers)));
    parent.span().span_context().is_valid().then_some(parent)
}

/// A request and its answer.
pub(crate) struct Exchange<'a> {
    pub request: &'a HttpRequest,
    pub method: &'static str,
    pub route: &'a str,
    pub status: StatusCode,
    pub address: Option<IpAddr>,
    pub code: Option<&'static str>,
}

/// Gives the span of a request its name and its attributes.
pub(crate) fn describe(span: &Span, exchange: &Exchange<'_>) {
    let Exchange { request, method, route, status, address, code } = exchange;
    // A field `otel.name` would be read only before the span is entered.
    span.context().span().update_name(format!("{method} {route}"));
    span.set_attribute("http.request.method", *method);
    span.set_attribute("http.route", (*route).to_owned());
    span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
    span.set_attribute("url.scheme", request.connection_info().scheme().to_owned());
    span.set_attribute("url.path", cut(request.path()));
    span.set_attribute("network.protocol.version", version(request.version()));
    if let Some(address) = address {
        span.set_attribute("client.address", address.to_string());
    }
    if let Some(agent) = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()) {
        span.set_attribute("user_agent.original", cut(agent));
    }
    if let Some(code) = code {
        span.set_attribute("tessera.problem.code", *code);
    }
    if status.is_server_error() {
        span.set_attribute("error.type", status.as_str().to_owned());
        span.set_status(Status::error(""));
    }
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_2 => "2",
        Version::HTTP_10 => "1.0",
        _ => "1.1",
    }
}

/// Runs an operation of a store in a span of its own, if spans are exported.
pub async fn of_store<T>(store: &'static str, operation: &'static str, work: impl Future<Output = T>) -> T {
    if !exported() {
        return work.await;
    }
    let span = tracing::info_span!(
        "store",
        otel.name = operation,
        otel.kind = "client",
        db.operation.name = operation,
        db.namespace = store
    );
    work.instrument(span).await
}

/// Runs a part of a request's work in a span of this name, if spans are exported.
pub async fn within<T>(name: &'static str, work: impl Future<Output = T>) -> T {
    if !exported() {
        return work.await;
    }
    work.instrument(tracing::info_span!("part", otel.name = name)).await
}

/// Runs a call to another service in a span of its own, if spans are exported.
pub(crate) async fn of_call<T>(
    method: &'static str,
    path: &str,
    work: impl Future<Output = T>,
    status: impl FnOnce(&T) -> Option<u16>,
) -> T {
    if !exported() {
        return work.await;
    }
    let span = tracing::info_span!(
        "call",
        otel.name = format!("{method} {path}"),
        otel.kind = "client",
        http.request.method = method,
        url.path = path
    );
    let outcome = work.instrument(span.clone()).await;
    match status(&outcome) {
        Some(status) => span.set_attribute("http.response.status_code", i64::from(status)),
        None => span.set_status(Status::error("no answer")),
    }
    outcome
}
