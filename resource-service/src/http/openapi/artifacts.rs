//! The paths of artifacts in the OpenAPI document, for collections that have them.

use serde_json::{Value, json};

use super::{
    described::Described,
    operations::{
        answer, answers, component, content, given, header, in_path, operation, parameter, reference,
    },
};
use crate::{
    domain::artifacts::name::{MAX_BYTES, MAX_SEGMENT, MAX_SEGMENTS},
    http::body::JSON,
};

/// The paths of a collection's artifacts; none where its definition has none.
pub fn of(described: &Described<'_>) -> Vec<(String, Value)> {
    if described.collection.definition.artifacts.is_none() {
        return Vec::new();
    }
    let path = format!("/api/{}/{{id}}/artifacts", described.name());
    vec![
        (path.clone(), json!({"parameters": [given("id")], "get": list(described)})),
        (
            format!("{path}/{{name}}"),
            json!({
                "parameters": [given("id"), given("artifact")],
                "get": get(described),
                "put": put(described),
                "delete": delete(described),
            }),
        ),
    ]
}

/// Answers whose problems mean something of their own here.
fn own(mut answers: Value, problems: &[&str]) -> Value {
    for status in problems {
        answers[*status] = answer(&format!("artifact{status}"));
    }
    answers
}

/// The statuses of problems that mean something of their own, and what.
const PROBLEMS: [(&str, &str); 4] = [
    ("409", "The upload continues at another offset, or another client sends the same file."),
    ("412", "The artifact's ETag does not match the precondition."),
    ("413", "The file, or all files of the document together, would be larger than the collection allows."),
    ("416", "The file has none of the bytes of Range."),
];

fn list(described: &Described<'_>) -> Value {
    let (collection, answers) = (described.collection, answers("200", answer("Artifacts"), &[403, 404, 422]));
    let summary = "List the files of a document";
    let mut list = operation(collection, "list_artifacts", summary, &collection.access.read, &answers);
    list.insert("parameters".into(), json!([given("prefix")]));
    list.into()
}

fn get(described: &Described<'_>) -> Value {
    let collection = described.collection;
    let mut answers = answers("200", answer("File"), &[400, 403, 404, 422]);
    answers["206"] = answer("FilePart");
    answers["304"] = answer("NotModified");
    let answers = own(answers, &["412", "416"]);
    let summary = "Read a file of a document, whole or in part";
    let mut get = operation(collection, "get_artifact", summary, &collection.access.read, &answers);
    let parameters = ["Range", "If-Range", "artifact.If-Match", "If-None-Match"].map(given);
    get.insert("parameters".into(), parameters.to_vec().into());
    get.into()
}

fn put(described: &Described<'_>) -> Value {
    let collection = described.collection;
    let mut answers = answers("201", answer("ArtifactStored"), &[400, 403, 404, 415, 422, 428]);
    answers["200"] = answer("ArtifactReplaced");
    let answers = own(answers, &["409", "412", "413"]);
    let summary = "Attach a file to a document";
    let mut put = operation(collection, "put_artifact", summary, &collection.access.write, &answers);
    put.insert("description".into(), ON_UPLOADS.into());
    let parameters =
        ["sha256", "Repr-Digest", "Content-Range", "artifact.If-Match", "artifact.If-None-Match"];
    put.insert("parameters".into(), parameters.map(given).to_vec().into());
    let bytes = content("application/octet-stream", &json!({"type": "string", "format": "binary"}));
    put.insert("requestBody".into(), json!({"required": true, "content": bytes}));
    put.into()
}

const ON_UPLOADS: &str = "The file becomes visible when all of it has arrived, and replaces a file of the same name atomically. \
    A file without the announced SHA-256 is refused. An interrupted upload that announced it may continue within the \
    hour: unfinished in the list of files says how much has arrived.";

