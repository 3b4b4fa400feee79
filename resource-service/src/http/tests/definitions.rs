//! Definitions changed while the service runs, as a client sees it.

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::{Api, Response, request};

const SCOPE: &str = "collections:write things:read things:write things:admin notes:read notes:write calculations:read calculations:write calculations:admin notes:admin";
const THINGS: &str = "/api/collections/things";

fn things() -> Value {
    json!({
        "name": "things",
        "schema": {
            "type": "object",
            "required": ["title"],
            "properties": {"title": {"type": "string"}, "n": {"type": "integer"}},
        },
        "indexes": [{"keys": {"title": 1}}],
    })
}

fn with(pointer: &str, value: Value) -> Value {
    let mut changed = things();
    match pointer.rsplit_once('/') {
        Some((parent, name)) => changed.pointer_mut(parent).unwrap()[name] = value,
        None => changed = value,
    }
    changed
}

impl Api {
    async fn define(&self, path: &str, definition: &Value) -> Response {
        self.send(request("PUT", path, "root", SCOPE).set_json(definition)).await
    }

    async fn as_root(&self, method: &str, path: &str) -> Response {
        self.send(request(method, path, "root", SCOPE)).await
    }

    async fn add(&self, document: &Value) -> Response {
        self.send(request("POST", "/api/things", "root", SCOPE).set_json(document)).await
    }
}

#[actix_web::test]
async fn a_collection_whose_removed_documents_can_come_back_is_not_taken_away_unforced() {
    let api = Api::start().await;
    assert_eq!(api.define(THINGS, &with("/versioned", json!(true))).await.status, 201);
    let path = format!("/api/things/{}", api.add(&json!({"title": "a"})).await.id());
    assert_eq!(api.as_root("DELETE", &path).await.status, 204);
    let refused = api.as_root("DELETE", THINGS).await;
    assert_eq!(refused.code(), (409, "conflict"));
    assert_eq!(api.as_root("POST", &format!("{path}/restore")).await.status, 200);
    assert_eq!(api.as_root("DELETE", &format!("{path}?purge=true")).await.status, 204);
    assert_eq!(api.as_root("DELETE", THINGS).await.status, 204, "nothing is left to lose");
}

/// Places of the violations in a report.
fn violations(report: &Value) -> Vec<&str> {
    let violations = report["violations"].as_array().unwrap().iter();
    violations
        .flat_map(|one| one["errors"].as_array().unwrap())
        .map(|e| e["pointer"].as_str().unwrap())
        .collect()
}

#[actix_web::test]
async fn a_collection_is_made_changed_and_taken_away_while_the_service_runs() {
    let api = Api::start().await;
    assert_eq!(api.add(&json!({"title": "a"})).await.code(), (404, "not_found"));
    let made = api.define(THINGS, &things()).await;
    assert_eq!((made.status, made.etag()), (201, "\"1\""), "{}", made.body);
    assert_eq!(made.headers.get("location").unwrap(), THINGS);
    assert_eq!(made.body["access"]["read"], "things:read");
    let document = api.add(&json!({"title": "a"})).await;
    assert_eq!(document.status, 201);

    let again = api.define(THINGS, &made.body).await;
    assert_eq!((again.status, again.etag(), &again.body), (200, "\"1\"", &made.body));
    let changed = api.define(THINGS, &with("/max_age", json!(60))).await;
    assert_eq!((changed.status, changed.etag()), (200, "\"2\""));
    let cached = api.as_root("GET", &format!("/api/things/{}", document.id())).await;
    assert_eq!(cached.headers.get("cache-control").unwrap(), "private, max-age=60");
    let shown = api.as_root("GET", THINGS).await;
    assert_eq!((shown.etag(), &shown.body), ("\"2\"", &changed.body));
    let fresh = request("GET", THINGS, "root", SCOPE).insert_header(("if-none-match", "\"2\""));
    assert_eq!(api.send(fresh).await.status, 304);

    let refused = api.as_root("DELETE", THINGS).await;
    assert_eq!(refused.code(), (409, "conflict"));
    assert_eq!(api.as_root("DELETE", &format!("{THINGS}?force=true")).await.status, 204);
    for method in ["GET", "DELETE"] {
        assert_eq!(api.as_root(method, THINGS).await.code(), (404, "not_found"));
    }
    assert_eq!(api.as_root("GET", "/api/things").await.status, 404);
    let again = api.define(THINGS, &things()).await;
    assert_eq!((again.status, again.etag()), (201, "\"5\""), "an old ETag never fits a new definition");
    assert_eq!(api.as_root("GET", "/api/things").await.body["items"], json!([]));
    assert_eq!(api.as_root("DELETE", THINGS).await.status, 204, "an empty one goes without force");
}

