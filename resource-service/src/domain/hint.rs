//! What a schema expects, in words for somebody who wrote something else. Shows no stored value.

use jsonschema::ValidationError;
use serde_json::{Map, Value};
use service_kit::wording::{nearest, short};

/// The most members that are named.
const MAX_NAMED: usize = 6;

/// The schema that has the keyword which a value breaks.
fn broken<'s>(schema: &'s Value, fault: &ValidationError<'_>) -> Option<&'s Map<String, Value>> {
    let (parent, _) = fault.schema_path().as_str().rsplit_once('/')?;
    schema.pointer(parent)?.as_object()
}

/// That a member is not declared, with the declared name that is a typing error away.
pub fn unexpected(schema: &Value, fault: &ValidationError<'_>, name: &str) -> String {
    let declared = broken(schema, fault).and_then(|schema| schema.get("properties")?.as_object());
    let near = declared.and_then(|declared| nearest(name, declared.keys().map(String::as_str)));
    let hint = near.map_or_else(String::new, |near| format!("; did you mean {near:?}?"));
    let owner = if fault.instance_path().as_str().is_empty() { "this collection" } else { "this object" };
    format!("{:?} is not a field of {owner}{hint}", short(name))
}

/// Where an object is expected and something else came: the members that the object would have.
pub fn expected_object(schema: &Value, fault: &ValidationError<'_>) -> Option<String> {
    let schema = broken(schema, fault)?;
    if schema.get("type")?.as_str() != Some("object") || fault.instance().is_object() {
        return None;
    }
    let required: Vec<&str> = schema.get("required")?.as_array()?.iter().filter_map(Value::as_str).collect();
    let optional = schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys);
    let optional = optional.map(String::as_str).filter(|name| !required.contains(name));
    let member = |name: &&str| format!("{name:?}: …");
    let members: Vec<String> = required.iter().map(member).take(MAX_NAMED).collect();
    if members.is_empty() {
        return None;
    }
    let optional: Vec<String> = optional.take(MAX_NAMED).map(|name| format!("{name:?}")).collect();
    let optional =
        if optional.is_empty() { String::new() } else { format!(" (optional: {})", optional.join(", ")) };
    Some(format!("; expected {{{}}}{optional}", members.join(", ")))
}
