//! A key ring by URL: the public keys of an authorization server, fetched, kept, and fetched again.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use tokio::{
    sync::Mutex,
    time::{Instant, sleep},
};

use super::{KeyRing, KeysError, Ring, foreign};
use crate::{metric::kit::RING_FAILURES, wording::with_cause};

/// How often the keys are fetched anyway, so that a dropped one is dropped here.
const REFRESH: Duration = Duration::from_secs(60);
/// How often they are tried for while there are none.
const RETRY: Duration = Duration::from_secs(1);
/// How soon they may be fetched again for a token with an unknown `kid`. Anybody can make one up.
const UNKNOWN: Duration = Duration::from_secs(10);
/// How long an answer may take.
const WHOLE: Duration = Duration::from_secs(3);
/// How many bytes an answer may have.
const MAX_BYTES: usize = 64 * 1024;

/// Where the keys are, and when they were last asked for.
pub(super) struct Remote {
    http: reqwest::Client,
    url: String,
    /// Locked while the keys are fetched: a caller that comes meanwhile waits for that answer.
    last: Mutex<Fetch>,
}

/// The last time that the keys were asked for.
#[derive(Default)]
struct Fetch {
    at: Option<Instant>,
    /// The keys that were skipped, and why: each list is logged once.
    skipped: Vec<String>,
}

impl Remote {
    pub(super) fn new(url: &str) -> Result<Self, KeysError> {
        let http = reqwest::Client::builder()
            .timeout(WHOLE)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| KeysError(format!("no HTTP client can be made: {error}")))?;
        Ok(Self { http, url: url.to_owned(), last: Mutex::default() })
    }

    /// The keys that can check tokens here, and why each other one is skipped.
    async fn fetch(&self) -> Result<(Ring, Vec<String>), KeysError> {
        let failed =
            |error: reqwest::Error| KeysError(format!("{}: {}", self.url, with_cause(&error.without_url())));
        let mut answer = self.http.get(&self.url).send().await.map_err(failed)?;
        if !answer.status().is_success() {
            return Err(KeysError(format!("{}: {}", self.url, answer.status())));
        }
        let mut text = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            text.extend_from_slice(&chunk);
            if text.len() > MAX_BYTES {
                return Err(KeysError(format!("{}: more than {MAX_BYTES} bytes", self.url)));
            }
        }
        foreign::read(&text).map_err(|KeysError(fault)| KeysError(format!("{}: {fault}", self.url)))
    }
}

impl KeyRing {
    /// Fetches the keys, unless that was done less than `unless_within` ago. A failure keeps the old ones.
    async fn fetch(&self, remote: &Remote, unless_within: Duration) -> Result<(), KeysError> {
        let mut last = remote.last.lock().await;
        if last.at.is_some_and(|at| at.elapsed() < unless_within) {
            return Ok(());
        }
        last.at = Some(Instant::now());
        match remote.fetch().await {
            Ok((ring, skipped)) => {
                if last.skipped != skipped {
                    tracing::warn!(skipped = skipped.join("; "), "keys of the JWK Set are skipped");
                    last.skipped = skipped;
                }
                self.take(ring);
                Ok(())
            }
            Err(error) => {
                RING_FAILURES.get().increment(1);
                Err(error)
            }
        }
    }

    /// Fetches the keys for a token whose key is unknown, if they may be fetched now. Nothing for a ring in a file.
    pub async fn refetch(&self) {
        if let Some(remote) = self.remote_source()
            && let Err(error) = self.fetch(remote, UNKNOWN).await
        {
            tracing::warn!(%error, "the keys were not fetched for an unknown kid");
        }
    }

    /// Fetches the keys once, and says what is wrong.
    pub async fn fetch_once(&self) -> Result<(), KeysError> {
        match self.remote_source() {
            Some(remote) => self.fetch(remote, Duration::ZERO).await,
            None => Ok(()),
        }
    }
}

/// Fetches the keys as long as the ring is in use; each kind of failure is logged once.
pub(super) async fn follow(ring: Weak<KeyRing>) {
    let mut logged = String::new();
    loop {
        let pause = {
            let Some(ring) = ring.upgrade() else { return };
            match ring.fetch_once().await {
                Ok(()) => logged.clear(),
                Err(error) => {
                    let why = error.to_string();
                    if logged != why {
                        tracing::error!(error = %why, "the keys were not fetched; those at hand stay in use");
                        logged = why;
                    }
                }
            }
            if ring.is_loaded() { REFRESH } else { RETRY }
        };
        sleep(pause).await;
    }
}

/// A ring whose keys are at `url`; it has none until they are fetched.
pub(super) fn empty(url: &str) -> Result<KeyRing, KeysError> {
    Ok(KeyRing::of(super::Source::Remote(Remote::new(url)?), Arc::new(Ring::empty())))
}

#[cfg(test)]
#[path = "../tests/remote.rs"]
mod tests;