#[actix_web::test]
async fn conditions_on_the_revision_of_a_definition_are_kept() {
    let api = Api::start().await;
    let conditional = async |method: &str, header: (&'static str, &'static str), n: i64| {
        let request = request(method, THINGS, "root", SCOPE).insert_header(header);
        api.send(request.set_json(with("/max_age", json!(n)))).await
    };
    assert_eq!(conditional("PUT", ("if-match", "*"), 1).await.code(), (412, "revision_mismatch"));
    assert_eq!(conditional("PUT", ("if-none-match", "*"), 1).await.status, 201);
    assert_eq!(conditional("PUT", ("if-none-match", "*"), 2).await.status, 412);
    assert_eq!(conditional("PUT", ("if-match", "\"1\""), 2).await.etag(), "\"2\"");
    let stale = conditional("PUT", ("if-match", "\"1\""), 3).await;
    assert_eq!(stale.code(), (412, "revision_mismatch"));
    assert!(stale.body["detail"].as_str().unwrap().contains("revision 2"), "{}", stale.body);
    assert_eq!(conditional("DELETE", ("if-match", "\"1\""), 0).await.status, 412);
    assert_eq!(conditional("DELETE", ("if-match", "\"2\""), 0).await.status, 204);
    assert_eq!(conditional("PUT", ("if-match", "\"3\""), 3).await.status, 412, "there is none to match");
}

