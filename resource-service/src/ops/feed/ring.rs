//! The latest changes of one collection, kept in memory once for all who follow it. A follower is a place in it.

use std::{collections::VecDeque, sync::Arc};

use crate::domain::change::{Change, Position};

/// The most changes that are kept.
const MAX_CHANGES: usize = 4096;
/// The most bytes that are kept, give or take the latest change.
pub(super) const MAX_BYTES: usize = 8 * 1024 * 1024;
/// The place of the first change, such that there is room before it.
const FIRST: u64 = 1 << 32;

/// The latest changes, all of those behind `floor`.
pub(super) struct Ring {
    changes: VecDeque<Arc<Change>>,
    first: u64,
    bytes: usize,
    floor: Position,
    /// The position of the latest change, kept or not.
    latest: Position,
}

impl Ring {
    /// A ring that will have every change behind `floor`.
    pub(super) fn new(floor: Position) -> Self {
        Self { changes: VecDeque::new(), first: FIRST, bytes: 0, floor, latest: floor }
    }

    /// The position of the latest change; of the floor where there was none.
    pub(super) fn latest(&self) -> Position {
        self.latest
    }

    /// The bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The position behind which nothing is missing.
    pub(super) fn floor(&self) -> Position {
        self.floor
    }

    /// Adds the next change, and lets go of the oldest where there are too many or they take more than `most` bytes.
    pub(super) fn push(&mut self, change: Arc<Change>, most: usize) {
        self.bytes += change.weight();
        self.latest = change.position;
        self.changes.push_back(change);
        while (self.changes.len() > MAX_CHANGES || self.bytes > most) && self.drop_oldest() {}
    }

    /// Lets go of the oldest change, unless it is the only one; whether it did.
    pub(super) fn drop_oldest(&mut self) -> bool {
        if self.changes.len() < 2 {
            return false;
        }
        let Some(oldest) = self.changes.pop_front() else { return false };
        self.bytes -= oldest.weight();
        self.first += 1;
        self.floor = oldest.position;
        true
    }

    /// Adds what came before: the changes behind `from`, of which those up to the floor are taken. Does nothing where
    /// there is no room for them.
    pub(super) fn extend_back(&mut self, changes: &[Arc<Change>], from: Position, most: usize) {
        let earlier = &changes[..changes.partition_point(|change| change.position <= self.floor)];
        let bytes: usize = earlier.iter().map(|change| change.weight()).sum();
        let fits = self.changes.len() + earlier.len() <= MAX_CHANGES && self.bytes + bytes <= most;
        if from >= self.floor || !fits {
            return;
        }
        for change in earlier.iter().rev() {
            self.changes.push_front(Arc::clone(change));
            self.first -= 1;
        }
        self.bytes += bytes;
        self.floor = from;
    }

    /// The place behind a position; nothing where changes in between are gone.
    pub(super) fn behind(&self, position: Position) -> Option<u64> {
        let sent = self.changes.partition_point(|change| change.position <= position);
        (position >= self.floor).then(|| self.first + sent as u64)
    }

    /// The changes from a place on; nothing where some of them are gone.
    pub(super) fn from(&self, place: u64) -> Option<impl Iterator<Item = &Arc<Change>>> {
        let skipped = usize::try_from(place.checked_sub(self.first)?).unwrap_or(usize::MAX);
        Some(self.changes.iter().skip(skipped))
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;
    use crate::domain::change::{ChangeKind, Image};

    fn at(step: u64) -> Position {
        Position { step, part: 0 }
    }

    fn change(step: u64, bytes: usize) -> Arc<Change> {
        Arc::new(Change {
            position: at(step),
            collection: "c".into(),
            kind: ChangeKind::Insert,
            id: String::new(),
            at: OffsetDateTime::UNIX_EPOCH,
            before: None,
            after: Some(Image::new("x".repeat(bytes), 1, "ada".into())),
        })
    }

    fn steps(ring: &Ring, place: u64) -> Vec<u64> {
        ring.from(place).unwrap().map(|change| change.position.step).collect()
    }

    #[test]
    fn a_follower_goes_on_behind_its_position() {
        let mut ring = Ring::new(at(10));
        assert_eq!((ring.behind(at(9)), ring.behind(at(10))), (None, Some(FIRST)));
        for step in [12, 14] {
            ring.push(change(step, 1), MAX_BYTES);
        }
        for (position, expected) in
            [(10, vec![12, 14]), (12, vec![14]), (13, vec![14]), (14, vec![]), (20, vec![])]
        {
            assert_eq!(steps(&ring, ring.behind(at(position)).unwrap()), expected, "{position}");
        }
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many_or_too_large_ones() {
        let mut ring = Ring::new(at(0));
        for step in 1..=MAX_CHANGES as u64 + 2 {
            ring.push(change(step, 1), MAX_BYTES);
        }
        assert_eq!((ring.behind(at(1)), ring.from(FIRST + 1).is_none()), (None, true));
        assert_eq!(steps(&ring, ring.behind(at(2)).unwrap()).len(), MAX_CHANGES);
        ring.push(change(9999, MAX_BYTES + 1), MAX_BYTES);
        assert_eq!(steps(&ring, ring.behind(at(9998)).unwrap()), [9999]);
        assert_eq!(ring.behind(at(MAX_CHANGES as u64 + 1)), None);
    }

    #[test]
    fn what_came_before_is_put_in_front_once() {
        let mut ring = Ring::new(at(10));
        ring.push(change(11, 1), MAX_BYTES);
        let place = ring.behind(at(10)).unwrap();
        ring.extend_back(&[change(5, 1), change(10, 1), change(11, 1)], at(4), MAX_BYTES);
        assert_eq!(steps(&ring, ring.behind(at(4)).unwrap()), [5, 10, 11]);
        assert_eq!(steps(&ring, place), [11], "places stay what they are");
        ring.extend_back(&[change(5, 1)], at(4), MAX_BYTES);
        assert_eq!(steps(&ring, ring.behind(at(4)).unwrap()), [5, 10, 11]);
        ring.extend_back(&[change(3, MAX_BYTES)], at(2), MAX_BYTES);
        assert_eq!(ring.behind(at(2)), None, "there is no room");
    }
}
