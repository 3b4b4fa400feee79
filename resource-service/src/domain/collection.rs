//! A collection: its definition, checked and made ready for use.

use std::{collections::BTreeSet, sync::Arc};

use jsonschema::Validator;
use serde_json::{Map, Value};
use shared_models::{
    documents::{CollectionDefinition, Direction, IndexDefinition},
    problem::FieldError,
    scope::ScopeSet,
};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use super::validate;
use crate::query::{
    parse::Target,
    path::Path,
    schema::{Field, FieldType, Schema, TextFormat},
    shape::{Kinds, Shape},
};

/// Names that the paths of the service take.
const RESERVED: [&str; 2] = ["collections", "docs"];

/// A collection whose definition holds together.
pub struct Collection {
    /// The definition as it was written, its scopes filled in.
    pub definition: CollectionDefinition,
    /// The schema, for questions about fields.
    pub schema: Schema,
    /// The scopes that open it.
    pub access: Access,
    /// The indexes it wants.
    pub indexes: Vec<Index>,
    expiries: Vec<(Arc<Field>, Duration)>,
    validator: Validator,
}

/// The scopes that open a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Reads.
    pub read: String,
    /// Writes.
    pub write: String,
    /// Sees and changes the documents of others where `owner_only` holds.
    pub admin: String,
    /// Whether a document is seen and changed by its owner alone.
    pub owner_only: bool,
}

/// An index over fields of the collection.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// A name made from what the index is, so that a changed index is another one.
    pub name: String,
    /// Its fields in order.
    pub keys: Vec<(Arc<Field>, Direction)>,
    /// Whether no two documents that have all the fields may agree in them.
    pub unique: bool,
}

impl Collection {
    /// Checks a definition; the error names the fault.
    pub fn new(mut definition: CollectionDefinition) -> Result<Self, String> {
        check_name(&definition.name)?;
        if definition.versioned {
            return Err("versioned: earlier revisions are not kept by this version; remove it".into());
        }
        let validator = validate::compile(&definition.schema).map_err(|fault| format!("schema: {fault}"))?;
        if Shape::at(&definition.schema, &[]).kinds != Kinds::OBJECT {
            return Err("schema: a document is an object; say \"type\": \"object\"".into());
        }
        let schema = Schema::new(definition.schema.clone());
        if let Some(name) = Shape::declared(&definition.schema).find(|name| name.starts_with('_')) {
            return Err(format!("schema: {name:?} begins with _, as only members of the service do"));
        }
        for (view, fields) in &definition.views {
            fields
                .iter()
                .try_for_each(|field| resolve(&schema, field).map(|_| ()))
                .map_err(|f| format!("view {view:?}: {f}"))?;
        }
        let access = access(&mut definition)?;
        let (mut indexes, mut expiries) = (Vec::new(), Vec::new());
        for (at, declared) in definition.indexes.iter().enumerate() {
            let (index, expiry) = index(&schema, declared).map_err(|fault| format!("index {at}: {fault}"))?;
            indexes.push(index);
            expiries.extend(expiry);
        }
        let names: BTreeSet<&str> = indexes.iter().map(|index| index.name.as_str()).collect();
        if names.len() < indexes.len() {
            return Err("indexes: one of them stands twice".into());
        }
        Ok(Self { definition, schema, access, indexes, expiries, validator })
    }

    /// The collection's name.
    pub fn name(&self) -> &str {
        &self.definition.name
    }

    /// What queries are read against.
    pub fn target(&self) -> Target<'_> {
        Target { collection: self.name(), schema: &self.schema, views: &self.definition.views }
    }

    /// The faults of a document's members, at most [`validate::MAX_FAULTS`]; without any, the members.
    pub fn check(&self, members: Map<String, Value>) -> Result<Map<String, Value>, Vec<FieldError>> {
        let mut faults = Vec::new();
        validate::name_faults(&members, "", &mut faults);
        let document = Value::Object(members);
        if faults.is_empty() {
            faults = validate::faults(&self.validator, &document);
        }
        faults.truncate(validate::MAX_FAULTS);
        match document {
            Value::Object(members) if faults.is_empty() => Ok(members),
            _ => Err(faults),
        }
    }

    /// Whether documents of this collection can expire.
    pub fn expires(&self) -> bool {
        !self.expiries.is_empty()
    }

    /// When a document with these members expires: the earliest that any index says.
    pub fn expiry(&self, members: &Map<String, Value>) -> Option<OffsetDateTime> {
        let expiry = |(field, after): &(Arc<Field>, Duration)| {
            let (first, rest) = field.path.segments().split_first()?;
            let value = rest.iter().try_fold(members.get(first)?, |at, name| at.get(name))?;
            OffsetDateTime::parse(value.as_str()?, &Rfc3339).ok()?.checked_add(*after)
        };
        self.expiries.iter().filter_map(expiry).min()
    }
}

fn check_name(name: &str) -> Result<(), String> {
    let mut letters = name.bytes();
    let valid = name.len() <= 63
        && letters.next().is_some_and(|first| first.is_ascii_lowercase())
        && letters.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte));
    if !valid {
        return Err(format!(
            "name: {name:?} must be a lower-case letter, then lower-case letters, digits, _ or -, at most 63 in all"
        ));
    }
    if RESERVED.contains(&name) {
        return Err(format!("name: {name:?} is reserved"));
    }
    Ok(())
}

/// Fills in the scopes that the definition leaves out.
fn access(definition: &mut CollectionDefinition) -> Result<Access, String> {
    let name = definition.name.clone();
    let scope = |declared: &mut Option<String>, verb: &str| {
        let scope = declared.get_or_insert_with(|| format!("{name}:{verb}"));
        ScopeSet::from_names([scope.as_str()]).map_err(|fault| format!("access.{verb}: {fault}"))?;
        Ok::<String, String>(scope.clone())
    };
    let declared = &mut definition.access;
    Ok(Access {
        read: scope(&mut declared.read, "read")?,
        write: scope(&mut declared.write, "write")?,
        admin: scope(&mut declared.admin, "admin")?,
        owner_only: declared.owner_only,
    })
}

fn resolve(schema: &Schema, field: &str) -> Result<Arc<Field>, String> {
    let path: Path = field.parse().map_err(|fault| format!("{field:?}: {fault}"))?;
    schema.field(&path).map_err(|fault| fault.to_string())
}

type Expiry = (Arc<Field>, Duration);

fn index(schema: &Schema, declared: &IndexDefinition) -> Result<(Index, Option<Expiry>), String> {
    let keys = declared.keys.0.iter().map(|(name, direction)| Ok((resolve(schema, name)?, *direction)));
    let keys: Vec<(Arc<Field>, Direction)> = keys.collect::<Result<_, String>>()?;
    if let Some((field, _)) = keys.iter().find(|(field, _)| field.kind == FieldType::Object) {
        return Err(format!("{} is an object; index one of its members", field.path));
    }
    let array = |field: &Field| {
        matches!(field.kind, FieldType::Array(_) | FieldType::Untyped) || !field.crossings.is_empty()
    };
    if keys.iter().filter(|(field, _)| array(field)).count() > 1 {
        return Err("at most one of the fields of an index may hold arrays".into());
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
    let parts = keys.iter().map(|(field, direction)| {
        format!("{}{}", if *direction == Direction::Ascending { "+" } else { "-" }, field.path)
    });
    let name = format!("{}{}", if declared.unique { "unique" } else { "index" }, parts.collect::<String>());
    Ok((Index { name, keys, unique: declared.unique }, expiry))
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

#[cfg(test)]
#[path = "tests/collection.rs"]
mod tests;
