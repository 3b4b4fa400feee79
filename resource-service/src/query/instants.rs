//! Where the documents of a schema hold points in time, and their keys in the shape of the document: what a store that
//! cannot compute a key by itself keeps beside a document. Knows no store.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    instant::key_or_text,
    path::MAX_DEPTH,
    schema::{FieldType, Schema, TextFormat},
    shape::Kinds,
};

/// How many places are looked at before the rest is left to be looked at with each document.
const MAX_PLACES: usize = 4096;
/// A name that no schema declares: what is true of its place is true of undeclared members.
const UNDECLARED: &str = "\u{1}";

/// The places of a schema that hold points in time, outside of arrays of objects, where no query reaches.
#[derive(Debug, Default)]
pub struct Instants {
    places: Option<Node>,
    layout: String,
}

/// A place at, or below which there are points in time.
#[derive(Debug, Default)]
struct Node {
    /// Whether strings here, or in an array here, are points in time.
    here: bool,
    /// Whether members that the schema does not name may be such places too.
    open: bool,
    members: BTreeMap<String, Node>,
}

impl Instants {
    /// Those of a schema.
    pub fn of(schema: &Schema) -> Self {
        let mut left = MAX_PLACES;
        let places =
            if schema.mentions_instants() { place(schema, &mut Vec::new(), &mut left) } else { None };
        let mut layout = String::new();
        if let Some(places) = &places {
            let mut open = false;
            places.describe(&mut layout, &mut open);
            if open {
                layout.push_str(&schema.text().to_string());
            }
        }
        Self { places, layout }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_none()
    }

    /// A text that is the same for schemas with the same places.
    pub fn layout(&self) -> &str {
        &self.layout
    }

    /// The keys of a document's points in time, in the shape of the document. What is there instead of a string is
    /// kept as it is, but for `null`, objects and arrays.
    pub fn keys(&self, schema: &Schema, members: &Map<String, Value>) -> Map<String, Value> {
        let Some(places) = &self.places else { return Map::new() };
        places.keys(schema, members, &mut Vec::new())
    }
}

/// What is known of the place that these names lead to; nothing where no point in time is at or below it.
fn place(schema: &Schema, names: &mut Vec<String>, left: &mut usize) -> Option<Node> {
    if *left == 0 {
        return Some(Node { open: true, ..Node::default() });
    }
    *left -= 1;
    let instant = FieldType::Text(TextFormat::DateTime);
    let here = match schema.kind_at(names) {
        FieldType::Array(items) => *items == instant,
        kind => kind == instant,
    };
    let mut found = Node { here, ..Node::default() };
    let shape = schema.shape(names);
    if shape.kinds.meets(Kinds::OBJECT) && names.len() < MAX_DEPTH {
        for name in shape.declared {
            names.push(name);
            let below = place(schema, names, left);
            found.members.extend(names.pop().zip(below));
        }
        if shape.open {
            names.push(UNDECLARED.to_owned());
            found.open = !shape.patterns.is_empty() || place(schema, names, left).is_some();
            names.pop();
        }
    }
    (found.here || found.open || !found.members.is_empty()).then_some(found)
}

impl Node {
    fn describe(&self, text: &mut String, open: &mut bool) {
        *open |= self.open;
        text.push_str(if self.here { "!" } else { "" });
        text.push_str(if self.open { "*" } else { "" });
        for (name, place) in &self.members {
            text.push_str(&Value::from(name.as_str()).to_string());
            text.push('{');
            place.describe(text, open);
            text.push('}');
        }
    }

    fn keys(
        &self,
        schema: &Schema,
        members: &Map<String, Value>,
        names: &mut Vec<String>,
    ) -> Map<String, Value> {
        let mut keys = Map::new();
        let mut add = |name: &str, place: &Self, value: &Value, names: &mut Vec<String>| {
            names.push(name.to_owned());
            let found = place.key(schema, value, names);
            names.pop();
            keys.extend(found.map(|key| (name.to_owned(), key)));
        };
        for (name, place) in &self.members {
            if let Some(value) = members.get(name) {
                add(name, place, value, names);
            }
        }
        let others = members.iter().filter(|(name, _)| self.open && !self.members.contains_key(*name));
        for (name, value) in others {
            names.push(name.clone());
            let place = place(schema, names, &mut MAX_PLACES.clone());
            names.pop();
            if let Some(place) = place {
                add(name, &place, value, names);
            }
        }
        keys
    }

