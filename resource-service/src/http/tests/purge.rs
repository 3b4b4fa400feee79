//! Documents that are removed for good.

use super::*;

const ADMIN: &str = "calculations:admin calculations:read calculations:write notes:admin drafts:admin";

async fn purge(api: &Api, path: &str) -> Response {
    api.send(request("DELETE", &format!("{path}?purge=true"), "root", ADMIN)).await
}

#[actix_web::test]
async fn an_administrator_removes_a_document_with_its_past_for_good() {
    let api = Api::start().await;
    let made = api.with("POST", "/api/notes", &json!({"title": "first", "slug": "a"})).await;
    let path = format!("/api/notes/{}", made.id());
    assert_eq!(api.with("PATCH", &path, &json!({"title": "second"})).await.status, 200);
    let done = purge(&api, &path).await;
    assert_eq!((done.status, done.text.as_str()), (204, ""));
    let gone = (404, "not_found");
    assert_eq!(api.call("GET", &path).await.code(), gone);
    for (method, place) in [
        ("GET", "/versions"),
        ("GET", "/versions/1"),
        ("POST", "/restore"),
        ("POST", "/versions/1/restore"),
        ("DELETE", ""),
    ] {
        assert_eq!(api.call(method, &format!("{path}{place}")).await.code(), gone, "{method} {place}");
    }
    assert_eq!(purge(&api, &path).await.code(), gone);
    let usage = api.send(request("GET", "/api/notes/usage", "root", ADMIN)).await.body;
    assert_eq!((&usage["documents"], &usage["versions"]["count"]), (&json!(0), &json!(0)));
    let again = api.with("POST", "/api/notes", &json!({"slug": "a"})).await;
    assert_eq!(again.status, 201, "{}", again.text);
}

#[actix_web::test]
async fn a_removed_document_can_be_purged() {
    let api = Api::start().await;
    let made = api.with("POST", "/api/drafts", &json!({"a": 1})).await;
    let path = format!("/api/drafts/{}", made.id());
    let with = |method: &str, query: &str, tag: &'static str| {
        let scope = format!("{ALL} {ADMIN}");
        request(method, &format!("{path}{query}"), "ada", &scope).insert_header(("if-match", tag))
    };
    assert_eq!(api.send(with("DELETE", "", "\"1\"")).await.status, 204);
    assert_eq!(purge(&api, &path).await.code(), (428, "precondition_required"));
    let stale = api.send(with("DELETE", "?purge=true", "\"1\"")).await;
    assert_eq!(stale.code(), (412, "revision_mismatch"));
    assert_eq!(api.send(with("DELETE", "?purge=true", "\"2\"")).await.status, 204);
    assert_eq!(api.send(with("POST", "/restore", "\"2\"")).await.code(), (404, "not_found"));
}

#[actix_web::test]
async fn nobody_but_an_administrator_purges() {
    let api = Api::start().await;
    let made = api.with("POST", "/api/calculations", &calculation()).await;
    let path = format!("/api/calculations/{}?purge=true", made.id());
    assert_eq!(api.call("DELETE", &path).await.code(), (403, "insufficient_scope"), "its owner");
    let limit = AuthorizationDetail { kind: CALCULATION.into(), identifier: made.id().into() };
    let job = signed("DELETE", &path, "ada", ADMIN, vec![limit]);
    assert_eq!(api.send(job).await.code(), (403, "insufficient_scope"), "its job");
    for (query, fault) in
        [("purge=maybe", "type"), ("purge=true&purge=true", "duplicate"), ("purgee=true", "parameter")]
    {
        let path = format!("/api/calculations/{}?{query}", made.id());
        let refused = api.send(request("DELETE", &path, "root", ADMIN)).await;
        assert_eq!((refused.status, refused.faults()[0].1.as_str()), (422, fault), "{query}");
    }
    assert_eq!(api.call("GET", &format!("/api/calculations/{}", made.id())).await.status, 200);
    let kept = format!("/api/calculations/{}?purge=false", made.id());
    assert_eq!(api.call("DELETE", &kept).await.status, 204);
    let restored = api.call("POST", &format!("/api/calculations/{}/restore", made.id())).await;
    assert_eq!(restored.status, 200);
}

