//! Clients that send a byte a second.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// How long a service may keep such a client.
pub const ASKED: Duration = Duration::from_secs(10);

/// What arrives a byte a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slow {
    /// The head of the first request of a connection.
    Head,
    /// The head of the second one, after an answer.
    SecondHead,
    /// The body of a request that is admitted.
    Body,
    /// The chunks of the body of a request that was refused.
    RefusedBody,
}

impl Slow {
    pub const ALL: [Self; 4] = [Self::Head, Self::SecondHead, Self::Body, Self::RefusedBody];

    /// How long the service at `base` keeps such a client. `path` takes a JSON body from the holder of the token.
    pub async fn stays(self, base: &str, path: &str, token: &str) -> Duration {
        let host = base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).await.expect("a connection");
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\nauthorization: Bearer {token}\r\n"
        );
        let nowhere = format!("POST /nowhere HTTP/1.1\r\nhost: {host}\r\n");
        let first = match self {
            Self::Head => head,
            Self::SecondHead => {
                answered(&mut stream, &format!("{nowhere}content-length: 0\r\n\r\n")).await;
                head
            }
            Self::Body => format!("{head}content-length: 4000\r\n\r\n{{\"name\":\""),
            Self::RefusedBody => {
                answered(&mut stream, &format!("{nowhere}transfer-encoding: chunked\r\n\r\n1\r\na\r\n"))
                    .await;
                String::new()
            }
        };
        let next: &[u8] = if self == Self::RefusedBody { b"1\r\na\r\n" } else { b"a" };
        let begun = Instant::now();
        stream.write_all(first.as_bytes()).await.ok();
        let mut answer = [0; 1024];
        // The service may answer before it closes the connection.
        while begun.elapsed() < 2 * ASKED {
            let read = timeout(Duration::from_secs(1), stream.read(&mut answer)).await;
            if matches!(read, Ok(Ok(0) | Err(_))) || stream.write_all(next).await.is_err() {
                break;
            }
        }
        begun.elapsed()
    }
}

/// Sends a request that is refused, and reads the whole answer: a problem.
pub async fn answered(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.expect("sent");
    let (mut answer, mut piece) = (Vec::new(), [0; 1024]);
    while !answer.ends_with(b"}") {
        let read =
            timeout(ASKED, stream.read(&mut piece)).await.expect("an answer in time").expect("an answer");
        assert!(read > 0, "cut after {:?}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&piece[..read]);
    }
    String::from_utf8(answer).expect("text")
}
