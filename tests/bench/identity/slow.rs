//! A thousand clients that send one byte a second: what others feel of them, and when each service drops them.

use std::time::Duration;

use tokio::task::JoinSet;

use super::{
    load::{Connection, Reader, median, paced},
    support::{
        Stack,
        slow::{self, Slow},
    },
};

const CLIENTS: usize = 1000;
const ROUND: Duration = Duration::from_secs(6);
const ROUNDS: usize = 5;
/// How long one of the others waits between two requests.
const PACE: Duration = Duration::from_millis(5);
/// The most that others may wait longer.
const ASKED: f64 = 2.0;

pub async fn measure() {
    let stack = Stack::embedded().await;
    let token = stack.scientist().await.token.expect("a token");
    for (service, base, path, sent) in [
        ("auth-service", &stack.auth[0].base, "/.well-known/jwks.json", "/auth/login"),
        (
            "resource-service",
            &stack.resource[0].base,
            "/api/openapi.json?collection=views",
            "/api/calculations",
        ),
    ] {
        let (mut calm, mut beside, mut longest) = (Vec::new(), Vec::new(), Duration::ZERO);
        for _ in 0..ROUNDS {
            calm.push(others(base, path).await);
            let mut clients = JoinSet::new();
            for number in 0..CLIENTS {
                let (base, token) = (base.clone(), token.clone());
                let slow = Slow::ALL[number % Slow::ALL.len()];
                clients.spawn(async move { slow.stays(&base, sent, &token).await });
            }
            beside.push(others(base, path).await);
            while let Some(stayed) = clients.join_next().await {
                longest = longest.max(stayed.expect("a client that ends"));
            }
        }
        let (calm, beside) = (median(&mut calm), median(&mut beside));
        println!(
            "{service:16} p99 of others {calm:.2} ms alone, {beside:.2} ms beside {CLIENTS} slow clients: {:.1} times \
             (asked: {:.0}); the last of these was dropped after {:.1} s (asked: {} s)",
            beside / calm,
            ASKED,
            longest.as_secs_f64(),
            slow::ASKED.as_secs(),
        );
        assert!(beside <= ASKED * calm, "{service}: others wait too long");
        assert!(longest <= slow::ASKED, "{service}: a slow client stays too long");
    }
}

/// The p99 in milliseconds of requests at a steady pace.
async fn others(base: &str, path: &'static str) -> f64 {
    let mut readers = Vec::new();
    for connection in Connection::several(base, 4).await {
        readers.push(Reader { connection, path, token: None });
    }
    let figures = paced(readers, PACE, ROUND).await;
    assert_eq!(figures.failed, 0, "others fail: {figures}");
    figures.percentile(99)
}
