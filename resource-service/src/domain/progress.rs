//! How far the changes of several collections were sent, and the id of an event, which says so. Pure: knows no store.

use std::{
    fmt::{self, Write as _},
    sync::Arc,
};

use super::change::Position;

/// What separates the collections that are ahead of the others. It needs no escape in a query string.
const AHEAD: char = '~';

/// A place among the changes of some collections, each of which counts the changes of a step by itself.
///
/// Written as the least of the positions, followed by `~COLLECTION.PART` for each collection that is ahead of it. A reader
/// takes it for opaque. The changes of one collection have the text of a [`Position`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    step: u64,
    /// How many changes of the step were sent of each collection.
    parts: Vec<u32>,
}

/// A text that is no event id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the id of an event")]
pub struct NoProgress;

impl Progress {
    /// The same position in each of so many collections.
    pub fn at(position: Position, collections: usize) -> Self {
        Self { step: position.step, parts: vec![position.part; collections] }
    }

    /// Reads the id of an event, for these collections. Collections that it does not name are at its own position.
    pub fn read(text: &str, names: &[Arc<str>]) -> Result<Self, NoProgress> {
        let mut pieces = text.split(AHEAD);
        let least: Position = pieces.next().unwrap_or_default().parse().map_err(|_| NoProgress)?;
        let mut progress = Self::at(least, names.len());
        for piece in pieces {
            let (name, part) = piece.split_once('.').ok_or(NoProgress)?;
            let part = u32::from_str_radix(part, 16).map_err(|_| NoProgress)?;
            if let Some(at) = names.iter().position(|known| **known == *name) {
                progress.parts[at] = progress.parts[at].max(part);
            }
        }
        Ok(progress)
    }

    /// The place in the collection of this number.
    pub fn position(&self, collection: usize) -> Position {
        Position { step: self.step, part: self.parts.get(collection).copied().unwrap_or_default() }
    }

    /// The place from which nothing is missing in any collection.
    pub fn least(&self) -> Position {
        Position { step: self.step, part: self.parts.iter().copied().min().unwrap_or_default() }
    }

    /// The place that the collection that is furthest has reached.
    pub fn most(&self) -> Position {
        Position { step: self.step, part: self.parts.iter().copied().max().unwrap_or_default() }
    }

    /// A change of this collection was sent; those of earlier steps were before.
    pub fn pass(&mut self, collection: usize, position: Position) {
        self.enter(position.step);
        if let Some(part) = self.parts.get_mut(collection).filter(|_| self.step == position.step) {
            *part = (*part).max(position.part);
        }
    }

    /// Everything up to this position was sent.
    pub fn reach(&mut self, position: Position) {
        for collection in 0..self.parts.len() {
            self.pass(collection, position);
        }
    }

    /// The id of an event here.
    pub fn id<'p>(&'p self, names: &'p [Arc<str>]) -> impl fmt::Display + 'p {
        EventId { progress: self, names }
    }

    fn enter(&mut self, step: u64) {
        if step > self.step {
            self.step = step;
            self.parts.fill(0);
        }
    }
}

struct EventId<'p> {
    progress: &'p Progress,
    names: &'p [Arc<str>],
}

impl fmt::Display for EventId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let least = self.progress.least();
        least.fmt(f)?;
        for (name, part) in
            self.names.iter().zip(&self.progress.parts).filter(|(_, part)| **part > least.part)
        {
            f.write_char(AHEAD)?;
            write!(f, "{name}.{part:x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(step: u64, part: u32) -> Position {
        Position { step, part }
    }

    fn names(names: &[&str]) -> Vec<Arc<str>> {
        names.iter().map(|name| Arc::from(*name)).collect()
    }

    #[test]
    fn the_changes_of_one_collection_have_the_text_of_a_position() {
        let names = names(&["a"]);
        for position in [at(0, 0), at(26, 0), at(26, 17), at(u64::MAX, u32::MAX)] {
            let progress = Progress::at(position, 1);
            assert_eq!(progress.id(&names).to_string(), position.to_string());
            assert_eq!(Progress::read(&position.to_string(), &names), Ok(progress));
        }
    }

    #[test]
    fn within_a_step_each_collection_counts_by_itself() {
        let names = names(&["a", "b", "c"]);
        let mut progress = Progress::at(at(16, u32::MAX), 3);
        assert_eq!(progress.id(&names).to_string(), "10.ffffffff");
        let mut ids = Vec::new();
        for (collection, position) in
            [(1, at(17, 1)), (1, at(17, 2)), (0, at(17, 1)), (2, at(17, 1)), (0, at(18, 0))]
        {
            progress.pass(collection, position);
            let id = progress.id(&names).to_string();
            assert_eq!(Progress::read(&id, &names).as_ref(), Ok(&progress), "{id}");
            ids.push(id);
        }
        assert_eq!(ids, ["11~b.1", "11~b.2", "11~a.1~b.2", "11.1~b.2", "12"]);
        assert_eq!((progress.least(), progress.most()), (at(18, 0), at(18, 0)));
    }

    #[test]
    fn a_mark_moves_nothing_back() {
        let names = names(&["a", "b"]);
        let mut progress = Progress::read("11~b.2", &names).unwrap();
        progress.reach(at(17, 0));
        progress.reach(at(16, 9));
        assert_eq!(progress.id(&names).to_string(), "11~b.2");
        assert_eq!((progress.position(0), progress.position(1)), (at(17, 0), at(17, 2)));
        progress.reach(at(17, u32::MAX));
        assert_eq!(progress.id(&names).to_string(), "11.ffffffff");
    }

    #[test]
    fn other_collections_continue_where_none_of_their_changes_is_missed() {
        let progress = Progress::read("11~a.1~b.2", &names(&["b", "c"])).unwrap();
        assert_eq!((progress.position(0), progress.position(1)), (at(17, 2), at(17, 0)));
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["", "~", "11~", "11~a", "11~a.", "11~a.g", "11.1.1~a.1", "-1", "11~a.100000000"] {
            assert_eq!(Progress::read(text, &names(&["a"])), Err(NoProgress), "{text:?}");
        }
    }
}
