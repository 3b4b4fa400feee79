//! One who listens to the changes of some collections: in memory where it can, else in the store's log until it has caught
//! up. Every change behind where it began comes once, in the order of the log's steps.

use std::{iter::Peekable, sync::Arc};

use futures_util::future::{BoxFuture, select_all};
use service_kit::store::Unavailable;
use tokio::{sync::watch, time::timeout};

use super::{BEAT, Inner, State, ring::Ring};
use crate::{
    domain::{
        change::{Change, Position},
        progress::Progress,
    },
    metrics,
    store::StoreError,
};

/// The most changes that are handed out at once, and the most bytes of documents.
const MAX_CHANGES: usize = 64;
const MAX_BYTES: usize = 256 * 1024;

/// What a subscriber receives.
#[derive(Debug)]
pub enum Received {
    /// The next changes.
    Changes(Vec<Arc<Change>>),
    /// Everything up to here was received.
    Beat(Progress),
}

/// Why the subscription ended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubscriptionEnd {
    /// The subscriber is too slow: changes were dropped.
    #[error("changes came faster than they were read")]
    Slow,
    /// The changes can no longer be read, because the store does not keep them any more.
    #[error("the changes since the last event are no longer kept; list again and follow from now on")]
    Lost,
    /// The store cannot be asked for what was missed.
    #[error("the store cannot be reached now")]
    Unavailable,
}

impl From<StoreError> for SubscriptionEnd {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::PositionLost => Self::Lost,
            _ => Self::Unavailable,
        }
    }
}

/// A place among the changes of some collections.
pub struct Subscription {
    feed: Arc<Inner>,
    names: Arc<[Arc<str>]>,
    /// The numbers of the collections' topics.
    topics: Vec<u64>,
    /// Everything up to here was handed out.
    after: Progress,
    beats: u64,
    joined: Option<Joined>,
    /// What was missed, while it is being read.
    reading: Option<BoxFuture<'static, Result<Option<Page>, SubscriptionEnd>>>,
}

/// Changes that were read in the store's log, and how far.
pub(super) type Page = (Vec<Arc<Change>>, Progress);

/// A place among those in memory.
struct Joined {
    epoch: u64,
    /// Of each collection.
    places: Vec<u64>,
    woken: Vec<watch::Receiver<()>>,
}

impl Subscription {
    pub(super) fn new(feed: Arc<Inner>, names: Arc<[Arc<str>]>) -> Self {
        let topics = feed.enter(&names);
        let after = Progress::at(Position::default(), names.len());
        Self { feed, names, topics, after, beats: 0, joined: None, reading: None }
    }

    /// Where the next change will be behind.
    pub fn progress(&self) -> &Progress {
        &self.after
    }

    /// Begins behind a position that the store gave just now.
    pub(super) fn begin(&mut self, position: Position) {
        self.after = Progress::at(position, self.names.len());
        let feed = Arc::clone(&self.feed);
        self.join(&mut feed.state());
    }

    /// Begins where somebody says they were.
    pub(super) async fn resume(&mut self, progress: Progress) -> Result<(), StoreError> {
        self.after = progress;
        let feed = Arc::clone(&self.feed);
        let known = {
            let mut state = feed.state();
            self.after.most() <= state.latest && self.join(&mut state)
        };
        if !known {
            // Whether the store knows the position is said now, while there can still be another answer.
            let _turn = feed.resuming.acquire().await.map_err(|_| Unavailable)?;
            drop(feed.store.changes(self.after.least(), &self.names).await?);
            self.join(&mut feed.state());
        }
        Ok(())
    }

    /// Goes over to the changes in memory, if they reach back far enough in each collection.
    fn join(&mut self, state: &mut State) -> bool {
        self.joined = self.places(state);
        self.beats = state.beats;
        self.joined.is_some()
    }

    fn places(&self, state: &State) -> Option<Joined> {
        let (mut places, mut woken) = (Vec::new(), Vec::new());
        for (at, name) in self.names.iter().enumerate() {
            let topic = state.topics.get(name)?;
            places.push(topic.ring.as_ref()?.behind(self.after.position(at))?);
            woken.push(topic.woken.subscribe());
        }
        Some(Joined { epoch: state.epoch, places, woken })
    }

    /// Waits for the next changes, or for a beat.
    pub async fn next(&mut self) -> Result<Received, SubscriptionEnd> {
        loop {
            if self.joined.is_none() {
                // The log may be long: who waits is sent a beat now and then.
                let caught_up = timeout(BEAT, self.catch_up()).await;
                let changes = caught_up.unwrap_or_else(|_| Ok(Vec::new()))?;
                if !changes.is_empty() {
                    return Ok(Received::Changes(changes));
                }
                if self.joined.is_none() {
                    return Ok(Received::Beat(self.after.clone()));
                }
            }
            if let Some(received) = self.receive()? {
                return Ok(received);
            }
            if let Some(joined) = &mut self.joined {
                joined.wait().await?;
            }
        }
    }

