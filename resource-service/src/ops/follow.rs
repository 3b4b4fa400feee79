//! Follows the feed of revocations, so that a revoked token is refused here within a second.

use std::{sync::Arc, time::Duration};

use crate::metrics;
use service_kit::{
    client::{ClientError, ServiceClient},
    revocations::Revocations,
};
use shared_models::revocations::RevocationPage;
use tokio::time::sleep;

/// Seconds auth-service is asked to wait for something: how old the feed grows while nothing happens.
const WAIT: u64 = 2;
/// How long an answer may take, the wait included, and a read of the store that is slow: how long revocations are missed where
/// a replica of auth-service hangs.
const WHOLE: Duration = Duration::from_secs(6);
/// The pauses after failures: the first, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How many failures in a row are logged: fewer are over after about a second, as where auth-service is replaced.
const LOGGED: u32 = 5;
/// How old the feed may be before writes are refused.
pub const STALE: Duration = Duration::from_secs(30);

/// Follows the feed for as long as the process runs. Failures are counted, and each kind is logged once.
pub async fn follow(client: ServiceClient, revocations: Arc<Revocations>) {
    let client = client.without_breaker();
    let mut cursor = 0;
    // Nothing is waited for until all that is in the feed is known.
    let mut wait = 0;
    let mut pause = FIRST_PAUSE;
    let (mut failures, mut logged) = (0, String::new());
    loop {
        match ask(&client, cursor, wait).await {
            Ok(page) => {
                revocations.learn(&page.entries);
                revocations.note(None);
                cursor = page.next;
                if revocations.age().is_some() {
                    wait = WAIT;
                }
                (failures, pause) = (0, FIRST_PAUSE);
                if !logged.is_empty() {
                    tracing::info!("the revocation feed is reachable again");
                    logged.clear();
                }
            }
            Err(error) => {
                metrics::FEED_FAILURES.get().increment(1);
                failures += 1;
                let why = cause(&client, &error);
                revocations.note(Some(why.clone()));
                if failures >= LOGGED && logged != why {
                    tracing::warn!(error = %why, "the revocation feed is unreachable; retrying");
                    logged = why;
                }
                sleep(client.jitter(pause)).await;
                pause = LONGEST_PAUSE.min(pause * 2);
            }
        }
    }
}

/// Why the feed cannot be read, in words fit for an operator: with the setting to look at.
pub fn cause(client: &ServiceClient, error: &ClientError) -> String {
    let peer = client.peer();
    match error {
        ClientError::Open => format!("auth.url: auth-service at {peer} was {error}"),
        ClientError::Unavailable(why) => {
            format!("auth.url: auth-service at {peer} is unavailable: {why}")
        }
        ClientError::Refused { status, body } => match refusal(*status, body) {
            Some((code, _)) if code == "invalid_client" => {
                "auth: the client was refused (invalid_client); correct auth.client_id and auth.client_secret"
                    .into()
            }
            Some((code, Some(detail))) => format!("auth: the client was refused ({code}): {detail}"),
            Some((code, None)) => format!("auth: the client was refused ({code})"),
            None => format!("auth.url: auth-service is not at {peer}: it answers {status}"),
        },
        ClientError::Unreadable(fault) => {
            format!("auth.url: auth-service is not at {peer}: its answer cannot be read: {fault}")
        }
    }
}

/// The code in what auth-service says, and what it says beside: of OAuth (RFC 6749 section 5.2), or of a problem. Another status,
/// such as 404, comes from something that is not auth-service.
fn refusal(status: u16, body: &str) -> Option<(String, Option<String>)> {
    let body: serde_json::Value =
        serde_json::from_str(body).ok().filter(|_| matches!(status, 400 | 401 | 403))?;
    let text = |name: &str| Some(body[name].as_str()?.split_whitespace().collect::<Vec<_>>().join(" "));
    Some((text("error").or_else(|| text("code"))?, text("error_description").or_else(|| text("detail"))))
}

/// Reads the feed after `cursor`; auth-service waits up to `wait` seconds for something.
pub async fn ask(client: &ServiceClient, cursor: i64, wait: u64) -> Result<RevocationPage, ClientError> {
    let query = [("after", cursor.to_string()), ("wait", wait.to_string())];
    client.get_within("/auth/revocations", &query, WHOLE).await
}

/// Keeps the metric of the feed's age true.
pub async fn tell_age(revocations: Arc<Revocations>) {
    loop {
        if let Some(age) = revocations.age() {
            metrics::FEED_AGE.get().set(age.as_secs_f64());
        }
        sleep(Duration::from_secs(1)).await;
    }
}
