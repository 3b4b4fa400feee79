//! Which documents a collection keeps beyond their time: earlier revisions, removed documents. Pure.

use shared_models::documents::CollectionDefinition;

use super::document::Meta;

/// The shipped collection that grows by points; its chunks are rewritten all the time.
const SERIES: &str = "series";

/// The end of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The revision that is removed.
    pub expected: i64,
    /// The record of the removal itself: a revision like any other, the last one.
    pub end: Meta,
    /// `sub` of whoever removes it.
    pub by: String,
}

/// Refuses a definition that keeps what cannot or must not be kept.
pub fn check(definition: &CollectionDefinition) -> Result<(), String> {
    let member = match (definition.versioned, definition.soft_delete) {
        (true, _) => "versioned",
        (false, true) => "soft_delete",
        (false, false) => return Ok(()),
    };
    if definition.versioned && definition.name == SERIES {
        return Err(
            "versioned: series grow point by point, so that no revision of them is kept; remove it".into()
        );
    }
    if definition.indexes.iter().any(|index| index.expire_after.is_some()) {
        return Err(format!(
            "{member}: documents that expire are gone for good; remove either {member} or expire_after"
        ));
    }
    Ok(())
}
