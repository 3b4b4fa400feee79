//! Resolves a dotted path in a collection's schema to a typed field. Knows no query and no store.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;
use service_kit::wording::nearest;

use super::{
    path::Path,
    references,
    shape::{Kinds, Root, Shape, Step},
};

/// The format whose numbers may be `NaN`, `Infinity` and `-Infinity`, written as strings.
pub const IEEE754: &str = "ieee754";

/// The members that the service itself sets, in the order in which a document shows them.
pub const SYSTEM_FIELDS: [&str; 5] = ["_id", "_revision", "_created_at", "_updated_at", "_owner"];

/// What the schema says about a field's values, `null` apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// Numbers without a fraction.
    Integer,
    /// Numbers; with `ieee754` also `NaN` and the infinities.
    Number {
        /// Whether the field is declared `"format":"ieee754"`.
        ieee754: bool,
    },
    /// Strings.
    Text(TextFormat),
    /// `true` and `false`.
    Boolean,
    /// Arrays whose items have this type.
    Array(Box<FieldType>),
    /// Objects.
    Object,
    /// Values of several kinds, or of any.
    Untyped,
}

/// How the strings of a field are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFormat {
    /// Any text.
    Plain,
    /// RFC 3339, as the client wrote it.
    DateTime,
    /// RFC 3339 in UTC with milliseconds, as the service writes it.
    Timestamp,
}

impl TextFormat {
    /// Whether the strings are points in time.
    pub const fn is_instant(self) -> bool {
        matches!(self, Self::DateTime | Self::Timestamp)
    }
}

impl FieldType {
    /// What a value of this type is, for people.
    pub fn expectation(&self) -> &'static str {
        match self {
            Self::Integer => "an integer of 64 bits",
            Self::Number { ieee754: false } => "a number",
            Self::Number { ieee754: true } => "a number, NaN, Infinity or -Infinity",
            Self::Text(TextFormat::Plain) => "a string",
            Self::Text(_) => "a date-time as RFC 3339 writes it, such as 2026-01-31T12:00:00Z",
            Self::Boolean => "true or false",
            Self::Array(_) => "an array",
            Self::Object => "an object",
            Self::Untyped => "a JSON value",
        }
    }
}

/// A field of a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Where it is.
    pub path: Path,
    /// What its values are.
    pub kind: FieldType,
    /// Whether it can be `null`.
    pub nullable: bool,
    /// Whether every document has it and it is never `null`: the service sets it. What a schema requires can be missing in
    /// documents that are older than it.
    pub always: bool,
    /// The values that `enum` and `const` leave, for those of an array its items; `None` where others are allowed.
    pub values: Option<Vec<Value>>,
    /// Paths above it at which a document may hold an array, through which no path leads.
    pub crossings: Vec<Path>,
}

impl FieldType {
    /// Whether all its values are scalars of one kind.
    pub const fn is_scalar(&self) -> bool {
        matches!(self, Self::Integer | Self::Number { .. } | Self::Text(_) | Self::Boolean)
    }

    /// Whether its texts, or those of its items, are points in time as clients wrote them, which are compared by the
    /// instant that they name.
    pub fn is_instant(&self) -> bool {
        match self {
            Self::Array(items) => items.is_instant(),
            kind => *kind == Self::Text(TextFormat::DateTime),
        }
    }
}

impl Field {
    /// See [`FieldType::is_instant`].
    pub fn is_instant(&self) -> bool {
        self.kind.is_instant()
    }
}

/// Why a path names no field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownField {
    /// The schema allows no value there.
    #[error("there is no field {path:?}{}", suggestion.as_ref().map_or_else(String::new, |name| format!("; did you mean {name:?}?")))]
    Absent {
        /// The path asked for.
        path: String,
        /// The nearest name that exists.
        suggestion: Option<String>,
    },
    /// Something above the path is an array.
    #[error("{path:?} leads through the array {array:?}; name the array itself")]
    CrossesArray {
        /// The path asked for.
        path: String,
        /// The array on the way.
        array: String,
    },
    /// The caller is not shown it.
    #[error("{path:?} is shown only to those who hold the scope {scope}")]
    Hidden {
        /// The path asked for.
        path: String,
        /// The scope that shows it.
        scope: String,
    },
}

