//! The endpoints as a client sees them, on an embedded store.

mod artifacts;
mod askable;
mod belonging;
mod bulk;
mod changes;
mod compare;
mod definitions;
mod discovery;
mod documents;
mod exits;
mod flows;
mod folders;
mod heartbeats;
mod limits;
mod mistakes;
mod openapi;
mod parameters;
mod past;
mod patches;
mod purge;
mod queries;
mod requests;
mod reviews;
mod series;
mod sharing;
mod stalls;
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
    http::console::Console,
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

    fn detail(&self) -> &str {
        self.body["detail"].as_str().unwrap_or_default()
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
        let settings: Settings = Loader::new("T", [])
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
        let env = Env {
            clock: Arc::clone(&clock) as Arc<_>,
            random: Arc::new(OsRandom),
            console: Console::default(),
        };
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
