//! What each reference of a JSON Schema leads to, by the resolver that validation uses: anchors, nested `$id`s and
//! relative URIs lead readers of the schema to where they lead the validator.

use std::collections::{HashMap, HashSet};

use referencing::{Draft, Registry, Resolver, uri};
use serde_json::Value;

/// The base of a schema without an `$id`, as the validator names it.
const BASE: &str = "json-schema:///";

/// A reference and what it leads to, both as JSON pointers from the root (RFC 6901, not percent-encoded).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The schema that has the reference.
    pub from: String,
    /// `$ref` or `$dynamicRef`.
    pub keyword: &'static str,
    /// The schema that it leads to.
    pub to: String,
}

/// The schema with each `$ref` that stays within it as `#` and a JSON pointer (RFC 6901, not percent-encoded). Other
/// references are left as they are.
pub fn to_pointers(mut root: Value) -> Value {
    for link in links(&root).into_iter().filter(|link| link.keyword == "$ref") {
        if let Some(reference) = root.pointer_mut(&link.from).and_then(|schema| schema.get_mut("$ref")) {
            *reference = Value::String(format!("#{}", link.to));
        }
    }
    root
}

/// Each reference that stays within the schema. Those of schemas that only a reference leads to, under a keyword that
/// nothing knows, are included. A `$dynamicRef` leads to where it does when validation goes from the root straight to
/// its resource (JSON Schema Core 2020-12 section 8.2.3.2).
pub fn links(root: &Value) -> Vec<Link> {
    found(root).unwrap_or_default()
}

fn found(root: &Value) -> Option<Vec<Link>> {
    let registry = Registry::new().draft(Draft::Draft202012).retrieve_known_draft_meta_schemas(false);
    let registry = registry.add(BASE, root).ok()?.prepare().ok()?;
    let outside = registry.resolver(uri::from_str(BASE).ok()?);
    let start = outside.in_subresource(Draft::Draft202012.create_resource_ref(root)).ok()?;
    let mut places = Pointers::default();
    places.add(root, String::new());
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    let mut nested = vec![(root, outside)];
    let mut referred = Vec::new();
    // Each schema is read as part of the resource that it is nested in, so what is referred to waits.
    while let Some((schema, above)) = nested.pop().or_else(|| referred.pop()) {
        if !seen.insert(std::ptr::from_ref(schema)) {
            continue;
        }
        let Ok(resolver) = above.in_subresource(Draft::Draft202012.create_resource_ref(schema)) else {
            continue;
        };
        for keyword in ["$ref", "$dynamicRef"] {
            if let Some(reference) = schema.get(keyword).and_then(Value::as_str)
                && let Some(resolver) = scoped(keyword, &start, &resolver)
                && let Ok(target) = resolver.lookup(reference)
                && let Some((from, to)) = places.of(schema).zip(places.of(target.contents()))
            {
                found.push(Link { from: from.clone(), keyword, to: to.clone() });
                referred.push((target.contents(), target.resolver().clone()));
            }
        }
        let inner = Draft::Draft202012.subresources_of(schema);
        nested.extend(inner.map(|inner| (inner, resolver.clone())));
    }
    Some(found)
}

/// The resolver for a reference: a dynamic one depends on the resources that validation came through, at least the
/// root's.
fn scoped<'r>(keyword: &str, start: &Resolver<'r>, own: &Resolver<'r>) -> Option<Resolver<'r>> {
    if keyword == "$ref" {
        return Some(own.clone());
    }
    Some(start.lookup(own.base_uri().as_str()).ok()?.resolver().clone())
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
    fn a_dynamic_reference_leads_to_the_anchor_of_the_root_if_it_has_one_and_to_its_own_otherwise() {
        let of = |own: &str, inner: &str| {
            let schema = json!({
                "$id": "https://example.org/root", own: "node", "$ref": "list",
                "$defs": {"list": {
                    "$id": "list", "$defs": {"any": {inner: "node"}},
                    "properties": {"a": {"$dynamicRef": "#node"}, "b": {"$dynamicRef": "#/$defs/any"}},
                }},
            });
            let links = links(&schema).into_iter().filter(|link| link.keyword == "$dynamicRef");
            let mut found: Vec<(String, String)> = links.map(|link| (link.from, link.to)).collect();
            found.sort();
            let places = ["/$defs/list/properties/a", "/$defs/list/properties/b"];
            assert!(found.iter().map(|(from, _)| from).eq(places.iter()), "{found:?}");
            found.into_iter().map(|(_, to)| to).collect::<Vec<String>>()
        };
        let own = "/$defs/list/$defs/any";
        assert_eq!(of("$dynamicAnchor", "$dynamicAnchor"), ["", own]);
        assert_eq!(of("$anchor", "$dynamicAnchor"), [own, own]);
        assert_eq!(of("$dynamicAnchor", "$anchor"), [own, own]);
    }

    #[test]
    fn a_schema_that_only_a_dynamic_reference_leads_to_is_followed() {
        let schema = json!({
            "$dynamicRef": "#/x-parts/a", "x-parts": {"a": {"items": {"$ref": "#it"}}}, "$defs": {"it": {"$anchor": "it"}},
        });
        assert_eq!(references(schema), ["#/$defs/it"]);
    }

    #[test]
    fn what_only_looks_like_a_reference_is_left_as_it_is() {
        let schema = json!({
            "properties": {"$ref": {"type": "string"}, "a": {"const": {"$ref": "#x"}}, "b": {"$ref": "https://example.org/"}},
        });
        assert_eq!(to_pointers(schema.clone()), schema);
    }
}
