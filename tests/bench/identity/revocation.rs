//! How long each of three resource-services still accepts a token after it was cut off at one of two auth-services.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    load::Connection,
    support::{Caller, Stack, caller::send},
};

const CUTS: usize = 200;
const REPLICAS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest that a token may be accepted, in milliseconds.
const ASKED: f64 = 1000.0;

pub async fn measure() {
    let mut stack = Stack::replicated().await;
    stack.follow().await;
    while stack.resource.len() < REPLICAS {
        let another = stack.another("resource-service").await;
        stack.resource.push(another);
    }
    let mut admin = stack.admin().await;
    let mut late: [Vec<f64>; REPLICAS] = Default::default();
    for cut in 0..CUTS {
        assert_eq!(admin.refresh().await.status, 200);
        let user = stack.scientist().await;
        let (token, ending) = match cut % 3 {
            0 => disable(&admin, &user).await,
            1 => (token(&user), user.request(Method::DELETE, "/auth/sessions")),
            _ => drop_key(&stack, &user).await,
        };
        let mut connections = Vec::new();
        for replica in &stack.resource {
            let mut connection = Connection::open(&replica.base).await;
            assert!(accepts(&mut connection, &token).await, "a fresh token is refused");
            connections.push(connection);
        }
        let answer = send(ending).await;
        assert!([200, 204].contains(&answer.status), "{answer:?}");
        let ended = Instant::now();
        let waits = connections.iter_mut().map(|connection| refused(connection, &token, ended));
        for (late, wait) in late.iter_mut().zip(futures_util::future::join_all(waits).await) {
            late.push(wait);
        }
    }
    println!("{CUTS} cut-offs, by turns of a user, a session, an API key; milliseconds until refused");
    for (number, late) in late.iter_mut().enumerate() {
        late.sort_unstable_by(f64::total_cmp);
        let at = |percent: usize| late[(late.len() * percent / 100).min(late.len() - 1)];
        println!(
            "resource-service {}: median {:4.0}, p99 {:4.0}, worst {:4.0} (asked: {ASKED:.0})",
            number + 1,
            at(50),
            at(99),
            at(100)
        );
        assert!(at(100) <= ASKED, "a token is accepted too long after it was cut off");
    }
}

fn token(caller: &Caller<'_>) -> String {
    caller.token.clone().expect("a token")
}

async fn disable(admin: &Caller<'_>, user: &Caller<'_>) -> (String, reqwest::RequestBuilder) {
    let id = user.get("/auth/users/me").await.json()["id"].clone();
    let path = format!("/auth/users/{}", id.as_str().expect("an id"));
    (token(user), admin.request(Method::PATCH, &path).json(&json!({"disabled": true})))
}

async fn drop_key(stack: &Stack, user: &Caller<'_>) -> (String, reqwest::RequestBuilder) {
    let key =
        user.post("/auth/api-keys", &json!({"name": "k", "scopes": ["calculations:read"]})).await.json();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let (id, secret) = (text(&key["client_id"]), text(&key["client_secret"]));
    let request = stack.anonymous().request(Method::POST, "/auth/token").basic_auth(&id, Some(secret));
    let issued = send(request.form(&[("grant_type", "client_credentials")])).await.json();
    (text(&issued["access_token"]), user.request(Method::DELETE, &format!("/auth/api-keys/{id}")))
}

async fn accepts(connection: &mut Connection, token: &str) -> bool {
    let answer = connection.get("/api/calculations?limit=1", Some(token)).await.expect("an answer");
    assert!([200, 401].contains(&answer.status().as_u16()), "{answer:?}");
    answer.status() == 200
}

async fn refused(connection: &mut Connection, token: &str, since: Instant) -> f64 {
    while accepts(connection, token).await {
        assert!(since.elapsed() < PATIENCE, "still let in after {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    since.elapsed().as_secs_f64() * 1e3
}
