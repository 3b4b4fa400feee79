//! The paths of a collection's documents in the OpenAPI document: what can be asked of them, with which parameters.

use serde_json::{Value, json};

use super::{
    bulk,
    bulk::patches,
    flows,
    operations::{
        answers, content, filters, header, if_match, item, operation, parameter, projection, reference, shown,
    },
    past,
};
use crate::{
    domain::collection::Collection,
    http::body::JSON,
    query::parse::{DEFAULT_LIMIT, MAX_LIMIT},
};

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

fn list(collection: &Collection) -> Value {
    let page = json!({
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": item(collection)},
            "next": {"type": ["string", "null"], "description": "The value of after for the next page."},
            "total": {"type": "integer", "minimum": 0, "description": "The number of matching documents, if count asks for it."},
        },
    });
    let shown = json!({"anyOf": [page, reference("Explanation")]});
    let description = "Each field is a parameter: field=value or field[operator]=value, with dots between the names of a path. \
         Several are combined with AND; use or and filter for other combinations.";
    let (description, contents) = flows::exported(description, &json!({"schema": shown}));
    let good = json!({"description": "A page, or with explain how it was found.", "content": contents});
    let answers = answers("200", good, &[400, 403, 422]);
    let mut list = operation(collection, "list", "Find documents", &collection.access.read, &answers);
    list.insert("description".into(), description.into());
    list.insert("parameters".into(), controls(collection).into_iter().chain(filters(collection)).collect());
    list.into()
}

const OR: &str = "(field[operator]=value,…): at least one of these must hold. Within it or=(…) and and=(…) are groups again; \
    a value with a comma, parenthesis or quote is quoted.";
const FILTER: &str =
    "The same conditions as JSON: {\"field\":{\"$gt\":1},\"$or\":[{…},{…}]}, also $and and $not.";
const EXPLAIN: &str = "Return how the page is found instead of the page; needs the collection's admin scope.";

fn controls(collection: &Collection) -> Vec<Value> {
    let text = json!({"type": "string", "minLength": 1});
    let limit = json!({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT});
    let count = json!({"enum": ["none", "exact", "estimated"], "default": "none"});
    let mut controls = vec![
        parameter("sort", "Fields, separated by commas, - before a descending one. _id breaks ties.", &text),
        parameter("limit", "Page size.", &limit),
        parameter("after", "The value of next of the page before.", &text),
        parameter("count", "Whether and how total is counted.", &count),
        parameter("or", OR, &text),
        parameter("filter", FILTER, &text),
        parameter("explain", EXPLAIN, &json!({"type": "boolean", "default": false})),
    ];
    controls.extend(projection(collection));
    controls
}

fn get(collection: &Collection) -> Value {
    let mut good = shown(collection, "The document.");
    good["content"] = content(JSON, &item(collection));
    let mut answers = answers("200", good, &[400, 403, 404, 422]);
    answers["304"] = json!({"description": "The copy that If-None-Match names is current."});
    let mut get = operation(collection, "get", "Read a document", &collection.access.read, &answers);
    let mut parameters = vec![header("If-None-Match", "The ETag of the client's copy.", false)];
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
    let answers = answers("204", json!({"description": "Removed."}), &[400, 403, 404, 412, 428]);
    let mut delete = operation(collection, "delete", "Remove a document", &collection.access.write, &answers);
    delete.insert("parameters".into(), json!([if_match(collection)]));
    delete.into()
}

fn access(collection: &Collection) -> Value {
    let good = json!({"description": "The answer.", "content": content(JSON, &reference("AccessReport"))});
    let answers = answers("200", good, &[400, 403, 404, 422]);
    let summary = "Explain whether a user can read and change a document";
    let mut access = operation(collection, "access", summary, &collection.access.admin, &answers);
    let asked = |name: &str, description: &str| json!({"name": name, "in": "query", "required": true, "description": description, "schema": {"type": "string"}});
    let parameters = [
        asked("subject", "Whose access: sub of their tokens."),
        asked("scope", "The scope that their tokens carry."),
    ];
    access.insert("parameters".into(), parameters.into());
    access.into()
}
