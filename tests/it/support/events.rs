//! Server-Sent Events as a client reads them: what has data is an event, and the stream is resumed after the last id.

use std::time::Duration;

use reqwest::{RequestBuilder, Response};
use serde_json::Value;
use tokio::time::timeout;

/// How long an event may take to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open stream.
pub struct Events {
    response: Response,
    text: String,
    /// The last id that was received.
    pub last_id: String,
}

/// One event.
#[derive(Debug)]
pub struct Event {
    /// `event`
    pub name: String,
    /// `data`, read as JSON.
    pub data: Value,
}

impl Events {
    /// Opens a stream and waits for its greeting: everything from then on is sent.
    pub async fn open(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200, "{:?}", response.text().await);
        Self::greeted(response).await.expect("a greeting")
    }

    /// Reads the greeting of a stream; nothing where the connection breaks.
    pub async fn greeted(response: Response) -> Option<Self> {
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut events = Self { response, text: String::new(), last_id: String::new() };
        while events.last_id.is_empty() {
            events.more().await?;
            events.take();
        }
        Some(events)
    }

    /// The next event; nothing where the stream ends or the connection breaks.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.take() {
                return Some(event);
            }
            self.more().await?;
        }
    }

    /// The next event, which there must be.
    pub async fn event(&mut self) -> Event {
        self.next().await.expect("the stream continues")
    }

    async fn more(&mut self) -> Option<()> {
        let chunk = timeout(PATIENCE, self.response.chunk()).await.expect("something in time").ok()??;
        self.text.push_str(std::str::from_utf8(&chunk).expect("text"));
        Some(())
    }

    /// The next event among what has come.
    fn take(&mut self) -> Option<Event> {
        while let Some((block, rest)) = self.text.split_once("\n\n") {
            let field = |name: &str| {
                block.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned))
            };
            let (id, name, data) = (field("id"), field("event"), field("data"));
            self.text = rest.to_owned();
            self.last_id = id.unwrap_or_else(|| std::mem::take(&mut self.last_id));
            if let (Some(name), Some(data)) = (name, data) {
                return Some(Event { name, data: serde_json::from_str(&data).expect("JSON") });
            }
        }
        None
    }
}
