//! Documents: what goes in, what comes out, and who changed it in between.

use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::support::{Stack, caller::send, on_both_stores};

on_both_stores!(
    a_document_comes_back_as_it_was_sent,
    a_bad_document_is_told_where_and_why,
    a_write_names_the_revision_it_changes,
    concurrent_patches_without_a_revision_all_take_effect,
    a_collection_can_be_its_owners_alone_demand_a_revision_and_be_unique,
    the_shipped_collections_hold_a_calculation_its_series_and_its_review,
    an_array_on_the_way_to_a_hidden_field_is_hidden_as_a_whole,
);

fn calculation() -> Value {
    json!({"name": "Si bulk", "code": {"name": "siesta", "version": "5.0"}, "status": "finished", "method": "dft",
        "parameters": {"revocation": 300, "big": 9_007_199_254_740_993_i64, "grid": [1, 2.5, null, {"a": true}], "ünï": "✓"},
        "results": {"energy": {"value": -10.000_000_000_000_002, "unit": "eV"}, "gap": {"value": "NaN"},
            "bound": {"value": "-Infinity"}, "steps": {"value": 5}},
        "started_at": "2026-01-01T00:00:00Z", "tags": ["silicon", "bulk"]})
}

async fn a_document_comes_back_as_it_was_sent(stack: Stack) {
    let scientist = stack.scientist().await;
    let created = scientist.post("/api/calculations", &calculation()).await;
    assert_eq!((created.status, created.header("etag")), (201, "\"1\""), "{created:?}");
    let location = created.header("location").to_owned();
    let read = scientist.get(&location).await;
    assert_eq!(read.text, created.text);
    let document = read.json();
    for (member, value) in calculation().as_object().expect("an object") {
        assert_eq!(&document[member], value, "{member}");
    }
    let me = scientist.get("/auth/users/me").await.json();
    assert_eq!((&document["_owner"], &document["_revision"]), (&me["id"], &json!(1)));
    assert_eq!(document["_created_at"], document["_updated_at"]);
    assert_eq!(location, format!("/api/calculations/{}", document["_id"].as_str().expect("an id")));

    let cached = scientist.request(Method::GET, &location).header("If-None-Match", "\"1\"");
    let cached = send(cached).await;
    assert_eq!((cached.status, cached.text.as_str(), cached.header("etag")), (304, "", "\"1\""));
    let head = send(scientist.request(Method::HEAD, &location)).await;
    assert_eq!((head.status, head.text.as_str(), head.header("etag")), (200, "", "\"1\""));
    let part = scientist.get(&format!("{location}?fields=name,results.energy.value")).await.json();
    assert_eq!(part["results"], json!({"energy": {"value": -10.000_000_000_000_002}}));
    assert!(part.get("method").is_none() && part["_id"] == document["_id"], "{part}");

    let replaced = scientist
        .put(&location, &json!({"name": "Si", "code": {"name": "siesta"}, "status": "failed"}))
        .await;
    assert_eq!((replaced.status, replaced.header("etag")), (200, "\"2\""), "{replaced:?}");
    let now = scientist.get(&location).await.json();
    assert!(now.get("results").is_none() && now["_created_at"] == document["_created_at"], "{now}");
    let patched = scientist.patch(&location, &json!({"method": "hf", "code": {"version": "6"}})).await;
    assert_eq!((patched.status, patched.header("etag")), (200, "\"3\""), "{patched:?}");
    let now = scientist.get(&location).await.json();
    assert_eq!((&now["code"], &now["method"]), (&json!({"name": "siesta", "version": "6"}), &json!("hf")));
    assert_eq!(scientist.patch(&location, &json!({"method": null})).await.status, 200);
    assert!(scientist.get(&location).await.json().get("method").is_none());
    assert_eq!(scientist.delete(&location).await.status, 204);
    assert_eq!(scientist.get(&location).await.code(), "not_found");
    assert_eq!(scientist.delete(&location).await.status, 404);
}

