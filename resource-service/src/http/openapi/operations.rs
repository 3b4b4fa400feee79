//! The paths of the OpenAPI document: what can be asked of a collection, with which parameters.

use serde_json::{Map, Value, json};

use super::{bulk, bulk::patches, flows, past, schemas::move_references};
use crate::{
    domain::collection::Collection,
    http::body::JSON,
    ops::reviews::REVIEWS,
    query::{
        parse::{DEFAULT_LIMIT, MAX_LIMIT},
        schema::FieldType,
    },
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

/// The paths of a collection.
pub fn of(collection: &Collection) -> Vec<(String, Value)> {
    let name = collection.name();
    let mut paths = vec![
        (format!("/api/{name}"), json!({"get": list(collection), "post": bulk::insert(collection)})),
        (format!("/api/{name}/aggregate"), json!({"get": flows::aggregate(collection)})),
        (
            format!("/api/{name}/{{id}}"),
            json!({
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                "get": get(collection),
                "put": write(collection, "replace", "Replace a document", &content(JSON, &reference(name))),
                "patch": write(collection, "patch", "Change some fields of a document (RFC 7396 or RFC 6902)", &patches()),
                "delete": delete(collection),
            }),
        ),
        (
            format!("/api/{name}/{{id}}/access"),
            json!({
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                "get": access(collection),
            }),
        ),
    ];
    paths.extend(past::of(collection));
    paths
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
    let shown = json!({"anyOf": [page, reference("Explanation")]});
    let description = "Each field is a parameter: field=value or field[operator]=value, with dots between the names of a path. \
         Several hold at once; or and filter combine them otherwise.";
    let (description, contents) = flows::exported(description, &json!({"schema": shown}));
    let good = json!({"description": "A page, or with explain how it is found.", "content": contents});
    let answers = answers("200", good, &[400, 403, 422]);
    let mut list = operation(collection, "list", "Find documents", &collection.access.read, &answers);
    list.insert("description".into(), description.into());
    list.insert("parameters".into(), controls(collection).into_iter().chain(filters(collection)).collect());
    list.into()
}

pub(super) fn parameter(name: &str, description: &str, schema: &Value) -> Value {
    json!({"name": name, "in": "query", "description": description, "schema": schema})
}

/// The parameters that choose what is shown of a document.
pub(super) fn projection(collection: &Collection) -> Vec<Value> {
    let text = json!({"type": "string", "minLength": 1});
    let mut projection = vec![parameter("fields", "The fields to show, commas between them.", &text)];
    let views: Vec<&String> = collection.definition.views.keys().collect();
    if !views.is_empty() {
        let description = "A named selection of fields, instead of fields.";
        projection.push(parameter("view", description, &json!({"enum": views})));
    }
    let mut description = "_owner puts _owner_name behind _owner: the name of whoever made the document, where it is known in time.".to_owned();
    let mut expansions = vec!["_owner"];
    if collection.name() == REVIEWS {
        description.push_str(
            " _stale adds stale: whether the calculation has changed since, where the caller may see it.",
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

const OR: &str = "(field[operator]=value,…): at least one of these holds. Within it or=(…) and and=(…) are groups again; \
    a value with a comma, parenthesis or quote is quoted.";
const FILTER: &str =
    "The same conditions as JSON: {\"field\":{\"$gt\":1},\"$or\":[{…},{…}]}, also $and and $not.";
const EXPLAIN: &str =
    "Tells how the page is found instead of giving it; for those with the collection's admin scope.";

fn controls(collection: &Collection) -> Vec<Value> {
    let text = json!({"type": "string", "minLength": 1});
    let limit = json!({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT});
    let count = json!({"enum": ["none", "exact", "estimated"], "default": "none"});
    let mut controls = vec![
        parameter("sort", "Fields, commas between them, - before a descending one. _id breaks ties.", &text),
        parameter("limit", "Documents a page.", &limit),
        parameter("after", "next of the page before.", &text),
        parameter("count", "Whether total is given.", &count),
        parameter("or", OR, &text),
        parameter("filter", FILTER, &text),
        parameter("explain", EXPLAIN, &json!({"type": "boolean", "default": false})),
    ];
    controls.extend(projection(collection));
    controls
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
        tests.insert("in".into(), json!({"type": "string", "description": "Values, commas between them."}));
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

fn access(collection: &Collection) -> Value {
    let good = json!({"description": "The answer.", "content": content(JSON, &reference("AccessReport"))});
    let answers = answers("200", good, &[400, 403, 404, 422]);
    let summary = "Why somebody can, or cannot, see and change a document";
    let mut access = operation(collection, "access", summary, &collection.access.admin, &answers);
    let asked = |name: &str, description: &str| json!({"name": name, "in": "query", "required": true, "description": description, "schema": {"type": "string"}});
    let parameters = [
        asked("subject", "Whose access: sub of their tokens."),
        asked("scope", "The scope that their tokens carry."),
    ];
    access.insert("parameters".into(), parameters.into());
    access.into()
}
