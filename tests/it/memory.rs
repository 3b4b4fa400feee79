//! What one process holds in memory while many want much of it: never more than its budget beside what it holds idle.

use std::time::{Duration, Instant};

use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
};

use crate::support::{Caller, Stack, caller::send, http, upload::Upload};

const MIB: u64 = 1024 * 1024;
/// The default budget, and what connections, threads and the allocator take beside it.
const BOUND: u64 = 96 + 32;

const SCOPES: &str = "collections:write fat:read fat:write quiet:read quiet:write";

/// A collection without rules.
async fn define(caller: &Caller<'_>, name: &str) {
    let definition = json!({"name": name, "schema": {"type": "object"}});
    assert_eq!(caller.put(&format!("/api/collections/{name}"), &definition).await.status, 201);
}

/// Fills `fat` with documents of 100 KiB.
async fn fill(stack: &Stack, caller: &Caller<'_>, documents: usize) {
    define(caller, "fat").await;
    for replica in &stack.resource {
        let since = Instant::now();
        let token = caller.token.as_deref().expect("a token");
        let known = || send(http().get(format!("{}/api/fat", replica.base)).bearer_auth(token));
        while known().await.status != 200 {
            assert!(since.elapsed() < Duration::from_secs(10), "a replica does not know the collection");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    let line = format!("{}\n", json!({"text": "observed ".repeat(11_000)}));
    for _ in 0..documents / 50 {
        let request = caller.request(Method::POST, "/api/fat").header(CONTENT_TYPE, "application/x-ndjson");
        let stored = send(request.body(line.repeat(50))).await;
        assert_eq!(stored.status, 200, "{stored:?}");
    }
}

/// The media types of a page and of an export.
const PAGE: &str = "application/json";
const EXPORT: &str = "application/x-ndjson";
/// A receive buffer that is full at once, in bytes.
const TINY: u32 = 8 * 1024;

/// Asks for `path` with a receive buffer of so many bytes, and reads nothing of the answer.
async fn ask(base: &str, path: &str, token: &str, accept: &str, buffer: u32) -> TcpStream {
    let address = base.trim_start_matches("http://");
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(buffer).expect("a buffer");
    let mut stream = socket.connect(address.parse().expect("an address")).await.expect("a connection");
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nAccept: {accept}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream
}

/// The MiB that the process has come to hold since `before`, in bytes.
fn grown(stack: &Stack, before: u64) -> u64 {
    stack.resource[0].peak().saturating_sub(before) / MIB
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_readers_that_do_not_read_fill_no_memory_and_are_cut() {
    let stack = Stack::embedded_with(&[("RESOURCE__HTTP__WRITE_TIMEOUT", "3")]).await;
    let caller = stack.bearer_of("ada", SCOPES);
    fill(&stack, &caller, 200).await;
    let (base, before) = (stack.resource[0].base.clone(), stack.resource[0].peak());
    let mut silent = Vec::new();
    for reader in 0..60 {
        let token = stack.bearer_of(&format!("reader{}", reader % 6), SCOPES).token.expect("a token");
        let (path, accept) = [("/api/fat?limit=1000", PAGE), ("/api/fat", EXPORT)][reader % 2];
        silent.push(ask(&base, path, &token, accept, TINY).await);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let held = grown(&stack, before);
    assert!(held < BOUND, "60 readers that do not read hold {held} MiB");
    // Small requests of others are served beside them.
    assert_eq!(stack.bearer_of("eve", SCOPES).get("/api/collections/fat").await.status, 200);
    // Their memory is released when they are cut.
    let since = Instant::now();
    while caller.get("/api/fat?limit=1000").await.status != 200 {
        assert!(since.elapsed() < Duration::from_secs(15), "readers that do not read keep their pages");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    drop(silent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_is_not_cut() {
    let stack = Stack::embedded_with(&[("RESOURCE__HTTP__WRITE_TIMEOUT", "3")]).await;
    let caller = stack.bearer_of("ada", SCOPES);
    fill(&stack, &caller, 50).await;
    let (base, token) = (&stack.resource[0].base, caller.token.as_deref().expect("a token"));
    // A window below the segment size of the loopback device would look like one that never opens.
    let mut slow = ask(base, "/api/fat?limit=1000", token, PAGE, 256 * 1024).await;
    let (mut buffer, mut read) = (vec![0; 64 * 1024], 0);
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        read += slow.read(&mut buffer).await.expect("the rest of the answer arrives");
    }
    while read < 50 * 11_000 * 9 {
        let more = slow.read(&mut buffer).await.expect("the rest of the answer arrives");
        assert!(more > 0, "cut after {read} bytes");
        read += more;
    }
}

async fn thirty_two_exports(stack: Stack) {
    let caller = stack.bearer_of("ada", SCOPES);
    fill(&stack, &caller, 200).await;
    let (url, before) = (format!("{}/api/fat", stack.resource[0].base), stack.resource[0].peak());
    let exports = (0..32).map(|n| {
        let token = stack.bearer_of(&format!("reader{}", n % 4), SCOPES).token.expect("a token");
        let format = ["application/x-ndjson", "text/csv"][n % 2];
        tokio::spawn(send(http().get(&url).bearer_auth(token).header("Accept", format)))
    });
    for export in exports.collect::<Vec<_>>() {
        let answer = export.await.expect("an answer");
        assert!([200, 503].contains(&answer.status), "{}", answer.status);
    }
    let held = grown(&stack, before);
    assert!(held < BOUND, "32 exports held {held} MiB");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_two_exports_take_no_more_than_the_budget() {
    thirty_two_exports(Stack::embedded().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_two_exports_from_mongodb_take_no_more_than_the_budget() {
    thirty_two_exports(Stack::replicated().await).await;
}

/// Twice the budget goes in as one stream and comes out as another.
async fn a_long_stream(stack: Stack) {
    const DOCUMENTS: usize = 2_000;
    let caller = stack.bearer_of("ada", SCOPES);
    fill(&stack, &caller, 0).await;
    let (base, before) = (stack.resource[0].base.clone(), stack.resource[0].peak());
    let token = caller.token.as_deref().expect("a token");
    let line = format!("{}\n", json!({"text": "observed ".repeat(11_000)}));
    let mut upload = Upload::begin(&base, "/api/fat", token).await;
    for _ in 0..DOCUMENTS {
        assert!(upload.send(&line).await, "the stream is cut");
    }
    let outcome = upload.finish().await;
    assert_eq!((outcome.stored, outcome.refused.len()), (DOCUMENTS, 0), "{}", outcome.status);
    let held = grown(&stack, before);
    assert!(held < BOUND, "a long import held {held} MiB");
    let request = http().get(format!("{base}/api/fat")).bearer_auth(token).header("Accept", EXPORT);
    let (mut export, mut read) = (request.send().await.expect("an answer"), 0);
    while let Some(piece) = export.chunk().await.expect("the rest of the answer arrives") {
        read += piece.len();
    }
    assert!(read > DOCUMENTS * line.len(), "the export ended after {read} bytes");
    let held = grown(&stack, before);
    assert!(held < BOUND, "a long export held {held} MiB");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_longer_than_the_budget_takes_no_more_than_it() {
    a_long_stream(Stack::embedded().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_longer_than_the_budget_takes_no_more_than_it_on_mongodb() {
    a_long_stream(Stack::replicated().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn arrays_of_fifteen_mebibytes_take_no_more_than_the_budget() {
    let stack = Stack::embedded().await;
    let caller = stack.bearer_of("ada", SCOPES);
    define(&caller, "fat").await;
    let document = format!("{{\"a\":[{}7]}}", "7,".repeat(300_000));
    let body = format!("[{}]", vec![document; 15].join(","));
    let before = stack.resource[0].peak();
    let requests = (0..3).map(|n| {
        let who = stack.bearer_of(&format!("writer{n}"), SCOPES);
        let request = who.request(Method::POST, "/api/fat").header(CONTENT_TYPE, "application/json");
        tokio::spawn(send(request.body(body.clone())))
    });
    let mut stored = 0;
    for request in requests.collect::<Vec<_>>() {
        let answer = request.await.expect("an answer");
        assert!([200, 503].contains(&answer.status), "{answer:?}");
        stored += usize::from(answer.status == 200);
    }
    let held = grown(&stack, before);
    assert!(stored > 0 && held < BOUND, "{stored} arrays were stored; they held {held} MiB");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_to_one_collection_keeps_nothing_of_others() {
    let stack = Stack::replicated().await;
    let names: Vec<String> = (0..24).map(|n| format!("busy{n}")).collect();
    let scopes = names.iter().map(|name| format!("{name}:read {name}:write")).collect::<Vec<_>>().join(" ");
    let caller = stack.bearer_of("ada", &format!("{SCOPES} {scopes}"));
    define(&caller, "quiet").await;
    for name in &names {
        define(&caller, name).await;
    }
    let base = stack.resource[0].base.clone();
    let client = http();
    let url = format!("{base}/api/quiet/changes");
    let token = caller.token.clone().expect("a token");
    let listener = client.get(url).bearer_auth(&token).send().await.expect("a stream");
    assert_eq!(listener.status(), 200);
    let before = stack.resource[0].peak();
    let line = format!("{}\n", json!({"text": "x".repeat(20_000)}));
    for name in &names {
        let request = client.post(format!("{base}/api/{name}")).bearer_auth(&token);
        let request = request.header(CONTENT_TYPE, "application/x-ndjson").body(line.repeat(100));
        assert_eq!(send(request).await.status, 200);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let held = grown(&stack, before);
    assert!(held < 64, "one listener beside 24 collections that are written: {held} MiB");
    drop(listener);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_sends_everything_before_it_reads_gets_a_bounded_answer() {
    let stack = Stack::embedded().await;
    let caller = stack.bearer_of("ada", SCOPES);
    define(&caller, "fat").await;
    let address = stack.resource[0].base.trim_start_matches("http://").to_owned();
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(TINY).expect("a buffer");
    let mut stream = socket.connect(address.parse().expect("an address")).await.expect("a connection");
    let body = "{\"n\":1}\n".repeat(40_000) + "5\n";
    let token = caller.token.as_deref().expect("a token");
    let head = format!(
        "POST /api/fat HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
         Content-Type: application/x-ndjson\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream.write_all(body.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{}", &answer[..200]);
    assert!(answer.len() < 2 * 1024 * 1024, "{} bytes", answer.len());
    let last = answer.lines().rfind(|line| line.starts_with('{')).expect("a line");
    let counts: Value = serde_json::from_str(last).expect("JSON");
    assert_eq!((&counts["inserted"], &counts["refused"]), (&json!(40_000), &json!(1)));
    assert!(answer.contains("\"index\":40000"), "a refusal is listed however many were stored before");
}
