//! Closed-loop load over connections that stay open, and what is learned of it. Light: it shares the cores with what it
//! measures.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, Response,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
    header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, SET_COOKIE},
    http::request::Builder,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinSet};

/// One connection to one listener.
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

impl Connection {
    /// Opens one to `http://ADDRESS`.
    pub async fn open(base: &str) -> Self {
        let host = base.trim_start_matches("http://").to_owned();
        let stream = TcpStream::connect(&host).await.expect("a connection");
        stream.set_nodelay(true).expect("TCP_NODELAY");
        let (sender, connection) = handshake(TokioIo::new(stream)).await.expect("a handshake");
        tokio::spawn(connection);
        Self { sender, host }
    }

    /// `count` of them.
    pub async fn several(base: &str, count: usize) -> Vec<Self> {
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(Self::open(base).await);
        }
        all
    }

    /// Sends a request and reads the answer whole; none where the connection was lost.
    pub async fn send(&mut self, request: Builder, body: impl Into<Bytes>) -> Option<Response<Bytes>> {
        let request = request.header(HOST, &self.host).body(Full::new(body.into())).expect("a request");
        // The connection may still be busy with the end of the last answer.
        self.sender.ready().await.ok()?;
        let (head, body) = self.sender.send_request(request).await.ok()?.into_parts();
        Some(Response::from_parts(head, body.collect().await.ok()?.to_bytes()))
    }

    /// GET, with a Bearer token where one is given.
    pub async fn get(&mut self, path: &str, token: Option<&str>) -> Option<Response<Bytes>> {
        let request = Request::get(path);
        let request = match token {
            Some(token) => request.header(AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        };
        self.send(request, Bytes::new()).await
    }

    /// POST of a form, with whatever authenticates it.
    pub async fn post(
        &mut self,
        path: &str,
        authorization: Option<&str>,
        form: &str,
    ) -> Option<Response<Bytes>> {
        let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = match authorization {
            Some(value) => request.header(AUTHORIZATION, value),
            None => request,
        };
        self.send(request, form.to_owned()).await
    }
}

/// What was learned.
pub struct Figures {
    latencies: Vec<Duration>,
    elapsed: Duration,
    /// How many requests got another answer than the one that was wanted.
    pub failed: usize,
}

impl Figures {
    /// Requests that succeeded, by second.
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    pub fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// The latency below which `percent` of the requests stayed, in milliseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        let at = (self.latencies.len() * percent / 100).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(at).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e3)
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { failed, .. } = self;
        let (half, most) = (self.percentile(50), self.percentile(99));
        write!(f, "{:7.0}/s  p50 {half:6.2} ms  p99 {most:6.2} ms  {failed} unsuccessful", self.rate())
    }
}

/// One who does the same again and again.
pub trait Worker: Send + 'static {
    /// Does it once, and says whether that gave what was wanted.
    fn work(&mut self) -> impl Future<Output = bool> + Send;
}

/// Lets each of `workers` do its work again and again for so long.
pub async fn closed<W: Worker>(workers: Vec<W>, how_long: Duration) -> Figures {
    paced(workers, Duration::ZERO, how_long).await
}

/// The same, with a pause after each piece of work.
pub async fn paced<W: Worker>(workers: Vec<W>, pause: Duration, how_long: Duration) -> Figures {
    let started = Instant::now();
    let mut running = JoinSet::new();
    for mut worker in workers {
        running.spawn(async move {
            let (mut latencies, mut failed) = (Vec::new(), 0);
            while started.elapsed() < how_long {
                let begun = Instant::now();
                if worker.work().await {
                    latencies.push(begun.elapsed());
                } else {
                    failed += 1;
                }
                if !pause.is_zero() {
                    tokio::time::sleep(pause).await;
                }
            }
            (latencies, failed)
        });
    }
    let (mut latencies, mut failed) = (Vec::new(), 0);
    while let Some(done) = running.join_next().await {
        let (more, lost) = done.expect("a worker that ends");
        latencies.extend(more);
        failed += lost;
    }
    latencies.sort_unstable();
    Figures { latencies, elapsed: started.elapsed(), failed }
}

/// Asks for the same document again and again.
pub struct Reader {
    /// Where.
    pub connection: Connection,
    /// What.
    pub path: &'static str,
    /// As whom.
    pub token: Option<String>,
}

impl Worker for Reader {
    async fn work(&mut self) -> bool {
        let answer = self.connection.get(self.path, self.token.as_deref()).await;
        answer.is_some_and(|answer| answer.status() == 200)
    }
}

/// Posts the same form again and again.
pub struct Poster {
    /// Where.
    pub connection: Connection,
    /// To which endpoint.
    pub path: &'static str,
    /// As whom.
    pub authorization: Option<String>,
    /// What.
    pub form: String,
}

impl Worker for Poster {
    async fn work(&mut self) -> bool {
        let answer = self.connection.post(self.path, self.authorization.as_deref(), &self.form).await;
        answer.is_some_and(|answer| answer.status() == 200)
    }
}

/// Renews a browser's session again and again.
pub struct Browser {
    /// Where.
    pub connection: Connection,
    /// The refresh cookie, as `name=value`.
    pub cookie: String,
}

impl Worker for Browser {
    async fn work(&mut self) -> bool {
        let request = Request::post("/auth/token-refresh")
            .header("Sec-Fetch-Site", "same-origin")
            .header(COOKIE, &self.cookie);
        let Some(answer) = self.connection.send(request, Bytes::new()).await else { return false };
        let next = answer.headers().get(SET_COOKIE).and_then(|line| line.to_str().ok()?.split(';').next());
        if let Some(next) = next {
            next.clone_into(&mut self.cookie);
        }
        answer.status() == 200
    }
}

/// The middle one.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
