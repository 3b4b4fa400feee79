//! What the operations of the OpenAPI document are made of: references to components, contents, answers.

use serde_json::{Map, Value, json};

use super::described::Described;
use crate::{domain::collection::Collection, http::body::JSON};

pub(super) fn reference(name: &str) -> Value {
    component("schemas", name)
}

/// A parameter that several operations have.
pub(super) fn given(name: &str) -> Value {
    component("parameters", name)
}

/// A response that several operations have.
pub(super) fn answer(name: &str) -> Value {
    component("responses", name)
}

pub(super) fn component(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}

pub(super) fn content(media_type: &str, schema: &Value) -> Value {
    json!({ media_type: {"schema": schema} })
}

/// The answers of an operation: the good one, then problems by status. What every operation may return is said once, in
/// the description of the document.
pub(super) fn answers(status: &str, good: Value, problems: &[u16]) -> Value {
    let problem = |status: &u16| (status.to_string(), answer(&status.to_string()));
    let mut answers = Map::from_iter([(status.to_owned(), good)]);
    answers.extend(problems.iter().chain(&[401]).map(problem));
    answers.into()
}

/// What operations on a collection have in common. `verb` and the collection's name make the operation's id.
pub(super) fn operation(
    collection: &Collection,
    verb: &str,
    summary: &str,
    scope: &str,
    responses: &Value,
) -> Map<String, Value> {
    let operation = json!({
        "operationId": format!("{verb}_{}", collection.name().replace('-', "_")),
        "tags": [collection.name()],
        "summary": summary,
        "security": [{"login": [scope]}, {"bearer": []}],
        "responses": responses,
    });
    operation.as_object().cloned().unwrap_or_default()
}

/// The response with a whole document and its revision.
pub(super) fn shown(described: &Described<'_>) -> Value {
    answer(described.name())
}

/// What [`shown`] refers to.
pub(super) fn document(described: &Described<'_>) -> Value {
    json!({
        "description": "The document.",
        "headers": {"ETag": component("headers", "Revision")},
        "content": content(JSON, &described.stored()),
    })
}

pub(super) fn parameter(name: &str, description: &str, schema: &Value) -> Value {
    json!({"name": name, "in": "query", "description": description, "schema": schema})
}

pub(super) fn header(name: &str, description: &str, required: bool) -> Value {
    json!({"name": name, "in": "header", "required": required, "description": description, "schema": {"type": "string"}})
}

pub(super) fn in_path(name: &str, schema: &Value) -> Value {
    json!({"name": name, "in": "path", "required": true, "schema": schema})
}

/// The parameters that choose what is shown of a document.
pub(super) fn projection(described: &Described<'_>) -> Vec<Value> {
    let mut projection = vec![given("fields")];
    let views: Vec<&String> = described.collection.definition.views.keys().collect();
    if !views.is_empty() {
        let description = "A named selection of fields, instead of fields.";
        projection.push(parameter("view", description, &json!({"enum": views})));
    }
    projection
}

pub(super) fn if_match(collection: &Collection) -> Value {
    given(if collection.definition.require_if_match { "If-Match.required" } else { "If-Match" })
}
