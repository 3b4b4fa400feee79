//! The OpenAPI document, held against what is served.

use std::collections::BTreeSet;

use super::*;
use crate::{domain::catalog::Catalog, http::endpoints};

fn built_in() -> Value {
    document(&Catalog::built_in().unwrap(), "/auth/login")
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
    let document = document(&catalog, "/auth/login");
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
        for collection in ["calculations", "reviews", "series"] {
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
    assert_eq!(names.len(), 2 + 3 * 6);
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
    let validator = crate::domain::validate::compile(&schema).unwrap();
    assert!(validator.is_valid(&example));
    assert!(!validator.is_valid(&json!({"_id": "i"})));
}

#[test]
fn the_login_of_the_page_is_that_of_auth_service() {
    let flow = &built_in()["components"]["securitySchemes"]["login"]["flows"]["password"];
    assert_eq!(flow["tokenUrl"], "/auth/login");
    assert_eq!(flow["scopes"]["series:write"], "Write series");
}
