//! What holds when parts go away: replicas killed, the store gone and back, a drain under load.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;

use crate::support::{Process, Stack, caller::send, http, store::Mongod};

/// A client of both replicas of each service: one that does not answer is passed over for the other.
struct Survivor {
    http: reqwest::Client,
    auth: [String; 2],
    resource: [String; 2],
    token: String,
    cookie: String,
}

impl Survivor {
    /// Sends to one replica after the other until one answers.
    async fn answered(
        bases: &[String; 2],
        request: impl Fn(&str) -> reqwest::RequestBuilder,
    ) -> reqwest::Response {
        for base in bases.iter().cycle().take(20) {
            if let Ok(answer) = request(base).send().await {
                return answer;
            }
        }
        panic!("no replica answers");
    }

    /// Stores a document; a try whose answer was lost may have been stored too.
    async fn write(&self, n: i64) {
        let answer = Self::answered(&self.resource, |base| {
            let request = self.http.post(format!("{base}/api/calculations"));
            request.bearer_auth(&self.token).json(&document(n))
        });
        assert_eq!(answer.await.status(), 201);
    }

    async fn refresh(&mut self) {
        let answer = Self::answered(&self.auth, |base| {
            let request = self.http.post(format!("{base}/auth/token-refresh"));
            request.header("Cookie", &self.cookie).header("Sec-Fetch-Site", "same-origin")
        });
        let answer = answer.await;
        assert_eq!(answer.status(), 200, "the session continues");
        let cookie = answer.headers()["set-cookie"].to_str().expect("text");
        self.cookie = cookie.split(';').next().expect("a cookie").into();
        let body: serde_json::Value = answer.json().await.expect("JSON");
        self.token = body["access_token"].as_str().expect("a token").into();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_one_replica_of_each_loses_no_session_and_no_acknowledged_write() {
    const WRITES: i64 = 200;
    let mut stack = Stack::replicated().await;
    let user = stack.scientist().await;
    let mut survivor = Survivor {
        http: http(),
        auth: [stack.auth[0].base.clone(), stack.auth[1].base.clone()],
        resource: [stack.resource[0].base.clone(), stack.resource[1].base.clone()],
        token: user.token.clone().expect("a token"),
        cookie: user.cookie.clone().expect("a cookie"),
    };
    let (written, progress) = tokio::sync::watch::channel(0);
    let load = tokio::spawn(async move {
        for n in 0..WRITES {
            survivor.write(n).await;
            survivor.refresh().await;
            written.send_replace(n);
        }
        survivor
    });
    for (at, kill) in [(WRITES / 4, 0), (WRITES / 2, 1)] {
        progress.clone().wait_for(|n| *n >= at).await.expect("the load continues");
        if kill == 0 { stack.auth[0].kill() } else { stack.resource[0].kill() }
    }
    let survivor = load.await.expect("the load ends");
    let request = survivor.http.get(format!("{}/api/calculations?limit=1000", survivor.resource[1]));
    let page = send(request.bearer_auth(&survivor.token)).await.json();
    let stored =
        page["items"].as_array().expect("items").iter().filter_map(|item| item["parameters"]["n"].as_i64());
    let stored: std::collections::BTreeSet<i64> = stored.collect();
    assert_eq!(stored, (0..WRITES).collect(), "every acknowledged write is there");
}

fn document(n: i64) -> serde_json::Value {
    json!({"name": "n", "code": {"name": "vasp"}, "status": "planned", "parameters": {"n": n}})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_store_away_both_wait_and_recover_by_themselves() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut mongod = Mongod::start(directory.path()).await;
    let stack = Stack::replicated_on(&mongod.url(), &[]).await;
    let scientist = stack.scientist().await;
    mongod.kill();
    let reply = scientist.get("/api/calculations").await;
    assert_eq!((reply.status, reply.code().as_str()), (503, "unavailable"), "{reply:?}");
    assert!(reply.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{reply:?}");
    assert!(!reply.text.contains("127.0.0.1") && !reply.text.to_lowercase().contains("mongo"), "{reply:?}");
    assert_eq!(stack.anonymous().log_in("a@example.org", "some long password").await.status, 503);
    let mut cookie_holder = scientist.clone();
    assert_eq!(cookie_holder.refresh_as("same-origin").await.status, 503);
    // Who may call is still decided, without the store.
    assert_eq!(scientist.with_token("x").get("/api/calculations").await.status, 401);
    for process in stack.auth.iter().chain(&stack.resource) {
        process.until_readiness(503).await;
        assert_eq!(process.ask("/livez").await.0, 200);
    }
    mongod.resume();
    for process in stack.auth.iter().chain(&stack.resource) {
        process.until_readiness(200).await;
    }
    assert_eq!(scientist.get("/api/calculations").await.status, 200);
    assert_eq!(cookie_holder.refresh().await.status, 200, "no session was lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn started_without_its_store_a_service_stays_alive_says_so_once_and_becomes_ready() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut mongod = Mongod::start(directory.path()).await;
    let stack = Stack::replicated_on(&mongod.url(), &[]).await;
    mongod.kill();
    for (name, environment) in
        [("auth-service", &stack.auth_environment), ("resource-service", &stack.resource_environment)]
    {
        let process = Process::listening(name, directory.path(), environment).await;
        tokio::time::sleep(Duration::from_secs(8)).await;
        assert_eq!(process.readiness().await.0, 503);
        assert_eq!(process.ask("/livez").await.0, 200);
        let entries = process.entries();
        let complaints = entries.iter().filter(|entry| entry["level"] == "WARN" || entry["level"] == "ERROR");
        let complaints: Vec<_> = complaints.filter(|entry| entry.to_string().contains("store")).collect();
        assert_eq!(complaints.len(), 1, "{name}: {complaints:?}");
        assert_eq!(complaints[0]["message"], "the store cannot be used", "{name}: {complaints:?}");
        assert_eq!(complaints[0]["store.cause"], "unreachable", "{name}: {complaints:?}");
        mongod.resume();
        process.until_readiness(200).await;
        mongod.kill();
    }
}

/// What a balancer saw of a replica that is asked to stop.
#[derive(Default)]
struct Seen {
    /// How many requests it sent to either replica.
    sent: usize,
    /// How many the leaving replica answered after it was asked to stop.
    answered_while_leaving: usize,
}

/// How far the stop of a replica is.
#[derive(Default)]
struct Stop {
    /// It is about to be asked to stop.
    near: AtomicBool,
    /// It was asked, and says so.
    under_way: AtomicBool,
}

/// Sends requests for a while, as a balancer does that asks for readiness once a second (deploy/config/haproxy.cfg): in
/// between it sends on to a replica that is leaving. Once the stop is near it does not ask before it has done that.
async fn balance(management: String, bases: [String; 2], token: String, stop: Arc<Stop>) -> Seen {
    let (http, mut seen) = (http(), Seen::default());
    let (started, mut asked, mut ready) = (Instant::now(), None::<Instant>, true);
    while started.elapsed() < Duration::from_secs(8) {
        let (near, leaving) = (stop.near.load(Ordering::SeqCst), stop.under_way.load(Ordering::SeqCst));
        let waits = near && seen.answered_while_leaving == 0;
        if !waits && asked.is_none_or(|asked| asked.elapsed() >= Duration::from_secs(1)) {
            let answer = http.get(format!("{management}/readyz")).send().await;
            ready = answer.is_ok_and(|answer| answer.status() == 200);
            asked = Some(Instant::now());
        }
        let base = &bases[usize::from(!ready)];
        let answer = http.get(format!("{base}/api/calculations")).bearer_auth(&token).send().await;
        assert_eq!(answer.expect("no request fails").status(), 200);
        seen.sent += 1;
        seen.answered_while_leaving += usize::from(leaving && ready);
    }
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_drains_without_a_failed_request_and_exits_zero_within_ten_seconds() {
    // Four times what a balancer takes to ask again.
    let mut stack = Stack::replicated_with(&[("RESOURCE__HTTP__DRAIN_PAUSE", "4")]).await;
    let token = stack.scientist().await.token.expect("a token");
    let bases = [stack.resource[0].base.clone(), stack.resource[1].base.clone()];
    let stop = Arc::new(Stop::default());
    let management = stack.resource[0].management.clone();
    let load = tokio::spawn(balance(management, bases, token.clone(), Arc::clone(&stop)));
    tokio::time::sleep(Duration::from_millis(1100)).await;
    stop.near.store(true, Ordering::SeqCst);
    // What it is asking just now is answered.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let started = Instant::now();
    stack.resource[0].terminate();
    stack.resource[0].until_readiness(503).await;
    stop.under_way.store(true, Ordering::SeqCst);
    let url = format!("{}/api/calculations", stack.resource[0].base);
    let late = http().get(url).bearer_auth(token).send().await.expect("it still answers");
    assert_eq!(late.status(), 200, "what is sent before a balancer has asked again is served");
    let status = stack.resource[0].end().await;
    assert!(
        status.success() && started.elapsed() < Duration::from_secs(10),
        "{status} after {:?}",
        started.elapsed()
    );
    let seen = load.await.expect("no request fails");
    assert!(
        seen.sent > 20 && seen.answered_while_leaving > 0,
        "{} of {}",
        seen.answered_while_leaving,
        seen.sent
    );
}
