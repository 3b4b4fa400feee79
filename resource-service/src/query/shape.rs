//! What a JSON Schema says about the values at one place: which kinds they can have, and in which format.
//!
//! Everything here errs on the wide side: a keyword that is not read can only narrow what is left.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};

use regex::Regex;
use serde_json::Value;

use super::number::equal;

/// How far `$ref` and the combining keywords are followed before "anything" is assumed.
const MAX_NESTING: usize = 48;
/// How many schemas are looked at for one place before "anything" is assumed: alternatives that refer to each other
/// would be more than there is time for.
const MAX_VISITS: usize = 10_000;

/// A set of JSON kinds. Integers are numbers without a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    /// No kind at all: no value can be here.
    pub const NONE: Self = Self(0);
    /// `null`.
    pub const NULL: Self = Self(1);
    /// `true` and `false`.
    pub const BOOLEAN: Self = Self(2);
    /// Numbers without a fraction.
    pub const INTEGER: Self = Self(4);
    /// All numbers.
    pub const NUMBER: Self = Self(4 | 8);
    /// Strings.
    pub const STRING: Self = Self(16);
    /// Objects.
    pub const OBJECT: Self = Self(32);
    /// Arrays.
    pub const ARRAY: Self = Self(64);
    /// Every kind.
    pub const ALL: Self = Self(127);

    /// What is in both.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in either.
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in this set alone.
    pub const fn less(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether there is a value of both sets.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether `other` holds everything that this set holds.
    pub const fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    fn of_name(name: &str) -> Self {
        match name {
            "null" => Self::NULL,
            "boolean" => Self::BOOLEAN,
            "integer" => Self::INTEGER,
            "number" => Self::NUMBER,
            "string" => Self::STRING,
            "object" => Self::OBJECT,
            "array" => Self::ARRAY,
            _ => Self::NONE,
        }
    }

    fn of_value(value: &Value) -> Self {
        match value {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOLEAN,
            Value::Number(_) => Self::NUMBER,
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
        }
    }

    fn of_schema(schema: &Value) -> Self {
        let all = |values: &Value, of: fn(&Value) -> Self| {
            values.as_array().into_iter().flatten().map(of).fold(Self::NONE, Self::or)
        };
        let named = |value: &Value| value.as_str().map_or(Self::NONE, Self::of_name);
        let typed = match schema.get("type") {
            Some(Value::Array(_)) => {
                all(&schema["type"], |value| Self::of_name(value.as_str().unwrap_or_default()))
            }
            Some(name) => named(name),
            None => Self::ALL,
        };
        let constant = schema.get("const").map_or(Self::ALL, Self::of_value);
        let listed = schema.get("enum").map_or(Self::ALL, |values| all(values, Self::of_value));
        typed.and(constant).and(listed)
    }
}

/// One step from a value to a value inside it.
#[derive(Clone, Copy, Debug)]
pub enum Step<'s> {
    /// Into the member of an object.
    Member(&'s str),
    /// Into any item of an array.
    Item,
}

/// What the values at one place can be.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The kinds they can have; none where the schema allows no value here.
    pub kinds: Kinds,
    /// The `format` of strings.
    pub format: Option<String>,
    /// The members that an object must have.
    pub required: BTreeSet<String>,
    /// The members that an object is declared to have, in the order in which the schema declares them.
    pub declared: Vec<String>,
    /// Whether an object may have other members than those.
    pub open: bool,
    /// The patterns under which an object is declared to have members.
    pub patterns: BTreeSet<String>,
    /// The values of `enum` and `const`; `None` where others are allowed.
    pub values: Option<Vec<Value>>,
    /// The most characters of a string; `None` where there is no limit.
    pub longest: Option<u64>,
}

impl Shape {
    fn any() -> Self {
        Self {
            kinds: Kinds::ALL,
            format: None,
            required: BTreeSet::new(),
            declared: Vec::new(),
            open: true,
            patterns: BTreeSet::new(),
            values: None,
            longest: None,
        }
    }

    fn never() -> Self {
        Self { kinds: Kinds::NONE, open: false, ..Self::any() }
    }

    /// Whether an object may have a member of this name.
    pub fn admits(&self, name: &str) -> bool {
        self.open || self.declared.iter().any(|declared| declared == name)
    }

    fn declare(&mut self, names: Vec<String>) {
        for name in names {
            if !self.declared.contains(&name) {
                self.declared.push(name);
            }
        }
    }

