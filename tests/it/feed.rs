//! What is wrong with the client of auth-service, as an operator reads it: from `check`, in `/readyz` and in the log.

use std::time::Instant;

use serde_json::json;

use crate::support::{
    Process, Stack,
    process::{PATIENCE, run},
    stack::Environment,
};

fn with(environment: &Environment, changed: &[(&str, &str)]) -> Environment {
    let mut environment = environment.clone();
    for (name, value) in changed {
        environment.retain(|(known, _)| known != name);
        environment.push(((*name).to_owned(), (*value).to_owned()));
    }
    environment
}

/// `check` ends with this line and status 1, and the service that is started nevertheless is not ready for the same cause.
async fn is_named(stack: &Stack, environment: &Environment, cause: &str) {
    let output = run("resource-service", &["check"], environment);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{cause}: {output:?}");
    assert_eq!(said, format!("resource-service: {cause}\n"));
    let process = Process::listening("resource-service", stack.directory.path(), environment).await;
    let started = Instant::now();
    let expected = format!("the revocation feed has not been read yet: {cause}");
    loop {
        let (status, said) = process.readiness().await;
        assert_eq!(status, 503);
        let found: serde_json::Value = serde_json::from_str(&said).expect("JSON");
        if found["checks"]["revocations"] == expected.as_str() {
            break;
        }
        assert!(started.elapsed() < PATIENCE, "{said}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    process.until_logged("the revocation feed is unreachable; retrying").await;
    let logged = process.entries().into_iter().any(|entry| entry["error"] == cause);
    assert!(logged, "{cause}: {}", process.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_client_of_auth_service_is_named_by_check_and_while_the_service_waits() {
    let mut stack = Stack::embedded().await;
    stack.follow().await;
    stack.resource.clear();
    let good = stack.resource_environment.clone();
    let output = run("resource-service", &["check"], &good);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{output:?}");
    assert!(
        said.ends_with("settings, keys, definitions, revocation feed and store are in order\n"),
        "{said}"
    );

    let away = with(&good, &[("RESOURCE__AUTH__URL", "http://127.0.0.1:9")]);
    let refused = "Connection refused (os error 111)";
    is_named(
        &stack,
        &away,
        &format!("auth.url: auth-service at http://127.0.0.1:9 is unavailable: {refused}"),
    )
    .await;

    let client =
        "auth: the client was refused (invalid_client); correct auth.client_id and auth.client_secret";
    is_named(&stack, &with(&good, &[("RESOURCE__AUTH__CLIENT_SECRET", "tsk_nothing")]), client).await;

    let body = json!({"name": "narrow", "scopes": ["users:read"]});
    let narrow = stack.admin().await.post("/auth/clients", &body).await.json();
    let text = |member: &str| narrow[member].as_str().expect("text").to_owned();
    let (id, secret) = (text("client_id"), text("client_secret"));
    let narrow =
        with(&good, &[("RESOURCE__AUTH__CLIENT_ID", &id), ("RESOURCE__AUTH__CLIENT_SECRET", &secret)]);
    let lacking = "auth: the client was refused (insufficient_scope): This needs the scope revocations:read";
    is_named(&stack, &narrow, lacking).await;

    let stranger = Stack::embedded().await;
    for other in [&stack.auth[0].management, &stranger.resource[0].base] {
        let elsewhere = format!("auth.url: auth-service is not at {other}: it answers 404");
        is_named(&stack, &with(&good, &[("RESOURCE__AUTH__URL", other)]), &elsewhere).await;
    }
}