/// The schema of a collection, for questions about its fields.
#[derive(Clone, Debug)]
pub struct Schema {
    root: Arc<Root>,
    mentioned: Mentioned,
    hidden: BTreeMap<Path, String>,
}

/// What a schema mentions anywhere, so that documents of most need not be looked through.
#[derive(Clone, Copy, Debug)]
struct Mentioned {
    ieee754: bool,
    integers: bool,
    bounds: bool,
}

impl Schema {
    /// Takes a JSON Schema 2020-12 whose references stay within it.
    pub fn new(root: Value) -> Self {
        let bounds = ["maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"];
        let mentioned = Mentioned {
            ieee754: mentions(&root, IEEE754),
            integers: mentions(&root, "integer"),
            bounds: bounds.iter().any(|word| uses(&root, word)),
        };
        let root = Arc::new(Root::new(references::to_pointers(root)));
        Self { root, mentioned, hidden: BTreeMap::new() }
    }

    /// The schema as it is for somebody who is not shown these fields, each with the scope that shows it: no path leads
    /// to them.
    pub fn hiding(&self, hidden: &BTreeMap<Path, String>) -> Self {
        Self { hidden: hidden.clone(), ..self.clone() }
    }

    /// Whether no path may lead to this field.
    pub fn hides(&self, path: &Path) -> bool {
        self.scope_of(path).is_some()
    }

    fn scope_of(&self, path: &Path) -> Option<&String> {
        self.hidden.iter().find(|(hidden, _)| hidden.contains(path)).map(|(_, scope)| scope)
    }

    /// Whether the schema itself names this member of a document, or has a pattern for it.
    pub fn declares(&self, name: &str) -> bool {
        let shape = self.shape(&[]);
        let by_pattern = |pattern: &String| self.root.matches(pattern, name).unwrap_or(true);
        shape.declared.iter().any(|declared| declared == name) || shape.patterns.iter().any(by_pattern)
    }

    /// What is known of the values at the place that these names lead to, from the outermost to the innermost.
    pub fn shape(&self, names: &[String]) -> Shape {
        let steps: Vec<Step<'_>> = names.iter().map(|name| Step::Member(name)).collect();
        self.root.at(&steps)
    }

    /// The field at `path`.
    pub fn field(&self, path: &Path) -> Result<Arc<Field>, UnknownField> {
        if let Some(scope) = self.scope_of(path) {
            return Err(UnknownField::Hidden { path: path.to_string(), scope: scope.clone() });
        }
        if path.first().starts_with('_') {
            return system_field(path).map(Arc::new).ok_or_else(|| self.absent(path));
        }
        let mut shape = self.root.at(&[]);
        let mut crossings = Vec::new();
        for place in path.ancestors().chain([path.clone()]) {
            let name = place.segments().last();
            if !name.is_some_and(|name| shape.admits(name)) {
                return Err(self.absent(path));
            }
            shape = self.shape(place.segments());
            if &place == path {
                break;
            }
            if shape.kinds.meets(Kinds::ARRAY) {
                if shape.kinds.within(Kinds::ARRAY.or(Kinds::NULL)) {
                    return Err(UnknownField::CrossesArray {
                        path: path.to_string(),
                        array: place.to_string(),
                    });
                }
                crossings.push(place);
            }
        }
        if shape.kinds.less(Kinds::NULL) == Kinds::NONE {
            return Err(self.absent(path));
        }
        let mut steps: Vec<Step<'_>> = path.segments().iter().map(|name| Step::Member(name)).collect();
        let kind = self.type_of(&shape, &mut steps);
        let nullable = shape.kinds.meets(Kinds::NULL);
        let values = if matches!(kind, FieldType::Array(_)) {
            steps.truncate(path.segments().len());
            steps.push(Step::Item);
            self.root.at(&steps).values
        } else {
            shape.values
        };
        Ok(Arc::new(Field { path: path.clone(), kind, nullable, always: false, values, crossings }))
    }

