//! Every route must have its denials: read from the OpenAPI documents, so a new route cannot be forgotten.

mod principals;

use std::collections::BTreeSet;

use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::Value;

use crate::support::{Stack, caller::send};

/// Routes that anyone may call. A route that becomes public must be added here, where a reviewer sees it.
const PUBLIC: &[&str] = &[
    "POST /auth/users",
    "POST /auth/login",
    "POST /auth/token-refresh",
    "POST /auth/logout",
    // These three ask for the client's own credentials.
    "POST /auth/token",
    "POST /auth/revoke",
    "POST /auth/introspect",
    "GET /.well-known/oauth-authorization-server",
    // Is found only where the issuer has this path.
    "GET /.well-known/oauth-authorization-server/{path}",
    "GET /.well-known/jwks.json",
    "GET /auth/openapi.json",
];

struct Route {
    method: Method,
    path: String,
    operation: Value,
    /// Whether the operation, or the document for all of them, asks for credentials.
    secured: bool,
}

impl Route {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The path with something in place of each parameter.
    fn filled(&self) -> String {
        let id = "01890000-0000-7000-8000-000000000000";
        self.path
            .split('/')
            .map(|part| match part {
                "{collection}" | "{name}" => "calculations",
                part if part.starts_with('{') => id,
                part => part,
            })
            .collect::<Vec<_>>()
            .join("/")
    }

    /// Whether it takes a body that can be bad; a file cannot.
    fn takes_a_body(&self) -> bool {
        let content = &self.operation["requestBody"]["content"];
        content.as_object().is_some_and(|content| !content.contains_key("application/octet-stream"))
    }

    /// Whether errors are those of RFC 6749.
    fn speaks_oauth(&self) -> bool {
        ["/auth/token", "/auth/revoke", "/auth/introspect"].contains(&self.path.as_str())
    }
}

async fn routes(stack: &Stack) -> Vec<Route> {
    let mut routes = Vec::new();
    for document in ["/auth/openapi.json", "/api/openapi.json"] {
        let document = stack.anonymous().get(document).await.json();
        let for_all = document.get("security");
        for (path, item) in document["paths"].as_object().expect("paths") {
            for (verb, operation) in item.as_object().expect("a path item") {
                let Ok(method) = verb.to_uppercase().parse::<Method>() else { continue };
                if ["get", "post", "put", "patch", "delete"].contains(&verb.as_str()) {
                    let security = operation.get("security").or(for_all).and_then(Value::as_array);
                    let secured = security.is_some_and(|schemes| !schemes.is_empty());
                    routes.push(Route { method, path: path.clone(), operation: operation.clone(), secured });
                }
            }
        }
    }
    assert!(routes.len() > 20, "only {} routes are documented", routes.len());
    routes
}

#[tokio::test]
async fn every_route_is_public_by_name_or_refuses_those_it_does_not_know() {
    let stack = Stack::embedded().await;
    let mut public = BTreeSet::new();
    for route in routes(&stack).await {
        if PUBLIC.contains(&route.name().as_str()) {
            public.insert(route.name());
            continue;
        }
        for caller in [stack.anonymous(), stack.anonymous().with_token("not-a-token")] {
            let reply = send(caller.request(route.method.clone(), &route.filled())).await;
            assert_eq!((reply.status, reply.code().as_str()), (401, "invalid_token"), "{}", route.name());
            assert!(reply.header("www-authenticate").starts_with("Bearer"), "{}", route.name());
        }
        let declared = &route.operation["responses"];
        assert!(declared.get("401").is_some(), "{} does not document its 401", route.name());
        assert!(route.secured, "{} does not document its security", route.name());
    }
    assert_eq!(
        public.len(),
        PUBLIC.len(),
        "not served: {:?}",
        PUBLIC.iter().filter(|r| !public.contains(**r))
    );
}

#[tokio::test]
async fn every_route_of_a_collection_refuses_a_token_without_its_scope() {
    let stack = Stack::embedded().await;
    let stranger = stack.bearer_of("stranger", "something:else");
    let mut refused = 0;
    for route in routes(&stack).await {
        let of_a_collection = route.path.starts_with("/api/") && !route.path.starts_with("/api/collections");
        if PUBLIC.contains(&route.name().as_str()) || !of_a_collection {
            continue;
        }
        let reply =
            send(stranger.request(route.method.clone(), &route.filled()).json(&serde_json::json!({}))).await;
        assert_eq!((reply.status, reply.code().as_str()), (403, "insufficient_scope"), "{}", route.name());
        assert!(
            route.operation["responses"].get("403").is_some(),
            "{} does not document its 403",
            route.name()
        );
        refused += 1;
    }
    assert!(refused >= 6, "only {refused} routes were asked");
}

