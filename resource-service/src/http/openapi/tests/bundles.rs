//! Schemas of every kind that a definition may have, as generators of clients find them.

use jsonschema::Validator;

use super::*;

fn compile(schema: &Value) -> Validator {
    let options = jsonschema::draft202012::options().with_format("ieee754", |_| true).offline();
    options.build(schema).unwrap()
}

fn of(schema: &Value) -> Value {
    let definition = json!({"name": "trees", "schema": schema, "access": {"hidden": {}}});
    let mut catalog = Catalog::default();
    catalog.add("trees.json", &definition.to_string()).unwrap();
    document(&catalog, None)
}

/// The component of this name, with what it refers to.
pub(super) fn validator(document: &Value, name: &str) -> Validator {
    let schema =
        json!({"$ref": format!("#/components/schemas/{name}"), "components": document["components"]});
    compile(&schema)
}

fn with_members(mut document: Value) -> Value {
    let members = json!({
        "_id": "i", "_revision": 1, "_created_at": "2026-01-31T12:00:00.000Z",
        "_updated_at": "2026-01-31T12:00:00.000Z", "_owner": "ada",
    });
    document.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    document
}

/// Holds what a client sends against its component, and what it reads against the other one.
fn agree(schema: &Value, good: &[Value], bad: &[Value]) -> Value {
    let document = of(schema);
    references_lead_to_components(&document);
    let (sent, stored) = (validator(&document, "trees"), validator(&document, "trees.stored"));
    let served = compile(schema);
    for (values, expected) in [(good, true), (bad, false)] {
        for value in values {
            assert_eq!(served.is_valid(value), expected, "the definition: {value}");
            assert_eq!(sent.is_valid(value), expected, "sent: {value}");
            assert_eq!(stored.is_valid(&with_members(value.clone())), expected, "stored: {value}");
        }
    }
    document
}

pub(super) fn references_lead_to_components(document: &Value) {
    let mut found = Vec::new();
    references(document, &mut found);
    for reference in found {
        let parts: Vec<&str> = reference.split('/').collect();
        assert!(matches!(parts[..], ["#", "components", _, _]), "{reference} leads into a component");
        assert!(document.pointer(&reference[1..]).is_some(), "{reference} leads nowhere");
    }
}

#[test]
fn anchors_and_resources_of_a_bundle_are_components() {
    let schema = json!({
        "$id": "https://example.org/tree", "type": "object", "required": ["leaf"],
        "properties": {
            "leaf": {"$ref": "#leaf"}, "fruit": {"$ref": "fruit"}, "seed": {"$ref": "fruit#/$defs/seed"},
            "stone": {"$ref": "https://example.org/fruit#stone"}, "copy": {"$ref": "#/properties/size"},
            "size": {"type": "integer"},
        },
        "$defs": {
            "a leaf": {"$anchor": "leaf", "type": "object", "properties": {"area": {"type": "number"}}},
            "bundled": {
                "$id": "/fruit", "type": "object", "properties": {"seed": {"$ref": "#/$defs/seed"}},
                "$defs": {"seed": {"type": "string"}, "s": {"$anchor": "stone", "type": "boolean"}},
            },
        },
    });
    let document = agree(
        &schema,
        &[
            json!({"leaf": {"area": 1}, "fruit": {"seed": "s"}, "seed": "s", "stone": true, "size": 1, "copy": 2}),
        ],
        &[
            json!({"leaf": {"area": "1"}}),
            json!({"leaf": {}, "fruit": {"seed": 1}}),
            json!({"leaf": {}, "seed": 1}),
            json!({"leaf": {}, "stone": 1}),
            json!({"leaf": {}, "copy": "1"}),
            json!({}),
        ],
    );
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["trees"]["properties"]["leaf"]["$ref"], "#/components/schemas/trees.a_leaf");
    assert_eq!(schemas["trees"]["properties"]["size"]["$ref"], "#/components/schemas/trees.size");
    let text = schemas.to_string();
    for keyword in ["$id", "$anchor", "$defs"] {
        assert!(!text.contains(&format!("{keyword:?}")), "{keyword} in {text}");
    }
}