    /// Whether the value that `steps` lead to is a number of format `ieee754`.
    pub fn is_ieee754(&self, steps: &[Step<'_>]) -> bool {
        self.mentioned.ieee754 && is_ieee754(&self.root.at(steps))
    }

    /// Whether the numbers that `steps` lead to are integers.
    pub fn is_integer(&self, steps: &[Step<'_>]) -> bool {
        self.mentioned.integers && self.root.at(steps).kinds.and(Kinds::NUMBER) == Kinds::INTEGER
    }

    /// Whether it says anywhere that something is an integer.
    pub fn has_integers(&self) -> bool {
        self.mentioned.integers
    }

    /// Whether it says anywhere that something is a point in time.
    pub fn mentions_instants(&self) -> bool {
        mentions(self.root.schema(), "date-time")
    }

    /// The schema as it was written, its references turned into pointers.
    pub fn text(&self) -> &Value {
        self.root.schema()
    }

    /// What the values at the place that these names lead to are.
    pub fn kind_at(&self, names: &[String]) -> FieldType {
        let mut steps: Vec<Step<'_>> = names.iter().map(|name| Step::Member(name)).collect();
        self.type_of(&self.root.at(&steps), &mut steps)
    }

    /// Whether it may bound a number of format `ieee754`.
    pub fn bounds_ieee754(&self) -> bool {
        self.mentioned.ieee754 && self.mentioned.bounds
    }

    fn type_of(&self, shape: &Shape, steps: &mut Vec<Step<'_>>) -> FieldType {
        let kinds = shape.kinds.less(Kinds::NULL);
        let date_time = shape.format.as_deref() == Some("date-time");
        if is_ieee754(shape) {
            FieldType::Number { ieee754: true }
        } else if kinds.within(Kinds::INTEGER) {
            FieldType::Integer
        } else if kinds.within(Kinds::NUMBER) {
            FieldType::Number { ieee754: false }
        } else if kinds == Kinds::STRING {
            FieldType::Text(if date_time { TextFormat::DateTime } else { TextFormat::Plain })
        } else if kinds == Kinds::BOOLEAN {
            FieldType::Boolean
        } else if kinds == Kinds::OBJECT {
            FieldType::Object
        } else if kinds == Kinds::ARRAY {
            steps.push(Step::Item);
            let items = self.root.at(steps);
            FieldType::Array(Box::new(self.type_of(&items, steps)))
        } else {
            FieldType::Untyped
        }
    }

    /// That nothing can be at a path.
    fn absent(&self, path: &Path) -> UnknownField {
        UnknownField::Absent { path: path.to_string(), suggestion: self.nearest(path.first()) }
    }

    /// The declared name that is a typing error away from `name`.
    pub fn nearest(&self, name: &str) -> Option<String> {
        let declared = self.shape(&[]).declared;
        let names = declared.iter().map(String::as_str).chain(SYSTEM_FIELDS);
        nearest(name, names).filter(|near| near != name)
    }
}

fn is_ieee754(shape: &Shape) -> bool {
    let kinds = shape.kinds.less(Kinds::NULL);
    shape.format.as_deref() == Some(IEEE754)
        && kinds.meets(Kinds::STRING)
        && kinds.less(Kinds::STRING) != Kinds::NONE
        && kinds.within(Kinds::NUMBER.or(Kinds::STRING))
}

/// Whether a schema has this text as a value anywhere.
fn mentions(schema: &Value, word: &str) -> bool {
    match schema {
        Value::String(text) => text == word,
        Value::Array(items) => items.iter().any(|item| mentions(item, word)),
        Value::Object(members) => members.values().any(|member| mentions(member, word)),
        _ => false,
    }
}

/// Whether a schema has a member of this name anywhere.
fn uses(schema: &Value, word: &str) -> bool {
    match schema {
        Value::Array(items) => items.iter().any(|item| uses(item, word)),
        Value::Object(members) => members.iter().any(|(name, member)| name == word || uses(member, word)),
        _ => false,
    }
}

fn system_field(path: &Path) -> Option<Field> {
    let [name] = path.segments() else { return None };
    let kind = match name.as_str() {
        "_id" | "_owner" => FieldType::Text(TextFormat::Plain),
        "_revision" => FieldType::Integer,
        "_created_at" | "_updated_at" => FieldType::Text(TextFormat::Timestamp),
        _ => return None,
    };
    Some(Field {
        path: path.clone(),
        kind,
        nullable: false,
        always: true,
        values: None,
        crossings: Vec::new(),
    })
}

#[cfg(test)]
#[path = "tests/schema.rs"]
mod tests;
