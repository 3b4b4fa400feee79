//! Sessions: rotation at any replica, replay, theft, logout, and requests from other sites.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{
    Stack, caller::Caller, copies::copy_sessions, http, logouts::three_hundred_logouts, on_both_stores,
};

on_both_stores!(
    a_session_goes_on_at_another_replica,
    a_repeated_refresh_gets_the_same_successor,
    fifty_refreshes_at_once_make_one_successor,
    a_stolen_token_ends_the_session,
    a_wrong_session_secret_ends_nothing,
    another_site_cannot_refresh,
    logout_is_final_even_against_a_refresh_at_the_same_time,
    a_user_sees_and_ends_their_sessions,
    an_access_token_sent_along_must_be_of_the_same_session,
    three_hundred_logouts_at_once_all_succeed,
    a_user_with_many_sessions_is_disabled_at_once,
);

async fn a_session_goes_on_at_another_replica(stack: Stack) {
    let mut user = stack.scientist().await;
    for _ in 0..6 {
        let before = user.cookie.clone();
        let reply = user.refresh().await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_ne!(user.cookie, before, "the cookie rotates");
        assert_eq!(user.get("/api/calculations").await.status, 200);
    }
}

async fn a_repeated_refresh_gets_the_same_successor(stack: Stack) {
    let mut user = stack.scientist().await;
    let lost = user.refresh_as("same-origin").await;
    let repeated = user.refresh_as("same-origin").await;
    assert_eq!((lost.status, repeated.status), (200, 200));
    let value = |cookie: &str| cookie.split(';').next().unwrap_or_default().to_owned();
    assert_eq!(value(lost.header("set-cookie")), value(repeated.header("set-cookie")));
    user.cookie = Some(value(repeated.header("set-cookie")));
    assert_eq!(user.refresh().await.status, 200);
}

async fn fifty_refreshes_at_once_make_one_successor(stack: Stack) {
    let user = stack.scientist().await;
    let mut successors = std::collections::BTreeSet::new();
    let tries = (0..50).map(|_| user.refresh_as("same-origin"));
    for reply in futures_util::future::join_all(tries).await {
        assert_eq!(reply.status, 200, "{reply:?}");
        successors.insert(reply.header("set-cookie").split(';').next().unwrap_or_default().to_owned());
    }
    assert_eq!(successors.len(), 1);
}

async fn a_stolen_token_ends_the_session(stack: Stack) {
    let mut owner = stack.scientist().await;
    let thief = owner.clone();
    for _ in 0..2 {
        assert_eq!(owner.refresh().await.status, 200);
    }
    let replay = thief.refresh_as("same-origin").await;
    assert_eq!((replay.status, replay.code().as_str()), (401, "invalid_token"));
    assert_eq!(owner.refresh().await.status, 401, "its successor is dead too");
}

async fn a_wrong_session_secret_ends_nothing(stack: Stack) {
    let mut owner = stack.scientist().await;
    let mut parts: Vec<String> =
        owner.cookie.as_deref().expect("a cookie").split('.').map(str::to_owned).collect();
    parts.swap(2, 3);
    let mut guesser = owner.clone();
    for forged in [parts.join("."), "tessera_refresh=rt1.a.b.c".into(), "tessera_refresh=".into()] {
        guesser.cookie = Some(forged);
        assert_eq!(guesser.refresh_as("same-origin").await.code(), "invalid_token");
    }
    guesser.cookie = None;
    assert_eq!(guesser.refresh_as("same-origin").await.status, 401);
    assert_eq!(owner.refresh().await.status, 200);
}

async fn another_site_cannot_refresh(stack: Stack) {
    let mut owner = stack.scientist().await;
    let before = owner.cookie.clone();
    let reply = owner.refresh_as("cross-site").await;
    assert_eq!((reply.status, reply.code().as_str()), (403, "csrf_rejected"));
    assert_eq!(reply.header("set-cookie"), "");
    let request = |origin: &str| {
        let cookie = before.clone().expect("a cookie");
        let request = http().post(format!("{}/auth/token-refresh", stack.auth[0].base));
        crate::support::caller::send(request.header("Cookie", cookie).header("Origin", origin.to_owned()))
    };
    assert_eq!(request("https://evil.example").await.code(), "csrf_rejected");
    assert_eq!(request("null").await.code(), "csrf_rejected");
    assert_eq!(request(&stack.auth[0].base).await.status, 200);
    owner.cookie = before;
    assert_eq!(owner.refresh().await.status, 200, "the refused ones rotated nothing");
}

async fn logout_is_final_even_against_a_refresh_at_the_same_time(stack: Stack) {
    for _ in 0..5 {
        let user = stack.scientist().await;
        let (out, refreshed) = tokio::join!(user.log_out(), user.refresh_as("same-origin"));
        assert_eq!(out.status, 204, "{out:?}");
        assert!(out.header("set-cookie").contains("Max-Age=0"), "{out:?}");
        assert!([200, 401].contains(&refreshed.status), "{refreshed:?}");
        let mut holders: Vec<Caller<'_>> = vec![user.clone()];
        if let Some(cookie) =
            refreshed.header("set-cookie").split(';').next().filter(|_| refreshed.status == 200)
        {
            let mut other = user.clone();
            other.cookie = Some(cookie.to_owned());
            holders.push(other);
        }
        for mut holder in holders {
            assert_eq!(holder.refresh().await.status, 401);
        }
    }
}

