//! Every error is a problem that a program can tell apart and a person can act on.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::json;

use crate::support::{Stack, caller::send, on_both_stores};

on_both_stores!(what_the_server_refuses_by_itself_is_a_problem_too, a_body_is_limited_on_both_services);

async fn what_the_server_refuses_by_itself_is_a_problem_too(stack: Stack) {
    let scientist = stack.scientist().await;
    for path in ["/auth/nothing", "/api/nothing/at/all", "/nothing"] {
        let reply = scientist.get(path).await;
        assert_eq!((reply.status, reply.code().as_str()), (404, "not_found"), "{path}");
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
    let long = "p".repeat(1 << 20);
    let reply =
        stack.anonymous().post("/auth/login", &json!({"username": "a@example.org", "password": long})).await;
    assert_eq!((reply.status, reply.code().as_str()), (413, "payload_too_large"));
    let scientist = stack.scientist().await;
    let document =
        |bytes: usize| json!({"name": "n".repeat(bytes), "code": {"name": "vasp"}, "status": "planned"});
    let reply = scientist.post("/api/calculations", &document(1 << 20)).await;
    assert_eq!((reply.status, reply.code().as_str()), (413, "payload_too_large"));
    let page = scientist.get("/api/calculations").await;
    assert_eq!(page.json()["items"], json!([]));
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
    assert_eq!(login.header("cache-control"), "no-store");
    for reply in [login, caller.get("/api/calculations").await, caller.get("/auth/nothing").await] {
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

#[tokio::test]
async fn a_browser_of_an_allowed_origin_may_call_with_credentials_and_no_other() {
    let allowed = ("AUTH__HTTP__ALLOWED_ORIGINS", "https://console.example.org, https://lab.example.org");
    let stack = Stack::embedded_with(&[allowed]).await;
    let ask = |origin: &'static str| {
        let request = stack.anonymous().request(Method::OPTIONS, "/auth/login").header("Origin", origin);
        send(request.header("Access-Control-Request-Method", "POST"))
    };
    let reply = ask("https://lab.example.org").await;
    assert_eq!(reply.header("access-control-allow-origin"), "https://lab.example.org");
    assert_eq!(reply.header("access-control-allow-credentials"), "true");
    assert_eq!(ask("https://evil.example.org").await.header("access-control-allow-origin"), "");
}
