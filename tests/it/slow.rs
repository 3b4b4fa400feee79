//! Clients that send a byte a second are dropped; one that is silent between two requests is not.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::{net::TcpStream, time::sleep};

use crate::support::{
    Stack,
    slow::{ASKED, Slow, answered},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_client_sends_a_byte_a_second_it_is_dropped_in_time() {
    let stack = Stack::embedded().await;
    let token = stack.scientist().await.token.expect("a token");
    let services = [(&stack.auth[0].base, "/auth/login"), (&stack.resource[0].base, "/api/calculations")];
    let clients = services.iter().flat_map(|(base, path)| {
        let token = &token;
        Slow::ALL.map(|slow| async move { (slow, path, slow.stays(base, path, token).await) })
    });
    for (slow, path, stayed) in join_all(clients).await {
        assert!(stayed <= ASKED, "{slow:?} at {path}: dropped after {stayed:?}");
        assert!(stayed >= Duration::from_secs(3), "{slow:?} at {path}: dropped after {stayed:?} already");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_is_kept_between_two_requests() {
    let stack = Stack::embedded().await;
    for base in [&stack.auth[0].base, &stack.resource[0].base] {
        let host = base.trim_start_matches("http://");
        let request = format!("GET /nowhere HTTP/1.1\r\nhost: {host}\r\n\r\n");
        let mut connection = TcpStream::connect(host).await.expect("a connection");
        answered(&mut connection, &request).await;
        sleep(Duration::from_secs(8)).await;
        answered(&mut connection, &request).await;
    }
}
