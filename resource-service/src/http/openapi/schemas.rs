//! The components of the OpenAPI document: the collections' schemas, system members, problems.

use serde_json::{Map, Value, json};
use shared_models::{
    artifacts::{Artifact, ArtifactList},
    definitions::DefinitionReport,
    discovery::{DocumentSearch, FieldList},
    documents::{AccessReport, CollectionDefinition, CollectionUsage, Explanation},
    problem::ProblemBody,
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::operations::reference;

/// The statuses a problem can have here, and when.
const PROBLEMS: [(&str, &str); 12] = [
    ("400", "The request is malformed."),
    ("401", "A valid access token is needed."),
    ("403", "The token lacks a scope."),
    ("404", "Nothing here, or nothing the caller may see."),
    ("406", "Accept names none of the media types that are offered; detail lists them."),
    (
        "409",
        "The request conflicts with what is stored: the fields of a unique index, a step of a series, or the state it expects of the document.",
    ),
    (
        "410",
        "The changes since the last event are no longer kept: list again, and follow from now on. With an Idempotency-Key: a document that the request stored before was removed for good.",
    ),
    ("412", "The document is not at the revision that If-Match names."),
    ("413", "The body is too large."),
    ("415", "The media type of the body is not accepted."),
    ("422", "A value or a parameter is not valid; errors says which."),
    ("428", "The collection demands If-Match."),
];

/// The responses that operations refer to, each a problem (RFC 9457).
pub fn responses() -> Map<String, Value> {
    let response = |(status, description): &(&str, &str)| {
        let schema = json!({"$ref": "#/components/schemas/ProblemBody"});
        let body =
            json!({"description": description, "content": {"application/problem+json": {"schema": schema}}});
        ((*status).to_owned(), body)
    };
    PROBLEMS.iter().map(response).collect()
}

/// Schemas that no collection owns.
pub fn shared() -> Map<String, Value> {
    let mut found: Vec<(String, RefOr<Schema>)> = Vec::new();
    add::<ProblemBody>(&mut found);
    add::<AccessReport>(&mut found);
    add::<CollectionDefinition>(&mut found);
    add::<CollectionUsage>(&mut found);
    add::<DocumentSearch>(&mut found);
    add::<Explanation>(&mut found);
    add::<FieldList>(&mut found);
    add::<Artifact>(&mut found);
    add::<ArtifactList>(&mut found);
    add::<DefinitionReport>(&mut found);
    found.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap_or_default())).collect()
}

fn add<T: ToSchema + PartialSchema>(found: &mut Vec<(String, RefOr<Schema>)>) {
    found.push((T::name().into_owned(), T::schema()));
    T::schemas(found);
}

/// A page of a list.
pub fn page(item: &Value) -> Value {
    json!({
        "type": "object",
        "required": ["items", "next"],
        "properties": {"items": {"type": "array", "items": item}, "next": reference("Next")},
    })
}

/// The members that the service sets, and those that a request adds.
pub fn shown_members() -> Map<String, Value> {
    MEMBERS.into_iter().map(|(name, component)| (name.to_owned(), reference(component))).collect()
}

/// What is in every document beside the members of its schema.
pub fn document() -> Value {
    let required: Vec<&str> = system_members().collect();
    json!({"type": "object", "required": required, "properties": shown_members()})
}

/// The names of the members that the service sets.
pub fn system_members() -> impl Iterator<Item = &'static str> {
    MEMBERS.into_iter().map(|(name, _)| name).filter(|name| *name != OWNER_NAME)
}

const OWNER_NAME: &str = "_owner_name";

/// Members and the components that describe them.
const MEMBERS: [(&str, &str); 6] = [
    ("_id", "DocumentId"),
    ("_revision", "DocumentRevision"),
    ("_created_at", "DocumentCreatedAt"),
    ("_updated_at", "DocumentUpdatedAt"),
    ("_owner", "DocumentOwner"),
    (OWNER_NAME, "DocumentOwnerName"),
];

/// The schemas of members and of pages.
pub fn members() -> Map<String, Value> {
    let text = |description: &str| json!({"type": "string", "readOnly": true, "description": description});
    let time = |description: &str| json!({"type": "string", "format": "date-time", "readOnly": true, "description": description});
    let revision = json!({"type": "integer", "minimum": 1, "readOnly": true, "description": "The number of times it was written."});
    let next = json!({"type": ["string", "null"], "description": "The value of after for the next page."});
    let owner_name = json!({"type": ["string", "null"], "readOnly": true, "description": "The name of its owner, if expand asks for \
        it and it is known in time; null if there is none."});
    let total = json!({"type": "integer", "minimum": 0, "description": "The number of matching documents, if count asks for it."});
    [
        ("DocumentId", text("The document's id, a UUID of version 7.")),
        ("DocumentRevision", revision),
        ("DocumentCreatedAt", time("When it was created.")),
        ("DocumentUpdatedAt", time("When it was last written.")),
        ("DocumentOwner", text("Who created it: sub of their token.")),
        ("DocumentOwnerName", owner_name),
        ("Next", next),
        ("Total", total),
        ("Document", document()),
    ]
    .map(|(name, schema)| (name.to_owned(), schema))
    .into_iter()
    .collect()
}
