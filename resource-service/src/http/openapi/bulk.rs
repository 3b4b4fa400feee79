//! What adds documents and changes them in part, as the OpenAPI document describes it.

use serde_json::{Map, Value, json};

use super::{
    described::Described,
    operations::{answer, answers, content, given, header, operation, parameter, reference, with_header},
};
use crate::{
    domain::patch::MAX_OPERATIONS,
    http::body::{JSON, JSON_PATCH, MERGE_PATCH, NDJSON},
    ops::bulk::MAX_TOGETHER,
};

/// `POST /api/{collection}`
pub fn insert(described: &Described<'_>) -> Value {
    let collection = described.collection;
    let one = reference(collection.name());
    let many = json!({"type": "array", "items": one, "maxItems": MAX_TOGETHER});
    let mut made = with_header(described.response(), "Location", "Location");
    made["content"] = outcomes(&described.stored());
    made["description"] = "The stored document.".into();
    let mut answers = answers("201", made, &[400, 403, 409, 413, 415, 422]);
    answers["200"] = answer("Outcomes");
    let summary = "Add a document, or many";
    let mut insert = operation(collection, "insert", summary, &collection.access.write, &answers);
    insert.insert("parameters".into(), ["atomic", "Idempotency-Key", "Prefer"].map(given).to_vec().into());
    insert.insert(
        "requestBody".into(),
        json!({"required": true, "content": {JSON: {"schema": {"anyOf": [one, many]}}, NDJSON: {"schema": {"type": "string"}}}}),
    );
    insert.into()
}

/// The parameters of an insert.
pub fn parameters() -> Vec<(String, Value)> {
    let atomic = parameter(
        "atomic",
        "Whether to store all of many documents or none. If all are stored, the answer is 201 with Outcomes.",
        &json!({"type": "boolean", "default": false}),
    );
    let mut key = header(
        "Idempotency-Key",
        "A string that the client chooses. The same request sent again within 24 hours writes nothing and returns the first answer. Not for a stream, unless atomic=true.",
        false,
    );
    key["schema"] = json!({"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,255}$"});
    let mut prefer = header(
        "Prefer",
        "return=minimal returns only the refused documents, then the counts; return=representation sends each outcome of a stream as soon as it is known (RFC 7240).",
        false,
    );
    prefer["schema"] = json!({"enum": ["return=minimal", "return=representation"]});
    vec![("atomic".into(), atomic), ("Idempotency-Key".into(), key), ("Prefer".into(), prefer)]
}

/// The answer for many documents.
pub fn responses() -> Vec<(String, Value)> {
    let description = format!(
        "The outcome of each of many documents: each has its own status. Many are an array (at most {MAX_TOGETHER} and 16 MiB), or \
         {NDJSON} with one per line and no limit to their number; they are stored as they arrive. The answer to a stream \
         is held back until the body has ended and lists up to 512 KiB of stored and 512 KiB of refused documents; a last line then \
         counts all, and those left out as omitted. A stream ends when no line arrives for 60 s, or when a line takes longer than 20 s \
         and a second for each 4 KiB. With atomic=true all or none are stored, within the limits of an array. A member that is left out and has a default in the schema gets it. A body \
         may have Content-Encoding: gzip; the limits count what comes out."
    );
    let outcomes = json!({"description": description, "content": outcomes(&reference("Outcomes"))});
    vec![("Outcomes".into(), outcomes)]
}

/// The two forms of outcomes.
fn outcomes(whole: &Value) -> Value {
    let mut content = content(JSON, whole);
    content[NDJSON] = json!({"schema": {"type": "string"}});
    content
}

/// The bodies of `PATCH`.
pub fn request_bodies() -> Value {
    let (merge, operations) = (reference("MergePatch"), reference("JsonPatch"));
    let content =
        json!({MERGE_PATCH: {"schema": merge}, JSON_PATCH: {"schema": operations}, JSON: {"schema": merge}});
    json!({"Patch": {"required": true, "content": content}})
}

/// The schemas of the bodies of `PATCH`.
fn patch_schemas() -> [(String, Value); 2] {
    let merge =
        json!({"type": "object", "description": "null removes a field, objects merge, all else replaces."});
    let operation = json!({
        "type": "object",
        "required": ["op", "path"],
        "properties": {
            "op": {"enum": ["add", "remove", "replace", "move", "copy", "test"]},
            "path": {"type": "string", "description": "An RFC 6901 pointer."},
            "from": {"type": "string", "description": "An RFC 6901 pointer, for move and copy."},
            "value": {"description": "For add, replace and test."},
        },
    });
    let operations = json!({"type": "array", "items": operation, "maxItems": MAX_OPERATIONS,
        "description": "Operations, all or none. A test that fails is 409."});
    [("MergePatch".into(), merge), ("JsonPatch".into(), operations)]
}

/// The schemas of outcomes.
pub fn schemas() -> Map<String, Value> {
    let outcome = json!({
        "type": "object",
        "required": ["index", "status"],
        "description": "The outcome of one of many documents.",
        "properties": {
            "index": {"type": "integer", "minimum": 0, "description": "Its position among the documents sent, from 0."},
            "status": {"type": "integer", "description": "201 where it is stored, otherwise the status of its refusal."},
            "_id": {"type": "string"},
            "_revision": {"type": "integer"},
            "code": {"$ref": "#/components/schemas/ProblemCode"},
            "detail": {"type": "string"},
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
        },
    });
    let count = json!({"type": "integer", "minimum": 0});
    let outcomes = json!({
        "type": "object",
        "required": ["items", "inserted", "refused"],
        "properties": {"items": {"type": "array", "items": reference("Outcome")}, "inserted": count, "refused": count,
            "omitted": {"type": "integer", "description": "Outcomes that are counted and not listed."}},
    });
    let own = [("Outcome", outcome), ("Outcomes", outcomes)];
    own.map(|(name, schema)| (name.to_owned(), schema)).into_iter().chain(patch_schemas()).collect()
}
