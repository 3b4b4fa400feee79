//! Aggregates and exports as a client sees them.

use actix_web::{body::to_bytes, http::header::VARY};

use super::*;

const MOVING: &str = "moving:read moving:write";
const DEFINE: &str = "collections:write moving:read moving:write moving:admin";

impl Api {
    /// Status, media type and whole body of an export; the body is `Err` where it was cut.
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
        let answer = api.send(request("GET", "/api/notes/aggregate?group=title", caller, scope)).await;
        let groups = answer.body["groups"].as_array().unwrap().iter();
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
    let (status, _, whole) = api.export(request("GET", "/api/drafts", "ada", ALL), "text/csv").await;
    let whole = whole.unwrap();
    let (header, row) = whole.split_once("\r\n").unwrap();
    assert_eq!(status, 200);
    assert!(header.starts_with("_id,") && header.ends_with(",_owner,big,nested.list,x,_rest"), "{header}");
    let values = ",ada,9223372036854775807,\"[1,\"\"a\"\"]\",5e-324,\r\n";
    assert!(row.starts_with(&format!("{id},1,")) && row.ends_with(values), "{row}");
    // Only a whole document shows what the schema does not declare.
    let refused = api.call("GET", "/api/drafts?fields=big").await;
    assert_eq!(refused.faults(), [("fields".to_owned(), "field".to_owned())]);
    let head = api.export(request("HEAD", "/api/drafts", "ada", ALL), "text/csv").await;
    assert_eq!(head, (200, "text/csv; charset=utf-8; header=present".into(), Ok(String::new())));
    let page = api.export(request("GET", "/api/drafts", "ada", ALL), "text/html, */*;q=0.8").await;
    assert_eq!((page.0, page.1.as_str()), (200, "application/json"));
}

#[actix_web::test]
async fn a_document_that_today_s_definition_refuses_is_exported_whole() {
    let api = Api::start().await;
    let define = async |properties: Value, required: Value| {
        let schema = json!({
            "type": "object", "additionalProperties": false, "properties": properties, "required": required,
        });
        let body = json!({"name": "moving", "schema": schema});
        let request = request("PUT", "/api/collections/moving?force=true", "root", DEFINE).set_json(body);
        let answer = api.send(request).await;
        assert!(answer.status < 300, "{}", answer.text);
    };
    let insert = async |body: Value| {
        let request = request("POST", "/api/moving", "ada", MOVING).set_json(body);
        assert_eq!(api.send(request).await.status, 201);
    };
    define(json!({"a": {"type": "string"}, "gone": {}}), json!([])).await;
    insert(json!({"a": "of-old", "gone": {"n": 1}})).await;
    define(json!({"a": {"type": "integer"}, "b": {"type": "integer"}}), json!(["b"])).await;
    insert(json!({"a": 13, "b": 2})).await;
    let (status, _, table) =
        api.export(request("GET", "/api/moving?fields=a,b", "ada", MOVING), "text/csv").await;
    let table = table.unwrap();
    let rows: Vec<&str> =
        table.lines().map(|line| line.split_once(",1,").map_or(line, |(_, row)| row)).collect();
    assert_eq!(status, 200);
    assert_eq!(rows, ["_id,_revision,a,b,_rest", ",,\"{\"\"a\"\":\"\"of-old\"\"}\"", "13,2,"]);
    let whole =
        api.export(request("GET", "/api/moving", "ada", MOVING), "application/vnd.apache.parquet").await;
    let whole = whole.2.unwrap();
    assert!(whole.ends_with("PAR1") && whole.contains(r#"{"a":"of-old","gone":{"n":1}}"#), "{whole}");
}

#[actix_web::test]
async fn what_is_below_a_field_is_chosen_by_a_star() {
    let api = Api::start().await;
    let mut body = calculation();
    body["parameters"] = json!({"cutoff": 520, "k": {"mesh": [4, 4], "shift": 0.5}});
    let id = api.with("POST", "/api/calculations", &body).await.id().to_owned();
    let path = "/api/calculations?fields=parameters.*,name";
    let list = api.call("GET", path).await;
    let shown = json!({"_id": id, "_revision": 1, "name": body["name"], "parameters": body["parameters"]});
    assert_eq!(list.body["items"], json!([shown]));
    let (_, _, table) = api.export(request("GET", path, "ada", ALL), "text/csv").await;
    let header = "_id,_revision,parameters.cutoff,parameters.k.mesh,parameters.k.shift,name,_rest";
    assert_eq!(table.unwrap().lines().next().unwrap(), header);
    for (fields, word) in
        [("name.*", "no fields below it"), ("tags.*", "no fields below it"), ("nmae.*", "did you mean")]
    {
        let refused = api.call("GET", &format!("/api/calculations?fields={fields}")).await;
        assert_eq!(refused.code(), (422, "validation_error"));
        assert!(refused.text.contains(word), "{}", refused.text);
    }
}
