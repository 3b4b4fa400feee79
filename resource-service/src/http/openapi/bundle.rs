//! Takes a collection's schema apart into components of the OpenAPI document, so that every reference leads to a
//! component.
//!
//! JSON Schema refers to a resource by its `$id`, to a place by `$anchor`, or by a JSON Pointer to any place. Tools for
//! OpenAPI follow `#/components/schemas/NAME` and little else. `query::references` says what each reference leads to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::operations::reference;
use crate::{domain::pointer, query::references};

/// The schema of a collection in components.
pub struct Bundle {
    /// The schema itself.
    pub root: Map<String, Value>,
    /// The components that it refers to, by name.
    pub parts: Map<String, Value>,
}

/// Which schemas a keyword holds.
enum Holds {
    One,
    List,
    Named,
}

fn holds(keyword: &str) -> Option<Holds> {
    Some(match keyword {
        "additionalProperties"
        | "unevaluatedProperties"
        | "unevaluatedItems"
        | "items"
        | "contains"
        | "not"
        | "if"
        | "then"
        | "else"
        | "propertyNames"
        | "contentSchema" => Holds::One,
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => Holds::List,
        "properties" | "patternProperties" | "dependentSchemas" => Holds::Named,
        _ => return None,
    })
}

/// Keywords that only references need, and those that OpenAPI reads in a way of its own.
const LEFT_OUT: [&str; 13] = [
    "$id",
    "$schema",
    "$anchor",
    "$dynamicAnchor",
    "$vocabulary",
    "$comment",
    "$defs",
    "definitions",
    "dependencies",
    "discriminator",
    "xml",
    "externalDocs",
    "nullable",
];

/// Keywords beside `$ref` that every tool may ignore.
const ANNOTATIONS: [&str; 8] =
    ["title", "description", "type", "default", "examples", "deprecated", "readOnly", "writeOnly"];

/// The schema of the collection `name`.
pub fn bundle(schema: &Value, name: &str) -> Bundle {
    let mut targets: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for link in references::links(schema) {
        targets.entry(link.from).or_default().push(link.to);
    }
    let mut names = BTreeMap::from([(String::new(), name.to_owned())]);
    let mut taken: BTreeSet<String> =
        ["stored", "page", "listed"].map(|own| plain(&format!("{name}{own}"))).into();
    let places: BTreeSet<&String> = targets.values().flatten().filter(|place| !place.is_empty()).collect();
    for place in places {
        names.insert(place.clone(), component_name(name, place, &mut taken));
    }
    let mut writer = SchemaWriter { schema, targets: &targets, names: &names, waiting: Vec::new() };
    let mut root = writer.whole("");
    let (mut parts, mut done) = (Map::new(), BTreeSet::from([String::new()]));
    while let Some(place) = writer.waiting.pop() {
        if done.insert(place.clone()) {
            let part = writer.whole(&place);
            parts.insert(names[&place].clone(), part);
        }
    }
    let mut root = root.as_object_mut().map(std::mem::take).unwrap_or_default();
    inline(&mut root, &parts);
    Bundle { root, parts }
}

/// Letters and digits alone, as generators that make names of their own leave them.
pub fn plain(name: &str) -> String {
    name.to_lowercase().replace(|letter: char| !letter.is_alphanumeric(), "")
}

/// A name of its own for the schema at `place`, of the letters that names of components have.
fn component_name(collection: &str, place: &str, taken: &mut BTreeSet<String>) -> String {
    let words = place.split('/').filter(|word| !["", "$defs", "definitions", "properties"].contains(word));
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    let words: Vec<String> = words.map(|word| word.replace(|letter| !allowed(letter), "_")).collect();
    let own = format!("{collection}.{}", words.join("."));
    let mut name = own.clone();
    let mut count = 1;
    while !taken.insert(plain(&name)) {
        count += 1;
        name = format!("{own}_{count}");
    }
    name
}

