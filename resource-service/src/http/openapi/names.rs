//! Names that generators of clients keep apart: titles of schemas, which become classes, and ids of operations, which
//! become functions or files.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::bundle::plain;

const VERBS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

/// Gives each component a name of its own, and removes titles within components that another schema has.
pub fn tell_schemas_apart(schemas: &mut Map<String, Value>) {
    let mut taken = BTreeSet::new();
    for (key, schema) in &mut *schemas {
        let title = schema["title"].as_str().map(str::to_owned);
        let (wanted, mut own) = (title.as_deref().unwrap_or(key), title.clone());
        let mut count = 1;
        while !taken.insert(plain(own.as_deref().unwrap_or(wanted))) {
            own = Some(if count == 1 && title.is_some() {
                format!("{wanted} ({key})")
            } else {
                format!("{wanted} ({key} {count})")
            });
            count += 1;
        }
        if let (Some(own), Value::Object(schema)) = (own, schema) {
            schema.insert("title".into(), own.into());
        }
    }
    for schema in schemas.values_mut() {
        for member in schema.as_object_mut().into_iter().flat_map(Map::values_mut) {
            untitle(member, &mut taken);
        }
    }
}

/// A title is a text; a field of this name has a schema.
fn untitle(value: &mut Value, taken: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| untitle(item, taken)),
        Value::Object(members) => {
            if let Some(title) = members.get("title").and_then(Value::as_str)
                && !taken.insert(plain(title))
            {
                members.shift_remove("title");
            }
            for (keyword, member) in members {
                if !["const", "enum", "default", "examples"].contains(&keyword.as_str()) {
                    untitle(member, taken);
                }
            }
        }
        _ => {}
    }
}

/// Gives each operation an id that differs from all others in its letters and digits.
pub fn tell_operations_apart(paths: &mut Map<String, Value>) {
    let mut taken = BTreeSet::new();
    for item in paths.values_mut().filter_map(Value::as_object_mut) {
        for (_, operation) in item.iter_mut().filter(|(verb, _)| VERBS.contains(&verb.as_str())) {
            let Some(wanted) = operation["operationId"].as_str().map(str::to_owned) else { continue };
            let (mut own, mut count) = (wanted.clone(), 1);
            while !taken.insert(plain(&own)) {
                count += 1;
                own = format!("{wanted}_{count}");
            }
            operation["operationId"] = own.into();
        }
    }
}

/// Every scope that an operation demands.
pub fn scopes(paths: &Map<String, Value>) -> BTreeSet<String> {
    let operations = paths.values().filter_map(Value::as_object).flat_map(Map::values);
    let schemes = operations.filter_map(|operation| operation["security"].as_array()).flatten();
    let scopes = schemes.filter_map(|scheme| scheme["login"].as_array()).flatten();
    scopes.filter_map(Value::as_str).map(str::to_owned).collect()
}
