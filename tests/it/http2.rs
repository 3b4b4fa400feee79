//! HTTP/2 without TLS, as a proxy in front speaks it that was told so; HTTP/1.1 stays on the same port.

use std::{io::Write as _, time::Duration};

use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    client::conn::http2::{SendRequest, handshake},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};

use crate::support::Stack;

const PATIENCE: Duration = Duration::from_secs(20);

/// One connection, over which all requests of a test go at once.
#[derive(Clone)]
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    base: String,
    token: String,
}

impl Connection {
    async fn open(base: &str, token: &str) -> Self {
        let address = base.strip_prefix("http://").expect("an address");
        let stream = TcpStream::connect(address).await.expect("a connection");
        let (sender, connection) =
            handshake(TokioExecutor::new(), TokioIo::new(stream)).await.expect("a handshake");
        tokio::spawn(connection);
        Self { sender, base: base.to_owned(), token: token.to_owned() }
    }

    async fn send(&self, method: &str, path: &str, body: String) -> Response<Incoming> {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        let request = request
            .header("accept", "text/html, application/json, text/event-stream")
            .header("accept-encoding", "br")
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json");
        let request = request.body(Full::new(body.into())).expect("a request");
        timeout(PATIENCE, self.sender.clone().send_request(request))
            .await
            .expect("in time")
            .expect("an answer")
    }

    async fn text(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let answer = self.send(method, path, body.to_owned()).await;
        let status = answer.status().as_u16();
        let body = timeout(PATIENCE, answer.into_body().collect()).await.expect("in time").expect("a body");
        (status, String::from_utf8(body.to_bytes().to_vec()).expect("text"))
    }
}

async fn with_a_console(settings: &[(&str, &str)]) -> (tempfile::TempDir, Stack) {
    let folder = tempfile::tempdir().expect("a temporary directory");
    crate::console::built(folder.path());
    let path = folder.path().display().to_string();
    let settings = [&[("RESOURCE__CONSOLE__DIR", path.as_str())], settings].concat();
    (folder, Stack::embedded_with(&settings).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_connection_carries_pages_files_documents_and_a_stream_at_once() {
    let (_folder, mut stack) = with_a_console(&[("RESOURCE__HTTP__H2C", "true")]).await;
    let user = stack.scientist().await;
    let token = user.token.clone().expect("a token");
    let connection = Connection::open(&stack.resource[0].base, &token).await;

    let mut stream = connection.send("GET", "/api/calculations/changes", String::new()).await.into_body();
    let mut more = async || {
        let frame =
            timeout(PATIENCE, stream.frame()).await.expect("in time").expect("a frame").expect("data");
        String::from_utf8_lossy(frame.data_ref().map_or(&[], |data| data)).into_owned()
    };
    more().await;
    let page = connection.send("GET", "/calculations/0192", String::new()).await;
    assert_eq!(page.version(), hyper::Version::HTTP_2);
    assert!(page.headers()["content-security-policy"].to_str().expect("text").contains("'nonce-"));
    assert_eq!(page.status(), 200);
    let script = connection.send("GET", "/assets/app-1a2b.js", String::new()).await;
    assert_eq!(script.headers()["content-encoding"], "br");

    let document = json!({"name": "over h2", "code": {"name": "vasp"}, "status": "planned"}).to_string();
    let posts = (0..20).map(|_| connection.text("POST", "/api/calculations", &document));
    for (status, text) in futures_util::future::join_all(posts).await {
        assert_eq!(status, 201, "{text}");
    }
    let mut events = String::new();
    while events.matches("over h2").count() < 20 {
        events.push_str(&more().await);
    }
    let (status, text) = connection.text("GET", "/api/calculations?count=exact&limit=1", "").await;
    let page: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((status, &page["total"]), (200, &json!(20)));
    let (status, text) = connection.text("POST", "/api/calculations", &"x".repeat(2 << 20)).await;
    assert_eq!(status, 413, "{text}");
    let (status, script) = connection.text("HEAD", "/assets/app-1a2b.js", "").await;
    assert_eq!((status, script.as_str()), (200, ""));

    // The same port serves HTTP/1.1, and the process ends in time although connections stay open.
    assert_eq!(user.get("/api/calculations").await.status, 200);
    drop(user);
    stack.resource[0].terminate();
    assert!(stack.resource[0].end().await.success());
}

#[tokio::test]
async fn without_the_setting_http_2_is_refused() {
    let stack = Stack::embedded().await;
    let address = stack.resource[0].base.strip_prefix("http://").expect("an address").to_owned();
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = std::net::TcpStream::connect(address).expect("a connection");
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").expect("bytes");
        let mut answer = String::new();
        let _ = std::io::Read::read_to_string(&mut stream, &mut answer);
        answer
    });
    let answer = timeout(PATIENCE, answer).await.expect("it is closed").expect("text");
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer:?}");
}
