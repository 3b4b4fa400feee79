//! The schemas within a JSON Schema and what each leads to, `$ref` and `$dynamicRef` included. Which value a `$ref`
//! means is for `query::references` to say.

use std::{
    collections::{HashMap, VecDeque},
    ptr::from_ref,
};

use serde_json::Value;

/// Keywords whose value is a schema for the same value.
const SAME: [&str; 4] = ["not", "if", "then", "else"];
/// Keywords whose value is a list of schemas for the same value.
const SAME_LISTS: [&str; 3] = ["allOf", "anyOf", "oneOf"];
/// Keywords whose value maps names to schemas for the same value.
const SAME_BY_NAME: [&str; 2] = ["dependentSchemas", "dependencies"];
/// Keywords whose value is a schema for members.
const MEMBER: [&str; 3] = ["additionalProperties", "unevaluatedProperties", "propertyNames"];
/// Keywords whose value is a schema for items.
const ITEM: [&str; 4] = ["items", "contains", "additionalItems", "unevaluatedItems"];

type Address = *const Value;

/// A schema within the schema, by what it hands the value on to.
#[derive(Default)]
pub(super) struct Node {
    /// Schemas for the same value.
    pub in_place: Vec<usize>,
    /// Schemas for a member of this name.
    pub named: HashMap<String, usize>,
    /// Schemas for any member.
    pub members: Vec<usize>,
    /// Schemas for any item.
    pub items: Vec<usize>,
}

impl Node {
    /// Everything that it leads to.
    pub fn edges(&self) -> impl Iterator<Item = usize> {
        let below = self.named.values().chain(&self.members).chain(&self.items);
        self.in_place.iter().chain(below).copied()
    }
}

/// The schemas of one document that are reached from its root.
pub(super) struct References<'s> {
    root: &'s Value,
    /// The schemas of each `$anchor` and `$dynamicAnchor`.
    anchors: HashMap<&'s str, Vec<&'s Value>>,
    numbers: HashMap<Address, usize>,
    waiting: VecDeque<&'s Value>,
}

impl<'s> References<'s> {
    /// Finds out what can be referred to. Each `$ref` of `root` must be a pointer from its root.
    pub fn new(root: &'s Value) -> Self {
        let mut anchors: HashMap<&str, Vec<&Value>> = HashMap::new();
        let mut values = vec![root];
        while let Some(value) = values.pop() {
            match value {
                Value::Object(members) => {
                    let names =
                        ["$anchor", "$dynamicAnchor"].into_iter().filter_map(|name| members.get(name));
                    for anchor in names.filter_map(Value::as_str) {
                        anchors.entry(anchor).or_default().push(value);
                    }
                    values.extend(members.values());
                }
                Value::Array(items) => values.extend(items),
                _ => {}
            }
        }
        Self { root, anchors, numbers: HashMap::new(), waiting: VecDeque::new() }
    }

    /// Every schema that the root leads to, the root first; an error where it cannot be said what one leads to.
    pub fn nodes(mut self) -> Result<Vec<Node>, String> {
        self.number(self.root);
        let mut nodes = Vec::new();
        while let Some(schema) = self.waiting.pop_front() {
            nodes.push(self.node(schema)?);
        }
        Ok(nodes)
    }

    fn number(&mut self, schema: &'s Value) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry(from_ref(schema)).or_insert_with(|| {
            self.waiting.push_back(schema);
            next
        })
    }

    fn node(&mut self, schema: &'s Value) -> Result<Node, String> {
        let mut node = Node::default();
        let Value::Object(keywords) = schema else { return Ok(node) };
        let get = |name: &&str| keywords.get(*name);
        let lists = |names: &[&'static str]| -> Vec<&'s Value> {
            names.iter().filter_map(get).filter_map(Value::as_array).flatten().collect()
        };
        let maps = |names: &[&'static str]| -> Vec<(&'s String, &'s Value)> {
            names.iter().filter_map(get).filter_map(Value::as_object).flatten().collect()
        };
        let mut same: Vec<&Value> = SAME.iter().filter_map(get).collect();
        same.extend(lists(&SAME_LISTS));
        same.extend(
            maps(&SAME_BY_NAME).into_iter().map(|(_, schema)| schema).filter(|schema| !schema.is_array()),
        );
        same.extend(get(&"$ref").and_then(Value::as_str).and_then(|reference| self.target(reference)));
        if let Some(reference) = get(&"$dynamicRef").and_then(Value::as_str) {
            same.extend(self.dynamic(reference)?);
        }
        // To know what was evaluated, these ask the others again.
        if ["unevaluatedProperties", "unevaluatedItems"].iter().any(|name| keywords.contains_key(*name)) {
            same.extend(same.clone());
        }
        node.in_place = same.into_iter().map(|schema| self.number(schema)).collect();
        for (name, schema) in maps(&["properties"]) {
            node.named.insert(name.clone(), self.number(schema));
        }
        let members = maps(&["patternProperties"]).into_iter().map(|(_, schema)| schema);
        let members: Vec<&Value> = members.chain(MEMBER.iter().filter_map(get)).collect();
        node.members = members.into_iter().map(|schema| self.number(schema)).collect();
        let items = lists(&["prefixItems", "items"]).into_iter().chain(ITEM.iter().filter_map(get));
        let items: Vec<&Value> = items.filter(|schema| !schema.is_array()).collect();
        node.items = items.into_iter().map(|schema| self.number(schema)).collect();
        Ok(node)
    }

    /// What a `$ref` means. One that leads out of this document leads to a meta-schema.
    fn target(&self, reference: &str) -> Option<&'s Value> {
        self.root.pointer(reference.strip_prefix('#')?)
    }

    /// Everything that a `$dynamicRef` can mean, whatever leads to it (JSON Schema Core 2020-12 section 8.2.3.2).
    fn dynamic(&self, reference: &str) -> Result<Vec<&'s Value>, String> {
        let anchor = reference.rsplit_once('#').map_or("", |(_, fragment)| fragment);
        let found = self.anchors.get(anchor).cloned();
        found.ok_or_else(|| {
            format!("$dynamicRef {reference:?} names no anchor of this schema; use $ref for other references")
        })
    }
}
