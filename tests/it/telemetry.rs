//! What the services report about themselves, and what they never report.

use reqwest::Method;
use serde_json::json;
use shared_models::problem::ProblemCode;

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
    let counted = "tessera_http_request_duration_seconds_count{method=\"GET\",route=\"/api/{collection}/{id}\",status=\"404\"} 3";
    assert!(metrics.contains(counted), "{metrics}");
    assert!(
        metrics.contains("tessera_http_request_duration_seconds_bucket") && metrics.contains("le=\"0.005\""),
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
    assert!(log.contains("\"TRACE\""), "the log is at TRACE");
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret:?} is in the log");
    }
}

/// What the lines of answers say, by route.
fn answers(stack: &Stack, auth: bool) -> Vec<serde_json::Value> {
    let process = if auth { &stack.auth[0] } else { &stack.resource[0] };
    process.entries().into_iter().filter(|entry| entry["message"] == "answered").collect()
}

#[tokio::test]
async fn a_line_of_a_request_says_who_asked_for_what_and_what_went_wrong() {
    let stack = Stack::embedded().await;
    let scientist = stack.scientist().await;
    let subject = scientist.get("/auth/users/me").await.json()["id"].as_str().expect("an id").to_owned();
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let request = scientist.request(Method::GET, "/api/calculations/none");
    let request = request.header("traceparent", format!("00-{trace}-00f067aa0ba902b7-00"));
    assert_eq!(send(request).await.status, 404);
    assert_eq!(stack.anonymous().get("/api/calculations").await.status, 401);
    let form = [("grant_type", "client_credentials")];
    assert_eq!(send(stack.anonymous().request(Method::POST, "/auth/token").form(&form)).await.status, 401);
    stack.resource[0].until_logged("\"problem.code\":\"invalid_token\"").await;
    stack.auth[0].until_logged("\"http.route\":\"/auth/token\"").await;

    let lines = answers(&stack, false);
    let missing = lines.iter().find(|line| line["http.status"] == 404).expect("a line");
    assert_eq!(missing["span"]["trace.id"], trace);
    assert_eq!(missing["problem.code"], "not_found");
    assert_eq!(missing["principal.kind"], "login");
    assert_eq!(missing["collection"], "calculations");
    assert_eq!(missing["client.address"], "127.0.0.1");
    let hashed = missing["principal.subject"].as_str().expect("a subject");
    assert!(hashed.len() == 16 && hashed.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hashed}");
    assert!(!stack.resource[0].log().contains(&subject), "the subject itself is not in the log");
    let refused = lines.iter().find(|line| line["http.status"] == 401).expect("a line");
    assert!(
        refused.get("principal.kind").is_none() && refused.get("principal.subject").is_none(),
        "{refused}"
    );
    for line in lines.iter().chain(&answers(&stack, true)) {
        let trace = line["span"]["trace.id"].as_str().expect("a trace");
        assert!(trace.len() == 32 && trace.bytes().all(|byte| byte.is_ascii_hexdigit()), "{line}");
    }
    let token = answers(&stack, true).into_iter().find(|line| line["http.route"] == "/auth/token");
    assert_eq!(token.expect("a line")["problem.code"], "invalid_client");
}

#[tokio::test]
async fn the_log_names_subjects_as_they_are_where_that_is_set() {
    let stack = Stack::embedded_with(&[("RESOURCE__TELEMETRY__SUBJECTS", "plain")]).await;
    let scientist = stack.scientist().await;
    let subject = scientist.get("/auth/users/me").await.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(scientist.get("/api/calculations").await.status, 200);
    stack.resource[0].until_logged(&format!("\"principal.subject\":\"{subject}\"")).await;
}

#[tokio::test]
async fn a_token_of_another_issuer_is_explained_to_the_operator_and_to_nobody_else() {
    let mut stack = Stack::embedded_with(&[("RESOURCE__TOKENS__AUDIENCE", "another")]).await;
    stack.resource_environment.push(("RUST_LOG".into(), "debug".into()));
    stack.resource.clear();
    stack.resource.push(stack.another("resource-service").await);
    let scientist = stack.scientist().await;
    let answer = scientist.get("/api/calculations").await;
    assert_eq!(answer.status, 401);
    assert!(!answer.text.contains("another"), "{answer:?}");
    stack.resource[0].until_logged("\"token.audience.expected\":\"another\"").await;
    let explained = stack.resource[0].entries();
    let line = explained.iter().find(|entry| entry["token.audience.expected"] == "another").expect("a line");
    assert!(line["token.audience.found"].as_str().is_some_and(|found| found.contains("tessera")), "{line}");
    assert_eq!(line["token.issuer.expected"], line["token.issuer.found"]);
}

#[test]
fn a_code_is_logged_as_it_is_sent() {
    let codes = "invalid_request invalid_credentials invalid_token insufficient_scope login_required csrf_rejected not_found \
        method_not_allowed not_acceptable conflict gone revision_mismatch payload_too_large unsupported_media_type \
        range_not_satisfiable validation_error precondition_required rate_limited internal unavailable query_timeout \
        outcome_unknown";
    for code in codes.split_ascii_whitespace() {
        let read: ProblemCode = serde_json::from_value(json!(code)).expect("a code");
        assert_eq!(read.name(), code);
    }
}
