//! Lists as a client asks for them: every operator in both notations, every refusal by its parameter, explanations.

use std::fmt::Write as _;

use super::*;

const SCOPE: &str = "samples:read samples:write";

fn samples() -> Value {
    json!({
        "name": "samples",
        "schema": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "k": {"type": "string"},
                "s": {"type": ["string", "null"]},
                "i": {"type": "integer"},
                "x": {"type": ["number", "string"], "format": "ieee754"},
                "b": {"type": "boolean"},
                "at": {"type": "string", "format": "date-time"},
                "tags": {"type": "array", "items": {"type": "string"}},
                "points": {"type": "array", "items": {"type": "object"}},
                "code": {"type": "object", "additionalProperties": false, "properties": {"name": {"type": "string"}}},
                "free": {"type": "object"},
            },
        },
        "indexes": [{"keys": {"i": 1}}, {"keys": {"s": 1, "i": -1}}],
        "views": {"short": ["k"]},
    })
}

fn guarded() -> Value {
    json!({
        "name": "guarded",
        "schema": {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}},
        "views": {"both": ["a", "b"], "first": ["a"]},
        "list_requires_view": true,
    })
}

/// Percent-encodes whatever is not plain.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            write!(encoded, "%{byte:02X}").unwrap();
        }
        encoded
    })
}

/// The path of a list with these parameters, each `name=value`.
fn path(collection: &str, parameters: &[&str]) -> String {
    let pair = |text: &&str| {
        let (name, value) = text.split_once('=').unwrap();
        format!("{}={}", encoded(name), encoded(value))
    };
    format!("/api/{collection}?{}", parameters.iter().map(pair).collect::<Vec<_>>().join("&"))
}

struct Samples(Api);

impl Samples {
    async fn filled() -> Self {
        let samples = Self(Api::start_with(&[samples(), guarded()]).await);
        for document in [
            json!({"k": "a", "s": "alpha", "i": 1, "x": 1.5, "b": true, "tags": ["p", "q"], "code": {"name": "vasp"}}),
            json!({"k": "b", "s": "Alpha", "i": 2, "x": "NaN", "b": false, "tags": [], "at": "2026-01-31T12:00:00Z"}),
            json!({"k": "c", "s": null, "i": 9_007_199_254_740_993_i64, "x": "-Infinity", "free": {"n": 5, "t": "12"}}),
            json!({"k": "d", "s": "al\u{1F600}", "x": 2, "free": {"n": "5", "l": [5, "x"], "t": 12}}),
            json!({"k": "e", "i": -3, "x": "Infinity", "free": {"n": null}}),
        ] {
            let made = request("POST", "/api/samples", "ada", SCOPE).set_json(document);
            assert_eq!(samples.0.send(made).await.status, 201);
        }
        samples
    }

    async fn get(&self, path: &str, scope: &str) -> Response {
        self.0.send(request("GET", path, "ada", scope)).await
    }

    /// The letters of the documents found, in order.
    async fn found(&self, parameters: &[&str]) -> String {
        let sorted = parameters.iter().any(|parameter| parameter.starts_with("sort="));
        let by_letter = (!sorted).then_some("sort=k");
        let parameters: Vec<&str> = parameters.iter().copied().chain(by_letter).collect();
        let answer = self.get(&path("samples", &parameters), SCOPE).await;
        assert_eq!(answer.status, 200, "{parameters:?}: {}", answer.body);
        answer.body["items"].as_array().unwrap().iter().map(|item| item["k"].as_str().unwrap()).collect()
    }
}

