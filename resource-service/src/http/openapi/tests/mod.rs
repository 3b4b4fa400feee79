//! The OpenAPI document, held against what is served.

mod bundles;

use std::{collections::BTreeSet, sync::Arc};

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use service_kit::route::Access;

use super::{bundle, document::document, names};
use crate::{
    domain::{catalog::Catalog, collection::Collection},
    http::endpoints,
};

fn built_in() -> Value {
    document(&Catalog::built_in().unwrap(), None)
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
fn every_endpoint_is_described_for_every_collection() {
    let document = built_in();
    for endpoint in endpoints(Access::Public) {
        if endpoint.path == "/api/openapi.json" {
            continue;
        }
        let shipped = ["versions", "restore", "artifacts"];
        let some = shipped.iter().any(|part| endpoint.path.split('/').any(|name| name == *part));
        for collection in if some { &["calculations"][..] } else { &["calculations", "reviews", "series"] } {
            // What all collections have alike may be said once.
            let path = match document["paths"].get(endpoint.path) {
                Some(_) => endpoint.path.to_owned(),
                None => endpoint.path.replace("{collection}", collection),
            };
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
    assert_eq!(names.len(), 4 + 3 + 4 * 11 + 5 + 4 + 4 + 2);
}

#[test]
fn schemas_have_titles_of_their_own() {
    let mut schemas = built_in()["components"]["schemas"].as_object().unwrap().clone();
    assert_eq!(schemas["reviews.stored"]["title"], "Stored Review");
    schemas.insert("a".into(), json!({"title": "Review"}));
    schemas.insert("b".into(), json!({"title": "problem-body"}));
    schemas.insert("Problem_Body".into(), json!({"properties": {"title": {"title": "Review"}}}));
    names::tell_schemas_apart(&mut schemas);
    let titles: Vec<&str> = schemas.values().filter_map(|schema| schema["title"].as_str()).collect();
    assert_eq!(titles.iter().collect::<BTreeSet<_>>().len(), titles.len(), "{titles:?}");
    assert_eq!(schemas["a"]["title"], "Review (a)");
    assert_eq!(schemas["b"]["title"], "problem-body (b)");
    assert_eq!(schemas["Problem_Body"]["title"], "Problem_Body (Problem_Body 1)");
    assert_eq!(schemas["Problem_Body"]["properties"]["title"], json!({}));
}

#[test]
fn a_stored_document_is_one_of_the_described_kind() {
    let document = built_in();
    let example = json!({
        "_id": "i", "_revision": 1, "_created_at": "2026-01-31T12:00:00.000Z", "_updated_at": "2026-01-31T12:00:00.000Z",
        "_owner": "ada", "calculation": "c", "revision": 1, "verdict": "approve",
    });
    let validator = bundles::validator(&document, "reviews.stored");
    assert!(validator.is_valid(&example));
    assert!(!validator.is_valid(&json!({"_id": "i"})));
}

#[test]
fn the_login_of_the_page_is_that_of_auth_service() {
    let flow = &built_in()["components"]["securitySchemes"]["login"]["flows"]["password"];
    assert_eq!(flow["tokenUrl"], "/auth/login");
    assert_eq!(flow["scopes"]["series:write"], "Write series");
}

fn extra(count: usize) -> Catalog {
    let mut catalog = Catalog::built_in().unwrap();
    for n in 0..count {
        let fields = json!({"a": {"type": "integer"}, "b": {"type": "string"}});
        let schema = json!({"type": "object", "properties": fields});
        let definition = json!({"name": format!("extra{n}"), "schema": schema, "versioned": true});
        catalog.add("extra.json", &definition.to_string()).unwrap();
    }
    catalog
}

#[test]
fn what_collections_have_in_common_is_said_once() {
    let bytes = |count: usize| document(&extra(count), None).to_string().len();
    let each = (bytes(10) - bytes(0)) / 10;
    assert!(each <= 12_000, "{each} bytes for a versioned collection of two fields");
}

#[test]
fn the_document_of_one_collection_has_nothing_of_another() {
    let catalog = extra(1);
    let one = document(&catalog, Some("reviews"));
    bundles::references_lead_to_components(&one);
    assert!(one["paths"].as_object().unwrap().keys().all(|path| path.starts_with("/api/reviews")));
    assert!(!one["components"].to_string().contains("calculations"), "{}", one["components"]);
    let all = document(&catalog, None);
    for (kind, components) in one["components"].as_object().unwrap() {
        let kept = components.as_object().unwrap().iter().filter(|_| kind != "securitySchemes");
        for (name, component) in kept {
            assert_eq!(component, &all["components"][kind][name], "{kind} {name}");
        }
    }
}

#[test]
fn every_scope_that_an_operation_demands_is_declared() {
    let mut catalog = Catalog::default();
    let access = json!({"read": "data:read", "write": "data:write", "admin": "data:all"});
    for name in ["one", "two"] {
        let definition = json!({"name": name, "schema": {"type": "object"}, "access": access});
        catalog.add("x.json", &definition.to_string()).unwrap();
    }
    let document = document(&catalog, None);
    let declared = &document["components"]["securitySchemes"]["login"]["flows"]["password"]["scopes"];
    for scope in names::scopes(document["paths"].as_object().unwrap()) {
        assert!(declared[&scope].is_string(), "{scope} in {declared}");
    }
    assert_eq!(declared["data:read"], "Read one; Read two");
    assert!(declared["collections:write"].is_string() && declared["data:all"].is_string());
}

#[test]
fn the_common_answer_of_an_operation_is_one_schema() {
    let document = built_in();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (verb, operation) in item.as_object().unwrap().iter().filter(|(verb, _)| *verb != "parameters") {
            for status in ["200", "201"] {
                let schema = &operation["responses"][status]["content"]["application/json"]["schema"];
                assert!(schema.get("anyOf").or(schema.get("oneOf")).is_none(), "{verb} {path}: {schema}");
            }
        }
    }
    let page = &document["components"]["schemas"]["calculations.page"]["properties"]["items"];
    assert_eq!(page["items"]["$ref"], "#/components/schemas/calculations.stored");
}

#[test]
fn a_field_named_as_a_parameter_is_given_with_an_operator() {
    let mut catalog = Catalog::default();
    let fields = ["count", "sort", "since", "group", "fields", "id", "a", "A", "é", "è"]
        .map(|name| (name, json!({"type": "integer"})));
    let properties: Map<String, Value> =
        fields.map(|(name, schema)| (name.to_owned(), schema)).into_iter().collect();
    let definition =
        json!({"name": "words", "schema": {"type": "object", "properties": properties}, "versioned": true});
    // A definition of an earlier version may be stored that today's rules refuse.
    let Ok(()) = catalog.add("x.json", &definition.to_string()) else { return };
    let document = document(&catalog, None);
    bundles::references_lead_to_components(&document);
    for (path, item) in document["paths"].as_object().unwrap() {
        for (verb, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let resolved = parameters.map(|parameter| match parameter["$ref"].as_str() {
                Some(reference) => document.pointer(&reference[1..]).unwrap(),
                None => parameter,
            });
            let names: Vec<String> = resolved.map(|p| format!("{} in {}", p["name"], p["in"])).collect();
            assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{verb} {path}: {names:?}");
        }
    }
    let list = document["paths"]["/api/words"]["get"]["parameters"].to_string();
    assert!(list.contains("count[eq]") && list.contains("words.since"), "{list}");
}

#[test]
fn operations_of_collections_with_similar_names_have_ids_of_their_own() {
    let mut catalog = Catalog::default();
    for name in ["collection", "a-b", "a_b", "s"] {
        let definition = json!({"name": name, "schema": {"type": "object"}, "versioned": true});
        catalog.add("x.json", &definition.to_string()).unwrap();
    }
    let document = document(&catalog, None);
    let items =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let ids: Vec<String> =
        items.filter_map(|operation| operation["operationId"].as_str()).map(bundle::plain).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
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
            let described = super::document::document(&catalog, None);
            bundles::references_lead_to_components(&described);
            prop_assert!(described["paths"]["/api/things"]["post"].is_object());
        }
    }
}