#[test]
fn a_root_that_is_a_reference_shows_its_own_properties() {
    let schema = json!({
        "title": "Tree", "type": "object", "$ref": "#/$defs/node",
        "$defs": {"node": {
            "type": "object", "required": ["kind"], "additionalProperties": false,
            "properties": {"kind": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
        }},
    });
    let good = json!({"kind": "a", "children": [{"kind": "b", "children": []}]});
    let document =
        agree(&schema, &[good], &[json!({"kind": "a", "children": [{}]}), json!({"kind": "a", "more": 1})]);
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["trees"]["properties"]["kind"]["type"], "string");
    assert_eq!(schemas["trees.stored"]["properties"]["_id"]["$ref"], "#/components/schemas/DocumentId");
    assert_eq!(schemas["trees.stored"]["title"], "Stored Tree");
}

#[test]
fn closed_schemas_are_open_for_the_members_of_the_service() {
    let closed =
        json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false});
    for schema in [
        closed.clone(),
        json!({"type": "object", "allOf": [{"$ref": "#/$defs/base"}], "$defs": {"base": closed}}),
        json!({"type": "object", "properties": {"a": {"type": "string"}}, "unevaluatedProperties": false}),
        json!({"type": "object", "properties": {"a": {"type": "string"}}, "propertyNames": {"maxLength": 1}}),
        json!({"type": "object", "patternProperties": {"^a": {"type": "string"}}, "additionalProperties": false}),
    ] {
        let document = agree(&schema, &[json!({"a": "x"})], &[json!({"a": 1})]);
        assert!(document["paths"]["/api/trees"]["post"].is_object());
    }
}

#[test]
fn dynamic_references_and_schemas_that_are_true_or_false_are_read() {
    let schema = json!({
        "$id": "tree", "type": "object", "$dynamicAnchor": "node",
        "properties": {"any": true, "none": false, "child": {"$dynamicRef": "#node"}, "$ref": {"type": "string"}},
        "required": ["any"],
    });
    let document = agree(
        &schema,
        &[json!({"any": 1}), json!({"any": 1, "child": {"any": 2}})],
        &[json!({"any": 1, "none": 1}), json!({"any": 1, "child": {}}), json!({"any": 1, "$ref": 5})],
    );
    assert_eq!(document["components"]["schemas"]["trees"]["properties"]["none"], json!({"not": {}}));
}

#[test]
fn a_hidden_field_is_required_of_no_answer() {
    let definition = json!({
        "name": "trees",
        "schema": {
            "type": "object", "required": ["name", "place"],
            "properties": {
                "name": {"type": "string"},
                "place": {"$ref": "#/$defs/place"},
            },
            "$defs": {"place": {"type": "object", "required": ["x", "y"], "properties": {"x": {"type": "number"}, "y": {"type": "number"}}}},
        },
        "access": {"hidden": {"name": "trees:names", "place.y": "trees:places"}},
    });
    let mut catalog = Catalog::default();
    catalog.add("trees.json", &definition.to_string()).unwrap();
    let document = document(&catalog, None);
    let stored = validator(&document, "trees.stored");
    assert!(stored.is_valid(&with_members(json!({"place": {"x": 1}}))));
    assert!(!stored.is_valid(&with_members(json!({"place": {}}))));
    assert!(!validator(&document, "trees").is_valid(&json!({"name": "a", "place": {"x": 1}})));
    let scopes = &document["components"]["securitySchemes"]["login"]["flows"]["password"]["scopes"];
    assert_eq!(scopes["trees:names"], "See name of trees");
}

#[test]
fn an_open_schema_and_the_members_of_the_service_are_a_document_together() {
    let schema = json!({"title": "Tree", "type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}});
    let document = agree(&schema, &[json!({"a": "x", "more": 1})], &[json!({})]);
    let stored = &document["components"]["schemas"]["trees.stored"];
    assert_eq!(stored["allOf"][0]["$ref"], "#/components/schemas/trees");
    assert!(!validator(&document, "trees.stored").is_valid(&json!({"a": "x"})));
}

#[test]
fn a_list_that_must_say_what_it_returns_requires_no_field() {
    let definition = json!({
        "name": "trees", "list_requires_view": true, "views": {"short": ["a"]},
        "schema": {
            "type": "object", "required": ["a", "b"], "additionalProperties": false,
            "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        },
    });
    let mut catalog = Catalog::default();
    catalog.add("trees.json", &definition.to_string()).unwrap();
    let document = document(&catalog, None);
    let page = validator(&document, "trees.page");
    assert!(page.is_valid(&json!({"items": [{"_id": "i", "_revision": 1, "a": "x"}], "next": null})));
    assert!(!page.is_valid(&json!({"items": [{"_id": 1, "_revision": 1}], "next": null})));
}
