//! Follows the changes of the store once for the whole process and hands them to all who want those of a collection:
//! streams of clients, and whatever in this process must know. Follows only while somebody listens.

mod ring;
mod subscription;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::StreamExt as _;
use service_kit::store::Unavailable;
use tokio::{
    runtime::Handle,
    sync::{Semaphore, watch},
    time::{interval, sleep, timeout},
};

use self::ring::Ring;
pub use self::subscription::{Ended, Heard, Subscription};
use crate::{
    domain::change::{Change, Position},
    store::{Store, StoreError, Told},
};

/// How often those who listen are told how far the changes have been followed.
const BEAT: Duration = Duration::from_secs(15);
/// After how many beats without anybody who listens the store is followed no longer.
const IDLE_BEATS: u32 = 4;
/// How long a new listener waits for the store to be followed.
const PATIENCE: Duration = Duration::from_secs(4);
/// The pause after a failure.
const PAUSE: Duration = Duration::from_millis(500);
/// How many who have fallen behind read the store's log at a time.
const CATCHING_UP: usize = 4;

/// Where a subscription begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// With the changes made from now on.
    Now,
    /// Behind this position, which somebody was given before.
    Behind(Position),
}

/// The changes of a store, followed once. Clones are the same feed.
#[derive(Clone)]
pub struct Feed(Arc<Inner>);

struct Inner {
    store: Arc<dyn Store>,
    /// Where the feed runs: a request's own worker may end before the process does.
    runtime: Handle,
    state: Mutex<State>,
    /// Whether the store is followed now.
    live: watch::Sender<bool>,
    catching_up: Semaphore,
}

#[derive(Default)]
struct State {
    /// The number of the run that follows the store now.
    run: Option<u64>,
    runs: u64,
    subscribers: usize,
    /// Raised whenever changes may have been missed: who listened before must be told.
    epoch: u64,
    beats: u64,
    begun: Position,
    latest: Position,
    topics: HashMap<Arc<str>, Topic>,
}

/// One collection.
struct Topic {
    ring: Ring,
    woken: watch::Sender<()>,
}

impl State {
    fn topic(&mut self, collection: &Arc<str>) -> &mut Topic {
        let begun = self.begun;
        let new = || Topic { ring: Ring::new(begun), woken: watch::Sender::new(()) };
        self.topics.entry(Arc::clone(collection)).or_insert_with(new)
    }

    fn wake_all(&self) {
        self.topics.values().for_each(|topic| topic.woken.send_modify(|()| {}));
    }

    /// Ends a run, if it is still the one that follows the store; those who listen are told.
    fn stop(&mut self, run: u64, live: &watch::Sender<bool>) {
        if self.run == Some(run) {
            self.run = None;
            self.epoch += 1;
            self.wake_all();
            self.topics.clear();
            live.send_replace(false);
        }
    }
}