/// Puts what a root refers to into the root, so that it shows its own properties.
fn inline(root: &mut Map<String, Value>, parts: &Map<String, Value>) {
    let mut seen = BTreeSet::new();
    while let Some(Value::String(reference)) = root.remove("$ref") {
        let name = reference.rsplit('/').next().unwrap_or_default().to_owned();
        let Some(Value::Object(part)) = parts.get(&name) else { return };
        if !seen.insert(name) {
            return;
        }
        for (keyword, value) in part {
            if !root.contains_key(keyword) {
                root.insert(keyword.clone(), value.clone());
            }
        }
    }
}

/// Writes schemas with references to components.
struct SchemaWriter<'p> {
    schema: &'p Value,
    /// What the references of the schema at a place lead to.
    targets: &'p BTreeMap<String, Vec<String>>,
    /// The component of each place that is one.
    names: &'p BTreeMap<String, String>,
    /// Places of components to write.
    waiting: Vec<String>,
}

impl SchemaWriter<'_> {
    fn whole(&mut self, place: &str) -> Value {
        match self.schema.pointer(place) {
            Some(Value::Object(members)) => self.object(place, members).into(),
            Some(other) => boolean(other),
            None => json!({}),
        }
    }

    fn refer(&mut self, place: &str) -> Value {
        self.waiting.push(place.to_owned());
        self.names.get(place).map_or_else(|| json!({}), |name| reference(name))
    }

    fn child(&mut self, place: &str, schema: &Value) -> Value {
        match schema {
            _ if self.names.contains_key(place) => self.refer(place),
            Value::Object(members) => self.object(place, members).into(),
            other => boolean(other),
        }
    }

    fn object(&mut self, place: &str, members: &Map<String, Value>) -> Map<String, Value> {
        let mut written = Map::new();
        for (keyword, value) in members {
            if LEFT_OUT.contains(&keyword.as_str()) || ["$ref", "$dynamicRef"].contains(&keyword.as_str()) {
                continue;
            }
            let at = pointer(place, keyword);
            let value = match (holds(keyword), value) {
                (Some(Holds::One), Value::Bool(_)) if CLOSING.contains(&keyword.as_str()) => value.clone(),
                (Some(Holds::One), value) => self.child(&at, value),
                (Some(Holds::List), Value::Array(items)) => {
                    let items = items.iter().enumerate();
                    items.map(|(index, item)| self.child(&pointer(&at, &index.to_string()), item)).collect()
                }
                (Some(Holds::Named), Value::Object(named)) => {
                    let item = |(name, item): (&String, &Value)| {
                        (name.clone(), self.child(&pointer(&at, name), item))
                    };
                    Value::Object(named.iter().map(item).collect())
                }
                // No document has a member of this name, so no document has such a value.
                (None, Value::Array(values)) if keyword == "enum" => {
                    values.iter().filter(|value| !refers(value)).cloned().collect()
                }
                _ if !refers(value) => value.clone(),
                _ => continue,
            };
            written.insert(keyword.clone(), value);
        }
        let targets = self.targets.get(place).into_iter().flatten();
        let references: Vec<Value> = targets.map(|target| self.refer(target)).collect();
        beside(written, references)
    }
}

/// Keywords in which generators understand `true` and `false`.
const CLOSING: [&str; 3] = ["additionalProperties", "unevaluatedProperties", "unevaluatedItems"];

/// A schema that allows everything, or nothing, as an object: some generators read no other.
fn boolean(schema: &Value) -> Value {
    if schema == &Value::Bool(false) { json!({"not": {}}) } else { json!({}) }
}

/// Adds references to a schema. Most generators ignore what is beside a `$ref`, so that only annotations stay there.
fn beside(mut schema: Map<String, Value>, references: Vec<Value>) -> Map<String, Value> {
    let annotated = schema.keys().all(|keyword| ANNOTATIONS.contains(&keyword.as_str()));
    if let [Value::Object(reference)] = references.as_slice()
        && annotated
    {
        return reference.clone().into_iter().chain(schema).collect();
    }
    if !references.is_empty()
        && let Value::Array(parts) = schema.entry("allOf").or_insert_with(|| json!([]))
    {
        parts.extend(references);
    }
    schema
}

/// Whether tools would find a reference somewhere in what is no schema.
fn refers(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.contains_key("$ref") || members.values().any(refers),
        Value::Array(items) => items.iter().any(refers),
        _ => false,
    }
}
