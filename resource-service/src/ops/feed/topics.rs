//! What the feed keeps in memory: a ring of changes for each collection that somebody listens to, and none for others.

use std::{collections::HashMap, sync::Arc};

use service_kit::budget::{Budget, Lease};
use tokio::sync::watch;

use super::ring::{MAX_BYTES, Ring};
use crate::domain::change::{Change, Position};

/// The part of the process's budget that all rings may take together: a quarter.
const PART: usize = 4;
/// Under which name the budget counts them.
const HOLDER: &str = "changes";

/// The collections that are listened to.
pub(super) struct Topics {
    all: HashMap<Arc<str>, Topic>,
    /// How many there have been: their numbers.
    made: u64,
    /// The most bytes of all rings together.
    limit: usize,
    /// The bytes of all rings.
    bytes: usize,
    lease: Lease,
}

/// One collection.
pub(super) struct Topic {
    /// Unlike that of any other topic.
    pub(super) number: u64,
    /// Its latest changes; none until the store is followed for it.
    pub(super) ring: Option<Ring>,
    pub(super) woken: watch::Sender<()>,
    listeners: usize,
}

impl Topics {
    pub(super) fn new(budget: &Budget) -> Self {
        let (limit, lease) = (budget.total() / PART, budget.lease(HOLDER));
        Self { all: HashMap::new(), made: 0, limit, bytes: 0, lease }
    }

    /// Counts somebody who listens to a collection; the number of its topic, and whether that is a new one.
    pub(super) fn enter(&mut self, collection: &Arc<str>) -> (u64, bool) {
        let made = &mut self.made;
        let mut new = false;
        let topic = self.all.entry(Arc::clone(collection)).or_insert_with(|| {
            *made += 1;
            new = true;
            Topic { number: *made, ring: None, woken: watch::Sender::new(()), listeners: 0 }
        });
        topic.listeners += 1;
        (topic.number, new)
    }

    pub(super) fn leave(&mut self, collection: &str, number: u64) {
        if let Some(topic) = self.all.get_mut(collection).filter(|topic| topic.number == number) {
            topic.listeners -= 1;
        }
    }

    pub(super) fn get(&self, collection: &str) -> Option<&Topic> {
        self.all.get(collection)
    }

    pub(super) fn ring(&self, collection: &str) -> Option<&Ring> {
        self.get(collection)?.ring.as_ref()
    }

    pub(super) fn listeners(&self) -> usize {
        self.all.values().map(|topic| topic.listeners).sum()
    }

    pub(super) fn names(&self) -> Vec<Arc<str>> {
        self.all.keys().cloned().collect()
    }

    pub(super) fn wake_all(&self) {
        self.all.values().for_each(|topic| topic.woken.send_modify(|()| {}));
    }

    /// From `position` on the store is followed for these collections; those that have a ring keep it unless all begin
    /// `anew`.
    pub(super) fn begin(&mut self, collections: &[Arc<str>], position: Position, anew: bool) {
        for name in collections {
            if let Some(topic) = self.all.get_mut(name)
                && (anew || topic.ring.is_none())
            {
                topic.ring = Some(Ring::new(position));
            }
        }
        self.count();
    }

    /// The store is followed no longer: nothing in memory is of use.
    pub(super) fn end(&mut self) {
        self.wake_all();
        self.all.values_mut().for_each(|topic| topic.ring = None);
        self.retain();
    }

    /// Lets go of the collections that nobody listens to any more; whether there were any.
    pub(super) fn retain(&mut self) -> bool {
        let before = self.all.len();
        self.all.retain(|_, topic| topic.listeners > 0);
        self.count();
        self.all.len() < before
    }

    /// Keeps a change, if its collection has subscribers that have not received it.
    pub(super) fn push(&mut self, change: Arc<Change>) {
        let most = self.most();
        let Some(topic) = self.all.get_mut(&change.collection) else { return };
        let Some(ring) = topic.ring.as_mut().filter(|ring| change.position > ring.latest()) else { return };
        let before = ring.bytes();
        ring.push(change, most);
        self.bytes = self.bytes - before + ring.bytes();
        // Where the process has no more memory, the oldest go.
        while !self.lease.try_resize(self.bytes) {
            let before = ring.bytes();
            if !ring.drop_oldest() {
                break;
            }
            self.bytes = self.bytes - before + ring.bytes();
        }
        topic.woken.send_replace(());
    }

    /// Puts what came before in front of a ring, where there is room.
    pub(super) fn extend_back(&mut self, collection: &str, changes: &[Arc<Change>], from: Position) {
        let most = self.most();
        if let Some(ring) = self.all.get_mut(collection).and_then(|topic| topic.ring.as_mut()) {
            ring.extend_back(changes, from, most);
        }
        self.count();
    }

    /// The most bytes of one ring.
    fn most(&self) -> usize {
        MAX_BYTES.min(self.limit / self.all.len().max(1))
    }

    fn count(&mut self) {
        self.bytes = self.all.values().filter_map(|topic| topic.ring.as_ref()).map(Ring::bytes).sum();
        self.lease.try_resize(self.bytes);
    }
}
