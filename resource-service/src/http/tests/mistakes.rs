//! The commonest mistakes of clients, and what they read about them.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

use super::*;

const PATH: &str = "/api/calculations";

fn sent(kind: &str, body: impl Into<Vec<u8>>) -> TestRequest {
    let body: Vec<u8> = body.into();
    request("POST", PATH, "ada", ALL).insert_header(("content-type", kind.to_owned())).set_payload(body)
}

/// The text of a calculation, with more members.
fn text(more: &str) -> String {
    format!(r#"{{"name":"a","code":{{"name":"x"}},"status":"planned"{more}}}"#)
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Status and text of the answer to a body that is refused.
async fn refused(api: &Api, kind: &str, body: &str) -> (u16, String) {
    let refused = api.send(sent(kind, body)).await;
    (refused.status, refused.text)
}

#[actix_web::test]
async fn values_of_other_languages_in_json_are_explained() {
    let api = Api::start().await;
    for (value, words) in [
        ("NaN", r#"the string \"NaN\""#),
        ("nan", "no NaN"),
        ("-Infinity", "no Infinity"),
        ("None", "writes null"),
        ("True", "lower case"),
    ] {
        let body = text(&format!(r#","results":{{"energy":{{"value":{value}}}}}"#));
        for body in [body.clone(), format!("[{body}]"), body.replace(',', ",\n")] {
            let (status, answer) = refused(&api, "application/json", &body).await;
            assert!(status == 400 && answer.contains(words), "{value}: {status} {answer}");
        }
        let (_, answer) = refused(&api, "application/x-ndjson", &body).await;
        assert!(answer.contains(words), "{answer}");
    }
}

#[actix_web::test]
async fn a_number_in_the_place_of_a_result_is_told_the_shape() {
    let api = Api::start().await;
    let (status, answer) = refused(&api, "application/json", &text(r#","results":{"energy":-1.5}"#)).await;
    assert_eq!(status, 422);
    assert!(answer.contains(r#"expected {\"value\": …} (optional: \"unit\")"#), "{answer}");
}

#[actix_web::test]
async fn a_mistyped_member_or_parameter_is_told_the_nearest_name() {
    let api = Api::start().await;
    let (_, answer) =
        refused(&api, "application/json", r#"{"name":"a","code":{"name":"x"},"stauts":"planned"}"#).await;
    assert!(answer.contains(r#"did you mean \"status\"?"#), "{answer}");
    for (query, words) in [
        ("?page=2", "after="),
        ("?next=abc", "after="),
        ("?order=desc", "sort=-FIELD"),
        ("/aggregate?groupby=status", "group=FIELD"),
        ("/aggregate?stat=mean:results.energy.value", r#"did you mean \"avg\"?"#),
        ("?name[like]=a", "contains and prefix"),
        ("?filter=", "it is empty"),
        ("?filter=%7B%22name%22:NaN%7D", r#"the string \"NaN\""#),
        ("?offset=20", "after="),
        ("?stauts=planned", "status"),
        ("?name[gtt]=a", "did you mean"),
        ("?limti=5", "limit"),
    ] {
        let refused = api.call("GET", &format!("{PATH}{query}")).await;
        assert!(refused.status == 422 && refused.text.contains(words), "{query}: {}", refused.text);
    }
}

#[actix_web::test]
async fn an_empty_body_is_called_so() {
    let api = Api::start().await;
    for empty in ["", " \n"] {
        let (status, answer) = refused(&api, "application/json", empty).await;
        assert!(status == 400 && answer.contains("the body is empty"), "{status} {answer}");
    }
}

#[actix_web::test]
async fn a_value_that_is_none_of_ieee754_is_told_the_three_texts() {
    let api = Api::shipped().await;
    let body = text(r#","results":{"energy":{"value":"nan"}}"#);
    let (status, answer) = refused(&api, "application/json", &body).await;
    assert_eq!(status, 422);
    assert!(answer.contains(r#"\"NaN\", \"Infinity\" and \"-Infinity\""#), "{answer}");
}

#[actix_web::test]
async fn a_report_that_ends_early_says_so() {
    let api = Api::shipped().await;
    let unknown = |count: usize| (0..count).map(|n| format!(r#","x{n}":1"#)).collect::<Vec<_>>().concat();
    for (count, words) in [(19, "19 values are not valid"), (50, "20 or more values are not valid")] {
        let (_, answer) = refused(&api, "application/json", &text(&unknown(count))).await;
        assert!(answer.contains(words), "{answer}");
    }
}

#[actix_web::test]
async fn a_definition_is_told_what_it_lacks_and_what_a_type_is() {
    let api = Api::start().await;
    let put = async |body: Value| {
        api.send(request("PUT", "/api/collections/odd", "ada", "collections:write").set_json(body)).await
    };
    let refused = put(json!({"name": "odd"})).await;
    assert_eq!((refused.status, refused.faults()), (422, vec![("/schema".into(), "required".into())]));
    let refused = put(json!({"name": "odd", "schema": {"type": "objekt"}})).await;
    assert_eq!(refused.faults()[0].0, "/schema/type");
    assert!(refused.detail().contains("\"objekt\" is not a type; expected \"object\""), "{}", refused.text);
    let refused = put(json!({"name": "odd", "schema": {"type": "object"}, "keep": {"days": 1.5}})).await;
    assert!(refused.detail().contains("expected an integer"), "{}", refused.text);
    let gone = request("PUT", "/api/collections/odd", "ada", "collections:write")
        .insert_header(("if-match", "\"1\""));
    let gone = api.send(gone.set_json(json!({"name": "odd", "schema": {"type": "object"}}))).await;
    assert_eq!(
        (gone.status, gone.detail()),
        (412, "There is no such collection now; leave out If-Match to create it")
    );
}

#[actix_web::test]
async fn a_member_given_twice_is_refused_at_every_door() {
    let api = Api::shipped().await;
    let made = api.with("POST", PATH, &calculation()).await;
    let path = format!("{PATH}/{}", made.id());
    let refused = api.send(sent("application/json", text(r#","name":"b""#))).await;
    assert_eq!(refused.code(), (400, "invalid_request"));
    assert_eq!(refused.faults(), [("/name".to_owned(), "duplicate".to_owned())]);
    let array = api.send(sent("application/json", format!("[{}]", text(r#","name":"b""#)))).await;
    assert_eq!(array.body["items"][0]["status"], 400, "{}", array.text);
    let lines =
        api.send(sent("application/x-ndjson", format!("{}\n{}", text(""), text(r#","name":"b""#)))).await;
    assert!(lines.text.contains("\"status\":201") && lines.text.contains("\"status\":400"), "{}", lines.text);
    let twice = r#"{"status":"running","status":"failed"}"#;
    for (method, path, kind, body) in [
        ("PUT", path.as_str(), "application/json", text(r#","name":"b""#)),
        ("PATCH", &path, "application/merge-patch+json", twice.to_owned()),
        (
            "PATCH",
            &path,
            "application/json-patch+json",
            r#"[{"op":"remove","path":"/host","path":"/x"}]"#.to_owned(),
        ),
        ("POST", "/api/series/points", "application/json", r#"{"metric":"m","metric":"n"}"#.to_owned()),
        (
            "PUT",
            "/api/collections/twice",
            "application/json",
            r#"{"name":"twice","name":"other"}"#.to_owned(),
        ),
    ] {
        let scope = format!("{ALL} collections:write series:write");
        let request = request(method, path, "ada", &scope);
        let refused = api.send(request.insert_header(("content-type", kind)).set_payload(body)).await;
        assert!(
            refused.status == 400 && refused.text.contains("more than once"),
            "{method} {path}: {}",
            refused.text
        );
    }
    let filter = "%7B%22name%22:%22a%22,%22name%22:%22b%22%7D";
    let refused = api.call("GET", &format!("{PATH}?filter={filter}")).await;
    assert!(refused.status == 422 && refused.text.contains("more than once"), "{}", refused.text);
}

#[actix_web::test]
async fn compressed_bodies_are_read_and_unknown_codings_refused() {
    let api = Api::start().await;
    let coded =
        |request: TestRequest, coding: &str| request.insert_header(("content-encoding", coding.to_owned()));
    let made = api.send(coded(sent("application/json", gzip(&text(""))), "gzip")).await;
    assert_eq!((made.status, &made.body["name"]), (201, &json!("a")));
    let many = format!("{}\n", text("")).repeat(3);
    let made = api.send(coded(sent("application/x-ndjson", gzip(&many)), "gzip")).await;
    assert_eq!(made.text.matches("\"status\":201").count(), 3, "{}", made.text);
    let bomb = text(&format!(r#","host":"{}""#, "a".repeat(40_000_000)));
    assert_eq!(api.send(coded(sent("application/json", gzip(&bomb)), "gzip")).await.status, 413);
    let lines = api.send(coded(sent("application/x-ndjson", gzip(&bomb)), "gzip")).await;
    assert!(lines.text.contains("payload_too_large"), "{}", lines.text);
    let garbled = api.send(coded(sent("application/json", text("")), "gzip")).await;
    assert_eq!(garbled.status, 400);
    let unknown = api.send(coded(sent("application/json", text("")), "zigzag")).await;
    assert_eq!(
        (unknown.status, unknown.headers.get("accept-encoding").unwrap().to_str().unwrap()),
        (415, "gzip")
    );
    let patch = request(
        "PATCH",
        &format!("{PATH}/{}", api.with("POST", PATH, &calculation()).await.id()),
        "ada",
        ALL,
    );
    let patch =
        patch.insert_header(("content-type", "application/json")).set_payload(gzip(r#"{"host":"n9"}"#));
    assert_eq!(api.send(coded(patch, "gzip")).await.body["host"], "n9");
}

#[actix_web::test]
async fn a_byte_order_mark_is_skipped() {
    let api = Api::start().await;
    let marked = |text: &str| format!("\u{feff}{text}");
    assert_eq!(api.send(sent("application/json", marked(&text("")))).await.status, 201);
    let array = api.send(sent("application/json", marked(&format!("[{}]", text(""))))).await;
    assert_eq!(array.body["inserted"], 1, "{}", array.text);
    let lines = api.send(sent("application/x-ndjson", marked(&format!("{0}\n{0}", text(""))))).await;
    assert_eq!(lines.text.matches("\"status\":201").count(), 2, "{}", lines.text);
}

#[actix_web::test]
async fn a_tag_that_a_proxy_made_weak_fits() {
    let api = Api::start().await;
    let path = format!("{PATH}/{}", api.with("POST", PATH, &calculation()).await.id());
    let patch = |tag: &str| {
        let patch = request("PATCH", &path, "ada", ALL).insert_header(("if-match", tag.to_owned()));
        patch.set_json(json!({"host": "n2"}))
    };
    assert_eq!(api.send(patch("W/\"1\"")).await.status, 200);
    assert_eq!(api.send(patch("W/\"1\"")).await.status, 412);
}

#[actix_web::test]
async fn long_names_are_not_repeated_in_full() {
    let api = Api::shipped().await;
    let document = |n: usize| format!("{{\"{}{n}\":1}}", "q".repeat(100_000));
    let body = format!("[{}]", (0..5).map(document).collect::<Vec<_>>().join(","));
    for key in [None, Some("\"long\"")] {
        let mut request = request("POST", "/api/reviews", "ada", &format!("{ALL} reviews:write"))
            .insert_header(("content-type", "application/json"))
            .set_payload(body.clone());
        if let Some(key) = key {
            request = request.insert_header(("idempotency-key", key));
        }
        let answer = api.send(request).await;
        assert!(!answer.text.contains(&"q".repeat(1_000)), "{} bytes", answer.text.len());
        assert!(answer.text.contains("additionalProperties"), "{}", answer.text);
    }
}

#[actix_web::test]
async fn a_page_behind_the_last_revision_is_empty() {
    let api =
        Api::start_with(&[json!({"name": "kept", "schema": {"type": "object"}, "versioned": true})]).await;
    let scope = "kept:read kept:write";
    let made = api.send(request("POST", "/api/kept", "ada", scope).set_json(json!({"a": 1}))).await;
    let page = |id: &str| request("GET", &format!("/api/kept/{id}/versions?after=1"), "ada", scope);
    let empty = api.send(page(made.id())).await;
    assert_eq!((empty.status, &empty.body["items"]), (200, &json!([])));
    assert_eq!(api.send(page("none")).await.status, 404);
}

#[actix_web::test]
async fn defaults_are_filled_in_by_inserts_and_replacements_alone() {
    let api = Api::start_with(&[json!({"name": "runs", "schema": {
        "type": "object", "required": ["name", "kind"], "additionalProperties": false,
        "properties": {
            "name": {"type": "string"}, "kind": {"type": "string", "default": "plain"},
            "grid": {"type": "object", "properties": {"points": {"type": "integer", "default": 50}}},
        },
    }})])
    .await;
    let send = |method: &str, path: &str, body: Value| {
        api.send(request(method, path, "ada", "runs:read runs:write").set_json(body))
    };
    let made = send("POST", "/api/runs", json!({"name": "a", "grid": {}})).await;
    assert_eq!(
        (made.status, &made.body["kind"], &made.body["grid"]["points"]),
        (201, &json!("plain"), &json!(50))
    );
    let many = send("POST", "/api/runs", json!([{"name": "b"}, {"name": "c", "kind": null}])).await;
    let statuses: Vec<_> =
        many.body["items"].as_array().unwrap().iter().map(|item| item["status"].clone()).collect();
    assert_eq!(statuses, [201, 422], "{}", many.text);
    let path = format!("/api/runs/{}", made.id());
    let replaced = send("PUT", &path, json!({"name": "d"})).await;
    assert_eq!((replaced.status, &replaced.body["kind"]), (200, &json!("plain")));
    let patched = send("PATCH", &path, json!({"grid": {}})).await;
    assert_eq!((patched.status, &patched.body["grid"]), (200, &json!({})));
    assert_eq!(send("PATCH", &path, json!({"kind": null})).await.status, 422);
}
