//! The OpenAPI document as a client fetches it.

use actix_web::http::header::{CACHE_CONTROL, IF_NONE_MATCH};

use super::*;

fn get(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}

#[actix_web::test]
async fn the_document_has_an_entity_tag_until_a_definition_changes() {
    let api = Api::start().await;
    let first = api.send(get("/api/openapi.json")).await;
    let again = |tag: &str| get("/api/openapi.json").insert_header((IF_NONE_MATCH, tag.to_owned()));
    let fresh = api.send(again(first.etag())).await;
    assert_eq!((fresh.status, fresh.text.as_str(), fresh.etag()), (304, "", first.etag()));
    let one = api.send(get("/api/openapi.json?collection=notes")).await;
    assert_ne!(one.etag(), first.etag());
    assert_eq!(api.send(again("no tag")).await.code(), (400, "invalid_request"));

    let things = json!({"name": "things", "schema": {"type": "object"}});
    let put = request("PUT", "/api/collections/things", "root", "*").set_json(&things);
    assert_eq!(api.send(put).await.status, 201);
    let changed = api.send(again(first.etag())).await;
    assert_eq!(changed.status, 200);
    assert!(changed.body["paths"]["/api/things"].is_object() && changed.etag() != first.etag());
}

#[actix_web::test]
async fn the_document_of_one_collection_is_asked_for_by_its_name() {
    let api = Api::start().await;
    let one = api.send(get("/api/openapi.json?collection=notes")).await;
    let paths: Vec<&String> = one.body["paths"].as_object().unwrap().keys().collect();
    assert!(
        paths.contains(&&"/api/notes".to_owned()) && paths.iter().all(|path| path.starts_with("/api/notes"))
    );
    let unknown = api.send(get("/api/openapi.json?collection=nothing")).await;
    assert_eq!(unknown.code(), (404, "not_found"));
    let odd = api.send(get("/api/openapi.json?collections=notes")).await;
    assert_eq!(odd.faults(), [("collections".to_owned(), "parameter".to_owned())]);
    let twice = api.send(get("/api/openapi.json?collection=notes&collection=drafts")).await;
    assert_eq!(twice.faults(), [("collection".to_owned(), "duplicate".to_owned())]);
}

#[actix_web::test]
async fn a_setting_asks_for_a_token_for_the_document_and_its_page() {
    let none: [(&str, String); 0] = [];
    let api = Api::with_settings(&none, &[("T__OPENAPI__REQUIRE_TOKEN", "true")]).await;
    for path in ["/api/openapi.json", "/api/openapi.json?collection=notes", "/api/docs/"] {
        let refused = api.send(get(path)).await;
        assert_eq!(refused.code(), (401, "invalid_token"), "{path}");
        assert!(refused.headers.contains_key(WWW_AUTHENTICATE));
        let shown = api.call("GET", path).await;
        assert_eq!(shown.status, 200, "{path}");
        let caches = shown.headers.get(CACHE_CONTROL).unwrap().to_str().unwrap();
        assert!(caches.starts_with("private"), "{path}: {caches}");
    }
    let open = Api::start().await;
    assert_eq!(open.send(get("/api/docs/")).await.status, 200);
}
