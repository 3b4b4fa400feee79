//! A MongoDB that hangs: stopped whole, or answering that it is there while it neither reads nor writes. Each request is
//! answered in time.

use std::time::{Duration, Instant};

use mongodb::bson::doc;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Caller, Stack,
    caller::{Reply, send},
    stack::ADMIN,
    store::{Mongod, client},
};

/// A second more than promised: the machine is shared.
const PROMISED: Duration = Duration::from_secs(6);
/// No document has it.
const ID: &str = "01890000-0000-7000-8000-000000000000";

/// A request and what goes with it.
struct Request {
    method: Method,
    path: String,
    accept: Option<&'static str>,
    body: Option<Value>,
}

fn get(path: impl Into<String>) -> Request {
    Request { method: Method::GET, path: path.into(), accept: None, body: None }
}

fn write(method: Method, path: impl Into<String>, body: Value) -> Request {
    Request { method, path: path.into(), accept: None, body: Some(body) }
}

fn export(path: &str, accept: &'static str) -> Request {
    Request { accept: Some(accept), ..get(path) }
}

/// One at least for each row of resource-service's table that needs the store.
fn of_resources() -> Vec<Request> {
    let calculation = json!({"name": "n", "code": {"name": "vasp"}, "status": "planned"});
    let mut large = calculation.clone();
    large["parameters"] = json!({"text": "x".repeat(100_000)});
    let review = json!({"calculation": ID, "revision": 1, "verdict": "approve"});
    let points = json!({"calculation": ID, "metric": "energy", "points": [{"step": 1, "value": 1.5}]});
    let definition = json!({"name": "molecules", "schema": {"type": "object"}});
    let of_series = format!("/api/series/points?calculation={ID}&metric=energy");
    let of_one = format!("/api/calculations/{ID}");
    vec![
        get("/api/calculations"),
        get("/api/calculations?count=exact"),
        get("/api/calculations?count=estimated"),
        get("/api/calculations?explain=true"),
        get("/api/reviews?expand=_stale"),
        export("/api/calculations", "application/x-ndjson"),
        export("/api/calculations", "text/csv"),
        export("/api/calculations", "application/vnd.apache.parquet"),
        get("/api/calculations/aggregate?stat=count"),
        get("/api/calculations/changes"),
        get("/api/calculations/changes?ticket=none"),
        get(format!("/api/calculations/compare?ids={ID},{}", ID.replace("8000", "9000"))),
        get(&of_series),
        get(format!("{of_series}&points=100")),
        export(&of_series, "application/x-ndjson"),
        export(&of_series, "text/csv"),
        get(format!("/api/series/metrics?calculation={ID}")),
        write(Method::POST, "/api/series/points", points.clone()),
        write(Method::POST, "/api/series/points", json!([points.clone(), points])),
        write(Method::POST, "/api/calculations", calculation.clone()),
        write(Method::POST, "/api/calculations", large),
        write(Method::POST, "/api/calculations", json!([calculation, calculation])),
        write(Method::POST, "/api/calculations?atomic=true", json!([calculation, calculation])),
        write(Method::POST, "/api/reviews", json!([review, review, review])),
        get(&of_one),
        write(Method::PUT, &of_one, calculation.clone()),
        write(Method::DELETE, &of_one, Value::Null),
        get(format!("{of_one}/artifacts")),
        get(format!("{of_one}/artifacts/a.txt")),
        write(Method::PUT, format!("{of_one}/artifacts/a.txt"), json!("bytes")),
        get(format!("{of_one}/versions")),
        write(Method::PUT, "/api/collections/molecules", definition.clone()),
        write(Method::PUT, "/api/collections/molecules?dry_run=true", definition),
        write(Method::DELETE, "/api/collections/reviews?force=true", Value::Null),
    ]
}

fn of_users() -> Vec<Request> {
    vec![
        get("/auth/users/me"),
        get("/auth/sessions"),
        get("/auth/users"),
        get("/auth/audit"),
        get("/auth/revocations?after=0&wait=0"),
        get("/auth/revocations?after=0&wait=25"),
    ]
}

