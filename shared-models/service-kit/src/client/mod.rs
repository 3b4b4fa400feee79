//! One service calls another: with its own token, time limits, bounded retries, and a circuit breaker for a peer
//! that is down. Knows no endpoint but the token endpoint.

mod breaker;
mod token;

use std::{sync::Arc, time::Duration};

use reqwest::{Method, Response, StatusCode, header::RETRY_AFTER};
use secrecy::SecretString;
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::sleep;

use self::{breaker::Breaker, token::TokenCache};
use crate::{
    clock::Clock, metric::kit::CLIENT_CALLS, random::Random, start::StartError, telemetry::spans,
    wording::innermost,
};

/// How many bytes of a refusal are kept: a problem with all its members.
const MOST_SAID: usize = 2_000;
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(1);
/// How long a request may take, unless it says otherwise.
const WHOLE: Duration = Duration::from_secs(3);
/// How often a safe request is tried in total.
const TRIES: u32 = 3;
/// The pause before the second try. It doubles with each try and has random jitter.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest `Retry-After` of a peer that is respected.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The peer to call, and the client's credentials.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Scheme and host of auth-service, with neither path nor slash.
    pub base_url: String,
    /// The client's id.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: SecretString,
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The circuit breaker is open: the last calls failed, so the peer was not called.
    #[error("not called: the last calls failed")]
    Open,
    /// The peer cannot be reached, or says that it cannot answer now.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// The peer answered and refused.
    #[error("refused with {status}: {body}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The beginning of what it said.
        body: String,
    },
    /// The answer of the peer cannot be read.
    #[error("unreadable: {0}")]
    Unreadable(String),
}

impl ClientError {
    /// How a call ended, as the metric names it.
    fn outcome(&self) -> &'static str {
        match self {
            Self::Open => "not_called",
            Self::Unavailable(_) => "unavailable",
            Self::Refused { .. } | Self::Unreadable(_) => "refused",
        }
    }
}

/// A client of auth-service. Cheap to clone.
#[derive(Clone)]
pub struct ServiceClient(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    config: ClientConfig,
    tokens: Arc<TokenCache>,
    /// None for a caller that has pauses of its own.
    breaker: Option<Breaker>,
    random: Arc<dyn Random>,
}

impl ServiceClient {
    /// A client that has no token yet.
    pub fn new(
        config: ClientConfig,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, StartError> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            // Without the proxy of the environment, which would see the tokens.
            .no_proxy()
            .build()
            .map_err(|error| StartError::Other(format!("cannot make an HTTP client: {error}")))?;
        let breaker = Some(Breaker::new(Arc::clone(&clock)));
        let tokens = Arc::new(TokenCache::new(clock));
        Ok(Self(Arc::new(Inner { http, config, tokens, breaker, random })))
    }

    /// The same client for a task that calls again and again with pauses of its own: it has no circuit breaker and makes one
    /// attempt for each call.
    #[must_use]
    pub fn without_breaker(&self) -> Self {
        let Inner { http, config, tokens, random, .. } = &*self.0;
        Self(Arc::new(Inner {
            http: http.clone(),
            config: config.clone(),
            tokens: Arc::clone(tokens),
            breaker: None,
            random: Arc::clone(random),
        }))
    }

    /// Where auth-service is, as the settings have it.
    pub fn peer(&self) -> &str {
        &self.0.config.base_url
    }

    /// Sends a GET request with the default time limit.
    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<T, ClientError> {
        self.get_within(path, query, WHOLE).await
    }

