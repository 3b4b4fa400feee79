//! Follows the changes of the store once for the whole process and hands them to all who want those of a collection:
//! streams of clients, and whatever in this process must know. Follows only collections that somebody listens to, and
//! nothing while nobody listens.
//!
//! When a collection is added, the log is opened again from the beginning of the step that was reached, and each ring
//! takes what it does not have yet.

mod ring;
mod subscription;
mod topics;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::StreamExt as _;
use service_kit::{budget::Budget, store::Unavailable};
use tokio::{
    runtime::Handle,
    sync::{Semaphore, watch},
    time::{interval, sleep, timeout},
};

pub use self::subscription::{Received, Subscription, SubscriptionEnd};
use self::{subscription::Page, topics::Topics};
use crate::{
    domain::{change::Position, progress::Progress},
    metrics,
    store::{LogEntry, Store, StoreError},
};

/// How often subscribers are sent how far the changes have been read.
pub const BEAT: Duration = Duration::from_secs(15);
/// After how many beats without anybody who listens the store is followed no longer.
const IDLE_BEATS: u32 = 4;
/// How long a new listener waits for the store to be followed.
const PATIENCE: Duration = Duration::from_secs(4);
/// The pause after a failure.
const PAUSE: Duration = Duration::from_millis(500);
/// How many who have fallen behind read the store's log at a time.
const CATCHING_UP: usize = 4;
/// How many are asked at a time whether the store knows their position.
const RESUMING: usize = 8;

/// Where a subscription begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// With the changes made from now on.
    Now,
    /// Behind this place, which somebody was given before.
    Behind(Progress),
}

/// The changes of a store, followed once. Clones are the same feed.
#[derive(Clone)]
pub struct Feed(Arc<Inner>);

struct Inner {
    store: Arc<dyn Store>,
    /// Where the feed runs: a request's own worker may end before the process does.
    runtime: Handle,
    state: Mutex<State>,
    /// How often the store began to be followed, for whichever collections.
    begun: watch::Sender<u64>,
    /// How often the set of collections that are listened to has changed.
    changed: watch::Sender<u64>,
    catching_up: Semaphore,
    /// Lets a few ask at a time whether the store knows a position.
    resuming: Semaphore,
}

struct State {
    /// The number of the run that follows the store now.
    run: Option<u64>,
    runs: u64,
    /// Raised whenever changes may have been missed: earlier subscribers must be notified.
    epoch: u64,
    beats: u64,
    subscribers: usize,
    /// Everything up to here has been sent, of each collection that is followed.
    latest: Position,
    topics: Topics,
}

impl State {
    /// Ends a run, if it is still the one that follows the store; its subscribers are notified.
    fn stop(&mut self, run: u64) {
        if self.run == Some(run) {
            self.run = None;
            self.epoch += 1;
            self.topics.end();
        }
    }
}

impl Feed {
    /// The feed of a store, which keeps changes within `budget`. To be made on the runtime on which it shall run.
    pub fn new(store: Arc<dyn Store>, budget: &Budget) -> Self {
        let state = State {
            run: None,
            runs: 0,
            epoch: 0,
            beats: 0,
            subscribers: 0,
            latest: Position::default(),
            topics: Topics::new(budget),
        };
        Self(Arc::new(Inner {
            store,
            runtime: Handle::current(),
            state: Mutex::new(state),
            begun: watch::Sender::new(0),
            changed: watch::Sender::new(0),
            catching_up: Semaphore::new(CATCHING_UP),
            resuming: Semaphore::new(RESUMING),
        }))
    }

