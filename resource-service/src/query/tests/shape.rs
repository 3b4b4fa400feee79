//! Tests of what a schema says about the values at one place.

use serde_json::json;

use super::*;

fn at(schema: &Value, names: &[&str]) -> Shape {
    let steps: Vec<Step<'_>> = names.iter().map(|name| Step::Member(name)).collect();
    Root::new(schema.clone()).at(&steps)
}

fn kinds(schema: &Value, names: &[&str]) -> Kinds {
    at(schema, names).kinds
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
    let shape = at(schema, names);
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
        (json!({"allOf": [{"patternProperties": {"^x": {}}}], "unevaluatedProperties": false}), ("", true)),
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

#[test]
fn patterns_declare_the_members_that_they_match() {
    let schema = json!({
        "properties": {"n_x": {"minimum": 1}},
        "patternProperties": {"^n_": {"type": "integer"}, "_x$": {"type": ["integer", "string"]}, "(?!a)": true},
        "additionalProperties": {"type": "boolean"},
    });
    assert_eq!(kinds(&schema, &["n_x"]), Kinds::INTEGER);
    // The pattern with a look-ahead may match, for all that is known here.
    assert_eq!(kinds(&schema, &["other"]), Kinds::ALL);
    let schema = json!({"patternProperties": {"^n_": {"type": "integer"}}, "additionalProperties": false});
    assert_eq!((kinds(&schema, &["n_1"]), kinds(&schema, &["m"])), (Kinds::INTEGER, Kinds::NONE));
}

#[test]
fn a_condition_leaves_what_either_of_its_branches_allows() {
    let one = |name: &str| json!({"properties": {"a": {"type": name}}});
    let schema = json!({"if": {"required": ["b"]}, "then": one("string"), "else": one("integer")});
    assert_eq!(kinds(&schema, &["a"]), Kinds::STRING.or(Kinds::INTEGER));
    assert_eq!(kinds(&json!({"if": true, "then": one("string")}), &["a"]), Kinds::ALL);
}

#[test]
fn enumerations_are_combined_as_the_validator_combines_them() {
    let values = |schema: Value| Root::new(schema).at(&[]).values;
    assert_eq!(values(json!({"enum": [1, "a"], "allOf": [{"enum": [1.0, 2]}]})), Some(vec![json!(1)]));
    assert_eq!(values(json!({"anyOf": [{"const": 1}, {"enum": [2]}]})), Some(vec![json!(1), json!(2)]));
    assert_eq!(values(json!({"anyOf": [{"const": 1}, {"type": "string"}]})), None);
}
