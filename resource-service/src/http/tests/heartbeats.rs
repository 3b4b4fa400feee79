//! Heartbeats of calculations as clients see them: set by writes of jobs, no revision, in nobody's way.

use std::time::Duration;

use tokio::time::sleep;

use super::*;

const SCOPE: &str =
    "calculations:read calculations:write series:read series:write reviews:read reviews:write";

async fn ada(api: &Api, method: &str, path: &str, body: Option<Value>) -> Response {
    send(api, request(method, path, "ada", SCOPE), body).await
}

async fn job(api: &Api, of: &str, method: &str, path: &str, body: Option<Value>) -> Response {
    let limit = AuthorizationDetail { kind: CALCULATION.into(), identifier: of.into() };
    send(api, signed(method, path, "ada", SCOPE, vec![limit]), body).await
}

async fn send(api: &Api, request: TestRequest, body: Option<Value>) -> Response {
    let request = match body {
        Some(body) => request.set_json(body),
        None => request,
    };
    api.send(request).await
}

async fn made(api: &Api, status: &str) -> String {
    let body = json!({"name": "n", "code": {"name": "c"}, "status": status});
    let made = ada(api, "POST", "/api/calculations", Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.id().to_owned()
}

async fn get(api: &Api, id: &str) -> Response {
    ada(api, "GET", &format!("/api/calculations/{id}"), None).await
}

/// Waits until a calculation has this heartbeat, which is set beside the request.
async fn beaten(api: &Api, id: &str, at: &str) -> Response {
    for _ in 0..500 {
        let found = get(api, id).await;
        if found.body["heartbeat_at"] == at {
            return found;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("no heartbeat at {at}: {}", get(api, id).await.text);
}

fn points(calculation: &str, step: i64) -> Value {
    json!({"calculation": calculation, "metric": "loss", "points": [{"step": step, "value": 1.5}]})
}

#[actix_web::test]
async fn every_write_of_a_job_is_a_heartbeat_and_no_revision() {
    let api = Api::shipped().await;
    let id = made(&api, "planned").await;
    let path = format!("/api/calculations/{id}");
    let series = json!({"calculation": id, "metric": "energy", "points": []});
    let stored = job(&api, &id, "POST", "/api/series", Some(series.clone())).await;
    beaten(&api, &id, "2026-01-31T12:00:00.000Z").await;
    let file = format!("{path}/artifacts/log");
    let of_series = format!("/api/series/{}", stored.id());
    let more = json!([{"calculation": id, "metric": "m", "points": []}]);
    let writes = [
        ("POST", "/api/series/points".to_owned(), Some(points(&id, 1))),
        ("POST", "/api/series".to_owned(), Some(more)),
        ("PUT", of_series.clone(), Some(series)),
        ("DELETE", of_series, None),
        ("PUT", file.clone(), Some(json!(1))),
        ("DELETE", file, None),
        ("PATCH", path.clone(), Some(json!({}))),
    ];
    for (at, (method, path, body)) in writes.into_iter().enumerate() {
        api.clock.advance(Duration::from_secs(30));
        let written = job(&api, &id, method, &path, body).await;
        assert!((200..300).contains(&written.status), "{method} {path}: {}", written.text);
        let seconds = 30 * (at + 1);
        let expected = format!("2026-01-31T12:{:02}:{:02}.000Z", seconds / 60, seconds % 60);
        let found = beaten(&api, &id, &expected).await;
        assert_eq!(found.body["_revision"], 1, "{method} {path}");
    }
    api.clock.advance(Duration::from_secs(30));
    assert_eq!(job(&api, &id, "PATCH", &path, Some(json!({"host": "n1"}))).await.status, 200);
    assert_eq!(beaten(&api, &id, "2026-01-31T12:04:00.000Z").await.body["_revision"], 2);
    let versions = ada(&api, "GET", &format!("{path}/versions"), None).await;
    assert_eq!(versions.body["items"].as_array().unwrap().len(), 2);
    let diff = json!([{"op": "add", "path": "/host", "value": "n1"}]);
    assert_eq!(versions.body["items"][0]["diff"], diff, "a heartbeat is nobody's change");
    let compared = ada(&api, "GET", &format!("{path}/versions/diff?from=1&to=2"), None).await;
    assert_eq!(compared.body["diff"], diff, "{}", compared.text);
    let current = ada(&api, "GET", &format!("{path}/versions/diff?from=1"), None).await;
    assert_eq!(current.body["diff"], diff, "{}", current.text);
}

#[actix_web::test]
async fn writes_of_the_owner_are_heartbeats_of_what_is_running() {
    let api = Api::shipped().await;
    let (planned, running) = (made(&api, "planned").await, made(&api, "running").await);
    let both = json!([points(&planned, 1), points(&running, 1)]);
    assert_eq!(ada(&api, "POST", "/api/series/points", Some(both)).await.status, 200);
    beaten(&api, &running, "2026-01-31T12:00:00.000Z").await;
    api.clock.advance(Duration::from_secs(30));
    let edit = json!({"note": "looks good"});
    for id in [&planned, &running] {
        let path = format!("/api/calculations/{id}");
        assert_eq!(ada(&api, "PATCH", &path, Some(edit.clone())).await.status, 200);
        assert_eq!(ada(&api, "PUT", &format!("{path}/artifacts/log"), Some(json!(1))).await.status, 201);
    }
    // What was noted before this one has been set, or has not, by now.
    beaten(&api, &running, "2026-01-31T12:00:30.000Z").await;
    assert_eq!(get(&api, &planned).await.body.get("heartbeat_at"), None);
    api.clock.advance(Duration::from_secs(29));
    assert_eq!(ada(&api, "POST", "/api/series/points", Some(points(&running, 2))).await.status, 200);
    api.clock.advance(Duration::from_secs(1));
    assert_eq!(ada(&api, "POST", "/api/series/points", Some(points(&running, 3))).await.status, 200);
    beaten(&api, &running, "2026-01-31T12:01:00.000Z").await;
}

#[actix_web::test]
async fn writes_of_strangers_are_no_heartbeats() {
    let api = Api::shipped().await;
    let (watched, own) = (made(&api, "running").await, made(&api, "running").await);
    let file = format!("/api/calculations/{watched}/artifacts/note");
    let document = json!({"calculation": watched, "metric": "m", "points": []});
    for (method, path, body) in [
        ("POST", "/api/series/points", points(&watched, 1)),
        ("POST", "/api/series", document),
        ("PUT", &file, json!(1)),
    ] {
        let written = send(&api, request(method, path, "eve", SCOPE), Some(body)).await;
        assert!((200..300).contains(&written.status), "{method} {path}: {}", written.text);
    }
    assert_eq!(ada(&api, "POST", "/api/series/points", Some(points(&own, 1))).await.status, 200);
    // What was noted before this one has been set, or has not, by now.
    beaten(&api, &own, "2026-01-31T12:00:00.000Z").await;
    assert_eq!(get(&api, &watched).await.body.get("heartbeat_at"), None);
    assert_eq!(ada(&api, "POST", "/api/series/points", Some(points(&watched, 2))).await.status, 200);
    beaten(&api, &watched, "2026-01-31T12:00:00.000Z").await;
}

#[actix_web::test]
async fn an_editor_is_not_disturbed_by_a_heartbeat_and_cannot_set_one() {
    let api = Api::shipped().await;
    let id = made(&api, "running").await;
    let path = format!("/api/calculations/{id}");
    let plain = get(&api, &id).await;
    assert_eq!(job(&api, &id, "POST", "/api/series/points", Some(points(&id, 1))).await.status, 200);
    let first = beaten(&api, &id, "2026-01-31T12:00:00.000Z").await;
    assert_ne!(first.etag(), plain.etag(), "what is shown is not the same");
    for (tag, status) in [(plain.etag(), 200), (first.etag(), 304)] {
        let read = request("GET", &path, "ada", SCOPE).insert_header(("if-none-match", tag));
        assert_eq!(api.send(read).await.status, status, "{tag}");
    }
    api.clock.advance(Duration::from_secs(30));
    assert_eq!(job(&api, &id, "POST", "/api/series/points", Some(points(&id, 2))).await.status, 200);
    let last = "2026-01-31T12:00:30.000Z";
    beaten(&api, &id, last).await;

    // The form was filled in before.
    let mut form = first.body.clone();
    form["host"] = "n1".into();
    let put = request("PUT", &path, "ada", SCOPE).insert_header(("if-match", plain.etag())).set_json(&form);
    let saved = api.send(put).await;
    assert_eq!((saved.status, &saved.body["heartbeat_at"]), (200, &json!(last)), "{}", saved.text);
    assert_eq!((saved.body["_revision"].as_i64(), &saved.body["host"]), (Some(2), &json!("n1")));
    let without = json!({"name": "n", "code": {"name": "c"}, "status": "running"});
    let saved = ada(&api, "PUT", &path, Some(without.clone())).await;
    assert_eq!((saved.status, &saved.body["heartbeat_at"]), (200, &json!(last)));

    let fault = vec![("/heartbeat_at".to_owned(), "readOnly".to_owned())];
    let later = json!({"heartbeat_at": "2026-01-31T12:00:30.001Z"});
    assert_eq!(ada(&api, "PATCH", &path, Some(later.clone())).await.faults(), fault);
    assert_eq!(job(&api, &id, "PATCH", &path, Some(later)).await.faults(), fault);
    let mut new = without;
    new["heartbeat_at"] = last.into();
    assert_eq!(ada(&api, "POST", "/api/calculations", Some(new)).await.faults(), fault);
    let restored = ada(&api, "POST", &format!("{path}/versions/1/restore"), None).await;
    assert_eq!((restored.status, &restored.body["heartbeat_at"]), (200, &json!(last)), "{}", restored.text);
}
