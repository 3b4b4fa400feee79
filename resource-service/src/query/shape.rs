//! What a JSON Schema says about the values at one place: which kinds they can have, and in which format.
//!
//! Everything here errs on the wide side: a keyword that is not read can only narrow what is left.

use std::{cell::Cell, collections::BTreeSet};

use serde_json::Value;

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
    /// The kinds they can have; none where the schema lets nothing stand here.
    pub kinds: Kinds,
    /// The `format` of strings.
    pub format: Option<String>,
    /// The members that an object must have.
    pub required: BTreeSet<String>,
    /// The members that an object is declared to have, in the order in which the schema declares them.
    pub declared: Vec<String>,
    /// Whether an object may have other members than those.
    pub open: bool,
}

impl Shape {
    fn any() -> Self {
        Self { kinds: Kinds::ALL, format: None, required: BTreeSet::new(), declared: Vec::new(), open: true }
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
        Self { kinds, format, required, declared: self.declared, open }
    }

    /// What `root` says about the values that `steps` lead to.
    pub fn at(root: &Value, steps: &[Step<'_>]) -> Self {
        within(root, root, steps, 0, &Cell::new(MAX_VISITS))
    }
}

fn within(root: &Value, schema: &Value, steps: &[Step<'_>], nesting: usize, visits: &Cell<usize>) -> Shape {
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
fn leaves_none(root: &Value, schema: &Value, nesting: usize, visits: &Cell<usize>) -> bool {
    schema.get("unevaluatedProperties") == Some(&Value::Bool(false))
        && evaluates_declared_only(root, schema, nesting, visits)
}

/// Whether the schema evaluates no member but those that it or a schema it applies declares.
fn evaluates_declared_only(root: &Value, schema: &Value, nesting: usize, visits: &Cell<usize>) -> bool {
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
fn own(root: &Value, schema: &Value, steps: &[Step<'_>], nesting: usize, visits: &Cell<usize>) -> Shape {
    let kinds = Kinds::of_schema(schema);
    let Some((step, rest)) = steps.split_first() else {
        let format = schema.get("format").and_then(Value::as_str).map(str::to_owned);
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        let required = required.filter_map(Value::as_str).map(str::to_owned).collect();
        let objects = Some(schema).filter(|_| kinds.meets(Kinds::OBJECT));
        let declared = objects.and_then(|schema| schema.get("properties")?.as_object()).into_iter().flatten();
        let possible = declared.filter(|(_, schema)| **schema != Value::Bool(false));
        let declared = possible.map(|(name, _)| name.clone()).collect();
        let closed = schema.get("additionalProperties") == Some(&Value::Bool(false))
            && schema.get("patternProperties").is_none();
        return Shape { kinds, format, required, declared, open: objects.is_some() && !closed };
    };
    let (container, next) = match step {
        Step::Member(name) => (Kinds::OBJECT, member(schema, name)),
        Step::Item => {
            (Kinds::ARRAY, if schema.get("prefixItems").is_some() { None } else { schema.get("items") })
        }
    };
    if !kinds.meets(container) {
        return Shape::never();
    }
    next.map_or_else(Shape::any, |next| within(root, next, rest, nesting + 1, visits))
}

/// The schema of a member, `None` where the object is open.
fn member<'s>(schema: &'s Value, name: &str) -> Option<&'s Value> {
    let declared = schema.get("properties").and_then(|properties| properties.get(name));
    let open = schema.get("patternProperties").is_some();
    declared.or_else(|| if open { None } else { schema.get("additionalProperties") })
}

/// What a reference within the document points at (RFC 6901 in a URI fragment, unescaped names only).
fn target<'r>(root: &'r Value, reference: &str) -> Option<&'r Value> {
    root.pointer(reference.strip_prefix('#')?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kinds(schema: &Value, names: &[&str]) -> Kinds {
        Shape::at(schema, &names.iter().map(|name| Step::Member(name)).collect::<Vec<_>>()).kinds
    }

    #[test]
    fn references_and_alternatives_are_followed() {
        let schema = json!({
            "$defs": {"energy": {"type": "number"}},
            "properties": {"e": {"$ref": "#/$defs/energy"}, "n": {"oneOf": [{"type": "null"}, {"type": "string"}]}},
            "additionalProperties": false,
        });
        assert_eq!(kinds(&schema, &["e"]), Kinds::NUMBER);
        assert_eq!(kinds(&schema, &["n"]), Kinds::NULL.or(Kinds::STRING));
        assert_eq!(kinds(&schema, &["x"]), Kinds::NONE);
    }

    #[test]
    fn an_open_alternative_keeps_a_member_untyped() {
        let schema = json!({"anyOf": [{"properties": {"a": {"type": "string"}}}, {"type": "object"}]});
        assert_eq!(kinds(&schema, &["a"]), Kinds::ALL);
        let schema = json!({"allOf": [{"properties": {"a": {"type": "string"}}}, {"type": "object"}]});
        assert_eq!(kinds(&schema, &["a"]), Kinds::STRING);
    }

    fn members(schema: &Value, names: &[&str]) -> (String, bool) {
        let shape = Shape::at(schema, &names.iter().map(|name| Step::Member(name)).collect::<Vec<_>>());
        (shape.declared.join(","), shape.open)
    }

    #[test]
    fn members_are_declared_wherever_validation_finds_them() {
        let inner = json!({"type": "object", "properties": {"b": {}, "no": false, "a": {}}, "additionalProperties": false});
        for (schema, expected) in [
            (json!({"$ref": "#/$defs/i", "$defs": {"i": inner}}), ("b,a", false)),
            (json!({"allOf": [{"properties": {"z": {}}}, inner]}), ("z,b,a", false)),
            (json!({"anyOf": [inner, {"type": "null"}]}), ("b,a", false)),
            (json!({"oneOf": [inner, {"properties": {"c": {}}}]}), ("b,a,c", true)),
            (
                json!({"properties": {"a": {}}, "patternProperties": {"^x": {}}, "additionalProperties": false}),
                ("a", true),
            ),
            (json!({"properties": {"a": {}}, "additionalProperties": {"type": "number"}}), ("a", true)),
            (json!({"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": false}), ("a", false)),
            (
                json!({"allOf": [{"patternProperties": {"^x": {}}}], "unevaluatedProperties": false}),
                ("", true),
            ),
            (json!({"type": "string", "properties": {"a": {}}}), ("", false)),
            (json!(true), ("", true)),
        ] {
            assert_eq!(members(&schema, &[]), (expected.0.to_owned(), expected.1), "{schema}");
            let below = json!({"properties": {"x": schema}, "$defs": schema.get("$defs")});
            assert_eq!(members(&below, &["x"]), (expected.0.to_owned(), expected.1), "{below}");
        }
    }

    #[test]
    fn a_reference_to_itself_ends() {
        assert_eq!(kinds(&json!({"$ref": "#"}), &["a", "b"]), Kinds::ALL);
        let alternatives = json!({"type": "object", "anyOf": vec![json!({"$ref": "#"}); 9]});
        assert_eq!(kinds(&alternatives, &[]), Kinds::OBJECT);
        let tree = json!({"type": "object", "properties": {"child": {"$ref": "#"}}});
        assert_eq!(kinds(&tree, &["child", "child"]), Kinds::OBJECT);
    }
}
