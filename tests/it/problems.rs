//! Every error is a problem that a program can distinguish and a person can act on.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::json;

use crate::support::{Caller, Stack, caller::send, on_both_stores};

on_both_stores!(
    what_the_server_refuses_by_itself_is_a_problem_too,
    a_body_is_limited_on_both_services,
    a_name_that_the_json_parser_uses_for_itself_is_refused_wherever_json_is_read,
);

async fn what_the_server_refuses_by_itself_is_a_problem_too(stack: Stack) {
    let scientist = stack.scientist().await;
    for (path, described) in [
        ("/auth/nothing", "/auth/docs and /auth/openapi.json"),
        ("/api/nothing/at/all/of/it", "/api/docs and /api/openapi.json"),
        ("/api", "/api/docs and /api/openapi.json"),
        ("/", "/openapi.json"),
    ] {
        let reply = scientist.get(path).await;
        assert_eq!((reply.status, reply.code().as_str()), (404, "not_found"), "{path}");
        let detail = reply.json()["detail"].as_str().expect("a detail").to_owned();
        assert!(
            detail.contains("the API is described at") && detail.ends_with(described),
            "{path}: {detail}"
        );
    }
    let reply = scientist.delete("/api/calculations").await;
    assert_eq!((reply.status, reply.code().as_str()), (405, "method_not_allowed"));
    assert_eq!(reply.header("allow"), "GET, HEAD, POST");

    let broken =
        scientist.request(Method::POST, "/api/calculations").header(CONTENT_TYPE, "application/json");
    let reply = send(broken.body("{\"name\": ")).await;
    assert_eq!((reply.status, reply.code().as_str()), (400, "invalid_request"));
    let text = scientist.request(Method::POST, "/api/calculations").header(CONTENT_TYPE, "text/plain");
    let reply = send(text.body("name")).await;
    assert_eq!((reply.status, reply.code().as_str()), (415, "unsupported_media_type"));
    let reply =
        send(scientist.request(Method::POST, "/auth/users").header(CONTENT_TYPE, "application/json")).await;
    assert_eq!((reply.status, reply.code().as_str()), (400, "invalid_request"));

    let reply = stack.anonymous().post("/auth/users", &json!({"email": 5, "password": "x"})).await;
    assert_eq!((reply.status, reply.code().as_str()), (422, "validation_error"));
    assert_eq!(reply.faults(), ["/email"]);
}

async fn a_body_is_limited_on_both_services(stack: Stack) {
    let scientist = stack.scientist().await;
    for (path, body, limit) in [
        ("/auth/login", json!({"username": "a@example.org", "password": ""}), 16 << 10),
        ("/api/calculations", json!({"name": "n", "code": {"name": "vasp"}, "status": "planned"}), 1 << 20),
    ] {
        for (bytes, code) in [(limit, "validation_error"), (limit + 1, "payload_too_large")] {
            // Spaces, and one member too many.
            let mut text = body.to_string().replacen('{', "{\"unknown\": 1, ", 1);
            text.push_str(&" ".repeat(bytes - text.len()));
            let request = scientist.request(Method::POST, path).header("content-type", "application/json");
            let reply = send(request.body(text)).await;
            assert_eq!(reply.code(), code, "{bytes} bytes at {path}: {reply:?}");
        }
    }
    let page = scientist.get("/api/calculations").await;
    assert_eq!(page.json()["items"], json!([]));
}

