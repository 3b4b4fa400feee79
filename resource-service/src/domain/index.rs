//! The indexes that a definition declares, checked. Knows no store.
//!
//! An index over points in time is over their keys and has another name than one over their text. So a unique index
//! from before such keys, under which one instant could be stored in two notations, may be impossible to make anew: the
//! collection is then not served until those documents or the definition are changed.

use std::{collections::BTreeSet, sync::Arc};

use shared_models::documents::{Direction, IndexDefinition};
use time::Duration;

use crate::query::{
    path::Path,
    schema::{Field, FieldType, Schema, TextFormat},
    shape::Kinds,
};

/// The most indexes of a collection. MongoDB accepts 64, its own and ours included.
pub const MAX_INDEXES: usize = 50;
/// The most fields of an index. MongoDB accepts 32, ours included.
pub const MAX_KEYS: usize = 31;

/// The last name of a key that stands for all members of an object.
pub const ANY_MEMBER: &str = "*";

/// An index over fields of the collection.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// A name made from what the index is, so that a changed index is another one.
    pub name: String,
    /// Its fields in order.
    pub keys: Vec<(Arc<Field>, Direction)>,
    /// Whether no two documents that have all the fields may agree in them.
    pub unique: bool,
    /// The object all of whose members it is over, where it is over those of one: its only key is then the path of any of
    /// them, written with [`ANY_MEMBER`].
    pub members_of: Option<Path>,
}

impl Index {
    /// Its fields, without the owner by which a unique one of an owner-only collection begins.
    pub(super) fn declared(&self) -> impl Iterator<Item = &Arc<Field>> {
        let by_owner = self.unique && self.keys[0].0.path.first() == "_owner";
        self.keys.iter().skip(usize::from(by_owner)).map(|(field, _)| field)
    }

    /// The direction of `_id` behind the keys, as orders end in it; none where it needs none, or serves no order.
    pub fn tie_breaker(&self) -> Option<Direction> {
        let ended = self.unique
            || self.members_of.is_some()
            || self.keys.iter().any(|(field, _)| field.path.first() == "_id");
        self.keys.last().map(|(_, direction)| *direction).filter(|_| !ended)
    }
}

pub(super) fn resolve(schema: &Schema, field: &str) -> Result<Arc<Field>, String> {
    let path: Path = field.parse().map_err(|fault| format!("{field:?}: {fault}"))?;
    schema.field(&path).map_err(|fault| fault.to_string())
}

/// A plain index ends in `_id` whether it says so or not, so that two which differ in that alone are one.
pub(super) fn check(indexes: &[Index]) -> Result<(), String> {
    if indexes.len() > MAX_INDEXES {
        return Err(format!("indexes: there are {}; a collection has at most {MAX_INDEXES}", indexes.len()));
    }
    let names: BTreeSet<&str> = indexes.iter().map(|index| index.name.as_str()).collect();
    let kept = |index: &Index| {
        let key = |(field, direction): &(Arc<Field>, Direction)| {
            (field.path.to_string(), *direction == Direction::Descending)
        };
        let mut keys: Vec<(String, bool)> = index.keys.iter().map(key).collect();
        if !index.unique && !keys.iter().any(|(path, _)| path == "_id") {
            keys.push(("_id".into(), false));
        }
        (index.unique, keys)
    };
    let distinct: BTreeSet<_> = indexes.iter().map(kept).collect();
    if names.len().min(distinct.len()) < indexes.len() {
        return Err("indexes: the same index is given more than once".into());
    }
    Ok(())
}

pub(super) type Expiry = (Arc<Field>, Duration);

