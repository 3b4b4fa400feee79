//! The paths of the OpenAPI document that have to do with changes.

use serde_json::{Value, json};

use super::{
    described::Described,
    operations::{answer, answers, content, given, header, operation, parameter, reference},
};
use crate::{domain::ticket::TICKET_TTL, http::body::JSON};

/// What a ticket is, in the document.
pub const TICKET: &str = "Replaces the access token for one request, for clients that cannot send one, such as a browser's EventSource.";

const FOLLOW: &str = "Server-Sent Events (WHATWG HTML, section 9.2) that do not end by themselves. Filters, fields and \
    view are those of a list. Events are insert, replace, patch and delete, and leave for a document that no longer \
    matches the filter; the data of each is {\"_id\",\"_revision\",\"type\",\"at\",\"document\"?}, document as it was right \
    after the change. Series and reviews are hidden while their calculation is removed, and shown again when it is restored: \
    neither is an event. Of a document that is hidden by now, or was removed for good with its calculation, an earlier \
    insert, replace or patch is not sent again. A document removed for good is a delete. The id of the last event continues the stream after it, at any replica. A comment and an id come every 15 \
    seconds. The last event is `dropped`, for a reader that is too slow or whose position is lost, or `end`; its data is \
    {\"code\",\"detail\"}.";

/// The paths of a collection's changes.
pub fn of(described: &Described<'_>) -> [(String, Value); 2] {
    let name = described.name();
    [
        (format!("/api/{name}/changes"), json!({"get": follow(described)})),
        (format!("/api/{name}/changes/ticket"), json!({"post": ticket(described)})),
    ]
}

/// What a stream can be asked beside the fields.
const CONTROLS: [&str; 4] = ["last_event_id", "since", "or", "filter"];

fn follow(described: &Described<'_>) -> Value {
    let answers = answers("200", answer("Changes"), &[400, 403, 410, 422]);
    let read = &described.collection.access.read;
    let mut follow = operation(described.collection, "follow", "Follow changes", read, &answers);
    let mut parameters = vec![given("Last-Event-ID")];
    parameters.extend(CONTROLS.map(given));
    parameters.extend(described.projection());
    parameters.extend(described.filters(&[&CONTROLS[..], &["fields", "view", "ticket"]].concat()));
    follow.insert("security".into(), json!([{"login": [read]}, {"bearer": []}, {"ticket": []}]));
    follow.insert("parameters".into(), parameters.into());
    follow.into()
}

fn ticket(described: &Described<'_>) -> Value {
    let (collection, answers) = (described.collection, answers("200", answer("Ticket"), &[403]));
    operation(collection, "ticket", "Get a ticket for changes", &collection.access.read, &answers).into()
}

/// The parameters of a stream.
pub fn parameters() -> Vec<(String, Value)> {
    let id = "The id of the last event that was received";
    let since = json!({"enum": ["now"], "default": "now"});
    vec![
        (
            "Last-Event-ID".into(),
            header("Last-Event-ID", &format!("{id}; takes precedence over last_event_id."), false),
        ),
        ("last_event_id".into(), parameter("last_event_id", &format!("{id}."), &json!({"type": "string"}))),
        (
            "since".into(),
            parameter("since", "Start with the next change; the default without a last event.", &since),
        ),
    ]
}

/// The answers.
pub fn responses() -> Vec<(String, Value)> {
    let stream = content("text/event-stream", &json!({"type": "string"}));
    vec![
        ("Changes".into(), json!({"description": FOLLOW, "content": stream})),
        (
            "Ticket".into(),
            json!({"description": "A ticket.", "content": content(JSON, &reference("Ticket"))}),
        ),
    ]
}

/// The schema of a ticket.
pub fn schemas() -> [(String, Value); 1] {
    let ticket = json!({
        "type": "object",
        "required": ["ticket", "expires_in"],
        "properties": {
            "ticket": {"type": "string", "description": "Sent once, as the parameter `ticket` of the changes."},
            "expires_in": {"const": TICKET_TTL, "description": "Seconds."},
        },
    });
    [("Ticket".into(), ticket)]
}
