//! The endpoints as a client sees them, on an embedded store.

mod artifacts;
mod askable;
mod bulk;
mod changes;
mod compare;
mod definitions;
mod exits;
mod flows;
mod mistakes;
mod openapi;
mod parameters;
mod past;
mod patches;
mod purge;
mod queries;
mod reviews;
mod series;
mod usage;

use std::sync::Arc;

use actix_web::{
    App,
    http::{
        Method,
        header::{ETAG, HeaderMap, LOCATION, WWW_AUTHENTICATE},
    },
    test::{TestRequest, call_service, init_service, read_body},
};
use serde_json::{Value, json};
use service_kit::{
    clock::ManualClock, keys::Ring, random::OsRandom, server::Part, settings::Loader, token::mint,
};
use shared_models::claims::{AccessClaims, Audience, AuthorizationDetail, CALCULATION};

use crate::{
    app::{Env, part},
    settings::Settings,
};

const ALL: &str = "calculations:read calculations:write notes:read notes:write drafts:read drafts:write";
const CALCULATIONS: &str = include_str!("../../../collections/calculations.json");
const KEYS: &str = r#"{"keys":[{"kty":"oct","alg":"HS256","kid":"k","k":"c29tZSBieXRlcyBvZiBhIGtleSBmb3IgdGVzdHMgb25seSE","key_ops":["sign","verify"]}]}"#;

mod policies;

/// The service on a store of its own.
struct Api {
    part: Part,
    clock: Arc<ManualClock>,
    directory: tempfile::TempDir,
}

struct Response {
    status: u16,
    headers: HeaderMap,
    body: Value,
    text: String,
}

impl Response {
    fn id(&self) -> &str {
        self.body["_id"].as_str().unwrap()
    }

    fn code(&self) -> (u16, &str) {
        (self.status, self.body["code"].as_str().unwrap_or_default())
    }

    /// Pointer or parameter, and code, of every single fault.
    fn faults(&self) -> Vec<(String, String)> {
        let errors = self.body["errors"].as_array().unwrap().iter();
        let fault = |fault: &'_ Value| {
            let place = fault["pointer"].as_str().or(fault["parameter"].as_str());
            (place.unwrap().to_owned(), fault["code"].as_str().unwrap().to_owned())
        };
        errors.map(fault).collect()
    }

    fn etag(&self) -> &str {
        self.headers.get(ETAG).unwrap().to_str().unwrap()
    }
}

fn notes() -> String {
    json!({
        "name": "notes",
        "schema": {"type": "object", "properties": {"title": {"type": "string"}, "slug": {"type": "string"}}},
        "indexes": [{"keys": {"slug": 1}, "unique": true}],
        "access": {"owner_only": true},
        "max_age": 30,
        "versioned": true,
    })
    .to_string()
}

fn drafts() -> String {
    json!({"name": "drafts", "schema": {"type": "object"}, "require_if_match": true, "soft_delete": true})
        .to_string()
}

impl Api {
    async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With more collections: the texts of their definitions.
    async fn start_with(definitions: &[Value]) -> Self {
        let more = definitions.iter().enumerate();
        let more = more.map(|(at, definition)| (format!("more{at}"), definition.to_string()));
        let mut all = vec![("calculations".to_owned(), CALCULATIONS.to_owned())];
        all.extend(more);
        Self::with_collections(&all).await
    }

    /// With everything that ships.
    async fn shipped() -> Self {
        Self::with_collections(&[
            ("calculations".to_owned(), CALCULATIONS.to_owned()),
            ("reviews".to_owned(), include_str!("../../../collections/reviews.json").to_owned()),
            ("series".to_owned(), include_str!("../../../collections/series.json").to_owned()),
        ])
        .await
    }

    /// With these definitions beside those of the tests' own.
    async fn with_collections(shipped: &[(impl AsRef<str>, String)]) -> Self {
        Self::with_settings(shipped, &[]).await
    }

    /// The same with a time limit for queries, in seconds.
    async fn within(query_timeout: u64, shipped: &[(impl AsRef<str>, String)]) -> Self {
        Self::with_settings(shipped, &[("T__QUERY__TIMEOUT", &query_timeout.to_string())]).await
    }

