//! The client's own access token (RFC 6749 section 4.4): requested when it is needed, cached, and replaced before it
//! expires.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use time::OffsetDateTime;
use tokio::sync::Mutex;

use super::{ClientConfig, ClientError, WHOLE, is_away, read, unreachable};
use crate::clock::Clock;

/// The part of its lifetime, in percent, after which a token is replaced.
const RENEW_AT: u64 = 80;

pub(super) struct TokenCache {
    clock: Arc<dyn Clock>,
    /// Locked while a token is requested: other callers wait for that token.
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    token: Arc<str>,
    until: OffsetDateTime,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    expires_in: u64,
}

impl TokenCache {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, kept: Mutex::default() }
    }

    pub(super) async fn get(
        &self,
        http: &reqwest::Client,
        config: &ClientConfig,
    ) -> Result<Arc<str>, ClientError> {
        let mut kept = self.kept.lock().await;
        let now = self.clock.now();
        if let Some(good) = kept.as_ref().filter(|kept| now < kept.until) {
            return Ok(Arc::clone(&good.token));
        }
        let answer = request(http, config).await?;
        let token: Arc<str> = answer.access_token.into();
        let until = now + Duration::from_secs(answer.expires_in * RENEW_AT / 100);
        *kept = Some(Kept { token: Arc::clone(&token), until });
        Ok(token)
    }

    /// Forgets a token that was refused, unless it has been replaced already.
    pub(super) async fn forget(&self, refused: &str) {
        let mut kept = self.kept.lock().await;
        if kept.as_ref().is_some_and(|kept| &*kept.token == refused) {
            *kept = None;
        }
    }
}

async fn request(http: &reqwest::Client, config: &ClientConfig) -> Result<Answer, ClientError> {
    let url = format!("{}/auth/token", config.base_url.trim_end_matches('/'));
    let sent = http
        .post(url)
        .header(AUTHORIZATION, basic(config)?)
        .form(&[("grant_type", "client_credentials")])
        .timeout(WHOLE)
        .send()
        .await
        .map_err(unreachable)?;
    if is_away(sent.status()) {
        return Err(ClientError::Unavailable(format!("{} at /auth/token", sent.status())));
    }
    read(sent).await
}

/// Id and secret, each encoded as in a form (RFC 6749 section 2.3.1).
fn basic(config: &ClientConfig) -> Result<HeaderValue, ClientError> {
    let encode = |text: &str| serde_urlencoded::to_string([("", text)]).map(|pair| pair[1..].to_owned());
    let pair = encode(&config.client_id)
        .and_then(|id| Ok(format!("{id}:{}", encode(config.client_secret.expose_secret())?)))
        .map_err(|error| ClientError::Unreadable(error.to_string()))?;
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair)))
        .map_err(|error| ClientError::Unreadable(error.to_string()))?;
    value.set_sensitive(true);
    Ok(value)
}
