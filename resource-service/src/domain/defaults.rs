//! Fills in the `default`s of a schema where a document leaves members out, as the models that schemas are made from do
//! (pydantic and its like). A member that is there is never touched, `null` included.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use shared_models::problem::FieldError;

use super::{
    collection::Collection,
    document::MAX_BYTES,
    fault::DefinitionFault,
    patch::{depth, weight},
    pointer,
    scan::MAX_NESTING,
    sight::Sight,
    validate::{SchemaRules, compile, faults},
};

/// What is percent-encoded of a pointer that is the fragment of a URI.
const FRAGMENT: AsciiSet = NON_ALPHANUMERIC.remove(b'/');
/// How far references are followed from one schema to say what it is.
const MAX_REFERENCES: usize = 8;
/// The most schemas that are looked at for one document.
const MAX_LOOKS: usize = 1_000_000;

impl Collection {
    /// Fills in the defaults of members that a new document leaves out.
    pub fn fill(&self, members: Map<String, Value>) -> Result<Map<String, Value>, Vec<FieldError>> {
        if !self.rules.has_defaults() {
            return Ok(members);
        }
        match fill(&self.rules, Value::Object(members)).map_err(|fault| vec![fault])? {
            Value::Object(members) => Ok(members),
            _ => Ok(Map::new()),
        }
    }
}

/// Refuses a default that breaks its own schema: every document that leaves the member out would be refused. `places` are
/// the pointers to the schemas that have a default, from a definition whose `schema` this is and compiles.
pub fn check(schema: &Value, places: &[String]) -> Result<(), DefinitionFault> {
    if places.is_empty() {
        return Ok(());
    }
    let own = schema.get("$id").and_then(Value::as_str).map(|id| id.trim_end_matches('#'));
    let id = own.unwrap_or("json-schema:///definition");
    let mut root = schema.clone();
    if let Some(root) = root.as_object_mut() {
        root.insert("$id".into(), id.into());
    }
    // One document of all defaults, each checked by the schema that has it, within the resource that it is part of.
    let (mut document, mut members) = (Map::new(), Map::new());
    for (at, place) in places.iter().enumerate() {
        let within = place.strip_prefix("/schema").unwrap_or_default();
        if let Some(default) = schema.pointer(within).and_then(|schema| schema.get("default")) {
            let fragment = utf8_percent_encode(within, &FRAGMENT);
            members.insert(at.to_string(), json!({"$ref": format!("{id}#{fragment}")}));
            document.insert(at.to_string(), default.clone());
        }
    }
    let rules = compile(&json!({"$defs": {"root": root}, "properties": members}))?;
    match faults(&rules, &Value::Object(document), Sight::Whole).into_iter().next() {
        None => Ok(()),
        Some(fault) => {
            let found = fault.pointer.unwrap_or_default();
            let (at, below) =
                found.trim_start_matches('/').split_once('/').unwrap_or((found.trim_start_matches('/'), ""));
            let place =
                at.parse().ok().and_then(|at: usize| places.get(at)).map_or("/schema", String::as_str);
            let below = if below.is_empty() { String::new() } else { format!("/{below}") };
            let message = format!("schema: the default breaks its own schema: {}", fault.message);
            Err(DefinitionFault::at(format!("{place}/default{below}"), message))
        }
    }
}

/// The document with the defaults of the schema.
fn fill(rules: &SchemaRules, mut document: Value) -> Result<Value, FieldError> {
    let schema = rules.schema();
    let mut filling = Filling { root: schema, room: MAX_BYTES, looks: MAX_LOOKS };
    filling.value(schema, &mut document, "")?;
    if filling.room < MAX_BYTES && depth(&document) > MAX_NESTING {
        let message = format!("with its defaults the document is nested deeper than {MAX_NESTING} levels");
        return Err(FieldError::at("", "nesting", message));
    }
    Ok(document)
}

struct Filling<'s> {
    root: &'s Value,
    /// How many bytes may still be filled in.
    room: usize,
    looks: usize,
}

