//! The paths of a collection's documents in the OpenAPI document: what can be asked of them, with which parameters.

use serde_json::{Value, json};

use super::{
    bulk,
    described::Described,
    flows,
    operations::{
        answer, answers, answers_of_write, component, content, given, if_match, operation, reference,
    },
    past,
};
use crate::{domain::belonging::REVIEWS, http::body::JSON};

/// The paths of a collection.
pub fn of(described: &Described<'_>) -> Vec<(String, Value)> {
    let name = described.name();
    let mut paths = vec![
        (format!("/api/{name}"), json!({"get": list(described), "post": bulk::insert(described)})),
        (format!("/api/{name}/aggregate"), json!({"get": flows::aggregate(described)})),
        (format!("/api/{name}/usage"), json!({"get": usage(described)})),
        (
            format!("/api/{name}/{{id}}"),
            json!({
                "parameters": [given("id")],
                "get": get(described),
                "put": write(described, "replace", "Replace a document", &json!({"required": true, "content": content(JSON, &reference(name))})),
                "patch": write(described, "patch", "Change fields of a document", &component("requestBodies", "Patch")),
                "delete": delete(described),
            }),
        ),
        (
            format!("/api/{name}/{{id}}/access"),
            json!({"parameters": [given("id")], "get": access(described)}),
        ),
    ];
    paths.extend(past::of(described));
    paths
}

/// What a list can be asked beside the fields.
const CONTROLS: [&str; 8] = ["sort", "limit", "after", "count", "or", "filter", "explain", "fields"];

fn list(described: &Described<'_>) -> Value {
    let contents = flows::exported(&json!({"schema": described.page()}));
    let good = json!({"description": "A page or a file.", "content": contents});
    let answers = answers("200", good, &[403, 406, 422]);
    let mut list = operation(
        described.collection,
        "list",
        "Find documents",
        &described.collection.access.read,
        &answers,
    );
    let mut parameters: Vec<Value> =
        CONTROLS.into_iter().filter(|name| *name != "fields").map(given).collect();
    parameters.extend(described.projection());
    parameters.push(expand(described));
    parameters.extend(described.filters(&[&CONTROLS[..], &["view", "expand"]].concat()));
    list.insert("parameters".into(), parameters.into());
    list.into()
}

fn expand(described: &Described<'_>) -> Value {
    given(if described.name() == REVIEWS { "expand.reviews" } else { "expand" })
}

fn get(described: &Described<'_>) -> Value {
    let mut answers = answers("200", described.shown(), &[400, 403, 404, 406, 422]);
    answers["304"] = answer("NotModified");
    let read = &described.collection.access.read;
    let mut get = operation(described.collection, "get", "Read a document", read, &answers);
    let mut parameters = vec![given("If-None-Match")];
    parameters.extend(described.projection());
    parameters.push(expand(described));
    get.insert("parameters".into(), parameters.into());
    get.into()
}

fn write(described: &Described<'_>, verb: &str, summary: &str, body: &Value) -> Value {
    let collection = described.collection;
    let problems = [400, 403, 404, 409, 412, 413, 415, 422];
    let answers = answers_of_write(collection, "200", described.shown(), &problems);
    let mut write = operation(collection, verb, summary, &collection.access.write, &answers);
    write.insert("parameters".into(), json!([if_match(collection)]));
    write.insert("requestBody".into(), body.clone());
    write.into()
}

fn delete(described: &Described<'_>) -> Value {
    let collection = described.collection;
    let answers = answers_of_write(collection, "204", answer("Removed"), &[400, 403, 404, 412, 422]);
    let mut delete = operation(collection, "delete", "Remove a document", &collection.access.write, &answers);
    delete.insert("parameters".into(), json!([if_match(collection), given("purge")]));
    delete.into()
}

fn access(described: &Described<'_>) -> Value {
    let answers = answers("200", answer("Access"), &[403, 404, 422]);
    let summary = "Explain a user's access";
    let collection = described.collection;
    let mut access = operation(collection, "access", summary, &collection.access.admin, &answers);
    access.insert("parameters".into(), json!([given("subject"), given("scope")]));
    access.into()
}

fn usage(described: &Described<'_>) -> Value {
    let answers = answers("200", answer("Usage"), &[403]);
    let collection = described.collection;
    let summary = "Measure the collection";
    operation(collection, "usage", summary, &collection.access.admin, &answers).into()
}
