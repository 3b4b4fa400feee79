//! What a collection keeps of the past, as the OpenAPI document describes it.

use serde_json::{Map, Value, json};

use super::operations::{answers, content, if_match, operation, parameter, reference, shown};
use crate::{
    domain::collection::Collection,
    http::body::JSON,
    ops::versions::{DEFAULT_LIMIT, MAX_LIMIT},
};

/// The paths of a collection's past, as far as it has one.
pub fn of(collection: &Collection) -> Vec<(String, Value)> {
    let at = |rest: &str| format!("/api/{}/{{id}}{rest}", collection.name());
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let revision = json!({"name": "revision", "in": "path", "required": true, "schema": {"type": "integer", "minimum": 1}});
    let mut paths = Vec::new();
    if collection.keeps_removed() {
        let post = restore(collection, "bringBack", "Restore a removed document as it was last");
        paths.push((at("/restore"), json!({"parameters": [id], "post": post})));
    }
    if collection.keeps_revisions() {
        let post =
            restore(collection, "restore", "Restore a document, removed or not, as it was at a revision");
        paths.push((at("/versions"), json!({"parameters": [id], "get": list(collection)})));
        paths.push((
            at("/versions/{revision}"),
            json!({"parameters": [id, revision], "get": get(collection)}),
        ));
        paths.push((at("/versions/{revision}/restore"), json!({"parameters": [id, revision], "post": post})));
    }
    paths
}

fn list(collection: &Collection) -> Value {
    let page = json!({
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": reference("Version")},
            "next": {"type": ["string", "null"], "description": "The value of after for the next page."},
        },
    });
    let good = json!({"description": "Revisions, newest first.", "content": content(JSON, &page)});
    let answers = answers("200", good, &[400, 403, 404, 422]);
    let summary = "List the revisions of a document, removed or not";
    let mut list = operation(collection, "listVersions", summary, &collection.access.read, &answers);
    let limit = json!({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT});
    let after = json!({"type": "string", "pattern": "^[0-9]{1,18}$"});
    list.insert(
        "parameters".into(),
        json!([
            parameter("limit", "Page size.", &limit),
            parameter("after", "The value of next of the page before.", &after),
        ]),
    );
    list.into()
}

fn get(collection: &Collection) -> Value {
    let answers = answers("200", shown(collection, "The document as it was."), &[403, 404]);
    operation(
        collection,
        "getVersion",
        "Read a document as it was at a revision",
        &collection.access.read,
        &answers,
    )
    .into()
}

fn restore(collection: &Collection, verb: &str, summary: &str) -> Value {
    let good = shown(collection, "The document as it is now: a new revision.");
    let answers = answers("200", good, &[400, 403, 404, 409, 412, 413, 422, 428]);
    let mut restore = operation(collection, verb, summary, &collection.access.write, &answers);
    restore.insert("parameters".into(), json!([if_match(collection)]));
    restore.into()
}

/// The schema of a revision in a list.
pub fn schemas() -> Map<String, Value> {
    let version = json!({
        "type": "object",
        "required": ["revision", "at", "by", "removed", "diff"],
        "properties": {
            "revision": {"type": "integer", "minimum": 1},
            "at": {"type": "string", "format": "date-time", "description": "When it was written."},
            "by": {"type": ["string", "null"], "description": "Who wrote it: sub of their token."},
            "removed": {"type": "boolean", "description": "Whether this revision removed the document."},
            "diff": {
                "type": ["array", "null"],
                "items": {"type": "object"},
                "description": "The difference from the revision before, as a JSON patch (RFC 6902); for the first, from an empty object. null for a removal, or if the revision before was not kept.",
            },
        },
    });
    Map::from_iter([("Version".to_owned(), version)])
}
