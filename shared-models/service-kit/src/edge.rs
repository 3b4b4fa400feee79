//! What every request passes on its way in and out: request id, trace, log line, latency, safe headers, problems.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use actix_web::{
    HttpMessage as _, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};
use opentelemetry::{propagation::Extractor, trace::TraceContextExt as _};
use shared_models::problem::ProblemCode;
use tracing::{Instrument as _, Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use uuid::Uuid;

use crate::{
    problem::{PROBLEM_JSON, Problem},
    route::Template,
};

/// The id of a request, made here, as its handlers find it among the request's extensions.
#[derive(Clone, Debug)]
pub struct RequestId(pub Arc<str>);

/// The id that the caller gave the request as `X-Request-Id`, kept beside ours: two requests may share it.
#[derive(Clone, Debug)]
pub struct ClientRequestId(pub Arc<str>);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The most bytes of a caller's id that are kept.
const CLIENT_ID: usize = 64;

pub(crate) async fn edge(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    draining: Arc<AtomicBool>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    let id: Arc<str> = Uuid::now_v7().to_string().into();
    let client_id = client_request_id(request.headers());
    let span = span(&request, &id, client_id.as_deref());
    let method = request.method().clone();
    request.extensions_mut().insert(RequestId(Arc::clone(&id)));
    if let Some(client_id) = client_id {
        request.extensions_mut().insert(ClientRequestId(client_id));
    }

    // No clone of the request may outlive this call: the router demands to be its only holder. An error from
    // inside would be one that actix itself cannot answer; every refusal of ours is a response.
    let response = next.call(request).instrument(span.clone()).await?;
    let problem = problem(response.response(), response.response().error());
    let mut response = answer(response, problem, &id);
    let template = response.request().extensions().get::<Template>().copied();
    let route = match template {
        Some(Template(path)) => Cow::Borrowed(path),
        None => response.request().match_pattern().map_or(Cow::Borrowed("unmatched"), Cow::Owned),
    };
    let status = response.status();
    finish(response.response_mut(), &id, draining.load(Ordering::Relaxed));
    observe(&span, method.as_str(), &route, status, started);
    Ok(response)
}

/// The caller's id where it is plain, cut so that it can neither forge a log line nor fill one.
fn client_request_id(headers: &HeaderMap) -> Option<Arc<str>> {
    let plain = |id: &&str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_graphic());
    let id = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(plain)?;
    Some(id[..id.len().min(CLIENT_ID)].into())
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

/// The span of a request, a child of the caller's where `traceparent` (W3C Trace Context) names one.
fn span(request: &ServiceRequest, id: &str, client_id: Option<&str>) -> Span {
    let span =
        tracing::info_span!("request", request.id = id, request.client_id = client_id, trace.id = Empty);
    if request.headers().contains_key("traceparent") {
        let parent = opentelemetry::global::get_text_map_propagator(|propagator| {
            propagator.extract(&Headers(request.headers()))
        });
        let context = parent.span().span_context().clone();
        if context.is_valid() {
            span.record("trace.id", tracing::field::display(context.trace_id()));
        }
        let _ = span.set_parent(parent);
    }
    span
}

/// The problem that stands for a failed response: the handler's own, or one for an error that actix raised.
/// Nothing for a response that speaks for itself, as those of the OAuth endpoints do.
fn problem<B>(response: &HttpResponse<B>, error: Option<&actix_web::Error>) -> Option<Problem> {
    let status = response.status();
    match error {
        Some(error) => match error.as_error::<Problem>() {
            Some(problem) => Some(problem.clone()),
            None if is_json(response.headers()) => None,
            None => Some(raised_by_actix(status, &error.to_string())),
        },
        None if status == StatusCode::NOT_FOUND && !response.headers().contains_key(header::CONTENT_TYPE) => {
            Some(Problem::new(ProblemCode::NotFound, "There is nothing at this path"))
        }
        None => None,
    }
}

fn answer<B: MessageBody + 'static>(
    response: ServiceResponse<B>,
    problem: Option<Problem>,
    id: &str,
) -> ServiceResponse<BoxBody> {
    match problem {
        Some(problem) => response.into_response(problem.respond(id)),
        None => response.map_into_boxed_body(),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| value.starts_with("application/json") || value.starts_with(PROBLEM_JSON))
}

fn raised_by_actix(status: StatusCode, message: &str) -> Problem {
    let code = match status.as_u16() {
        404 => ProblemCode::NotFound,
        405 => ProblemCode::MethodNotAllowed,
        406 => ProblemCode::NotAcceptable,
        413 => ProblemCode::PayloadTooLarge,
        415 => ProblemCode::UnsupportedMediaType,
        503 => return Problem::unavailable(),
        500.. => return Problem::internal(message),
        _ => ProblemCode::InvalidRequest,
    };
    Problem::new(code, message)
}

fn finish(response: &mut HttpResponse<BoxBody>, id: &str, draining: bool) {
    if draining {
        // A kept connection would be cut later, perhaps under a request.
        response.head_mut().set_connection_type(actix_web::http::ConnectionType::Close);
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    let mut default = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(header::REFERRER_POLICY, "no-referrer");
    default(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
}

fn observe(span: &Span, method: &str, route: &str, status: StatusCode, started: Instant) {
    let elapsed = started.elapsed();
    let labels =
        [("method", method.to_owned()), ("route", route.to_owned()), ("status", status.as_str().to_owned())];
    metrics::histogram!("http_request_duration_seconds", &labels).record(elapsed);
    let _entered = span.enter();
    let (status, ms) = (status.as_u16(), elapsed.as_secs_f64() * 1e3);
    if status >= 500 {
        tracing::warn!(
            http.method = method,
            http.route = route,
            http.status = status,
            elapsed_ms = ms,
            "answered"
        );
    } else {
        tracing::info!(
            http.method = method,
            http.route = route,
            http.status = status,
            elapsed_ms = ms,
            "answered"
        );
    }
}
