//! The paths of the OpenAPI document that several collections share.

use serde_json::{Map, Value, json};

use super::operations::{answers, content, given, parameter};
use crate::http::changes::MAX_FOLLOWED;

const FOLLOW: &str = "Server-Sent Events of several collections in one stream, in the order in which they happened, for a \
    client with few connections. Events, their data and the end of the stream are those of `GET /api/{collection}/changes`, by \
    the policy of each collection; the data has the member `collection` too. One id continues the stream in all collections; the \
    set of collections may then be another. The stream ends when the definition of one of them changes: the data of `end` \
    names it. An id from before one of them was removed is answered 410. There are no filters.";

/// The paths.
pub fn paths() -> Map<String, Value> {
    Map::from_iter([("/api/changes".to_owned(), json!({"get": follow()}))])
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