#[actix_web::test]
async fn a_dry_run_tells_what_would_be_met_and_changes_nothing() {
    let api = Api::start().await;
    api.define(THINGS, &things()).await;
    for document in
        [json!({"title": "a", "n": 1}), json!({"title": "a"}), json!({"title": "b", "n": 2, "x": "NaN"})]
    {
        assert_eq!(api.add(&document).await.status, 201);
    }
    let mut wanted = with("/schema/required", json!(["title", "n"]));
    wanted["schema"]["properties"]["x"] = json!({"type": "number"});
    wanted["indexes"] = json!([{"keys": {"title": 1}, "unique": true}]);
    let report = api.define(&format!("{THINGS}?dry_run=true"), &wanted).await;
    assert_eq!(report.status, 200, "{}", report.body);
    let report = report.body;
    assert_eq!(
        (&report["compatible"], &report["examined"], &report["violations_total"]),
        (&json!(false), &json!(3), &json!(2))
    );
    let mut places = violations(&report);
    places.sort_unstable();
    assert_eq!(places, ["/n", "/x"]);
    let changed: Vec<&str> = report["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(changed, ["/schema/required", "/schema/properties/x", "/indexes"]);
    assert_eq!(
        (&report["indexes"]["build"], &report["indexes"]["drop"]),
        (&json!(["unique+title"]), &json!(["index+title+_id"]))
    );
    let conflict = &report["indexes"]["conflicts"][0];
    assert_eq!((&conflict["values"], &conflict["documents"]), (&json!({"title": "a"}), &json!(2)));
    assert_eq!(conflict["ids"].as_array().unwrap().len(), 2);

    let shown = api.as_root("GET", THINGS).await;
    assert_eq!((shown.etag(), &shown.body["indexes"][0]["unique"]), ("\"1\"", &json!(false)));
    assert_eq!(api.add(&json!({"title": "a"})).await.status, 201);
    let same = api.define(&format!("{THINGS}?dry_run=true&force=false"), &things()).await.body;
    assert_eq!(
        (&same["compatible"], &same["examined"], &same["changes"]),
        (&json!(true), &json!(4), &json!([]))
    );
    let other = with("/name", json!("others"));
    let new = api.define("/api/collections/others?dry_run=true", &other).await.body;
    assert_eq!((&new["compatible"], &new["changes"][0]["pointer"]), (&json!(true), &json!("")));
    assert_eq!(api.as_root("GET", "/api/collections/others").await.status, 404);
}

#[actix_web::test]
async fn an_incompatible_change_is_refused_with_the_report_and_can_be_forced() {
    let api = Api::start().await;
    api.define(THINGS, &things()).await;
    let document = api.add(&json!({"title": "a"})).await;
    let stricter = with("/schema/required", json!(["title", "n"]));
    let refused = api.define(THINGS, &stricter).await;
    assert_eq!(refused.code(), (409, "conflict"));
    assert!(refused.detail().contains("1 of 1 stored documents"), "{}", refused.body);
    assert!(refused.detail().contains("these documents stay as they are"), "{}", refused.body);
    assert_eq!(violations(&refused.body["report"]), ["/n"]);
    assert_eq!(refused.body["report"]["violations"][0]["_id"], document.body["_id"]);
    assert_eq!(api.define(&format!("{THINGS}?force=true"), &stricter).await.etag(), "\"2\"");

    let path = format!("/api/things/{}", document.id());
    assert_eq!(api.as_root("GET", &path).await.body["title"], "a", "it stays as it is");
    let patch =
        async |members: Value| api.send(request("PATCH", &path, "root", SCOPE).set_json(members)).await;
    assert_eq!(patch(json!({"title": "b"})).await.faults(), [("/n".into(), "required".into())]);
    // What broke the schema before is not in the way of a change of something else.
    let mut viewed = stricter.clone();
    viewed["views"] = json!({"short": ["title"]});
    assert_eq!(api.define(THINGS, &viewed).await.status, 200);
    assert_eq!(patch(json!({"n": 1})).await.status, 200);
}

#[actix_web::test]
async fn a_unique_index_over_duplicates_cannot_be_forced() {
    let api = Api::start().await;
    api.define(THINGS, &things()).await;
    let twins = [api.add(&json!({"title": "a"})).await, api.add(&json!({"title": "a"})).await];
    let unique = with("/indexes", json!([{"keys": {"title": 1}, "unique": true}]));
    for path in [THINGS.to_owned(), format!("{THINGS}?force=true")] {
        let refused = api.define(&path, &unique).await;
        assert_eq!(refused.code(), (409, "conflict"), "{path}");
        assert_eq!(refused.body["report"]["indexes"]["conflicts"][0]["values"], json!({"title": "a"}));
    }
    assert_eq!(api.as_root("GET", THINGS).await.etag(), "\"1\"");
    assert_eq!(api.as_root("DELETE", &format!("/api/things/{}", twins[0].id())).await.status, 204);
    assert_eq!(api.define(THINGS, &unique).await.etag(), "\"2\"");
    assert_eq!(api.add(&json!({"title": "a"})).await.code(), (409, "conflict"));
    assert_eq!(api.define(THINGS, &things()).await.etag(), "\"3\"");
    assert_eq!(api.add(&json!({"title": "a"})).await.status, 201, "the unique index is gone");
}

#[actix_web::test]
async fn a_stored_definition_goes_before_that_of_a_file_and_falls_back_to_it() {
    let api = Api::start().await;
    let path = "/api/collections/notes";
    let file = api.as_root("GET", path).await;
    assert_eq!(file.etag(), "\"0\"");
    let refused = api.as_root("DELETE", path).await;
    assert_eq!(refused.code(), (409, "conflict"));
    assert!(refused.body["detail"].as_str().unwrap().contains("file"), "{}", refused.body);

    let mut changed = file.body.clone();
    changed["schema"]["required"] = json!(["title"]);
    changed["schema"]["properties"]["slug"] = json!({"type": "integer"});
    let stored = api.define(path, &changed).await;
    assert_eq!((stored.status, stored.etag()), (200, "\"1\""), "{}", stored.body);
    let note = request("POST", "/api/notes", "root", SCOPE).set_json(json!({"title": "t", "slug": 7}));
    assert_eq!(api.send(note).await.status, 201);
    let refused = api.as_root("DELETE", path).await;
    assert_eq!((refused.code(), violations(&refused.body["report"])), ((409, "conflict"), vec!["/slug"]));
    assert_eq!(api.as_root("DELETE", &format!("{path}?force=true")).await.status, 204);
    let back = api.as_root("GET", path).await;
    assert_eq!((back.etag(), &back.body), ("\"2\"", &file.body));
    let kept = api.as_root("GET", "/api/notes").await;
    assert_eq!(kept.body["items"][0]["slug"], 7, "documents stay");
}

#[actix_web::test]
async fn a_wrong_definition_is_told_where_it_is_wrong() {
    let api = Api::start().await;
    for (pointer, value, place) in [
        ("/name", json!("other"), "/name"),
        ("/schema/type", json!("string"), "/schema/type"),
        ("/schema/properties/n", json!({"type": "integr"}), "/schema/properties/n/type"),
        ("/schema/properties/_n", json!({}), "/schema/properties/_n"),
        ("/schema/properties/n", json!({"$ref": "http://127.0.0.1:1/x"}), "/schema"),
        ("/indexes", json!([{"keys": {"title": 1}}, {"keys": {"tilte": 1}}]), "/indexes/1"),
        ("/indexes", json!([{"keys": {"title": 1}}, {"keys": {"title": 1, "_id": 1}}]), "/indexes"),
        ("/indexes", json!([{"keys": {"_id": -1}}]), "/indexes/0"),
        ("/indexes", json!([{"keys": {"title": 2}}]), "/indexes/0/keys"),
        ("/views", json!({"a/b": ["title", "nothing.here"]}), "/views/a~1b/1"),
        ("/access", json!({"write": "two words"}), "/access/write"),
        ("/colour", json!(1), "/colour"),
        ("/max_age", json!(-1), "/max_age"),
    ] {
        let mut definition = with(pointer, value);
        definition["schema"]["additionalProperties"] = json!(false);
        let refused = api.define(THINGS, &definition).await;
        assert_eq!(refused.code(), (422, "validation_error"), "{pointer}: {}", refused.body);
        let found = &refused.faults()[0].0;
        assert!(found.starts_with(place), "{found} for {place}: {}", refused.body);
    }
    for name in ["collections", "docs", "openapi.json", "_things", "Things", "%24where", "a%00b"] {
        let decoded = name.replace("%24", "$").replace("%00", "\0");
        let refused = api.define(&format!("/api/collections/{name}"), &with("/name", json!(decoded))).await;
        assert_eq!(
            (refused.status, refused.faults()[0].0.as_str()),
            (422, "/name"),
            "{name}: {}",
            refused.body
        );
    }
    for (query, parameter) in [("dry_run=yes", "dry_run"), ("force", "force"), ("forse=true", "forse")] {
        let refused = api.define(&format!("{THINGS}?{query}"), &things()).await;
        assert_eq!((refused.status, refused.faults()[0].0.as_str()), (422, parameter));
    }
    let raw = async |media_type: &'static str, body: String| {
        let put = request("PUT", THINGS, "root", SCOPE).insert_header(("content-type", media_type));
        api.send(put.set_payload(body)).await
    };
    assert_eq!(raw("application/json", "{".into()).await.status, 400);
    assert_eq!(raw("text/plain", "{}".into()).await.status, 415);
    assert_eq!(raw("application/json", "x".repeat(1024 * 1024 + 1)).await.status, 413);
    assert_eq!(api.as_root("GET", THINGS).await.status, 404);
}

