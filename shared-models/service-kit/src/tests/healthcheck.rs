//! The health check against listeners of this process that play the management listener.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    time::Instant,
};

use super::*;

fn settings(listen: SocketAddr) -> HttpSettings {
    let text = serde_json::json!({"listen": "127.0.0.1:0", "management_listen": listen});
    serde_json::from_value(text).unwrap()
}

/// Answers the first request with this text; says where it listens and what it was asked.
fn answering(address: &str, answer: &'static str) -> (SocketAddr, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind(address).unwrap();
    let bound = listener.local_addr().unwrap();
    let asked = std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && connection.read(&mut byte).unwrap() > 0 {
            head.push(byte[0]);
        }
        connection.write_all(answer.as_bytes()).unwrap();
        String::from_utf8(head).unwrap()
    });
    (bound, asked)
}

async fn reason(listen: SocketAddr) -> String {
    healthcheck(&settings(listen)).await.unwrap_err().to_string()
}

const READY: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

#[tokio::test]
async fn a_listener_on_every_address_is_asked_on_loopback() {
    for (every, loopback) in [("0.0.0.0:0", "127.0.0.1"), ("[::]:0", "[::1]"), ("127.0.0.1:0", "127.0.0.1")] {
        let (listen, asked) = answering(every, READY);
        healthcheck(&settings(listen)).await.unwrap();
        let asked = asked.join().unwrap().to_ascii_lowercase();
        assert!(asked.starts_with("get /readyz http/1.1\r\n"), "{asked}");
        assert!(asked.contains(&format!("\r\nhost: {loopback}:{}\r\n", listen.port())), "{asked}");
    }
}

#[tokio::test]
async fn the_checks_that_fail_are_named_and_the_others_are_not() {
    let body = r#"{"ready":false,"checks":{"keys":"ok","store":"no primary","drain":"stopping"}}"#;
    let answer = format!("HTTP/1.1 503 Service Unavailable\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let (listen, _) = answering("127.0.0.1:0", answer.leak());
    assert_eq!(reason(listen).await, "not ready: drain: stopping; store: no primary");
}

#[tokio::test]
async fn another_program_on_the_port_is_not_a_ready_service() {
    let (listen, _) = answering("127.0.0.1:0", "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
    assert_eq!(reason(listen).await, format!("not ready: {listen} answers 404"));
    let (listen, _) =
        answering("127.0.0.1:0", "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(reason(listen).await, format!("not ready: {listen} answers 302"));
}

#[tokio::test]
async fn nobody_who_listens_is_said_in_one_line() {
    let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let reason = reason(listen).await;
    assert!(reason.starts_with(&format!("not ready: {listen} cannot be asked: ")), "{reason}");
    assert!(reason.contains("refused") && !reason.contains('\n'), "{reason}");
    let reason = super::healthcheck(&settings("0.0.0.0:0".parse().unwrap())).await.unwrap_err().to_string();
    assert!(reason.contains("http.management_listen has port 0"), "{reason}");
}

#[tokio::test]
async fn a_process_that_hangs_is_given_up_in_time() {
    // The kernel accepts the connection; nobody answers.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = listener.local_addr().unwrap();
    let began = Instant::now();
    assert_eq!(reason(listen).await, format!("not ready: {listen} does not answer within 3 s"));
    assert!(began.elapsed() < PATIENCE * 3, "{:?}", began.elapsed());
}
