//! Streams of changes across replicas: sent by every replica, resumed at any, ended when they must.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Caller, Stack, events::Events, http, on_both_stores};

on_both_stores! {
    every_replica_tells_of_a_change_and_a_reader_goes_on_at_another,
    a_ticket_of_one_replica_opens_a_stream_of_another_once,
    the_stream_of_somebody_who_logged_out_tells_nothing_more,
    a_stopping_replica_ends_its_streams_at_once,
    one_stream_of_several_collections_continues_at_every_replica,
}

const CHANGES: &str = "/api/calculations/changes";

fn calculation(status: &str) -> Value {
    json!({"name": "n", "code": {"name": "vasp"}, "status": status})
}

/// A stream of the next replica.
async fn open(caller: &Caller<'_>, query: &str) -> Events {
    Events::open(caller.request(Method::GET, &format!("{CHANGES}{query}"))).await
}

async fn every_replica_tells_of_a_change_and_a_reader_goes_on_at_another(stack: Stack) {
    let user = stack.scientist().await;
    let mut streams = [open(&user, "").await, open(&user, "?status=finished&fields=status").await];
    let mut ids = Vec::new();
    for status in ["planned", "finished"] {
        let made = user.insert("calculations", &calculation(status)).await;
        let event = streams[0].event().await;
        assert_eq!((event.name.as_str(), &event.data["document"]), ("insert", &made));
        ids.push(made["_id"].clone());
    }
    let event = streams[1].event().await;
    assert_eq!((&event.data["_id"], &event.data["document"]["name"]), (&ids[1], &Value::Null));
    let last = streams[0].last_id.clone();
    drop(streams);
    let path = format!("/api/calculations/{}", ids[0].as_str().expect("an id"));
    assert_eq!(user.patch(&path, &json!({"host": "n1"})).await.status, 200);
    assert_eq!(user.delete(&path).await.status, 204);
    for _ in &stack.resource {
        let mut again = open(&user, &format!("?last_event_id={last}")).await;
        let event = again.event().await;
        assert_eq!((&event.data["document"]["host"], &event.data["_revision"]), (&json!("n1"), &json!(2)));
        let event = again.event().await;
        assert_eq!((event.name.as_str(), &event.data["_id"]), ("delete", &ids[0]));
    }
}

async fn a_ticket_of_one_replica_opens_a_stream_of_another_once(stack: Stack) {
    let user = stack.scientist().await;
    let given = user.post(&format!("{CHANGES}/ticket"), &json!({})).await;
    assert_eq!(given.status, 200, "{given:?}");
    let ticket = given.json()["ticket"].as_str().expect("a ticket").to_owned();
    let path = format!("{CHANGES}?ticket={ticket}");
    let mut events = Events::open(stack.anonymous().request(Method::GET, &path)).await;
    let made = user.insert("calculations", &calculation("planned")).await;
    assert_eq!(events.event().await.data["_id"], made["_id"]);
    for _ in &stack.resource {
        assert_eq!(stack.anonymous().get(&path).await.code(), "invalid_token");
    }
    for process in &stack.resource {
        process.until_logged("\"http.status\":401").await;
        assert!(!process.log().contains(&ticket), "a ticket is in the log");
    }
}

async fn the_stream_of_somebody_who_logged_out_tells_nothing_more(mut stack: Stack) {
    stack.follow().await;
    let (user, other) = (stack.scientist().await, stack.scientist().await);
    let mut events = Vec::new();
    for _ in &stack.resource {
        events.push(open(&user, "").await);
    }
    assert_eq!(user.log_out().await.status, 204);
    let started = Instant::now();
    for _ in &stack.resource {
        while user.get("/api/calculations").await.status != 401 {
            assert!(started.elapsed() < Duration::from_secs(5), "the token is still good");
        }
    }
    // Both replicas have received it, or will before they receive this.
    tokio::time::sleep(Duration::from_secs(1)).await;
    other.insert("calculations", &calculation("planned")).await;
    for mut events in events {
        let event = events.event().await;
        assert_eq!((event.name.as_str(), &event.data["code"]), ("end", &json!("invalid_token")), "{event:?}");
        assert!(events.next().await.is_none());
    }
}

async fn a_stopping_replica_ends_its_streams_at_once(mut stack: Stack) {
    let user = stack.scientist().await;
    let base = stack.resource[0].base.clone();
    let token = user.token.clone().expect("a token");
    let request = http().get(format!("{base}{CHANGES}")).bearer_auth(token);
    let mut events = Events::open(request).await;
    let started = Instant::now();
    stack.resource[0].terminate();
    let event = events.event().await;
    assert_eq!((event.name.as_str(), &event.data["code"]), ("end", &json!("unavailable")), "{event:?}");
    assert!(events.next().await.is_none());
    assert!(stack.resource[0].end().await.success());
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

async fn one_stream_of_several_collections_continues_at_every_replica(stack: Stack) {
    let user = stack.scientist().await;
    let path = "/api/changes?collections=calculations,reviews,series&documents=false";
    let mut events = Events::open(user.request(Method::GET, path)).await;
    let run = user.insert("calculations", &calculation("running")).await["_id"].clone();
    let points = json!({"calculation": run, "metric": "energy", "points": [{"step": 1, "value": 2.5}]});
    assert_eq!(user.post("/api/series/points", &points).await.status, 200);
    let review =
        user.insert("reviews", &json!({"calculation": run, "revision": 1, "verdict": "approve"})).await;
    let mut ids = Vec::new();
    for collection in ["calculations", "series", "reviews"] {
        let event = events.event().await;
        assert_eq!((event.name.as_str(), &event.data["collection"]), ("insert", &json!(collection)));
        assert!(event.data.get("document").is_none(), "{event:?}");
        ids.push(events.last_id.clone());
    }
    drop(events);
    for _ in &stack.resource {
        let path = format!("/api/changes?collections=calculations,reviews,series&last_event_id={}", ids[1]);
        let mut again = Events::open(user.request(Method::GET, &path)).await;
        let event = again.event().await;
        assert_eq!((&event.data["collection"], &event.data["document"]), (&json!("reviews"), &review));
    }
}
