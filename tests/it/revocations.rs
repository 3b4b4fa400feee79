//! What is cut off at auth-service is refused at every resource-service within a second.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Caller, Process, Stack, http, on_both_stores, process::PATIENCE};

on_both_stores!(
    whatever_ends_a_token_is_felt_at_every_replica_within_a_second,
    a_narrowed_role_is_felt_at_every_replica_within_a_second,
    a_finished_calculation_ends_its_job_grants_and_reviewers_have_names,
    a_crash_loses_no_notice_that_a_calculation_has_ended
);

async fn refused_everywhere(replicas: &[Process], token: &str) {
    let http = http();
    let started = Instant::now();
    for replica in replicas {
        loop {
            let answer =
                http.get(format!("{}/api/calculations", replica.base)).bearer_auth(token).send().await;
            if answer.expect("an answer").status() == 401 {
                break;
            }
            assert!(started.elapsed() < Duration::from_secs(1), "still let in after a second");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test]
async fn until_the_feed_is_heard_a_replica_is_not_ready_and_writes_nothing() {
    let mut stack = Stack::embedded().await;
    stack.resource[0].kill();
    stack.resource_environment.extend([
        ("RESOURCE__AUTH__URL".into(), "http://127.0.0.1:9".into()),
        ("RESOURCE__AUTH__CLIENT_ID".into(), "nobody".into()),
        ("RESOURCE__AUTH__CLIENT_SECRET".into(), "tsk_nothing".into()),
    ]);
    let environment = &stack.resource_environment;
    let deaf = Process::listening("resource-service", stack.directory.path(), environment).await;
    stack.resource[0] = deaf;
    let (status, why) = stack.resource[0].readiness().await;
    assert!(status == 503 && why.contains("revocations"), "{why}");
    let ada = stack.scientist().await;
    assert_eq!(ada.get("/api/calculations").await.status, 200);
    let body = json!({"name": "run", "code": {"name": "vasp"}, "status": "running"});
    let refused = ada.post("/api/calculations", &body).await;
    assert_eq!((refused.status, refused.code().as_str()), (503, "unavailable"));
    assert!(!refused.header("retry-after").is_empty());
}

#[tokio::test]
async fn after_thirty_seconds_of_silence_writes_are_refused_and_reads_go_on() {
    let mut stack = Stack::embedded().await;
    stack.follow().await;
    let ada = stack.scientist().await;
    let body = json!({"name": "run", "code": {"name": "vasp"}, "status": "running"});
    ada.insert("calculations", &body).await;
    let reader = (token(&ada), stack.resource[0].base.clone());
    stack.auth[0].kill();
    tokio::time::sleep(Duration::from_secs(31)).await;
    let http = http();
    let url = format!("{}/api/calculations", reader.1);
    let read = http.get(&url).bearer_auth(&reader.0).send().await.expect("an answer");
    assert_eq!(read.status(), 200);
    let written = http.post(&url).bearer_auth(&reader.0).json(&body).send().await.expect("an answer");
    assert_eq!((written.status().as_u16(), written.headers().contains_key("retry-after")), (503, true));
    assert_eq!(stack.resource[0].readiness().await.0, 200, "it still serves reads");
}

fn token(caller: &Caller<'_>) -> String {
    caller.token.clone().expect("a token")
}

async fn whatever_ends_a_token_is_felt_at_every_replica_within_a_second(mut stack: Stack) {
    stack.follow().await;
    let admin = stack.admin().await;
    let disabled = stack.scientist().await;
    let user = disabled.get("/auth/users/me").await.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(disabled.get("/api/calculations").await.status, 200);
    admin.patch(&format!("/auth/users/{user}"), &json!({"disabled": true})).await;
    refused_everywhere(&stack.resource, &token(&disabled)).await;

    let gone = stack.scientist().await;
    assert_eq!(gone.log_out().await.status, 204);
    refused_everywhere(&stack.resource, &token(&gone)).await;

    let ada = stack.scientist().await;
    let key = ada.post("/auth/api-keys", &json!({"name": "k", "scopes": ["calculations:read"]})).await.json();
    let (id, secret) =
        (key["client_id"].as_str().expect("an id"), key["client_secret"].as_str().expect("a secret"));
    let request = stack.anonymous().request(reqwest::Method::POST, "/auth/token");
    let request = request.basic_auth(id, Some(secret)).form(&[("grant_type", "client_credentials")]);
    let script = crate::support::caller::send(request).await.json()["access_token"].clone();
    assert_eq!(ada.delete(&format!("/auth/api-keys/{id}")).await.status, 204);
    refused_everywhere(&stack.resource, script.as_str().expect("a token")).await;
    assert_eq!(ada.get("/api/calculations").await.status, 200);

    // The age of the feed is measured once a second.
    let started = Instant::now();
    let measured = |metrics: &str| {
        metrics.contains("tessera_cutoff_feed_age_seconds") && metrics.contains("tessera_cutoffs ")
    };
    while !measured(&stack.resource[0].ask("/metrics").await.1) {
        assert!(started.elapsed() < PATIENCE, "the feed is not measured");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn a_narrowed_role_is_felt_at_every_replica_within_a_second(mut stack: Stack) {
    stack.follow().await;
    if stack.auth.len() > 1 {
        stack.auth.push(stack.another("auth-service").await);
    }
    let admin = stack.admin().await;
    let mut callers = Vec::new();
    for _ in 0..2 * stack.auth.len() {
        let caller = stack.scientist().await;
        assert_eq!(caller.get("/api/calculations").await.status, 200);
        callers.push(caller);
    }
    let before: Vec<String> = callers.iter().map(token).collect();
    // Every replica has just read the table of roles.
    for ada in &mut callers {
        assert_eq!(ada.refresh().await.status, 200);
    }
    let narrower = json!({"scopes": ["reviews:read"]});
    assert_eq!(admin.put("/auth/roles/scientist", &narrower).await.status, 200);
    // One refresh is enough, at whichever replica, and the new token is good at once.
    for ada in &mut callers {
        assert_eq!(ada.refresh().await.status, 200);
        for _ in &stack.resource {
            let reply = ada.get("/api/reviews").await;
            assert_eq!(reply.status, 200, "{reply:?}");
            assert_eq!(ada.get("/api/calculations").await.code(), "insufficient_scope");
        }
    }
    for token in &before {
        refused_everywhere(&stack.resource, token).await;
    }
    // Nor is it refused a little later.
    tokio::time::sleep(Duration::from_secs(2)).await;
    for ada in &callers {
        assert_eq!(ada.get("/api/reviews").await.status, 200);
    }
    for _ in &stack.resource {
        assert_eq!(admin.get("/api/calculations").await.status, 200, "nobody else feels it");
    }
}

async fn a_finished_calculation_ends_its_job_grants_and_reviewers_have_names(mut stack: Stack) {
    stack.follow().await;
    let ada = stack.scientist().await;
    let body = json!({"name": "run", "code": {"name": "vasp"}, "status": "running"});
    let id = ada.insert("calculations", &body).await["_id"].as_str().expect("an id").to_owned();
    let granted = granted(&stack, &ada, &id).await;
    // Somebody else than the job says that it is over.
    ada.patch(&format!("/api/calculations/{id}"), &json!({"status": "failed"})).await;
    refused_everywhere(&stack.resource, granted["access_token"].as_str().expect("a token")).await;
    assert_eq!(refreshed(&stack, &granted).await["error"], "invalid_grant");

    let review = json!({"calculation": id, "revision": 1, "verdict": "approve"});
    ada.insert("reviews", &review).await;
    let named = ada.get("/api/reviews?expand=_owner").await.json();
    assert_eq!(named["items"][0]["_owner_name"], "Ada Lovelace");
    assert!(ada.get("/api/reviews").await.json()["items"][0]["_owner_name"].is_null());
    assert_eq!(ada.get("/api/reviews?expand=all").await.status, 422);
    // With auth-service gone names are left out, reads continue, and nothing waits.
    let reader = ada.token.clone().expect("a token");
    let first = stack.resource[0].base.clone();
    for process in &mut stack.auth {
        process.kill();
    }
    let answer = http().get(format!("{first}/api/reviews?expand=_owner")).bearer_auth(reader).send();
    assert_eq!(answer.await.expect("an answer").status(), 200);
}

/// The tokens of a new job grant for this calculation.
async fn granted(stack: &Stack, caller: &Caller<'_>, calculation: &str) -> Value {
    let details = json!([{"type": "calculation", "identifier": calculation}]).to_string();
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", &token(caller)),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("scope", "calculations:write"),
        ("authorization_details", &details),
    ];
    let request = stack.anonymous().request(reqwest::Method::POST, "/auth/token").form(&form);
    crate::support::caller::send(request).await.json()
}

/// The answer to a refresh with these tokens.
async fn refreshed(stack: &Stack, tokens: &Value) -> Value {
    let refresh_token = tokens["refresh_token"].as_str().expect("a refresh token");
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
    let request = stack.anonymous().request(reqwest::Method::POST, "/auth/token").form(&form);
    crate::support::caller::send(request).await.json()
}

async fn a_crash_loses_no_notice_that_a_calculation_has_ended(mut stack: Stack) {
    stack.follow().await;
    let ada = stack.scientist().await;
    let body = json!({"name": "run", "code": {"name": "vasp"}, "status": "running"});
    let id = ada.insert("calculations", &body).await["_id"].as_str().expect("an id").to_owned();
    let mut tokens = granted(&stack, &ada, &id).await;
    let ada = token(&ada);
    // auth-service is away while the calculation ends, and the replica that ended it is killed at once. A service that is only
    // stopped would still find the notice in the buffer of its socket.
    for process in &mut stack.auth {
        process.kill();
    }
    let url = format!("{}/api/calculations/{id}", stack.resource[0].base);
    let ending = http().patch(url).bearer_auth(&ada).header("Content-Type", "application/merge-patch+json");
    let ended = ending.body(json!({"status": "finished"}).to_string()).send().await.expect("an answer");
    assert_eq!(ended.status(), 200);
    for replica in &mut stack.resource {
        replica.kill();
    }
    for replica in 0..stack.auth.len() {
        stack.auth[replica] = stack.another("auth-service").await;
    }
    let base = stack.auth[0].base.clone();
    for (name, value) in &mut stack.resource_environment {
        if name == "RESOURCE__AUTH__URL" {
            value.clone_from(&base);
        }
    }
    tokens = refreshed(&stack, &tokens).await;
    assert!(tokens["access_token"].is_string(), "the grant has not ended yet: {tokens}");
    for replica in 0..stack.resource.len() {
        stack.resource[replica] = stack.another("resource-service").await;
    }
    let started = Instant::now();
    loop {
        let answer = refreshed(&stack, &tokens).await;
        if answer["error"] == "invalid_grant" {
            break;
        }
        tokens = answer;
        assert!(started.elapsed() < PATIENCE, "the grant has not ended");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    // The note is gone with the notice.
    while stack.resource[0].metric("tessera_notices_outstanding").await > 0.0 {
        assert!(started.elapsed() < PATIENCE, "the note is still there");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
