//! A change of a document, and its place among all changes of a store. Knows no store and no HTTP.

use std::{
    borrow::Cow,
    fmt,
    num::ParseIntError,
    str::FromStr,
    sync::{Arc, OnceLock},
};

use serde_json::Value;
use service_kit::budget::weight;
use time::OffsetDateTime;

shared_models::listed! {
    /// What was done to a document.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum ChangeKind {
        /// It was made, or brought back.
        Insert,
        /// Its members were replaced by others.
        Replace,
        /// Some of its members were changed.
        Patch,
        /// It was removed, by somebody or because it had expired.
        Delete,
    }
}

impl ChangeKind {
    /// Its name, as a stream of changes shows it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Replace => "replace",
            Self::Patch => "patch",
            Self::Delete => "delete",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A place among all changes of a store: what lies behind it has been sent, what lies ahead has not.
///
/// A step that has changes of several collections is counted in each collection by itself, so that a position among the
/// changes of one means the same whichever others are read beside it.
///
/// Written `STEP` or `STEP.PART` in hexadecimal digits. A reader takes it for opaque.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The step of the store's own log.
    pub step: u64,
    /// How many changes of that step, in one collection, have been sent.
    pub part: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.part == 0 {
            write!(f, "{:x}", self.step)
        } else {
            write!(f, "{:x}.{:x}", self.step, self.part)
        }
    }
}

impl FromStr for Position {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        let (step, part) = text.split_once('.').unwrap_or((text, "0"));
        Ok(Self { step: u64::from_str_radix(step, 16)?, part: u32::from_str_radix(part, 16)? })
    }
}

/// The largest tree, in bytes of memory, that an image keeps once it was read. Larger ones are read again where needed.
const KEPT_TREE: usize = 64 * 1024;

/// A document before or after a change: its JSON text, and whose it is.
#[derive(Debug)]
pub struct Image {
    /// The JSON text.
    pub json: String,
    /// Its `_revision`.
    pub revision: i64,
    /// Its `_owner`.
    pub owner: String,
    /// The bytes of memory that its tree takes.
    tree: usize,
    parsed: OnceLock<Value>,
}

impl Image {
    /// An image that is read from its text where somebody asks for its fields.
    pub fn new(json: String, revision: i64, owner: String) -> Self {
        let tree = weight(json.as_bytes());
        Self { json, revision, owner, tree, parsed: OnceLock::new() }
    }

    /// The document as a tree: a small one is made once for all who ask.
    pub fn value(&self) -> Cow<'_, Value> {
        let read = || serde_json::from_str(&self.json).unwrap_or_default();
        if self.tree > KEPT_TREE { Cow::Owned(read()) } else { Cow::Borrowed(self.parsed.get_or_init(read)) }
    }

    /// The bytes of memory that it takes, the tree that it may come to keep included.
    fn weight(&self) -> usize {
        self.json.len() + if self.tree > KEPT_TREE { 0 } else { self.tree }
    }
}

/// One change of one document.
#[derive(Debug)]
pub struct Change {
    /// The place right behind it.
    pub position: Position,
    /// The name of the document's collection.
    pub collection: Arc<str>,
    /// What was done.
    pub kind: ChangeKind,
    /// The document's `_id`.
    pub id: String,
    /// When it was done.
    pub at: OffsetDateTime,
    /// The document before; nothing where there was none.
    pub before: Option<Image>,
    /// The document right after, whatever became of it since; nothing where it was removed.
    pub after: Option<Image>,
}

impl Change {
    /// The bytes of memory that it takes.
    pub fn weight(&self) -> usize {
        let images = self.before.iter().chain(&self.after).map(Image::weight).sum::<usize>();
        images + self.id.len() + size_of::<Self>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_come_back_from_their_text_and_are_in_order() {
        let positions = [(0, 0), (1, 0), (1, 1), (1, 17), (2, 0), (u64::MAX, u32::MAX)];
        let positions = positions.map(|(step, part)| Position { step, part });
        assert!(positions.is_sorted());
        for position in positions {
            assert_eq!(position.to_string().parse(), Ok(position));
        }
        assert_eq!(positions[3].to_string(), "1.11");
    }

    #[test]
    fn what_is_no_position_is_refused() {
        for text in ["", ".", "1.", ".1", "g", "-1", "1.1.1", "1 ", "10000000000000000", "1.100000000"] {
            assert!(text.parse::<Position>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn kinds_are_known_by_their_names() {
        for kind in [ChangeKind::Insert, ChangeKind::Replace, ChangeKind::Patch, ChangeKind::Delete] {
            assert_eq!(ChangeKind::named(kind.name()), Some(kind));
        }
        assert_eq!(ChangeKind::named("drop"), None);
    }
}
