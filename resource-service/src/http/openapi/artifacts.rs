//! The paths of artifacts in the OpenAPI document, for collections that have them.

use serde_json::{Map, Value, json};

use super::operations::{answers, content, header, operation, parameter, reference};
use crate::{domain::collection::Collection, http::body::JSON};

/// The paths of a collection's artifacts; none where its definition has none.
pub fn of(collection: &Collection) -> Vec<(String, Value)> {
    if collection.definition.artifacts.is_none() {
        return Vec::new();
    }
    let name = collection.name();
    let path =
        |name: &str| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}});
    vec![
        (
            format!("/api/{name}/{{id}}/artifacts"),
            json!({"parameters": [path("id")], "get": list(collection)}),
        ),
        (
            format!("/api/{name}/{{id}}/artifacts/{{name}}"),
            json!({
                "parameters": [path("id"), {
                    "name": "name", "in": "path", "required": true,
                    "description": "1 to 255 bytes of UTF-8 without /, \\ and control characters; percent-encoded.",
                    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
                }],
                "get": get(collection),
                "put": put(collection),
                "delete": delete(collection),
            }),
        ),
    ]
}

/// Answers whose problems mean something of their own here.
fn told(mut answers: Value, problems: &[(&str, &str)]) -> Value {
    for (status, description) in problems {
        let problem = content("application/problem+json", &reference("ProblemBody"));
        answers[*status] = json!({"description": description, "content": problem});
    }
    answers
}

const OTHER: (&str, &str) = ("412", "The artifact's ETag does not match the precondition.");

fn etag() -> Value {
    json!({"description": "The SHA-256 in quotes, as If-Match expects it.", "schema": {"type": "string"}})
}

fn list(collection: &Collection) -> Value {
    let good =
        json!({"description": "The files by name.", "content": content(JSON, &reference("ArtifactList"))});
    let answers = answers("200", good, &[403, 404]);
    operation(collection, "listArtifacts", "List the files of a document", &collection.access.read, &answers)
        .into()
}

fn get(collection: &Collection) -> Value {
    let headers = json!({
        "ETag": etag(),
        "Accept-Ranges": {"schema": {"const": "bytes"}},
        "Content-Disposition": {"description": "Always an attachment (RFC 6266).", "schema": {"type": "string"}},
        "Repr-Digest": {"description": "The SHA-256 of the whole file (RFC 9530).", "schema": {"type": "string"}},
    });
    let file = json!({"*/*": {"schema": {}}});
    let good = json!({"description": "The whole file.", "headers": headers, "content": file});
    let mut answers = answers("200", good, &[400, 403, 404, 422]);
    let mut part = json!({"description": "The bytes of Range.", "headers": headers, "content": file});
    part["headers"]["Content-Range"] = json!({"schema": {"type": "string"}});
    answers["206"] = part;
    answers["304"] = json!({"description": "The copy that If-None-Match names is current."});
    let answers = told(answers, &[OTHER, ("416", "The file has none of the bytes of Range.")]);
    let summary = "Read a file of a document, whole or in part";
    let mut get = operation(collection, "getArtifact", summary, &collection.access.read, &answers);
    let parameters = [
        header(
            "Range",
            "One range of bytes, such as bytes=1000-; several ranges are ignored and the whole file is returned.",
            false,
        ),
        header(
            "If-Range",
            "The ETag of the client's copy. If it does not match, the whole file is returned.",
            false,
        ),
        header("If-Match", "The ETag that the file must have.", false),
        header("If-None-Match", "The ETag of the client's copy.", false),
    ];
    get.insert("parameters".into(), parameters.to_vec().into());
    get.into()
}

fn put(collection: &Collection) -> Value {
    let good = |description: &str| {
        let body = content(JSON, &reference("Artifact"));
        json!({"description": description, "headers": {"ETag": etag()}, "content": body})
    };
    let mut answers = answers("201", good("The file as it was stored."), &[400, 403, 404, 415, 422, 428]);
    answers["200"] = good("The file, which replaced another.");
    let answers = told(
        answers,
        &[
            ("409", "The upload continues at another offset, or another client sends the same file."),
            OTHER,
            (
                "413",
                "The file, or all files of the document together, would be larger than the collection allows.",
            ),
        ],
    );
    let mut put = operation(
        collection,
        "putArtifact",
        "Attach a file to a document",
        &collection.access.write,
        &answers,
    );
    put.insert("description".into(), ON_UPLOADS.into());
    let digits = json!({"type": "string", "pattern": "^[0-9A-Fa-f]{64}$"});
    let parameters = [
        parameter("sha256", "The SHA-256 of the whole file, in hexadecimal.", &digits),
        header(
            "Repr-Digest",
            "The same as sha-256=:BASE64: (RFC 9530). Content-Digest is checked as well.",
            false,
        ),
        header("Content-Range", "bytes FIRST-LAST/TOTAL: the rest of an interrupted upload.", false),
        header("If-Match", "The ETag of the file to replace.", false),
        header("If-None-Match", "*, so that nothing is replaced.", false),
    ];
    put.insert("parameters".into(), parameters.to_vec().into());
    let bytes: Map<String, Value> =
        [("application/octet-stream".to_owned(), json!({"schema": {"type": "string", "format": "binary"}}))]
            .into_iter()
            .collect();
    put.insert("requestBody".into(), json!({"required": true, "content": bytes}));
    put.into()
}

const ON_UPLOADS: &str = "The file becomes visible when all of it has arrived, and replaces a file of the same name atomically. \
    A file without the announced SHA-256 is refused. An interrupted upload that announced it may continue within the \
    hour: unfinished in the list of files says how much has arrived.";

fn delete(collection: &Collection) -> Value {
    let answers = answers("204", json!({"description": "Removed."}), &[400, 403, 404, 422, 428]);
    let answers = told(answers, &[OTHER]);
    let mut delete = operation(
        collection,
        "deleteArtifact",
        "Remove a file of a document",
        &collection.access.write,
        &answers,
    );
    delete.insert("parameters".into(), json!([header("If-Match", "The ETag of the file to remove.", false)]));
    delete.into()
}
