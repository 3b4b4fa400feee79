//! How long it takes to disable a user who has 50,000 sessions.

use std::time::{Duration, Instant};

use serde_json::json;

use super::support::{Stack, copies::copy_sessions};

const SESSIONS: u32 = 50_000;
/// The most that is allowed.
const ASKED: Duration = Duration::from_secs(2);

pub async fn measure() {
    for (form, mut stack) in [("SQLite", Stack::embedded().await), ("MongoDB", Stack::replicated().await)] {
        let user = stack.scientist().await;
        let id = user.get("/auth/users/me").await.json()["id"].as_str().expect("an id").to_owned();
        let (token, cookie) = (user.token.clone(), user.cookie.clone());
        drop(user);
        copy_sessions(&mut stack, &id, SESSIONS - 1).await;
        let admin = stack.admin().await;

        let begun = Instant::now();
        let disabled = admin.patch(&format!("/auth/users/{id}"), &json!({"disabled": true})).await;
        let took = begun.elapsed();
        assert_eq!(disabled.status, 200, "{disabled:?}");
        println!("{form:8} {SESSIONS} sessions, disabled in {took:.2?} (asked: {ASKED:?})");
        assert!(took <= ASKED, "{form}: disabling the user took too long");
        let mut user = stack.anonymous();
        (user.token, user.cookie) = (token, cookie);
        assert_eq!(user.refresh().await.status, 401, "{form}: a disabled user can still refresh");
    }
}
