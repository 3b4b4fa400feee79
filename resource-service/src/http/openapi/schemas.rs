//! The components of the OpenAPI document: the collections' schemas, system members, problems.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use shared_models::{
    artifacts::{Artifact, ArtifactList},
    definitions::DefinitionReport,
    documents::{AccessReport, CollectionDefinition, Explanation},
    problem::ProblemBody,
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use crate::{domain::collection::Collection, ops::reviews::REVIEWS};

/// The statuses a problem can have here, and when.
const PROBLEMS: [(&str, &str); 12] = [
    ("400", "The request is malformed."),
    ("401", "A valid access token is needed."),
    ("403", "The token lacks a scope."),
    ("404", "Nothing here, or nothing the caller may see."),
    (
        "409",
        "The request conflicts with what is stored: the fields of a unique index, a step of a series, or the state it expects of the document.",
    ),
    ("410", "The changes since the last event are no longer kept: list again, and follow from now on."),
    ("412", "The document is not at the revision that If-Match names."),
    ("413", "The body is too large."),
    ("415", "The media type of the body is not accepted."),
    ("422", "A value or a parameter is not valid; errors says which."),
    ("428", "The collection demands If-Match."),
    (
        "503",
        "The store cannot be reached now; Retry-After says when to ask again. Or the query took longer than its time limit (code query_timeout); narrow it.",
    ),
];

/// The responses that operations refer to, each a problem (RFC 9457).
pub fn responses() -> Map<String, Value> {
    let response = |(status, description): &(&str, &str)| {
        let schema = json!({"$ref": "#/components/schemas/ProblemBody"});
        let body =
            json!({"description": description, "content": {"application/problem+json": {"schema": schema}}});
        (format!("problem{status}"), body)
    };
    PROBLEMS.iter().map(response).collect()
}

/// Schemas that no collection owns.
pub fn shared() -> Map<String, Value> {
    let mut found: Vec<(String, RefOr<Schema>)> = Vec::new();
    add::<ProblemBody>(&mut found);
    add::<AccessReport>(&mut found);
    add::<CollectionDefinition>(&mut found);
    add::<Explanation>(&mut found);
    add::<Artifact>(&mut found);
    add::<ArtifactList>(&mut found);
    add::<DefinitionReport>(&mut found);
    found.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap_or_default())).collect()
}

fn add<T: ToSchema + PartialSchema>(found: &mut Vec<(String, RefOr<Schema>)>) {
    found.push((T::name().into_owned(), T::schema()));
    T::schemas(found);
}

/// A document as a client sends it.
pub fn sent(collection: &Collection) -> Value {
    let mut schema = collection.definition.schema.clone();
    move_references(&mut schema, collection.name());
    schema
}

/// A document as the service shows it.
pub fn stored(collection: &Collection) -> Value {
    let mut schema = sent(collection);
    if let Value::Object(schema) = &mut schema {
        let declared = schema.entry("properties").or_insert_with(|| json!({}));
        let mut properties = shown_members();
        if collection.name() == REVIEWS {
            let stale = "Whether its calculation has changed since, or was removed: if expand asks for it and the caller may know.";
            properties
                .insert("stale".into(), json!({"type": "boolean", "readOnly": true, "description": stale}));
        }
        properties.extend(declared.as_object().cloned().unwrap_or_default());
        let mut required: Vec<Value> = system_members().keys().map(|name| name.as_str().into()).collect();
        required.extend(schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default());
        schema.insert("properties".into(), properties.into());
        schema.insert("required".into(), required.into());
        if let Some(title) = schema.get("title").and_then(Value::as_str) {
            let title = format!("Stored {title}");
            schema.insert("title".into(), title.into());
        }
    }
    schema
}

/// Gives each component a title of its own: generated clients name their types by it.
pub fn name_apart(schemas: &mut Map<String, Value>) {
    let plain = |title: &str| title.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "");
    let untitled = schemas.iter().filter(|(_, schema)| schema["title"].is_null());
    let mut taken: BTreeSet<String> = untitled.map(|(name, _)| plain(name)).collect();
    for (name, schema) in schemas {
        let Some(title) = schema["title"].as_str().map(str::to_owned) else { continue };
        if !taken.insert(plain(&title)) {
            let own = format!("{title} ({name})");
            taken.insert(plain(&own));
            schema["title"] = own.into();
        }
    }
}

/// A document of which only some fields were asked for.
pub fn projected() -> Value {
    json!({"type": "object", "required": ["_id", "_revision"], "properties": shown_members()})
}

/// The system members, and what may stand beside them.
fn shown_members() -> Map<String, Value> {
    let mut members = system_members();
    let name = "The name of its owner, if expand asks for it and it is known.";
    members.insert("_owner_name".into(), json!({"type": "string", "readOnly": true, "description": name}));
    members
}

fn system_members() -> Map<String, Value> {
    let text = |description: &str| json!({"type": "string", "readOnly": true, "description": description});
    let time = |description: &str| json!({"type": "string", "format": "date-time", "readOnly": true, "description": description});
    [
        ("_id", text("The document's id, a UUID of version 7.")),
        ("_revision", json!({"type": "integer", "minimum": 1, "readOnly": true, "description": "The number of times it was written."})),
        ("_created_at", time("When it was created.")),
        ("_updated_at", time("When it was last written.")),
        ("_owner", text("Who created it: sub of their token.")),
    ]
    .map(|(name, schema)| (name.to_owned(), schema))
    .into_iter()
    .collect()
}

/// References within a schema must be told that the schema now stands inside a larger document.
pub fn move_references(schema: &mut Value, name: &str) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(|item| move_references(item, name)),
        Value::Object(members) => {
            for (keyword, value) in members {
                match value {
                    Value::String(reference) if keyword == "$ref" && reference.starts_with('#') => {
                        *reference = format!("#/components/schemas/{name}{}", &reference[1..]);
                    }
                    other => move_references(other, name),
                }
            }
        }
        _ => {}
    }
}