    /// With these definitions, and variables of the environment.
    async fn with_settings(shipped: &[(impl AsRef<str>, String)], variables: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        std::fs::create_dir(at("collections")).unwrap();
        std::fs::write(at("keys.json"), KEYS).unwrap();
        std::fs::write(at("collections/notes.json"), notes()).unwrap();
        std::fs::write(at("collections/drafts.json"), drafts()).unwrap();
        std::fs::write(at("collections/specimens.json"), policies::specimens()).unwrap();
        for (name, text) in shipped {
            std::fs::write(at(&format!("collections/{}.json", name.as_ref())), text).unwrap();
        }
        let settings: Settings = Loader::new("T", &[])
            .environment(variables.iter().copied())
            .default("http.listen", "127.0.0.1:0")
            .default("http.management_listen", "127.0.0.1:0")
            .default("store.url", format!("sqlite:{}", at("t.db").display()))
            .default("keys.file", at("keys.json").display().to_string())
            .default("collections.dir", at("collections").display().to_string())
            .default("tokens.issuer", "here")
            .default("tokens.audience", "tessera")
            .load()
            .unwrap();
        let clock = Arc::new(ManualClock::new(time::macros::datetime!(2026-01-31 12:00 UTC)));
        let env = Env { clock: Arc::clone(&clock) as Arc<_>, random: Arc::new(OsRandom) };
        let part = part(&settings, env).await.unwrap();
        Self { part, clock, directory }
    }

    async fn send(&self, request: TestRequest) -> Response {
        let app = init_service(App::new().configure(|config| (self.part.configure)(config))).await;
        let response = call_service(&app, request.to_request()).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = String::from_utf8_lossy(&read_body(response).await).into_owned();
        Response { status, headers, body: serde_json::from_str(&text).unwrap_or_default(), text }
    }

    async fn call(&self, method: &str, path: &str) -> Response {
        self.send(request(method, path, "ada", ALL)).await
    }

    async fn with(&self, method: &str, path: &str, body: &Value) -> Response {
        self.send(request(method, path, "ada", ALL).set_json(body)).await
    }
}

fn request(method: &str, path: &str, subject: &str, scope: &str) -> TestRequest {
    signed(method, path, subject, scope, Vec::new())
}

/// A request by ada's job of a calculation.
fn limited(method: &str, path: &str, calculation: &str) -> TestRequest {
    let limit = AuthorizationDetail { kind: CALCULATION.into(), identifier: calculation.into() };
    signed(method, path, "ada", ALL, vec![limit])
}

/// A request with a token that is limited so.
fn signed(
    method: &str,
    path: &str,
    subject: &str,
    scope: &str,
    authorization_details: Vec<AuthorizationDetail>,
) -> TestRequest {
    let now = time::macros::datetime!(2026-01-31 12:00 UTC).unix_timestamp();
    let claims = AccessClaims {
        iss: "here".into(),
        sub: subject.into(),
        aud: Audience::One("tessera".into()),
        exp: now + 300,
        iat: now,
        nbf: None,
        jti: "1".into(),
        client_id: "test".into(),
        scope: scope.parse().unwrap(),
        roles: Vec::new(),
        from_roles: Vec::new(),
        roles_at: None,
        sid: None,
        auth_time: None,
        act: None,
        authorization_details,
    };
    let token = mint(&Ring::parse(KEYS).unwrap(), &claims).unwrap();
    TestRequest::with_uri(path)
        .method(Method::from_bytes(method.as_bytes()).unwrap())
        .insert_header(("authorization", format!("Bearer {token}")))
}

fn calculation() -> Value {
    json!({"name": "H2", "code": {"name": "psi4"}, "status": "running", "results": {"energy": {"value": -1.5}}})
}

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
    let refused = api.with("PUT", &path, &made.body).await;
    assert_eq!(refused.faults(), [("/_revision".into(), "readOnly".into())]);
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
    assert_eq!(api.send(double).await.status, 201, "nobody learns that somebody else has the same");
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
    assert_eq!(names, ["calculations", "drafts", "notes", "reviews", "series", "specimens"]);
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
