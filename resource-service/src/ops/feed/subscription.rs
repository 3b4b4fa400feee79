//! One who listens to the changes of a collection: in memory where it can, else in the store's log until it has caught
//! up. Every change behind where it began comes once, in order.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use service_kit::store::Unavailable;
use tokio::{sync::watch, time::timeout};

use super::{BEAT, Inner, State, ring::Ring};
use crate::{
    domain::change::{Change, Position},
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
    Beat(Position),
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

/// A place among the changes of a collection.
pub struct Subscription {
    feed: Arc<Inner>,
    collection: Arc<str>,
    /// The number of the collection's topic.
    topic: u64,
    /// Everything up to here was handed out.
    after: Position,
    beats: u64,
    joined: Option<Joined>,
    /// What was missed, while it is being read.
    reading: Option<BoxFuture<'static, Result<Option<Page>, SubscriptionEnd>>>,
}

/// Changes that were read in the store's log, and the position that was reached.
type Page = (Vec<Arc<Change>>, Position);

/// A place among those in memory.
struct Joined {
    epoch: u64,
    place: u64,
    woken: watch::Receiver<()>,
}

impl Subscription {
    pub(super) fn new(feed: Arc<Inner>, collection: Arc<str>) -> Self {
        let topic = feed.enter(&collection);
        Self { feed, collection, topic, after: Position::default(), beats: 0, joined: None, reading: None }
    }

    /// Where the next change will be behind.
    pub fn position(&self) -> Position {
        self.after
    }

    /// Begins behind a position that the store gave just now.
    pub(super) fn begin(&mut self, position: Position) {
        self.after = position;
        let feed = Arc::clone(&self.feed);
        self.join(&mut feed.state());
    }

    /// Begins behind a position that somebody says they were given.
    pub(super) async fn resume(&mut self, position: Position) -> Result<(), StoreError> {
        self.after = position;
        let feed = Arc::clone(&self.feed);
        let known = {
            let mut state = feed.state();
            position <= state.latest && self.join(&mut state)
        };
        if !known {
            // Whether the store knows the position is said now, while there can still be another answer.
            let _turn = feed.resuming.acquire().await.map_err(|_| Unavailable)?;
            drop(feed.store.changes(position, &[Arc::clone(&self.collection)]).await?);
            self.join(&mut feed.state());
        }
        Ok(())
    }

    /// Goes over to the changes in memory, if they reach back far enough.
    fn join(&mut self, state: &mut State) -> bool {
        let epoch = state.epoch;
        self.joined = state.topics.get(&self.collection).and_then(|topic| {
            let place = topic.ring.as_ref()?.behind(self.after)?;
            Some(Joined { epoch, place, woken: topic.woken.subscribe() })
        });
        self.beats = state.beats;
        self.joined.is_some()
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
                    return Ok(Received::Beat(self.after));
                }
            }
            if let Some(received) = self.receive()? {
                return Ok(received);
            }
            if let Some(joined) = &mut self.joined {
                joined.woken.changed().await.map_err(|_| SubscriptionEnd::Lost)?;
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
        let ring = state.topics.ring(&self.collection).ok_or(SubscriptionEnd::Lost)?;
        let (mut changes, mut bytes) = (Vec::new(), 0);
        for change in ring.from(joined.place).ok_or_else(dropped)? {
            if changes.len() == MAX_CHANGES || bytes >= MAX_BYTES {
                break;
            }
            joined.place += 1;
            // What was sent before is not sent again.
            if change.position > self.after {
                self.after = change.position;
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
        self.after = self.after.max(latest);
        Ok(Some(Received::Beat(self.after)))
    }

    /// Reads a page of what was missed, unless somebody else has done so meanwhile, and joins where it is complete. Waiting
    /// for it can be given up and taken up again.
    async fn catch_up(&mut self) -> Result<Vec<Arc<Change>>, SubscriptionEnd> {
        let (feed, collection, after) = (Arc::clone(&self.feed), Arc::clone(&self.collection), self.after);
        let reading = self.reading.get_or_insert_with(|| Box::pin(missed(feed, collection, after)));
        let page = reading.await;
        self.reading = None;
        let feed = Arc::clone(&self.feed);
        let mut state = feed.state();
        let Some((page, position)) = page? else {
            self.join(&mut state);
            return Ok(Vec::new());
        };
        let from = std::mem::replace(&mut self.after, position);
        let floor = state.topics.ring(&self.collection).map(Ring::floor);
        if floor.is_some_and(|floor| position >= floor) {
            state.topics.extend_back(&self.collection, &page, from);
        }
        self.join(&mut state);
        Ok(page)
    }
}

/// The next changes behind `after` in the store's log, up to those in memory; nothing where these reach back far enough.
async fn missed(
    feed: Arc<Inner>,
    collection: Arc<str>,
    after: Position,
) -> Result<Option<Page>, SubscriptionEnd> {
    let _turn = feed.catching_up.acquire().await.map_err(|_| SubscriptionEnd::Unavailable)?;
    let until = {
        let state = feed.state();
        let ring = state.topics.ring(&collection).ok_or(SubscriptionEnd::Unavailable)?;
        if ring.behind(after).is_some() {
            return Ok(None);
        }
        ring.floor()
    };
    Ok(Some(feed.page(&collection, after, until).await?))
}

fn dropped() -> SubscriptionEnd {
    metrics::counter!("tessera_change_subscribers_dropped_total").increment(1);
    SubscriptionEnd::Slow
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.feed.leave(&self.collection, self.topic);
    }
}