async fn a_bad_document_is_told_where_and_why(stack: Stack) {
    let scientist = stack.scientist().await;
    let refused = async |pointer: &str, value: Value| {
        let mut body = calculation();
        *body.pointer_mut(pointer).expect("an existing place") = value;
        let reply = scientist.post("/api/calculations", &body).await;
        assert_eq!((reply.status, reply.code().as_str()), (422, "validation_error"), "{body}");
        assert!(reply.faults().iter().any(|at| at.starts_with(pointer)), "{pointer}: {reply:?}");
        reply.json()["errors"][0]["message"].as_str().expect("a message").to_owned()
    };
    let message = refused("/name", json!(5)).await;
    assert!(message.contains("string") && message.contains('5'), "{message}");
    refused("/status", json!("done")).await;
    refused("/started_at", json!("yesterday")).await;
    refused("/results/energy/value", json!("much")).await;
    refused("/tags", json!("silicon")).await;
    refused("/parameters", json!({"$where": 1})).await;
    refused("/parameters", json!({"a.b": 1})).await;
    refused("/parameters", json!({"big": 18_446_744_073_709_551_615_u64})).await;

    let missing = scientist.post("/api/calculations", &json!({"name": "n"})).await;
    assert_eq!(missing.faults().len(), 2, "{missing:?}");
    for own in ["_id", "_revision", "_owner", "_anything"] {
        let mut body = calculation();
        body[own] = json!("mine");
        let reply = scientist.post("/api/calculations", &body).await;
        assert_eq!((reply.status, reply.faults()), (422, vec![format!("/{own}")]));
    }
    for odd in [json!("text"), json!(null), json!(7)] {
        let reply = scientist.post("/api/calculations", &odd).await;
        assert_eq!((reply.status, reply.code().as_str()), (422, "validation_error"), "{odd}: {reply:?}");
    }
    let deep = format!("{}1{}", "{\"parameters\":".repeat(100), "}".repeat(100));
    let request =
        scientist.request(Method::POST, "/api/calculations").header(CONTENT_TYPE, "application/json");
    let deep = send(request.body(deep)).await;
    assert_eq!((deep.status, deep.code().as_str()), (422, "validation_error"), "{deep:?}");
    assert_eq!(scientist.get("/api/calculations").await.json()["items"], json!([]));
    assert_eq!(scientist.post("/api/molecules", &json!({})).await.status, 404);
    assert_eq!(scientist.get("/api/calculations/..%2f..%2fetc").await.status, 404);
}

async fn a_write_names_the_revision_it_changes(stack: Stack) {
    let scientist = stack.scientist().await;
    let stored = scientist.insert("calculations", &calculation()).await;
    let path = format!("/api/calculations/{}", stored["_id"].as_str().expect("an id"));
    let turn = std::cell::Cell::new(0);
    let patched = |tag: &'static str| {
        let request = scientist.request(Method::PATCH, &path).header("If-Match", tag);
        turn.set(turn.get() + 1);
        let change = json!({"method": format!("hf{}", turn.get())}).to_string();
        send(request.header(CONTENT_TYPE, "application/merge-patch+json").body(change))
    };
    assert_eq!(patched("\"1\"").await.status, 200);
    let stale = patched("\"1\"").await;
    assert_eq!((stale.status, stale.code().as_str()), (412, "revision_mismatch"));
    assert_eq!(patched("\"7\", \"2\"").await.status, 200);
    assert_eq!(patched("*").await.status, 200);
    assert_eq!(patched("2").await.status, 400);
    let replace = scientist.request(Method::PUT, &path).header("If-Match", "\"1\"").json(&calculation());
    assert_eq!(send(replace).await.code(), "revision_mismatch");
    let delete = |tag: &'static str| send(scientist.request(Method::DELETE, &path).header("If-Match", tag));
    assert_eq!(delete("\"1\"").await.code(), "revision_mismatch");
    assert_eq!(delete("\"4\"").await.status, 204);
    assert_eq!(patched("*").await.status, 404, "there is no revision to match");
}

