//! Changes in part: merge patches and JSON patches.

use super::*;

fn operations(path: &str, body: &Value) -> TestRequest {
    request("PATCH", path, "ada", ALL)
        .insert_header(("content-type", "application/json-patch+json"))
        .set_payload(body.to_string())
}

#[actix_web::test]
async fn operations_change_a_document_all_or_none() {
    let api = Api::start().await;
    let made = api.with("POST", "/api/calculations", &calculation()).await;
    let path = format!("/api/calculations/{}", made.id());
    let patch = json!([
        {"op": "test", "path": "/_revision", "value": 1},
        {"op": "test", "path": "/results/energy/value", "value": -1.5},
        {"op": "add", "path": "/tags", "value": ["a"]},
        {"op": "add", "path": "/tags/-", "value": "b"},
        {"op": "replace", "path": "/status", "value": "finished"},
        {"op": "copy", "from": "/results/energy", "path": "/results/gap"},
    ]);
    let patched = api.send(operations(&path, &patch)).await;
    assert_eq!((patched.status, patched.etag(), &patched.body["tags"]), (200, "\"2\"", &json!(["a", "b"])));
    assert_eq!(api.call("GET", &path).await.body, patched.body);
    let again = api.send(operations(&path, &patch)).await;
    assert_eq!(again.code(), (409, "conflict"));
    assert!(again.body["detail"].as_str().unwrap().contains("/_revision"), "{}", again.body);
    for (operation, expected) in [
        (json!({"op": "remove", "path": "/nothing"}), (422, "/1")),
        (json!({"op": "replace", "path": "/status", "value": "done"}), (422, "/status")),
        (json!({"op": "remove", "path": "/name"}), (422, "/name")),
        (json!({"op": "replace", "path": "/_owner", "value": "eve"}), (422, "/_owner")),
        (json!({"op": "remove", "path": "/_id"}), (422, "/_id")),
        (json!({"op": "add", "path": "/_x", "value": 1}), (422, "/_x")),
        (json!({"op": "add", "path": "/parameters", "value": {"$gt": 1}}), (422, "/parameters/$gt")),
        (json!({"op": "replace", "path": "", "value": 5}), (422, "")),
        (json!({"op": "explode", "path": ""}), (422, "")),
        (json!({"op": "add", "path": "no-pointer", "value": 1}), (422, "")),
    ] {
        let patch = json!([{"op": "add", "path": "/host", "value": "n1"}, operation]);
        let refused = api.send(operations(&path, &patch)).await;
        assert_eq!(
            (refused.status, refused.faults()[0].0.as_str()),
            expected,
            "{operation}: {}",
            refused.body
        );
    }
    assert_eq!(api.send(operations(&path, &json!({"op": "test"}))).await.status, 422);
    let mistaken = api.with("PATCH", &path, &patch).await;
    assert_eq!((mistaken.status, mistaken.faults()), (422, vec![(String::new(), "type".into())]));
    assert!(mistaken.detail().contains("as Content-Type: application/json-patch+json"), "{}", mistaken.text);
    assert_eq!(api.call("GET", &path).await.body, patched.body, "what was refused changed nothing");
}

/// An object within an object, so many levels deep.
fn nested(levels: usize) -> Value {
    (1..levels).fold(json!({}), |inner, _| json!({"q": inner}))
}

#[actix_web::test]
async fn patches_that_would_nest_too_deeply_are_refused_and_change_nothing() {
    let api = Api::start().await;
    let mut document = calculation();
    document["parameters"] = nested(90);
    let made = api.with("POST", "/api/calculations", &document).await;
    let path = format!("/api/calculations/{}", made.id());
    let again = format!("/parameters{}/again", "/q".repeat(89));
    let copies = vec![json!({"op": "copy", "from": "/parameters", "path": again}); 90];
    let refused = api.send(operations(&path, &copies.into())).await;
    assert_eq!((refused.status, &refused.faults()[0]), (422, &("/0".to_owned(), "nesting".to_owned())));
    let below = |n: usize| format!("/parameters{}/again", "/q".repeat(n));
    let copies = (1..=60).map(|n| json!({"op": "copy", "from": "/parameters", "path": below(n)})).collect();
    assert_eq!(api.send(operations(&path, &copies)).await.status, 422);
    let merged = api.with("PATCH", &path, &json!({"parameters": nested(99)})).await;
    assert_eq!(merged.status, 200, "a hundred levels in all");
    let merged = api.with("PATCH", &path, &json!({"parameters": nested(100)})).await;
    assert_eq!((merged.status, merged.faults()[0].1.as_str()), (422, "nesting"));
    assert_eq!(api.call("GET", &path).await.body["parameters"], nested(99));
}

#[actix_web::test]
async fn a_patch_that_changes_nothing_makes_no_revision() {
    let api = Api::start().await;
    let made = api.with("POST", "/api/calculations", &calculation()).await;
    let path = format!("/api/calculations/{}", made.id());
    let same = api.with("PATCH", &path, &json!({"status": "running", "host": null})).await;
    assert_eq!((same.status, same.etag(), &same.body), (200, "\"1\"", &made.body));
    let same = api.send(operations(&path, &json!([{"op": "replace", "path": "/name", "value": "H2"}]))).await;
    assert_eq!((same.status, same.etag()), (200, "\"1\""));
    let changed = api.with("PATCH", &path, &json!({"results": {"energy": {"value": -1.25}}})).await;
    assert_eq!(changed.etag(), "\"2\"");
    let stale = operations(&path, &json!([])).insert_header(("if-match", "\"1\""));
    assert_eq!(api.send(stale).await.code(), (412, "revision_mismatch"));
    let unnamed = api.with("POST", "/api/drafts", &json!({})).await;
    let path = format!("/api/drafts/{}", unnamed.id());
    assert_eq!(api.send(operations(&path, &json!([]))).await.code(), (428, "precondition_required"));
}

#[actix_web::test]
async fn a_document_cannot_grow_by_patches_beyond_what_can_be_sent() {
    let api = Api::start().await;
    let made = api.with("POST", "/api/calculations", &calculation()).await;
    let path = format!("/api/calculations/{}", made.id());
    let half = "x".repeat(600 * 1024);
    assert_eq!(api.with("PATCH", &path, &json!({"parameters": {"a": half}})).await.status, 200);
    let grown = api.with("PATCH", &path, &json!({"parameters": {"b": half}})).await;
    assert_eq!(grown.code(), (413, "payload_too_large"));
    let copy = |to: &str| json!({"op": "copy", "from": "/parameters", "path": format!("/parameters/{to}")});
    let bomb: Vec<Value> = (0..50).map(|n| copy(&format!("c{n}"))).collect();
    let refused = api.send(operations(&path, &json!(bomb))).await;
    assert_eq!(refused.code(), (413, "payload_too_large"));
    let mut deep = vec![json!({"op": "add", "path": "/parameters/d", "value": {}})];
    let mut place = "/parameters/d".to_owned();
    for _ in 0..99 {
        place += "/d";
        deep.push(json!({"op": "add", "path": place, "value": {}}));
    }
    let refused = api.send(operations(&path, &json!(deep))).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert_eq!(api.call("GET", &path).await.etag(), "\"2\"");
}
