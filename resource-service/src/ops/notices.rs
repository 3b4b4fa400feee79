//! Notifies auth-service that a calculation has ended, so that it ends the job grants for it. Beside requests: at once, and
//! again from the notes of the store for as long as auth-service does not answer, whichever replica wrote them.

use std::sync::Arc;

use serde_json::{Map, Value};
use service_kit::client::{ClientError, ServiceClient};
use shared_models::revocations::{CalculationEnd, CalculationEnded};
use tokio::{
    sync::mpsc,
    time::{Duration, MissedTickBehavior, interval, sleep},
};

use crate::{
    domain::grant::{CALCULATIONS, has_ended},
    metrics,
    store::{
        Store, StoreError,
        ends::{Course, Ended},
    },
};

/// How many notices wait at most to be sent at once. Others are sent from the notes of the store.
const QUEUE: usize = 1024;
/// The pauses after failures to send a notice at once.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(250), Duration::from_millis(500), Duration::from_secs(1)];
/// How often the notes of the store are looked at.
const LOOK: Duration = Duration::from_secs(5);
/// How many notes are looked at together.
const NOTES: u32 = 100;

/// Sends notices. By default it sends none: there is no client.
#[derive(Clone, Default)]
pub struct Notices(Option<mpsc::Sender<Notice>>);

/// That a calculation has ended.
enum Notice {
    /// The store has noted it.
    Noted(Ended),
    /// A job has written to it since, which auth-service would have prevented if it knew.
    Late(String),
}

impl Notices {
    /// Notices that `client` sends, one after the other, and whose notes are in this store.
    pub fn by(client: ServiceClient, store: Arc<dyn Store>) -> Self {
        let (sender, notices) = mpsc::channel(QUEUE);
        tokio::spawn(Sender { client, store, logged: String::new() }.run(notices));
        Self(Some(sender))
    }

    /// What a revision of a document is for job grants. Nothing is noted where nothing would be sent.
    pub fn course(
        &self,
        collection: &str,
        before: &Map<String, Value>,
        after: &Map<String, Value>,
    ) -> Course {
        if self.0.is_none() || collection != CALCULATIONS {
            return Course::Unchanged;
        }
        match (has_ended(before), has_ended(after)) {
            (false, true) => Course::Ends,
            (true, false) => Course::Resumes,
            _ => Course::Unchanged,
        }
    }

    /// That a calculation has ended, as the store has noted.
    pub fn ended(&self, ended: Ended) {
        self.send(Notice::Noted(ended));
    }

    /// That a job writes to a calculation that has ended.
    pub fn late(&self, calculation: &str) {
        self.send(Notice::Late(calculation.to_owned()));
    }

    fn send(&self, notice: Notice) {
        // A note is looked at later; a job that writes again is noticed again.
        let _ = self.0.as_ref().map(|sender| sender.try_send(notice));
    }
}

/// The task that sends notices.
struct Sender {
    client: ServiceClient,
    store: Arc<dyn Store>,
    /// Why a notice was refused, as it was logged last.
    logged: String,
}

impl Sender {
    async fn run(mut self, mut notices: mpsc::Receiver<Notice>) {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                notice = notices.recv() => match notice {
                    Some(Notice::Noted(ended)) => self.send(&ended).await,
                    Some(Notice::Late(calculation)) => drop(self.give(&calculation).await),
                    None => return,
                },
                _ = looks.tick() => match self.look().await {
                    Ok(left) => metrics::NOTICES.get().set(f64::from(left)),
                    Err(error) => tracing::warn!(%error, "the notes of ended calculations could not be read; retrying"),
                },
            }
        }
    }

    /// Sends a notice that was just noted. What auth-service does not receive now is left to the next looks.
    async fn send(&mut self, ended: &Ended) {
        for pause in PAUSES {
            match self.settle(ended).await {
                Err(ClientError::Open | ClientError::Unavailable(_)) => {
                    sleep(self.client.jitter(pause)).await;
                }
                _ => return,
            }
        }
    }

    /// Sends the notices that the store has noted and that were not received. Returns how many are left of those.
    async fn look(&mut self) -> Result<u32, StoreError> {
        let noted = self.store.ended(NOTES).await?;
        let mut left = u32::try_from(noted.len()).unwrap_or(NOTES);
        for ended in &noted {
            match self.settle(ended).await {
                Ok(()) => left -= 1,
                Err(ClientError::Refused { .. }) => {}
                Err(_) => break,
            }
        }
        Ok(left)
    }

    /// Sends a notice, and removes its note once auth-service has received it.
    async fn settle(&mut self, ended: &Ended) -> Result<(), ClientError> {
        self.give(&ended.id).await?;
        if let Err(error) = self.store.notified(ended).await {
            // To end a grant twice is to end it once.
            tracing::warn!(calculation.id = ended.id, %error, "the note of an ended calculation could not be removed; retrying");
        }
        Ok(())
    }

    async fn give(&mut self, calculation: &str) -> Result<(), ClientError> {
        let body = CalculationEnd { calculation: calculation.to_owned() };
        let sent = self.client.post::<_, CalculationEnded>("/auth/revocations", &body).await;
        if let Err(error @ (ClientError::Refused { .. } | ClientError::Unreadable(_))) = &sent {
            metrics::NOTICES_REFUSED.get().increment(1);
            let why = error.to_string();
            if self.logged != why {
                tracing::warn!(calculation.id = calculation, error = %why, "auth-service refuses the notice that a calculation has ended; retrying");
                self.logged = why;
            }
        }
        sent.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn an_end_and_a_new_beginning_of_a_calculation_are_noted_where_notices_are_sent() {
        let sending = Notices(Some(mpsc::channel(1).0));
        let course = |notices: &Notices, collection: &str, before: &str, after: &str| {
            let [before, after] = [before, after].map(|status| {
                let members = json!({ "status": status });
                members.as_object().cloned().unwrap_or_default()
            });
            notices.course(collection, &before, &after)
        };
        for (before, after, expected) in [
            ("running", "finished", Course::Ends),
            ("running", "failed", Course::Ends),
            ("finished", "failed", Course::Unchanged),
            ("failed", "running", Course::Resumes),
            ("planned", "running", Course::Unchanged),
        ] {
            assert_eq!(course(&sending, "calculations", before, after), expected, "{before} to {after}");
        }
        assert_eq!(course(&sending, "series", "running", "finished"), Course::Unchanged);
        assert_eq!(course(&Notices::default(), "calculations", "running", "finished"), Course::Unchanged);
    }
}
