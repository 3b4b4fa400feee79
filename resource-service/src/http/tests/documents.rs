//! Documents as a client sees them: made, read, changed, removed and listed; what is refused, and to whom.

use super::*;

#[actix_web::test]
async fn a_document_is_made_read_changed_and_removed() {
    let api = Api::start().await;
    let made = api.with("POST", "/api/calculations", &calculation()).await;
    assert_eq!((made.status, made.etag()), (201, "\"1\""));
    let path = format!("/api/calculations/{}", made.id());
    assert_eq!(made.headers.get(LOCATION).unwrap().to_str().unwrap(), path);
    assert_eq!(made.body["_owner"], "ada");

    let read = api.call("GET", &path).await;
    assert_eq!((read.status, &read.body), (200, &made.body));
    assert_eq!(read.headers.get("cache-control").unwrap(), "private, no-cache");
    let patch = json!({"status": "finished", "results": {"energy": {"unit": "Ha"}, "gap": {"value": "NaN"}}, "host": null});
    let patched = api.with("PATCH", &path, &patch).await;
    assert_eq!((patched.status, patched.etag()), (200, "\"2\""));
    assert_eq!(
        patched.body["results"],
        json!({"energy": {"value": -1.5, "unit": "Ha"}, "gap": {"value": "NaN"}})
    );
    let replaced = api.with("PUT", &path, &calculation()).await;
    assert_eq!((replaced.status, replaced.body["_revision"].as_i64()), (200, Some(3)));
    assert_eq!(api.call("DELETE", &path).await.status, 204);
    for method in ["GET", "DELETE"] {
        assert_eq!(api.call(method, &path).await.code(), (404, "not_found"));
    }
    assert_eq!(api.with("PATCH", &path, &patch).await.code(), (404, "not_found"));
}

#[actix_web::test]
async fn conditions_on_the_revision_are_kept() {
    let api = Api::start().await;
    let made = api.with("POST", "/api/calculations", &calculation()).await;
    let path = format!("/api/calculations/{}", made.id());
    let turn = std::cell::Cell::new(0);
    let conditional = async |method: &str, header: (&'static str, &'static str)| {
        let request = request(method, &path, "ada", ALL).insert_header(header);
        turn.set(turn.get() + 1);
        let change = json!({"host": format!("n{}", turn.get())});
        api.send(if method == "GET" { request } else { request.set_json(change) }).await
    };
    assert_eq!(conditional("GET", ("if-none-match", "W/\"1\", \"9\"")).await.status, 304);
    assert_eq!(conditional("GET", ("if-none-match", "\"2\"")).await.status, 200);
    assert_eq!(conditional("PATCH", ("if-match", "\"1\"")).await.status, 200);
    let stale = conditional("PATCH", ("if-match", "\"1\"")).await;
    assert_eq!(stale.code(), (412, "revision_mismatch"));
    assert!(stale.body["detail"].as_str().unwrap().contains("revision 2"), "{}", stale.body);
    assert_eq!(conditional("PATCH", ("if-match", "W/\"1\"")).await.status, 412);
    assert_eq!(conditional("PATCH", ("if-match", "*")).await.status, 200);
    assert_eq!(conditional("PATCH", ("if-none-match", "*")).await.status, 412);
    assert_eq!(conditional("PATCH", ("if-match", "3")).await.code(), (400, "invalid_request"));
    assert_eq!(conditional("DELETE", ("if-match", "\"1\"")).await.status, 412);
    assert_eq!(conditional("DELETE", ("if-match", "\"1\", \"3\"")).await.status, 204);
}

#[actix_web::test]
async fn a_collection_may_demand_the_revision() {
    let api = Api::start().await;
    let made = api.with("POST", "/api/drafts", &json!({})).await;
    let path = format!("/api/drafts/{}", made.id());
    for method in ["PUT", "PATCH", "DELETE"] {
        assert_eq!(
            api.with(method, &path, &json!({})).await.code(),
            (428, "precondition_required"),
            "{method}"
        );
    }
    let named =
        request("PUT", &path, "ada", ALL).insert_header(("if-match", "\"1\"")).set_json(json!({"a": 1}));
    assert_eq!(api.send(named).await.status, 200);
}

