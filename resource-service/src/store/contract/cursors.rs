//! Cursors of the tests' own.

use crate::query::{
    cursor::{Cursor, CursorKey},
    order::{SortValue, Start},
    parse::Query,
};

/// A key of the tests' own.
fn cursor_key() -> CursorKey {
    CursorKey::new([7; 32])
}

/// Where a query continues.
pub(super) fn start(query: &Query) -> Option<Start> {
    query.cursor(&cursor_key()).expect("a cursor").map(|cursor| match cursor {
        Cursor::Behind(places) => Start::behind(places),
        Cursor::Named(named) => panic!("{named:?} is to be looked up"),
    })
}

/// The cursor of a short place.
pub(super) fn cursor(query: &Query, places: &[SortValue]) -> String {
    query.binding.write(&cursor_key(), places).expect("a short place")
}
