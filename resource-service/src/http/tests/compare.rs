//! Calculations side by side.

use super::*;

const SCOPE: &str = "calculations:read calculations:write series:read series:write";

async fn add(api: &Api, parameters: Value, energy: Value, losses: &[f64]) -> String {
    let body = json!({"name": "n", "code": {"name": "c"}, "status": "running", "parameters": parameters,
        "results": {"energy": {"value": energy, "unit": "eV"}}});
    let made = api.send(request("POST", "/api/calculations", "ada", SCOPE).set_json(body)).await;
    let id = made.id().to_owned();
    let points: Vec<Value> =
        losses.iter().enumerate().map(|(step, value)| json!({"step": step, "value": value})).collect();
    let series = json!({"calculation": id, "metric": "loss", "points": points});
    let stored = api.send(request("POST", "/api/series/points", "ada", SCOPE).set_json(series)).await;
    assert_eq!(stored.status, 200, "{}", stored.text);
    id
}

async fn compare(api: &Api, ids: &[&str], more: &str) -> Response {
    let path = format!("/api/calculations/compare?ids={}{more}", ids.join(","));
    api.send(request("GET", &path, "ada", SCOPE)).await
}

#[actix_web::test]
async fn what_differs_is_told_and_what_is_tolerated_is_not() {
    let api = Api::shipped().await;
    let a = add(&api, json!({"cutoff": 300, "kind": "pbe"}), json!(-1.0), &[3.0, 2.0, 1.0]).await;
    let b =
        add(&api, json!({"cutoff": 400, "kind": "pbe"}), json!(-1.000_000_1), &[3.0, 2.0, 1.5, 1.0]).await;
    let exact = compare(&api, &[&a, &b], "").await;
    assert_eq!(exact.status, 200, "{}", exact.text);
    assert_eq!(
        exact.body["parameters"],
        json!([{"pointer": "/cutoff", "values": {&a: 300, &b: 400}, "absent": []}])
    );
    assert_eq!(exact.body["results"][0]["name"], "energy");
    assert_eq!(exact.body["results"][0]["values"][&a], json!({"value": -1.0, "unit": "eV"}));
    assert_eq!(
        exact.body["series"],
        json!([{"metric": "loss", "units": {&a: null, &b: null}, "units_differ": false,
        "common_steps": 3, "largest": {"difference": 0.5, "step": 2}, "first_beyond": 2}])
    );
    let loose = compare(&api, &[&a, &b], "&rel=1e-6&abs=0.5").await;
    assert_eq!(
        (&loose.body["results"], &loose.body["series"][0]["first_beyond"]),
        (&json!([]), &Value::Null)
    );
    assert_eq!(loose.body["tolerance"], json!({"abs": 0.5, "rel": 1e-6, "ulp": 0}));
    let ulps = compare(&api, &[&a, &b], "&ulp=1000000000").await;
    assert_eq!(ulps.body["results"], json!([]));
}

#[actix_web::test]
async fn an_unknown_calculation_and_a_bad_tolerance_are_refused_by_name() {
    let api = Api::shipped().await;
    let a = add(&api, json!({}), json!(1), &[]).await;
    let unknown = compare(&api, &[&a, "nobody"], "").await;
    assert_eq!(unknown.code(), (404, "not_found"));
    assert!(unknown.text.contains("nobody"), "{}", unknown.text);
    let refused = compare(&api, &[&a], "&abs=-1&rel=NaN&ulp=1.5&x=1").await;
    let names: Vec<String> = refused.faults().into_iter().map(|(name, _)| name).collect();
    assert_eq!((refused.status, names), (422, ["abs", "rel", "ulp", "ids", "x"].map(String::from).to_vec()));
    let hidden = request("GET", &format!("/api/calculations/compare?ids={a},{a}x"), "ada", "series:read");
    assert_eq!(api.send(hidden).await.code(), (403, "insufficient_scope"));
    assert_eq!(api.call("DELETE", "/api/calculations/compare").await.status, 405);
}

#[actix_web::test]
async fn series_are_left_out_for_who_may_not_read_them() {
    let api = Api::shipped().await;
    let a = add(&api, json!({}), json!(1), &[1.0]).await;
    let b = add(&api, json!({}), json!(1), &[1.0]).await;
    let path = format!("/api/calculations/compare?ids={a},{b}");
    let found = api.send(request("GET", &path, "eve", "calculations:read")).await;
    assert_eq!((found.status, &found.body["series"]), (200, &Value::Null));
}
