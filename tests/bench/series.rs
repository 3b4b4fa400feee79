//! What a long series costs: appended in batches of 1,000 points, drawn, listed, compared and read whole, by the built
//! release programs on an embedded store or on a real MongoDB.
//!
//! `cargo bench --bench series -- [embedded] [mongodb] [POINTS]`; both stores and 1,000,000 points where nothing is said.

#![allow(clippy::expect_used, clippy::panic, reason = "a benchmark that cannot be set up has nothing to say")]
#![allow(clippy::print_stdout, reason = "it is there to print")]
#![allow(
    clippy::disallowed_methods,
    reason = "it measures the machine's own time, and the environment says where MongoDB is"
)]

#[allow(dead_code, unused_macros, unused_imports, reason = "the tests use more of it")]
#[path = "../it/support/mod.rs"]
mod support;

use std::time::Instant;

use reqwest::{Method, header::ACCEPT};
use serde_json::{Value, json};

use self::support::{Caller, Stack, caller::send, stack::KID};

/// Points of a batch.
const BATCH: u32 = 1000;

#[tokio::main]
async fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let points = wanted.iter().find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let all = !wanted.iter().any(|argument| argument.parse::<u32>().is_err());
    if all || wanted.iter().any(|argument| argument == "embedded") {
        measure("embedded", &Stack::embedded().await, points).await;
    }
    if all || wanted.iter().any(|argument| argument == "mongodb") {
        measure("mongodb", &Stack::replicated().await, points).await;
    }
}

/// A scientist whose token outlives the measure.
fn scientist(stack: &Stack) -> Caller<'_> {
    let scope = "calculations:read calculations:write series:read series:write";
    let mut claims = Stack::claims("ada", scope);
    claims["exp"] = json!(claims["iat"].as_u64().expect("a time") + 3600);
    stack.anonymous().with_token(&stack.forge(&json!({"alg": "HS256", "kid": KID, "typ": "at+jwt"}), &claims))
}

async fn measure(store: &str, stack: &Stack, points: u32) {
    println!("\n== {store}, {points} points");
    let ada = scientist(stack);
    let calculation = json!({"name": "long", "code": {"name": "bench"}, "status": "running"});
    let id = ada.insert("calculations", &calculation).await["_id"].as_str().expect("an id").to_owned();
    let begun = Instant::now();
    for first in (0..points).step_by(BATCH as usize) {
        let reply = ada.post("/api/series/points", &batch(&id, first)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("append, batches of {BATCH}     {seconds:8.2} s, {:.0} points/s", f64::from(points) / seconds);
    let series = format!("/api/series/points?calculation={id}&metric=loss");
    for (what, path, accept) in [
        ("draw 1,000 points", format!("{series}&points=1000"), "application/json"),
        ("draw 1,000 points", format!("{series}&points=1000"), "application/json"),
        ("page of 1,000, middle", format!("{series}&from={}", points / 2), "application/json"),
        ("metrics", format!("/api/series/metrics?calculation={id}"), "application/json"),
        ("all as NDJSON", series.clone(), "application/x-ndjson"),
        ("all as CSV", series.clone(), "text/csv"),
    ] {
        let begun = Instant::now();
        let reply = send(ada.request(Method::GET, &path).header(ACCEPT, accept)).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        println!("{what:<26} {:8.3} s, {} bytes", begun.elapsed().as_secs_f64(), reply.text.len());
    }
}

fn batch(calculation: &str, first: u32) -> Value {
    let value = |step: u32| (f64::from(step) / 1000.0).sin() + f64::from(step % 17) / 100.0;
    let points: Vec<Value> =
        (first..first + BATCH).map(|step| json!({"step": step, "value": value(step)})).collect();
    json!({"calculation": calculation, "metric": "loss", "points": points})
}
