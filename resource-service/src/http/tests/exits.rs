//! Everything that leaves the service beside the documents themselves: answers to writes, refusals, reports, entity
//! tags. None of it shows a caller what they may not read.

use super::*;

const SECRET: &str = "TOP-SECRET";
const WRITER: &str = "calculations:write";
const EVE: &str = "staff:read staff:write";
const BOSS: &str = "staff:read staff:write staff:secret staff:admin collections:write";

async fn send(api: &Api, method: &str, path: &str, scope: &str, body: &Value) -> Response {
    api.send(request(method, path, "mal", scope).set_json(body)).await
}

fn secret() -> Value {
    let mut secret = calculation();
    secret["parameters"] = json!({"key": SECRET});
    secret
}

async fn hidden_away(api: &Api) -> String {
    format!("/api/calculations/{}", api.with("POST", "/api/calculations", &secret()).await.id())
}

fn staff() -> Value {
    json!({
        "name": "staff",
        "schema": {
            "type": "object",
            "properties": {
                "name": {"type": "string"}, "iban": {"type": "string"},
                "person": {"type": "object", "properties": {"salary": {"type": "number"}}, "maxProperties": 3},
            },
            "not": {"required": ["forbidden"]},
        },
        "access": {"hidden": {"person.salary": "staff:secret", "iban": "staff:secret"}},
    })
}

/// A collection with hidden fields, and the path of a document of it.
async fn with_staff() -> (Api, String) {
    let api = Api::start_with(&[staff()]).await;
    let ada = json!({"name": "Ada", "iban": SECRET, "person": {"salary": 471_147.5}});
    let made = send(&api, "POST", "/api/staff", BOSS, &ada).await;
    let path = format!("/api/staff/{}", made.id());
    (api, path)
}

fn keeps(answer: &Response, statuses: &[u16]) {
    assert!(statuses.contains(&answer.status), "{} {}", answer.status, answer.text);
    let shown = format!("{:?} {}", answer.headers, answer.text);
    assert!(!shown.contains(SECRET) && !shown.contains("471147"), "{shown}");
}

