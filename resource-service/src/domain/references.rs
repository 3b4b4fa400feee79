//! The schemas within a JSON Schema and what each leads to. Each `$ref` is a pointer here already.

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
/// Keywords whose value refers to a schema for the same value.
const REFERENCES: [&str; 2] = ["$ref", "$dynamicRef"];

type Place = *const Value;

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
    anchors: HashMap<&'s str, Vec<&'s Value>>,
    numbers: HashMap<Place, usize>,
    waiting: VecDeque<&'s Value>,
}

impl<'s> References<'s> {
    /// Finds out what can be referred to.
    pub fn new(root: &'s Value) -> Self {
        let mut anchors: HashMap<&str, Vec<&Value>> = HashMap::new();
        let mut values = vec![root];
        while let Some(value) = values.pop() {
            match value {
                Value::Object(members) => {
                    let named = ["$anchor", "$dynamicAnchor"].iter().filter_map(|name| members.get(*name));
                    for anchor in named.filter_map(Value::as_str) {
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

    /// Every schema that the root leads to, the root first.
    pub fn nodes(mut self) -> Vec<Node> {
        self.number(self.root);
        let mut nodes = Vec::new();
        while let Some(schema) = self.waiting.pop_front() {
            let node = self.node(schema);
            nodes.push(node);
        }
        nodes
    }

    fn number(&mut self, schema: &'s Value) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry(from_ref(schema)).or_insert_with(|| {
            self.waiting.push_back(schema);
            next
        })
    }

    fn node(&mut self, schema: &'s Value) -> Node {
        let mut node = Node::default();
        let Value::Object(keywords) = schema else { return node };
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
        for reference in REFERENCES.iter().filter_map(get).filter_map(Value::as_str) {
            same.extend(self.targets(reference));
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
        node
    }

    /// What a reference can mean: every schema of that name, where it names an anchor. One that leads nowhere here has
    /// been refused already, or leads to a meta-schema.
    fn targets(&self, reference: &str) -> Vec<&'s Value> {
        let Some(fragment) = reference.strip_prefix('#') else { return Vec::new() };
        if fragment.is_empty() || fragment.starts_with('/') {
            return self.root.pointer(fragment).into_iter().collect();
        }
        self.anchors.get(fragment).cloned().unwrap_or_default()
    }
}
