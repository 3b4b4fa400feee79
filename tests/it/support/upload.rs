//! A request whose body is written while its answer is read, as HTTP/1.1 lets a client do.

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinHandle,
};

/// What has been read of the answer so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The status line.
    pub status: String,
    /// Lines of documents that are stored.
    pub stored: usize,
    /// Lines of documents that were refused.
    pub refused: Vec<String>,
    /// Whether the answer has come to its proper end.
    pub whole: bool,
}

/// A stream of documents under way.
pub struct Upload {
    writer: OwnedWriteHalf,
    outcome: watch::Receiver<Outcome>,
    reading: JoinHandle<()>,
}

impl Upload {
    /// Begins a stream to `path` of `http://ADDRESS`.
    pub async fn begin(base: &str, path: &str, token: &str) -> Self {
        let host = base.trim_start_matches("http://");
        let stream = TcpStream::connect(host).await.expect("a connection");
        let (reader, mut writer) = stream.into_split();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/x-ndjson\r\nPrefer: return=representation\r\nTransfer-Encoding: chunked\r\n\r\n"
        );
        writer.write_all(head.as_bytes()).await.expect("a head can be sent");
        let (sender, outcome) = watch::channel(Outcome::default());
        Self { writer, outcome, reading: tokio::spawn(read(reader, sender)) }
    }

    /// Sends a piece of the body; `false` where the server takes no more.
    pub async fn send(&mut self, piece: &str) -> bool {
        let chunk = format!("{:x}\r\n{piece}\r\n", piece.len());
        self.writer.write_all(chunk.as_bytes()).await.is_ok()
    }

    /// Waits until so many documents are stored.
    pub async fn until_stored(&mut self, count: usize) {
        let enough = self.outcome.wait_for(|outcome| outcome.stored >= count);
        enough.await.expect("the answer continues");
    }

    /// Ends the body and reads the answer to its end.
    pub async fn finish(mut self) -> Outcome {
        self.writer.write_all(b"0\r\n\r\n").await.expect("an end can be sent");
        self.reading.await.expect("the answer can be read");
        self.outcome.borrow().clone()
    }
}

/// Every chunk that the service sends ends with a line, so that lines are never cut.
async fn read(reader: OwnedReadHalf, sender: watch::Sender<Outcome>) {
    let mut lines = BufReader::new(reader).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let mut ended = false;
        sender.send_modify(|outcome| {
            if outcome.status.is_empty() {
                outcome.status.clone_from(&line);
            } else if line.contains("\"status\":201") {
                outcome.stored += 1;
            } else if line.starts_with("{\"index\"") {
                outcome.refused.push(line.clone());
            } else if line == "0" {
                outcome.whole = true;
                ended = true;
            }
        });
        if ended {
            break;
        }
    }
}
