//! A thousand clients that send one byte a second: what others feel of them, and when each service drops them.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};

use super::{
    load::{Connection, Reader, median, paced},
    support::Stack,
};

const CLIENTS: usize = 1000;
const ROUND: Duration = Duration::from_secs(6);
const ROUNDS: usize = 5;
/// How long one of the others waits between two requests.
const PACE: Duration = Duration::from_millis(5);
/// The most that others may wait longer, and the longest that a slow client may stay.
const ASKED: (f64, Duration) = (2.0, Duration::from_secs(10));

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
        let head = format!(
            "POST {sent} HTTP/1.1\r\ncontent-type: application/json\r\nauthorization: Bearer {token}\r\n"
        );
        let (mut calm, mut beside, mut longest) = (Vec::new(), Vec::new(), Duration::ZERO);
        for _ in 0..ROUNDS {
            calm.push(others(base, path).await);
            let mut clients = JoinSet::new();
            for number in 0..CLIENTS {
                let host = base.trim_start_matches("http://").to_owned();
                clients.spawn(dropped(host, head.clone(), number % 2 == 0));
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
            ASKED.0,
            longest.as_secs_f64(),
            ASKED.1.as_secs(),
        );
        assert!(beside <= ASKED.0 * calm, "{service}: others wait too long");
        assert!(longest <= ASKED.1, "{service}: a slow client stays too long");
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

/// How long the service keeps a connection that sends one byte a second, of the head or of the body of a request.
async fn dropped(host: String, head: String, of_head: bool) -> Duration {
    let mut stream = TcpStream::connect(&host).await.expect("a connection");
    let begun = Instant::now();
    let first =
        if of_head { head } else { format!("{head}host: {host}\r\ncontent-length: 4000\r\n\r\n{{\"") };
    let mut answer = [0; 1024];
    let mut next = first.into_bytes();
    while begun.elapsed() < 2 * ASKED.1 {
        if stream.write_all(&next).await.is_err() {
            break;
        }
        next = vec![b'a'];
        // The service may answer before it closes the connection.
        if let Ok(Ok(0) | Err(_)) =
            tokio::time::timeout(Duration::from_secs(1), stream.read(&mut answer)).await
        {
            break;
        }
    }
    begun.elapsed()
}
