//! Writes of many documents, requests that are sent again, and what is kept of the past, on every replica alike.

use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::support::{Caller, Stack, caller::send, on_both_stores, upload::Upload};

const MIB: u64 = 1024 * 1024;

on_both_stores!(
    a_key_holds_on_every_replica,
    a_stream_is_answered_while_it_goes_on,
    a_long_stream_needs_little_memory,
    a_client_that_leaves_ends_its_stream,
    a_body_of_seventeen_mebibytes_is_refused_and_stores_nothing,
    all_or_none_is_stored,
    a_document_comes_back_on_any_replica_as_it_was,
);

fn calculation(name: &str) -> Value {
    json!({"name": name, "code": {"name": "siesta"}, "status": "planned"})
}

async fn count(caller: &Caller<'_>) -> u64 {
    let page = caller.get("/api/calculations?count=exact&limit=1").await;
    assert_eq!(page.status, 200, "{page:?}");
    page.json()["total"].as_u64().expect("a total")
}

async fn a_key_holds_on_every_replica(stack: Stack) {
    let scientist = stack.scientist().await;
    let one = calculation("one");
    let many = json!([calculation("a"), {"name": 5}, calculation("b")]);
    for (path, body, stored) in [
        ("/api/calculations", &one, 1),
        ("/api/calculations", &many, 2),
        ("/api/calculations?atomic=true", &json!([one, one]), 2),
    ] {
        let before = count(&scientist).await;
        let key = uuid::Uuid::new_v4().to_string();
        let tries = (0..12).map(|_| {
            let request = scientist.request(Method::POST, path).header("Idempotency-Key", &key);
            tokio::spawn(send(request.json(body)))
        });
        let mut answers = Vec::new();
        for each in tries.collect::<Vec<_>>() {
            let reply = each.await.expect("a finished try");
            assert!([200, 201].contains(&reply.status), "{reply:?}");
            answers.push(reply.text);
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert_eq!(count(&scientist).await, before + stored);
    }
}

async fn a_stream_is_answered_while_it_goes_on(stack: Stack) {
    let scientist = stack.scientist().await;
    let token = scientist.token.clone().expect("a token");
    let mut upload = Upload::begin(stack.base("/api"), "/api/calculations", &token).await;
    for n in 1..=3 {
        assert!(upload.send(&format!("{}\n", calculation(&n.to_string()))).await);
        upload.until_stored(n).await;
    }
    assert_eq!(count(&scientist).await, 3);
    assert!(upload.send("{\"name\":5}").await);
    let outcome = upload.finish().await;
    assert!(outcome.status.contains(" 200 ") && outcome.whole, "{outcome:?}");
    assert_eq!((outcome.stored, outcome.refused.len()), (3, 1));
    assert!(outcome.refused[0].starts_with("{\"index\":3,\"status\":422"), "{outcome:?}");
}

/// Sends so many documents of 16 KiB as one stream; how many MiB they are.
async fn stream(base: &str, token: &str, documents: usize) -> u64 {
    let mut document = calculation("long");
    document["parameters"] = json!({"text": "x".repeat(16 * 1024)});
    let line = format!("{document}\n");
    let mut upload = Upload::begin(base, "/api/calculations", token).await;
    for _ in 0..documents {
        assert!(upload.send(&line).await);
    }
    let outcome = upload.finish().await;
    assert_eq!((outcome.stored, outcome.whole), (documents, true));
    (documents * line.len()) as u64 / MIB
}

async fn a_long_stream_needs_little_memory(stack: Stack) {
    let scientist = stack.scientist().await;
    let (token, service) = (scientist.token.clone().expect("a token"), &stack.resource[0]);
    let before = service.peak();
    let sent = stream(&service.base, &token, 16_000).await;
    let needed = (service.peak() - before) / MIB;
    assert!(sent > 240 && needed < 48, "a stream of {sent} MiB needed {needed}");
}

async fn a_client_that_leaves_ends_its_stream(stack: Stack) {
    let scientist = stack.scientist().await;
    let token = scientist.token.clone().expect("a token");
    let mut upload = Upload::begin(stack.base("/api"), "/api/calculations", &token).await;
    let line = calculation("whole").to_string();
    assert!(upload.send(&format!("{line}\n{line}\n{}", &line[..20])).await);
    upload.until_stored(2).await;
    drop(upload);
    assert_eq!(scientist.post("/api/calculations", &calculation("after")).await.status, 201);
    assert_eq!(count(&scientist).await, 3);
}

async fn a_body_of_seventeen_mebibytes_is_refused_and_stores_nothing(stack: Stack) {
    let scientist = stack.scientist().await;
    let mut document = calculation("huge");
    document["parameters"] = json!({"text": "x".repeat(17 * 1024 * 1024)});
    for (path, body) in [
        ("/api/calculations", document.to_string()),
        ("/api/calculations", json!([document]).to_string()),
        ("/api/calculations?atomic=true", json!([document]).to_string()),
    ] {
        let request = scientist.request(Method::POST, path).header(CONTENT_TYPE, "application/json");
        let refused = send(request.body(body)).await;
        assert_eq!((refused.status, refused.code().as_str()), (413, "payload_too_large"));
        assert!(refused.json()["detail"].as_str().expect("a detail").contains("bytes"), "{refused:?}");
    }
    let stored = scientist.insert("calculations", &calculation("small")).await;
    let path = format!("/api/calculations/{}", stored["_id"].as_str().expect("an id"));
    assert_eq!(scientist.put(&path, &document).await.status, 413);
    assert_eq!((count(&scientist).await, scientist.get(&path).await.json()), (1, stored));
}

async fn all_or_none_is_stored(stack: Stack) {
    let scientist = stack.scientist().await;
    let mut many: Vec<Value> = (0..2_000).map(|n| calculation(&n.to_string())).collect();
    many[1_500]["status"] = json!("done");
    many[1_700]["name"] = json!(5);
    let refused = scientist.post("/api/calculations?atomic=true", &json!(many)).await;
    assert_eq!((refused.status, refused.faults()), (422, vec!["/1500/status".into(), "/1700/name".into()]));
    assert_eq!(count(&scientist).await, 0);
    many.retain(|one| one["status"] == "planned" && one["name"].is_string());
    let stored = scientist.post("/api/calculations?atomic=true", &json!(many)).await;
    assert_eq!((stored.status, stored.json()["inserted"].as_u64()), (201, Some(1_998)));
    assert_eq!(count(&scientist).await, 1_998);
}

async fn a_document_comes_back_on_any_replica_as_it_was(stack: Stack) {
    let scientist = stack.scientist().await;
    let me = scientist.get("/auth/users/me").await.json()["id"].clone();
    let mut first = calculation("first");
    first["results"] = json!({"energy": {"value": -0.1}, "gap": {"value": "NaN"}});
    first["parameters"] = json!({"big": i64::MAX, "a": {"b": [1, 2.5, null]}});
    let stored = scientist.insert("calculations", &first).await;
    let path = format!("/api/calculations/{}", stored["_id"].as_str().expect("an id"));
    let change = json!({"parameters": {"a": {"b": null, "c": 1}}, "status": "finished"});
    assert_eq!(scientist.patch(&path, &change).await.status, 200);
    assert_eq!(scientist.delete(&path).await.status, 204);
    assert_eq!(scientist.get(&path).await.status, 404);
    let versions = scientist.get(&format!("{path}/versions")).await.json();
    let versions = versions["items"].as_array().expect("versions").clone();
    let listed: Vec<_> = versions.iter().map(|one| (one["revision"].as_i64(), one["by"] == me)).collect();
    assert_eq!(listed, [(Some(3), true), (Some(2), true), (Some(1), true)]);
    assert_eq!(scientist.get(&format!("{path}/versions/1")).await.json(), stored);
    let restored = send(scientist.request(Method::POST, &format!("{path}/versions/1/restore"))).await;
    assert_eq!((restored.status, restored.header("etag")), (200, "\"4\""), "{restored:?}");
    assert_eq!(scientist.get(&path).await.text, restored.text);
    for member in ["parameters", "results", "status", "_created_at", "_owner"] {
        assert_eq!(restored.json()[member], stored[member], "{member}");
    }
}
