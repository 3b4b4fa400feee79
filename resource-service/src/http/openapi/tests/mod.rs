//! The OpenAPI document, held against what is served.

use std::{collections::BTreeSet, sync::Arc};

use proptest::prelude::*;

use super::*;

use crate::{
    domain::{
        catalog::Catalog,
        sight::Sight,
        validate::{compile, faults},
    },
    http::endpoints,
};

fn built_in() -> Value {
    document(&Catalog::built_in().unwrap())
}

/// Every `$ref` below a value.
fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|member| references(member, found));
        }
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let mut catalog = Catalog::built_in().unwrap();
    let definition = r##"{"name": "trees", "schema": {"type": "object", "$defs": {"node": {"type": "object"}},
        "properties": {"root": {"$ref": "#/$defs/node"}, "self": {"$ref": "#"}}}}"##;
    catalog.add("trees.json", definition).unwrap();
    let document = document(&catalog);
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.contains(&"#/components/schemas/trees/$defs/node"), "{found:?}");
    for reference in found {
        let target = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
        assert!(target.is_some(), "{reference} leads nowhere");
    }
}

#[test]
fn every_endpoint_is_described_for_every_collection() {
    let document = built_in();
    for endpoint in endpoints() {
        if endpoint.path == "/api/openapi.json" {
            continue;
        }
        let shipped = ["versions", "restore", "artifacts"];
        let some = shipped.iter().any(|part| endpoint.path.split('/').any(|name| name == *part));
        for collection in if some { &["calculations"][..] } else { &["calculations", "reviews", "series"] } {
            let path = endpoint.path.replace("{collection}", collection);
            let verb = endpoint.method.as_str().to_lowercase();
            assert!(document["paths"][&path][&verb]["responses"].is_object(), "{verb} {path}");
        }
    }
}

#[test]
fn operations_have_names_of_their_own() {
    let document = built_in();
    let paths = document["paths"].as_object().unwrap();
    let names: Vec<&str> = paths
        .values()
        .flat_map(|path| path.as_object().unwrap().values())
        .filter_map(|op| op["operationId"].as_str())
        .collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    assert_eq!(names.len(), 4 + 3 * 10 + 4 + 4 + 4);
}

#[test]
fn schemas_have_titles_of_their_own() {
    let mut schemas = built_in()["components"]["schemas"].as_object().unwrap().clone();
    assert_eq!(schemas["reviews.stored"]["title"], "Stored Review");
    schemas.insert("a".into(), json!({"title": "Review"}));
    schemas.insert("b".into(), json!({"title": "problem-body"}));
    schemas::name_apart(&mut schemas);
    let titles: Vec<&str> = schemas.values().filter_map(|schema| schema["title"].as_str()).collect();
    assert_eq!(titles.iter().collect::<BTreeSet<_>>().len(), titles.len(), "{titles:?}");
    assert_eq!(schemas["b"]["title"], "problem-body (b)");
}

#[test]
fn a_stored_document_is_one_of_the_described_kind() {
    let document = built_in();
    let mut schema = document["components"]["schemas"]["reviews.stored"].clone();
    let example = json!({
        "_id": "i", "_revision": 1, "_created_at": "2026-01-31T12:00:00.000Z", "_updated_at": "2026-01-31T12:00:00.000Z",
        "_owner": "ada", "calculation": "c", "revision": 1, "verdict": "approve",
    });
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    let rules = compile(&schema).unwrap();
    assert!(faults(&rules, &example, Sight::Whole).is_empty());
    assert!(!faults(&rules, &json!({"_id": "i"}), Sight::Whole).is_empty());
}

#[test]
fn the_login_of_the_page_is_that_of_auth_service() {
    let flow = &built_in()["components"]["securitySchemes"]["login"]["flows"]["password"];
    assert_eq!(flow["tokenUrl"], "/auth/login");
    assert_eq!(flow["scopes"]["series:write"], "Write series");
}

const KEYWORDS: [&str; 28] = [
    "type",
    "properties",
    "required",
    "items",
    "prefixItems",
    "additionalProperties",
    "patternProperties",
    "enum",
    "const",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "$ref",
    "$defs",
    "$id",
    "$anchor",
    "$dynamicRef",
    "format",
    "pattern",
    "minimum",
    "description",
    "title",
    "a",
    "unevaluatedProperties",
];

const WORDS: [&str; 11] =
    ["object", "string", "#", "#/$defs/a", "#a", "date-time", "ieee754", "(a|b)*", "(?=x)", "é", ""];

/// Something that often is a schema.
fn schemas() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(&WORDS[..]).prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let members = prop::collection::vec((prop::sample::select(&KEYWORDS[..]), inner.clone()), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..3).prop_map(Value::from),
            members.prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_taken_as_a_schema_is_described_and_judges_documents(schema in schemas(), document in schemas()) {
        let mut schema = schema;
        if let Value::Object(members) = &mut schema {
            members.insert("type".into(), "object".into());
        }
        let definition = serde_json::from_value(json!({"name": "things", "schema": schema})).unwrap();
        if let Ok(collection) = Collection::new(definition) {
            if let Value::Object(members) = document {
                let _ = collection.check(members);
            }
            let mut catalog = Catalog::default();
            catalog.put(Arc::new(collection));
            prop_assert!(super::document(&catalog)["paths"]["/api/things"]["post"].is_object());
        }
    }
}