    /// The changes of these collections, each of which is named once.
    pub async fn subscribe(&self, names: Arc<[Arc<str>]>, start: Start) -> Result<Subscription, StoreError> {
        let inner = &self.0;
        let mut begun = inner.begun.subscribe();
        let mut subscription = Subscription::new(Arc::clone(inner), Arc::clone(&names));
        let followed = || {
            let state = inner.state();
            names.iter().all(|name| state.topics.ring(name).is_some())
        };
        let waiting = async {
            while !followed() {
                begun.changed().await.map_err(|_| Unavailable)?;
            }
            Ok::<_, StoreError>(())
        };
        timeout(PATIENCE, waiting).await.map_err(|_| Unavailable)??;
        match start {
            Start::Now => subscription.begin(inner.store.position_now().await?),
            Start::Behind(progress) => subscription.resume(progress).await?,
        }
        Ok(subscription)
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts somebody who listens to these collections, and makes sure that the store is followed for them. Returns the
    /// numbers of the topics.
    fn enter(self: &Arc<Self>, names: &[Arc<str>]) -> Vec<u64> {
        let mut state = self.state();
        let entered: Vec<(u64, bool)> = names.iter().map(|name| state.topics.enter(name)).collect();
        if entered.iter().any(|(_, new)| *new) {
            self.changed.send_modify(|changed| *changed += 1);
        }
        if state.run.is_none() {
            state.runs += 1;
            state.run = Some(state.runs);
            self.runtime.spawn(run(Run { inner: Arc::clone(self), number: state.runs }));
        }
        state.subscribers += 1;
        count(state.subscribers);
        entered.into_iter().map(|(number, _)| number).collect()
    }

    fn leave(&self, names: &[Arc<str>], numbers: &[u64]) {
        let mut state = self.state();
        for (name, number) in names.iter().zip(numbers) {
            state.topics.leave(name, *number);
        }
        state.subscribers -= 1;
        count(state.subscribers);
    }

    /// Follows the store, again and again; each kind of failure is logged once until the store can be read again.
    async fn follow(&self) {
        let (mut after, mut reported) = (None, None);
        loop {
            let begun = after;
            let error = self.follow_on(&mut after).await;
            if after != begun {
                reported = None;
            }
            if reported.as_ref() != Some(&error) {
                tracing::warn!(%error, "changes are not followed; retrying");
            }
            if error == StoreError::PositionLost {
                after = None;
            }
            reported = Some(error);
            sleep(PAUSE).await;
        }
    }

    /// Follows the store from where it was left, until that fails.
    async fn follow_on(&self, after: &mut Option<Position>) -> StoreError {
        loop {
            if let Err(error) = self.listen(after).await {
                return error;
            }
        }
    }

    /// Follows the store for the collections that are listened to now, until these are others.
    async fn listen(&self, after: &mut Option<Position>) -> Result<(), StoreError> {
        let mut others = self.changed.subscribe();
        let names = self.state().topics.names();
        if names.is_empty() {
            // What is not listened to now may change unseen.
            *after = None;
            return others.changed().await.map_err(|_| Unavailable.into());
        }
        // From the beginning of a step, of which each collection gets what it has not received: a position within it is
        // one of a single collection.
        let position = match *after {
            Some(position) => position,
            None => self.store.position_now().await?,
        };
        let position = Position { part: 0, ..position };
        let mut changes = self.store.changes(position, &names).await?;
        self.begin(&names, position, after.is_none());
        *after = Some(position);
        loop {
            tokio::select! {
                entry = changes.next() => match entry {
                    Some(entry) => *after = Some(self.publish(entry?)),
                    None => return Err(Unavailable.into()),
                },
                _ = others.changed() => return Ok(()),
            }
        }
    }

    /// The store is followed behind `position` for these collections. Where that is not behind what was sent before,
    /// those who listened have missed something.
    fn begin(&self, names: &[Arc<str>], position: Position, anew: bool) {
        let mut state = self.state();
        if anew {
            state.latest = position;
            state.epoch += 1;
        }
        state.topics.begin(names, position, anew);
        state.topics.wake_all();
        self.begun.send_modify(|begun| *begun += 1);
    }

    /// Passes on what the store reports. Returns the position behind which the store is to be followed on.
    fn publish(&self, entry: LogEntry) -> Position {
        let mut state = self.state();
        match entry {
            LogEntry::Mark(position) => state.latest = state.latest.max(position),
            LogEntry::Change(change) => {
                // Other collections may have further changes of the same step.
                state.latest = state.latest.max(Position { part: 0, ..change.position });
                state.topics.push(change);
            }
        }
        state.latest
    }

    /// Reports to those who listen how far the changes have been followed, and lets go of collections that nobody listens to.
    /// Ends the run when nobody has listened for a while.
    async fn beat(&self, run: u64) {
        let (mut tick, mut idle) = (interval(BEAT), 0);
        tick.tick().await;
        while idle < IDLE_BEATS {
            tick.tick().await;
            let mut state = self.state();
            state.beats += 1;
            if state.topics.retain() {
                self.changed.send_modify(|changed| *changed += 1);
            }
            state.topics.wake_all();
            idle = if state.topics.listeners() == 0 { idle + 1 } else { 0 };
            if idle == IDLE_BEATS {
                state.stop(run);
            }
        }
    }

    /// Reads the changes of these collections behind `after` in the store's log, at most up to `until`, a position for
    /// each. Returns them, and how far they were read.
    async fn page(
        &self,
        names: &[Arc<str>],
        after: Progress,
        until: &[Position],
    ) -> Result<Page, StoreError> {
        let mut changes = self.store.changes(after.least(), names).await?;
        let (mut page, mut reached) = (Vec::new(), after);
        let (mut marks, mut read, mut bytes) = (0, 0, 0);
        let short = |reached: &Progress| (0..names.len()).any(|at| reached.position(at) < until[at]);
        // The first mark is where the stream begins.
        while marks < 2 && short(&reached) && read < PAGE && bytes < PAGE_BYTES {
            match changes.next().await.unwrap_or_else(|| Err(Unavailable.into()))? {
                LogEntry::Mark(mark) => {
                    reached.reach(mark);
                    marks += 1;
                }
                LogEntry::Change(change) => {
                    let Some(at) = names.iter().position(|name| *name == change.collection) else { continue };
                    // Where collections are at different places of a step, the log is read from the first of them on.
                    if change.position <= reached.position(at) {
                        continue;
                    }
                    reached.pass(at, change.position);
                    read += 1;
                    bytes += change.weight();
                    page.push(change);
                }
            }
        }
        Ok((page, reached))
    }
}

/// The most changes that are read for a page, and the bytes at which it ends.
const PAGE: usize = 4096;
const PAGE_BYTES: usize = 1024 * 1024;

#[expect(clippy::cast_precision_loss, reason = "a gauge")]
fn count(subscribers: usize) {
    metrics::SUBSCRIBERS.get().set(subscribers as f64);
}

/// One run; when it ends, for whatever reason, the next listener starts another.
struct Run {
    inner: Arc<Inner>,
    number: u64,
}

impl Drop for Run {
    fn drop(&mut self) {
        self.inner.state().stop(self.number);
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
