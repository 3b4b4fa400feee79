//! Sign-up, login in its three forms, the user's own account.

use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Stack, caller::send, on_both_stores, stack::ADMIN};

on_both_stores!(
    right_logins_of_one_account_at_once_are_never_throttled,
    a_user_signs_up_and_logs_in_by_form_json_and_basic,
    one_address_signs_up_once_however_many_try_at_once,
    a_bad_sign_up_is_told_what_to_change,
    nobody_learns_whether_an_address_is_known,
    scopes_are_narrowed_and_never_widened,
    a_new_password_ends_the_other_sessions_and_the_old_password,
    a_user_changes_their_name_and_goes_for_good,
);

fn address() -> String {
    format!("u{}@example.org", Uuid::new_v4().simple())
}

const PASSWORD: &str = "seven green lanterns";

fn sign_up(email: &str) -> Value {
    json!({"email": email, "password": PASSWORD, "full_name": "Emmy Noether"})
}

async fn a_user_signs_up_and_logs_in_by_form_json_and_basic(stack: Stack) {
    let email = address();
    let anyone = stack.anonymous();
    let user = anyone.post("/auth/users", &sign_up(&email)).await;
    assert_eq!(user.status, 201, "{user:?}");
    assert_eq!((&user.json()["email"], &user.json()["roles"]), (&json!(email), &json!(["scientist"])));
    assert!(!user.text.contains("password") && !user.text.contains("argon2"), "{user:?}");

    let login = || anyone.request(Method::POST, "/auth/login");
    let form =
        send(login().form(&[("grant_type", "password"), ("username", &email), ("password", PASSWORD)])).await;
    let json = send(login().json(&json!({"username": email.to_uppercase(), "password": PASSWORD}))).await;
    let basic = send(login().basic_auth(&email, Some(PASSWORD))).await;
    for reply in [form, json, basic] {
        assert_eq!(reply.status, 200, "{reply:?}");
        let body = reply.json();
        assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("bearer"), &json!(300)));
        assert_eq!(body.as_object().map(serde_json::Map::len), Some(4), "no refresh token in the body");
        let cookie = reply.header("set-cookie");
        for attribute in ["tessera_refresh=rt1.", "HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(cookie.contains(attribute), "{attribute}: {cookie}");
        }
        let me =
            anyone.with_token(body["access_token"].as_str().expect("a token")).get("/auth/users/me").await;
        assert_eq!((me.status, &me.json()["id"]), (200, &user.json()["id"]));
    }
}

async fn one_address_signs_up_once_however_many_try_at_once(stack: Stack) {
    let email = address();
    let mut tries = Vec::new();
    for _ in 0..20 {
        let request = stack.anonymous().request(Method::POST, "/auth/users").json(&sign_up(&email));
        tries.push(tokio::spawn(async move {
            loop {
                // On a busy machine some are asked to retry.
                let reply = send(request.try_clone().expect("a body that can be sent again")).await;
                if reply.status != 503 {
                    return reply;
                }
            }
        }));
    }
    let mut statuses = Vec::new();
    for each in tries {
        let reply = each.await.expect("a finished try");
        if reply.status == 409 {
            assert_eq!(reply.code(), "conflict");
        }
        statuses.push(reply.status);
    }
    statuses.sort_unstable();
    assert_eq!(statuses[0], 201);
    assert_eq!(statuses[1..], [409; 19]);
}

async fn a_bad_sign_up_is_told_what_to_change(stack: Stack) {
    let refused = async |body: Value| {
        let reply = stack.anonymous().post("/auth/users", &body).await;
        assert_eq!((reply.status, reply.code().as_str()), (422, "validation_error"), "{body}");
        reply.faults()
    };
    assert_eq!(refused(json!({"email": "no-address", "password": PASSWORD})).await, ["/email"]);
    assert_eq!(refused(json!({"email": address(), "password": "eleven char"})).await, ["/password"]);
    assert_eq!(refused(json!({"email": address(), "password": "password1234"})).await, ["/password"]);
    assert_eq!(refused(json!({"email": address(), "password": "p".repeat(129)})).await, ["/password"]);
    let email = address();
    assert_eq!(refused(json!({"email": email, "password": email})).await, ["/password"]);
    assert_eq!(refused(json!({"email": address(), "password": PASSWORD, "roles": ["admin"]})).await.len(), 1);
}

async fn nobody_learns_whether_an_address_is_known(stack: Stack) {
    let email = address();
    assert_eq!(stack.anonymous().post("/auth/users", &sign_up(&email)).await.status, 201);
    let known = stack.anonymous().log_in(&email, "not the password").await;
    let unknown = stack.anonymous().log_in(&address(), "not the password").await;
    assert_eq!((known.status, known.code().as_str()), (401, "invalid_credentials"));
    assert_eq!(known.json()["detail"], unknown.json()["detail"]);
    assert_eq!(known.status, unknown.status);

    let injected =
        stack.anonymous().post("/auth/login", &json!({"username": {"$ne": null}, "password": "x"})).await;
    assert_eq!((injected.status, injected.faults()), (422, vec!["/username".to_owned()]));
    let form = stack.anonymous().request(Method::POST, "/auth/login");
    let form = form.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body("user[$ne]=&password=x");
    assert_eq!(send(form).await.status, 400);
}

