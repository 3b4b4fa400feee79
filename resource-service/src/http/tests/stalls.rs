//! Large bodies are read and checked beside the async threads, which answer others meanwhile.

use std::{cell::Cell, rc::Rc, time::Duration};

use actix_web::rt;
use tokio::time::{Instant, sleep};

use super::*;

/// What a call answers, how long it takes, and how long at most the thread of this test, its only async one, does nothing else.
async fn watched(call: impl Future<Output = Response>) -> (Response, Duration, Duration) {
    let longest = Rc::new(Cell::new(Duration::ZERO));
    let seen = Rc::clone(&longest);
    let others = rt::spawn(async move {
        let mut last = Instant::now();
        loop {
            sleep(Duration::from_millis(1)).await;
            seen.set(seen.get().max(last.elapsed()));
            last = Instant::now();
        }
    });
    let begun = Instant::now();
    let answer = call.await;
    let took = begun.elapsed();
    others.abort();
    (answer, took, longest.get())
}

/// Many numbers, which are quickly sent and slowly checked.
fn numbers(first: u32) -> Value {
    (first..first + 100_000).collect()
}

#[actix_web::test]
async fn a_large_replacement_or_patch_holds_up_nobody() {
    let item = json!({"type": "integer", "minimum": 0});
    let numbers_only = json!({"type": "object", "properties": {"a": {"type": "array", "items": item}}});
    let api = Api::start_with(&[json!({"name": "fat", "schema": numbers_only})]).await;
    let fat = |method: &str, path: &str| request(method, path, "ada", "fat:read fat:write");
    let made = api.send(fat("POST", "/api/fat").set_json(json!({}))).await;
    let path = format!("/api/fat/{}", made.id());
    let operations = json!([{"op": "replace", "path": "/a", "value": numbers(300_000)}]);
    for (method, media_type, body) in [
        ("PUT", "application/json", json!({"a": numbers(100_000)})),
        ("PATCH", "application/merge-patch+json", json!({"a": numbers(200_000)})),
        ("PATCH", "application/json-patch+json", operations),
    ] {
        let sent = fat(method, &path).insert_header(("content-type", media_type));
        let (answer, took, longest) = watched(api.send(sent.set_payload(body.to_string()))).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(longest * 4 < took, "{media_type}: of {took:?} nobody else was served for {longest:?}");
    }
}