fn delete(described: &Described<'_>) -> Value {
    let collection = described.collection;
    let answers = own(answers("204", answer("Removed"), &[400, 403, 404, 422, 428]), &["412"]);
    let summary = "Remove a file of a document";
    let mut delete = operation(collection, "delete_artifact", summary, &collection.access.write, &answers);
    delete.insert("parameters".into(), json!([given("artifact.If-Match")]));
    delete.into()
}

/// The parameters of artifacts.
pub fn parameters() -> Vec<(String, Value)> {
    let mut name = in_path("name", &json!({"type": "string", "minLength": 1, "maxLength": MAX_BYTES}));
    name["description"] = format!(
        "1 to {MAX_BYTES} bytes of UTF-8, percent-encoded. Slashes, written `/` or `%2F`, separate folders: at most {MAX_SEGMENTS} \
         segments of 1 to {MAX_SEGMENT} bytes, none of them `.` or `..`, without \\ and control characters. A file may have the \
         name of a folder."
    )
    .into();
    let begin = json!({"type": "string", "maxLength": MAX_BYTES});
    let description =
        "List only the files whose names begin so, such as `logs/`. The totals count these alone.";
    let prefix = parameter("prefix", description, &begin);
    let digits = json!({"type": "string", "pattern": "^[0-9A-Fa-f]{64}$"});
    let sha256 = parameter("sha256", "The SHA-256 of the whole file, in hexadecimal.", &digits);
    let headers = [
        (
            "Range",
            "One range of bytes, such as bytes=1000-; several ranges are ignored and the whole file is returned.",
        ),
        ("If-Range", "The ETag of the client's copy. If it does not match, the whole file is returned."),
        ("Repr-Digest", "The same as sha-256=:BASE64: (RFC 9530). Content-Digest is checked as well."),
        ("Content-Range", "bytes FIRST-LAST/TOTAL: the rest of an interrupted upload."),
    ];
    let headers = headers.map(|(name, description)| (name.to_owned(), header(name, description, false)));
    let mut all = vec![
        ("artifact".to_owned(), name),
        ("prefix".to_owned(), prefix),
        ("sha256".to_owned(), sha256),
        ("artifact.If-Match".to_owned(), header("If-Match", "The ETag that the file must have.", false)),
        (
            "artifact.If-None-Match".to_owned(),
            header("If-None-Match", "*, so that nothing is replaced.", false),
        ),
    ];
    all.extend(headers);
    all
}

/// The answers of artifacts.
pub fn responses() -> Vec<(String, Value)> {
    let text = || json!({"schema": {"type": "string"}});
    let headers = json!({
        "ETag": component("headers", "Digest"),
        "Accept-Ranges": {"schema": {"const": "bytes"}},
        "Content-Disposition": {"description": "Always an attachment (RFC 6266).", "schema": {"type": "string"}},
        "Repr-Digest": {"description": "The SHA-256 of the whole file (RFC 9530).", "schema": {"type": "string"}},
    });
    let file = json!({"*/*": {"schema": {}}});
    let whole = json!({"description": "The whole file.", "headers": headers, "content": file});
    let mut part = json!({"description": "The bytes of Range.", "headers": headers, "content": file});
    part["headers"]["Content-Range"] = text();
    let stored = |description: &str| {
        let body = content(JSON, &reference("Artifact"));
        json!({"description": description, "headers": {"ETag": component("headers", "Digest")}, "content": body})
    };
    let list =
        json!({"description": "The files by name.", "content": content(JSON, &reference("ArtifactList"))});
    let good = [
        ("Artifacts", list),
        ("File", whole),
        ("FilePart", part),
        ("ArtifactStored", stored("The file as it was stored.")),
        ("ArtifactReplaced", stored("The file, which replaced another.")),
    ];
    let problems = PROBLEMS.map(|(status, description)| {
        let problem = content("application/problem+json", &reference("ProblemBody"));
        (format!("artifact{status}"), json!({"description": description, "content": problem}))
    });
    good.map(|(name, response)| (name.to_owned(), response)).into_iter().chain(problems).collect()
}