async fn concurrent_patches_without_a_revision_all_take_effect(stack: Stack) {
    let scientist = stack.scientist().await;
    let stored = scientist.insert("calculations", &calculation()).await;
    let path = format!("/api/calculations/{}", stored["_id"].as_str().expect("an id"));
    let mut tries = Vec::new();
    for n in 0..10 {
        let body = json!({"parameters": {format!("p{n}"): n}}).to_string();
        let request =
            scientist.request(Method::PATCH, &path).header(CONTENT_TYPE, "application/merge-patch+json");
        tries.push(tokio::spawn(send(request.body(body))));
    }
    for each in tries {
        let reply = each.await.expect("a finished try");
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    let now = scientist.get(&path).await.json();
    assert_eq!(now["_revision"], 11);
    assert!((0..10).all(|n| now["parameters"][format!("p{n}")] == n), "{now}");
}

const NOTES: &str = r#"{"name": "notes",
    "schema": {"type": "object", "additionalProperties": false, "required": ["title"],
        "properties": {"title": {"type": "string"}, "year": {"type": "integer"}}},
    "indexes": [{"keys": {"title": 1, "year": 1}, "unique": true}], "views": {"short": ["title"]},
    "access": {"owner_only": true}, "require_if_match": true}"#;

async fn a_collection_can_be_its_owners_alone_demand_a_revision_and_be_unique(mut stack: Stack) {
    let definitions = stack.directory.path().join("definitions");
    std::fs::create_dir(&definitions).expect("a directory can be made");
    std::fs::write(definitions.join("notes.json"), NOTES).expect("a definition can be written");
    stack.resource_environment.push(("RESOURCE__COLLECTIONS__DIR".into(), definitions.display().to_string()));
    stack.resource.clear();
    stack.resource.push(stack.another("resource-service").await);

    let (ada, eve) =
        (stack.bearer_of("ada", "notes:read notes:write"), stack.bearer_of("eve", "notes:read notes:write"));
    let note = ada.insert("notes", &json!({"title": "mine", "year": 2026})).await;
    let path = format!("/api/notes/{}", note["_id"].as_str().expect("an id"));
    assert_eq!(eve.get(&path).await.code(), "not_found");
    assert_eq!(eve.get("/api/notes").await.json()["items"], json!([]));
    let steal = |caller: &crate::support::Caller<'_>| {
        send(caller.request(Method::PUT, &path).header("If-Match", "*").json(&json!({"title": "stolen"})))
    };
    assert_eq!(steal(&eve).await.status, 404);
    assert_eq!(send(eve.request(Method::DELETE, &path).header("If-Match", "*")).await.status, 404);
    let overseer = stack.bearer_of("root", "notes:read notes:write notes:admin");
    assert_eq!(overseer.get(&path).await.status, 200);

    assert_eq!(ada.put(&path, &json!({"title": "new"})).await.code(), "precondition_required");
    assert_eq!(ada.delete(&path).await.status, 428);
    assert_eq!(ada.insert("notes", &json!({"title": "again", "year": 1})).await["_owner"], "ada");
    assert_eq!(
        eve.insert("notes", &json!({"title": "again", "year": 1})).await["_owner"],
        "eve",
        "hers alone"
    );
    let twin = ada.post("/api/notes", &json!({"title": "mine", "year": 2026})).await;
    assert_eq!((twin.status, twin.code().as_str()), (409, "conflict"), "{twin:?}");
    for _ in 0..2 {
        ada.insert("notes", &json!({"title": "no year"})).await;
    }
    let views = ada.get("/api/notes?view=short&title=mine").await.json();
    assert!(views["items"][0].get("year").is_none() && views["items"][0]["title"] == "mine", "{views}");
    assert_eq!(
        ada.get("/api/calculations").await.code(),
        "insufficient_scope",
        "shipped definitions are served too"
    );
}