#[actix_web::test]
async fn a_json_patch_that_fails_tells_who_may_not_read_nothing_of_the_document() {
    let api = Api::start().await;
    let path = hidden_away(&api).await;
    let mut answers = Vec::new();
    for operations in [
        json!([{"op": "remove", "path": "/parameters/key"}, {"op": "remove", "path": "/nope"}]),
        json!([{"op": "remove", "path": "/parameters/other"}, {"op": "remove", "path": "/nope"}]),
        json!([{"op": "replace", "path": "/parameters/key", "value": 1}, {"op": "replace", "path": "/status", "value": "bogus"}]),
    ] {
        let patch = |scope| request("PATCH", &path, "ada", scope).set_json(&operations);
        let patch = |scope| patch(scope).insert_header(("content-type", "application/json-patch+json"));
        let answer = api.send(patch(WRITER)).await;
        assert_eq!(answer.faults(), [(String::new(), "patch".to_owned())], "{}", answer.text);
        answers.push(answer.body["errors"].clone());
        let explained = api.send(patch(ALL)).await;
        assert!(!explained.faults()[0].0.is_empty(), "{}", explained.text);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[actix_web::test]
async fn who_may_write_but_not_read_is_shown_id_and_revision_alone() {
    let api = Api::start().await;
    let path = hidden_away(&api).await;
    let id = path.rsplit('/').next().unwrap();
    for (revision, method, body) in [
        (2, "PATCH", json!({})),
        (3, "PATCH", json!({"status": "finished"})),
        (4, "PATCH", json!({"parameters": {"key": SECRET}})),
        (5, "PUT", secret()),
    ] {
        let answer = send(&api, method, &path, WRITER, &body).await;
        keeps(&answer, &[200]);
        assert_eq!(
            answer.body,
            json!({"_id": id, "_revision": revision}),
            "a guess is a write like any other"
        );
    }
    let made = send(&api, "POST", "/api/calculations", WRITER, &calculation()).await;
    assert_eq!(made.body, json!({"_id": made.id(), "_revision": 1}));
    let again = request("PATCH", &path, "mal", WRITER).insert_header(("if-match", "\"5\""));
    let again = api.send(again.set_json(json!({"host": "n1"}))).await;
    let tagged = request("PATCH", &path, "mal", WRITER).insert_header(("if-match", again.etag()));
    assert_eq!(api.send(tagged.set_json(json!({"host": "n2"}))).await.body["_revision"], 7);
    assert_ne!(again.etag(), "\"6\"", "the tag of those who read is another");
}

#[actix_web::test]
async fn a_request_that_is_repeated_without_the_scope_that_reads_shows_no_more() {
    let api = Api::start().await;
    let ask = async |scope| {
        let ask = request("POST", "/api/calculations", "ada", scope).insert_header(("idempotency-key", "k"));
        api.send(ask.set_json(secret())).await
    };
    let (first, again) = (ask(ALL).await, ask(WRITER).await);
    assert_eq!((first.status, first.text.contains(SECRET), again.status), (201, true, 201));
    assert_eq!(again.body, json!({"_id": first.id(), "_revision": 1}));
}

#[actix_web::test]
async fn what_reads_on_the_way_to_a_write_takes_the_scope_that_reads() {
    let api = Api::start().await;
    let path = hidden_away(&api).await;
    for operation in [
        json!({"op": "test", "path": "/parameters/key", "value": SECRET}),
        json!({"op": "test", "path": "/parameters/key", "value": "wrong"}),
        json!({"op": "copy", "from": "/parameters/key", "path": "/name"}),
        json!({"op": "move", "from": "/parameters/key", "path": "/name"}),
    ] {
        let patch = request("PATCH", &path, "mal", WRITER).set_json(json!([operation]));
        let answer = api.send(patch.insert_header(("content-type", "application/json-patch+json"))).await;
        keeps(&answer, &[403]);
        let challenge = answer.headers.get(WWW_AUTHENTICATE).unwrap().to_str().unwrap();
        assert!(challenge.contains("calculations:read"), "{challenge}");
    }
    let patch = json!([{"op": "replace", "path": "/status", "value": "failed"}]);
    let patch = request("PATCH", &path, "mal", WRITER).set_json(patch);
    let patch = patch.insert_header(("content-type", "application/json-patch+json"));
    keeps(&api.send(patch).await, &[200]);
    keeps(&send(&api, "POST", &format!("{path}/versions/1/restore"), WRITER, &json!({})).await, &[403]);
    assert_eq!(api.call("DELETE", &path).await.status, 204);
    keeps(&send(&api, "POST", &format!("{path}/restore"), WRITER, &json!({})).await, &[403]);
}

#[actix_web::test]
async fn what_the_service_records_cannot_be_guessed_without_the_scope_that_reads() {
    let api = Api::start().await;
    let made = api.with("POST", "/api/calculations", &calculation()).await;
    let path = format!("/api/calculations/{}", made.id());
    for name in ["_owner", "_created_at", "_updated_at"] {
        let right = made.body[name].clone();
        let send = async |value: &Value| {
            let mut whole = calculation();
            whole[name] = value.clone();
            let mut answers = Vec::new();
            for (method, body, kind) in [
                ("PUT", whole, "application/json"),
                ("PATCH", json!({name: value}), "application/merge-patch+json"),
                (
                    "PATCH",
                    json!([{"op": "add", "path": format!("/{name}"), "value": value}]),
                    "application/json-patch+json",
                ),
                (
                    "PATCH",
                    json!([{"op": "replace", "path": format!("/{name}"), "value": value}]),
                    "application/json-patch+json",
                ),
            ] {
                let ask = request(method, &path, "mal", WRITER).set_payload(body.to_string());
                let answer = api.send(ask.insert_header(("content-type", kind))).await;
                answers.push((answer.status, answer.body["errors"].clone(), answer.body["detail"].clone()));
            }
            answers
        };
        let (right, wrong) = (send(&right).await, send(&json!("2020-01-01T00:00:00.000Z")).await);
        assert_eq!(right, wrong, "{name}: a right guess is answered like a wrong one");
        assert!(right.iter().all(|(status, ..)| *status >= 400), "{name}: {right:?}");
    }
    let echo = json!({"_id": made.id(), "_revision": 1, "host": "n1"});
    assert_eq!(
        send(&api, "PATCH", &path, WRITER, &echo).await.status,
        200,
        "what they are shown they may repeat"
    );
}

#[actix_web::test]
async fn a_refusal_quotes_nothing_that_its_reader_may_not_see() {
    let (api, path) = with_staff().await;
    for body in [
        json!({"forbidden": 1}),
        json!({"person": {"a": 1, "b": 2, "c": 3}}),
        json!({"person": null, "name": 5}),
        json!({"person": 5}),
    ] {
        for scope in [EVE, "staff:write staff:secret"] {
            keeps(&send(&api, "PATCH", &path, scope, &body).await, &[403, 422, 200]);
        }
    }
    let refused = send(&api, "PATCH", &path, EVE, &json!({"name": 5})).await;
    assert!(refused.text.contains('5'), "what was sent is quoted: {}", refused.text);
    let whole = send(&api, "PATCH", &path, BOSS, &json!({"person": {"a": 1, "b": 2, "c": 3}})).await;
    assert!(whole.text.contains("471147"), "a caller who may see all of it is shown all: {}", whole.text);
}

#[actix_web::test]
async fn readers_who_see_different_documents_have_different_tags() {
    let (api, path) = with_staff().await;
    let get = async |scope: &str, tag: &str| {
        api.send(request("GET", &path, "eve", scope).insert_header(("if-none-match", tag))).await
    };
    let (whole, part) = (get(BOSS, "\"none\"").await, get(EVE, "\"none\"").await);
    assert_eq!((whole.etag(), part.status), ("\"1\"", 200));
    assert_eq!((get(EVE, whole.etag()).await.status, get(BOSS, part.etag()).await.status), (200, 200));
    let fresh = get(EVE, part.etag()).await;
    assert_eq!((fresh.status, fresh.etag()), (304, part.etag()));
    for answer in [&whole, &fresh] {
        let vary = answer.headers.get_all("vary").any(|vary| vary == "Authorization");
        assert!(vary, "{:?}", answer.headers);
    }
    let change = request("PATCH", &path, "eve", EVE).insert_header(("if-match", part.etag()));
    let changed = api.send(change.set_json(json!({"name": "Ida"}))).await;
    assert_eq!((changed.status, changed.etag()), (200, get(EVE, "\"none\"").await.etag()));
    let stale = request("PATCH", &path, "eve", EVE).insert_header(("if-match", part.etag()));
    assert_eq!(api.send(stale.set_json(json!({"name": "Eda"}))).await.status, 412);
}

#[actix_web::test]
async fn a_report_shows_values_to_those_who_may_read_them() {
    let (api, path) = with_staff().await;
    let id = path.rsplit('/').next().unwrap();
    assert_eq!(send(&api, "POST", "/api/staff", EVE, &json!({"name": "Ada"})).await.status, 201);
    let mut definition = staff();
    definition["schema"]["properties"]["iban"] = json!({"type": "integer"});
    definition["schema"]["properties"]["person"] =
        json!({"type": "object", "properties": {"salary": {"type": "string"}}, "maxProperties": 0});
    definition["indexes"] = json!([{"keys": {"name": 1}, "unique": true}]);
    let assess = async |scope: &str| {
        let more = format!("{scope} collections:write");
        send(&api, "PUT", "/api/collections/staff?dry_run=true", &more, &definition).await
    };
    for scope in ["collections:write", EVE] {
        let report = assess(scope).await;
        keeps(&report, &[200]);
        assert_eq!(report.body["violations"][0]["_id"], id, "{}", report.text);
        let places = report.body["violations"][0]["errors"].to_string();
        assert!(places.contains("/iban") && places.contains("/person"), "{places}");
        let conflict = &report.body["indexes"]["conflicts"][0];
        assert_eq!(
            (conflict["documents"].as_u64(), conflict.get("values").is_some()),
            (Some(2), scope == EVE)
        );
        let refused =
            send(&api, "PUT", "/api/collections/staff", &format!("{scope} collections:write"), &definition)
                .await;
        keeps(&refused, &[409]);
    }
    assert!(assess(BOSS).await.text.contains(SECRET));
}

#[actix_web::test]
async fn who_may_use_a_collection_is_changed_by_its_administrators() {
    let (api, path) = with_staff().await;
    let mut open = staff();
    open["access"] = json!({});
    let put = "/api/collections/staff?force=true";
    for (method, to, body) in [
        ("PUT", put, &open),
        ("PUT", "/api/collections/staff?dry_run=true", &open),
        ("DELETE", put, &json!({})),
    ] {
        let refused = send(&api, method, to, "collections:write staff:read", body).await;
        assert_eq!(refused.code(), (403, "insufficient_scope"), "{}", refused.text);
        assert!(refused.text.contains("staff:admin"), "{}", refused.text);
    }
    let mut described = staff();
    described["views"] = json!({"short": ["name"]});
    assert_eq!(
        send(&api, "PUT", put, "collections:write", &described).await.status,
        200,
        "who may use it is the same"
    );
    assert_eq!(send(&api, "PUT", put, BOSS, &open).await.status, 200);
    let shown = api.send(request("GET", &path, "eve", EVE)).await;
    assert_eq!(shown.body["iban"], SECRET);
    assert_eq!(
        send(
            &api,
            "PUT",
            "/api/collections/new",
            "collections:write",
            &json!({"name": "new", "schema": {"type": "object"}})
        )
        .await
        .status,
        201
    );
}

#[actix_web::test]
async fn a_conflict_of_points_names_the_stored_value_to_readers() {
    let api = Api::shipped().await;
    let all = "calculations:read calculations:write series:read series:write";
    let id = send(&api, "POST", "/api/calculations", all, &calculation()).await.id().to_owned();
    let points = async |scope: &str, unit: &str, value: f64| {
        let points =
            json!({"calculation": id, "metric": "m", "unit": unit, "points": [{"step": 2, "value": value}]});
        send(&api, "POST", "/api/series/points", scope, &points).await
    };
    assert_eq!(points(all, "TOP-SECRET", -471_147.5).await.status, 200);
    let writer = "calculations:read calculations:write series:write";
    keeps(&points(writer, "TOP-SECRET", 3.5).await, &[409]);
    let mut other = points(writer, "eV", 3.5).await;
    keeps(&other, &[409]);
    other = points(all, "TOP-SECRET", 3.5).await;
    assert!(other.text.contains("-471147.5"), "{}", other.text);
}

#[actix_web::test]
async fn a_tag_of_an_expanded_answer_changes_with_what_it_shows() {
    let api = Api::shipped().await;
    let all = "calculations:read calculations:write reviews:read reviews:write";
    let id = send(&api, "POST", "/api/calculations", all, &calculation()).await.id().to_owned();
    let review = json!({"calculation": id, "revision": 1, "verdict": "approve"});
    let review = send(&api, "POST", "/api/reviews", all, &review).await.id().to_owned();
    let get = async |tag: &str| {
        let path = format!("/api/reviews/{review}?expand=_stale");
        api.send(request("GET", &path, "ada", all).insert_header(("if-none-match", tag))).await
    };
    let first = get("\"1\"").await;
    assert_eq!(
        (first.status, &first.body["stale"]),
        (200, &json!(false)),
        "the tag of the plain review is another"
    );
    assert_eq!(get(first.etag()).await.status, 304);
    send(&api, "PATCH", &format!("/api/calculations/{id}"), all, &json!({"host": "n1"})).await;
    let second = get(first.etag()).await;
    assert_eq!((second.status, &second.body["stale"]), (200, &json!(true)));
    let change = request("PATCH", &format!("/api/reviews/{review}"), "mal", all);
    let change = change.insert_header(("if-match", second.etag())).set_json(json!({"comment": "c"}));
    assert_eq!(api.send(change).await.status, 200, "it names the revision of the review all the same");
}

#[actix_web::test]
async fn no_revision_is_put_down_to_somebody_else_and_no_diff_spans_a_gap() {
    let kept =
        |versioned: bool| json!({"name": "kept", "schema": {"type": "object"}, "versioned": versioned});
    let api = Api::start().await;
    let scope = "kept:read kept:write kept:admin collections:write";
    let define = async |versioned: bool| {
        let path = "/api/collections/kept?force=true";
        assert!(send(&api, "PUT", path, scope, &kept(versioned)).await.status < 300);
    };
    let edit = async |path: &str, x: u32, who: &str| {
        let edit = request("PATCH", path, who, scope).set_json(json!({"x": x}));
        assert_eq!(api.send(edit).await.status, 200);
    };
    define(true).await;
    let path = format!(
        "/api/kept/{}",
        api.send(request("POST", "/api/kept", "ada", scope).set_json(json!({"x": 1}))).await.id()
    );
    edit(&path, 2, "ada").await;
    define(false).await;
    edit(&path, 3, "bob").await;
    edit(&path, 4, "bob").await;
    define(true).await;
    edit(&path, 5, "eve").await;
    let items =
        api.send(request("GET", &format!("{path}/versions"), "ada", scope)).await.body["items"].clone();
    let shown: Vec<_> = items
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            (item["revision"].as_i64().unwrap(), item["by"].as_str().unwrap(), item["diff"].is_null())
        })
        .collect();
    assert_eq!(shown, [(5, "eve", false), (4, "bob", true), (1, "ada", false)]);
}
