//! Documents that their owners open to other readers: their files and copies go with them, their past does not.

use super::*;

const READER: &str = "papers:read papers:write";

async fn api() -> Api {
    Api::start_with(&[json!({
        "name": "papers",
        "schema": {"type": "object", "properties": {"title": {"type": "string"}, "open": {"type": "boolean"}}},
        "access": {"owner_only": true, "shared": "open"},
        "versioned": true, "max_age": 30, "artifacts": {"max_bytes": 100},
    })])
    .await
}

async fn by(api: &Api, who: &str, method: &str, path: &str, body: Option<Value>) -> Response {
    let request = request(method, path, who, READER);
    api.send(match body {
        Some(body) => request.set_json(body),
        None => request,
    })
    .await
}

#[actix_web::test]
async fn a_shared_document_opens_its_files_for_reading_and_not_its_past() {
    let api = api().await;
    let made = by(&api, "ada", "POST", "/api/papers", Some(json!({"title": "a", "open": true}))).await;
    let path = format!("/api/papers/{}", made.id());
    let file = format!("{path}/artifacts/log");
    assert_eq!(by(&api, "ada", "PUT", &file, Some(json!(1))).await.status, 201);
    for read in [path.clone(), format!("{path}/artifacts"), file.clone()] {
        assert_eq!(by(&api, "eve", "GET", &read, None).await.status, 200, "{read}");
    }
    for (method, path) in [("PUT", &file), ("DELETE", &file), ("PUT", &path), ("DELETE", &path)] {
        let refused = by(&api, "eve", method, path, Some(json!({}))).await;
        assert_eq!(refused.code(), (403, "insufficient_scope"), "{method} {path}: {}", refused.body);
    }
    for past in ["versions", "versions/1"] {
        let past = format!("{path}/{past}");
        assert_eq!(by(&api, "eve", "GET", &past, None).await.code(), (404, "not_found"), "{past}");
        assert_eq!(by(&api, "ada", "GET", &past, None).await.status, 200, "{past}");
    }
    let restored = by(&api, "eve", "POST", &format!("{path}/restore"), None).await;
    assert_eq!(restored.code(), (403, "insufficient_scope"), "{}", restored.body);

    // A copy that was read while it was open is none for others afterwards.
    let patch = request("PATCH", &path, "ada", READER)
        .insert_header(("content-type", "application/merge-patch+json"))
        .set_payload(r#"{"open":false}"#);
    assert_eq!(api.send(patch).await.status, 200);
    for read in [path.clone(), format!("{path}/artifacts"), file, format!("{path}/restore")] {
        let method = if read.ends_with("restore") { "POST" } else { "GET" };
        assert_eq!(by(&api, "eve", method, &read, None).await.code(), (404, "not_found"), "{read}");
    }
    assert_eq!(by(&api, "eve", "DELETE", &path, None).await.code(), (404, "not_found"));
}