#[actix_web::test]
async fn schemas_that_refer_to_themselves_end_nothing() {
    let api = Api::start().await;
    for combined in [
        json!({"allOf": [{"$ref": "#"}]}),
        json!({"anyOf": [{"$ref": "#"}, {"$ref": "#"}, {"$ref": "#"}]}),
        json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}),
        json!({"properties": {"a": {"allOf": [{"$ref": "#/properties/a"}, {"$ref": "#/properties/a"}]}}}),
        json!({"$dynamicRef": "#node", "$dynamicAnchor": "node"}),
    ] {
        let mut schema = combined.clone();
        schema["type"] = json!("object");
        let put = api.define(&format!("{THINGS}?force=true"), &with("/schema", schema)).await;
        assert!([200, 201, 422].contains(&put.status), "{combined}: {}", put.body);
        let added = api.add(&json!({"a": {"a": 1}})).await;
        assert!([201, 404, 422].contains(&added.status), "{combined}: {}", added.body);
        assert_eq!(api.send(TestRequest::get().uri("/api/openapi.json")).await.status, 200);
    }
}

#[actix_web::test]
async fn definitions_are_changed_by_those_who_may_and_by_no_job() {
    let api = Api::start().await;
    for method in ["PUT", "DELETE"] {
        let refused = api
            .send(request(method, THINGS, "ada", "things:admin calculations:write").set_payload("no"))
            .await;
        assert_eq!(refused.code(), (403, "insufficient_scope"), "{method}");
        let anonymous = TestRequest::with_uri(THINGS).method(method.parse().unwrap());
        assert_eq!(api.send(anonymous).await.code(), (401, "invalid_token"));
        assert_eq!(api.as_root(method, "/api/collections").await.status, 405);
    }
    assert_eq!(api.send(request("PUT", THINGS, "root", "*").set_json(things())).await.status, 201);
}

