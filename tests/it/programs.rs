//! Clients, API keys, the token endpoint, job grants and their end: each program with its own narrow identity.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::support::{
    Caller, Stack,
    caller::{Reply, send},
    on_both_stores,
};

on_both_stores!(
    a_service_gets_narrow_tokens_and_every_refusal_is_rfc_6749s,
    two_secrets_are_good_while_one_replaces_the_other,
    fifty_refreshes_of_a_client_at_once_share_one_successor,
    a_key_is_narrower_than_its_user_and_goes_with_them,
    a_job_writes_to_its_calculation_until_that_is_finished,
    what_was_given_back_is_worth_nothing
);

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

async fn post(
    caller: &Caller<'_>,
    path: &str,
    credentials: Option<(&str, &str)>,
    form: &[(&str, &str)],
) -> Reply {
    let request = caller.request(Method::POST, path).form(form);
    send(match credentials {
        Some((id, secret)) => request.basic_auth(id, Some(secret)),
        None => request,
    })
    .await
}

async fn client(admin: &Caller<'_>, scopes: &[&str], grants: &[&str]) -> (String, String) {
    let body = json!({"name": "loader", "scopes": scopes, "grants": grants});
    let reply = admin.post("/auth/clients", &body).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let text = |member: &str| reply.json()[member].as_str().expect("text").to_owned();
    assert_eq!(reply.header("location"), format!("/auth/clients/{}", text("client_id")));
    (text("client_id"), text("client_secret"))
}

fn token(reply: &Reply) -> String {
    reply.json()["access_token"].as_str().unwrap_or_else(|| panic!("{reply:?}")).to_owned()
}

fn refusal(reply: &Reply) -> (u16, String) {
    assert_eq!(reply.header("cache-control"), "no-store");
    (reply.status, reply.json()["error"].as_str().unwrap_or_default().to_owned())
}

async fn a_service_gets_narrow_tokens_and_every_refusal_is_rfc_6749s(stack: Stack) {
    let admin = stack.admin().await;
    let nobody = stack.anonymous();
    let (id, secret) = client(&admin, &["calculations:read", "series:read"], &["client_credentials"]).await;
    let own = Some((id.as_str(), secret.as_str()));
    let narrow = [("grant_type", "client_credentials"), ("scope", "calculations:read")];
    let reply = post(&nobody, "/auth/token", own, &narrow).await;
    assert_eq!((reply.status, reply.json()["scope"].as_str()), (200, Some("calculations:read")));
    assert_eq!((reply.header("cache-control"), reply.header("pragma")), ("no-store", "no-cache"));
    let service = nobody.with_token(&token(&reply));
    assert_eq!(service.get("/api/calculations").await.status, 200);
    assert_eq!(service.get("/api/series").await.code(), "insufficient_scope");

    let mut form = vec![("grant_type", "client_credentials"), ("client_id", id.as_str())];
    form.push(("client_secret", &secret));
    assert_eq!(post(&nobody, "/auth/token", None, &form).await.status, 200);
    for (credentials, form, expected) in [
        (own, &form[..], (400, "invalid_request")),
        (own, &[], (400, "invalid_request")),
        (own, &[("grant_type", "a"), ("grant_type", "a")], (400, "invalid_request")),
        (own, &[("grant_type", "nope")], (400, "unsupported_grant_type")),
        (own, &[("grant_type", "client_credentials"), ("scope", "users:write")], (400, "invalid_scope")),
        (
            own,
            &[("grant_type", "password"), ("username", "a"), ("password", "b")],
            (400, "unauthorized_client"),
        ),
        (own, &[("grant_type", "refresh_token"), ("refresh_token", "rt1.a.b.c")], (400, "invalid_grant")),
        (Some((&id, "wrong")), &[("grant_type", "client_credentials")], (401, "invalid_client")),
        (Some(("nobody", &secret)), &[("grant_type", "client_credentials")], (401, "invalid_client")),
        (None, &[("grant_type", "client_credentials")], (401, "invalid_client")),
    ] {
        let reply = post(&nobody, "/auth/token", credentials, form).await;
        assert_eq!(refusal(&reply), (expected.0, expected.1.to_owned()), "{form:?}");
        assert_eq!(reply.header("www-authenticate").starts_with("Basic"), expected.0 == 401);
    }
    let long = [("grant_type", "client_credentials"), ("scope", &"a".repeat(20_000))];
    for path in ["/auth/token", "/auth/revoke", "/auth/introspect"] {
        assert_eq!(
            refusal(&post(&nobody, path, own, &long).await),
            (413, "invalid_request".into()),
            "{path}"
        );
    }
    let limited = stack.bearer_of("somebody", "clients:write");
    assert_eq!(
        limited.post("/auth/clients", &json!({"name": "x", "scopes": []})).await.code(),
        "invalid_token"
    );
}

