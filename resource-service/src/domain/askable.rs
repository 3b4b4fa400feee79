//! Whether a definition makes sense before it is stored: documents can meet it, and its fields can be asked for.
//! Definitions that are stored already are served as they are.

use serde_json::Value;
use shared_models::documents::CollectionDefinition;

use super::{
    collection::{Collection, check_views},
    defaults,
    fault::DefinitionFault,
    pointer,
};
use crate::query::{path::MAX_DEPTH, shape::Kinds};

/// The one dialect that schemas are read in.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
/// Keywords whose value is a schema, is an object of schemas, is an array of schemas.
const ONE: [&str; 8] = [
    "additionalProperties",
    "items",
    "contains",
    "if",
    "then",
    "else",
    "unevaluatedProperties",
    "unevaluatedItems",
];
const NAMED: [&str; 4] = ["properties", "patternProperties", "$defs", "dependentSchemas"];
const MANY: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keywords behind which no query reaches.
const OUT_OF_REACH: [&str; 5] = ["items", "prefixItems", "contains", "unevaluatedItems", "$defs"];

/// Checks what a definition says of itself.
pub fn check_text(definition: &CollectionDefinition) -> Result<(), DefinitionFault> {
    if definition.name == "system" {
        let fault = "name: \"system\" is reserved by MongoDB; choose another name";
        return Err(DefinitionFault::at("/name", fault));
    }
    walk(&definition.schema, "/schema", true, &mut Vec::new())
}

/// Checks that a document can have every member that it must have, and every default that it is given, and that each view
/// shows declared fields.
pub fn check_fields(collection: &Collection) -> Result<(), DefinitionFault> {
    if let Some(path) = impossible(collection, &mut Vec::new()) {
        let fault = format!("schema: {path:?} is required, and the schema allows no value there");
        return Err(DefinitionFault::at("/schema/required", fault));
    }
    check_views(&collection.schema, &collection.definition.views, "views")?;
    let mut with_default = Vec::new();
    walk(&collection.definition.schema, "/schema", true, &mut with_default)?;
    defaults::check(&collection.definition.schema, &with_default)
}

/// A required member that no document can have.
fn impossible(collection: &Collection, above: &mut Vec<String>) -> Option<String> {
    let shape = collection.schema.shape(above);
    for name in &shape.required {
        let reserved = above.is_empty() && name.starts_with('_');
        above.push(name.clone());
        let member = collection.schema.shape(above);
        if reserved || !shape.admits(name) || member.kinds == Kinds::NONE {
            return Some(above.join("."));
        }
        if member.kinds == Kinds::OBJECT
            && above.len() < MAX_DEPTH
            && let Some(found) = impossible(collection, above)
        {
            return Some(found);
        }
        above.pop();
    }
    None
}

/// Looks through the names and the dialect of a schema and of those within it, and notes where those with a default are.
/// `askable`: whether a query reaches here.
fn walk(
    schema: &Value,
    at: &str,
    askable: bool,
    with_default: &mut Vec<String>,
) -> Result<(), DefinitionFault> {
    let Some(keywords) = schema.as_object() else { return Ok(()) };
    if keywords.contains_key("default") {
        with_default.push(at.to_owned());
    }
    if let Some(dialect) = keywords.get("$schema")
        && dialect.as_str().map(|text| text.trim_end_matches('#')) != Some(DIALECT)
    {
        let fault = format!(
            "schema: $schema is {dialect}; schemas are read as {DIALECT:?}: leave it out or name that"
        );
        return Err(DefinitionFault::at(pointer(at, "$schema"), fault));
    }
    let declared = keywords.get("properties").and_then(Value::as_object).into_iter().flatten();
    for (name, _) in declared.filter(|(_, schema)| **schema != Value::Bool(false)) {
        if let Some(rule) = never_stored(name).or_else(|| never_asked(name).filter(|_| askable)) {
            let fault = format!("schema: the name {name:?} {rule}");
            return Err(DefinitionFault::at(pointer(&pointer(at, "properties"), name), fault));
        }
    }
    for name in keywords.get("required").and_then(Value::as_array).into_iter().flatten() {
        if let Some((name, rule)) = name.as_str().and_then(|name| Some((name, never_stored(name)?))) {
            let fault = format!("schema: the required name {name:?} {rule}");
            return Err(DefinitionFault::at(pointer(at, "required"), fault));
        }
    }
    for (keyword, value) in keywords {
        let (keyword, at) = (keyword.as_str(), pointer(at, keyword));
        let askable = askable && !OUT_OF_REACH.contains(&keyword);
        match value {
            Value::Object(parts) if NAMED.contains(&keyword) => {
                for (name, part) in parts {
                    walk(part, &pointer(&at, name), askable, with_default)?;
                }
            }
            Value::Array(parts) if MANY.contains(&keyword) => {
                for (index, part) in parts.iter().enumerate() {
                    walk(part, &pointer(&at, &index.to_string()), askable, with_default)?;
                }
            }
            _ if ONE.contains(&keyword) => walk(value, &at, askable, with_default)?,
            _ => {}
        }
    }
    Ok(())
}

/// Why no document can have a member of this name.
fn never_stored(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("is empty; no document can have such a member")
    } else if name.starts_with('$') {
        Some("begins with $; no document can have such a member")
    } else if name.contains('.') {
        Some("contains a dot, which separates the names of a path; no document can have such a member")
    } else if name.contains('\0') {
        Some("contains NUL; no document can have such a member")
    } else {
        None
    }
}