    fn and(mut self, other: Self) -> Self {
        self.kinds = self.kinds.and(other.kinds);
        self.format = self.format.or(other.format);
        self.required.extend(other.required);
        self.declare(other.declared);
        self.open &= other.open;
        self.patterns.extend(other.patterns);
        self.values = match (self.values, other.values) {
            (Some(mut values), Some(others)) => {
                values.retain(|value| others.iter().any(|other| equal(value, other)));
                Some(values)
            }
            (one, other) => one.or(other),
        };
        self.longest = [self.longest, other.longest].into_iter().flatten().min();
        self
    }

    fn or(mut self, other: Self) -> Self {
        if self.kinds == Kinds::NONE {
            return other;
        }
        if other.kinds == Kinds::NONE {
            return self;
        }
        let format = match (self.kinds.meets(Kinds::STRING), other.kinds.meets(Kinds::STRING)) {
            (true, true) if self.format != other.format => None,
            (false, _) => other.format,
            (true, _) => self.format.take(),
        };
        let required = self.required.intersection(&other.required).cloned().collect();
        self.declare(other.declared);
        let (kinds, open) = (self.kinds.or(other.kinds), self.open || other.open);
        self.patterns.extend(other.patterns);
        let values = self.values.zip(other.values).map(|(one, other)| [one, other].concat());
        let longest = self.longest.zip(other.longest).map(|(one, other)| one.max(other));
        let (declared, patterns) = (self.declared, self.patterns);
        Self { kinds, format, required, declared, open, patterns, values, longest }
    }
}

/// A schema, and what its references and patterns lead to.
#[derive(Debug)]
pub struct Root {
    schema: Value,
    /// What `patternProperties` names, compiled; nothing for a pattern that only the validator understands.
    patterns: BTreeMap<String, Option<Regex>>,
}

impl Root {
    /// Takes a JSON Schema 2020-12 whose references stay within it.
    pub fn new(schema: Value) -> Self {
        let mut patterns = BTreeMap::new();
        collect_patterns(&schema, &mut patterns);
        Self { schema, patterns }
    }

    /// The schema.
    pub fn schema(&self) -> &Value {
        &self.schema
    }

    /// What the schema says about the values that `steps` lead to.
    pub fn at(&self, steps: &[Step<'_>]) -> Shape {
        within(self, &self.schema, steps, 0, &Cell::new(MAX_VISITS))
    }

    /// Whether a name meets a pattern of `patternProperties`; `None` where nobody knows.
    pub fn matches(&self, pattern: &str, name: &str) -> Option<bool> {
        Some(self.patterns.get(pattern)?.as_ref()?.is_match(name))
    }
}

fn collect_patterns(schema: &Value, found: &mut BTreeMap<String, Option<Regex>>) {
    match schema {
        Value::Array(items) => items.iter().for_each(|item| collect_patterns(item, found)),
        Value::Object(members) => {
            for (name, value) in members {
                if name == "patternProperties" {
                    let patterns = value.as_object().into_iter().flat_map(|patterns| patterns.keys());
                    found.extend(patterns.map(|pattern| (pattern.clone(), Regex::new(pattern).ok())));
                }
                collect_patterns(value, found);
            }
        }
        _ => {}
    }
}

fn within(root: &Root, schema: &Value, steps: &[Step<'_>], nesting: usize, visits: &Cell<usize>) -> Shape {
    if nesting > MAX_NESTING || visits.get() == 0 || schema == &Value::Bool(true) {
        return Shape::any();
    }
    visits.set(visits.get() - 1);
    if !schema.is_object() {
        return Shape::never();
    }
    let deeper = |schema: &Value| within(root, schema, steps, nesting + 1, visits);
    let members = |keyword: &str| schema.get(keyword).and_then(Value::as_array);
    let mut shape = own(root, schema, steps, nesting, visits);
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        shape = shape.and(target(root, reference).map_or_else(Shape::any, deeper));
    }
    for part in members("allOf").into_iter().flatten() {
        shape = shape.and(deeper(part));
    }
    for alternatives in ["anyOf", "oneOf"].into_iter().filter_map(members) {
        shape = shape.and(alternatives.iter().map(deeper).fold(Shape::never(), Shape::or));
    }
    if schema.get("if").is_some() {
        let way = |keyword: &str| schema.get(keyword).map_or_else(Shape::any, deeper);
        shape = shape.and(way("then").or(way("else")));
    }
    for (_, part) in schema.get("dependentSchemas").and_then(Value::as_object).into_iter().flatten() {
        shape = shape.and(deeper(part).or(Shape::any()));
    }
    if steps.is_empty() && leaves_none(root, schema, nesting, visits) {
        shape.open = false;
    }
    shape
}

/// The keywords, besides `properties` and those that combine schemas, by which a member can be evaluated.
const EVALUATING: [&str; 8] = [
    "patternProperties",
    "additionalProperties",
    "if",
    "then",
    "else",
    "dependentSchemas",
    "$dynamicRef",
    "$recursiveRef",
];

/// Whether `unevaluatedProperties` refuses every member that is not declared.
fn leaves_none(root: &Root, schema: &Value, nesting: usize, visits: &Cell<usize>) -> bool {
    schema.get("unevaluatedProperties") == Some(&Value::Bool(false))
        && evaluates_declared_only(root, schema, nesting, visits)
}

/// Whether the schema evaluates no member but those that it or a schema it applies declares.
fn evaluates_declared_only(root: &Root, schema: &Value, nesting: usize, visits: &Cell<usize>) -> bool {
    let Some(keywords) = schema.as_object() else { return true };
    if nesting > MAX_NESTING || visits.get() == 0 {
        return false;
    }
    visits.set(visits.get() - 1);
    let none = |schema: &Value| evaluates_declared_only(root, schema, nesting + 1, visits);
    let parts = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|name| keywords.get(name)?.as_array());
    let target = keywords.get("$ref").and_then(Value::as_str).map(|reference| target(root, reference));
    !EVALUATING.into_iter().any(|name| keywords.contains_key(name))
        && parts.flatten().all(none)
        && target.is_none_or(|target| target.is_some_and(none))
}

