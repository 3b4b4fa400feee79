//! Revisions that were kept, and documents that are restored.

use super::*;

async fn history(api: &Api, path: &str) -> Vec<Value> {
    let answer = api.call("GET", &format!("{path}/versions")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["items"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn a_versioned_document_tells_what_it_was() {
    let api = Api::start().await;
    let made = api.with("POST", "/api/calculations", &calculation()).await;
    let path = format!("/api/calculations/{}", made.id());
    assert_eq!(api.with("PATCH", &path, &json!({"status": "finished"})).await.status, 200);
    let by_eve = request("PATCH", &path, "eve", ALL).set_json(json!({"host": "n1", "status": "failed"}));
    assert_eq!(api.send(by_eve).await.status, 200);
    let items = history(&api, &path).await;
    let listed: Vec<_> = items
        .iter()
        .map(|item| (item["revision"].as_i64().unwrap(), &item["by"], &item["removed"]))
        .collect();
    let no = json!(false);
    assert_eq!(listed, [(3, &json!("eve"), &no), (2, &json!("ada"), &no), (1, &json!("ada"), &no)]);
    assert_eq!(items[1]["diff"], json!([{"op": "replace", "path": "/status", "value": "finished"}]));
    assert_eq!(items[2]["diff"][0], json!({"op": "add", "path": "/name", "value": "H2"}));
    assert_eq!(items[2]["at"], made.body["_created_at"]);
    let first = api.call("GET", &format!("{path}/versions/1")).await;
    assert_eq!((first.status, first.etag(), &first.body), (200, "\"1\"", &made.body));
    for none in ["4", "0", "-1", "x", "9223372036854775807", "99999999999999999999"] {
        assert_eq!(
            api.call("GET", &format!("{path}/versions/{none}")).await.code(),
            (404, "not_found"),
            "{none}"
        );
    }
    let page = api.call("GET", &format!("{path}/versions?limit=2")).await.body;
    assert_eq!((page["items"].as_array().unwrap().len(), &page["next"]), (2, &json!("2")));
    assert_eq!(
        page["items"][1]["diff"], items[1]["diff"],
        "the end of a page is compared with what follows it"
    );
    let rest = api.call("GET", &format!("{path}/versions?limit=2&after=2")).await.body;
    assert_eq!((rest["items"].as_array().unwrap().as_slice(), &rest["next"]), (&items[2..], &Value::Null));
    let odd = api.call("GET", &format!("{path}/versions?limit=0&after=x&x=1")).await;
    let faults = ["limit", "after", "x"].map(str::to_owned);
    assert_eq!(odd.faults().into_iter().map(|(at, _)| at).collect::<Vec<_>>(), faults);
    let unread = request("GET", &format!("{path}/versions"), "eve", "calculations:write");
    assert_eq!(api.send(unread).await.code(), (403, "insufficient_scope"));
}

#[actix_web::test]
async fn a_revision_is_restored_as_a_new_one() {
    let api = Api::start().await;
    let made = api.with("POST", "/api/notes", &json!({"title": "first", "slug": "a"})).await;
    let path = format!("/api/notes/{}", made.id());
    assert_eq!(api.with("PUT", &path, &json!({"title": "second"})).await.status, 200);
    let restore =
        |revision: &str| request("POST", &format!("{path}/versions/{revision}/restore"), "ada", ALL);
    let stale = restore("1").insert_header(("if-match", "\"1\""));
    assert_eq!(api.send(stale).await.code(), (412, "revision_mismatch"));
    let restored = api.send(restore("1").insert_header(("if-match", "\"2\""))).await;
    assert_eq!((restored.status, restored.etag(), &restored.body["slug"]), (200, "\"3\"", &json!("a")));
    assert_eq!(api.send(restore("1")).await.etag(), "\"3\"", "what it is already makes no revision");
    assert_eq!(api.send(restore("9")).await.code(), (404, "not_found"));
    let foreign = request("POST", &format!("{path}/versions/2/restore"), "eve", ALL);
    assert_eq!(api.send(foreign).await.code(), (404, "not_found"));
    let reader = request("POST", &format!("{path}/versions/2/restore"), "ada", "notes:read");
    assert_eq!(api.send(reader).await.code(), (403, "insufficient_scope"));
    assert_eq!(history(&api, &path).await.len(), 3);
}

#[actix_web::test]
async fn a_removed_document_is_a_version_and_comes_back() {
    let api = Api::start().await;
    let made = api.with("POST", "/api/notes", &json!({"title": "mine", "slug": "a"})).await;
    let path = format!("/api/notes/{}", made.id());
    assert_eq!(api.with("PATCH", &path, &json!({"title": "changed"})).await.status, 200);
    let early = request("POST", &format!("{path}/restore"), "ada", ALL);
    assert_eq!(api.send(early).await.code(), (409, "conflict"));
    assert_eq!(api.call("DELETE", &path).await.status, 204);
    assert_eq!(api.call("GET", &path).await.code(), (404, "not_found"));
    let items = history(&api, &path).await;
    assert_eq!(
        (&items[0]["revision"], &items[0]["removed"], &items[0]["diff"]),
        (&json!(3), &json!(true), &Value::Null)
    );
    assert_eq!(api.call("GET", &format!("{path}/versions/3")).await.code(), (404, "not_found"));
    assert_eq!(api.call("GET", &format!("{path}/versions/1")).await.body["title"], "mine");
    let foreign = |place: &str| request("GET", &format!("{path}{place}"), "eve", ALL);
    for place in ["/versions", "/versions/1"] {
        assert_eq!(api.send(foreign(place)).await.code(), (404, "not_found"), "{place}");
    }
    let twin = api.with("POST", "/api/notes", &json!({"slug": "a"})).await;
    assert_eq!(twin.status, 201, "a removed document does not keep its unique values");
    let restore = |tag: &'static str| {
        request("POST", &format!("{path}/restore"), "ada", ALL).insert_header(("if-match", tag))
    };
    assert_eq!(api.send(restore("\"3\"")).await.code(), (409, "conflict"));
    assert_eq!(api.call("DELETE", &format!("/api/notes/{}", twin.id())).await.status, 204);
    assert_eq!(api.send(restore("\"2\"")).await.code(), (412, "revision_mismatch"));
    let back = api.send(restore("\"3\"")).await;
    assert_eq!((back.status, back.etag(), &back.body["title"]), (200, "\"4\"", &json!("changed")));
    assert_eq!(back.body["_created_at"], made.body["_created_at"]);
    assert_eq!(api.call("GET", &path).await.body, back.body);
    assert_eq!(api.call("DELETE", &path).await.status, 204);
    let first = request("POST", &format!("{path}/versions/1/restore"), "ada", ALL);
    assert_eq!(api.send(first).await.body["title"], "mine");
    let items = history(&api, &path).await;
    assert_eq!(items.len(), 6);
    let diff = json!([{"op": "replace", "path": "/title", "value": "mine"}]);
    assert_eq!(items[0]["diff"], diff, "what came back is compared with what was removed");
}

#[actix_web::test]
async fn where_only_removed_documents_are_kept_there_are_no_versions() {
    let api = Api::start().await;
    let made = api.with("POST", "/api/drafts", &json!({"a": 1})).await;
    let path = format!("/api/drafts/{}", made.id());
    for (method, place) in [("GET", "/versions"), ("GET", "/versions/1"), ("POST", "/versions/1/restore")] {
        let request = request(method, &format!("{path}{place}"), "ada", ALL).insert_header(("if-match", "*"));
        assert_eq!(api.send(request).await.code(), (404, "not_found"), "{method} {place}");
    }
    let removed = request("DELETE", &path, "ada", ALL).insert_header(("if-match", "\"1\""));
    assert_eq!(api.send(removed).await.status, 204);
    assert_eq!(api.call("GET", "/api/drafts?count=exact").await.body["total"], 0);
    assert_eq!(api.call("GET", "/api/drafts?count=estimated").await.body["total"], 0);
    let unnamed = request("POST", &format!("{path}/restore"), "ada", ALL);
    assert_eq!(api.send(unnamed).await.code(), (428, "precondition_required"));
    let named = request("POST", &format!("{path}/restore"), "ada", ALL).insert_header(("if-match", "\"2\""));
    let back = api.send(named).await;
    assert_eq!((back.status, back.etag(), &back.body["a"]), (200, "\"3\"", &json!(1)));
    let none = request("POST", "/api/drafts/none/restore", "ada", ALL).insert_header(("if-match", "*"));
    assert_eq!(api.send(none).await.code(), (404, "not_found"));
}

#[actix_web::test]
async fn a_job_restores_within_its_calculation_only() {
    let api = Api::start().await;
    let made = api.with("POST", "/api/calculations", &calculation()).await;
    let other = api.with("POST", "/api/calculations", &calculation()).await;
    for document in [&made, &other] {
        let path = format!("/api/calculations/{}", document.id());
        assert_eq!(api.with("PATCH", &path, &json!({"host": "n1"})).await.status, 200);
    }
    let restore =
        |id: &str, place: &str| limited("POST", &format!("/api/calculations/{id}{place}"), made.id());
    assert_eq!(api.send(restore(made.id(), "/versions/1/restore")).await.status, 200);
    let elsewhere = api.send(restore(other.id(), "/versions/1/restore")).await;
    assert_eq!(elsewhere.code(), (403, "insufficient_scope"));
    assert_eq!(api.call("DELETE", &format!("/api/calculations/{}", made.id())).await.status, 204);
    let ended = api.send(restore(made.id(), "/restore")).await;
    assert_eq!(ended.code(), (403, "insufficient_scope"), "a grant ends with its calculation");
}

#[actix_web::test]
async fn revisions_beyond_the_limit_are_gone_and_nothing_false_is_said_of_them() {
    let few = json!({
        "name": "few", "schema": {"type": "object"}, "versioned": true, "keep": {"versions": 2, "days": 30},
    });
    let api = Api::start_with(&[few]).await;
    let scope = "few:read few:write";
    let send = async |method: &str, path: &str, body: &Value| {
        api.send(request(method, path, "ada", scope).set_json(body)).await
    };
    let made = send("POST", "/api/few", &json!({"n": 1})).await;
    let path = format!("/api/few/{}", made.id());
    for n in 2..5 {
        assert_eq!(send("PATCH", &path, &json!({"n": n})).await.status, 200);
    }
    let page = send("GET", &format!("{path}/versions"), &json!(null)).await.body;
    let listed: Vec<_> =
        page["items"].as_array().unwrap().iter().map(|item| (&item["revision"], &item["diff"])).collect();
    let step = json!([{"op": "replace", "path": "/n", "value": 4}]);
    assert_eq!(listed, [(&json!(4), &step), (&json!(3), &Value::Null)]);
    assert_eq!(page["next"], Value::Null);
    for (method, place) in [("GET", "/versions/2"), ("POST", "/versions/2/restore")] {
        let none = send(method, &format!("{path}{place}"), &json!(null)).await;
        assert_eq!(none.code(), (404, "not_found"), "{method} {place}");
    }
    assert_eq!(send("POST", &format!("{path}/versions/3/restore"), &json!(null)).await.body["n"], 3);
}

#[actix_web::test]
async fn two_revisions_are_compared_in_either_direction() {
    let api = Api::start().await;
    let made = api.with("POST", "/api/calculations", &calculation()).await;
    let path = format!("/api/calculations/{}", made.id());
    for change in [json!({"tags": ["a"]}), json!({"status": "finished"}), json!({"tags": ["b"]})] {
        assert_eq!(api.with("PATCH", &path, &change).await.status, 200);
    }
    let diff = async |query: &str| api.call("GET", &format!("{path}/versions/diff{query}")).await;
    let forth = diff("?from=1&to=3").await;
    assert_eq!(forth.status, 200, "{}", forth.text);
    let (status, tags) = (
        json!({"op": "replace", "path": "/status", "value": "finished"}),
        json!({"op": "add", "path": "/tags", "value": ["a"]}),
    );
    assert_eq!(forth.body, json!({"from": 1, "to": 3, "diff": [status, tags]}));
    let back = json!([
        {"op": "replace", "path": "/status", "value": "running"}, {"op": "remove", "path": "/tags"}]);
    assert_eq!(diff("?from=3&to=1").await.body, json!({"from": 3, "to": 1, "diff": back}));
    let latest = json!([{"op": "replace", "path": "/tags/0", "value": "b"}]);
    assert_eq!(diff("?from=3").await.body, json!({"from": 3, "to": 4, "diff": latest}));
    assert_eq!(diff("?from=2&to=2").await.body["diff"], json!([]));
    for (query, revision) in [("?from=5", 5), ("?from=9&to=1", 9), ("?from=1&to=7", 7)] {
        let none = diff(query).await;
        assert_eq!(none.code(), (404, "not_found"), "{query}");
        assert!(none.detail().contains(&format!("no revision {revision} ")), "{}", none.text);
    }
    for (query, place, code) in [
        ("", "from", "required"),
        ("?from=0", "from", "type"),
        ("?from=1&to=x", "to", "type"),
        ("?from=1&from=2", "from", "duplicate"),
    ] {
        let odd = diff(query).await;
        assert_eq!((odd.status, odd.faults()), (422, vec![(place.into(), code.into())]), "{query}");
    }
    let blind = request("GET", &format!("{path}/versions/diff?from=1"), "ada", "calculations:write");
    assert_eq!(api.send(blind).await.code(), (403, "insufficient_scope"));
    assert_eq!(api.call("DELETE", &path).await.status, 204);
    assert_eq!(diff("?from=1&to=3").await.body, forth.body, "also of a removed document");
    assert_eq!(diff("?from=1").await.code(), (404, "not_found"), "it has no current revision");
    assert_eq!(diff("?from=1&to=5").await.code(), (404, "not_found"), "a removal has no members");
}

#[actix_web::test]
async fn a_comparison_shows_no_hidden_field_and_no_document_of_others() {
    let plans = json!({
        "name": "plans", "schema": {"type": "object", "properties": {"a": {"type": "integer"}, "pay": {"type": "integer"}}},
        "access": {"owner_only": true, "hidden": {"pay": "pay:read"}}, "versioned": true,
    });
    let api = Api::start_with(&[plans]).await;
    let send = async |subject: &str, scope: &str, method: &str, path: &str, body: &Value| {
        api.send(request(method, path, subject, &format!("plans:read plans:write {scope}")).set_json(body))
            .await
    };
    let made = send("ada", "pay:read", "POST", "/api/plans", &json!({"a": 1, "pay": 1})).await;
    let path = format!("/api/plans/{}", made.id());
    assert_eq!(send("ada", "pay:read", "PATCH", &path, &json!({"a": 2, "pay": 2})).await.status, 200);
    let diff = format!("{path}/versions/diff?from=1&to=2");
    let all = send("ada", "pay:read", "GET", &diff, &json!(null)).await;
    assert_eq!(all.body["diff"].as_array().map(Vec::len), Some(2), "{}", all.text);
    let part = send("ada", "", "GET", &diff, &json!(null)).await;
    assert_eq!(part.body["diff"], json!([{"op": "replace", "path": "/a", "value": 2}]));
    assert_eq!(send("eve", "pay:read", "GET", &diff, &json!(null)).await.code(), (404, "not_found"));
}
