//! Logins against what argon2id alone allows on the same cores and on a core of the service's own, and what others feel
//! of a full queue.

use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use serde_json::json;

use super::{
    cores::Apart,
    load::{Browser, Connection, Figures, Poster, Reader, Worker, closed, median, paced},
    support::Stack,
};

const ROUND: Duration = Duration::from_secs(6);
const ROUNDS: usize = 5;
/// As many people at once as are hashed or wait.
const QUEUE: usize = 32;
/// More than there are places for: the others are asked to retry.
const FLOOD: usize = 500;
/// How long each of them waits before it tries again, as Retry-After says.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// Those who renew a session meanwhile.
const BROWSERS: usize = 4;
/// How long each of those who want something else waits between two requests.
const PACE: Duration = Duration::from_millis(10);
/// The longest p99 of the key and health endpoints, in milliseconds.
const ASKED: f64 = 50.0;
const MIB: u64 = 1024 * 1024;

pub async fn measure() {
    let unlimited = [("AUTH__THROTTLE__ADDRESS_FREE_FAILURES", "1000000")];
    println!("on SQLite");
    compare(&Stack::embedded_with(&unlimited).await).await;
    println!("on MongoDB, whose server takes its part of the same cores");
    let stack = Stack::replicated_with(&unlimited).await;
    let allowed = stack.auth[0].peak() + (20 * cores() as u64 + 50) * MIB;
    let forms = compare(&stack).await;
    flood(&stack, &forms, allowed).await;
    println!("on MongoDB, the service on one core, MongoDB and the load generator on the other");
    let one_hash = [unlimited[0], ("AUTH__PASSWORDS__POOL_PERMITS", "1")];
    apart(&Stack::replicated_with(&one_hash).await).await;
}

/// Logins of a service that has one core to itself, and argon2id alone on that core, by turns.
async fn apart(stack: &Stack) {
    let forms = people(stack, QUEUE).await;
    let _apart = Apart::keep(stack.auth[0].id()).await;
    let base = stack.auth[0].base.clone();
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let raw = tokio::task::spawn_blocking(|| raw(1, Apart::join_service)).await.expect("a rate");
        let logins = closed(logins(&base, &forms, QUEUE).await, ROUND).await;
        println!("argon2id alone {raw:6.1}/s   logins {logins}");
        ratios.push(logins.rate() / raw);
    }
    report(&mut ratios);
}

fn report(ratios: &mut [f64]) {
    println!("logins are {:.1} % of argon2id alone (median; asked: 95 %)", 100.0 * median(ratios));
}

/// Logins and argon2id alone, by turns; what the people log in with.
async fn compare(stack: &Stack) -> Vec<String> {
    let forms = people(stack, QUEUE).await;
    let base = stack.auth[0].base.clone();
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let raw = tokio::task::spawn_blocking(|| raw(cores(), || {})).await.expect("a rate");
        let logins = closed(logins(&base, &forms, QUEUE).await, ROUND).await;
        println!("argon2id alone {raw:6.1}/s   logins {logins}");
        ratios.push(logins.rate() / raw);
    }
    report(&mut ratios);
    forms
}

/// The latencies of the others, idle and under a flood of logins, in as many bytes of memory as are `allowed`.
async fn flood(stack: &Stack, forms: &[String], allowed: u64) {
    let base = &stack.auth[0].base;
    let mut pairs: [Vec<(f64, f64)>; 3] = Default::default();
    // Under the flood nobody else could log in.
    let mut cookies = Vec::new();
    for _ in 0..2 * ROUNDS * BROWSERS {
        cookies.push(stack.scientist().await.cookie.expect("a cookie"));
    }
    for _ in 0..ROUNDS {
        let idle = others(stack, cookies.split_off(cookies.len() - BROWSERS)).await;
        let flooded = logins(base, forms, FLOOD).await.into_iter().map(Hasty).collect();
        let flooded = paced(flooded, RETRY_AFTER, ROUND);
        let (flooded, busy) =
            tokio::join!(flooded, others(stack, cookies.split_off(cookies.len() - BROWSERS)));
        println!("{FLOOD} people at once: {flooded}");
        for ((pairs, idle), busy) in pairs.iter_mut().zip(idle).zip(busy) {
            pairs.push((idle.percentile(99), busy.percentile(99)));
        }
    }
    for (name, pairs) in ["refresh", "keys", "health"].iter().zip(pairs) {
        let middle = |which: fn(&(f64, f64)) -> f64| median(&mut pairs.iter().map(which).collect::<Vec<_>>());
        let (idle, busy) = (middle(|pair| pair.0), middle(|pair| pair.1));
        println!(
            "{name:8} p99 {idle:6.2} ms idle, {busy:6.2} ms under the flood: {:.1} times (asked: 3, and {ASKED} ms)",
            busy / idle
        );
        assert!(name == &"refresh" || busy <= ASKED, "{name} is slow under a flood of logins");
    }
    let peak = stack.auth[0].peak();
    println!("memory at its peak {} MiB (asked: {} MiB)", peak / MIB, allowed / MIB);
    assert!(peak <= allowed, "a flood of logins takes too much memory");
}

