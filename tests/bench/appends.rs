//! What points cost that are sent one at a time by many jobs at once, each to a series of its own: requests a second,
//! bytes written for each, and what reaches somebody who watches one of the series. By the built release programs on
//! an embedded store, or on a MongoDB of its own.
//!
//! `cargo bench --bench appends -- [embedded] [mongodb] [POINTS]`; both stores and 100,000 points where nothing is said.

#![allow(clippy::expect_used, clippy::panic, reason = "a benchmark that cannot be set up has nothing to say")]
#![allow(clippy::print_stdout, reason = "it is there to print")]
#![allow(
    clippy::disallowed_methods,
    reason = "it measures the machine's own time, and the environment says where MongoDB is"
)]

#[allow(dead_code, unused_macros, unused_imports, reason = "the tests use more of it")]
#[path = "../it/support/mod.rs"]
mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use mongodb::bson::{Document, doc};
use reqwest::Method;
use serde_json::json;

use self::support::{
    Caller, Stack,
    stack::KID,
    store::{Mongod, client},
};

/// Jobs that send points at the same time.
const JOBS: u32 = 32;

#[tokio::main]
async fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let points = wanted.iter().find_map(|argument| argument.parse().ok()).unwrap_or(100_000);
    let all = !wanted.iter().any(|argument| argument.parse::<u32>().is_err());
    if all || wanted.iter().any(|argument| argument == "embedded") {
        measure("embedded", &Stack::embedded().await, points, None).await;
    }
    if all || wanted.iter().any(|argument| argument == "mongodb") {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let server = Mongod::start(directory.path()).await;
        let stack = Stack::replicated_on(&server.url(), &[]).await;
        measure("mongodb", &stack, points, Some(&server.url())).await;
    }
}

/// A scientist whose token outlives the measure.
fn scientist(stack: &Stack) -> Caller<'_> {
    let scope = "calculations:read calculations:write series:read series:write";
    let mut claims = Stack::claims("ada", scope);
    claims["exp"] = json!(claims["iat"].as_u64().expect("a time") + 36_000);
    stack.anonymous().with_token(&stack.forge(&json!({"alg": "HS256", "kid": KID, "typ": "at+jwt"}), &claims))
}

async fn measure(store: &str, stack: &Stack, points: u32, server: Option<&str>) {
    println!("\n== {store}, {points} points one at a time, {JOBS} jobs");
    let ada = scientist(stack);
    let calculation = json!({"name": "live", "code": {"name": "bench"}, "status": "running"});
    let mut ids = Vec::new();
    for _ in 0..JOBS {
        ids.push(ada.insert("calculations", &calculation).await["_id"].as_str().expect("an id").to_owned());
    }
    let seen = watch(&ada, &ids[0]).await;
    let before = written(stack, server).await;
    let begun = Instant::now();
    let each = points / JOBS;
    join_all(ids.iter().map(|id| job(&ada, id, each))).await;
    let (seconds, sent) = (begun.elapsed().as_secs_f64(), f64::from(each * JOBS));
    println!("{:<34} {seconds:8.1} s, {:.0} points/s", "appended", sent / seconds);
    // The log of the last points may be flushed a moment later.
    tokio::time::sleep(Duration::from_secs(2)).await;
    for ((name, before), (_, after)) in before.into_iter().zip(written(stack, server).await) {
        println!("{name:<34} {:8.0} bytes/point", (after - before) / sent);
    }
    let (bytes, events) = (seen.0.load(Ordering::Relaxed), seen.1.load(Ordering::Relaxed));
    #[allow(clippy::cast_precision_loss, reason = "a figure to print")]
    let per_point = bytes as f64 / f64::from(each);
    println!(
        "{:<34} {per_point:8.0} bytes/point, {events} events for {each} points",
        "a viewer of one series"
    );
    for (what, path) in [
        ("metrics", format!("/api/series/metrics?calculation={}", ids[0])),
        ("page of 1,000", format!("/api/series/points?calculation={}&metric=loss", ids[0])),
    ] {
        let begun = Instant::now();
        let reply = ada.get(&path).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        println!("{what:<34} {:8.3} s", begun.elapsed().as_secs_f64());
    }
}

async fn job(ada: &Caller<'_>, id: &str, points: u32) {
    for step in 0..points {
        let value = (f64::from(step) / 1000.0).sin();
        let body = json!({"calculation": id, "metric": "loss", "points": [{"step": step, "value": value}]});
        let reply = ada.post("/api/series/points", &body).await;
        assert_eq!((reply.status, &reply.json()["accepted"]), (200.try_into().expect("ok"), &json!(1)));
    }
}

/// Watches the points of a calculation as they come: the bytes and the events so far.
async fn watch(ada: &Caller<'_>, id: &str) -> Arc<(AtomicU64, AtomicU64)> {
    let path = format!("/api/series/changes?calculation={id}&fields=points");
    let mut stream = ada.request(Method::GET, &path).send().await.expect("an answer");
    assert_eq!(stream.status(), 200);
    stream.chunk().await.expect("a greeting");
    let seen = Arc::new((AtomicU64::new(0), AtomicU64::new(0)));
    let counted = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok(Some(chunk)) = stream.chunk().await {
            let events = chunk.windows(7).filter(|window| window == b"\ndata: ").count();
            counted.0.fetch_add(chunk.len() as u64, Ordering::Relaxed);
            counted.1.fetch_add(events as u64, Ordering::Relaxed);
        }
    });
    seen
}

/// What was written so far, in bytes: MongoDB's own figures, or those of the processes that write an embedded store.
async fn written(stack: &Stack, server: Option<&str>) -> Vec<(&'static str, f64)> {
    let Some(url) = server else {
        let bytes = |process: &support::Process| {
            let text = std::fs::read_to_string(format!("/proc/{}/io", process.id())).expect("/proc");
            let line = text.lines().find_map(|line| line.strip_prefix("write_bytes: ")).expect("a count");
            line.parse::<f64>().expect("a number")
        };
        return vec![("written to the disk", stack.resource.iter().map(bytes).sum())];
    };
    let client = client(url).await;
    let size = async |database: &str, collection: &str| {
        let stats = client.database(database).run_command(doc! { "collStats": collection }).await;
        number(&stats.expect("statistics"), "size")
    };
    let status = client.database("admin").run_command(doc! { "serverStatus": 1 }).await.expect("a status");
    let log = status.get_document("wiredTiger").and_then(|tiger| tiger.get_document("log")).expect("a log");
    vec![
        ("oplog", size("local", "oplog.rs").await),
        ("pre-images", size("config", "system.preimages").await),
        ("journal, all of these together", number(log, "log bytes written")),
    ]
}

fn number(from: &Document, name: &str) -> f64 {
    let value = from.get(name).expect("a figure");
    #[allow(clippy::cast_precision_loss, reason = "a figure to print")]
    let number =
        value.as_i64().map(|n| n as f64).or_else(|| value.as_i32().map(f64::from)).or(value.as_f64());
    number.expect("a number")
}
