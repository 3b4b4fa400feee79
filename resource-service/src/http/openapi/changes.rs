//! The paths of the OpenAPI document that have to do with changes.

use serde_json::{Value, json};

use super::operations::{answers, content, filters, header, operation, parameter, projection};
use crate::{domain::collection::Collection, domain::ticket::TICKET_TTL, http::body::JSON};

/// What a ticket is, in the document.
pub const TICKET: &str = "Replaces the access token for one request, for clients that cannot send one, such as a browser's EventSource.";

const FOLLOW: &str = "Server-Sent Events (WHATWG HTML, section 9.2) that do not end by themselves. Filters, fields and \
    view are those of a list. Events are insert, replace, patch and delete, and leave for a document that no longer \
    matches the filter; the data of each is {\"_id\",\"_revision\",\"type\",\"at\",\"document\"?}, document as it was right \
    after the change. The id of the last event continues the stream after it, at any replica. A comment and an id come every 15 \
    seconds. The last event is `dropped`, for a reader that is too slow or whose position is lost, or `end`; its data is \
    {\"code\",\"detail\"}.";

/// The paths of a collection's changes.
pub fn of(collection: &Collection) -> [(String, Value); 2] {
    let name = collection.name();
    [
        (format!("/api/{name}/changes"), json!({"get": follow(collection)})),
        (format!("/api/{name}/changes/ticket"), json!({"post": ticket(collection)})),
    ]
}

fn follow(collection: &Collection) -> Value {
    let text = json!({"type": "string"});
    let stream = json!({"description": "The changes.", "content": content("text/event-stream", &text)});
    let answers = answers("200", stream, &[400, 403, 410, 422]);
    let read = &collection.access.read;
    let mut follow = operation(collection, "follow", "Follow changes", read, &answers);
    let id = "The id of the last event that was received; takes precedence over last_event_id.";
    let mut parameters = vec![
        header("Last-Event-ID", id, false),
        parameter("last_event_id", "The id of the last event that was received.", &text),
        parameter(
            "since",
            "Start with the next change; the default without a last event.",
            &json!({"enum": ["now"], "default": "now"}),
        ),
    ];
    parameters.extend(projection(collection).into_iter().filter(|parameter| parameter["name"] != "expand"));
    parameters.extend(filters(collection));
    follow.insert("description".into(), FOLLOW.into());
    follow.insert("security".into(), json!([{"login": [read]}, {"bearer": []}, {"ticket": []}]));
    follow.insert("parameters".into(), parameters.into());
    follow.into()
}

fn ticket(collection: &Collection) -> Value {
    let schema = json!({
        "type": "object",
        "required": ["ticket", "expires_in"],
        "properties": {
            "ticket": {"type": "string", "description": "Sent once, as the parameter `ticket` of the changes."},
            "expires_in": {"const": TICKET_TTL, "description": "Seconds."},
        },
    });
    let good = json!({"description": "A ticket.", "content": content(JSON, &schema)});
    let summary = "Get a ticket for the changes";
    operation(collection, "ticket", summary, &collection.access.read, &answers("200", good, &[403])).into()
}
