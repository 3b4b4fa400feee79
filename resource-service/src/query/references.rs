//! Turns each `$ref` of a JSON Schema into a JSON pointer from its root, by the resolver that validation uses: anchors,
//! nested `$id`s and relative URIs lead readers of the schema to where they lead the validator.

use std::collections::{HashMap, HashSet};

use referencing::{Draft, Registry, uri};
use serde_json::Value;

/// The base of a schema without an `$id`, as the validator names it.
const BASE: &str = "json-schema:///";

/// The schema with each `$ref` that stays within it as `#` and a JSON pointer (RFC 6901, not percent-encoded). Other
/// references are left as they are.
pub fn to_pointers(mut root: Value) -> Value {
    for (at, target) in found(&root).unwrap_or_default() {
        if let Some(reference) = root.pointer_mut(&at).and_then(|schema| schema.get_mut("$ref")) {
            *reference = Value::String(format!("#{target}"));
        }
    }
    root
}

/// The pointer of each schema that has a `$ref`, and the pointer of what that refers to. Schemas that only a reference
/// leads to, under a keyword that nothing knows, are included.
fn found(root: &Value) -> Option<Vec<(String, String)>> {
    let registry = Registry::new().draft(Draft::Draft202012).retrieve_known_draft_meta_schemas(false);
    let registry = registry.add(BASE, root).ok()?.prepare().ok()?;
    let mut places = Pointers::default();
    places.add(root, String::new());
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    let mut nested = vec![(root, registry.resolver(uri::from_str(BASE).ok()?))];
    let mut referred = Vec::new();
    // Each schema is read as part of the resource that it is nested in, so what is referred to waits.
    while let Some((schema, above)) = nested.pop().or_else(|| referred.pop()) {
        if !seen.insert(std::ptr::from_ref(schema)) {
            continue;
        }
        let Ok(resolver) = above.in_subresource(Draft::Draft202012.create_resource_ref(schema)) else {
            continue;
        };
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str)
            && let Ok(target) = resolver.lookup(reference)
            && let Some(place) = places.of(target.contents())
        {
            found.extend(places.of(schema).cloned().zip(Some(place.clone())));
            referred.push((target.contents(), target.resolver().clone()));
        }
        let inner = Draft::Draft202012.subresources_of(schema);
        nested.extend(inner.map(|inner| (inner, resolver.clone())));
    }
    Some(found)
}

/// Where each value of the schema is, by its address.
#[derive(Default)]
struct Pointers(HashMap<*const Value, String>);

impl Pointers {
    fn add(&mut self, value: &Value, place: String) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    self.add(member, format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")));
                }
            }
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.add(item, format!("{place}/{at}"));
                }
            }
            _ => {}
        }
        self.0.insert(std::ptr::from_ref(value), place);
    }

    fn of(&self, value: &Value) -> Option<&String> {
        self.0.get(&std::ptr::from_ref(value))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn references(schema: Value) -> Vec<String> {
        fn collect(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Object(members) => {
                    found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
                    members.values().for_each(|member| collect(member, found));
                }
                Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
                _ => {}
            }
        }
        let mut found = Vec::new();
        collect(&to_pointers(schema), &mut found);
        found
    }

    #[test]
    fn anchors_ids_and_escapes_become_pointers() {
        let schema = json!({
            "properties": {
                "a": {"$ref": "#place"}, "b": {"$ref": "item.json"}, "c": {"$ref": "item.json#/$defs/inner"},
                "d": {"$ref": "#/$defs/with%20space"}, "e": {"$ref": "#/$defs/a~1b"}, "f": {"$ref": "#"},
            },
            "$defs": {
                "p": {"$anchor": "place", "type": "object"},
                "i": {"$id": "item.json", "$defs": {"inner": {"type": "integer"}}, "properties": {"x": {"$ref": "#/$defs/inner"}}},
                "with space": {"type": "string"},
                "a/b": {"type": "boolean"},
            },
        });
        let expected =
            ["#/$defs/p", "#/$defs/i", "#/$defs/i/$defs/inner", "#/$defs/with space", "#/$defs/a~1b", "#"];
        let found = references(schema);
        assert_eq!(found[..6], expected);
        assert_eq!(found[6], "#/$defs/i/$defs/inner");
    }

    #[test]
    fn a_schema_with_an_id_of_its_own_and_a_reference_by_it_is_followed() {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://example.org/root.json",
            "$ref": "https://example.org/root.json#/$defs/all",
            "$defs": {"all": {"properties": {"child": {"$ref": "root.json"}}}},
        });
        assert_eq!(references(schema), ["#/$defs/all", "#"]);
    }

    #[test]
    fn a_schema_under_an_unknown_keyword_is_followed_where_a_reference_leads_there() {
        let schema = json!({
            "$ref": "#/x-parts/a%20b", "x-parts": {"a b": {"items": {"$ref": "#it"}}, "c": {"$ref": "#it"}},
            "$defs": {"it": {"$anchor": "it"}},
        });
        assert_eq!(
            references(schema),
            ["#/x-parts/a b", "#/$defs/it", "#it"],
            "nothing leads to the last one"
        );
    }

    #[test]
    fn what_only_looks_like_a_reference_is_left_as_it_is() {
        let schema = json!({
            "properties": {"$ref": {"type": "string"}, "a": {"const": {"$ref": "#x"}}, "b": {"$ref": "https://example.org/"}},
        });
        assert_eq!(to_pointers(schema.clone()), schema);
    }
}
