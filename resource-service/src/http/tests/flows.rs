//! Aggregates and exports as a client sees them.

use actix_web::{body::to_bytes, http::header::VARY};

use super::*;

impl Api {
    /// Status, media type and whole body of an export; the body is `Err` where it broke off.
    async fn export(&self, request: TestRequest, accept: &str) -> (u16, String, Result<String, String>) {
        let app = init_service(App::new().configure(|config| (self.part.configure)(config))).await;
        let response = call_service(&app, request.insert_header(("accept", accept)).to_request()).await;
        assert_eq!(response.headers().get(VARY).map(|value| value.to_str().unwrap()), Some("Accept"));
        let media_type = response.headers().get("content-type").unwrap().to_str().unwrap().to_owned();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body()).await;
        (
            status,
            media_type,
            body.map(|bytes| String::from_utf8_lossy(&bytes).into()).map_err(|fault| fault.to_string()),
        )
    }
}

#[actix_web::test]
async fn aggregates_and_exports_show_their_owner_s_documents_alone() {
    let api = Api::start().await;
    for (owner, title) in [("ada", "a"), ("ada", "b"), ("eve", "c")] {
        let scope = "notes:read notes:write";
        let request =
            request("POST", "/api/notes", owner, scope).set_json(json!({"title": title, "slug": title}));
        assert_eq!(api.send(request).await.status, 201);
    }
    for (caller, scope, expected) in [
        ("ada", "notes:read", json!(["a", "b"])),
        ("eve", "notes:read", json!(["c"])),
        ("mallory", "notes:read", json!([])),
        ("root", "notes:read notes:admin", json!(["a", "b", "c"])),
    ] {
        let told = api.send(request("GET", "/api/notes/aggregate?group=title", caller, scope)).await;
        let groups = told.body["groups"].as_array().unwrap().iter();
        let titles: Value = groups.map(|group| group["group"]["title"].clone()).collect();
        assert_eq!(titles, expected, "{caller}");
        let request = request("GET", "/api/notes?sort=title&fields=title", caller, scope);
        let (_, _, lines) = api.export(request, "application/x-ndjson").await;
        let titles: Value = lines
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["title"].clone())
            .collect();
        assert_eq!(titles, expected, "{caller}");
    }
    let refused = api.send(request("GET", "/api/notes/aggregate", "ada", "notes:write")).await;
    assert_eq!(refused.code(), (403, "insufficient_scope"));
    assert_eq!(api.call("GET", "/api/nothing/aggregate").await.code(), (404, "not_found"));
    assert_eq!(api.call("POST", "/api/notes/aggregate").await.status, 405);
}

#[actix_web::test]
async fn documents_of_an_open_schema_are_exported_with_nothing_lost() {
    let api = Api::start().await;
    let body = json!({"big": i64::MAX, "x": 5e-324, "nested": {"list": [1, "a"]}});
    let id = api.with("POST", "/api/drafts", &body).await.id().to_owned();
    let table = api.export(request("GET", "/api/drafts?fields=big,x,nested", "ada", ALL), "text/csv").await;
    let row = format!("{id},1,9223372036854775807,\"{{\"\"list\"\":[1,\"\"a\"\"]}}\",5e-324\r\n");
    assert_eq!(table.0, 200);
    assert_eq!(table.2.unwrap(), format!("_id,_revision,big,nested,x\r\n{row}"));
    let (_, _, whole) = api.export(request("GET", "/api/drafts", "ada", ALL), "text/csv").await;
    assert!(whole.unwrap().lines().next().unwrap().ends_with(",_owner,_additional"));
    let head = api.export(request("HEAD", "/api/drafts", "ada", ALL), "text/csv").await;
    assert_eq!(head, (200, "text/csv; charset=utf-8; header=present".into(), Ok(String::new())));
    let page = api.export(request("GET", "/api/drafts", "ada", ALL), "text/html, */*;q=0.8").await;
    assert_eq!((page.0, page.1.as_str()), (200, "application/json"));
}

#[actix_web::test]
async fn a_document_that_its_columns_cannot_hold_breaks_the_export_off() {
    let api = Api::start().await;
    for _ in 0..3 {
        assert_eq!(api.with("POST", "/api/calculations", &calculation()).await.status, 201);
    }
    let export = async |accept: &str| {
        let request = request("GET", "/api/calculations?fields=name,results.energy.value", "ada", ALL);
        api.export(request, accept).await
    };
    let (_, _, whole) = export("application/vnd.apache.parquet").await;
    assert!(whole.unwrap().ends_with("PAR1"));
    // As a definition changed meanwhile would leave it.
    let file = rusqlite::Connection::open(api.directory.path().join("t.db")).unwrap();
    let spoil =
        "UPDATE doc_calculations SET body = json_set(body, '$.results.energy.value', 'much') WHERE rowid = 2";
    assert_eq!(file.execute(spoil, []).unwrap(), 1);
    let request = request("GET", "/api/calculations", "ada", ALL)
        .insert_header(("accept", "application/vnd.apache.parquet"));
    assert_eq!(api.send(request).await.status, 200);
    let (status, media_type, _) = export("text/csv").await;
    assert_eq!((status, media_type.starts_with("text/csv")), (200, true));
    let app = init_service(App::new().configure(|config| (api.part.configure)(config))).await;
    let refused = super::request("GET", "/api/calculations?fields=results.energy.value", "ada", ALL)
        .insert_header(("accept", "application/vnd.apache.parquet"));
    // The first batch has it, so that it is found before anything is sent.
    assert_eq!(call_service(&app, refused.to_request()).await.status(), 500);
}