#[actix_web::test]
async fn the_openapi_document_follows_the_definitions() {
    let api = Api::start().await;
    let document = async || api.send(TestRequest::get().uri("/api/openapi.json")).await.body;
    assert!(document().await["paths"]["/api/things"].is_null());
    api.define(THINGS, &things()).await;
    assert!(document().await["paths"]["/api/things"]["post"].is_object());
    api.define(THINGS, &with("/schema/properties/colour", json!({"type": "string"}))).await;
    assert_eq!(document().await["components"]["schemas"]["things"]["properties"]["colour"]["type"], "string");
    api.as_root("DELETE", THINGS).await;
    assert!(document().await["paths"]["/api/things"].is_null());
}

#[actix_web::test]
async fn writers_of_one_definition_at_once_each_get_a_revision_of_their_own() {
    let api = Api::start().await;
    let write = async |n: i64| api.define(THINGS, &with("/max_age", json!(n))).await;
    let (a, b, c, d) = tokio::join!(write(1), write(2), write(3), write(4));
    let mut tags = std::collections::BTreeSet::new();
    for answer in [a, b, c, d] {
        match answer.status {
            200 | 201 => assert!(tags.insert(answer.etag().to_owned()), "{tags:?}"),
            503 => {}
            _ => panic!("{}", answer.body),
        }
    }
    assert_eq!(api.as_root("GET", THINGS).await.etag(), format!("\"{}\"", tags.len()));
}

#[actix_web::test]
async fn a_collection_of_the_same_name_begins_with_nothing_in_memory_either() {
    let api = Api::start().await;
    let (scope, path) = ("hot:read hot:write hot:admin collections:write", "/api/collections/hot");
    let send = async |method: &str, path: &str, scope: &str, body: Value| {
        api.send(request(method, path, "ada", scope).set_json(body)).await
    };
    let hot = json!({"name": "hot", "schema": {"type": "object"}, "max_age": 3600, "versioned": true});
    assert_eq!(send("PUT", path, scope, hot.clone()).await.status, 201);
    let made = send("POST", "/api/hot", scope, json!({"secret": "of the old owner"})).await;
    let one = format!("/api/hot/{}", made.id());
    for _ in 0..2 {
        assert_eq!(send("GET", &one, "hot:read", json!({})).await.status, 200);
    }
    assert_eq!(send("DELETE", &format!("{path}?force=true"), scope, json!({})).await.status, 204);
    assert_eq!(send("PUT", path, scope, hot).await.status, 201);
    for of_it in [one.clone(), format!("{one}/versions"), format!("{one}/versions/1")] {
        assert_eq!(send("GET", &of_it, "hot:read", json!({})).await.status, 404, "{of_it}");
    }
}

#[actix_web::test]
async fn to_keep_less_needs_force_and_to_keep_more_does_not() {
    let api = Api::start().await;
    let keep = |keep: Value| {
        let mut definition = with("/versioned", json!(true));
        definition["keep"] = keep;
        definition
    };
    assert_eq!(api.define(THINGS, &with("/versioned", json!(true))).await.status, 201);
    let refused = api.define(THINGS, &keep(json!({"days": 30}))).await;
    assert_eq!(refused.code(), (409, "conflict"), "{}", refused.text);
    assert_eq!(refused.body["report"]["changes"][0]["pointer"], "/keep");
    assert!(
        refused.detail().ends_with("is removed for good; force=true makes the change anyway"),
        "{}",
        refused.text
    );
    assert_eq!(api.define(&format!("{THINGS}?force=true"), &keep(json!({"days": 30}))).await.status, 200);
    assert_eq!(api.define(THINGS, &keep(json!({"days": 31}))).await.status, 200);
    assert_eq!(api.define(THINGS, &keep(json!({"days": 29}))).await.code(), (409, "conflict"));
    let odd = api.define(THINGS, &keep(json!({"versions": 0}))).await;
    assert_eq!(odd.faults(), [("/keep/versions".to_owned(), "definition".to_owned())]);
}
