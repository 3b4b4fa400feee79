//! The paths of the OpenAPI document: what can be asked of a collection, with which parameters.

use serde_json::{Map, Value, json};

use super::schemas::move_references;
use crate::{
    domain::collection::Collection,
    http::body::{JSON, MERGE_PATCH},
    query::{
        parse::{DEFAULT_LIMIT, MAX_LIMIT},
        schema::FieldType,
    },
};

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn content(media_type: &str, schema: &Value) -> Value {
    json!({ media_type: {"schema": schema} })
}

/// The answers of an operation: the good one, then problems by status.
fn answers(status: &str, good: Value, problems: &[u16]) -> Value {
    let always = [401, 503];
    let problem = |status: &u16| {
        (status.to_string(), json!({"$ref": format!("#/components/responses/problem{status}")}))
    };
    let mut answers = Map::from_iter([(status.to_owned(), good)]);
    answers.extend(problems.iter().chain(&always).map(problem));
    answers.into()
}

/// Paths that belong to no collection.
pub fn shared() -> Map<String, Value> {
    let list = json!({
        "type": "object",
        "required": ["items", "next"],
        "properties": {"items": {"type": "array", "items": reference("CollectionDefinition")}, "next": {"type": "null"}},
    });
    let one = reference("CollectionDefinition");
    let paths = json!({
        "/api/collections": {"get": {
            "operationId": "listCollections", "tags": ["collections"], "summary": "All definitions",
            "responses": answers("200", json!({"description": "The definitions.", "content": content(JSON, &list)}), &[]),
        }},
        "/api/collections/{name}": {"get": {
            "operationId": "getCollection", "tags": ["collections"], "summary": "One definition",
            "parameters": [{"name": "name", "in": "path", "required": true, "schema": {"type": "string"}}],
            "responses": answers("200", json!({"description": "The definition.", "content": content(JSON, &one)}), &[404]),
        }},
    });
    paths.as_object().cloned().unwrap_or_default()
}

/// The paths of a collection.
pub fn of(collection: &Collection) -> [(String, Value); 2] {
    let name = collection.name();
    [
        (format!("/api/{name}"), json!({"get": list(collection), "post": insert(collection)})),
        (
            format!("/api/{name}/{{id}}"),
            json!({
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                "get": get(collection),
                "put": write(collection, "replace", "Replace a document", &content(JSON, &reference(name))),
                "patch": write(collection, "patch", "Change some fields of a document (RFC 7396)", &merge_patch()),
                "delete": delete(collection),
            }),
        ),
    ]
}

fn merge_patch() -> Value {
    let schema =
        json!({"type": "object", "description": "null removes a field, objects merge, all else replaces."});
    json!({MERGE_PATCH: {"schema": schema}, JSON: {"schema": schema}})
}

/// What operations on a collection have in common.
fn operation(
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

fn shown(collection: &Collection, description: &str) -> Value {
    let schema = reference(&format!("{}.stored", collection.name()));
    let etag = json!({"description": "The revision, as If-Match takes it.", "schema": {"type": "string"}});
    json!({"description": description, "headers": {"ETag": etag}, "content": content(JSON, &schema)})
}

/// A document, or the part of it that was asked for.
fn item(collection: &Collection) -> Value {
    json!({"anyOf": [reference(&format!("{}.stored", collection.name())), reference("projected")]})
}

fn list(collection: &Collection) -> Value {
    let page = json!({
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": item(collection)},
            "next": {"type": ["string", "null"], "description": "What after takes to give the next page."},
            "total": {"type": "integer", "minimum": 0, "description": "How many match, where count asks for it."},
        },
    });
    let answers =
        answers("200", json!({"description": "A page.", "content": content(JSON, &page)}), &[400, 403, 422]);
    let mut list = operation(collection, "list", "Find documents", &collection.access.read, &answers);
    list.insert(
        "description".into(),
        "Each field is a parameter: field=value or field[operator]=value, with dots between the names of a path.".into(),
    );
    list.insert("parameters".into(), controls(collection).into_iter().chain(filters(collection)).collect());
    list.into()
}

fn parameter(name: &str, description: &str, schema: &Value) -> Value {
    json!({"name": name, "in": "query", "description": description, "schema": schema})
}