#[actix_web::test]
async fn every_operator_says_the_same_in_both_notations() {
    let samples = Samples::filled().await;
    for (brackets, json, expected) in [
        ("s=alpha", r#"{"s":"alpha"}"#, "a"),
        ("i[eq]=9007199254740993", r#"{"i":{"$eq":9007199254740993}}"#, "c"),
        ("i=9007199254740992", r#"{"i":9007199254740992}"#, ""),
        ("s[ne]=alpha", r#"{"s":{"$ne":"alpha"}}"#, "bd"),
        ("i[gt]=1", r#"{"i":{"$gt":1}}"#, "bc"),
        ("i[gte]=1", r#"{"i":{"$gte":1}}"#, "abc"),
        ("x[lt]=2", r#"{"x":{"$lt":2}}"#, "ac"),
        ("x[lte]=2", r#"{"x":{"$lte":2.0}}"#, "acd"),
        ("x=NaN", r#"{"x":"NaN"}"#, "b"),
        ("x[gt]=-Infinity", r#"{"x":{"$gt":"-Infinity"}}"#, "ade"),
        ("i[in]=1,2,7", r#"{"i":{"$in":[1,2,7]}}"#, "ab"),
        ("s[in]=\"alpha\",x", r#"{"s":{"$in":["alpha","x"]}}"#, "a"),
        ("s[nin]=alpha,Alpha", r#"{"s":{"$nin":["alpha","Alpha"]}}"#, "d"),
        ("x[nin]=NaN,2", r#"{"x":{"$nin":["NaN",2]}}"#, "ace"),
        ("s[exists]=true", r#"{"s":{"$exists":true}}"#, "abcd"),
        ("s[exists]=false", r#"{"s":{"$exists":false}}"#, "e"),
        ("s[contains]=l", r#"{"s":{"$contains":"l"}}"#, "abd"),
        ("s[contains]=\u{1F600}", r#"{"s":{"$contains":"\ud83d\ude00"}}"#, "d"),
        ("s[contains]=LPHA", r#"{"s":{"$contains":"LPHA"}}"#, ""),
        ("tags[contains]=q", r#"{"tags":{"$contains":"q"}}"#, "a"),
        ("free.l[contains]=5", r#"{"free.l":{"$contains":5}}"#, "d"),
        ("s[prefix]=al", r#"{"s":{"$prefix":"al"}}"#, "ad"),
        ("at[prefix]=2026-01", r#"{"at":{"$prefix":"2026-01"}}"#, "b"),
        ("code.name=vasp", r#"{"code.name":"vasp"}"#, "a"),
        ("free.n=5", r#"{"free.n":{"$in":[5,"5"]}}"#, "cd"),
        ("free.n=\"5\"", r#"{"free.n":"5"}"#, "d"),
        ("free.t[prefix]=1", r#"{"free.t":{"$prefix":"1"}}"#, "c"),
        ("or=(i[gt]=1,s=alpha)", r#"{"$or":[{"i":{"$gt":1}},{"s":"alpha"}]}"#, "abc"),
        ("or=(k=a,and=(b=false,i=2))", r#"{"$or":[{"k":"a"},{"$and":[{"b":false},{"i":2}]}]}"#, "ab"),
    ] {
        assert_eq!(samples.found(&[brackets]).await, expected, "{brackets}");
        assert_eq!(samples.found(&[&format!("filter={json}")]).await, expected, "{json}");
    }
    for (parameters, expected) in [
        (&["or=(k=a,k=b,k=c)", "or=(i=2,i=1)"][..], "ab"),
        (&[r#"filter={"$not":{"s":{"$contains":"l"}}}"#], "ce"),
        (&[r#"filter={"s":{"$not":{"$prefix":"al"}}}"#], "bce"),
        (&[r#"filter={"$not":{"$or":[{"i":{"$gt":0}},{"x":"Infinity"}]}}"#], "d"),
        (&["i[gt]=0", r#"filter={"x":{"$gte":0}}"#], "a"),
        (&["sort=-s", "s[exists]=true"], "dabc"),
        (&[r#"filter={"s":{"$in":["alpha",null]}}"#], "ac"),
        (&["s[contains]='; --"], ""),
        (&["s=$where"], ""),
    ] {
        assert_eq!(samples.found(parameters).await, expected, "{parameters:?}");
    }
}

#[actix_web::test]
async fn every_refusal_names_its_parameter() {
    let samples = Samples::filled().await;
    for (parameter, name, code) in [
        ("colour=red", "colour", "field"),
        ("__proto__=1", "__proto__", "field"),
        ("$where=1", "$where", "field"),
        ("code.$gt=1", "code.$gt", "field"),
        ("free.a\0b=1", "free.a\0b", "field"),
        ("points.x=1", "points.x", "field"),
        ("s[like]=a", "s[like]", "operator"),
        ("s[$gt]=a", "s[$gt]", "operator"),
        ("s[regex]=.*", "s[regex]", "operator"),
        ("code=x", "code", "operator"),
        ("tags[nin]=a", "tags[nin]", "operator"),
        ("i[contains]=1", "i[contains]", "operator"),
        ("b[prefix]=t", "b[prefix]", "operator"),
        ("i=x", "i", "type"),
        ("i[nin]=1,x", "i[nin]", "type"),
        ("at[gt]=2026", "at[gt]", "type"),
        ("s[exists]=1", "s[exists]", "type"),
        ("s[in]=\"a", "s[in]", "list"),
        ("or=s=a", "or", "syntax"),
        ("or=(colour=red)", "or", "field"),
        ("or=(s[like]=a)", "or", "operator"),
        ("filter={", "filter", "syntax"),
        (r#"filter={"colour":1}"#, "filter", "field"),
        (r#"filter={"$where":"1"}"#, "filter", "operator"),
        (r#"filter={"s":{"$regex":"a"}}"#, "filter", "operator"),
        (r#"filter={"i":9223372036854775808}"#, "filter", "type"),
        (r#"filter={"s":{"$in":[]}}"#, "filter", "list"),
        ("explain=maybe", "explain", "type"),
        ("count=all", "count", "type"),
        ("sort=tags", "sort", "type"),
        ("after=eA", "after", "cursor"),
    ] {
        let refused = samples.get(&path("samples", &[parameter]), SCOPE).await;
        assert_eq!(refused.code(), (422, "validation_error"), "{parameter}");
        assert_eq!(refused.faults(), [(name.to_owned(), code.to_owned())], "{parameter}");
    }
    let many = vec!["s=x"; 10_000];
    let refused = samples.get(&path("samples", &many), SCOPE).await;
    assert_eq!((refused.status, refused.faults()), (422, vec![("s".into(), "limit".into())]));
    let deep = format!("filter={}1{}", "{\"$not\":".repeat(2000), "}".repeat(2000));
    let refused = samples.get(&path("samples", &[&deep]), SCOPE).await;
    assert_eq!((refused.status, refused.faults()), (422, vec![("filter".into(), "limit".into())]));
}

#[actix_web::test]
async fn a_cursor_of_another_query_or_tampered_with_is_refused() {
    let samples = Samples::filled().await;
    let first = samples.get(&path("samples", &["sort=-x", "s[exists]=true", "limit=2"]), SCOPE).await;
    let cursor = first.body["next"].as_str().unwrap();
    let after = |cursor: &str| format!("after={cursor}");
    let asked = async |parameters: &[&str]| samples.get(&path("samples", parameters), SCOPE).await;
    let same = asked(&["sort=-x", r#"filter={"s":{"$exists":true}}"#, &after(cursor)]).await;
    assert_eq!((same.status, same.body["items"].as_array().unwrap().len()), (200, 2), "{}", same.body);
    let turned = |at: usize| {
        let other = if &cursor[at..=at] == "A" { "B" } else { "A" };
        [&cursor[..at], other, &cursor[at + 1..]].concat()
    };
    for parameters in [
        &["sort=x", "s[exists]=true", &after(cursor)][..],
        &["sort=-x", "s[exists]=false", &after(cursor)],
        &["sort=-x", &after(cursor)],
        &["sort=-x", "s[exists]=true", &after(&turned(3))],
        &["sort=-x", "s[exists]=true", &after(&turned(cursor.len() - 10))],
        &["sort=-x", "s[exists]=true", &after(&cursor[..cursor.len() - 3])],
    ] {
        let refused = asked(parameters).await;
        assert_eq!(
            (refused.status, refused.faults()),
            (422, vec![("after".into(), "cursor".into())]),
            "{parameters:?}"
        );
    }
}

#[actix_web::test]
async fn a_total_is_given_as_it_is_asked_for() {
    let samples = Samples::filled().await;
    for (count, total) in [("count=none", None), ("count=exact", Some(3)), ("count=estimated", Some(3))] {
        let page = samples.get(&path("samples", &["s[contains]=l", "limit=1", count]), SCOPE).await;
        assert_eq!((page.status, page.body.get("total").and_then(Value::as_u64)), (200, total), "{count}");
    }
}

#[actix_web::test]
async fn a_collection_may_demand_that_a_list_says_what_it_shows() {
    let samples = Samples::filled().await;
    let scope = "guarded:read guarded:write";
    let made = request("POST", "/api/guarded", "ada", scope).set_json(json!({"a": 1, "b": 2}));
    assert_eq!(samples.0.send(made).await.status, 201);
    let refused = samples.get("/api/guarded?a=1", scope).await;
    assert_eq!((refused.status, refused.faults()), (422, vec![("view".into(), "required".into())]));
    let message = refused.body["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("both, first") && message.contains("fields"), "{message}");
    for parameter in ["view=both", "fields=a"] {
        assert_eq!(samples.get(&path("guarded", &[parameter]), scope).await.status, 200, "{parameter}");
    }
    let definition = samples.get("/api/collections/guarded", scope).await;
    assert_eq!(definition.body["list_requires_view"], true);
}

#[actix_web::test]
async fn those_who_administer_a_collection_may_ask_how_a_list_is_found() {
    let samples = Samples::filled().await;
    let indexed = path("samples", &["i[gte]=1", "sort=i", "limit=2", "explain=true"]);
    let refused = samples.get(&indexed, SCOPE).await;
    assert_eq!(refused.code(), (403, "insufficient_scope"));
    assert!(refused.headers.get(WWW_AUTHENTICATE).unwrap().to_str().unwrap().contains("samples:admin"));
    assert_eq!(samples.get(&indexed, "samples:admin").await.code(), (403, "insufficient_scope"));

    let answer = samples.get(&indexed, "samples:read samples:admin").await;
    assert_eq!(answer.status, 200);
    let body = &answer.body;
    assert_eq!((&body["index"], &body["returned"]), (&json!("index+i+_id"), &json!(2)), "{body}");
    assert_eq!(
        body["documents_examined"], 3,
        "one more than the page, to know whether there is another: {body}"
    );
    assert!(body["plan"][0].as_str().unwrap().starts_with("SEARCH"), "{body}");
    let scan = samples
        .get(&path("samples", &["b=true", "sort=x", "explain=true"]), "samples:read samples:admin")
        .await;
    assert_eq!(
        (&scan.body["index"], &scan.body["documents_examined"]),
        (&Value::Null, &json!(5)),
        "{}",
        scan.body
    );
    let not = samples.get(&path("samples", &["explain=false"]), SCOPE).await;
    assert_eq!((not.status, not.body["items"].as_array().unwrap().len()), (200, 5));
}

#[actix_web::test]
async fn a_query_string_that_is_not_utf_8_is_refused_everywhere() {
    let api = Api::start().await;
    for path in [
        "/api/calculations?name=%ff",
        "/api/calculations?%c3=x",
        "/api/calculations?name=a&sort=%C3%28",
        "/api/calculations/x?fields=%80",
        "/api/calculations/aggregate?group=%fe",
        "/api/collections?x=%ff",
    ] {
        let answer = api.send(request("GET", path, "ada", ALL)).await;
        assert_eq!(answer.code(), (400, "invalid_request"), "{path}: {}", answer.text);
    }
    let read = api.send(request("GET", "/api/calculations?name=%C3%A4+%25ff", "ada", ALL)).await;
    assert_eq!(read.status, 200, "{}", read.text);
}

#[actix_web::test]
async fn documents_of_one_bulk_keep_their_order() {
    let api = Api::start_with(&[
        json!({"name": "rows", "schema": {"type": "object", "properties": {"i": {"type": "integer"}}}}),
    ])
    .await;
    let scope = "rows:read rows:write";
    let rows: Vec<Value> = (0..500).map(|i| json!({"i": i})).collect();
    let stored = api.send(request("POST", "/api/rows", "ada", scope).set_json(rows)).await;
    assert!(stored.status < 300, "{}", stored.text);
    let page = api.send(request("GET", "/api/rows?limit=1000", "ada", scope)).await;
    let shown: Vec<i64> =
        page.body["items"].as_array().unwrap().iter().map(|row| row["i"].as_i64().unwrap()).collect();
    assert_eq!(shown, (0..500).collect::<Vec<_>>());
}

#[actix_web::test]
async fn a_query_that_takes_too_long_is_stopped_and_says_what_to_do() {
    let texts =
        json!({"name": "texts", "schema": {"type": "object", "properties": {"s": {"type": "string"}}}});
    let api = Api::within(1, &[("texts", texts.to_string())]).await;
    let scope = "texts:read texts:write texts:admin";
    for _ in 0..10 {
        let body = json!({"s": "a".repeat(900_000)});
        assert_eq!(api.send(request("POST", "/api/texts", "ada", scope).set_json(body)).await.status, 201);
    }
    let conditions: Vec<String> = (0..20).map(|k| format!("s[contains]={}b{k}", "a".repeat(2_500))).collect();
    let slow = format!("or=({})", conditions.join(","));
    for path in ["/api/texts?", "/api/texts?explain=true&", "/api/texts/aggregate?stat=count&"] {
        let stopped = api.send(request("GET", &format!("{path}{slow}"), "ada", scope)).await;
        assert_eq!(stopped.code(), (503, "query_timeout"), "{path}: {}", stopped.text);
        let detail = stopped.body["detail"].as_str().unwrap();
        assert!(detail.contains("longer than 1 s") && detail.contains("query.timeout"), "{detail}");
    }
    let export = request("GET", &format!("/api/texts?{slow}"), "ada", scope);
    let export = api.send(export.insert_header(("accept", "application/x-ndjson"))).await;
    assert_eq!(export.code(), (503, "query_timeout"), "{}", export.text);
}
