//! Which documents a collection keeps beyond their time: earlier revisions, removed documents. Pure.
//!
//! Revisions are kept as whole documents and not as differences: a lost one affects no other, and each is read by one
//! look-up. Removed documents are moved and not marked: no list, count, index or export can forget to leave them out.
//! The removal has a revision number of its own, so the numbers of a document only ever grow.

use shared_models::documents::{CollectionDefinition, KeepDefinition};

use super::{document::Meta, fault::DefinitionFault};

/// The shipped collection that grows by points; its chunks are rewritten all the time.
const SERIES: &str = "series";

/// The most days of [`KeepDefinition`]: a hundred years.
pub const MAX_DAYS: u32 = 36_500;

/// The end of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The revision that is removed.
    pub expected: i64,
    /// The record of the removal itself: a revision like any other, the last one.
    pub end: Meta,
    /// `sub` of the caller who removes it.
    pub by: String,
}

/// Refuses a definition that keeps what cannot or must not be kept.
pub fn check(definition: &CollectionDefinition) -> Result<(), DefinitionFault> {
    if let Some(keep) = &definition.keep {
        check_keep(keep, definition)?;
    }
    Ok(check_past(definition)?)
}

/// Refuses limits of the past where there is none, and such that leave nothing.
fn check_keep(keep: &KeepDefinition, definition: &CollectionDefinition) -> Result<(), DefinitionFault> {
    let at = |member: &str, fault: &str| {
        Err(DefinitionFault::at(format!("/keep/{member}"), format!("keep.{member}: {fault}")))
    };
    if keep.versions == Some(0) {
        return at("versions", "the current revision is always kept; expected at least 1");
    }
    if keep.days.is_some_and(|days| !(1..=MAX_DAYS).contains(&days)) {
        return at("days", "expected 1 to 36500");
    }
    if keep.versions.is_some() && !definition.versioned {
        return at("versions", "no revisions are kept without versioned; remove it, or add versioned");
    }
    if keep.days.is_some() && !definition.versioned && !definition.soft_delete {
        let fault = "nothing is kept without versioned or soft_delete; remove it, or add one of them";
        return at("days", fault);
    }
    if *keep == KeepDefinition::default() {
        return Err(DefinitionFault::at("/keep", "keep: it limits nothing; give versions, days or both"));
    }
    Ok(())
}

fn check_past(definition: &CollectionDefinition) -> Result<(), String> {
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
