//! The paths of definitions in the OpenAPI document.

use serde_json::{Map, Value, json};

use super::operations::{answers, content, header, parameter, reference};
use crate::http::body::JSON;

/// The scope that changes definitions.
pub const SCOPE: &str = "collections:write";

/// `/api/collections` and what lies below it.
pub fn paths() -> Map<String, Value> {
    let name = json!({"type": "string", "pattern": "^[a-z][a-z0-9_-]{0,62}$"});
    let paths = json!({
        "/api/collections": {"get": {
            "operationId": "list_collections", "tags": ["collections"], "summary": "All definitions",
            "responses": answers("200", json!({"description": "The definitions.", "content": content(JSON, &reference("DefinitionPage"))}), &[]),
        }},
        "/api/collections/{name}": {
            "parameters": [{"name": "name", "in": "path", "required": true, "schema": name}],
            "get": get(),
            "put": put(),
            "delete": delete(),
        },
    });
    paths.as_object().cloned().unwrap_or_default()
}

fn shown(description: &str, schema: &Value) -> Value {
    let etag = json!({"description": "The definition's revision, as If-Match expects it.", "schema": {"type": "string"}});
    json!({"description": description, "headers": {"ETag": etag}, "content": content(JSON, schema)})
}

fn flag(name: &str, description: &str) -> Value {
    parameter(name, description, &json!({"type": "boolean", "default": false}))
}

fn if_match() -> Value {
    header("If-Match", "The ETag of the definition to change.", false)
}

fn get() -> Value {
    let mut answers =
        answers("200", shown("The definition.", &reference("CollectionDefinition")), &[400, 404]);
    answers["304"] = json!({"description": "The copy that If-None-Match names is current."});
    json!({
        "operationId": "get_collection", "tags": ["collections"], "summary": "One definition",
        "parameters": [header("If-None-Match", "The ETag of the client's copy.", false)],
        "responses": answers,
    })
}

fn put() -> Value {
    let good = shown(
        "The definition as it is served; with dry_run, the schema is DefinitionReport.",
        &reference("CollectionDefinition"),
    );
    let mut answers = answers("200", good, &[400, 403, 409, 412, 413, 415, 422]);
    answers["201"] = shown("The collection is new.", &reference("CollectionDefinition"));
    answers["201"]["headers"]["Location"] =
        json!({"description": "Its address.", "schema": {"type": "string"}});
    answers["409"] = conflict();
    json!({
        "operationId": "put_collection", "tags": ["collections"], "summary": "Create or change a collection",
        "description": "This replica serves it immediately, every other within five seconds; its indexes are made before. \
            Until then other replicas check documents by the previous definition. A new collection is open to administrators \
            alone until a role has its scopes. A `default` in the schema must be valid by the schema that it is in.",
        "security": [{"login": [SCOPE]}, {"bearer": []}],
        "parameters": [
            flag("dry_run", "Change nothing; report which stored documents break the definition and which indexes it would build."),
            flag("force", "Make the change even if stored documents break it, which stay as they are until they are written next, or if it lowers `keep`: what is kept beyond the new limit is removed for good."),
            if_match(),
            header("If-None-Match", "*: fail if the collection exists already.", false),
        ],
        "requestBody": {"required": true, "content": content(JSON, &reference("CollectionDefinition"))},
        "responses": answers,
    })
}

fn delete() -> Value {
    let mut answers = answers(
        "204",
        json!({"description": "Removed; where a file defines the collection, that definition is served again."}),
        &[400, 403, 404, 412, 422],
    );
    answers["409"] = conflict();
    json!({
        "operationId": "delete_collection", "tags": ["collections"], "summary": "Remove a definition",
        "description": "A collection that a file of the service defines falls back to that definition and keeps its documents.",
        "security": [{"login": [SCOPE]}, {"bearer": []}],
        "parameters": [
            flag("force", "Remove it even if the collection has documents, which are removed too, or they break the file's definition."),
            if_match(),
        ],
        "responses": answers,
    })
}

/// The schema of the list.
pub fn schemas() -> [(String, Value); 1] {
    let list = json!({
        "type": "object",
        "required": ["items", "next"],
        "properties": {"items": {"type": "array", "items": reference("CollectionDefinition")}, "next": {"type": "null"}},
    });
    [("DefinitionPage".into(), list)]
}

/// A problem with the report that a dry run gives, where there is one.
fn conflict() -> Value {
    let report = json!({"type": "object", "properties": {"report": reference("DefinitionReport")}});
    let schema = json!({"allOf": [reference("ProblemBody"), report]});
    json!({"description": "Stored documents break it or prevent it.", "content": content("application/problem+json", &schema)})
}
