//! Notifies auth-service that a calculation is finished, so that it ends the job grants for it. Beside requests.

use service_kit::client::{ClientError, ServiceClient};
use shared_models::revocations::{CalculationEnd, CalculationEnded};
use tokio::{
    sync::mpsc,
    time::{Duration, sleep},
};

use crate::metrics;

/// How many notices wait at most. One that finds no place is given again when a job of that calculation writes next.
const QUEUE: usize = 1024;
/// How often a notice is given.
const TRIES: u32 = 8;
/// The pause after the first failure; it doubles.
const PAUSE: Duration = Duration::from_millis(250);

/// Takes notices; gives none where there is no client.
#[derive(Clone, Default)]
pub struct Notices(Option<mpsc::Sender<String>>);

impl Notices {
    /// Notices that `client` gives, one after the other.
    pub fn by(client: ServiceClient) -> Self {
        let (sender, mut notices) = mpsc::channel::<String>(QUEUE);
        tokio::spawn(async move {
            while let Some(calculation) = notices.recv().await {
                give(&client, calculation).await;
                metrics::NOTICES.get().decrement(1.0);
            }
        });
        Self(Some(sender))
    }

    /// That a calculation is finished.
    pub fn finished(&self, calculation: &str) {
        let Some(notices) = &self.0 else { return };
        metrics::NOTICES.get().increment(1.0);
        if notices.try_send(calculation.to_owned()).is_err() {
            metrics::NOTICES.get().decrement(1.0);
            metrics::NOTICES_DROPPED.get().increment(1);
            tracing::warn!(calculation.id = calculation, "too many notices are waiting; this one is dropped");
        }
    }
}

async fn give(client: &ServiceClient, calculation: String) {
    let body = CalculationEnd { calculation };
    for tried in 0..TRIES {
        match client.post::<_, CalculationEnded>("/auth/revocations", &body).await {
            Ok(_) => return,
            // To end a grant twice is to end it once.
            Err(ClientError::Open | ClientError::Unavailable(_)) => {
                sleep(client.jitter(PAUSE * 2_u32.pow(tried))).await;
            }
            Err(error) => {
                metrics::NOTICES_DROPPED.get().increment(1);
                tracing::warn!(calculation.id = %body.calculation, %error, "auth-service refuses the notice");
                return;
            }
        }
    }
    metrics::NOTICES_DROPPED.get().increment(1);
    tracing::warn!(calculation.id = %body.calculation, "auth-service could not be notified that the calculation is finished");
}