    /// Sends a GET request with the caller's time limit. Retried where that can help.
    pub async fn get_within<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
        limit: Duration,
    ) -> Result<T, ClientError> {
        let mut tried = 0;
        loop {
            tried += 1;
            let request = |http: &reqwest::Client, url: String| {
                http.request(Method::GET, url).query(query).timeout(limit)
            };
            let (error, pause) = match self.call("GET", path, request).await {
                Ok(response) => return read(response).await,
                Err(failure) => failure,
            };
            let most = if self.0.breaker.is_some() { TRIES } else { 1 };
            let helps = matches!(error, ClientError::Unavailable(_)) && tried < most;
            if !helps {
                return Err(error);
            }
            sleep(pause.unwrap_or_else(|| self.jitter(PAUSE * 2_u32.pow(tried - 1)))).await;
        }
    }

    /// Sends a write once: a request that may have changed something is not retried.
    pub async fn post<B: Serialize + Sync, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, ClientError> {
        let request = |http: &reqwest::Client, url: String| http.post(url).json(body).timeout(WHOLE);
        read(self.call("POST", path, request).await.map_err(|(error, _)| error)?).await
    }

    /// One try with the current token, and one more with a new token if that was refused.
    async fn call(
        &self,
        method: &'static str,
        path: &str,
        request: impl Fn(&reqwest::Client, String) -> reqwest::RequestBuilder,
    ) -> Result<Response, (ClientError, Option<Duration>)> {
        let inner = &*self.0;
        let outcome = spans::of_call(method, path, self.send(path, request), |outcome| {
            outcome.as_ref().ok().map(|response| response.status().as_u16())
        });
        match outcome.await {
            Ok(response) if is_away(response.status()) => {
                self.failed();
                CLIENT_CALLS.with(["unavailable"]).increment(1);
                let pause = pause_of(&response);
                Err((ClientError::Unavailable(response.status().to_string()), pause))
            }
            Ok(response) => {
                if let Some(breaker) = &inner.breaker {
                    breaker.succeeded();
                }
                let answered = if response.status().is_success() { "answered" } else { "refused" };
                CLIENT_CALLS.with([answered]).increment(1);
                Ok(response)
            }
            Err(error) => {
                if matches!(error, ClientError::Unavailable(_)) {
                    self.failed();
                }
                CLIENT_CALLS.with([error.outcome()]).increment(1);
                Err((error, None))
            }
        }
    }

    fn failed(&self) {
        if let Some(breaker) = &self.0.breaker {
            breaker.failed();
        }
    }

    async fn send(
        &self,
        path: &str,
        request: impl Fn(&reqwest::Client, String) -> reqwest::RequestBuilder,
    ) -> Result<Response, ClientError> {
        let inner = &*self.0;
        inner.breaker.as_ref().map_or(Ok(()), Breaker::admit)?;
        let url = format!("{}{path}", inner.config.base_url.trim_end_matches('/'));
        let request = |token: &str| {
            let request = request(&inner.http, url.clone()).bearer_auth(token);
            match spans::traceparent() {
                Some(place) => request.header("traceparent", place),
                None => request,
            }
        };
        let token = inner.tokens.get(&inner.http, &inner.config).await?;
        let response = request(&token).send().await.map_err(unreachable)?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        inner.tokens.forget(&token).await;
        let token = inner.tokens.get(&inner.http, &inner.config).await?;
        request(&token).send().await.map_err(unreachable)
    }

    /// From half of `pause` to all of it, so that replicas that failed together do not retry together.
    pub fn jitter(&self, pause: Duration) -> Duration {
        let byte = crate::random::bytes::<1>(self.0.random.as_ref())[0];
        pause / 2 + pause / 2 * u32::from(byte) / 255
    }
}

/// What is at the bottom of an error of reqwest, such as `Connection refused`: its own message does not say.
fn unreachable(error: reqwest::Error) -> ClientError {
    ClientError::Unavailable(innermost(&error.without_url()).to_string())
}

/// Whether the status says that a retry can help.
fn is_away(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 502 | 503 | 504)
}

fn pause_of(response: &Response) -> Option<Duration> {
    let seconds: u64 = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, ClientError> {
    let status = response.status();
    let body = response.bytes().await.map_err(unreachable)?;
    if !status.is_success() {
        let body = String::from_utf8_lossy(&body[..body.len().min(MOST_SAID)]).into_owned();
        return Err(ClientError::Refused { status: status.as_u16(), body });
    }
    serde_json::from_slice(&body).map_err(|error| ClientError::Unreadable(error.to_string()))
}

#[cfg(test)]
#[path = "../tests/client.rs"]
mod tests;
