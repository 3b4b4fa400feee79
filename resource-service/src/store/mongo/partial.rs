//! What leads from one revision to the next, as MongoDB's update operators: only what changed crosses the wire.

use mongodb::bson::{Bson, DateTime, Document as Doc};

use super::{
    bson::raw_value,
    date, instants,
    json::{CHANGED_BY, EXPIRES_AT, INSTANTS},
};
use crate::{
    domain::{
        collection::Collection,
        diff::{Edit, changes},
    },
    query::shape::Step,
    store::{StoreError, Update},
};

/// With more changes than this the whole document is written instead.
const MAX_CHANGES: usize = 100;

/// The update document; nothing where the whole document must be written.
pub fn operators(collection: &Collection, update: &Update) -> Result<Option<Doc>, StoreError> {
    let Some(before) = &update.before else { return Ok(None) };
    let after = &update.after;
    let Some(changes) = changes(before, &after.members) else { return Ok(None) };
    if changes.len() > MAX_CHANGES {
        return Ok(None);
    }
    let (mut set, mut unset) = (Doc::new(), Doc::new());
    for change in changes {
        match change {
            Edit::Unset(path) => {
                unset.insert(path.join("."), "");
            }
            Edit::Set(path, value) => {
                let mut place: Vec<Step<'_>> = path.iter().map(|name| Step::Member(name)).collect();
                let value = raw_value(value, &collection.schema, &mut place)?;
                let value = Bson::try_from(value).map_err(|error| StoreError::Failed(error.to_string()))?;
                set.insert(path.join("."), value);
            }
        }
    }
    set.insert("_revision", after.meta.revision);
    set.insert("_updated_at", after.meta.updated_at.as_str());
    if let Some(keys) = instants::of(collection, &after.members, after.meta.revision)? {
        set.insert(INSTANTS, keys);
    }
    set.insert(CHANGED_BY, update.by.as_str());
    let expiry: Option<DateTime> = collection.expiry(&after.members).map(date);
    match expiry {
        Some(at) => {
            set.insert(EXPIRES_AT, at);
        }
        None if collection.expires() => {
            unset.insert(EXPIRES_AT, "");
        }
        None => {}
    }
    let mut operators = mongodb::bson::doc! { "$set": set };
    if !unset.is_empty() {
        operators.insert("$unset", unset);
    }
    Ok(Some(operators))
}
