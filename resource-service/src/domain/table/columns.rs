//! The columns that a schema gives: one for each scalar, named by its dotted path, in the order of the schema.
//!
//! An object whose members the schema lists, and no others, becomes the columns of these. An open object, an array
//! and a value of no one type each are one column of JSON text. So nothing of a document is lost but whether such a
//! listed object is empty or missing.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::query::{
    path::Path,
    projection::Projection,
    schema::{Field, FieldType, SYSTEM_FIELDS, Schema},
};

/// The column of JSON text for members that the schema lets stand and does not list.
pub const ADDITIONAL: &str = "_additional";
/// How deep listed objects are opened up; a schema may refer to itself.
const MAX_NESTING: usize = 8;

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the file: the dotted path.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether the schema demands a value in every document.
    pub required: bool,
    source: Source,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Integers of 64 bits.
    Integer,
    /// Doubles.
    Double,
    /// `true` and `false`.
    Boolean,
    /// Strings.
    Text,
    /// Points in time.
    Instant,
    /// Anything, as JSON text.
    Json,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Path(Path),
    /// Members of the document other than these.
    Others(Vec<String>),
}

impl Column {
    fn of(field: &Arc<Field>) -> Self {
        let kind = match &field.kind {
            FieldType::Integer => Kind::Integer,
            FieldType::Number { .. } => Kind::Double,
            FieldType::Boolean => Kind::Boolean,
            FieldType::Text(format) if format.is_instant() => Kind::Instant,
            FieldType::Text(_) => Kind::Text,
            FieldType::Array(_) | FieldType::Object | FieldType::Untyped => Kind::Json,
        };
        let path = field.path.clone();
        Self { name: path.to_string(), kind, required: field.always, source: Source::Path(path) }
    }

    /// The document's value in this column; `None` where it is missing or `null`.
    pub fn value(&self, document: &Value) -> Option<Value> {
        match &self.source {
            Source::Path(path) => path.find(document).filter(|value| !value.is_null()).cloned(),
            Source::Others(shown) => {
                let others = document.as_object()?.iter().filter(|(name, _)| !shown.contains(name));
                let others: Map<String, Value> =
                    others.map(|(name, value)| (name.clone(), value.clone())).collect();
                (!others.is_empty()).then_some(Value::Object(others))
            }
        }
    }
}

/// The columns of documents of this schema, or of the part of them that `shown` leaves.
pub fn columns(schema: &Schema, definition: &Value, shown: Option<&Projection>) -> Vec<Column> {
    let declared = definition.get("properties").and_then(Value::as_object);
    let declared = declared.into_iter().flatten().map(|(name, _)| name.as_str());
    let names: Vec<&str> = SYSTEM_FIELDS.into_iter().chain(declared).collect();
    let walk = Walk { schema, definition };
    let mut found = Vec::new();
    let Some(shown) = shown else {
        for name in &names {
            walk.open(&[name], &mut found);
        }
        if !is_closed(definition) {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            let (name, source) = (ADDITIONAL.to_owned(), Source::Others(names));
            found.push(Column { name, kind: Kind::Json, required: false, source });
        }
        return found;
    };
    let rank = |path: &&Path| names.iter().position(|name| *name == path.first()).unwrap_or(names.len());
    let mut paths: Vec<&Path> = shown.paths().collect();
    paths.sort_by_key(rank);
    for path in paths {
        walk.open(&path.segments().iter().map(String::as_str).collect::<Vec<_>>(), &mut found);
    }
    found
}

struct Walk<'s> {
    schema: &'s Schema,
    definition: &'s Value,
}

impl Walk<'_> {
    /// Adds the columns of the field at `names`; none where no document can have one.
    fn open(&self, names: &[&str], found: &mut Vec<Column>) {
        let Ok(path) = names.join(".").parse::<Path>() else { return };
        let field = self.schema.field(&path).ok().filter(|field| field.path.segments().len() == names.len());
        let Some(field) = field else { return };
        let members = (field.kind == FieldType::Object && names.len() < MAX_NESTING)
            .then(|| self.listed(names))
            .flatten();
        match members {
            Some(members) => members.iter().for_each(|name| self.open(&[names, &[name]].concat(), found)),
            None => found.push(Column::of(&field)),
        }
    }

    /// The members of an object that the schema lists, where it lets no others stand.
    fn listed(&self, names: &[&str]) -> Option<Vec<&str>> {
        let mut at = self.definition;
        for name in names {
            at = self.follow(at.get("properties")?.get(name)?)?;
        }
        let members = at.get("properties")?.as_object()?;
        (is_closed(at) && !members.is_empty()).then(|| members.keys().map(String::as_str).collect())
    }

    /// What a reference within the schema leads to; the schema itself where it is none.
    fn follow<'v>(&'v self, mut at: &'v Value) -> Option<&'v Value> {
        for _ in 0..MAX_NESTING {
            let Some(reference) = at.get("$ref").and_then(Value::as_str) else { return Some(at) };
            at = self.definition.pointer(reference.strip_prefix('#')?)?;
        }
        None
    }
}

/// Whether an object can have no members but those that its schema lists.
fn is_closed(schema: &Value) -> bool {
    schema.get("additionalProperties") == Some(&Value::Bool(false))
        && schema.get("patternProperties").is_none()
}
