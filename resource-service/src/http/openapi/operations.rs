//! What the operations of the OpenAPI document are made of: parameters, contents, answers.

use serde_json::{Map, Value, json};

use super::schemas::move_references;
use crate::{
    domain::collection::Collection, http::body::JSON, ops::reviews::REVIEWS, query::schema::FieldType,
};

pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

pub(super) fn content(media_type: &str, schema: &Value) -> Value {
    json!({ media_type: {"schema": schema} })
}

/// The answers of an operation: the good one, then problems by status.
pub(super) fn answers(status: &str, good: Value, problems: &[u16]) -> Value {
    let always = [401, 503];
    let problem = |status: &u16| {
        (status.to_string(), json!({"$ref": format!("#/components/responses/problem{status}")}))
    };
    let mut answers = Map::from_iter([(status.to_owned(), good)]);
    answers.extend(problems.iter().chain(&always).map(problem));
    answers.into()
}

/// What operations on a collection have in common.
pub(super) fn operation(
    collection: &Collection,
    verb: &str,
    summary: &str,
    scope: &str,
    responses: &Value,
) -> Map<String, Value> {
    let operation = json!({
        "operationId": format!("{verb}:{}", collection.name()),
        "tags": [collection.name()],
        "summary": summary,
        "security": [{"login": [scope]}, {"bearer": []}],
        "responses": responses,
    });
    operation.as_object().cloned().unwrap_or_default()
}

pub(super) fn shown(collection: &Collection, description: &str) -> Value {
    // Whoever is not shown all fields gets a part of the document.
    let schema = if collection.access.hidden.is_empty() {
        reference(&format!("{}.stored", collection.name()))
    } else {
        item(collection)
    };
    let etag = json!({"description": "The revision, as If-Match expects it.", "schema": {"type": "string"}});
    json!({"description": description, "headers": {"ETag": etag}, "content": content(JSON, &schema)})
}

/// A document, or the part of it that was asked for.
pub(super) fn item(collection: &Collection) -> Value {
    json!({"anyOf": [reference(&format!("{}.stored", collection.name())), reference("projected")]})
}

pub(super) fn parameter(name: &str, description: &str, schema: &Value) -> Value {
    json!({"name": name, "in": "query", "description": description, "schema": schema})
}

/// The parameters that choose what is shown of a document.
pub(super) fn projection(collection: &Collection) -> Vec<Value> {
    let text = json!({"type": "string", "minLength": 1});
    let mut projection = vec![parameter(
        "fields",
        "The fields to return, separated by commas. x.* is x with all that is below it. A CSV or Parquet file has its columns in this order.",
        &text,
    )];
    let views: Vec<&String> = collection.definition.views.keys().collect();
    if !views.is_empty() {
        let description = "A named selection of fields, instead of fields.";
        projection.push(parameter("view", description, &json!({"enum": views})));
    }
    let mut description =
        "_owner adds _owner_name after _owner: the name of the document's owner, if it can be read in time."
            .to_owned();
    let mut expansions = vec!["_owner"];
    if collection.name() == REVIEWS {
        description.push_str(
            " _stale adds stale: whether the calculation has changed since, if the caller may read it.",
        );
        expansions.push("_stale");
    }
    projection.push(parameter(
        "expand",
        &description,
        &json!({"type": "array", "items": {"enum": expansions}}),
    ));
    projection
}

/// A parameter for each top-level field that can be compared, its operators in brackets.
pub(super) fn filters(collection: &Collection) -> Vec<Value> {
    let properties = collection.definition.schema.get("properties").and_then(Value::as_object);
    let filter = |(name, schema): (&String, &Value)| {
        let field = collection.schema.field(&name.parse().ok()?).ok()?;
        let mut schema = schema.clone();
        move_references(&mut schema, collection.name());
        let ordered: &[&str] = &["eq", "ne", "gt", "gte", "lt", "lte"];
        let (operators, value, parts): (_, Value, &[&str]) = match &field.kind {
            FieldType::Object => return None,
            FieldType::Array(_) => {
                (&["eq", "contains"][..], schema.get("items").cloned().unwrap_or_else(|| json!({})), &[])
            }
            FieldType::Text(_) | FieldType::Untyped => (ordered, schema, &["contains", "prefix", "nin"]),
            _ => (ordered, schema, &["nin"]),
        };
        let mut tests: Map<String, Value> =
            operators.iter().map(|operator| ((*operator).to_owned(), value.clone())).collect();
        tests.insert("in".into(), json!({"type": "string", "description": "Values, separated by commas."}));
        tests.extend(parts.iter().map(|operator| ((*operator).to_owned(), json!({"type": "string"}))));
        tests.insert("exists".into(), json!({"type": "boolean"}));
        // Without an example of its own the page that tries it out would send one test of each kind.
        Some(json!({
            "name": name, "in": "query", "style": "deepObject", "explode": true, "example": {},
            "schema": {"type": "object", "properties": tests, "additionalProperties": false},
        }))
    };
    properties.into_iter().flatten().filter_map(filter).collect()
}

pub(super) fn header(name: &str, description: &str, required: bool) -> Value {
    json!({"name": name, "in": "header", "required": required, "description": description, "schema": {"type": "string"}})
}

pub(super) fn if_match(collection: &Collection) -> Value {
    header("If-Match", "The ETag of the revision to change.", collection.definition.require_if_match)
}