async fn a_user_sees_and_ends_their_sessions(stack: Stack) {
    let email = "grace@example.org";
    let body = json!({"email": email, "password": "nine paper boats on a lake"});
    assert_eq!(stack.anonymous().post("/auth/users", &body).await.status, 201);
    let here = stack.login(email, "nine paper boats on a lake").await;
    let mut there = stack.login(email, "nine paper boats on a lake").await;
    let stranger = stack.scientist().await;

    let sessions = here.get("/auth/sessions").await.json();
    let listed = sessions["items"].as_array().expect("a list").clone();
    assert_eq!(listed.len(), 2, "{sessions}");
    let first = here.get("/auth/sessions?limit=1").await.json();
    let second = format!("/auth/sessions?limit=1&after={}", first["next"].as_str().expect("a next page"));
    let rest = here.get(&second).await.json();
    assert_eq!((&first["items"][0], &rest["items"][0]), (&listed[0], &listed[1]));
    assert!(rest["next"].is_null(), "{rest}");
    for path in ["/auth/sessions?page=2", "/auth/sessions?limit=1001", "/auth/api-keys?colour=red"] {
        assert_eq!(here.get(path).await.code(), "validation_error", "{path}");
    }
    let other = listed.iter().find(|session| session["current"] == false).expect("the other session");
    let path = format!("/auth/sessions/{}", other["id"].as_str().expect("an id"));
    assert_eq!(stranger.delete(&path).await.status, 404, "a stranger cannot end it");
    assert_eq!(there.refresh().await.status, 200);
    assert_eq!(here.delete(&path).await.status, 204);
    assert_eq!(there.refresh().await.status, 401);
    let mut here = here;
    assert_eq!(here.refresh().await.status, 200);
    assert_eq!(here.delete("/auth/sessions").await.status, 204);
    assert_eq!(here.refresh().await.status, 401);
}

async fn an_access_token_sent_along_must_be_of_the_same_session(stack: Stack) {
    let (one, other) = (stack.scientist().await, stack.scientist().await);
    let refresh = |token: Option<String>| {
        let request = http()
            .post(format!("{}/auth/token-refresh", stack.auth[0].base))
            .header("Cookie", one.cookie.clone().expect("a cookie"))
            .header("Sec-Fetch-Site", "same-origin")
            .bearer_auth(token.expect("a token"));
        crate::support::caller::send(request)
    };
    assert_eq!(refresh(other.token.clone()).await.code(), "invalid_token");
    assert_eq!(refresh(one.token.clone()).await.status, 200);
}

async fn three_hundred_logouts_at_once_all_succeed(stack: Stack) {
    let took = three_hundred_logouts(stack).await;
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_with_fifty_thousand_sessions_is_disabled_within_five_seconds() {
    let mut stack = Stack::embedded().await;
    let (ada_token, ada_cookie, id) = {
        let ada = stack.scientist().await;
        let id = ada.get("/auth/users/me").await.json()["id"].as_str().expect("an id").to_owned();
        (ada.token.clone(), ada.cookie.clone(), id)
    };
    copy_sessions(&mut stack, &id, 49_999).await;
    let admin = stack.admin().await;
    let page = admin.get(&format!("/auth/users/{id}/sessions?limit=1000")).await.json();
    assert_eq!((page["items"].as_array().map(Vec::len), page["next"].is_string()), (Some(1000), true));

    let started = Instant::now();
    let disabled = admin.patch(&format!("/auth/users/{id}"), &json!({"disabled": true})).await;
    assert_eq!(disabled.status, 200, "{disabled:?}");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    let mut ada = stack.anonymous();
    (ada.token, ada.cookie) = (ada_token, ada_cookie);
    assert_eq!(ada.get("/auth/users/me").await.status, 401);
    assert_eq!(ada.refresh().await.status, 401);
    let left = admin.get(&format!("/auth/users/{id}/sessions")).await.json();
    assert_eq!(left["items"].as_array().map(Vec::len), Some(0), "none can be refreshed");
    // What is left to be ended holds up nobody else.
    for _ in 0..5 {
        let started = Instant::now();
        assert_eq!(admin.clone().refresh_as("same-origin").await.status, 200);
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

async fn a_user_with_many_sessions_is_disabled_at_once(stack: Stack) {
    let admin = stack.admin().await;
    let email = "many@example.org";
    let body = json!({"email": email, "password": "nine paper boats on a lake"});
    let id =
        stack.anonymous().post("/auth/users", &body).await.json()["id"].as_str().expect("an id").to_owned();
    let mut sessions = Vec::new();
    for _ in 0..4 {
        sessions.push(stack.login(email, "nine paper boats on a lake").await);
    }
    let listed = admin.get(&format!("/auth/users/{id}/sessions?limit=3")).await.json();
    assert_eq!((listed["items"].as_array().map(Vec::len), listed["next"].is_string()), (Some(3), true));
    let disabled = admin.patch(&format!("/auth/users/{id}"), &json!({"disabled": true})).await;
    assert_eq!(disabled.status, 200, "{disabled:?}");
    let listed = admin.get(&format!("/auth/users/{id}/sessions")).await.json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(0), "none can be refreshed");
    for session in &mut sessions {
        assert_eq!(session.get("/auth/users/me").await.status, 401);
        assert_eq!(session.refresh().await.status, 401);
    }
}
