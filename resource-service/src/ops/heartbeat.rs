//! Notes which calculations were written to, and lets the store set their heartbeats beside the requests. What is noted in
//! one process alone can be lost: the next write notes it again.

use std::sync::Arc;

use moka::sync::Cache;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use tokio::sync::mpsc;

use super::{Service, catalog::LiveCatalog, hot::Hot, policy::Permit};
use crate::{
    domain::{
        belonging::CALCULATION, collection::Collection, grant::CALCULATIONS, heartbeat::INTERVAL,
        series::SERIES,
    },
    metrics,
    store::{Beat, Store, Writer},
};

/// How many heartbeats wait at most. One that finds no place is noted again with the next write.
const QUEUE: usize = 4096;
/// How many are set in one command.
const AT_ONCE: usize = 500;
/// For how many calculations a process remembers that a heartbeat was just set. Of others it asks the store once more.
const REMEMBERED: u64 = 20_000;

/// Takes notes of writes.
pub struct Heartbeats {
    waiting: mpsc::Sender<(Beat, OffsetDateTime)>,
    /// When a heartbeat was last sent to the store.
    recent: Cache<Beat, OffsetDateTime>,
}

impl Heartbeats {
    /// Heartbeats that are set in this store, as long as the process runs.
    pub fn kept_in(store: Arc<dyn Store>, catalog: Arc<LiveCatalog>, hot: Arc<Hot>) -> Self {
        let (waiting, noted) = mpsc::channel(QUEUE);
        let recent = Cache::new(REMEMBERED);
        tokio::spawn(keep(noted, recent.clone(), (store, catalog, hot)));
        Self { waiting, recent }
    }

    /// Notes that a calculation was written to, unless that was noted less than [`INTERVAL`] ago.
    fn note(&self, beat: Beat, now: OffsetDateTime) {
        if self.recent.get(&beat).is_some_and(|last| now - last < INTERVAL) {
            return;
        }
        self.recent.insert(beat.clone(), now);
        if let Err(refused) = self.waiting.try_send((beat, now)) {
            let (beat, _) = refused.into_inner();
            self.recent.invalidate(&beat);
        }
    }
}

/// Sets what is noted. A heartbeat that could not be set is no longer remembered, so that the next write notes it again.
async fn keep(
    mut noted: mpsc::Receiver<(Beat, OffsetDateTime)>,
    recent: Cache<Beat, OffsetDateTime>,
    (store, catalog, hot): (Arc<dyn Store>, Arc<LiveCatalog>, Arc<Hot>),
) {
    let mut batch = Vec::new();
    while noted.recv_many(&mut batch, AT_ONCE).await > 0 {
        let (beats, times): (Vec<Beat>, Vec<OffsetDateTime>) = batch.drain(..).unzip();
        let kept = catalog.get(CALCULATIONS).filter(|calculations| calculations.keeps_heartbeats());
        let (Some(calculations), Some(at)) = (kept, times.into_iter().max()) else { continue };
        let set = store.beat(&calculations, &beats, at).await;
        if let Err(error) = &set {
            metrics::HEARTBEAT_FAILURES.get().increment(1);
            tracing::debug!(%error, "heartbeats could not be set");
        }
        for beat in beats {
            hot.forget(CALCULATIONS, &beat.calculation);
            if set.is_err() {
                recent.invalidate(&beat);
            }
        }
    }
}

impl Service {
    /// Notes a write by this caller: of a job it is a heartbeat of its calculation, of others one of each of these
    /// calculations that is running and theirs.
    pub(super) fn beat<'i>(&self, permit: &Permit<'_>, touched: impl IntoIterator<Item = &'i str>) {
        let now = self.clock.now();
        let note = |calculation: &str, by| {
            self.heartbeats.note(Beat { calculation: calculation.to_owned(), by }, now);
        };
        if let Some(calculation) = permit.job() {
            note(calculation, Writer::Job);
        } else {
            let by = Writer::Subject(permit.subject.to_owned());
            touched.into_iter().for_each(|calculation| note(calculation, by.clone()));
        }
    }
}

/// The calculation to whose series a document of this collection belongs.
pub(super) fn touched<'m>(collection: &Collection, members: &'m Map<String, Value>) -> Option<&'m str> {
    members.get(CALCULATION).filter(|_| collection.name() == SERIES)?.as_str()
}