/// The parameters that choose what is shown of a document.
fn projection(collection: &Collection) -> Vec<Value> {
    let text = json!({"type": "string", "minLength": 1});
    let mut projection = vec![parameter("fields", "The fields to show, commas between them.", &text)];
    let views: Vec<&String> = collection.definition.views.keys().collect();
    if !views.is_empty() {
        let description = "A named selection of fields, instead of fields.";
        projection.push(parameter("view", description, &json!({"enum": views})));
    }
    projection
}

fn controls(collection: &Collection) -> Vec<Value> {
    let text = json!({"type": "string", "minLength": 1});
    let limit = json!({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT});
    let count = json!({"enum": ["none", "exact", "estimated"], "default": "none"});
    let mut controls = vec![
        parameter("sort", "Fields, commas between them, - before a descending one. _id breaks ties.", &text),
        parameter("limit", "Documents a page.", &limit),
        parameter("after", "next of the page before.", &text),
        parameter("count", "Whether total is given.", &count),
    ];
    controls.extend(projection(collection));
    controls
}

/// A parameter for each top-level field that can be compared, its operators in brackets.
fn filters(collection: &Collection) -> Vec<Value> {
    let properties = collection.definition.schema.get("properties").and_then(Value::as_object);
    let filter = |(name, schema): (&String, &Value)| {
        let field = collection.schema.field(&name.parse().ok()?).ok()?;
        let mut schema = schema.clone();
        move_references(&mut schema, collection.name());
        let (operators, value): (&[&str], Value) = match &field.kind {
            FieldType::Object => return None,
            FieldType::Array(_) => (&["eq"], schema.get("items").cloned().unwrap_or_else(|| json!({}))),
            _ => (&["eq", "ne", "gt", "gte", "lt", "lte"], schema),
        };
        let mut tests: Map<String, Value> =
            operators.iter().map(|operator| ((*operator).to_owned(), value.clone())).collect();
        tests.insert("in".into(), json!({"type": "string", "description": "Values, commas between them."}));
        tests.insert("exists".into(), json!({"type": "boolean"}));
        // Without an example of its own the page that tries it out would send one test of each kind.
        Some(json!({
            "name": name, "in": "query", "style": "deepObject", "explode": true, "example": {},
            "schema": {"type": "object", "properties": tests, "additionalProperties": false},
        }))
    };
    properties.into_iter().flatten().filter_map(filter).collect()
}

fn insert(collection: &Collection) -> Value {
    let mut good = shown(collection, "The document as it was stored.");
    good["headers"]["Location"] = json!({"description": "Its address.", "schema": {"type": "string"}});
    let answers = answers("201", good, &[400, 403, 409, 413, 415, 422]);
    let mut insert = operation(collection, "insert", "Add a document", &collection.access.write, &answers);
    insert.insert(
        "requestBody".into(),
        json!({"required": true, "content": content(JSON, &reference(collection.name()))}),
    );
    insert.into()
}

fn header(name: &str, description: &str, required: bool) -> Value {
    json!({"name": name, "in": "header", "required": required, "description": description, "schema": {"type": "string"}})
}

fn if_match(collection: &Collection) -> Value {
    header("If-Match", "The ETag of the revision to change.", collection.definition.require_if_match)
}

fn get(collection: &Collection) -> Value {
    let mut good = shown(collection, "The document.");
    good["content"] = content(JSON, &item(collection));
    let mut answers = answers("200", good, &[400, 403, 404, 422]);
    answers["304"] = json!({"description": "The copy that If-None-Match names is fresh."});
    let mut get = operation(collection, "get", "Read a document", &collection.access.read, &answers);
    let mut parameters = vec![header("If-None-Match", "The ETag of the copy at hand.", false)];
    parameters.extend(projection(collection));
    get.insert("parameters".into(), parameters.into());
    get.into()
}

fn write(collection: &Collection, verb: &str, summary: &str, body: &Value) -> Value {
    let answers = answers(
        "200",
        shown(collection, "The document as it is now."),
        &[400, 403, 404, 409, 412, 413, 415, 422, 428],
    );
    let mut write = operation(collection, verb, summary, &collection.access.write, &answers);
    write.insert("parameters".into(), json!([if_match(collection)]));
    write.insert("requestBody".into(), json!({"required": true, "content": body}));
    write.into()
}

fn delete(collection: &Collection) -> Value {
    let answers = answers("204", json!({"description": "It is gone."}), &[400, 403, 404, 412, 428]);
    let mut delete = operation(collection, "delete", "Remove a document", &collection.access.write, &answers);
    delete.insert("parameters".into(), json!([if_match(collection)]));
    delete.into()
}
