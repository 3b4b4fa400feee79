//! Tests of the fields that a schema gives.

use serde_json::json;

use super::*;

fn schema() -> Schema {
    Schema::new(json!({
        "type": "object",
        "required": ["name", "code"],
        "additionalProperties": false,
        "properties": {
            "name": {"type": "string"},
            "code": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            "status": {"enum": ["a", "b"]},
            "tags": {"type": "array", "items": {"type": "string"}},
            "points": {"type": "array", "items": {"type": "object"}},
            "energy": {"type": ["number", "string", "null"], "format": "ieee754"},
            "free": {"type": "object"},
            "at": {"type": "string", "format": "date-time"},
        },
    }))
}

fn field(path: &str) -> Result<Arc<Field>, UnknownField> {
    schema().field(&path.parse().unwrap())
}

#[test]
fn types_come_from_the_schema() {
    assert_eq!(field("status").unwrap().kind, FieldType::Text(TextFormat::Plain));
    assert_eq!(field("tags").unwrap().kind, FieldType::Array(Box::new(FieldType::Text(TextFormat::Plain))));
    assert_eq!(field("energy").unwrap().kind, FieldType::Number { ieee754: true });
    assert!(field("energy").unwrap().nullable);
    assert_eq!(field("at").unwrap().kind, FieldType::Text(TextFormat::DateTime));
    assert_eq!(field("_created_at").unwrap().kind, FieldType::Text(TextFormat::Timestamp));
}

#[test]
fn only_what_the_service_sets_is_known_to_be_in_every_document() {
    assert!(field("_id").unwrap().always);
    assert!(!field("code.name").unwrap().always, "a document may be older than the schema");
}

#[test]
fn a_path_below_a_free_object_knows_where_an_array_could_be() {
    let free = field("free.a.b").unwrap();
    assert_eq!(free.kind, FieldType::Untyped);
    assert_eq!(free.crossings, ["free.a".parse().unwrap()]);
}

#[test]
fn an_unknown_field_is_refused_with_the_nearest_name() {
    let refusal = field("stauts").unwrap_err().to_string();
    assert_eq!(refusal, r#"there is no field "stauts"; did you mean "status"?"#);
    assert!(field("_expires_at").is_err());
    assert!(field("_id.x").is_err());
    assert!(field("name.x").is_err());
}

#[test]
fn a_path_through_an_array_is_refused_by_the_array_s_name() {
    let refusal = field("points.value").unwrap_err().to_string();
    assert!(refusal.contains("through the array \"points\""), "{refusal}");
}
