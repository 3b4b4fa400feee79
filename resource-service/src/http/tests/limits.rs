//! The guide's table of limits, tried at the service: what the table allows is accepted, and one more is refused.

use serde_json::{Value, json};

use super::{Api, Response, request};

/// The figure of a row of the table, in single units.
fn limit(guide: &str, what: &str) -> usize {
    let row = guide.lines().find(|line| line.starts_with(&format!("| {what} |")));
    let cell = row.unwrap_or_else(|| panic!("no row {what:?} in {guide}")).split('|').nth(2).unwrap();
    let mut words = cell.split([' ', ';']).filter(|word| !word.is_empty());
    let figure: usize = words.next().unwrap().replace(',', "").parse().unwrap();
    figure * if words.next() == Some("MiB") { 1 << 20 } else { 1 }
}

async fn guide(api: &Api) -> String {
    let document = api.call("GET", "/api/openapi.json").await.body;
    document["info"]["description"].as_str().unwrap().to_owned()
}

fn list(values: impl Iterator<Item = String>) -> String {
    values.collect::<Vec<_>>().join(",")
}

#[actix_web::test]
async fn a_query_at_a_limit_of_the_table_is_accepted_and_one_beyond_it_is_not() {
    let api = Api::shipped().await;
    let guide = guide(&api).await;
    let calculations = |query: String| format!("/api/calculations?{query}");
    let page = |count: usize| calculations(format!("limit={count}"));
    let conditions = |count: usize| calculations("name=a&".repeat(count).trim_end_matches('&').to_owned());
    let values = |count: usize| calculations(format!("name[in]={}", list((0..count).map(|n| n.to_string()))));
    let sort = |count: usize| {
        calculations(format!("sort={}", list((0..count).map(|n| format!("results.r{n}.value")))))
    };
    let fields =
        |count: usize| calculations(format!("fields={}", list((0..count).map(|n| format!("results.r{n}")))));
    let grouped = |count: usize| {
        let groups: Vec<String> = (0..count).map(|n| format!("group=results.r{n}.unit")).collect();
        format!("/api/calculations/aggregate?{}", groups.join("&"))
    };
    let stats = |count: usize| {
        let stats: Vec<String> = (0..count).map(|n| format!("stat=sum:results.r{n}.value")).collect();
        format!("/api/calculations/aggregate?{}", stats.join("&"))
    };
    let path: [(&str, &dyn Fn(usize) -> String); 7] = [
        ("`limit` of a list", &page),
        ("Conditions of a query", &conditions),
        ("Values of all `in` and `nin` of a query", &values),
        ("Fields of `sort`", &sort),
        ("Fields of `fields`", &fields),
        ("Values of `group`", &grouped),
        ("Values of `stat`", &stats),
    ];
    for (what, path) in path {
        let most = limit(&guide, what);
        let accepted = api.call("GET", &path(most)).await;
        assert_eq!(accepted.status, 200, "{what}, {most}: {}", accepted.text);
        let refused = api.call("GET", &path(most + 1)).await;
        assert_eq!(refused.status, 422, "{what}, {}: {}", most + 1, refused.text);
    }
}

#[actix_web::test]
async fn a_body_beyond_a_limit_of_the_table_is_refused() {
    let api = Api::shipped().await;
    let guide = guide(&api).await;
    let large = |bytes: usize| json!({"name": "x".repeat(bytes)});
    let post = async |path: &str, body: Value| -> Response { api.with("POST", path, &body).await };
    let document = limit(&guide, "A document, its body too");
    assert_eq!(post("/api/drafts", large(document - 100)).await.status, 201);
    assert_eq!(post("/api/drafts", large(document + 1)).await.status, 413);
    let many = limit(&guide, "Documents in such a body");
    let documents = |count: usize| Value::from(vec![json!({}); count]);
    assert_eq!(post("/api/drafts", documents(many + 1)).await.status, 413);
    let points = |count: usize| {
        let points: Vec<Value> = (0..count).map(|step| json!({"step": step, "value": 0})).collect();
        json!({"calculation": "c", "metric": "m", "points": points})
    };
    let most = limit(&guide, "Points of one request");
    let request = request("POST", "/api/series/points", "root", "*").set_json(points(most + 1));
    let refused = api.send(request).await;
    assert_eq!(refused.faults(), [("/points".to_owned(), "maxItems".to_owned())]);
}