async fn a_name_that_the_json_parser_uses_for_itself_is_refused_wherever_json_is_read(stack: Stack) {
    let scientist = stack.scientist().await;
    let document = |parameters: &str| {
        format!(
            r#"{{"name":"n","code":{{"name":"c"}},"status":"planned","parameters":{{"a":{parameters}}}}}"#
        )
    };
    let plain = serde_json::from_str(&document("1")).expect("JSON");
    let stored = scientist.insert("calculations", &plain).await;
    let path = format!("/api/calculations/{}", stored["_id"].as_str().expect("an id"));
    let deep = format!("{}{}", "[".repeat(120), "]".repeat(120));
    for (name, text) in [
        ("$serde_json::private::RawValue", deep.as_str()),
        ("\\u0024serde_json::private::RawValue", "18446744073709551615"),
        ("$serde_json::private::RawValue", r#"{"x":1,"x":2}"#),
        ("$serde_json::private::Number", "1e400"),
    ] {
        let value = format!(r#"{{"{name}":{}}}"#, json!(text));
        let whole = document(&value);
        let operations = format!(r#"[{{"op":"add","path":"/parameters","value":{value}}}]"#);
        let points = format!(
            r#"{{"calculation":{},"metric":"m","points":[{{"step":1,"value":{value}}}]}}"#,
            stored["_id"]
        );
        let (json, merge) = ("application/json", "application/merge-patch+json");
        for (method, path, kind, body) in [
            (Method::POST, "/api/calculations", json, whole.clone()),
            (Method::POST, "/api/calculations?atomic=true", json, format!("[{whole}]")),
            (Method::POST, "/api/calculations?atomic=true", "application/x-ndjson", whole.clone()),
            (Method::PUT, path.as_str(), json, whole.clone()),
            (Method::PATCH, path.as_str(), merge, format!(r#"{{"parameters":{value}}}"#)),
            (Method::PATCH, path.as_str(), "application/json-patch+json", operations),
            (Method::POST, "/api/series/points", json, points),
        ] {
            let request = scientist.request(method, path).header(CONTENT_TYPE, kind);
            let reply = send(request.body(body.clone())).await;
            assert_eq!((reply.status, reply.code().as_str()), (422, "validation_error"), "{kind} {body}");
        }
        let definition = format!(
            r#"{{"name":"raw","schema":{{"type":"object","properties":{{"x":{{"const":{value}}}}}}}}}"#
        );
        let operator = stack.bearer_of("root", "collections:write");
        let request = operator.request(Method::PUT, "/api/collections/raw");
        let reply = send(request.header(CONTENT_TYPE, json).body(definition)).await;
        assert_eq!((reply.status, reply.code().as_str()), (422, "validation_error"));
    }
    let page = scientist.get("/api/calculations").await.json();
    assert_eq!(page["items"], json!([stored]));
}

#[tokio::test]
async fn each_request_gets_an_id_of_its_own_whatever_its_caller_calls_it() {
    let stack = Stack::embedded().await;
    let ask = |id: &'static str| {
        send(stack.anonymous().request(Method::GET, "/auth/users/me").header("X-Request-Id", id))
    };
    let mut ids = std::collections::HashSet::new();
    for theirs in ["run-42", "run-42", "a b", "{\"x\":1}", ""] {
        let reply = ask(theirs).await;
        assert_eq!(reply.code(), "invalid_token");
        let id = reply.header("x-request-id").to_owned();
        assert_ne!(id, theirs);
        assert!(ids.insert(id), "two requests got the same id");
    }
}

#[tokio::test]
async fn every_answer_carries_safe_headers_and_a_token_is_never_stored() {
    let stack = Stack::embedded().await;
    let mut caller = stack.anonymous();
    let login = caller.log_in(crate::support::stack::ADMIN.0, crate::support::stack::ADMIN.1).await;
    let refreshed = caller.refresh().await;
    let key = caller.post("/auth/api-keys", &json!({"name": "k", "scopes": ["calculations:read"]})).await;
    let grant = {
        let text = |name: &str| key.json()[name].as_str().expect("text").to_owned();
        let request = stack.anonymous().request(Method::POST, "/auth/token");
        let request = request.basic_auth(text("client_id"), Some(text("client_secret")));
        send(request.form(&[("grant_type", "client_credentials")])).await
    };
    for secret in [&login, &refreshed, &key, &grant] {
        assert!([200, 201].contains(&secret.status), "{secret:?}");
        assert_eq!(secret.header("cache-control"), "no-store", "{secret:?}");
    }
    let mut replies = vec![login, refreshed, key, grant];
    for path in [
        "/",
        "/api/calculations",
        "/api/collections",
        "/api/nothing",
        "/api/docs/",
        "/api/openapi.json",
        "/auth/nothing",
        "/auth/users",
        "/auth/docs/",
        "/auth/openapi.json",
        "/.well-known/jwks.json",
    ] {
        replies.push(caller.get(path).await);
        replies.push(stack.anonymous().get(path).await);
    }
    for reply in replies {
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        assert!(reply.header("content-security-policy").contains("default-src"), "{reply:?}");
    }
}

#[tokio::test]
async fn a_header_of_200_kib_is_refused_and_a_token_of_20_kib_is_only_invalid() {
    let stack = Stack::embedded().await;
    let reply = stack.anonymous().with_token(&"a".repeat(20 << 10)).get("/api/calculations").await;
    assert_eq!((reply.status, reply.code().as_str()), (401, "invalid_token"));
    let address = stack.resource[0].base.trim_start_matches("http://").to_owned();
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).expect("a connection");
        let head =
            format!("GET /api/calculations HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "a".repeat(200 << 10));
        // The server stops reading and answers; an HTTP client would report its own failure to send instead.
        let _ = stream.write_all(head.as_bytes());
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).expect("an answer");
        answer
    });
    assert_eq!(&answer.await.expect("a finished request"), b"HTTP/1.1 431");
}

const CONSOLE: &str = "https://console.example.org";

async fn behind_a_console() -> Stack {
    let origins = "https://console.example.org, https://lab.example.org";
    Stack::embedded_with(&[
        ("AUTH__HTTP__ALLOWED_ORIGINS", origins),
        ("RESOURCE__HTTP__ALLOWED_ORIGINS", origins),
    ])
    .await
}

#[tokio::test]
async fn a_browser_of_an_allowed_origin_may_call_with_credentials_and_no_other() {
    let stack = behind_a_console().await;
    let ask = |origin: &'static str| {
        let request = stack.anonymous().request(Method::OPTIONS, "/auth/login").header("Origin", origin);
        send(request.header("Access-Control-Request-Method", "POST"))
    };
    let reply = ask("https://lab.example.org").await;
    assert_eq!(reply.header("access-control-allow-origin"), "https://lab.example.org");
    assert_eq!(reply.header("access-control-allow-credentials"), "true");
    assert_eq!(ask("https://evil.example.org").await.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn a_page_of_an_allowed_origin_can_read_why_a_request_failed() {
    let stack = behind_a_console().await;
    let (anonymous, user) = (stack.anonymous(), stack.scientist().await);
    let json = |caller: &Caller<'_>, method: Method, path: &str, body: String| {
        caller.request(method, path).header(CONTENT_TYPE, "application/json").body(body)
    };
    let long = "p".repeat(2 << 20);
    let failures = [
        (401, anonymous.request(Method::GET, "/auth/users/me")),
        (
            401,
            json(&anonymous, Method::POST, "/auth/login", r#"{"username":"a@b.de","password":"x"}"#.into()),
        ),
        (400, json(&anonymous, Method::POST, "/auth/users", "{".into())),
        (403, user.request(Method::GET, "/auth/users")),
        (401, anonymous.request(Method::POST, "/auth/token-refresh")),
        (404, anonymous.request(Method::GET, "/auth/nothing")),
        (405, anonymous.request(Method::PUT, "/auth/login")),
        (413, json(&anonymous, Method::POST, "/auth/users", long.clone())),
        (415, anonymous.request(Method::POST, "/auth/users").header(CONTENT_TYPE, "text/plain").body("x")),
        (422, json(&anonymous, Method::POST, "/auth/users", r#"{"email":"u","password":"q"}"#.into())),
        (400, anonymous.request(Method::POST, "/auth/token").body("x")),
        (401, anonymous.request(Method::GET, "/api/calculations")),
        (404, user.request(Method::GET, "/api/calculations/none")),
        (404, user.request(Method::GET, "/nothing")),
        (405, user.request(Method::DELETE, "/api/calculations")),
        (413, json(&user, Method::POST, "/api/calculations", format!("{{\"name\":\"{long}\"}}"))),
        (422, json(&user, Method::POST, "/api/calculations", r#"{"name":1}"#.into())),
        (422, user.request(Method::GET, "/api/calculations?nonsense=1")),
    ];
    for (status, request) in failures {
        let reply = send(request.header("Origin", CONSOLE)).await;
        assert_eq!(reply.status, status, "{reply:?}");
        assert_eq!(reply.header("access-control-allow-origin"), CONSOLE, "{reply:?}");
        assert_eq!(reply.header("access-control-allow-credentials"), "true", "{reply:?}");
        assert!(reply.header("vary").to_lowercase().contains("origin"), "{reply:?}");
        for exposed in ["etag", "location", "retry-after", "x-request-id", "link", "www-authenticate"] {
            assert!(reply.header("access-control-expose-headers").contains(exposed), "{exposed}: {reply:?}");
        }
    }
}

#[tokio::test]
async fn a_page_of_an_allowed_origin_may_send_what_clients_send() {
    let stack = behind_a_console().await;
    let ask = async |path: &str, method: &str, header: &str, origin: &str| {
        let request = stack.anonymous().request(Method::OPTIONS, path).header("Origin", origin);
        let request = request.header("Access-Control-Request-Method", method);
        send(request.header("Access-Control-Request-Headers", header)).await
    };
    for path in ["/auth/users/me", "/api/calculations"] {
        for header in [
            "authorization",
            "traceparent",
            "cache-control",
            "last-event-id",
            "x-request-id",
            "if-match",
            "idempotency-key",
            "content-type, if-none-match",
        ] {
            let reply = ask(path, "GET", header, CONSOLE).await;
            assert_eq!(reply.status, 200, "{header}: {reply:?}");
            assert_eq!(reply.header("access-control-allow-origin"), CONSOLE, "{header}: {reply:?}");
        }
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] {
            assert_eq!(ask(path, method, "authorization", CONSOLE).await.status, 200, "{method}");
        }
        let refusals = [("GET", "x-evil", CONSOLE), ("TRACE", "authorization", CONSOLE)];
        for (method, header, origin) in refusals {
            let reply = ask(path, method, header, origin).await;
            assert_eq!((reply.status, reply.code().as_str()), (400, "invalid_request"), "{reply:?}");
        }
    }
}

#[tokio::test]
async fn no_problem_repeats_a_body_that_could_not_be_read_and_json_gets_a_hint() {
    let stack = Stack::embedded().await;
    let (anonymous, user) = (stack.anonymous(), stack.scientist().await);
    let (json, form, text) = ("application/json", "application/x-www-form-urlencoded", "text/plain");
    let login = r#"{"username":"a@example.org","password":"hunter2-hunter2"}"#;
    let (patch, merge) = ("application/json-patch+json", "application/merge-patch+json");
    let long = format!("text/{}", "x".repeat(20_000));
    let post = Method::POST;
    let hint = Some("looks like JSON");
    let asked = [
        (&anonymous, &post, "/auth/login", form, login, hint),
        (&anonymous, &post, "/auth/login", text, login, hint),
        (&anonymous, &post, "/auth/login", json, "username=a&password=hunter2-hunter2", None),
        (&anonymous, &post, "/auth/login", json, r#"{"username":"a","password":24682468}"#, None),
        (&anonymous, &post, "/auth/login", json, r#"{"username":"a","password":["hunter2-hunter2"]}"#, None),
        (&anonymous, &post, "/auth/login", json, r#"{"username":"a","password":"hunter2-hunter2""#, None),
        (&anonymous, &post, "/auth/login", json, r#""hunter2-hunter2""#, None),
        (&anonymous, &post, "/auth/login", form, "hunter2-hunter2 is it=1", None),
        (&anonymous, &post, "/auth/users", form, login, hint),
        (&anonymous, &post, "/auth/users", &long, login, hint),
        (&anonymous, &post, "/auth/users", json, r#"{"email":"a","password":24682468}"#, None),
        (&anonymous, &post, "/auth/token", json, login, hint),
        (&anonymous, &post, "/auth/token", form, login, hint),
        (&anonymous, &post, "/auth/token", form, "hunter2-hunter2=1&hunter2-hunter2=2", None),
        (&anonymous, &post, "/auth/introspect", text, login, hint),
        (&user, &Method::PUT, "/auth/users/me/password", form, login, hint),
        (&user, &post, "/api/calculations", form, login, Some("application/json")),
        (&user, &post, "/api/calculations", json, r#"{"name": hunter2-hunter2}"#, None),
        (&user, &post, "/api/calculations", json, r#"[{"name": "hunter2-hunter2" "#, None),
        (&user, &Method::PATCH, "/api/calculations/x", patch, r#"{"op":"hunter2-hunter2"}"#, None),
        (&user, &Method::PATCH, "/api/calculations/x", patch, r#"[{"op":"hunter2-hunter2"}]"#, None),
        (&user, &Method::PATCH, "/api/calculations/x", merge, "hunter2-hunter2", None),
    ];
    for (caller, method, path, media_type, body, hint) in asked {
        let request = caller.request(method.clone(), path).header(CONTENT_TYPE, media_type);
        let reply = send(request.body(body.to_owned())).await;
        let said = &reply.text;
        assert!((400..500).contains(&reply.status), "{path} {body}: {reply:?}");
        assert!(!said.contains("hunter2") && !said.contains("24682468"), "{path} {body}: {said}");
        assert!(said.len() < 2_000, "{path}: {} bytes", said.len());
        if let Some(hint) = hint {
            assert!(said.contains(hint) && said.contains("Content-Type"), "{path} {media_type}: {said}");
        }
    }
}

#[tokio::test]
async fn the_secret_of_an_api_key_sent_as_a_token_is_told_what_it_is() {
    let stack = Stack::embedded().await;
    let user = stack.scientist().await;
    let body = json!({"name": "key", "scopes": ["calculations:read"], "expires_in": 3600});
    let made = user.post("/auth/api-keys", &body).await.json();
    let (id, secret) =
        (made["client_id"].as_str().expect("an id"), made["client_secret"].as_str().expect("a secret"));
    for token in [secret.to_owned(), format!("{id}:{secret}")] {
        for path in ["/auth/users/me", "/api/calculations"] {
            let reply = stack.anonymous().with_token(&token).get(path).await;
            assert_eq!((reply.status, reply.code().as_str()), (401, "invalid_token"), "{path}");
            let detail = reply.json()["detail"].as_str().expect("a detail").to_owned();
            for word in ["API key", "POST /auth/token", "client_credentials"] {
                assert!(detail.contains(word), "{path}: {detail}");
            }
            assert!(reply.header("www-authenticate").contains("invalid_token"), "{reply:?}");
            assert!(!reply.text.contains(secret), "{reply:?}");
        }
    }
    let other = stack.anonymous().with_token("a.b.c").get("/api/calculations").await;
    assert!(!other.text.contains("API key"), "{other:?}");
}
