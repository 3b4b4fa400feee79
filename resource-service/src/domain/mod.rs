//! Types that cannot be wrong and pure rules: collections, documents. No async, no store, no HTTP.

pub mod aggregate;
pub mod appended;
pub mod artifacts;
pub mod askable;
pub mod belonging;
pub mod catalog;
pub mod change;
pub mod collection;
pub mod conform;
mod defaults;
pub mod delta;
pub mod diff;
pub mod difference;
pub mod document;
pub mod downsample;
pub mod effort;
pub mod exact;
pub mod fault;
pub mod fields;
pub mod grant;
pub mod heartbeat;
pub mod hidden;
mod hint;
pub mod history;
pub mod ids;
pub mod index;
pub mod layout;
pub mod merge;
pub mod patch;
mod points;
pub mod progress;
mod references;
pub mod review;
pub mod scalar;
pub mod scan;
pub mod search;
pub mod series;
pub mod sight;
pub mod specials;
pub mod summary;
pub mod table;
pub mod ticket;
pub mod tolerance;
pub mod validate;

/// An RFC 6901 pointer to a member of what `parent` points at.
pub fn pointer(parent: &str, name: &str) -> String {
    format!("{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
}