async fn two_secrets_are_good_while_one_replaces_the_other(stack: Stack) {
    let admin = stack.admin().await;
    let nobody = stack.anonymous();
    let (id, first) = client(&admin, &["calculations:read"], &["client_credentials"]).await;
    let form = [("grant_type", "client_credentials")];
    let status = async |secret: &str| post(&nobody, "/auth/token", Some((&id, secret)), &form).await.status;
    let renewed = admin.post(&format!("/auth/clients/{id}/secret"), &json!({})).await.json();
    let second = renewed["client_secret"].as_str().expect("a secret").to_owned();
    assert_eq!(
        (status(&first).await, status(&second).await, renewed["secrets"].as_u64()),
        (200, 200, Some(2))
    );
    let now = admin.post(&format!("/auth/clients/{id}/secret"), &json!({"keep_old_for": 0})).await.json();
    let third = now["client_secret"].as_str().expect("a secret").to_owned();
    assert_eq!((status(&first).await, status(&second).await, status(&third).await), (401, 401, 200));
    assert_eq!(admin.delete(&format!("/auth/clients/{id}")).await.status, 204);
    assert_eq!(status(&third).await, 401);
}

async fn fifty_refreshes_of_a_client_at_once_share_one_successor(stack: Stack) {
    let admin = stack.admin().await;
    let grants = ["password", "refresh_token"];
    let (id, secret) = client(&admin, &["calculations:read"], &grants).await;
    let (other, other_secret) = client(&admin, &["calculations:read"], &grants).await;
    let nobody = stack.anonymous();
    let (email, password) = crate::support::stack::ADMIN;
    let form = [("grant_type", "password"), ("username", email), ("password", password)];
    let first = post(&nobody, "/auth/token", Some((&id, &secret)), &form).await;
    assert_eq!(first.json()["scope"], "calculations:read");
    let refresh = first.json()["refresh_token"].as_str().expect("a refresh token").to_owned();
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    let stolen = post(&nobody, "/auth/token", Some((&other, &other_secret)), &form).await;
    assert_eq!(refusal(&stolen), (400, "invalid_grant".into()));
    let own = Some((id.as_str(), secret.as_str()));
    let refreshes = (0..50).map(|_| post(&nobody, "/auth/token", own, &form));
    let mut successors = std::collections::BTreeSet::new();
    for reply in futures_util::future::join_all(refreshes).await {
        assert_eq!(reply.status, 200, "{reply:?}");
        successors.insert(reply.json()["refresh_token"].as_str().expect("a token").to_owned());
    }
    assert_eq!(successors.len(), 1);
}

async fn a_key_is_narrower_than_its_user_and_goes_with_them(stack: Stack) {
    let (admin, ada) = (stack.admin().await, stack.scientist().await);
    let make = async |scopes: &[&str]| {
        ada.post("/auth/api-keys", &json!({"name": "job", "scopes": scopes, "expires_in": 3600})).await
    };
    assert_eq!(make(&["users:write"]).await.code(), "insufficient_scope");
    let key = make(&["calculations:read"]).await;
    assert_eq!(key.status, 201, "{key:?}");
    let (id, secret) = (key.json()["client_id"].clone(), key.json()["client_secret"].clone());
    let own = Some((id.as_str().expect("an id"), secret.as_str().expect("a secret")));
    let nobody = stack.anonymous();
    let form = [("grant_type", "client_credentials")];
    let script = nobody.with_token(&token(&post(&nobody, "/auth/token", own, &form).await));
    assert_eq!(script.get("/api/calculations").await.status, 200);
    assert_eq!(script.get("/api/series").await.status, 403);
    let user = ada.get("/auth/users/me").await.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(script.get("/auth/users/me").await.json()["id"], user.as_str());
    let more = script.post("/auth/api-keys", &json!({"name": "x", "scopes": ["calculations:read"]})).await;
    assert_eq!(more.status, 403);
    let listed = ada.get("/auth/api-keys").await.json();
    assert_eq!((&listed["items"][0]["client_id"], listed["items"].as_array().map(Vec::len)), (&id, Some(1)));
    assert!(listed["items"][0]["client_secret"].is_null());
    assert_eq!(admin.patch(&format!("/auth/users/{user}"), &json!({"disabled": true})).await.status, 200);
    assert_eq!(refusal(&post(&nobody, "/auth/token", own, &form).await), (401, "invalid_client".into()));
    assert_eq!(script.get("/auth/users/me").await.code(), "invalid_token");
    // Enabling the user again revives no key.
    assert_eq!(admin.patch(&format!("/auth/users/{user}"), &json!({"disabled": false})).await.status, 200);
    assert_eq!(refusal(&post(&nobody, "/auth/token", own, &form).await), (401, "invalid_client".into()));
    let keys = admin.get(&format!("/auth/users/{user}/api-keys")).await.json();
    assert_eq!((&keys["items"][0]["client_id"], &keys["items"][0]["suspended"]), (&id, &json!(true)));
}

async fn calculation(ada: &Caller<'_>) -> String {
    let body = json!({"name": "run", "code": {"name": "vasp"}, "status": "running"});
    ada.insert("calculations", &body).await["_id"].as_str().expect("an id").to_owned()
}

