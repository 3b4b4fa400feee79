//! Takes a collection's schema apart into components of the OpenAPI document, so that every reference leads to a
//! component.
//!
//! JSON Schema refers to a resource by its `$id`, to a place by `$anchor`, or by a JSON Pointer to any place. Tools for
//! OpenAPI follow `#/components/schemas/NAME` and little else.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::{Uri, uri};
use serde_json::{Map, Value, json};

use super::operations::reference;
use crate::domain::pointer;

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
        "properties" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions" => Holds::Named,
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

/// Where each schema is, and what leads to it.
struct Places<'s> {
    root: &'s Value,
    /// By pointer: the base of its references.
    bases: BTreeMap<String, Uri<String>>,
    /// By `$id`, without a fragment.
    resources: BTreeMap<String, String>,
    /// By the resource and the name of the anchor; whether it is a dynamic one.
    anchors: BTreeMap<(String, String), (String, bool)>,
}

impl<'s> Places<'s> {
    fn of(root: &'s Value) -> Self {
        let (bases, resources, anchors) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut places = Self { root, bases, resources, anchors };
        if let Ok(base) = uri::from_str("") {
            places.resources.insert(base.as_str().to_owned(), String::new());
            places.enter(root, String::new(), &base);
        }
        places
    }

    fn enter(&mut self, schema: &Value, place: String, base: &Uri<String>) {
        let Some(members) = schema.as_object() else { return };
        if self.bases.contains_key(&place) {
            return;
        }
        let text = |keyword: &str| members.get(keyword).and_then(Value::as_str);
        let own = text("$id").and_then(|id| uri::resolve_against(&base.borrow(), id).ok());
        let base = own.as_ref().unwrap_or(base);
        let resource = base.as_str().split('#').next().unwrap_or_default().to_owned();
        if own.is_some() {
            self.resources.insert(resource.clone(), place.clone());
        }
        for (keyword, dynamic) in [("$anchor", false), ("$dynamicAnchor", true)] {
            if let Some(name) = text(keyword) {
                self.anchors.insert((resource.clone(), name.to_owned()), (place.clone(), dynamic));
            }
        }
        for (keyword, value) in members {
            let at = pointer(&place, keyword);
            match (holds(keyword), value) {
                (Some(Holds::One), value) => self.enter(value, at, base),
                (Some(Holds::List), Value::Array(items)) => {
                    for (index, item) in items.iter().enumerate() {
                        self.enter(item, pointer(&at, &index.to_string()), base);
                    }
                }
                (Some(Holds::Named), Value::Object(named)) => {
                    for (name, item) in named {
                        self.enter(item, pointer(&at, name), base);
                    }
                }
                _ => {}
            }
        }
        self.bases.insert(place, base.clone());
    }

    /// The base of references at a place, which may be one that no keyword for schemas leads to.
    fn base(&self, place: &str) -> Option<&Uri<String>> {
        let mut above = place;
        loop {
            if let Some(base) = self.bases.get(above) {
                return Some(base);
            }
            above = &above[..above.rfind('/')?];
        }
    }

    /// The pointer that a reference at `place` leads to; none where it leads out of the schema.
    fn target(&self, place: &str, reference: &str) -> Option<String> {
        let uri = uri::resolve_against(&self.base(place)?.borrow(), reference).ok()?;
        let resource = uri.as_str().split('#').next().unwrap_or_default();
        let start = self.resources.get(resource)?;
        let fragment = uri.fragment().map(|fragment| fragment.decode().to_string_lossy().into_owned());
        let fragment = fragment.unwrap_or_default();
        let target = if fragment.is_empty() || fragment.starts_with('/') {
            format!("{start}{fragment}")
        } else {
            self.anchors.get(&(resource.to_owned(), fragment))?.0.clone()
        };
        self.root.pointer(&target).is_some().then_some(target)
    }

    /// The pointer that a `$dynamicRef` leads to. Validation starts at the root, so an anchor of the root's resource
    /// takes precedence (JSON Schema 2020-12, section 8.2.3.2).
    fn dynamic_target(&self, place: &str, reference: &str) -> Option<String> {
        let near = self.target(place, reference)?;
        let name = reference.split_once('#').map(|(_, name)| name.to_owned()).unwrap_or_default();
        let dynamic =
            self.anchors.iter().any(|((_, known), to)| *known == name && *to == (near.clone(), true));
        let root =
            self.bases.get("").map(|base| base.as_str().split('#').next().unwrap_or_default().to_owned());
        let outer = root.and_then(|root| self.anchors.get(&(root, name))).filter(|(_, dynamic)| *dynamic);
        Some(outer.filter(|_| dynamic).map_or(near, |(place, _)| place.clone()))
    }

    fn targets_of(&self, place: &str, members: &Map<String, Value>) -> Vec<String> {
        let text = |keyword: &str| members.get(keyword).and_then(Value::as_str);
        let plain = text("$ref").and_then(|reference| self.target(place, reference));
        let dynamic = text("$dynamicRef").and_then(|reference| self.dynamic_target(place, reference));
        plain.into_iter().chain(dynamic).collect()
    }

    /// Everything that a reference leads to.
    fn targets(&mut self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut waiting: Vec<String> = self.bases.keys().cloned().collect();
        while let Some(place) = waiting.pop() {
            let Some(members) = self.root.pointer(&place).and_then(Value::as_object) else { continue };
            for target in self.targets_of(&place, members) {
                if found.insert(target.clone()) && !self.bases.contains_key(&target) {
                    // It is within a keyword that is not one for schemas.
                    let known: BTreeSet<String> = self.bases.keys().cloned().collect();
                    let base = self.base(&target).cloned();
                    if let Some((base, schema)) = base.zip(self.root.pointer(&target)) {
                        self.enter(schema, target, &base);
                    }
                    waiting.extend(self.bases.keys().filter(|place| !known.contains(*place)).cloned());
                }
            }
        }
        found
    }
}

/// The schema of the collection `name`.
pub fn bundle(schema: &Value, name: &str) -> Bundle {
    let mut places = Places::of(schema);
    let mut names = BTreeMap::from([(String::new(), name.to_owned())]);
    let mut taken: BTreeSet<String> =
        ["stored", "page", "listed"].map(|own| plain(&format!("{name}{own}"))).into();
    for target in places.targets().into_iter().filter(|target| !target.is_empty()) {
        let name = component_name(name, &target, &mut taken);
        names.insert(target, name);
    }
    let mut writer = SchemaWriter { places: &places, names: &names, waiting: Vec::new() };
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
    places: &'p Places<'p>,
    names: &'p BTreeMap<String, String>,
    waiting: Vec<String>,
}

impl SchemaWriter<'_> {
    fn whole(&mut self, place: &str) -> Value {
        match self.places.root.pointer(place) {
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
        let targets = self.places.targets_of(place, members);
        let references: Vec<Value> = targets.iter().map(|target| self.refer(target)).collect();
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
