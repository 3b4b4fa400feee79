//! Three hundred job grants of one user, revoked at once.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use super::{Stack, caller::send};

const GRANTS: usize = 300;

/// Revokes them all at once, at three replicas where the store allows that. All must succeed; returns how long that took.
pub async fn three_hundred_logouts(mut stack: Stack) -> Duration {
    if stack.auth.len() > 1 {
        stack.auth.push(stack.another("auth-service").await);
    }
    let user = stack.scientist().await;
    let mut grants = Vec::new();
    for number in 0..GRANTS {
        let details = json!([{"type": "calculation", "identifier": format!("c-{number}")}]).to_string();
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", user.token.as_deref().expect("a token")),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("scope", "calculations:read"),
            ("authorization_details", &details),
        ];
        let granted = send(stack.anonymous().request(Method::POST, "/auth/token").form(&form)).await;
        assert_eq!(granted.status, 200, "{granted:?}");
        grants.push(granted.json()["refresh_token"].as_str().expect("one").to_owned());
    }
    let revoked = grants.iter().map(|token| {
        let form = [("token", token.as_str()), ("client_id", "tessera-job")];
        send(stack.anonymous().request(Method::POST, "/auth/revoke").form(&form))
    });
    let started = Instant::now();
    let replies = futures_util::future::join_all(revoked).await;
    let took = started.elapsed();
    for reply in replies {
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    let left = user.get("/auth/sessions").await.json();
    assert_eq!(left["items"].as_array().map(Vec::len), Some(1), "{left}");
    took
}
