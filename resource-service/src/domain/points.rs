//! Which collection keeps series of points, and how: recognized by its name, its indexes and its members.

use shared_models::documents::Direction;

use super::{
    collection::Collection,
    index::Index,
    series::{self, FIRST, LAST, LOWER, OPEN, SERIES},
};

impl Collection {
    /// Whether series can be written and read by the point here: the collection is the one for it, and a place in it is
    /// unique.
    pub fn keeps_points(&self) -> bool {
        self.name() == SERIES
            && self.is_indexed(true, &["calculation", "metric", LOWER])
            && self.is_indexed(false, &["calculation", "metric", LOWER])
            && self.is_indexed(false, &["calculation", "metric", FIRST, LAST])
    }

    /// Whether a summary is kept beside the points of each document, and the last chunk of a series may be open. A
    /// definition of an earlier version does not have the members for it.
    pub fn sums_points(&self) -> bool {
        self.keeps_points()
            && self.is_indexed(true, &["calculation", "metric", OPEN])
            && series::OWN.iter().all(|name| self.has_field(name))
    }

    /// Whether documents can have this member.
    pub fn has_field(&self, name: &str) -> bool {
        name.parse().is_ok_and(|path| self.schema.field(&path).is_ok())
    }

    fn is_indexed(&self, unique: bool, paths: &[&str]) -> bool {
        let is = |index: &Index| {
            index.unique == unique
                && index.keys.iter().all(|(_, direction)| *direction == Direction::Ascending)
                && index.declared().map(|field| field.path.to_string()).eq(paths.iter().copied())
        };
        self.indexes.iter().any(is)
    }
}