impl Feed {
    /// The feed of a store. To be made on the runtime on which it shall run.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self(Arc::new(Inner {
            store,
            runtime: Handle::current(),
            state: Mutex::default(),
            live: watch::Sender::new(false),
            catching_up: Semaphore::new(CATCHING_UP),
        }))
    }

    /// The changes of a collection.
    pub async fn subscribe(&self, collection: &str, start: Start) -> Result<Subscription, StoreError> {
        let inner = &self.0;
        let mut subscription = Subscription::new(Arc::clone(inner), collection.into());
        let mut live = inner.live.subscribe();
        let followed = timeout(PATIENCE, live.wait_for(|live| *live)).await;
        followed.map_err(|_| Unavailable)?.map_err(|_| Unavailable)?;
        match start {
            Start::Now => subscription.begin(inner.store.position_now().await?),
            Start::Behind(position) => subscription.resume(position).await?,
        }
        Ok(subscription)
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts somebody who listens, and sees to it that the store is followed.
    fn enter(self: &Arc<Self>) {
        let mut state = self.state();
        state.subscribers += 1;
        if state.run.is_none() {
            state.runs += 1;
            state.run = Some(state.runs);
            self.runtime.spawn(run(Run { inner: Arc::clone(self), number: state.runs }));
        }
        count(state.subscribers);
    }

    fn leave(&self) {
        let mut state = self.state();
        state.subscribers -= 1;
        count(state.subscribers);
    }

    /// Follows the store, again and again; each kind of failure is logged once until things go on.
    async fn follow(&self) {
        let (mut after, mut told) = (None, None);
        loop {
            let begun = after;
            let error = self.follow_on(&mut after).await;
            if after != begun {
                told = None;
            }
            if told.as_ref() != Some(&error) {
                tracing::warn!(%error, "changes are not followed; retrying");
            }
            if error == StoreError::PositionLost {
                after = None;
                self.live.send_replace(false);
            }
            told = Some(error);
            sleep(PAUSE).await;
        }
    }

    /// Follows the store from where it was left, until that fails.
    async fn follow_on(&self, after: &mut Option<Position>) -> StoreError {
        match self.listen(after).await {
            Ok(()) => Unavailable.into(),
            Err(error) => error,
        }
    }

    async fn listen(&self, after: &mut Option<Position>) -> Result<(), StoreError> {
        let position = match *after {
            Some(position) => position,
            // From the beginning of the step, so that a position within it is one that can be gone on from.
            None => Position { part: 0, ..self.store.position_now().await? },
        };
        let mut changes = self.store.changes(position).await?;
        if after.is_none() {
            self.begin(position);
        }
        *after = Some(position);
        while let Some(told) = changes.next().await {
            *after = Some(self.tell(told?));
        }
        Ok(())
    }

    fn begin(&self, position: Position) {
        let mut state = self.state();
        (state.begun, state.latest) = (position, position);
        // Who listened before has missed something.
        state.epoch += 1;
        state.topics.values_mut().for_each(|topic| topic.ring = Ring::new(position));
        state.wake_all();
        self.live.send_replace(true);
    }

    fn tell(&self, told: Told) -> Position {
        let mut state = self.state();
        match told {
            Told::Mark(position) => state.latest = state.latest.max(position),
            Told::Change(change) => {
                state.latest = change.position;
                let topic = state.topic(&change.collection);
                topic.ring.push(Arc::clone(&change));
                topic.woken.send_replace(());
            }
        }
        state.latest
    }

    /// Tells those who listen how far the changes have been followed. Ends the run when nobody has listened for a while.
    async fn beat(&self, run: u64) {
        let (mut tick, mut idle) = (interval(BEAT), 0);
        tick.tick().await;
        while idle < IDLE_BEATS {
            tick.tick().await;
            let mut state = self.state();
            state.beats += 1;
            state.wake_all();
            idle = if state.subscribers == 0 { idle + 1 } else { 0 };
            if idle == IDLE_BEATS {
                state.stop(run, &self.live);
            }
        }
    }

    /// Reads on behind `after` in the store's log, at most up to `until`, and keeps the changes of `collection`.
    /// Returns them, and the position that was come to.
    async fn page(
        &self,
        collection: &str,
        after: Position,
        until: Position,
    ) -> Result<(Vec<Arc<Change>>, Position), StoreError> {
        let mut changes = self.store.changes(after).await?;
        let (mut page, mut position) = (Vec::new(), after);
        let (mut marks, mut read, mut bytes) = (0, 0, 0);
        // The first mark is where the stream begins.
        while marks < 2 && position < until && read < PAGE && bytes < PAGE_BYTES {
            match changes.next().await.unwrap_or_else(|| Err(Unavailable.into()))? {
                Told::Mark(mark) => (position, marks) = (mark, marks + 1),
                Told::Change(change) => {
                    (position, read) = (change.position, read + 1);
                    if *change.collection == *collection {
                        bytes += change.weight();
                        page.push(change);
                    }
                }
            }
        }
        Ok((page, position))
    }
}

/// The most changes, of all collections, that are read for a page, and the most bytes that it has.
const PAGE: usize = 4096;
const PAGE_BYTES: usize = 4 * 1024 * 1024;

#[expect(clippy::cast_precision_loss, reason = "a gauge")]
fn count(subscribers: usize) {
    metrics::gauge!("tessera_change_subscribers").set(subscribers as f64);
}

/// One run; when it ends, for whatever reason, the next listener starts another.
struct Run {
    inner: Arc<Inner>,
    number: u64,
}

impl Drop for Run {
    fn drop(&mut self) {
        self.inner.state().stop(self.number, &self.inner.live);
    }
}

async fn run(run: Run) {
    tokio::select! {
        () = run.inner.follow() => {}
        () = run.inner.beat(run.number) => {}
    }
}

#[cfg(test)]
mod tests;
