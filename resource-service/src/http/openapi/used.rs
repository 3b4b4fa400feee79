//! Removes the components of an OpenAPI document that nothing refers to.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Schemas that descriptions name, so that clients can read the answers for which the request itself asks.
const NAMED: [&str; 3] = ["Explanation", "Outcomes", "DefinitionReport"];

/// Keeps the components that paths refer to, directly or through other components. Security schemes are left as they
/// are: the document refers to them by name.
pub fn keep(document: &mut Value) {
    let mut used = BTreeSet::new();
    let mut waiting: Vec<String> = NAMED.iter().map(|name| format!("/components/schemas/{name}")).collect();
    references(&document["paths"], &mut waiting);
    while let Some(pointer) = waiting.pop() {
        if let Some(component) = document.pointer(&pointer)
            && !used.contains(&pointer)
        {
            references(component, &mut waiting);
            used.insert(pointer);
        }
    }
    let kinds = document["components"].as_object_mut().into_iter().flat_map(Map::iter_mut);
    for (kind, components) in kinds.filter(|(kind, _)| *kind != "securitySchemes") {
        if let Value::Object(components) = components {
            components.retain(|name, _| used.contains(&format!("/components/{kind}/{name}")));
        }
    }
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(members) => {
            let reference = members.get("$ref").and_then(Value::as_str);
            found.extend(reference.and_then(|to| to.strip_prefix('#')).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        _ => {}
    }
}
