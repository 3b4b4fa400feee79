//! What is noted of each request: the span of its trace, its log line, and the metrics of the edge.

use std::{
    cell::RefCell,
    collections::HashMap,
    net::IpAddr,
    pin::Pin,
    rc::Rc,
    task::{Poll, ready},
    time::Instant,
};

use actix_web::{
    HttpMessage as _, HttpRequest,
    body::BoxBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{StatusCode, header::TRANSFER_ENCODING},
};
use futures_util::{Stream as _, stream};
use tracing::Span;
use uuid::Uuid;

use crate::{
    address::TrustedProxies,
    caller::Caller,
    method::method_name,
    metric::{
        Histogram,
        kit::{BYTES_IN, IN_FLIGHT, REQUESTS},
    },
    telemetry::{spans, subject},
};

/// The path of a request's route as the route table has it. In the request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Template(pub &'static str);

/// The code of an error that is no problem document, such as OAuth's. In the response's extensions.
#[derive(Clone, Copy, Debug)]
pub struct ErrorCode(pub &'static str);

/// The longest name of a collection that is logged.
const LONGEST_NAME: usize = 64;

/// A request that has arrived and is not answered.
pub(crate) struct Observed {
    /// Its span.
    pub span: Span,
    /// What is sent onwards of its trace.
    pub trace: spans::Trace,
    method: &'static str,
    started: Instant,
    address: Option<IpAddr>,
    /// The body if it has chunks of HTTP/1.
    chunks: Option<Body>,
    _in_flight: InFlight,
}

/// The body of a request, shared by its reader and its answer; [`Payload::None`] once it has been read to its end.
///
/// actix-web closes a connection whose client is still sending a body that was not read. It does not where the body has chunks and
/// was dropped: it then waits for the end of the body, for ever. So the answer holds such a body until it has been sent.
#[derive(Clone)]
pub(crate) struct Body(Rc<RefCell<Payload>>);

/// Counts among the requests in flight for as long as it exists.
struct InFlight;

impl InFlight {
    fn begin() -> Self {
        IN_FLIGHT.get().increment(1.0);
        Self
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        IN_FLIGHT.get().decrement(1.0);
    }
}

impl Observed {
    /// Notes a request that arrived at `started`, and counts the bytes of its body from now on.
    pub(crate) fn begin(
        request: &mut ServiceRequest,
        proxies: &TrustedProxies,
        (id, id_text, client_id): (Uuid, &str, Option<&str>),
        started: Instant,
    ) -> Self {
        let method = method_name(request.method());
        let (span, trace) = spans::of_request(request.headers(), id, |trace| {
            tracing::info_span!(
                "request",
                request.id = id_text,
                request.client_id = client_id,
                trace.id = trace,
                otel.kind = "server"
            )
        });
        let address = proxies.client_address(request.request());
        let chunks = count_body(request);
        Self { span, trace, method, started, address, chunks, _in_flight: InFlight::begin() }
    }

    /// A body of chunks that has not been read to its end.
    pub(crate) fn unread(&self) -> Option<Body> {
        self.chunks.clone().filter(|Body(body)| !matches!(*body.borrow(), Payload::None))
    }

    /// Counts and logs the answer, whose error has this code if it has one.
    pub(crate) fn finish(self, response: &ServiceResponse<BoxBody>, code: Option<&'static str>) {
        let request = response.request();
        let template = request.extensions().get::<Template>().copied();
        let (status, elapsed) = (response.status(), self.started.elapsed());
        let code = code.or_else(|| response.response().extensions().get::<ErrorCode>().map(|code| code.0));
        let pattern = if template.is_none() { request.match_pattern() } else { None };
        let route = match (template, &pattern) {
            (Some(Template(path)), _) => {
                record(self.method, path, status, |series| series.record(elapsed));
                path
            }
            (None, Some(pattern)) => {
                REQUESTS.of([self.method, pattern, status.as_str()]).record(elapsed);
                pattern.as_str()
            }
            (None, None) => {
                record(self.method, "unmatched", status, |series| series.record(elapsed));
                "unmatched"
            }
        };
        if spans::exported() {
            let address = self.address;
            spans::describe(
                &self.span,
                &spans::Exchange { request, method: self.method, route, status, address, code },
            );
        }
        self.log(request, route, status, code, elapsed.as_secs_f64() * 1e3);
    }

    fn log(&self, request: &HttpRequest, route: &str, status: StatusCode, code: Option<&str>, ms: f64) {
        let _entered = self.span.enter();
        let caller = request.extensions().get::<Caller>().cloned();
        let claims = caller.as_ref().map(|caller| &caller.claims);
        let (address, status) = (self.address.map(tracing::field::display), status.as_u16());
        let principal = claims.map(|claims| claims.principal().name());
        macro_rules! answered {
            ($level:ident) => {
                tracing::$level!(
                    http.method = self.method,
                    http.route = route,
                    http.status = status,
                    elapsed_ms = ms,
                    problem.code = code,
                    principal.kind = principal,
                    principal.subject = claims.map(|claims| subject(&claims.sub)).as_deref(),
                    client.address = address,
                    collection = collection(request),
                    "answered"
                )
            };
        }
        if status >= 500 { answered!(warn) } else { answered!(info) }
    }
}

/// The collection that a path names, if it can be the name of one.
fn collection(request: &HttpRequest) -> Option<&str> {
    let name = request.match_info().get("collection")?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (name.len() <= LONGEST_NAME && name.bytes().all(plain)).then_some(name)
}

thread_local! {
    /// The series of the requests that this thread has served.
    static SERVED: RefCell<HashMap<(&'static str, &'static str, u16), Histogram>> = RefCell::default();
}

/// Hands over the series, looked up by its labels once in each thread.
fn record(method: &'static str, route: &'static str, status: StatusCode, act: impl FnOnce(&Histogram)) {
    SERVED.with_borrow_mut(|served| {
        let make = || REQUESTS.of([method, route, status.as_str()]);
        act(served.entry((method, route, status.as_u16())).or_insert_with(make));
    });
}

/// Counts the bytes of the body as they are read. Returns a body of chunks.
fn count_body(request: &mut ServiceRequest) -> Option<Body> {
    let payload = request.take_payload();
    if matches!(payload, Payload::None) {
        return None;
    }
    let has_chunks =
        matches!(payload, Payload::H1 { .. }) && request.headers().contains_key(TRANSFER_ENCODING);
    let body = Body(Rc::new(RefCell::new(payload)));
    let Body(reading) = body.clone();
    let counted = stream::poll_fn(move |context| {
        let mut body = reading.borrow_mut();
        let piece = ready!(Pin::new(&mut *body).poll_next(context));
        match &piece {
            Some(Ok(bytes)) => BYTES_IN.get().increment(bytes.len() as u64),
            Some(Err(_)) => {}
            None => *body = Payload::None,
        }
        Poll::Ready(piece)
    });
    request.set_payload(Payload::Stream { payload: Box::pin(counted) });
    has_chunks.then_some(body)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_what_can_be_the_name_of_a_collection_is_logged_as_one() {
        let named = |name: &'static str| {
            let request = TestRequest::default().param("collection", name).to_http_request();
            collection(&request).map(str::to_owned)
        };
        assert_eq!(named("calculations").as_deref(), Some("calculations"));
        assert_eq!(named("my_data-2").as_deref(), Some("my_data-2"));
        assert_eq!(named("line\nbreak"), None);
        assert_eq!(named("<script>"), None);
        assert_eq!(named("a".repeat(65).leak()), None);
    }
}