/// Where a document is seen by its owner alone, its values are unique among the owner's: a conflict with a document of
/// somebody else would reveal its values.
pub(super) fn index(
    schema: &Schema,
    declared: &IndexDefinition,
    owner_only: bool,
) -> Result<(Index, Option<Expiry>), String> {
    let keys = declared.keys.0.iter().map(|(name, direction)| Ok((resolve(schema, name)?, *direction)));
    let mut keys: Vec<(Arc<Field>, Direction)> = keys.collect::<Result<_, String>>()?;
    if keys.len() > MAX_KEYS {
        return Err(format!("it has {} fields; an index has at most {MAX_KEYS}", keys.len()));
    }
    if matches!(keys.as_slice(), [(field, _)] if field.path.first() == "_id") {
        return Err("every collection has an index over _id already; leave it out".into());
    }
    if let Some((field, _)) = keys.iter().find(|(field, _)| field.kind == FieldType::Object) {
        return Err(format!("{} is an object; index one of its members", field.path));
    }
    let array = |field: &Field| {
        matches!(field.kind, FieldType::Array(_) | FieldType::Untyped) || !field.crossings.is_empty()
    };
    if keys.iter().filter(|(field, _)| array(field)).count() > 1 {
        return Err("at most one of the fields of an index may hold arrays".into());
    }
    let members_of = members_of(schema, &keys)?;
    if members_of.is_some() && (keys.len() > 1 || declared.unique || declared.expire_after.is_some()) {
        let fault = "is over all members of an object: it is the only key of its index, which is neither unique nor expires";
        let key = keys.iter().find(|(field, _)| is_any_member(&field.path));
        return Err(format!("{} {fault}", key.unwrap_or(&keys[0]).0.path));
    }
    if declared.unique {
        let comparable = |kind: &FieldType| {
            matches!(
                kind,
                FieldType::Integer
                    | FieldType::Number { ieee754: false }
                    | FieldType::Text(_)
                    | FieldType::Boolean
            )
        };
        if let Some((field, _)) =
            keys.iter().find(|(field, _)| !comparable(&field.kind) || !field.crossings.is_empty())
        {
            return Err(format!(
                "{} cannot be unique: only integers, numbers, strings and booleans can",
                field.path
            ));
        }
    }
    let expiry = declared.expire_after.map(|seconds| expiry(&keys, seconds)).transpose()?;
    if declared.unique && owner_only && !keys.iter().any(|(field, _)| field.path.first() == "_owner") {
        keys.insert(0, (resolve(schema, "_owner")?, Direction::Ascending));
    }
    let sign = |direction: Direction| if direction == Direction::Ascending { "+" } else { "-" };
    let name = if declared.unique { "unique" } else { "index" };
    let mut index = Index { name: String::new(), keys, unique: declared.unique, members_of };
    let parts = index.keys.iter().map(|(field, direction)| {
        // MongoDB's unique index takes in values of one kind alone: of another kind it is another index.
        // One over points in time is over their keys.
        let kind = match &field.kind {
            kind if kind.is_instant() => ":instant",
            kind if declared.unique => kind_name(kind),
            _ => "",
        };
        format!("{}{}{kind}", sign(*direction), field.path)
    });
    let end = index.tie_breaker().map(|direction| format!("{}_id", sign(direction)));
    index.name = std::iter::once(name.to_owned()).chain(parts).chain(end).collect();
    Ok((index, expiry))
}

/// The object all of whose members one of the keys is over. Points in time have keys of their own beside the document, so
/// that an index over what is in it would not find them.
fn members_of(schema: &Schema, keys: &[(Arc<Field>, Direction)]) -> Result<Option<Path>, String> {
    let Some((field, _)) = keys.iter().find(|(field, _)| is_any_member(&field.path)) else {
        return Ok(None);
    };
    let Some(path) = field.path.ancestors().last() else {
        return Err(format!("{} is over all fields of a document; name an object in it", field.path));
    };
    let object = schema.shape(path.segments());
    if object.kinds.less(Kinds::NULL) != Kinds::OBJECT || !object.open {
        return Err(format!(
            "{} is over all members of {path}; the schema must declare that object and allow it any members",
            field.path
        ));
    }
    if field.is_instant() || !field.crossings.is_empty() {
        return Err(format!("{} cannot be over points in time, nor below an array", field.path));
    }
    Ok(Some(path))
}

/// Whether a key stands for all members of what is above it.
fn is_any_member(path: &Path) -> bool {
    path.segments().last().is_some_and(|name| name == ANY_MEMBER)
}

fn kind_name(kind: &FieldType) -> &'static str {
    match kind {
        FieldType::Text(_) => "",
        FieldType::Boolean => ":boolean",
        _ => ":number",
    }
}

fn expiry(keys: &[(Arc<Field>, Direction)], seconds: u64) -> Result<Expiry, String> {
    let [(field, _)] = keys else { return Err("expire_after needs an index of one field".into()) };
    if field.kind != FieldType::Text(TextFormat::DateTime) {
        return Err(format!(
            "expire_after needs a field of \"format\": \"date-time\", which {} is not",
            field.path
        ));
    }
    let after = i64::try_from(seconds).ok().filter(|seconds| *seconds <= MAX_EXPIRY);
    let after = after.ok_or_else(|| format!("expire_after is at most {MAX_EXPIRY} seconds"))?;
    Ok((Arc::clone(field), Duration::seconds(after)))
}

/// A hundred years, in seconds.
const MAX_EXPIRY: i64 = 100 * 365 * 86_400;
