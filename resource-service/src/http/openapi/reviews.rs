//! The paths of a caller's queue of reviews and of the verdicts on a calculation, where the collections for them are served.

use serde_json::{Map, Value, json};

use super::operations::{answers, content, given, operation, parameter, reference};
use crate::{
    domain::{belonging::REVIEWS, collection::Collection, grant::CALCULATIONS},
    http::body::JSON,
    ops::reviews::{
        queue::{DEFAULT_LIMIT, MAX_LIMIT, Reason},
        verdicts::MAX_VERDICTS,
    },
};

/// The paths that these collections have beside those that every collection has.
pub fn paths(collections: &[&Collection]) -> Map<String, Value> {
    let named = |name: &str| collections.iter().find(|collection| collection.name() == name);
    let mut paths = Map::new();
    if let Some(reviews) = named(REVIEWS).filter(|reviews| reviews.keeps_reviews) {
        paths.insert("/api/reviews/queue".into(), json!({"get": queue(reviews)}));
    }
    if let Some(calculations) = named(CALCULATIONS) {
        let path = json!({"parameters": [given("id")], "get": verdicts(calculations)});
        paths.insert("/api/calculations/{id}/verdicts".into(), path);
    }
    paths
}

fn object(required: &[&str], properties: &Value) -> Value {
    json!({"type": "object", "required": required, "properties": properties})
}

fn text() -> Value {
    json!({"type": "string"})
}

fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn count() -> Value {
    json!({"type": "integer", "minimum": 0})
}

fn verdict() -> Value {
    json!({"type": "string", "enum": ["approve", "reject", "rerun"]})
}

fn asked() -> Value {
    json!({"type": ["integer", "null"], "description": "The number of people whose verdicts the calculation asks for."})
}

fn reason() -> Value {
    json!({"type": "string", "enum": Reason::ALL.map(Reason::name)})
}

fn queue(reviews: &Collection) -> Value {
    let calculation = object(
        &["_id", "_revision"],
        &json!({
            "_id": text(), "_revision": {"type": "integer"}, "_owner": text(), "_created_at": time(),
            "_updated_at": time(), "name": text(), "status": text(), "quorum": {"type": "integer"},
        }),
    );
    let verdicts = object(
        &["given", "quorum", "approve", "reject", "rerun"],
        &json!({
            "given": count(), "quorum": asked(), "approve": count(), "reject": count(), "rerun": count(),
        }),
    );
    let item = object(
        &["reason", "since", "calculation", "review", "verdicts"],
        &json!({
            "reason": reason(),
            "since": {"type": "string", "format": "date-time", "description": "When the caller gave the verdict that is stale, when the verdict was requested, or when the calculation was made."},
            "calculation": calculation,
            "review": {"description": "The verdict that is stale, or the request; null for a quorum.", "anyOf": [reference("reviews.stored"), {"type": "null"}]},
            "verdicts": verdicts,
        }),
    );
    let page = object(
        &["items", "next"],
        &json!({"items": {"type": "array", "items": item}, "next": reference("Next")}),
    );
    let good = json!({"description": "What waits, first what is stale, then by since.", "content": content(JSON, &page)});
    let answers = answers("200", good, &[403, 422]);
    let mut get = operation(
        reviews,
        "queue",
        "List what waits for the caller's verdict",
        &reviews.access.read,
        &answers,
    );
    let limit = json!({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT});
    get.insert(
        "description".into(),
        "Each calculation once, for the first of these reasons: stale (the caller's latest verdict is of an earlier revision), \
         requested (of the caller, or of anyone by another person), quorum (the calculation asks for more verdicts than it \
         has of its current revision, none is the caller's, and it is not the caller's own). verdicts counts each person's \
         latest verdict, if it is of the current revision; given leaves out that of the calculation's owner, which the quorum \
         does not count. Also needs the scope that reads calculations. A page may have fewer \
         items than limit, or none; it is the last one only if next is null."
            .into(),
    );
    let reasons = json!({"type": "array", "items": reason(), "minItems": 1});
    let mut reasons =
        parameter("reason", "Only what waits for one of these reasons, separated by commas.", &reasons);
    reasons["explode"] = false.into();
    let limit = parameter("limit", "The most items of a page.", &limit);
    get.insert("parameters".into(), json!([reasons, limit, given("after")]));
    get.into()
}

fn verdicts(calculations: &Collection) -> Value {
    let item = object(
        &["review", "verdict", "by", "at", "revision", "stale"],
        &json!({
            "review": {"type": "string", "description": "_id of the review."}, "verdict": verdict(), "by": text(),
            "by_name": {"type": "string", "description": "Their name, if it can be read in time."}, "at": time(),
            "revision": {"type": "integer", "minimum": 1},
            "stale": {"type": "boolean", "description": "Whether the calculation has changed since."}, "comment": text(),
        }),
    );
    let current = object(
        &["approve", "reject", "rerun"],
        &json!({"approve": count(), "reject": count(), "rerun": count()}),
    );
    let found = object(
        &["items", "current", "quorum", "reached"],
        &json!({
            "items": {"type": "array", "maxItems": MAX_VERDICTS, "items": item}, "current": current, "quorum": asked(),
            "reached": {"type": "boolean", "description": "Whether quorum is set and as many people other than its owner gave a verdict on the current revision."},
        }),
    );
    let good = json!({"description": "The verdicts, newest first.", "content": content(JSON, &found)});
    let answers = answers("200", good, &[403, 404]);
    let mut get = operation(
        calculations,
        "verdicts",
        "List each person's latest verdict on a calculation",
        &calculations.access.read,
        &answers,
    );
    get.insert(
        "description".into(),
        "current counts those of the current revision. Also needs the scope that reads reviews.".into(),
    );
    get.into()
}