#[actix_web::test]
async fn series_and_reviews_are_hidden_while_their_calculation_is_removed() {
    let api = Api::shipped().await;
    let scope = format!("{ADMIN} series:read series:write reviews:read reviews:write");
    let send = async |method: &str, path: &str, body: &Value| {
        api.send(request(method, path, "root", &scope).set_json(body)).await
    };
    let made = send("POST", "/api/calculations", &calculation()).await;
    let path = format!("/api/calculations/{}", made.id());
    let points = json!({"calculation": made.id(), "metric": "m", "points": [{"step": 1, "value": 1.5}]});
    assert_eq!(send("POST", "/api/series/points", &points).await.status, 200);
    let review = json!({"calculation": made.id(), "revision": 1, "verdict": "approve"});
    let review = send("POST", "/api/reviews", &review).await;
    let one = format!("/api/reviews/{}", review.id());
    let seen = async || {
        let points = format!("/api/series/points?calculation={}&metric=m", made.id());
        let metrics = format!("/api/series/metrics?calculation={}", made.id());
        let mut counts = Vec::new();
        for path in [points.as_str(), metrics.as_str(), "/api/series", "/api/reviews"] {
            let found = send("GET", path, &json!(null)).await;
            counts.push(if found.status == 404 {
                0
            } else {
                found.body["items"].as_array().map_or(1, Vec::len)
            });
        }
        let total = send("GET", "/api/reviews?count=exact", &json!(null)).await.body["total"].clone();
        let groups =
            send("GET", "/api/reviews/aggregate?stat=count", &json!(null)).await.body["total"].clone();
        (counts, total, groups, send("GET", &one, &json!(null)).await.status)
    };
    let before = seen().await;
    assert_eq!((before.0[2], before.0[3], &before.1, before.3), (1, 1, &json!(1), 200));
    assert_eq!(send("DELETE", &path, &json!(null)).await.status, 204);
    let hidden = seen().await;
    assert_eq!((hidden.0[2], hidden.0[3], &hidden.1, &hidden.2, hidden.3), (0, 0, &json!(0), &json!(0), 404));
    for method in ["PATCH", "DELETE"] {
        assert_eq!(send(method, &one, &json!({"comment": "x"})).await.code(), (404, "not_found"), "{method}");
    }
    assert_eq!(send("POST", &format!("{path}/restore"), &json!(null)).await.status, 200);
    assert_eq!(seen().await, before);
}

#[actix_web::test]
async fn series_and_reviews_go_with_their_calculation() {
    let api = Api::shipped().await;
    let scope = format!("{ADMIN} series:read series:write reviews:read reviews:write");
    let send = async |method: &str, path: &str, body: &Value| {
        api.send(request(method, path, "root", &scope).set_json(body)).await
    };
    let (one, other) = (
        send("POST", "/api/calculations", &calculation()).await,
        send("POST", "/api/calculations", &calculation()).await,
    );
    for made in [&one, &other] {
        let points = json!({"calculation": made.id(), "metric": "m", "points": [{"step": 1, "value": 1.5}]});
        assert_eq!(send("POST", "/api/series/points", &points).await.status, 200);
        let review = json!({"calculation": made.id(), "revision": 1, "verdict": "approve"});
        assert_eq!(send("POST", "/api/reviews", &review).await.status, 201);
    }
    assert_eq!(
        send("DELETE", &format!("/api/calculations/{}?purge=true", one.id()), &json!(null)).await.status,
        204
    );
    for collection in ["series", "reviews"] {
        let left = send("GET", &format!("/api/{collection}?count=exact"), &json!(null)).await;
        assert_eq!(left.body["total"], 1, "{}", left.text);
        assert_eq!(left.body["items"][0]["calculation"], other.id());
    }
}

#[actix_web::test]
async fn what_was_removed_is_purged_also_once_the_definition_keeps_nothing() {
    let api = Api::start().await;
    let scope = format!("{ADMIN} collections:write");
    let send = async |method: &str, path: &str, body: &Value| {
        api.send(request(method, path, "root", &scope).set_json(body)).await
    };
    let made = send("POST", "/api/calculations", &calculation()).await;
    let path = format!("/api/calculations/{}", made.id());
    assert_eq!(send("DELETE", &path, &json!(null)).await.status, 204);
    let mut definition: Value = serde_json::from_str(CALCULATIONS).unwrap();
    definition["versioned"] = false.into();
    let changed = send("PUT", "/api/collections/calculations?force=true", &definition).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(send("POST", &format!("{path}/restore"), &json!(null)).await.status, 404);
    let stale = request("DELETE", &format!("{path}?purge=true"), "root", &scope);
    assert_eq!(api.send(stale.insert_header(("if-match", "\"1\""))).await.status, 412);
    assert_eq!(send("DELETE", &format!("{path}?purge=true"), &json!(null)).await.status, 204);
    let usage = send("GET", "/api/calculations/usage", &json!(null)).await.body;
    assert_eq!((&usage["documents"], &usage["versions"]["count"]), (&json!(0), &json!(0)));
    assert_eq!(send("DELETE", &format!("{path}?purge=true"), &json!(null)).await.status, 404);
}
