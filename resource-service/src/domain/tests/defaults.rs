use serde_json::json;

use super::{super::validate::compile, *};

fn filled(schema: &Value, document: Value) -> Value {
    fill(&compile(schema).unwrap(), document).unwrap()
}

/// What pydantic 2 makes of a model with nested, optional and discriminated members.
fn model() -> Value {
    json!({
        "$defs": {
            "Grid": {"title": "Grid", "type": "object", "properties": {
                "points": {"default": 50, "title": "Points", "type": "integer"},
                "kind": {"const": "grid", "default": "grid", "title": "Kind", "type": "string"},
            }},
            "Basis": {"title": "Basis", "type": "object", "required": ["name"], "properties": {
                "name": {"title": "Name", "type": "string"},
                "kind": {"const": "basis", "default": "basis", "title": "Kind", "type": "string"},
            }},
        },
        "title": "Run", "type": "object", "required": ["name"],
        "properties": {
            "name": {"title": "Name", "type": "string"},
            "host": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": null, "title": "Host"},
            "grid": {"$ref": "#/$defs/Grid", "default": {"points": 10, "kind": "grid"}},
            "fine": {"anyOf": [{"$ref": "#/$defs/Grid"}, {"type": "null"}], "default": null},
            "more": {"default": [], "items": {"$ref": "#/$defs/Grid"}, "title": "More", "type": "array"},
            "named": {"additionalProperties": {"$ref": "#/$defs/Grid"}, "title": "Named", "type": "object"},
            "pair": {"maxItems": 2, "minItems": 2, "prefixItems": [{"$ref": "#/$defs/Grid"}, {"type": "string"}], "type": "array"},
            "part": {
                "discriminator": {"mapping": {"basis": "#/$defs/Basis", "grid": "#/$defs/Grid"}, "propertyName": "kind"},
                "oneOf": [{"$ref": "#/$defs/Basis"}, {"$ref": "#/$defs/Grid"}], "title": "Part",
            },
        },
    })
}

#[test]
fn what_is_left_out_is_filled_in_at_every_depth() {
    let grid = json!({"points": 50, "kind": "grid"});
    assert_eq!(
        filled(&model(), json!({"name": "a"})),
        json!({"name": "a", "host": null, "grid": {"points": 10, "kind": "grid"}, "fine": null, "more": []})
    );
    let sent = json!({"name": "a", "grid": {}, "fine": {}, "more": [{}, {"points": 1}], "named": {"x": {}}, "pair": [{}, "y"]});
    let full = filled(&model(), sent);
    assert_eq!(
        (&full["grid"], &full["fine"], &full["named"]["x"], &full["pair"][0]),
        (&grid, &grid, &grid, &grid)
    );
    assert_eq!(full["more"], json!([grid, {"points": 1, "kind": "grid"}]));
}

#[test]
fn what_is_there_stays_as_it_is() {
    let sent =
        json!({"name": "a", "host": null, "grid": null, "fine": {"points": null, "kind": "x"}, "more": 5});
    assert_eq!(filled(&model(), sent.clone()), sent);
    let part = filled(&model(), json!({"name": "a", "part": {"kind": "grid"}}));
    assert_eq!(part["part"], json!({"kind": "grid"}), "alternatives are not guessed at");
}

#[test]
fn defaults_are_found_through_references_and_combinations() {
    let schema = json!({
        "$defs": {"size": {"$anchor": "size", "type": "integer", "default": 3}},
        "type": "object",
        "allOf": [{"properties": {"a": {"allOf": [{"$ref": "#size"}]}}}],
        "properties": {"b": {"$ref": "#/$defs/size"}, "c": {"$ref": "#/$defs/size", "default": 4}},
    });
    assert_eq!(filled(&schema, json!({})), json!({"b": 3, "c": 4, "a": 3}));
}

#[test]
fn defaults_cannot_make_a_document_too_deep_or_too_large() {
    let nested = (1..90).fold(json!({}), |inner, _| json!({"q": inner}));
    let schema = json!({"type": "object", "$ref": "#/$defs/n", "$defs": {"n": {"properties": {
        "q": {"$ref": "#/$defs/n"}, "d": {"default": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {}}}}}}}}}}}},
    }}}});
    assert_eq!(fill(&compile(&schema).unwrap(), nested).unwrap_err().code, "nesting");
    let large = json!({"type": "object", "properties": {"l": {"items": {"properties": {"t": {"default": "x".repeat(10_000)}}}}}});
    let refusal = fill(&compile(&large).unwrap(), json!({"l": vec![json!({}); 1_000]})).unwrap_err();
    assert_eq!((refusal.code.as_str(), refusal.pointer.unwrap().as_str()), ("default", "/l/104"));
}

#[test]
fn a_definition_with_a_model_as_pydantic_makes_it_is_accepted() {
    let definition = json!({"name": "runs", "schema": model()});
    let collection = Collection::new(serde_json::from_value(definition).unwrap()).unwrap();
    assert_eq!(crate::domain::askable::check_fields(&collection), Ok(()));
}
