//! Guesses at passwords, and right logins that come together, through one replica or several.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{
    Stack,
    caller::{Reply, send},
    on_both_stores,
    stack::ADMIN,
};

on_both_stores!(ten_guesses_are_free_at_all_replicas_together);

/// Three replicas of auth-service on MongoDB. A hash costs little here: it is the throttle that is asked.
async fn three_replicas(free: &str) -> Stack {
    let settings = [("AUTH__PASSWORDS__MEMORY_KIB", "64"), ("AUTH__THROTTLE__FREE_FAILURES", free)];
    let mut stack = Stack::replicated_with(&settings).await;
    stack.auth.push(stack.another("auth-service").await);
    stack
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ninety_right_logins_at_once_at_three_replicas_all_succeed() {
    // So few that replicas with nothing under way meet a bucket that others have filled.
    let stack = three_replicas("2").await;
    let (email, password) = ("ada@example.org", "nine paper boats on a lake");
    let body = json!({"email": email, "password": password});
    assert_eq!(stack.anonymous().post("/auth/users", &body).await.status, 201);
    let logins = (0..90).map(|_| async { stack.anonymous().log_in_patiently(email, password).await });
    for reply in futures_util::future::join_all(logins).await {
        assert_eq!(reply.status, 200, "{reply:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ninety_guesses_at_once_at_three_replicas_get_the_free_ones_and_no_more() {
    let stack = three_replicas("10").await;
    let started = Instant::now();
    let guesses = (0..90).map(|_| async { stack.anonymous().log_in(ADMIN.0, "a guess that is wrong").await });
    let replies = futures_util::future::join_all(guesses).await;
    let free = looked_at(&replies);
    let most = 10 + later_guesses(started.elapsed());
    assert!((10 - busy(&replies)..=most).contains(&free), "{free} of at most {most}");
    for reply in replies.iter().filter(|reply| ![401, 503].contains(&reply.status)) {
        assert_eq!((reply.status, reply.code().as_str()), (429, "rate_limited"), "{reply:?}");
    }
}

/// How many of them were tried and found wrong.
fn looked_at(replies: &[Reply]) -> usize {
    replies.iter().filter(|reply| reply.status == 401).count()
}

/// How many of ten found no room among the passwords that are being checked, on a machine that is slow. They do not count.
fn busy(replies: &[Reply]) -> usize {
    replies.iter().filter(|reply| reply.status == 503).count().min(10)
}

async fn ten_guesses_are_free_at_all_replicas_together(stack: Stack) {
    let mut owner = stack.anonymous();
    let first = owner.log_in(ADMIN.0, ADMIN.1).await;
    let cookies: Vec<&str> =
        first.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok()).collect();
    let mark = cookies.iter().find(|cookie| cookie.contains("tessera_device=")).expect("a mark");
    assert!(mark.contains("HttpOnly") && mark.contains("SameSite=Strict"));
    let mark = mark.split(';').next().expect("a pair").to_owned();
    let started = Instant::now();
    let guesses = (0..30).map(|_| async { stack.anonymous().log_in(ADMIN.0, "a guess that is wrong").await });
    let replies = futures_util::future::join_all(guesses).await;
    let free = looked_at(&replies);
    let most = 10 + later_guesses(started.elapsed());
    assert!((10 - busy(&replies)..=most).contains(&free), "{free}: {replies:?}");
    for reply in replies.iter().filter(|reply| ![401, 503].contains(&reply.status)) {
        assert_eq!((reply.status, reply.code().as_str()), (429, "rate_limited"), "{reply:?}");
        assert!(reply.header("retry-after").parse::<u64>().is_ok_and(|seconds| (1..=60).contains(&seconds)));
    }
    let mut spoofed = Vec::new();
    for n in 0..100 {
        let form = [("username", ADMIN.0), ("password", "a guess that is wrong")];
        let request = stack.anonymous().request(reqwest::Method::POST, "/auth/login").form(&form);
        let reply = send(request.header("X-Forwarded-For", format!("10.0.0.{n}"))).await;
        assert!([401, 429, 503].contains(&reply.status), "{reply:?}");
        spoofed.push(reply);
    }
    let most = 10 + later_guesses(started.elapsed());
    assert!(free + looked_at(&spoofed) <= most, "an address that a client names buys no guess: {spoofed:?}");
    refused_while_paused(&stack).await;
    let form = [("username", ADMIN.0), ("password", ADMIN.1)];
    let known =
        stack.anonymous().request(reqwest::Method::POST, "/auth/login").form(&form).header("Cookie", mark);
    let known = send(known).await;
    assert_eq!(known.status, 200, "{known:?}");
}

/// How many guesses a paused account allows in a time: one after 1 second, one more after 2, 4, 8 … 60 seconds.
fn later_guesses(elapsed: Duration) -> usize {
    let pauses = [1, 2, 4, 8, 16, 32].into_iter().chain(std::iter::repeat(60));
    let mut at = 0;
    pauses
        .take_while(|pause| {
            at += pause;
            at <= elapsed.as_secs()
        })
        .count()
}

/// The right password from an unknown device is refused as long as the account is paused. It is tried in a long pause only:
/// one that gets through ends all pauses.
async fn refused_while_paused(stack: &Stack) {
    const LONG: u64 = 4;
    for _ in 0..200 {
        let asked = Instant::now();
        let guess = stack.anonymous().log_in(ADMIN.0, "a guess that is wrong").await;
        let pause: u64 = guess.header("retry-after").parse().unwrap_or_default();
        if pause >= LONG {
            let right = stack.anonymous().log_in(ADMIN.0, ADMIN.1).await;
            // `Retry-After` is rounded up. Where the machine took longer than the pause, the answer says nothing.
            if asked.elapsed().as_secs() + 1 < pause {
                assert_eq!(right.code(), "rate_limited");
                return;
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("the account is never paused for long enough");
}