async fn a_job_writes_to_its_calculation_until_that_is_finished(stack: Stack) {
    let ada = stack.scientist().await;
    let (mine, other) = (calculation(&ada).await, calculation(&ada).await);
    let nobody = stack.anonymous();
    let details = json!([{"type": "calculation", "identifier": mine}]).to_string();
    let subject = ada.token.clone().expect("a token");
    let scope = "calculations:read calculations:write series:write";
    let mut form =
        vec![("grant_type", EXCHANGE), ("subject_token", &subject), ("subject_token_type", ACCESS_TOKEN)];
    form.extend([("scope", scope), ("authorization_details", &details)]);
    let granted = post(&nobody, "/auth/token", None, &form).await;
    assert_eq!(granted.status, 200, "{granted:?}");
    assert_eq!(granted.json()["authorization_details"][0]["identifier"], mine.as_str());
    assert_eq!(granted.json()["issued_token_type"], ACCESS_TOKEN);
    let job = nobody.with_token(&token(&granted));

    let running = json!({"method": "PBE"});
    assert_eq!(job.patch(&format!("/api/calculations/{mine}"), &running).await.status, 200);
    assert_eq!(job.patch(&format!("/api/calculations/{other}"), &running).await.code(), "insufficient_scope");
    assert_eq!(job.get(&format!("/api/calculations/{other}")).await.status, 200);
    let series = |of: &str| json!({"calculation": of, "metric": "energy", "points": []});
    let stored = job.insert("series", &series(&mine)).await["_id"].as_str().expect("an id").to_owned();
    assert_eq!(job.post("/api/series", &series(&other)).await.code(), "insufficient_scope");
    let moved = job.put(&format!("/api/series/{stored}"), &series(&other)).await;
    assert_eq!(moved.code(), "insufficient_scope");
    let alive = beaten(&ada, &mine).await;
    assert_eq!(alive["_revision"], 2, "a heartbeat is no revision");
    let silent =
        format!("/api/calculations?heartbeat_at[gte]={}", alive["heartbeat_at"].as_str().expect("a time"));
    assert_eq!(ada.get(&silent).await.json()["items"][0]["_id"], mine.as_str());
    let fresh = json!({"name": "x", "code": {"name": "c"}, "status": "planned"});
    assert_eq!(job.post("/api/calculations", &fresh).await.code(), "insufficient_scope");

    let refresh = granted.json()["refresh_token"].as_str().expect("a refresh token").to_owned();
    let form =
        [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("client_id", "tessera-job")];
    let renewed = post(&nobody, "/auth/token", None, &form).await;
    assert_eq!((renewed.status, renewed.json()["scope"].as_str()), (200, Some(scope)));
    let again = json!({"status": "finished"});
    assert_eq!(job.patch(&format!("/api/calculations/{mine}"), &again).await.status, 200);
    for reply in [
        job.patch(&format!("/api/calculations/{mine}"), &running).await,
        job.post("/api/series", &series(&mine)).await,
        job.delete(&format!("/api/series/{stored}")).await,
    ] {
        assert_eq!((reply.status, reply.code().as_str()), (403, "insufficient_scope"), "{reply:?}");
        assert!(reply.json()["detail"].as_str().is_some_and(|detail| detail.contains("finished")));
    }
    let sessions: Value = ada.get("/auth/sessions").await.json();
    let of_job = sessions["items"]
        .as_array()
        .expect("sessions")
        .iter()
        .find(|session| session["calculation"] == mine.as_str());
    assert_eq!(of_job.expect("the job's session")["client_id"], "tessera-job");
}

/// The calculation, once its job has shown a sign of life on some replica.
async fn beaten(caller: &Caller<'_>, id: &str) -> Value {
    let since = Instant::now();
    loop {
        let found = caller.get(&format!("/api/calculations/{id}")).await.json();
        if found.get("heartbeat_at").is_some() {
            return found;
        }
        assert!(since.elapsed() < Duration::from_secs(5), "no heartbeat: {found}");
        sleep(Duration::from_millis(20)).await;
    }
}

async fn what_was_given_back_is_worth_nothing(stack: Stack) {
    let admin = stack.admin().await;
    let (id, secret) = client(&admin, &["calculations:read"], &["client_credentials"]).await;
    let own = Some((id.as_str(), secret.as_str()));
    let nobody = stack.anonymous();
    let granted = token(&post(&nobody, "/auth/token", own, &[("grant_type", "client_credentials")]).await);
    let form = [("token", granted.as_str())];
    let active = post(&nobody, "/auth/introspect", own, &form).await.json();
    assert_eq!((active["active"].clone(), active["client_id"].as_str()), (json!(true), Some(id.as_str())));
    assert_eq!(post(&nobody, "/auth/introspect", None, &form).await.status, 401);
    assert_eq!(post(&nobody, "/auth/revoke", own, &[("token", "garbage")]).await.status, 200);
    assert_eq!(post(&nobody, "/auth/revoke", own, &form).await.status, 200);
    let dead = post(&nobody, "/auth/introspect", own, &form).await;
    assert_eq!(dead.json(), json!({"active": false}));
    assert_eq!(post(&nobody, "/auth/revoke", own, &[]).await.status, 400);
}
