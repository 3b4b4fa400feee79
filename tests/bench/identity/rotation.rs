//! Ten rotations of the key under constant load, from the shared key to `EdDSA` and on: no request may fail.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use hyper::Request;
use tokio::task::JoinSet;

use super::{
    load::Connection,
    support::{Process, Stack, process::run},
};

/// Seconds an access token lives: short, so that ten rotations take minutes and not hours.
const ACCESS_TTL: &str = "10";
/// Seconds until every reader has a new key: files are polled every 5 s, and a reader by URL asks again for an unknown
/// key no sooner than 10 s after it last did.
const SPREAD: u64 = 17;
/// Seconds a retired key still verifies: what its tokens live, and 5 s of leeway.
const OVERLAP: u64 = 16;
const ALGORITHMS: [&str; 10] =
    ["HS256", "EdDSA", "EdDSA", "ES256", "EdDSA", "RS256", "EdDSA", "EdDSA", "EdDSA", "EdDSA"];
/// Which rotation leads away from the shared key: after it a replica knows the keys by URL alone.
const TO_EDDSA: usize = 1;
const PEOPLE: usize = 6;

/// What the load has seen.
#[derive(Default)]
struct Seen {
    requests: AtomicUsize,
    failed: AtomicUsize,
    over: AtomicBool,
}

pub async fn measure() {
    let stack = Stack::replicated_with(&[("AUTH__TOKENS__ACCESS_TTL", ACCESS_TTL)]).await;
    let seen = Arc::new(Seen::default());
    let mut load = JoinSet::new();
    for number in 0..PEOPLE {
        put_to_work(&mut load, &stack, &stack.resource, number, &seen).await;
    }
    let mut by_url: Vec<Process> = Vec::new();
    for (number, algorithm) in ALGORITHMS.into_iter().enumerate() {
        let begun = Instant::now();
        step(&stack, algorithm, SPREAD).await;
        step(&stack, algorithm, OVERLAP).await;
        step(&stack, algorithm, 0).await;
        if number == TO_EDDSA {
            by_url.push(without_secret(&stack).await);
            put_to_work(&mut load, &stack, &by_url, PEOPLE, &seen).await;
        }
        let (requests, failed) = (seen.requests.load(Ordering::Relaxed), seen.failed.load(Ordering::Relaxed));
        let took = begun.elapsed().as_secs_f64();
        println!(
            "rotation {:2} to {algorithm:5} in {took:3.0} s: {requests} requests, {failed} unsuccessful",
            number + 1
        );
    }
    seen.over.store(true, Ordering::Relaxed);
    while load.join_next().await.is_some() {}
    let (requests, failed) = (seen.requests.load(Ordering::Relaxed), seen.failed.load(Ordering::Relaxed));
    println!("{} rotations, {requests} requests, {failed} failed (asked: 0)", ALGORITHMS.len());
    assert_eq!(failed, 0);
}

/// Takes the next step of a rotation by command, as an operator does, and waits as it says.
async fn step(stack: &Stack, algorithm: &str, wait: u64) {
    let (spread, overlap) = (SPREAD.to_string(), OVERLAP.to_string());
    let arguments = ["keys", "rotate", "--alg", algorithm, "--spread", &spread, "--overlap", &overlap];
    let ran = run("auth-service", &arguments, &stack.auth_environment);
    assert!(ran.status.success(), "{ran:?}");
    tokio::time::sleep(Duration::from_secs(wait)).await;
}

/// A resource-service that holds nothing that could make a token.
async fn without_secret(stack: &Stack) -> Process {
    let mut environment = stack.resource_environment.clone();
    environment.retain(|(name, _)| name != "RESOURCE__KEYS__FILE");
    environment
        .push(("RESOURCE__KEYS__JWKS_URL".into(), format!("{}/.well-known/jwks.json", stack.auth[0].base)));
    Process::ready("resource-service", stack.directory.path(), &environment).await
}

/// A person who renews their session each second and reads at every replica meanwhile.
async fn put_to_work(
    load: &mut JoinSet<()>,
    stack: &Stack,
    replicas: &[Process],
    number: usize,
    seen: &Arc<Seen>,
) {
    let caller = stack.scientist().await;
    let mut cookie = caller.cookie.expect("a cookie");
    let mut token = caller.token.expect("a token");
    let mut auth = Connection::open(&stack.auth[number % stack.auth.len()].base).await;
    let mut resources = Vec::new();
    for replica in replicas {
        resources.push(Connection::open(&replica.base).await);
    }
    let seen = Arc::clone(seen);
    load.spawn(async move {
        let mut renewed = Instant::now();
        while !seen.over.load(Ordering::Relaxed) {
            if renewed.elapsed() > Duration::from_secs(1) {
                let request = Request::post("/auth/token-refresh")
                    .header("Sec-Fetch-Site", "same-origin")
                    .header("Cookie", &cookie);
                let answer = auth.send(request, "").await.filter(|answer| answer.status() == 200);
                seen.count(answer.is_some());
                if let Some(answer) = answer {
                    let line = answer.headers()["set-cookie"].to_str().expect("a cookie");
                    line.split(';').next().unwrap_or_default().clone_into(&mut cookie);
                    let body: serde_json::Value = serde_json::from_slice(answer.body()).expect("JSON");
                    body["access_token"].as_str().expect("a token").clone_into(&mut token);
                }
                renewed = Instant::now();
            }
            for resource in &mut resources {
                let answer = resource.get("/api/calculations?limit=1", Some(&token)).await;
                seen.count(answer.is_some_and(|answer| answer.status() == 200));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
}

impl Seen {
    fn count(&self, succeeded: bool) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.failed.fetch_add(usize::from(!succeeded), Ordering::Relaxed);
    }
}
