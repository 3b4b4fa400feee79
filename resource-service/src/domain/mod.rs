//! Types that cannot be wrong and pure rules: collections, documents, preconditions. No async, no store, no HTTP.

pub mod catalog;
pub mod collection;
pub mod document;
pub mod merge;
pub mod precondition;
pub mod scan;
pub mod validate;

/// An RFC 6901 pointer to a member of what `parent` points at.
pub fn pointer(parent: &str, name: &str) -> String {
    format!("{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
}
