//! Clients that send a byte a second are dropped; one that is silent between two requests is not.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{sleep, timeout},
};

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
        // Nothing of a refused body is waited for.
        let least = if slow == Slow::RefusedBody { 0 } else { 3 };
        assert!(stayed >= Duration::from_secs(least), "{slow:?} at {path}: dropped after {stayed:?} already");
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_goes_on_sending_a_refused_body_reads_why_it_was_refused() {
    let stack = Stack::embedded().await;
    for base in [&stack.auth[0].base, &stack.resource[0].base] {
        let host = base.trim_start_matches("http://");
        let connection = TcpStream::connect(host).await.expect("a connection");
        let (mut answers, mut requests) = connection.into_split();
        let sending = tokio::spawn({
            let head = format!("POST /nowhere HTTP/1.1\r\nhost: {host}\r\ncontent-length: 8388608\r\n\r\n");
            async move {
                requests.write_all(head.as_bytes()).await.expect("sent");
                // The answer is there before half of it is sent.
                let piece = vec![b' '; 128 * 1024];
                for _ in 0..64 {
                    if requests.write_all(&piece).await.is_err() {
                        break;
                    }
                    sleep(Duration::from_millis(5)).await;
                }
                requests
            }
        });
        sleep(Duration::from_millis(200)).await;
        let mut answer = Vec::new();
        answers.read_to_end(&mut answer).await.expect("the whole answer");
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 404") && answer.ends_with('}'), "{answer}");
        drop(sending.await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_whose_chunks_were_refused_is_closed() {
    let stack = Stack::embedded().await;
    let host = stack.resource[0].base.trim_start_matches("http://");
    for (method, end) in [("POST", "}"), ("HEAD", "\r\n\r\n")] {
        let mut connection = TcpStream::connect(host).await.expect("a connection");
        let refused = format!(
            "{method} /nowhere HTTP/1.1\r\nhost: {host}\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n"
        );
        connection.write_all(refused.as_bytes()).await.expect("sent");
        // The client is silent from now on.
        let mut answer = String::new();
        let read = timeout(ASKED, connection.read_to_string(&mut answer)).await;
        read.expect("the end in time").expect("the whole answer");
        assert!(answer.starts_with("HTTP/1.1 404") && answer.ends_with(end), "{method}: {answer}");
        assert!(answer.to_ascii_lowercase().contains("\r\nconnection: close\r\n"), "{method}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_whose_chunks_were_read_is_kept() {
    let stack = Stack::embedded().await;
    let host = stack.auth[0].base.trim_start_matches("http://");
    let mut connection = TcpStream::connect(host).await.expect("a connection");
    let login = format!(
        "POST /auth/login HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n\
         2\r\n{{}}\r\n"
    );
    connection.write_all(login.as_bytes()).await.expect("sent");
    sleep(Duration::from_millis(300)).await;
    for request in ["0\r\n\r\n".to_owned(), format!("GET /nowhere HTTP/1.1\r\nhost: {host}\r\n\r\n")] {
        let answer = answered(&mut connection, &request).await;
        assert!(!answer.to_ascii_lowercase().contains("\r\nconnection: close\r\n"), "{answer}");
    }
}
