//! Many documents at once: arrays, streams, all or none, and requests that are sent again.

use actix_web::web::Bytes;

use super::*;

fn post(path: &str, media_type: &'static str, body: impl Into<Bytes>) -> TestRequest {
    request("POST", path, "ada", ALL).insert_header(("content-type", media_type)).set_payload(body)
}

/// An answer with a line each.
async fn lines(api: &Api, request: TestRequest) -> (u16, Vec<Value>) {
    let app = init_service(App::new().configure(|config| (api.part.configure)(config))).await;
    let response = call_service(&app, request.to_request()).await;
    let status = response.status().as_u16();
    assert_eq!(response.headers().get("content-type").unwrap(), "application/x-ndjson");
    let text = String::from_utf8(read_body(response).await.to_vec()).unwrap();
    (status, text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

async fn count(api: &Api, collection: &str) -> u64 {
    api.call("GET", &format!("/api/{collection}?count=exact")).await.body["total"].as_u64().unwrap()
}

fn statuses(items: &[Value]) -> Vec<u64> {
    items.iter().map(|item| item["status"].as_u64().unwrap()).collect()
}

#[actix_web::test]
async fn of_an_array_each_document_is_stored_for_itself() {
    let api = Api::start().await;
    let body =
        json!([{"slug": "a"}, {"slug": 5}, {"slug": "a"}, {"_id": "x"}, [], {"a.b": 1}, {"slug": "b"}]);
    let answer = api.with("POST", "/api/notes", &body).await;
    let items = answer.body["items"].as_array().unwrap();
    assert_eq!((answer.status, statuses(items)), (200, vec![201, 422, 409, 422, 422, 422, 201]));
    assert_eq!((&answer.body["inserted"], &answer.body["refused"]), (&json!(2), &json!(5)));
    assert_eq!(items[1]["errors"][0]["pointer"], "/slug");
    assert_eq!(
        (&items[2]["code"], &items[6]["index"], &items[6]["_revision"]),
        (&json!("conflict"), &json!(6), &json!(1))
    );
    let stored = api.call("GET", &format!("/api/notes/{}", items[6]["_id"].as_str().unwrap())).await;
    assert_eq!(stored.body["slug"], "b");
    assert_eq!(count(&api, "notes").await, 2);
    let empty = api.with("POST", "/api/notes", &json!([])).await;
    assert_eq!((empty.status, empty.body), (200, json!({"items": [], "inserted": 0, "refused": 0})));
    let asked =
        post("/api/notes", "application/json", "[{},{}]").insert_header(("accept", "application/x-ndjson"));
    assert_eq!(statuses(&lines(&api, asked).await.1), [201, 201]);
}

#[actix_web::test]
async fn a_stream_is_answered_line_by_line() {
    let api = Api::start().await;
    let many = (0..1_200).map(|n| format!("{{\"slug\":\"n{n}\"}}\n"));
    let mut body = vec!["{\"slug\":\"a\"}\n\n{\"slug\":\"a\"}\r\nnot json\n".to_owned()];
    body.push(format!("{{\"long\":\"{}\"}}\n", "x".repeat(1024 * 1024)));
    body.extend(many.chain(["{\"slug\":\"last\"}".to_owned()]));
    let (status, items) = lines(&api, post("/api/notes", "application/x-ndjson", body.concat())).await;
    assert_eq!((status, items.len()), (200, 1_205));
    assert_eq!(statuses(&items[..5]), [201, 409, 400, 413, 201]);
    let indexes: Vec<u64> = items.iter().map(|item| item["index"].as_u64().unwrap()).collect();
    assert_eq!(indexes, (0..1_205).collect::<Vec<_>>());
    assert!(statuses(&items[4..]).iter().all(|status| *status == 201));
    assert_eq!(count(&api, "notes").await, 1_202);
    let minimal =
        post("/api/notes", "application/x-ndjson", "{}\n5\n{}").insert_header(("prefer", "return=minimal"));
    let (_, answers) = lines(&api, minimal).await;
    assert_eq!((statuses(&answers[..1]), &answers[1]), (vec![422], &json!({"inserted": 2, "refused": 1})));
    let whole =
        post("/api/notes", "application/x-ndjson", "{}\n5").insert_header(("accept", "application/json"));
    let whole = api.send(whole).await;
    assert_eq!(
        (statuses(whole.body["items"].as_array().unwrap()), &whole.body["refused"]),
        (vec![201, 422], &json!(1))
    );
    let (_, nothing) = lines(&api, post("/api/notes", "application/x-ndjson", "\n")).await;
    assert!(nothing.is_empty());
}

#[actix_web::test]
async fn all_or_none_names_every_fault() {
    let api = Api::start().await;
    assert_eq!(api.with("POST", "/api/notes", &json!({"slug": "taken"})).await.status, 201);
    let body = json!([{"slug": "a"}, {"slug": 5, "title": 6}, {"_owner": "eve"}]);
    let refused = api.with("POST", "/api/notes?atomic=true", &body).await;
    assert_eq!(refused.code(), (422, "validation_error"));
    let faults = refused.faults();
    for place in ["/1/slug", "/1/title", "/2/_owner"] {
        assert!(faults.iter().any(|(at, _)| at == place), "{place}: {faults:?}");
    }
    let body = "{\"slug\":\"a\"}\n{\"slug\":\"taken\"}\n{\"slug\":\"b\"}\n{\"slug\":\"b\"}\n";
    let refused = api.send(post("/api/notes?atomic=true", "application/x-ndjson", body)).await;
    assert_eq!(refused.code(), (409, "conflict"));
    assert_eq!(refused.faults(), [("/1".into(), "conflict".into()), ("/3".into(), "conflict".into())]);
    assert_eq!(count(&api, "notes").await, 1);
    let (status, items) =
        lines(&api, post("/api/notes?atomic=true", "application/x-ndjson", "{\"slug\":\"a\"}\n{}")).await;
    assert_eq!((status, statuses(&items)), (201, vec![201, 201]));
    let odd = api.with("POST", "/api/notes?atomic=maybe", &json!([])).await;
    assert_eq!(odd.faults(), [("atomic".into(), "type".into())]);
    let mistyped = api.with("POST", "/api/notes?atomc=true", &json!([])).await;
    assert_eq!(mistyped.faults(), [("atomc".into(), "parameter".into())]);
    let many = format!("[{}{{}}]", "{},".repeat(10_000));
    assert_eq!(
        api.send(post("/api/notes", "application/json", many)).await.code(),
        (413, "payload_too_large")
    );
    let lines = post("/api/notes?atomic=true", "application/x-ndjson", "{}\n".repeat(10_001));
    let lines = api.send(lines).await;
    assert_eq!(lines.status, 413);
    assert!(
        lines.detail().ends_with("send more as application/x-ndjson without atomic=true"),
        "{}",
        lines.text
    );
    assert_eq!(count(&api, "notes").await, 3);
}

#[actix_web::test]
async fn bodies_too_large_are_refused_and_store_nothing() {
    let api = Api::start().await;
    let seventeen = 17 * 1024 * 1024;
    for (media_type, path, body) in [
        ("application/json", "/api/drafts", format!("{{\"a\":\"{}\"}}", "x".repeat(seventeen))),
        ("application/json", "/api/drafts", format!("{{\"a\":\"{}\"}}", "x".repeat(1024 * 1024))),
        ("application/json", "/api/drafts", format!("[{{\"a\":\"{}\"}}]", "x".repeat(seventeen))),
        (
            "application/x-ndjson",
            "/api/drafts?atomic=true",
            format!("{{\"a\":\"{}\"}}\n", "x".repeat(seventeen)),
        ),
    ] {
        let refused = api.send(post(path, media_type, body)).await;
        assert_eq!(refused.code(), (413, "payload_too_large"), "{media_type} {path}");
    }
    let long = format!("{{\"a\":\"{}\"}}\n{{}}", "x".repeat(seventeen));
    let (status, items) = lines(&api, post("/api/drafts", "application/x-ndjson", long)).await;
    assert_eq!((status, statuses(&items)), (200, vec![413, 201]));
    assert_eq!(count(&api, "drafts").await, 1);
}

#[actix_web::test]
async fn odd_names_and_depths_are_refused_in_bulk_as_alone() {
    let api = Api::start().await;
    let deep = |levels: usize| format!("{{\"a\":{}1{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    let bodies = [
        ("{\"$where\":1}".to_owned(), 422),
        ("{\"a\":{\"b.c\":1}}".to_owned(), 422),
        ("{\"a\\u0000\":1}".to_owned(), 422),
        ("{\"\":1}".to_owned(), 422),
        ("{\"a\":{\"__proto__\":{\"x\":1}}}".to_owned(), 201),
        ("{\"a\":\"'; -- \\u0000\"}".to_owned(), 201),
        (deep(100), 201),
        (deep(101), 422),
        (deep(100_000), 422),
        ("{\"a\":18446744073709551615}".to_owned(), 422),
        ("\u{feff}{}".to_owned(), 400),
        ("{\"a\":1}{\"a\":2}".to_owned(), 400),
    ];
    let body: Vec<&str> = bodies.iter().map(|(body, _)| body.as_str()).collect();
    let expected: Vec<u64> = bodies.iter().map(|(_, status)| *status).collect();
    let (_, items) = lines(&api, post("/api/drafts", "application/x-ndjson", body.join("\n"))).await;
    assert_eq!(statuses(&items), expected);
    let array = format!("[{}]", body[..10].join(","));
    let answer = api.send(post("/api/drafts", "application/json", array)).await;
    assert_eq!(statuses(answer.body["items"].as_array().unwrap()), expected[..10]);
    for (body, status) in &bodies[..9] {
        let alone = api.send(post("/api/drafts", "application/json", body.clone())).await;
        assert_eq!(u64::from(alone.status), *status, "{}", &body[..body.len().min(60)]);
    }
    let broken = api.send(post("/api/drafts", "application/json", "[{},{]")).await;
    assert_eq!(broken.code(), (400, "invalid_request"));
    let kept = api.call("GET", "/api/drafts?filter=%7B%22a.__proto__.x%22%3A1%7D").await;
    assert_eq!(kept.body["items"].as_array().map(Vec::len), Some(3));
}

#[actix_web::test]
async fn a_request_sent_again_writes_nothing_and_is_answered_alike() {
    let api = Api::start().await;
    let keyed = |path: &str, body: &Value, key: &'static str| {
        request("POST", path, "ada", ALL).insert_header(("idempotency-key", key)).set_json(body)
    };
    let one = json!({"slug": "one"});
    let first = api.send(keyed("/api/notes", &one, "\"k1\"")).await;
    let again = api.send(keyed("/api/notes", &one, "k1")).await;
    assert_eq!((first.status, &first.body), (201, &again.body));
    assert_eq!(
        (again.status, again.etag(), again.headers.get(LOCATION)),
        (201, "\"1\"", first.headers.get(LOCATION))
    );
    let other = api.send(keyed("/api/notes", &json!({"slug": "other"}), "k1")).await;
    assert_eq!((other.status, other.faults()), (422, vec![("Idempotency-Key".into(), "reused".into())]));
    let foreign = request("POST", "/api/notes", "eve", ALL).insert_header(("idempotency-key", "k1"));
    let foreign = api.send(foreign.set_json(&one)).await;
    assert_eq!((foreign.status, foreign.id() == first.id()), (201, false), "a key is its sender's own");
    assert_eq!(api.send(keyed("/api/drafts", &one, "k1")).await.status, 201, "and the collection's");

    let many = json!([{"slug": "a"}, {"slug": "one"}, {"slug": 5}]);
    let first = api.send(keyed("/api/notes", &many, "k2")).await;
    assert_eq!(statuses(first.body["items"].as_array().unwrap()), [201, 409, 422]);
    let again = api.send(keyed("/api/notes", &many, "k2")).await;
    assert_eq!((again.status, again.body), (200, first.body));
    let all = json!([{"slug": "b"}, {"slug": "c"}]);
    let first = api.send(keyed("/api/notes?atomic=true", &all, "k3")).await;
    let again = api.send(keyed("/api/notes?atomic=true", &all, "k3")).await;
    assert_eq!((first.status, again.status, &first.body), (201, 201, &again.body));
    let differently = api.send(keyed("/api/notes", &all, "k3")).await;
    assert_eq!(differently.code(), (422, "validation_error"));
    assert_eq!(count(&api, "notes").await, 4);

    let refused = api.send(keyed("/api/notes", &json!({"slug": 5}), "k4")).await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        api.send(keyed("/api/notes", &json!({"slug": "d"}), "k4")).await.status,
        201,
        "a refusal keeps no key"
    );
    for bad in ["", "\"\"", "a\"b", "é"] {
        let request = request("POST", "/api/notes", "ada", ALL).insert_header(("idempotency-key", bad));
        assert_eq!(api.send(request.set_json(&one)).await.code(), (400, "invalid_request"), "{bad}");
    }
    let stream = post("/api/notes", "application/x-ndjson", "{}").insert_header(("idempotency-key", "k5"));
    assert_eq!(api.send(stream).await.code(), (400, "invalid_request"));
    let stream = || {
        post("/api/notes?atomic=true", "application/x-ndjson", "{}").insert_header(("idempotency-key", "k5"))
    };
    assert_eq!(lines(&api, stream()).await, lines(&api, stream()).await);
}