/// What the schema's own keywords say, those that combine schemas left aside.
fn own(root: &Root, schema: &Value, steps: &[Step<'_>], nesting: usize, visits: &Cell<usize>) -> Shape {
    let kinds = Kinds::of_schema(schema);
    let Some((step, rest)) = steps.split_first() else { return terminal(schema, kinds) };
    let (container, next) = match step {
        Step::Member(name) => (Kinds::OBJECT, member(root, schema, name)),
        Step::Item => {
            let open = schema.get("prefixItems").is_some();
            (Kinds::ARRAY, schema.get("items").filter(|_| !open).into_iter().collect())
        }
    };
    if !kinds.meets(container) {
        return Shape::never();
    }
    let next = next.into_iter().map(|next| within(root, next, rest, nesting + 1, visits));
    next.fold(Shape::any(), Shape::and)
}

/// What a schema says of the values themselves.
fn terminal(schema: &Value, kinds: Kinds) -> Shape {
    let format = schema.get("format").and_then(Value::as_str).map(str::to_owned);
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    let required = required.filter_map(Value::as_str).map(str::to_owned).collect();
    let objects = Some(schema).filter(|_| kinds.meets(Kinds::OBJECT));
    let members = |keyword: &str| {
        let members = objects.and_then(|schema| schema.get(keyword)?.as_object()).into_iter().flatten();
        members.filter(|(_, schema)| **schema != Value::Bool(false)).map(|(name, _)| name.clone())
    };
    let closed = schema.get("additionalProperties") == Some(&Value::Bool(false))
        && schema.get("patternProperties").is_none();
    let shape = Shape {
        kinds,
        format,
        required,
        declared: members("properties").collect(),
        open: objects.is_some() && !closed,
        patterns: members("patternProperties").collect(),
        values: schema.get("enum").and_then(Value::as_array).cloned(),
        longest: schema.get("maxLength").and_then(Value::as_u64),
    };
    shape.and(Shape { values: schema.get("const").map(|value| vec![value.clone()]), ..Shape::any() })
}

/// The schemas that a member must meet; none where any value is allowed.
fn member<'s>(root: &Root, schema: &'s Value, name: &str) -> Vec<&'s Value> {
    let declared = schema.get("properties").and_then(|properties| properties.get(name));
    let mut found: Vec<&Value> = declared.into_iter().collect();
    let patterns = schema.get("patternProperties").and_then(Value::as_object);
    for (pattern, part) in patterns.into_iter().flatten() {
        match root.matches(pattern, name) {
            Some(true) => found.push(part),
            // It may be declared there.
            None if declared.is_none() => return Vec::new(),
            _ => {}
        }
    }
    if found.is_empty() {
        found.extend(schema.get("additionalProperties"));
    }
    found
}

/// What a reference within the document points at (RFC 6901 in a URI fragment, unescaped names only).
fn target<'r>(root: &'r Root, reference: &str) -> Option<&'r Value> {
    root.schema.pointer(reference.strip_prefix('#')?)
}

#[cfg(test)]
#[path = "tests/shape.rs"]
mod tests;