#[tokio::test]
async fn every_route_with_a_body_refuses_a_bad_one() {
    let stack = Stack::embedded().await;
    let admin = stack.admin().await;
    let mut asked = 0;
    for route in routes(&stack).await.iter().filter(|route| route.takes_a_body()) {
        let request = || admin.request(route.method.clone(), &route.filled());
        if route.speaks_oauth() {
            for body in ["{", "", "grant_type=a&grant_type=b"] {
                let reply =
                    send(request().header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body))
                        .await;
                assert!([400, 401].contains(&reply.status), "{}: {reply:?}", route.name());
                assert!(reply.json()["error"].is_string(), "{}: {reply:?}", route.name());
            }
            let odd = send(request().json(&serde_json::json!({}))).await;
            assert_eq!((odd.status, odd.json()["error"].as_str()), (400, Some("invalid_request")));
            asked += 1;
            continue;
        }
        let broken = send(request().header(CONTENT_TYPE, "application/json").body("{")).await;
        assert_eq!((broken.status, broken.code().as_str()), (400, "invalid_request"), "{}", route.name());
        let wrong = send(request().json(&serde_json::json!({"no such member": 1}))).await;
        // A document that is not there is missed before its body is judged.
        let missing = route.path.contains("{id}") && wrong.status == 404;
        assert!(missing || wrong.status == 422, "{}: {wrong:?}", route.name());
        let odd = send(request().header(CONTENT_TYPE, "text/plain").body("{}")).await;
        assert_eq!((odd.status, odd.code().as_str()), (415, "unsupported_media_type"), "{}", route.name());
        asked += 1;
    }
    assert!(asked >= 7, "only {asked} routes take a body");
}

/// RFC 9110 section 9.3.2: HEAD has the status and the headers of GET, and no body. Headers that take the whole body to find
/// out may be missing.
#[tokio::test]
async fn every_get_is_answered_as_head_without_a_body() {
    let stack = Stack::embedded().await;
    let admin = stack.admin().await;
    let body = serde_json::json!({"name": "a", "code": {"name": "b"}, "status": "planned"});
    let id = admin.insert("calculations", &body).await["_id"].as_str().expect("an id").to_owned();
    let points = format!("/api/series/points?calculation={id}&metric=energy");
    let sent =
        serde_json::json!({"calculation": id, "metric": "energy", "points": [{"step": 1, "value": 2.5}]});
    assert_eq!(admin.post("/api/series/points", &sent).await.status, 200);
    let mut asked: Vec<(String, &str)> = [
        "/api/docs",
        "/api/docs/",
        "/auth/docs",
        "/auth/docs/",
        "/auth/docs/swagger-ui-bundle.js",
        "/",
        "/api",
        &format!("/api/calculations/{id}"),
        &points,
    ]
    .map(|path| (path.to_owned(), "*/*"))
    .into();
    asked.extend(["text/csv", "application/x-ndjson"].map(|accept| (points.clone(), accept)));
    asked.push(("/api/calculations".to_owned(), "text/csv"));
    // The stream of changes does not end.
    let routes = routes(&stack).await;
    let gets = routes.iter().filter(|route| route.method == Method::GET && !route.path.ends_with("/changes"));
    asked.extend(gets.map(|route| (route.filled(), "*/*")));
    assert!(asked.len() > 40, "only {} paths are served", asked.len());
    for (path, accept) in asked {
        let ask = async |method: Method| send(admin.request(method, &path).header("Accept", accept)).await;
        let (get, head) = (ask(Method::GET).await, ask(Method::HEAD).await);
        assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{path}: {head:?}");
        for name in ["content-type", "etag", "cache-control", "location", "vary", "content-disposition"] {
            assert_eq!(head.header(name), get.header(name), "{path}: {name}");
        }
        // A coded body was decoded on its way to the test.
        if head.header("content-encoding").is_empty() {
            let length = head.header("content-length");
            assert!(length.is_empty() || length == get.text.len().to_string(), "{path}: {length}");
        }
    }
    let changes = send(admin.request(Method::HEAD, "/api/calculations/changes")).await;
    assert_eq!((changes.status, changes.header("content-type")), (200, "text/event-stream"));
    assert_eq!(changes.header("content-length"), "");
}

#[tokio::test]
async fn every_path_refuses_a_verb_it_lacks() {
    let stack = Stack::embedded().await;
    let admin = stack.admin().await;
    for route in routes(&stack).await {
        let reply = send(admin.request(Method::TRACE, &route.filled())).await;
        assert_eq!((reply.status, reply.code().as_str()), (405, "method_not_allowed"), "{}", route.path);
        assert!(reply.header("allow").contains(route.method.as_str()), "{}: {reply:?}", route.name());
    }
}
