//! What a collection keeps of the past, as the OpenAPI document describes it.

use serde_json::{Map, Value, json};

use super::{
    described::Described,
    operations::{
        answer, answers, answers_of_write, content, given, if_match, operation, parameter, reference,
    },
    schemas::page,
};
use crate::{
    http::body::JSON,
    ops::versions::{DEFAULT_LIMIT, MAX_LIMIT},
};

/// The paths of a collection's past, as far as it has one.
pub fn of(described: &Described<'_>) -> Vec<(String, Value)> {
    let at = |rest: &str| format!("/api/{}/{{id}}{rest}", described.name());
    let mut paths = Vec::new();
    if described.collection.keeps_removed() {
        let problems = [400, 403, 404, 409, 412, 422];
        let post = restore(described, "bring_back", "Restore a removed document", &problems);
        paths.push((at("/restore"), json!({"parameters": [given("id")], "post": post})));
    }
    if described.collection.keeps_revisions() {
        let problems = [400, 403, 404, 409, 412, 413, 422];
        let post = restore(described, "restore", "Restore a revision", &problems);
        let revision = json!([given("id"), given("revision")]);
        paths.push((at("/versions"), json!({"parameters": [given("id")], "get": list(described)})));
        paths.push((at("/versions/diff"), json!({"parameters": [given("id")], "get": diff(described)})));
        paths.push((at("/versions/{revision}"), json!({"parameters": revision, "get": get(described)})));
        paths.push((at("/versions/{revision}/restore"), json!({"parameters": revision, "post": post})));
    }
    paths
}

fn list(described: &Described<'_>) -> Value {
    let (collection, answers) = (described.collection, answers("200", answer("Versions"), &[403, 404, 422]));
    let summary = "List revisions";
    let mut list = operation(collection, "list_versions", summary, &collection.access.read, &answers);
    list.insert("parameters".into(), json!([given("versions.limit"), given("versions.after")]));
    list.into()
}

fn diff(described: &Described<'_>) -> Value {
    let (collection, answers) =
        (described.collection, answers("200", answer("VersionDiff"), &[403, 404, 422]));
    let summary = "Compare two revisions";
    let mut diff = operation(collection, "diff_versions", summary, &collection.access.read, &answers);
    diff.insert("parameters".into(), json!([given("from"), given("to")]));
    diff.into()
}

fn get(described: &Described<'_>) -> Value {
    let (collection, answers) = (described.collection, answers("200", described.shown(), &[403, 404]));
    let summary = "Read a revision";
    operation(collection, "get_version", summary, &collection.access.read, &answers).into()
}

fn restore(described: &Described<'_>, verb: &str, summary: &str, problems: &[u16]) -> Value {
    let collection = described.collection;
    let answers = answers_of_write(collection, "200", described.shown(), problems);
    let mut restore = operation(collection, verb, summary, &collection.access.write, &answers);
    restore.insert("parameters".into(), json!([if_match(collection)]));
    restore.into()
}

/// The parameters of a list of revisions.
pub fn parameters() -> Vec<(String, Value)> {
    let limit = json!({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT});
    let after = json!({"type": "string", "pattern": "^[0-9]{1,18}$"});
    let revision = json!({"type": "integer", "minimum": 1});
    let mut from = parameter("from", "The revision that the difference starts from.", &revision);
    from["required"] = true.into();
    vec![
        ("versions.limit".into(), parameter("limit", "Page size.", &limit)),
        ("from".into(), from),
        (
            "to".into(),
            parameter(
                "to",
                "The revision that the difference leads to. Default: the current one.",
                &revision,
            ),
        ),
        ("versions.after".into(), parameter("after", "The value of next of the page before.", &after)),
    ]
}

/// The answer of a list of revisions.
pub fn responses() -> Vec<(String, Value)> {
    let (page, diff) = (content(JSON, &reference("VersionPage")), content(JSON, &reference("VersionDiff")));
    vec![
        ("Versions".into(), json!({"description": "Revisions, newest first.", "content": page})),
        (
            "VersionDiff".into(),
            json!({"description": "The difference between the revisions.", "content": diff}),
        ),
    ]
}

/// The schemas of a list of revisions.
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
    let diff = json!({
        "type": "object",
        "required": ["from", "to", "diff"],
        "properties": {
            "from": {"type": "integer", "minimum": 1},
            "to": {"type": "integer", "minimum": 1},
            "diff": {
                "type": "array",
                "items": {"type": "object"},
                "description": "A JSON patch (RFC 6902) that makes revision `to` of revision `from`, without hidden fields and the members that begin with `_`. A member of which most has changed is replaced as a whole.",
            },
        },
    });
    let page = page(&reference("Version"));
    Map::from_iter([
        ("Version".to_owned(), version),
        ("VersionPage".to_owned(), page),
        ("VersionDiff".to_owned(), diff),
    ])
}