async fn the_shipped_collections_hold_a_calculation_its_series_and_its_review(stack: Stack) {
    let scientist = stack.scientist().await;
    let listed = scientist.get("/api/collections").await.json();
    let listed = listed["items"].as_array().or(listed.as_array()).expect("a list").clone();
    let names: Vec<_> =
        listed.iter().map(|definition| definition["name"].as_str().unwrap_or_default()).collect();
    assert_eq!(names, ["calculations", "reviews", "series", "views"]);
    let definition = scientist.get("/api/collections/calculations").await.json();
    assert_eq!(definition["schema"]["required"], json!(["name", "code", "status"]), "{definition}");
    assert_eq!(scientist.get("/api/collections/none").await.status, 404);

    let stored = scientist.insert("calculations", &calculation()).await;
    let points: Vec<Value> =
        (0..1000).map(|step| json!({"step": step, "value": 1.0 / f64::from(step + 1)})).collect();
    let mut series =
        json!({"calculation": stored["_id"], "metric": "residual", "unit": "1", "points": points});
    scientist.insert("series", &series).await;
    series["points"].as_array_mut().expect("points").push(json!({"step": 1000, "value": 0}));
    assert_eq!(scientist.post("/api/series", &series).await.faults(), ["/points"]);
    let found =
        scientist.get(&format!("/api/series?calculation={}", stored["_id"].as_str().expect("an id"))).await;
    assert_eq!(found.json()["items"][0]["points"][999]["value"], 0.001);
    let review = json!({"calculation": stored["_id"], "revision": 1, "verdict": "rerun", "comment": "why?"});
    scientist.insert("reviews", &review).await;
    let viewer = stack.bearer_of("v", "calculations:read series:read reviews:read");
    assert_eq!(viewer.post("/api/reviews", &review).await.status, 403);
    assert_eq!(
        viewer.get("/api/reviews?verdict=rerun").await.json()["items"].as_array().map(Vec::len),
        Some(1)
    );
}

async fn an_array_on_the_way_to_a_hidden_field_is_hidden_as_a_whole(mut stack: Stack) {
    const SECRET: &str = "TOP-SECRET";
    stack.resource.truncate(1);
    let boss = stack.bearer_of("root", "collections:write staff:read staff:write staff:admin staff:secret");
    let eve = stack.bearer_of("eve", "staff:read staff:write");
    let path = "/api/collections/staff?force=true";
    let mut definition = json!({"name": "staff", "versioned": true, "schema": {"type": "object",
        "properties": {"name": {"type": "string"}, "o": {"type": ["array", "object"], "items": {"properties":
            {"q": {"type": "string"}}}}}}});
    assert_eq!(boss.put(path, &definition).await.status, 201);
    let secret = json!({"name": "a", "o": [{"q": SECRET}]});
    let (was, is) = (boss.insert("staff", &secret).await, boss.insert("staff", &secret).await);
    let at = |document: &Value| format!("/api/staff/{}", document["_id"].as_str().expect("an id"));
    let (was, is) = (at(&was), at(&is));
    assert_eq!(boss.patch(&was, &json!({"o": {"q": SECRET}})).await.status, 200);
    definition["schema"]["properties"]["o"] =
        json!({"type": "object", "properties": {"q": {"type": "string"}}});
    definition["access"] = json!({"hidden": {"o.q": "staff:secret"}});
    assert_eq!(boss.put(path, &definition).await.status, 200);

    for path in [
        was.as_str(),
        &format!("{was}/versions"),
        &format!("{was}/versions/1"),
        &is,
        &format!("{is}/versions"),
        &format!("{is}/versions/1"),
        &format!("{is}?fields=o"),
        "/api/staff",
        "/api/staff?fields=o",
    ] {
        let reply = eve.get(path).await;
        assert!(reply.status == 200 && !reply.text.contains(SECRET), "{path}: {reply:?}");
        assert!(boss.get(path).await.text.contains(SECRET), "{path}");
    }
    for format in ["text/csv", "application/x-ndjson"] {
        let reply = send(eve.request(Method::GET, "/api/staff").header("Accept", format)).await;
        assert!(reply.status == 200 && !reply.text.contains(SECRET), "{reply:?}");
    }
    let refused = |reply: &crate::support::caller::Reply| {
        assert!([403, 422].contains(&reply.status) && !reply.text.contains(SECRET), "{reply:?}");
    };
    for body in [json!({"name": "b"}), json!({"name": "b", "o": {}}), json!({"name": "b", "o": [1]})] {
        refused(&eve.put(&is, &body).await);
    }
    refused(&eve.patch(&is, &json!({"o": {"x": 1}})).await);
    let kept = boss.get(&is).await.json();
    assert_eq!((&kept["o"], &kept["_revision"]), (&secret["o"], &json!(1)), "nothing was changed");
    let restored = send(eve.request(Method::POST, &format!("{is}/versions/1/restore"))).await;
    assert!(!restored.text.contains(SECRET), "{restored:?}");
    assert_eq!(boss.put(&is, &json!({"name": "c"})).await.status, 200);
}
