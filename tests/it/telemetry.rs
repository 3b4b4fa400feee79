//! What the services report about themselves, and what they never report.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::mpsc,
    time::Duration,
};

use reqwest::Method;
use serde_json::json;

use crate::support::{Caller, Stack, caller::send};

#[tokio::test]
async fn latencies_are_counted_by_route_and_never_by_raw_path() {
    let stack = Stack::embedded().await;
    let scientist = stack.scientist().await;
    for n in 0..3 {
        assert_eq!(scientist.get(&format!("/api/calculations/no-such-{n}")).await.status, 404);
        assert_eq!(scientist.get(&format!("/api/odd/path/{n}")).await.status, 404);
    }
    let (status, metrics) = stack.resource[0].ask("/metrics").await;
    assert_eq!(status, 200);
    let counted = "http_request_duration_seconds_count{method=\"GET\",route=\"/api/{collection}/{id}\",status=\"404\"} 3";
    assert!(metrics.contains(counted), "{metrics}");
    assert!(
        metrics.contains("http_request_duration_seconds_bucket") && metrics.contains("le=\"0.005\""),
        "{metrics}"
    );
    assert!(!metrics.contains("no-such") && !metrics.contains("odd"), "{metrics}");
}

/// What a key, a service and a job of this user are given: secrets, and signatures of tokens.
async fn programs(stack: &Stack, user: &Caller<'_>) -> Vec<String> {
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let key = json!({"name": "key", "scopes": ["calculations:read"]});
    let service = json!({"name": "service", "scopes": ["calculations:read"]});
    let made = [
        user.post("/auth/api-keys", &key).await.json(),
        stack.admin().await.post("/auth/clients", &service).await.json(),
    ];
    let mut secrets = Vec::new();
    let mut tokens = vec![user.token.clone().expect("a token")];
    for client in made {
        let (id, secret) = (text(&client["client_id"]), text(&client["client_secret"]));
        let request = stack.anonymous().request(Method::POST, "/auth/token").basic_auth(&id, Some(&secret));
        tokens.push(text(
            &send(request.form(&[("grant_type", "client_credentials")])).await.json()["access_token"],
        ));
        let form = [("client_id", id.as_str()), ("client_secret", &secret), ("token", &tokens[0])];
        let request = stack.anonymous().request(Method::POST, "/auth/introspect").form(&form);
        assert_eq!(send(request).await.json()["active"], true);
        secrets.push(secret);
    }
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", &tokens[0]),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("scope", "calculations:read"),
        ("authorization_details", r#"[{"type":"calculation","identifier":"c"}]"#),
    ];
    let job = send(stack.anonymous().request(Method::POST, "/auth/token").form(&form)).await.json();
    secrets.extend(text(&job["refresh_token"]).split('.').skip(2).map(str::to_owned));
    tokens.push(text(&job["access_token"]));
    secrets.extend(tokens.iter().filter_map(|token| token.rsplit('.').next()).map(str::to_owned));
    secrets
}

#[tokio::test]
async fn no_secret_reaches_the_log_even_at_trace() {
    let trace = [("AUTH__TELEMETRY__FORMAT", "json"), ("RESOURCE__TELEMETRY__FORMAT", "json")];
    let mut stack = Stack::embedded_with(&trace).await;
    stack.auth_environment.push(("RUST_LOG".into(), "trace".into()));
    stack.resource_environment.push(("RUST_LOG".into(), "trace".into()));
    (stack.auth, stack.resource) = (Vec::new(), Vec::new());
    stack.auth.push(stack.another("auth-service").await);
    stack.resource.push(stack.another("resource-service").await);

    let (email, password) = ("planted@example.org", "planted secret of somebody");
    let body = json!({"email": email, "password": password});
    assert_eq!(stack.anonymous().post("/auth/users", &body).await.status, 201);
    let mut user = stack.login(email, password).await;
    let mut secrets = vec![password.to_owned(), crate::support::stack::ADMIN.1.to_owned()];
    let keep = |user: &crate::support::Caller<'_>, secrets: &mut Vec<String>| {
        let cookie = user.cookie.clone().expect("a cookie");
        secrets.extend(cookie.split('.').skip(2).map(str::to_owned));
        secrets.push(
            user.token.as_deref().and_then(|token| token.rsplit('.').next()).expect("a token").to_owned(),
        );
    };
    keep(&user, &mut secrets);
    assert_eq!(user.refresh().await.status, 200);
    keep(&user, &mut secrets);
    assert_eq!(user.get("/api/calculations").await.status, 200);
    secrets.extend(programs(&stack, &user).await);
    assert_eq!(stack.anonymous().log_in(email, "planted wrong password").await.status, 401);
    secrets.push("planted wrong password".to_owned());
    let key = std::fs::read_to_string(stack.directory.path().join("keys.json")).expect("a ring");
    let key: serde_json::Value = serde_json::from_str(&key).expect("JSON");
    secrets.push(key["keys"][0]["k"].as_str().expect("a secret").to_owned());
    // Lines are written in their order, so that everything before this one is there when it is.
    assert_eq!(stack.anonymous().get("/auth/docs/").await.status, 200);
    stack.auth[0].until_logged("\"http.route\":\"/auth/docs").await;
    assert_eq!(stack.anonymous().get("/api/docs/").await.status, 200);
    stack.resource[0].until_logged("\"http.route\":\"/api/docs").await;
    let log = stack.auth[0].log() + &stack.resource[0].log();
    assert!(log.contains("\"TRACE\"") || log.contains("\"DEBUG\""), "the log is at TRACE");
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret:?} is in the log");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callers_trace_is_carried_on_to_log_and_collector() {
    let collector = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let endpoint = format!("http://{}", collector.local_addr().expect("a bound address"));
    let (found, spans) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in collector.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = Vec::new();
            let _ = stream.set_read_timeout(Some(Duration::from_millis(500)));
            let _ = stream.read_to_end(&mut request);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            if found.send(request).is_err() {
                return;
            }
        }
    });
    let stack = Stack::embedded_with(&[("RESOURCE__TELEMETRY__OTLP_ENDPOINT", &endpoint)]).await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let request = stack.anonymous().request(Method::GET, "/api/calculations");
    send(request.header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"))).await;

    stack.resource[0].until_logged(trace).await;
    let bytes: Vec<u8> =
        (0..trace.len()).step_by(2).map(|i| u8::from_str_radix(&trace[i..i + 2], 16).expect("hex")).collect();
    let exported = tokio::task::spawn_blocking(move || {
        std::iter::from_fn(|| spans.recv_timeout(Duration::from_secs(15)).ok())
            .any(|request| request.windows(16).any(|window| window == bytes))
    });
    assert!(exported.await.expect("a finished search"), "no span of the trace was exported");
}
