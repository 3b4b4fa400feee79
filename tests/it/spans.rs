//! What a collector of traces is sent: spans by the conventions of OpenTelemetry, of one trace through both services.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
    time::{Duration, Instant},
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::{Span, span::SpanKind},
};
use prost::Message as _;
use reqwest::Method;
use serde_json::json;

use crate::support::{Stack, caller::send};

/// How long spans may take: they are sent every 5 s.
const PATIENCE: Duration = Duration::from_secs(60);

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// A span, and the service it is of.
type Sent = (String, Span);

/// A collector that takes OTLP over HTTP, and keeps what it was sent.
struct Collector {
    endpoint: String,
    sent: Receiver<Sent>,
    kept: Vec<Sent>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("a bound address"));
        let (found, sent) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let found = found.clone();
                std::thread::spawn(move || serve(&stream, &found));
            }
        });
        Self { endpoint, sent, kept: Vec::new() }
    }

    /// The span of the trace of this service with this name.
    async fn span(&mut self, service: &str, name: &str) -> Span {
        let begun = Instant::now();
        loop {
            self.kept.extend(self.sent.try_iter());
            let wanted =
                |(of, span): &&Sent| of == service && span.name == name && hex(&span.trace_id) == TRACE;
            if let Some((_, span)) = self.kept.iter().find(wanted) {
                return span.clone();
            }
            let known: Vec<_> = self.kept.iter().map(|(of, span)| (of, &span.name)).collect();
            assert!(begun.elapsed() < PATIENCE, "no span {name:?} of {service}: {known:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Answers each request of a connection, and hands on its spans.
fn serve(stream: &TcpStream, found: &Sender<Sent>) {
    let mut reader = BufReader::new(stream);
    while let Some(body) = request(&mut reader) {
        let request = ExportTraceServiceRequest::decode(body.as_slice()).expect("spans of OTLP");
        for resource in request.resource_spans {
            let of = attributes(&resource.resource.expect("a resource").attributes);
            for span in resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                if found.send((of["service.name"].clone(), span)).is_err() {
                    return;
                }
            }
        }
        let mut writer = stream;
        if writer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").is_err() {
            return;
        }
    }
}

fn request(reader: &mut BufReader<&TcpStream>) -> Option<Vec<u8>> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        if line.trim().is_empty() {
            let mut body = vec![0; length];
            reader.read_exact(&mut body).ok()?;
            return Some(body);
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn attributes(pairs: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |pair: &KeyValue| match pair.value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    pairs.iter().map(|pair| (pair.key.clone(), text(pair))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trace_has_the_request_its_store_operations_and_the_call_of_the_other_service() {
    let mut collector = Collector::start();
    let endpoint = collector.endpoint.clone();
    let settings = ["AUTH", "RESOURCE"].map(|service| format!("{service}__TELEMETRY__OTLP_ENDPOINT"));
    let mut stack =
        Stack::embedded_with(&[(&settings[0], endpoint.as_str()), (&settings[1], endpoint.as_str())]).await;
    stack.follow().await;
    let scientist = stack.scientist().await;
    let body = json!({"name": "traced", "code": {"name": "c"}, "status": "planned"});
    scientist.insert("calculations", &body).await;
    // The name of the owner is asked of auth-service.
    let request = scientist.request(Method::GET, "/api/calculations?expand=_owner&limit=5");
    let request = request.header("traceparent", format!("00-{TRACE}-{PARENT}-01"));
    let answer = send(request.header("user-agent", "a test")).await;
    assert_eq!(answer.status, 200, "{answer:?}");

    let served = collector.span("resource-service", "GET /api/{collection}").await;
    assert_eq!(served.kind, SpanKind::Server as i32);
    assert_eq!(hex(&served.parent_span_id), PARENT);
    let said = attributes(&served.attributes);
    for (name, value) in [
        ("http.request.method", "GET"),
        ("http.route", "/api/{collection}"),
        ("http.response.status_code", "200"),
        ("url.scheme", "http"),
        ("url.path", "/api/calculations"),
        ("client.address", "127.0.0.1"),
        ("network.protocol.version", "1.1"),
        ("user_agent.original", "a test"),
    ] {
        assert_eq!(said.get(name).map(String::as_str), Some(value), "{name}: {said:?}");
    }
    let listed = collector.span("resource-service", "list").await;
    assert_eq!((listed.kind, &listed.parent_span_id), (SpanKind::Client as i32, &served.span_id));
    assert_eq!(attributes(&listed.attributes)["db.operation.name"], "list");
    let called = collector.span("resource-service", "GET /auth/users").await;
    assert_eq!((called.kind, &called.parent_span_id), (SpanKind::Client as i32, &served.span_id));
    assert_eq!(attributes(&called.attributes)["http.response.status_code"], "200");
    let answered = collector.span("auth-service", "GET /auth/users").await;
    assert_eq!((answered.kind, &answered.parent_span_id), (SpanKind::Server as i32, &called.span_id));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_shows_the_hash_and_a_failure_is_one() {
    let mut collector = Collector::start();
    let stack = Stack::embedded_with(&[("AUTH__TELEMETRY__OTLP_ENDPOINT", &collector.endpoint)]).await;
    let form = [("username", "no@example.org"), ("password", "a wrong password")];
    let request = stack.anonymous().request(Method::POST, "/auth/login").form(&form);
    assert_eq!(send(request.header("traceparent", format!("00-{TRACE}-{PARENT}-01"))).await.status, 401);
    let served = collector.span("auth-service", "POST /auth/login").await;
    assert_eq!(attributes(&served.attributes)["tessera.problem.code"], "invalid_credentials");
    let hashed = collector.span("auth-service", "password hash").await;
    assert_eq!(hashed.parent_span_id, served.span_id);
    assert!(hashed.start_time_unix_nano >= served.start_time_unix_nano);
    assert!(hashed.end_time_unix_nano <= served.end_time_unix_nano);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_collector_the_trace_is_sent_onwards_all_the_same() {
    let mut stack = Stack::embedded().await;
    stack.follow().await;
    let scientist = stack.scientist().await;
    let body = json!({"name": "traced", "code": {"name": "c"}, "status": "planned"});
    scientist.insert("calculations", &body).await;
    let request = scientist.request(Method::GET, "/api/calculations?expand=_owner&limit=5");
    assert_eq!(send(request.header("traceparent", format!("00-{TRACE}-{PARENT}-01"))).await.status, 200);
    stack.auth[0].until_logged(TRACE).await;
    let lines = stack.auth[0].entries();
    let line = lines.iter().find(|line| line["span"]["trace.id"] == TRACE && line["message"] == "answered");
    assert_eq!(line.expect("a line")["http.route"], "/auth/users");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_hangs_delays_no_request() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let endpoint = format!("http://{}", listener.local_addr().expect("a bound address"));
    std::thread::spawn(move || listener.incoming().collect::<Vec<_>>());
    let stack = Stack::embedded_with(&[("RESOURCE__TELEMETRY__OTLP_ENDPOINT", &endpoint)]).await;
    let scientist = stack.scientist().await;
    // More spans than the exporter keeps, over a longer time than it waits before it sends the first.
    let begun = Instant::now();
    let mut longest = Duration::ZERO;
    let mut asked = 0;
    while begun.elapsed() < Duration::from_secs(7) || asked < 1_500 {
        let sent = Instant::now();
        assert_eq!(scientist.get("/api/calculations/none").await.status, 404);
        longest = longest.max(sent.elapsed());
        asked += 1;
    }
    assert!(longest < Duration::from_secs(3), "a request took {longest:?} of {asked}");
}