/// Sends all of them at once; each receives in time that the store does not answer.
async fn all_are_refused_in_time(admin: &Caller<'_>, requests: Vec<Request>) {
    let answers = requests.into_iter().map(|Request { method, path, accept, body }| async move {
        let mut request = admin.request(method.clone(), &path);
        if let Some(accept) = accept {
            request = request.header("Accept", accept);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let started = Instant::now();
        let reply = send(request).await;
        (format!("{method} {path} {accept:?}"), reply, started.elapsed())
    });
    let mut late = Vec::new();
    for (request, reply, elapsed) in futures_util::future::join_all(answers).await {
        if reply.status != 503
            || !["unavailable", "outcome_unknown"].contains(&reply.code().as_str())
            || elapsed > PROMISED
        {
            late.push(format!("{request}: {} after {elapsed:?}: {}", reply.status, reply.text));
        }
    }
    assert!(late.is_empty(), "{}", late.join("\n"));
}

/// The endpoints of OAuth refuse in a form of their own.
async fn oauth_is_refused_in_time(stack: &Stack) {
    let client = [("client_id", "nobody"), ("client_secret", "nothing")];
    let grant = [("grant_type", "client_credentials"), client[0], client[1]];
    let token = [("token", "rt1.a.b.c"), client[0], client[1]];
    let ask = async |path: &str, form: &[(&str, &str)]| {
        let started = Instant::now();
        let reply = send(stack.anonymous().request(Method::POST, path).form(form)).await;
        assert_eq!(reply.status, 503, "{path}: {reply:?}");
        assert!(started.elapsed() < PROMISED, "{path}: {:?}", started.elapsed());
    };
    tokio::join!(ask("/auth/token", &grant), ask("/auth/revoke", &token), ask("/auth/introspect", &token));
}

/// A stream that has begun says why it ends.
async fn a_stream_of_documents_ends_in_time(admin: &Caller<'_>) {
    let line = "{\"name\": \"n\", \"code\": {\"name\": \"vasp\"}, \"status\": \"planned\"}\n";
    let request = admin.request(Method::POST, "/api/calculations");
    let started = Instant::now();
    let reply: Reply = send(request.header("Content-Type", "application/x-ndjson").body(line)).await;
    assert!(reply.text.contains("outcome_unknown") || reply.text.contains("unavailable"), "{reply:?}");
    assert!(started.elapsed() < PROMISED, "{:?}", started.elapsed());
}

async fn everything_is_answered_in_time(stack: &Stack, admin: &Caller<'_>) {
    all_are_refused_in_time(admin, of_resources()).await;
    a_stream_of_documents_ends_in_time(admin).await;
    all_are_refused_in_time(admin, of_users()).await;
    oauth_is_refused_in_time(stack).await;
    let started = Instant::now();
    let (mut login, refresh) = (stack.anonymous(), admin.clone());
    let (login, refresh) = tokio::join!(login.log_in(ADMIN.0, ADMIN.1), refresh.refresh_as("same-origin"));
    assert_eq!((login.status, refresh.status), (503, 503));
    assert!(started.elapsed() < PROMISED, "{:?}", started.elapsed());
}

async fn recovers(stack: &Stack, admin: &Caller<'_>) {
    for process in stack.auth.iter().chain(&stack.resource) {
        process.until_readiness(200).await;
    }
    assert_eq!(admin.get("/api/calculations").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_store_that_stands_still_every_request_is_answered_within_five_seconds() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mongod = Mongod::start(directory.path()).await;
    let stack = Stack::replicated_on(&mongod.url(), &[]).await;
    let admin = stack.admin().await;
    mongod.signal("STOP");
    everything_is_answered_in_time(&stack, &admin).await;
    mongod.signal("CONT");
    recovers(&stack, &admin).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_store_that_says_it_is_there_and_does_nothing_every_request_is_answered_within_five_seconds() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mongod = Mongod::start(directory.path()).await;
    let stack = Stack::replicated_on(&mongod.url(), &[]).await;
    let admin = stack.admin().await;
    let server = client(&mongod.url()).await.database("admin");
    let commands = [
        "find",
        "getMore",
        "aggregate",
        "count",
        "explain",
        "insert",
        "update",
        "delete",
        "findAndModify",
        "bulkWrite",
        "listIndexes",
        "createIndexes",
        "create",
        "collMod",
        "ping",
        "commitTransaction",
    ];
    let blocked = doc! {
        "failCommands": commands.as_slice(),
        "blockConnection": true,
        "blockTimeMS": 15_000,
        "appName": "tessera",
    };
    let block = doc! { "configureFailPoint": "failCommand", "mode": "alwaysOn", "data": blocked };
    server.run_command(block).await.expect("test commands are enabled");
    everything_is_answered_in_time(&stack, &admin).await;
    server.run_command(doc! { "configureFailPoint": "failCommand", "mode": "off" }).await.expect("off");
    recovers(&stack, &admin).await;
}
