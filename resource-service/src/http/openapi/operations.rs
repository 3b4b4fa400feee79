//! What the operations of the OpenAPI document are made of: references to components, contents, answers.
//!
//! An operation declares the answer of the common request alone, so that generated clients have one type for it. Other
//! answers are described in the text of the document.

use serde_json::{Map, Value, json};

use crate::domain::collection::Collection;

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

/// The same of a write, which must name a revision where the collection demands that.
pub(super) fn answers_of_write(
    collection: &Collection,
    status: &str,
    good: Value,
    problems: &[u16],
) -> Value {
    let demanded: &[u16] = if collection.definition.require_if_match { &[428] } else { &[] };
    answers(status, good, &[problems, demanded].concat())
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

pub(super) fn parameter(name: &str, description: &str, schema: &Value) -> Value {
    json!({"name": name, "in": "query", "description": description, "schema": schema})
}

pub(super) fn header(name: &str, description: &str, required: bool) -> Value {
    json!({"name": name, "in": "header", "required": required, "description": description, "schema": {"type": "string"}})
}

pub(super) fn in_path(name: &str, schema: &Value) -> Value {
    json!({"name": name, "in": "path", "required": true, "schema": schema})
}

/// A response with another header.
pub(super) fn with_header(mut response: Value, name: &str, header: &str) -> Value {
    response["headers"][name] = component("headers", header);
    response
}

pub(super) fn if_match(collection: &Collection) -> Value {
    given(if collection.definition.require_if_match { "If-Match.required" } else { "If-Match" })
}
