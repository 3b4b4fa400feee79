//! How much a collection takes, as its administrators see it.

use super::*;

#[actix_web::test]
async fn an_administrator_is_told_how_much_a_collection_takes() {
    let api = Api::start().await;
    let made = api.with("POST", "/api/notes", &json!({"title": "x"})).await;
    let path = format!("/api/notes/{}", made.id());
    assert_eq!(api.with("PATCH", &path, &json!({"title": "y"})).await.status, 200);
    let ask = |query: &str, scope: &str| request("GET", &format!("/api/notes/usage{query}"), "eve", scope);
    let usage = api.send(ask("", "notes:admin")).await;
    assert_eq!(usage.status, 200, "{}", usage.text);
    let expected = json!({
        "collection": "notes",
        "documents": 1,
        "bytes": usage.body["bytes"],
        "versions": {"count": 1, "bytes": usage.body["versions"]["bytes"]},
        "artifacts": {"count": 0, "bytes": 0},
    });
    assert_eq!(usage.body, expected);
    assert!(usage.body["bytes"].as_u64().unwrap() > 100, "{}", usage.text);
    for scope in ["notes:read notes:write", "calculations:admin"] {
        assert_eq!(api.send(ask("", scope)).await.code(), (403, "insufficient_scope"), "{scope}");
    }
    let odd = api.send(ask("?x=1", "notes:admin")).await;
    assert_eq!(odd.faults(), [("x".to_owned(), "parameter".to_owned())]);
    let missing = request("GET", "/api/nothing/usage", "eve", "nothing:admin");
    assert_eq!(api.send(missing).await.code(), (404, "not_found"));
}