#[actix_web::test]
async fn a_job_writes_in_bulk_to_its_calculation_only() {
    let api = Api::start().await;
    let made = api.with("POST", "/api/calculations", &calculation()).await;
    let job = |path: &str, body: &Value| limited("POST", path, made.id()).set_json(body);
    let body = json!([{"calculation": made.id()}, {"calculation": "other"}, {}]);
    let answer = api.send(job("/api/drafts", &body)).await;
    assert_eq!(statuses(answer.body["items"].as_array().unwrap()), [201, 403, 403]);
    let none = api.send(job("/api/drafts?atomic=true", &body)).await;
    assert_eq!(none.faults()[0].0, "/1");
    let path = format!("/api/calculations/{}", made.id());
    assert_eq!(api.with("PATCH", &path, &json!({"status": "finished"})).await.status, 200);
    let late = api.send(job("/api/drafts", &json!([{"calculation": made.id()}]))).await;
    assert_eq!(late.code(), (403, "insufficient_scope"));
    let late =
        limited("POST", "/api/drafts", made.id()).insert_header(("content-type", "application/x-ndjson"));
    let (_, answers) = lines(&api, late.set_payload(json!({"calculation": made.id()}).to_string())).await;
    assert_eq!(statuses(&answers), [403]);
    assert_eq!(count(&api, "drafts").await, 1);
}
