//! What operations of several collections have in common, said once: parameters, headers and responses.

use serde_json::{Map, Value, json};

use super::{
    artifacts, bulk, changes, flows,
    operations::{content, header, in_path, parameter, reference},
    past,
};
use crate::{
    http::body::JSON,
    query::parse::{DEFAULT_LIMIT, MAX_LIMIT},
};

const OR: &str = "(field[operator]=value,…): at least one of these must hold. Within it or=(…) and and=(…) are groups again; \
    a value with a comma, parenthesis or quote is quoted.";
const FILTER: &str =
    "The same conditions as JSON: {\"field\":{\"$gt\":1},\"$or\":[{…},{…}]}, also $and and $not.";
const LIMIT: &str = "The most documents of a page. A page of large documents has fewer; it is the last one only if next is null.";
const EXPLAIN: &str = "Return how the page is found (the schema Explanation) instead of the page; needs the collection's admin scope.";
const OWNER_NAME: &str = "_owner adds _owner_name after _owner, if it can be read in time: the name of the document's owner, or null if \
    there is none.";
const STALE: &str =
    "_stale adds stale: whether the calculation has changed since, if the caller may read it.";

const REVISION: &str = "The ETag of the revision to change. In the body, members that begin with _ may be sent back as they were read.";
const PURGE: &str = "Remove the document for good, removed already or not, with its versions and artifacts and, of a calculation, \
    its series and reviews; needs the collection's admin scope. Once it is answered, no request reads the document or what belongs to \
    it; their bytes are removed within minutes. Until then a caller who wrote the document with an Idempotency-Key may be sent that \
    first answer again; afterwards 410. If-Match names the revision of the document or of its removal.";
const USAGE: &str = "What is stored. On MongoDB documents and versions are what the server's statistics say: they count \
    expired documents until the server removes them, and may be off for a while after it was killed. Bytes are the store's own measure: \
    of BSON on MongoDB, of JSON text on SQLite.";

/// The parameters.
pub fn parameters() -> Map<String, Value> {
    let text = json!({"type": "string", "minLength": 1});
    let limit = json!({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT});
    let count = json!({"enum": ["none", "exact", "estimated"], "default": "none"});
    let expand = |names: &[&str], description: &str| {
        parameter("expand", description, &json!({"type": "array", "items": {"enum": names}}))
    };
    let needed = |name: &str, description: &str| {
        let mut needed = parameter(name, description, &json!({"type": "string"}));
        needed["required"] = true.into();
        needed
    };
    let list = [
        (
            "sort",
            parameter(
                "sort",
                "Fields, separated by commas, - before a descending one. _id breaks ties.",
                &text,
            ),
        ),
        ("limit", parameter("limit", LIMIT, &limit)),
        ("after", parameter("after", "The value of next of the page before.", &text)),
        ("count", parameter("count", "Whether and how total is counted.", &count)),
        ("or", parameter("or", OR, &text)),
        ("filter", parameter("filter", FILTER, &text)),
        ("explain", parameter("explain", EXPLAIN, &json!({"type": "boolean", "default": false}))),
        (
            "fields",
            parameter(
                "fields",
                "The fields to return, separated by commas. x.* is x with all that is below it. A CSV or Parquet file has its columns in this order.",
                &text,
            ),
        ),
        ("expand", expand(&["_owner"], OWNER_NAME)),
        ("expand.reviews", expand(&["_owner", "_stale"], &format!("{OWNER_NAME} {STALE}"))),
    ];
    let documents = [
        ("id", in_path("id", &json!({"type": "string"}))),
        ("revision", in_path("revision", &json!({"type": "integer", "minimum": 1}))),
        ("If-Match", header("If-Match", REVISION, false)),
        ("If-Match.required", header("If-Match", REVISION, true)),
        ("If-None-Match", header("If-None-Match", "The ETag of the client's copy.", false)),
        ("purge", parameter("purge", PURGE, &json!({"type": "boolean", "default": false}))),
        ("subject", needed("subject", "Whose access: sub of their tokens.")),
        ("scope", needed("scope", "The scope that their tokens carry.")),
    ];
    let named = list.into_iter().chain(documents).map(|(name, parameter)| (name.to_owned(), parameter));
    let more = [
        bulk::parameters(),
        changes::parameters(),
        flows::parameters(),
        past::parameters(),
        artifacts::parameters(),
    ];
    named.chain(more.into_iter().flatten()).collect()
}

/// The headers of answers.
pub fn headers() -> Value {
    let text = |description: &str| json!({"description": description, "schema": {"type": "string"}});
    json!({
        "Revision": text("The revision, as If-Match expects it."),
        "Location": text("The address of a single document."),
        "Digest": text("The SHA-256 in quotes, as If-Match expects it."),
    })
}

/// The responses, those with problems left aside.
pub fn responses() -> Map<String, Value> {
    let access = json!({"description": "The answer.", "content": content(JSON, &reference("AccessReport"))});
    let own = [
        ("NotModified", json!({"description": "The copy that If-None-Match names is current."})),
        ("Removed", json!({"description": "Removed."})),
        ("Access", access),
        ("Usage", json!({"description": USAGE, "content": content(JSON, &reference("CollectionUsage"))})),
    ];
    let own = own.into_iter().map(|(name, response)| (name.to_owned(), response));
    let more = [
        bulk::responses(),
        changes::responses(),
        flows::responses(),
        past::responses(),
        artifacts::responses(),
    ];
    own.chain(more.into_iter().flatten()).collect()
}
