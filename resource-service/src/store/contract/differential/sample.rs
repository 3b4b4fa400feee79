//! The collection of the differential test, and what its fields are, said a second time by hand.

use std::sync::Arc;

use serde_json::json;

use crate::domain::collection::Collection;

/// What a field's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Date,
    Dates,
    Integer,
    Number,
    Ieee754,
    Boolean,
    Texts,
    Ieee754s,
    Anythings,
    Object,
    Anything,
}

impl Kind {
    /// The kind of an array's items.
    pub fn items(self) -> Option<Self> {
        match self {
            Self::Texts => Some(Self::Text),
            Self::Dates => Some(Self::Date),
            Self::Ieee754s => Some(Self::Ieee754),
            Self::Anythings => Some(Self::Anything),
            _ => None,
        }
    }
}

/// A field, its kind, and whether it can be null.
pub type SampleField = (&'static str, Kind, bool);

pub const FIELDS: [SampleField; 23] = [
    ("_id", Kind::Text, false),
    ("_revision", Kind::Integer, false),
    ("t", Kind::Text, false),
    ("s", Kind::Text, true),
    ("i", Kind::Integer, true),
    ("n", Kind::Number, true),
    ("x", Kind::Ieee754, true),
    ("y", Kind::Ieee754, false),
    ("b", Kind::Boolean, true),
    ("at", Kind::Date, true),
    ("times", Kind::Dates, false),
    ("when.at", Kind::Date, false),
    ("tags", Kind::Texts, false),
    ("marks", Kind::Ieee754s, false),
    ("mixed", Kind::Anythings, false),
    ("inner", Kind::Object, false),
    ("inner.s", Kind::Text, false),
    ("free.a", Kind::Anything, true),
    ("free.d.e", Kind::Anything, true),
    ("free.o'd \"x\".0", Kind::Anything, true),
    ("results.e.value", Kind::Ieee754, false),
    ("loose.v", Kind::Number, true),
    ("labels.team", Kind::Text, false),
];

/// One of the collections, all alike.
pub fn collection(number: u64) -> Arc<Collection> {
    let ieee754 = json!({"type": ["number", "string"], "format": "ieee754"});
    let definition = json!({
        "name": format!("samples{number}"),
        "schema": {
            "type": "object",
            "additionalProperties": false,
            "required": ["t", "y"],
            "properties": {
                "t": {"type": "string"},
                "s": {"type": ["string", "null"]},
                "i": {"type": ["integer", "null"]},
                "n": {"type": ["number", "null"]},
                "x": {"type": ["number", "string", "null"], "format": "ieee754"},
                "y": ieee754,
                "b": {"type": ["boolean", "null"]},
                "at": {"type": ["string", "null"], "format": "date-time"},
                "times": {"type": "array", "items": {"type": "string", "format": "date-time"}},
                "when": {"type": "object", "additionalProperties": {"type": "string", "format": "date-time"}},
                "tags": {"type": "array", "items": {"type": "string"}},
                "marks": {"type": "array", "items": ieee754},
                "mixed": {"type": "array"},
                "inner": {"type": "object", "properties": {"s": {"type": "string"}}},
                "free": {"type": "object"},
                "results": {"type": "object", "additionalProperties": {"type": "object", "properties": {"value": ieee754}}},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "loose": {"properties": {"v": {"type": ["number", "null"]}}},
            },
        },
        // In every second collection no index serves anything.
        "indexes": if number % 2 == 1 { json!([]) } else { json!([
            {"keys": {"s": 1}},
            {"keys": {"at": 1}},
            {"keys": {"when.at": -1, "s": 1}},
            {"keys": {"times": 1}},
            {"keys": {"x": 1}},
            {"keys": {"y": -1}},
            {"keys": {"i": -1, "s": 1}},
            {"keys": {"b": 1, "n": -1}},
            {"keys": {"free.a": 1}},
            {"keys": {"loose.v": 1}},
            {"keys": {"tags": 1}},
            {"keys": {"results.e.value": 1}},
            {"keys": {"labels.*": 1}},
            {"keys": {"free.*": 1}},
        ]) },
    });
    Arc::new(Collection::new(serde_json::from_value(definition).expect("ok")).expect("ok"))
}