#[actix_web::test]
async fn bad_bodies_are_refused_where_they_are_bad() {
    let api = Api::start().await;
    let refused = api
        .with("POST", "/api/calculations", &json!({"name": 5, "code": {"nmae": "x"}, "status": "done"}))
        .await;
    assert_eq!(refused.code(), (422, "validation_error"));
    for fault in [
        ("/name", "type"),
        ("/code/name", "required"),
        ("/code/nmae", "additionalProperties"),
        ("/status", "enum"),
    ] {
        assert!(refused.faults().contains(&(fault.0.into(), fault.1.into())), "{fault:?}: {}", refused.body);
    }
    for (body, place, code) in [
        (json!("text"), "", "type"),
        (json!({"_id": "mine"}), "/_id", "readOnly"),
        (json!({"a.b": 1}), "/a.b", "name"),
        (json!({"a": {"$gt": 1}}), "/a/$gt", "name"),
        (json!({"a": u64::MAX}), "/a", "integer"),
    ] {
        let refused = api.with("POST", "/api/drafts", &body).await;
        assert_eq!(
            (refused.status, refused.faults()),
            (422, vec![(place.to_owned(), code.to_owned())]),
            "{body}"
        );
    }
    let raw = async |media_type: &'static str, method: &str, path: &str, body: String| {
        let request = request(method, path, "ada", ALL).insert_header(("content-type", media_type));
        api.send(request.set_payload(body)).await
    };
    assert_eq!(
        raw("application/json", "POST", "/api/drafts", "{\"a\":".into()).await.code(),
        (400, "invalid_request")
    );
    assert_eq!(
        raw("application/json", "POST", "/api/drafts", "{\"a\":".repeat(200)).await.faults()[0].1,
        "nesting"
    );
    assert_eq!(raw("text/plain", "POST", "/api/drafts", "{}".into()).await.status, 415);
    assert_eq!(raw("application/x-ndjson", "PUT", "/api/drafts/x", "{}\n{}".into()).await.status, 415);
    assert_eq!(raw("application/json", "POST", "/api/drafts", "x".repeat(1024 * 1024 + 1)).await.status, 413);
    let odd = raw("text/plain", "PATCH", "/api/calculations/x", "[]".into()).await;
    assert_eq!(odd.status, 415);
    let accepted = odd.headers.get("accept-patch").unwrap().to_str().unwrap();
    assert!(accepted.contains("merge-patch") && accepted.contains("json-patch"), "{accepted}");
}

#[actix_web::test]
async fn system_members_may_be_repeated_and_not_changed() {
    let api = Api::start().await;
    let made = api.with("POST", "/api/calculations", &calculation()).await;
    let path = format!("/api/calculations/{}", made.id());
    assert_eq!(api.with("PUT", &path, &made.body).await.status, 200);
    for method in ["PUT", "PATCH"] {
        let refused = api.with(method, &path, &made.body).await;
        assert_eq!(refused.code(), (412, "revision_mismatch"), "{method} of a copy of revision 1");
        assert!(refused.detail().contains("revision 2"), "{}", refused.text);
    }
    let odd = api.with("PATCH", &path, &json!({"_revision": "2"})).await;
    assert_eq!(odd.faults(), [("/_revision".into(), "readOnly".into())]);
    assert_eq!(
        api.with("PATCH", &path, &json!({"_owner": "eve"})).await.faults(),
        [("/_owner".into(), "readOnly".into())]
    );
}

#[actix_web::test]
async fn the_documents_of_others_are_out_of_sight_where_only_owners_look() {
    let api = Api::start().await;
    let made = api.with("POST", "/api/notes", &json!({"title": "mine", "slug": "a"})).await;
    let path = format!("/api/notes/{}", made.id());
    let scope = "notes:read notes:write";
    for method in ["GET", "PUT", "PATCH", "DELETE"] {
        let foreign = api.send(request(method, &path, "eve", scope).set_json(json!({}))).await;
        assert_eq!(foreign.code(), (404, "not_found"), "{method}");
    }
    let list = async |subject: &str, scope: &str| {
        let answer = api.send(request("GET", "/api/notes?count=estimated", subject, scope)).await;
        (answer.body["items"].as_array().unwrap().len(), answer.body["total"].as_u64().unwrap())
    };
    assert_eq!(list("ada", scope).await, (1, 1));
    assert_eq!(list("eve", scope).await, (0, 0));
    assert_eq!(list("eve", "notes:read notes:admin").await, (1, 1));
    assert_eq!(list("root", "*").await, (1, 1));
    let cached = api.call("GET", &path).await;
    assert_eq!(cached.headers.get("cache-control").unwrap(), "private, max-age=30");
    let double = request("POST", "/api/notes", "eve", scope).set_json(json!({"slug": "a"}));
    assert_eq!(api.send(double).await.status, 201, "nobody is shown that somebody else has the same");
}