    /// What there is in memory now.
    fn receive(&mut self) -> Result<Option<Received>, SubscriptionEnd> {
        let Some(joined) = &mut self.joined else { return Ok(None) };
        let state = self.feed.state();
        if joined.epoch != state.epoch {
            return Err(SubscriptionEnd::Lost);
        }
        let (beats, latest) = (state.beats, state.latest);
        let mut rings = Vec::with_capacity(self.names.len());
        for (name, place) in self.names.iter().zip(&joined.places) {
            let ring = state.topics.ring(name).ok_or(SubscriptionEnd::Lost)?;
            rings.push(ring.from(*place).ok_or_else(dropped)?.peekable());
        }
        let (mut changes, mut bytes) = (Vec::new(), 0);
        while changes.len() < MAX_CHANGES && bytes < MAX_BYTES {
            let Some((at, change)) = earliest(&mut rings) else { break };
            joined.places[at] += 1;
            // What was sent before is not sent again.
            if change.position > self.after.position(at) {
                self.after.pass(at, change.position);
                bytes += change.weight();
                changes.push(Arc::clone(change));
            }
        }
        if !changes.is_empty() {
            return Ok(Some(Received::Changes(changes)));
        }
        if self.beats == beats {
            return Ok(None);
        }
        self.beats = beats;
        self.after.reach(latest);
        Ok(Some(Received::Beat(self.after.clone())))
    }

    /// Reads a page of what was missed, unless somebody else has done so meanwhile, and joins where it is complete. Waiting
    /// for it can be given up and taken up again.
    async fn catch_up(&mut self) -> Result<Vec<Arc<Change>>, SubscriptionEnd> {
        let (feed, names, after) = (Arc::clone(&self.feed), Arc::clone(&self.names), self.after.clone());
        let reading = self.reading.get_or_insert_with(|| Box::pin(missed(feed, names, after)));
        let page = reading.await;
        self.reading = None;
        let feed = Arc::clone(&self.feed);
        let mut state = feed.state();
        let Some((page, reached)) = page? else {
            self.join(&mut state);
            return Ok(Vec::new());
        };
        let from = std::mem::replace(&mut self.after, reached);
        for (at, name) in self.names.iter().enumerate() {
            let floor = state.topics.ring(name).map(Ring::floor);
            if floor.is_some_and(|floor| self.after.position(at) >= floor) {
                let own: Vec<_> = page.iter().filter(|change| change.collection == *name).cloned().collect();
                state.topics.extend_back(name, &own, from.position(at));
            }
        }
        self.join(&mut state);
        Ok(page)
    }
}

impl Joined {
    /// Waits until there may be something new in one of the collections.
    async fn wait(&mut self) -> Result<(), SubscriptionEnd> {
        let woken = match &mut self.woken[..] {
            [only] => only.changed().await,
            several => select_all(several.iter_mut().map(|woken| Box::pin(woken.changed()))).await.0,
        };
        woken.map_err(|_| SubscriptionEnd::Lost)
    }
}

/// The next change of the rings, by its position, and the number of its ring.
fn earliest<'r>(
    rings: &mut [Peekable<impl Iterator<Item = &'r Arc<Change>>>],
) -> Option<(usize, &'r Arc<Change>)> {
    let heads = rings.iter_mut().enumerate().filter_map(|(at, ring)| Some((ring.peek()?.position, at)));
    let (_, at) = heads.min()?;
    Some((at, rings[at].next()?))
}

/// The next changes behind `after` in the store's log, up to those in memory; nothing where these reach back far enough.
async fn missed(
    feed: Arc<Inner>,
    names: Arc<[Arc<str>]>,
    after: Progress,
) -> Result<Option<Page>, SubscriptionEnd> {
    let _turn = feed.catching_up.acquire().await.map_err(|_| SubscriptionEnd::Unavailable)?;
    let mut until = Vec::with_capacity(names.len());
    {
        let state = feed.state();
        let mut complete = true;
        for (at, name) in names.iter().enumerate() {
            let ring = state.topics.ring(name).ok_or(SubscriptionEnd::Unavailable)?;
            complete &= ring.behind(after.position(at)).is_some();
            until.push(ring.floor());
        }
        if complete {
            return Ok(None);
        }
    }
    Ok(Some(feed.page(&names, after, &until).await?))
}

fn dropped() -> SubscriptionEnd {
    metrics::SUBSCRIBERS_DROPPED.get().increment(1);
    SubscriptionEnd::Slow
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.feed.leave(&self.names, &self.topics);
    }
}
