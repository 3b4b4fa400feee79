//! The paths of the OpenAPI document that several collections share, and those that are said once for all of them.

use serde_json::{Map, Value, json};

use super::operations::{answers, content, given, in_path, parameter, reference};
use crate::{
    domain::{collection::Collection, search::MAX_CHARACTERS},
    http::{body::JSON, changes::MAX_FOLLOWED},
    ops::search::{DEFAULT_LIMIT, MAX_LIMIT},
};

const FOLLOW: &str = "Server-Sent Events of several collections in one stream, in the order in which they happened, for a \
    client with few connections. Events, their data and the end of the stream are those of `GET /api/{collection}/changes`, by \
    the policy of each collection; the data has the member `collection` too. One id continues the stream in all collections; the \
    set of collections may then be another. The stream ends when the definition of one of them changes: the data of `end` \
    names it. An id from before one of them was removed is answered 410. There are no filters.";

const FIELDS: &str = "The fields that queries can name, for a caller with the collection's read scope. Where the schema leaves \
    objects open, those of the 1,000 latest documents are listed too, 1,000 fields in all: the most frequent ones, each with the \
    number of these documents that have it. No value is shown but a unit, which is that of the member `unit` beside a number. \
    Fields that the caller is not shown are left out.";
const SEARCH: &str = "Looks in every collection that the caller may read, and shows what a list would show. `q` is an id, the \
    beginning of one (6 characters or more), or words: then a document is found that has each of them, in whatever letters, in \
    a text that its schema declares, of which the first 1,000 characters count and texts of a `maxLength` beyond that do not. \
    A document of `series` is found by its id alone. Words are looked for in the 10,000 latest documents of a collection, for \
    3 seconds in all: `complete` is false if there was more to look at, or to show, and `limited` names the collections that have more documents.";

/// The paths.
pub fn paths(collections: &[&Collection]) -> Map<String, Value> {
    let names: Vec<&str> = collections.iter().map(|collection| collection.name()).collect();
    Map::from_iter([
        ("/api/{collection}/fields".to_owned(), json!({"get": fields(&names)})),
        ("/api/changes".to_owned(), json!({"get": follow()})),
        ("/api/search".to_owned(), json!({"get": search()})),
    ])
}

fn follow() -> Value {
    let name = json!({"type": "string", "minLength": 1});
    let names =
        json!({"type": "array", "items": name, "minItems": 1, "maxItems": MAX_FOLLOWED, "uniqueItems": true});
    let mut collections =
        parameter("collections", "The names of the collections, separated by commas.", &names);
    collections["required"] = true.into();
    collections["explode"] = false.into();
    let documents = json!({"type": "boolean", "default": true});
    let documents = parameter("documents", "Whether the data of an event has the document.", &documents);
    let stream = content("text/event-stream", &json!({"type": "string"}));
    let good = json!({"description": "Events that do not end by themselves.", "content": stream});
    json!({
        "operationId": "follow_collections", "tags": ["collections"], "summary": "Follow changes of several collections",
        "description": FOLLOW,
        "parameters": [collections, documents, given("Last-Event-ID"), given("last_event_id"), given("since")],
        "responses": answers("200", good, &[400, 403, 404, 410, 422]),
    })
}

fn fields(names: &[&str]) -> Value {
    let good = json!({"description": "The fields.", "content": content(JSON, &reference("FieldList"))});
    json!({
        "operationId": "list_fields", "tags": ["collections"], "summary": "List the fields of a collection",
        "description": FIELDS,
        "parameters": [in_path("collection", &json!({"enum": names}))],
        "responses": answers("200", good, &[403, 404, 422]),
    })
}

fn search() -> Value {
    let text = json!({"type": "string", "minLength": 1, "maxLength": MAX_CHARACTERS});
    let mut q = parameter("q", "What to look for.", &text);
    q["required"] = true.into();
    let limit = json!({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT});
    let limit = parameter("limit", "The most documents.", &limit);
    let good =
        json!({"description": "What was found.", "content": content(JSON, &reference("DocumentSearch"))});
    json!({
        "operationId": "search_documents", "tags": ["collections"], "summary": "Find documents of all collections",
        "description": SEARCH,
        "parameters": [q, limit],
        "responses": answers("200", good, &[403, 422]),
    })
}