    fn key(&self, schema: &Schema, value: &Value, names: &mut Vec<String>) -> Option<Value> {
        let scalar = |value: &Value| match value {
            Value::String(text) => Some(key_or_text(text).into()),
            Value::Bool(_) | Value::Number(_) => Some(value.clone()),
            _ => None,
        };
        match value {
            Value::Object(members) => {
                let keys = self.keys(schema, members, names);
                (!keys.is_empty()).then_some(Value::Object(keys))
            }
            Value::Array(items) if self.here => Some(items.iter().filter_map(scalar).collect()),
            value if self.here => scalar(value),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn keys(schema: Value, document: &Value) -> Value {
        let schema = Schema::new(schema);
        Value::Object(Instants::of(&schema).keys(&schema, document.as_object().unwrap()))
    }

    #[test]
    fn keys_are_found_wherever_the_schema_says_date_time() {
        let at = json!({"type": "string", "format": "date-time"});
        let schema = json!({
            "$defs": {"at": at},
            "type": "object",
            "properties": {
                "a": at,
                "text": {"type": "string"},
                "list": {"type": "array", "items": {"$ref": "#/$defs/at"}},
                "in": {"type": "object", "properties": {"b": {"anyOf": [{"$ref": "#/$defs/at"}, {"type": "null"}]}}},
                "named": {"type": "object", "additionalProperties": at},
                "points": {"type": "array", "items": {"properties": {"time": at}}},
                "free": {"type": "object"},
            },
            "patternProperties": {"_at$": at},
        });
        let time = "2026-01-31T13:00:00.50+01:00";
        let document = json!({
            "a": time, "text": time, "list": [time, null, 5], "in": {"b": time, "c": time}, "named": {"x": time},
            "points": [{"time": time}], "free": {"at": time}, "made_at": time, "other": time,
        });
        let key = "2026-01-31T12:00:00.5";
        let expected =
            json!({"a": key, "list": [key, 5], "in": {"b": key}, "named": {"x": key}, "made_at": key});
        assert_eq!(keys(schema, &document), expected);
    }

    #[test]
    fn what_is_older_than_the_definition_is_kept_as_it_is() {
        let schema =
            json!({"type": "object", "properties": {"a": {"type": "string", "format": "date-time"}}});
        for (value, key) in [
            (json!("2016-12-31T23:59:60Z"), Some(json!("2016-12-31T23:59:60Z"))),
            (json!(5), Some(json!(5))),
            (json!(null), None),
            (json!({"x": 1}), None),
        ] {
            let expected = key.map_or(json!({}), |key| json!({"a": key}));
            assert_eq!(keys(schema.clone(), &json!({"a": value})), expected, "{value}");
        }
    }

    #[test]
    fn the_layout_changes_only_with_the_places() {
        let layout = |schema: Value| Instants::of(&Schema::new(schema)).layout().to_owned();
        let at = json!({"type": "string", "format": "date-time"});
        let one = layout(json!({"type": "object", "properties": {"a": at, "n": {"type": "integer"}}}));
        let same =
            layout(json!({"type": "object", "properties": {"n": {"type": "string"}, "a": at}, "title": "T"}));
        let other = layout(json!({"type": "object", "properties": {"a": at, "n": at}}));
        assert!(one == same && one != other && !one.is_empty());
        assert!(Instants::of(&Schema::new(json!({"type": "object"}))).is_empty());
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let at = json!({"type": "string", "format": "date-time"});
        let schema =
            json!({"type": "object", "properties": {"l": {"$ref": "#"}, "r": {"$ref": "#"}, "at": at}});
        let found = keys(schema, &json!({"l": {"r": {"at": "2026-01-31T12:00:00Z"}}}));
        assert_eq!(found, json!({"l": {"r": {"at": "2026-01-31T12:00:00"}}}));
    }
}
