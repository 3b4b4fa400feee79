//! Every row of the route table refuses query parameters that it does not know, and those given more than once.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use service_kit::route::Access;

use super::{Api, Response, request};
use crate::http::endpoints;

const EVERYTHING: &str = "*";

/// A path of the table with something in place of each name.
fn filled(path: &str) -> String {
    path.replace("{collection}", "calculations")
        .replace("collections/{name}", "collections/calculations")
        .replace("{name}", "a.txt")
        .replace("{id}", "01890000-0000-7000-8000-000000000000")
        .replace("{revision}", "1")
}

async fn ask(api: &Api, method: &str, path: &str) -> Response {
    let request = request(method, path, "root", EVERYTHING);
    api.send(if method == "GET" { request } else { request.set_json(json!({})) }).await
}

#[actix_web::test]
async fn every_route_refuses_a_parameter_that_it_does_not_know() {
    let api = Api::shipped().await;
    for endpoint in endpoints(Access::Public) {
        let (method, path) = (endpoint.method.as_str(), filled(endpoint.path));
        let refused = ask(&api, method, &format!("{path}?nosuch=1")).await;
        assert_eq!(refused.code(), (422, "validation_error"), "{method} {path}: {}", refused.text);
        let named = |fault: &(String, String)| fault.0 == "nosuch";
        assert!(refused.faults().iter().any(named), "{method} {path}: {}", refused.text);
    }
}

/// The names of an operation's query parameters that have one value: not fields, nor what may be given several times.
fn single_parameters(document: &Value, operation: &Value) -> BTreeSet<String> {
    let resolved = |parameter: &'_ Value| match parameter["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap().clone(),
        None => parameter.clone(),
    };
    let parameters = operation["parameters"].as_array().into_iter().flatten().map(resolved);
    let single = |parameter: &Value| {
        let several = parameter["style"] == "deepObject"
            || parameter["schema"]["type"] == "array"
            || parameter["name"] == "or"
            || parameter["name"].as_str().is_some_and(|name| name.contains('['));
        parameter["in"] == "query" && !several
    };
    let names = parameters.filter(single).map(|parameter| parameter["name"].as_str().unwrap().to_owned());
    names.collect()
}

#[actix_web::test]
async fn every_operation_refuses_a_parameter_that_is_given_twice() {
    let api = Api::shipped().await;
    let document = api.call("GET", "/api/openapi.json").await.body;
    let mut asked = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            for name in single_parameters(&document, operation) {
                let (method, path) = (method.to_uppercase(), filled(path));
                let refused = ask(&api, &method, &format!("{path}?{name}=1&{name}=1")).await;
                assert_eq!(refused.status, 422, "{method} {path} {name}: {}", refused.text);
                let twice = refused.faults().contains(&(name.clone(), "duplicate".to_owned()));
                assert!(twice, "{method} {path} {name}: {}", refused.text);
                asked.insert(name);
            }
        }
    }
    let expected = ["after", "atomic", "dry_run", "explain", "force", "limit", "sort", "view"];
    let missing: Vec<_> = expected.iter().filter(|name| !asked.contains(**name)).collect();
    assert!(missing.is_empty(), "not asked: {missing:?} of {asked:?}");
    let name = "collection=calculations";
    let refused = ask(&api, "GET", &format!("/api/openapi.json?{name}&{name}")).await;
    assert_eq!(refused.faults(), [("collection".to_owned(), "duplicate".to_owned())]);
}