/// Why no query can ask for a member of this name.
fn never_asked(name: &str) -> Option<&'static str> {
    if name.contains(['[', ']', '(', ')', ',', '=']) {
        Some("contains one of [ ] ( ) , = which are the syntax of queries; choose another name")
    } else if name.starts_with('-') {
        Some("begins with -, which makes a sort descend; choose another name")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(schema: &Value) -> Option<(String, String)> {
        let definition = json!({"name": "things", "schema": schema});
        let definition: CollectionDefinition = serde_json::from_value(definition).unwrap();
        let checked = check_text(&definition).and_then(|()| check_fields(&Collection::new(definition)?));
        checked.err().map(|fault| (fault.pointer, fault.message))
    }

    #[test]
    fn a_name_that_no_document_or_no_query_can_use_is_refused_where_it_is() {
        for (schema, place) in [
            (json!({"properties": {"a.b": {}}}), "/schema/properties/a.b"),
            (json!({"properties": {"": {}}}), "/schema/properties/"),
            (json!({"properties": {"$x": {}}}), "/schema/properties/$x"),
            (json!({"properties": {"a[b]": {}}}), "/schema/properties/a[b]"),
            (json!({"properties": {"a,b": {}}}), "/schema/properties/a,b"),
            (json!({"properties": {"-a": {}}}), "/schema/properties/-a"),
            (
                json!({"properties": {"in": {"properties": {"x.y": {}}}}}),
                "/schema/properties/in/properties/x.y",
            ),
            (json!({"allOf": [{"properties": {"x=": {}}}]}), "/schema/allOf/0/properties/x="),
            (json!({"required": ["a.b"]}), "/schema/required"),
        ] {
            let mut schema = schema;
            schema["type"] = "object".into();
            assert_eq!(refused(&schema).map(|(at, _)| at).as_deref(), Some(place), "{schema}");
        }
    }

    #[test]
    fn a_document_that_must_have_what_it_cannot_have_is_refused() {
        for schema in [
            json!({"required": ["a"], "additionalProperties": false}),
            json!({"required": ["a"], "properties": {"a": false}}),
            json!({"required": ["_id"]}),
            json!({"required": ["a"], "properties": {
                "a": {"type": "object", "required": ["b"], "additionalProperties": false}}}),
        ] {
            let mut schema = schema;
            schema["type"] = "object".into();
            let (at, message) = refused(&schema).expect("refused");
            assert!(at == "/schema/required" && message.contains("is required"), "{schema}: {message}");
        }
    }

    #[test]
    fn a_default_that_breaks_its_own_schema_is_refused_where_it_is() {
        let model = json!({"$defs": {"Kind": {"enum": ["a", "b"]}, "Grid": {
            "type": "object", "required": ["points"], "properties": {"points": {"type": "integer"}}}}});
        for (name, member, place) in [
            ("n", json!({"type": "integer", "default": "no"}), "/default"),
            ("n", json!({"type": "integer", "default": null}), "/default"),
            ("a b%/~é", json!({"type": "integer", "default": 1.5}), "/default"),
            (
                "t",
                json!({"type": "string", "format": "date-time", "default": "2026-01-31T12:00:00"}),
                "/default",
            ),
            ("k", json!({"$ref": "#/$defs/Kind", "default": "c"}), "/default"),
            ("g", json!({"$ref": "#/$defs/Grid", "default": {"points": "1"}}), "/default/points"),
            ("g", json!({"$ref": "#/$defs/Grid", "default": {}}), "/default/points"),
            ("o", json!({"properties": {"in": {"type": "string", "default": 5}}}), "/properties/in/default"),
            ("l", json!({"items": {"anyOf": [{"default": 5, "maximum": 4}]}}), "/items/anyOf/0/default"),
        ] {
            for id in [None, Some("https://example.org/runs"), Some("runs.json")] {
                let mut schema = model.clone();
                (schema["type"], schema["properties"]) = ("object".into(), json!({name: member}));
                if let Some(id) = id {
                    schema["$id"] = id.into();
                }
                let at = pointer("/schema/properties", name) + place;
                let (found, message) = refused(&schema).expect("a refusal");
                assert_eq!(found, at, "{schema}");
                assert!(message.starts_with("schema: the default "), "{message}");
            }
        }
    }

    #[test]
    fn a_default_that_fits_its_schema_is_accepted_as_models_write_it() {
        let schema = json!({"type": "object", "$defs": {"K": {"$id": "k", "enum": ["a"], "default": "a"}}, "properties": {
            "optional": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": null},
            "whole": {"type": "integer", "default": 7.0},
            "kind": {"$ref": "k", "default": "a"},
            "nan": {"type": ["number", "string"], "format": "ieee754", "default": "NaN"},
            "list": {"type": "array", "items": {"type": "string"}, "default": []},
            "default": {"type": "string"},
            "tree": {"default": {"child": {"child": {}}}, "$ref": "#/$defs/T"},
        }});
        let mut schema = schema;
        schema["$defs"]["T"] =
            json!({"additionalProperties": false, "properties": {"child": {"$ref": "#/$defs/T"}}});
        assert_eq!(refused(&schema), None);
    }

    #[test]
    fn another_dialect_is_refused_and_usual_definitions_are_not() {
        let foreign = json!({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"});
        assert_eq!(refused(&foreign).unwrap().0, "/schema/$schema");
        for fine in [
            json!({"$schema": DIALECT, "type": "object", "properties": {"c'd": {}, "__proto__": {}, "count": {}}}),
            json!({"type": "object", "required": ["a"], "properties": {"a.b": false}}),
            json!({"type": "object", "properties": {"list": {"items": {"properties": {"E(eV)": {}}}}}}),
            json!({"type": "object", "not": {"required": ["x.y"]}, "properties": {"properties": {"type": "string"}}}),
        ] {
            let refused = refused(&fine);
            // Only names of the service begin with an underscore.
            assert!(refused.as_ref().is_none_or(|(at, _)| at.ends_with("__proto__")), "{fine}: {refused:?}");
        }
    }
}
