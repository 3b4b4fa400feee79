//! What every request passes on its way in and out: request id, trace, log line, latency, safe headers, problems.

use std::{
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
use shared_models::problem::ProblemCode;
use tracing::Instrument as _;
use uuid::Uuid;

pub use crate::observe::{ErrorCode, Template};
use crate::{
    address::TrustedProxies,
    connection::Requests,
    description::{Description, nothing_at},
    observe::Observed,
    outgoing::in_pieces,
    problem::{PROBLEM_JSON, Problem},
};

/// The id of a request, made here. In the request's extensions.
#[derive(Clone, Debug)]
pub struct RequestId(pub Arc<str>);

/// The id that the caller gave the request as `X-Request-Id`, kept beside ours: two requests may share it.
#[derive(Clone, Debug)]
pub struct ClientRequestId(pub Arc<str>);

/// When a request arrived, before its body was read. In the request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Arrived(pub Instant);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The most bytes of a caller's id that are kept.
const CLIENT_ID: usize = 64;

/// What the edge of a service knows.
#[derive(Clone)]
pub(crate) struct Edge {
    /// Whether the service is about to stop.
    pub draining: Arc<AtomicBool>,
    /// Where its API is described.
    pub described: Arc<[Description]>,
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub proxies: TrustedProxies,
}

pub(crate) async fn edge(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    edge: &Edge,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    let on_connection = request.conn_data::<Requests>().map(Requests::begin);
    let unique = Uuid::now_v7();
    let id: Arc<str> = unique.to_string().into();
    let client_id = client_request_id(request.headers());
    let observed = Observed::begin(&mut request, &edge.proxies, (unique, &id, client_id.as_deref()), started);
    request.extensions_mut().insert(RequestId(Arc::clone(&id)));
    if let Some(client_id) = client_id {
        request.extensions_mut().insert(ClientRequestId(client_id));
    }
    request.extensions_mut().insert(Arrived(started));

    // No clone of the request may outlive this call: the router demands to be its only holder. An error from
    // inside would be one that actix itself cannot answer; every refusal of ours is a response.
    let serving = next.call(request).instrument(observed.span.clone());
    let response = observed.trace.around(serving).await?;
    let problem = problem(&response, &edge.described);
    let code = problem.as_ref().map(|problem| problem.code().name());
    let mut response = in_pieces(answer(response, problem, &id), on_connection, observed.unread());
    finish(response.response_mut(), &id, edge.draining.load(Ordering::Relaxed));
    observed.finish(&response, code);
    Ok(response)
}

/// The caller's id if it has only plain characters, cut so that it can neither forge a log line nor fill one.
fn client_request_id(headers: &HeaderMap) -> Option<Arc<str>> {
    let plain = |id: &&str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_graphic());
    let id = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(plain)?;
    Some(id[..id.len().min(CLIENT_ID)].into())
}

/// The problem to send for a failed response: the handler's own, or one for an error that actix raised.
/// None for a response with its own error body, such as those of the OAuth endpoints.
fn problem<B>(response: &ServiceResponse<B>, described: &[Description]) -> Option<Problem> {
    let (status, headers) = (response.status(), response.headers());
    match response.response().error() {
        Some(error) => match error.as_error::<Problem>() {
            Some(problem) => Some(problem.clone()),
            None if is_json(headers) => None,
            None => Some(raised_by_actix(status, &error.to_string())),
        },
        None if status == StatusCode::NOT_FOUND && !headers.contains_key(header::CONTENT_TYPE) => {
            Some(Problem::new(ProblemCode::NotFound, nothing_at(response.request().path(), described)))
        }
        None => None,
    }
}

fn answer<B: MessageBody + 'static>(
    response: ServiceResponse<B>,
    problem: Option<Problem>,
    id: &str,
) -> ServiceResponse<BoxBody> {
    let Some(problem) = problem else { return response.map_into_boxed_body() };
    let mut answer = problem.respond(id);
    keep_headers(response.headers(), answer.headers_mut());
    response.into_response(answer)
}

/// The headers that describe the body of the replaced response.
const OF_THE_BODY: [HeaderName; 8] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_ENCODING,
    header::CONTENT_DISPOSITION,
    header::TRANSFER_ENCODING,
    header::ETAG,
    header::LAST_MODIFIED,
    header::ACCEPT_RANGES,
];

/// Keeps what inner layers set on a response that a problem replaces, such as CORS, `Vary` and `Set-Cookie`.
fn keep_headers(inner: &HeaderMap, outer: &mut HeaderMap) {
    for name in inner.keys().filter(|name| !OF_THE_BODY.contains(name)) {
        // A problem's own headers are among those already, unless actix made the response.
        outer.remove(name);
        for value in inner.get_all(name) {
            outer.append(name.clone(), value.clone());
        }
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

#[cfg(test)]
mod tests {
    use actix_web::{
        App,
        cookie::Cookie,
        middleware::from_fn,
        test::{TestRequest, call_service, init_service, read_body_json},
        web,
    };

    use super::*;

    #[actix_web::test]
    async fn a_problem_keeps_the_headers_of_inner_layers_and_has_a_body_of_its_own() {
        let fails = async || {
            let problem = Problem::unavailable().with_header(header::VARY, HeaderValue::from_static("a"));
            Err::<&str, _>(problem)
        };
        let edged = from_fn(async |request, next| {
            let (draining, described) = (Arc::default(), Arc::new([]));
            edge(request, next, &Edge { draining, described, proxies: TrustedProxies::default() }).await
        });
        let inner = from_fn(async |request: ServiceRequest, next: Next<BoxBody>| {
            let mut response = next.call(request).await?;
            for cookie in ["one", "two"] {
                let cookie = HeaderValue::from_str(&Cookie::new(cookie, "1").to_string()).unwrap();
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            let headers = response.headers_mut();
            headers.append(header::VARY, HeaderValue::from_static("b"));
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            headers.insert(header::ETAG, HeaderValue::from_static("\"of another body\""));
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("7"));
            Ok::<_, actix_web::Error>(response)
        });
        let app = init_service(App::new().route("/", web::get().to(fails)).wrap(inner).wrap(edged)).await;
        let response = call_service(&app, TestRequest::get().to_request()).await;
        let values = |name: HeaderName| {
            let values = response.headers().get_all(name).map(|value| value.to_str().unwrap().to_owned());
            values.collect::<Vec<_>>()
        };
        assert_eq!(response.status(), 503);
        assert_eq!(values(header::SET_COOKIE), ["one=1", "two=1"]);
        assert_eq!(values(header::VARY), ["a", "b"]);
        assert_eq!(values(header::RETRY_AFTER), ["7"]);
        assert_eq!(values(header::CONTENT_TYPE), [PROBLEM_JSON]);
        assert!(values(header::CONTENT_ENCODING).is_empty() && values(header::ETAG).is_empty());
        let id = values(REQUEST_ID);
        let body: serde_json::Value = read_body_json(response).await;
        assert_eq!(body["request_id"], id[0].as_str());
    }
}