/// Logs in. Any status but 200, 401 and 503 fails the measure.
struct Hasty(Poster);

impl Worker for Hasty {
    async fn work(&mut self) -> bool {
        let Poster { connection, path, form, .. } = &mut self.0;
        let answer = connection.post(path, None, form).await.expect("an answer");
        assert!([200, 401, 503].contains(&answer.status().as_u16()), "{answer:?}");
        answer.status() == 200
    }
}

/// Refreshes, key requests and health checks, a few at a steady pace.
async fn others(stack: &Stack, cookies: Vec<String>) -> [Figures; 3] {
    let process = &stack.auth[0];
    let mut browsers = Vec::new();
    for cookie in cookies {
        browsers.push(Browser { connection: Connection::open(&process.base).await, cookie });
    }
    let reader =
        async |base: &str, path| vec![Reader { connection: Connection::open(base).await, path, token: None }];
    let keys = reader(&process.base, "/.well-known/jwks.json").await;
    let health = reader(&process.management, "/readyz").await;
    let (browsers, keys, health) =
        tokio::join!(paced(browsers, PACE, ROUND), paced(keys, PACE, ROUND), paced(health, PACE, ROUND));
    for figures in [&browsers, &keys, &health] {
        assert_eq!(figures.failed, 0, "others fail: {figures}");
    }
    [browsers, keys, health]
}

async fn logins(base: &str, forms: &[String], people: usize) -> Vec<Poster> {
    let connections = Connection::several(base, people).await;
    let poster = |(connection, form): (_, &String)| Poster {
        connection,
        path: "/auth/login",
        authorization: None,
        form: form.clone(),
    };
    connections.into_iter().zip(forms.iter().cycle()).map(poster).collect()
}

/// What each of `count` new people logs in with.
async fn people(stack: &Stack, count: usize) -> Vec<String> {
    let mut forms = Vec::new();
    for number in 0..count {
        let (email, password) = (format!("p{number}@example.org"), format!("a+password+of+person+{number}"));
        let body = json!({"email": email, "password": password.replace('+', " ")});
        let made = stack.anonymous().post("/auth/users", &body).await;
        assert_eq!(made.status, 201, "{made:?}");
        forms.push(format!("username={email}&password={password}"));
    }
    forms
}

fn cores() -> usize {
    std::thread::available_parallelism().expect("cores").get()
}

/// Hashes a second of so many threads, each in memory of its own that it keeps. Each calls `prepare` first.
fn raw(threads: usize, prepare: fn()) -> f64 {
    let started = Instant::now();
    let hash = move || {
        prepare();
        let params = Params::new(19456, 2, 1, Some(32)).expect("parameters");
        let mut memory = vec![Block::new(); params.block_count()];
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let (mut made, mut output) = (0_u32, [0; 32]);
        while started.elapsed() < ROUND {
            argon2
                .hash_password_into_with_memory(b"a password", b"a salt of 16 byte", &mut output, &mut memory)
                .expect("a hash");
            made += 1;
        }
        made
    };
    let running: Vec<_> = (0..threads).map(|_| std::thread::spawn(hash)).collect();
    let made: u32 = running.into_iter().map(|thread| thread.join().expect("a thread that ends")).sum();
    f64::from(made) / started.elapsed().as_secs_f64()
}