#[actix_web::test]
async fn scopes_open_collections_and_nothing_else_does() {
    let api = Api::start().await;
    let readable = request("GET", "/api/calculations", "eve", "calculations:write");
    let refused = api.send(readable).await;
    assert_eq!(refused.code(), (403, "insufficient_scope"));
    assert!(
        refused
            .headers
            .get(WWW_AUTHENTICATE)
            .unwrap()
            .to_str()
            .unwrap()
            .contains("scope=\"calculations:read\"")
    );
    let written = request("POST", "/api/calculations", "eve", "calculations:read").set_payload("not json");
    assert_eq!(api.send(written).await.code(), (403, "insufficient_scope"));
    assert_eq!(api.call("GET", "/api/nothing").await.code(), (404, "not_found"));
    assert_eq!(api.with("POST", "/api/nothing", &json!({})).await.code(), (404, "not_found"));
    let wrong = api.call("DELETE", "/api/calculations").await;
    assert_eq!(
        (wrong.status, wrong.headers.get("allow").unwrap().to_str().unwrap()),
        (405, "GET, HEAD, POST")
    );
}

#[actix_web::test]
async fn a_list_is_walked_page_by_page() {
    let api = Api::start().await;
    for n in 0..5 {
        let mut document = calculation();
        document["results"]["energy"]["value"] = json!(n % 2);
        assert_eq!(api.with("POST", "/api/calculations", &document).await.status, 201);
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let path =
            format!("/api/calculations?sort=-results.energy.value&fields=name&limit=2&count=exact{after}");
        let page = api.call("GET", &path).await;
        assert_eq!((page.status, page.body["total"].as_u64()), (200, Some(5)));
        for item in page.body["items"].as_array().unwrap() {
            assert_eq!(item.as_object().unwrap().keys().collect::<Vec<_>>(), ["_id", "_revision", "name"]);
            seen.push(item["_id"].as_str().unwrap().to_owned());
        }
        let Some(next) = page.body["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5);
    let low = api.call("GET", "/api/calculations?results.energy.value%5Blt%5D=1&view=summary").await;
    assert_eq!(low.body["items"].as_array().unwrap().len(), 3);
    let part = api.call("GET", &format!("/api/calculations/{}?fields=code.name", seen[0])).await;
    assert_eq!(
        (part.etag(), &part.body["code"], part.body.get("name")),
        ("\"1\"", &json!({"name": "psi4"}), None)
    );
    let refused = api.call("GET", &format!("/api/calculations/{}?fields=nmae&limit=5", seen[0])).await;
    assert_eq!(refused.faults(), [("limit".into(), "parameter".into()), ("fields".into(), "field".into())]);
    let refused = api.call("GET", "/api/calculations?stauts=x&limit=0").await;
    assert_eq!(refused.faults(), [("stauts".into(), "field".into()), ("limit".into(), "type".into())]);
}

#[actix_web::test]
async fn definitions_and_documentation_are_shown() {
    let api = Api::start().await;
    let all = api.call("GET", "/api/collections").await;
    let names: Vec<&str> =
        all.body["items"].as_array().unwrap().iter().filter_map(|item| item["name"].as_str()).collect();
    assert_eq!(names, ["calculations", "drafts", "notes", "reviews", "series", "specimens", "views"]);
    let one = api.call("GET", "/api/collections/notes").await;
    assert_eq!(
        one.body["access"],
        json!({"read": "notes:read", "write": "notes:write", "admin": "notes:admin", "owner_only": true})
    );
    assert_eq!(api.call("GET", "/api/collections/nothing").await.code(), (404, "not_found"));
    assert_eq!(api.send(TestRequest::get().uri("/api/collections")).await.code(), (401, "invalid_token"));
    let openapi = api.send(TestRequest::get().uri("/api/openapi.json")).await;
    assert_eq!((openapi.status, openapi.body["openapi"].as_str()), (200, Some("3.1.0")));
    assert_eq!(api.send(TestRequest::get().uri("/api/docs/")).await.status, 200);
}