impl<'s> Filling<'s> {
    /// Fills in what `schema` and the schemas that it leads to say of this value.
    fn value(&mut self, schema: &'s Value, value: &mut Value, place: &str) -> Result<(), FieldError> {
        if !(value.is_object() || value.is_array()) {
            return Ok(());
        }
        self.looks = self.looks.checked_sub(1).ok_or_else(|| {
            FieldError::at(
                place,
                "effort",
                "the schema is recursive and has too many defaults for this document",
            )
        })?;
        match value {
            Value::Object(members) => self.members(schema, members, place)?,
            Value::Array(items) => self.items(schema, items, place)?,
            _ => {}
        }
        for part in self.parts(schema, value.is_object()) {
            self.value(part, value, place)?;
        }
        Ok(())
    }

    fn members(
        &mut self,
        schema: &'s Value,
        members: &mut Map<String, Value>,
        place: &str,
    ) -> Result<(), FieldError> {
        let declared = schema.get("properties").and_then(Value::as_object);
        for (name, schema) in declared.into_iter().flatten() {
            if let Some(member) = members.get_mut(name) {
                self.value(schema, member, &pointer(place, name))?;
            } else if let Some(default) = self.default(schema, MAX_REFERENCES) {
                self.room = self.room.checked_sub(name.len() + weight(default)).ok_or_else(|| {
                    let message = format!("the defaults of this document have more than {MAX_BYTES} bytes");
                    FieldError::at(place, "default", message)
                })?;
                members.insert(name.clone(), default.clone());
            }
        }
        if let Some(others) = schema.get("additionalProperties").filter(|others| others.is_object()) {
            for (name, member) in members {
                if declared.is_none_or(|declared| !declared.contains_key(name)) {
                    self.value(others, member, &pointer(place, name))?;
                }
            }
        }
        Ok(())
    }

    fn items(&mut self, schema: &'s Value, items: &mut [Value], place: &str) -> Result<(), FieldError> {
        let first = schema.get("prefixItems").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for (at, item) in items.iter_mut().enumerate() {
            if let Some(schema) = first.get(at).or_else(|| schema.get("items")) {
                self.value(schema, item, &pointer(place, &at.to_string()))?;
            }
        }
        Ok(())
    }

    /// The schemas that hold for a value beside this one: references, all of `allOf`, and of alternatives the only one
    /// that takes an object (or an array), as an optional model has one.
    fn parts(&self, schema: &'s Value, object: bool) -> Vec<&'s Value> {
        let list = |keyword: &str| schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
        let mut parts: Vec<&Value> = self.target(schema).into_iter().chain(list("allOf")).collect();
        for alternatives in ["anyOf", "oneOf"] {
            let kind = if object { "object" } else { "array" };
            let mut fitting = list(alternatives).filter(|part| self.takes(part, kind, MAX_REFERENCES));
            if let (Some(only), None) = (fitting.next(), fitting.next()) {
                parts.push(only);
            }
        }
        parts
    }

    /// The default of a schema, its own before that of what it refers to.
    fn default(&self, schema: &'s Value, further: usize) -> Option<&'s Value> {
        let own = schema.get("default");
        own.or_else(|| {
            let further = further.checked_sub(1)?;
            let all = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
            let mut parts = self.target(schema).into_iter().chain(all);
            parts.find_map(|part| self.default(part, further))
        })
    }

    /// Whether a schema lets a value of this type be.
    fn takes(&self, schema: &Value, kind: &str, further: usize) -> bool {
        let typed = match schema.get("type") {
            Some(Value::Array(types)) => types.iter().any(|name| name == kind),
            Some(name) => name == kind,
            None => !["const", "enum"].iter().any(|keyword| schema.get(keyword).is_some()),
        };
        let referred = self.target(schema).filter(|_| further > 0);
        typed && referred.is_none_or(|target| self.takes(target, kind, further - 1))
    }

    /// What `$ref` leads to; the schema has pointers alone.
    fn target(&self, schema: &Value) -> Option<&'s Value> {
        self.root.pointer(schema.get("$ref")?.as_str()?.strip_prefix('#')?)
    }
}

#[cfg(test)]
#[path = "tests/defaults.rs"]
mod tests;