async fn scopes_are_narrowed_and_never_widened(stack: Stack) {
    let email = address();
    assert_eq!(stack.anonymous().post("/auth/users", &sign_up(&email)).await.status, 201);
    let login = async |scope: &str| {
        let body = json!({"username": email, "password": PASSWORD, "scope": scope});
        stack.anonymous().post("/auth/login", &body).await
    };
    let narrow = login("calculations:read").await;
    assert_eq!((narrow.status, &narrow.json()["scope"]), (200, &json!("calculations:read")));
    let caller = stack.anonymous().with_token(narrow.json()["access_token"].as_str().expect("a token"));
    assert_eq!(caller.get("/api/reviews").await.status, 403);
    let wide = login("calculations:read users:write").await;
    assert_eq!((wide.status, wide.code().as_str()), (422, "validation_error"), "{wide:?}");
    assert!(wide.text.contains("users:write"), "{wide:?}");
}

async fn a_new_password_ends_the_other_sessions_and_the_old_password(stack: Stack) {
    let email = address();
    assert_eq!(stack.anonymous().post("/auth/users", &sign_up(&email)).await.status, 201);
    let mut here = stack.login(&email, PASSWORD).await;
    let mut elsewhere = stack.login(&email, PASSWORD).await;
    let change = |current: &str| json!({"current": current, "new": "nine paper boats on a lake"});
    let wrong = here.put("/auth/users/me/password", &change("not the password")).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (401, "invalid_credentials"), "{wrong:?}");
    let changed = here.put("/auth/users/me/password", &change(PASSWORD)).await;
    assert_eq!(changed.status, 204, "{changed:?}");
    assert_eq!(elsewhere.refresh().await.status, 401);
    assert_eq!(here.refresh().await.status, 200, "the session that changed it continues");
    assert_eq!(stack.anonymous().log_in(&email, PASSWORD).await.status, 401);
    assert_eq!(stack.anonymous().log_in(&email, "nine paper boats on a lake").await.status, 200);
}

async fn a_user_changes_their_name_and_goes_for_good(stack: Stack) {
    let email = address();
    assert_eq!(stack.anonymous().post("/auth/users", &sign_up(&email)).await.status, 201);
    let mut user = stack.login(&email, PASSWORD).await;
    let renamed = user.patch("/auth/users/me", &json!({"full_name": "Amalie Noether"})).await;
    assert_eq!((renamed.status, &renamed.json()["full_name"]), (200, &json!("Amalie Noether")));
    assert_eq!(user.patch("/auth/users/me", &json!({"roles": ["admin"]})).await.status, 422);
    assert_eq!(user.delete("/auth/users/me").await.status, 204);
    assert_eq!(user.refresh().await.status, 401);
    assert_eq!(stack.anonymous().log_in(&email, PASSWORD).await.status, 401);
    assert_eq!(
        stack.anonymous().post("/auth/users", &sign_up(&email)).await.status,
        201,
        "the address is free"
    );
}

async fn right_logins_of_one_account_at_once_are_never_throttled(stack: Stack) {
    let email = address();
    assert_eq!(stack.anonymous().post("/auth/users", &sign_up(&email)).await.status, 201);
    for _ in 0..5 {
        let logins =
            (0..6).map(|_| async { stack.anonymous().log_in_patiently(&email, PASSWORD).await.status });
        assert_eq!(futures_util::future::join_all(logins).await, [200; 6]);
    }
}

/// Nearly each of its characters may be read as several letters, which the estimate of its strength tries.
const COSTLY: &str = "7({1{(||4<|[6|5[0+(|4<6(|@(|(1(|{9@+6|[41{<|4<!77!79<|$@|4@@!019";

#[tokio::test]
async fn one_address_does_not_ask_for_ever_who_has_an_account() {
    let stack = Stack::embedded_with(&[("AUTH__THROTTLE__SIGN_UPS", "5")]).await;
    for _ in 0..3 {
        assert_eq!(stack.anonymous().post("/auth/users", &sign_up(ADMIN.0)).await.status, 409);
    }
    assert_eq!(stack.anonymous().post("/auth/users", &sign_up("no address")).await.status, 422);
    assert_eq!(stack.anonymous().post("/auth/users", &sign_up(&address())).await.status, 201);
    let refused = stack.anonymous().post("/auth/users", &sign_up(&address())).await;
    assert_eq!((refused.status, refused.code().as_str()), (429, "rate_limited"));
    let seconds: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((600..=900).contains(&seconds), "{seconds}");
    assert_eq!(stack.anonymous().log_in(ADMIN.0, ADMIN.1).await.status, 200);
}

#[tokio::test]
async fn strangers_sign_ups_keep_nobody_from_logging_in() {
    let stack = Stack::embedded_with(&[("AUTH__PASSWORDS__POOL_PERMITS", "1")]).await;
    let strangers = (0..12).map(|_| async {
        let body = json!({"email": address(), "password": COSTLY, "full_name": "A Stranger"});
        stack.anonymous().post("/auth/users", &body).await.status
    });
    let logins = async {
        let mut statuses = Vec::new();
        for _ in 0..8 {
            statuses.push(stack.anonymous().log_in(ADMIN.0, ADMIN.1).await.status);
        }
        statuses
    };
    let (strangers, logins) = tokio::join!(futures_util::future::join_all(strangers), logins);
    assert_eq!(logins, [200; 8], "beside {strangers:?}");
    assert!(strangers.iter().all(|status| [201, 503].contains(status)) && strangers.contains(&201));
}

#[tokio::test]
async fn closed_registration_opens_only_to_those_who_may_write_users() {
    let stack = Stack::embedded_with(&[("AUTH__REGISTRATION", "closed")]).await;
    assert_eq!(stack.anonymous().post("/auth/users", &sign_up(&address())).await.status, 401);
    let viewer = stack.bearer_of("somebody", "users:read");
    assert_eq!(viewer.post("/auth/users", &sign_up(&address())).await.code(), "insufficient_scope");
    assert_eq!(stack.admin().await.post("/auth/users", &sign_up(&address())).await.status, 201);
}
