//! The schema of a document as the service returns it: with the members that the service sets, and no field required
//! that some readers do not see.

use jsonschema::PatternOptions;
use serde_json::{Map, Value, json};

use super::{
    bundle::Bundle,
    operations::reference,
    schemas::{shown_members, system_members},
};
use crate::domain::{belonging::REVIEWS, collection::Collection};

/// How deep schemas that apply to the same object are followed.
const MAX_NESTING: usize = 8;
/// Keywords whose schemas apply to the same object as the schema itself.
const LISTS: [&str; 3] = ["allOf", "anyOf", "oneOf"];
const SINGLE: [&str; 3] = ["if", "then", "else"];

/// A document of the collection as the service returns it. Where its schema allows further members, that is the schema
/// and [`document`](super::schemas::document) together.
pub fn stored(bundle: &Bundle, collection: &Collection) -> Map<String, Value> {
    let mut members = shown_members();
    if collection.name() == REVIEWS {
        let stale = "Whether its calculation has changed since, or was removed: if expand asks for it and the caller may know.";
        members.insert("stale".into(), json!({"type": "boolean", "readOnly": true, "description": stale}));
    }
    let mut schema = bundle.root.clone();
    apply(&mut schema, &bundle.parts, MAX_NESTING, &|schema| open(schema, &members));
    for path in collection.access.hidden.keys() {
        hide(&mut schema, path.segments(), &bundle.parts);
    }
    let alternatives = ["anyOf", "oneOf"].iter().any(|keyword| schema.contains_key(*keyword));
    if schema == bundle.root && collection.name() != REVIEWS && !alternatives {
        let mut both = Map::new();
        both.extend(schema.remove_entry("title"));
        both.insert("allOf".into(), json!([reference(collection.name()), reference("Document")]));
        return both;
    }
    let members = beside(&mut schema, members);
    let mut required: Vec<Value> = system_members().map(Value::from).collect();
    required.extend(taken(&mut schema, "required").as_array().cloned().unwrap_or_default());
    schema.insert("properties".into(), members.into());
    schema.insert("required".into(), required.into());
    schema
}

/// The schema of a document of which only some fields were asked for.
pub fn in_part(bundle: &Bundle) -> Map<String, Value> {
    let mut schema = bundle.root.clone();
    apply(&mut schema, &bundle.parts, 0, &|schema| open(schema, &shown_members()));
    let members = beside(&mut schema, shown_members());
    schema.insert("properties".into(), members.into());
    for keyword in ["allOf", "anyOf", "oneOf", "if", "then", "else", "minProperties", "dependentRequired"] {
        schema.shift_remove(keyword);
    }
    schema.insert("required".into(), json!(["_id", "_revision"]));
    schema
}

/// Members of the service before the fields that the schema declares, which it gives up.
fn beside(schema: &mut Map<String, Value>, mut members: Map<String, Value>) -> Map<String, Value> {
    for (name, field) in taken(schema, "properties").as_object().cloned().unwrap_or_default() {
        members.entry(name).or_insert(field);
    }
    members
}

fn taken(schema: &mut Map<String, Value>, keyword: &str) -> Value {
    schema.get_mut(keyword).map(Value::take).unwrap_or_default()
}

/// Changes a schema and all that apply to the same object. One that is elsewhere is copied if it changes.
fn apply(
    schema: &mut Map<String, Value>,
    parts: &Map<String, Value>,
    nesting: usize,
    change: &dyn Fn(&mut Map<String, Value>),
) {
    change(schema);
    if nesting == 0 {
        return;
    }
    for keyword in SINGLE {
        if let Some(sub) = schema.get_mut(keyword) {
            change_part(sub, parts, nesting, change);
        }
    }
    for keyword in LISTS {
        for sub in schema.get_mut(keyword).and_then(Value::as_array_mut).into_iter().flatten() {
            change_part(sub, parts, nesting, change);
        }
    }
    for (_, sub) in schema.get_mut("dependentSchemas").and_then(Value::as_object_mut).into_iter().flatten() {
        change_part(sub, parts, nesting, change);
    }
}

fn change_part(
    part: &mut Value,
    parts: &Map<String, Value>,
    nesting: usize,
    change: &dyn Fn(&mut Map<String, Value>),
) {
    let elsewhere = referred(part, parts);
    let copied = elsewhere.is_some();
    let Some(before) = elsewhere.or_else(|| part.as_object().cloned()) else { return };
    let mut after = before.clone();
    apply(&mut after, parts, nesting - 1, change);
    if after != before {
        if copied {
            after.shift_remove("title");
        }
        *part = after.into();
    }
}

/// The component that a schema refers to.
fn referred(schema: &Value, parts: &Map<String, Value>) -> Option<Map<String, Value>> {
    let name = schema.get("$ref")?.as_str()?.rsplit('/').next()?;
    parts.get(name)?.as_object().cloned()
}

/// Lets the members of the service be beside those that the schema allows.
fn open(schema: &mut Map<String, Value>, members: &Map<String, Value>) {
    let allows = |value: &Value| value == &Value::Bool(true) || value == &json!({});
    let closes = |keyword: &str| schema.get(keyword).is_some_and(|value| !allows(value));
    let shut = closes("additionalProperties") || closes("unevaluatedProperties");
    schema.shift_remove("propertyNames");
    schema.shift_remove("maxProperties");
    for (pattern, value) in
        schema.get_mut("patternProperties").and_then(Value::as_object_mut).into_iter().flatten()
    {
        let options = jsonschema::draft202012::options().with_pattern_options(PatternOptions::regex());
        let validator = options.build(&json!({"pattern": pattern}));
        let matches = |name: &String| validator.as_ref().is_ok_and(|known| known.is_valid(&json!(name)));
        if members.keys().any(matches) {
            *value = json!({});
        }
    }
    if shut && let Value::Object(properties) = schema.entry("properties").or_insert_with(|| json!({})) {
        for name in members.keys() {
            properties.entry(name.clone()).or_insert_with(|| json!({}));
        }
    }
}

/// Requires a hidden field nowhere.
fn hide(schema: &mut Map<String, Value>, path: &[String], parts: &Map<String, Value>) {
    let Some((name, rest)) = path.split_first() else { return };
    apply(schema, parts, MAX_NESTING, &|schema| {
        if rest.is_empty() {
            if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
                required.retain(|required| required != name);
            }
            for keyword in ["minProperties", "dependentRequired"] {
                schema.shift_remove(keyword);
            }
        } else if let Some(member) = schema.get_mut("properties").and_then(|named| named.get_mut(name)) {
            change_part(member, parts, 1, &|schema| hide(schema, rest, parts));
        }
    });
}
