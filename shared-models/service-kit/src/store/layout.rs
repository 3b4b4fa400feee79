//! Which version of its layout a store has, and which programs may use it. Knows no layout and no database.

use super::cause::{Cause, Kind};

/// The layout that a program makes of its store. A store keeps the largest of each that it has seen.
///
/// A change that the programs before can live with (another collection, index or optional field) raises `version` alone, so
/// that replicas of both versions run side by side and the upgrade can be rolled back. A change that they would misread raises
/// `oldest_reader` too: their replicas are then no longer ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The version, from 1.
    pub version: i64,
    /// The oldest version whose programs can use a store of this version.
    pub oldest_reader: i64,
}

impl Layout {
    /// Why a program of this layout must not use a store of the layout `found`, if it must not.
    pub fn refusal(self, found: Self) -> Option<Cause> {
        let Self { version, oldest_reader } = found;
        (oldest_reader > self.version).then(|| {
            Cause::new(
                Kind::Layout,
                format!(
                    "a later version of this program has used the store of store.url: its layout is version {version}, which \
                     programs from version {oldest_reader} on can use, and this program has version {}; start the later \
                     program, or restore a backup from before the upgrade",
                    self.version
                ),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_uses_stores_before_it_and_those_behind_it_that_let_it() {
        let refuses = |version, oldest_reader| {
            Layout { version: 3, oldest_reader: 2 }.refusal(Layout { version, oldest_reader }).is_some()
        };
        assert!(!refuses(1, 1) && !refuses(3, 2) && !refuses(3, 3) && !refuses(7, 3));
        assert!(refuses(4, 4) && refuses(7, 5));
    }
}
