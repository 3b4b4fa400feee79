//! Exports: the whole result of a query as a file, cut where it cannot be whole, read from the store no faster than the client reads.

use std::time::{Duration, Instant};

use reqwest::{Method, header::ACCEPT};
use serde_json::{Value, json};

use crate::support::{
    Caller, Stack,
    caller::{Reply, send},
    on_both_stores,
    process::PATIENCE,
    store::Mongod,
};

on_both_stores!(
    an_export_is_the_whole_result_in_order,
    an_export_takes_what_a_list_takes_and_says_what_it_does_not,
    what_the_schema_leaves_open_is_found_for_columns_of_its_own,
    an_export_that_nobody_reads_reads_no_further,
);

async fn fill(caller: &Caller<'_>, many: i64) {
    for n in 0..many {
        let body = json!({
            "name": format!("run {n:04}, \"é\""), "code": {"name": "vasp"}, "status": "finished",
            "results": {"energy": {"value": n % 7}}, "parameters": {"n": n},
        });
        caller.insert("calculations", &body).await;
    }
}

async fn export(caller: &Caller<'_>, query: &str, accept: &str) -> Reply {
    let request = caller.request(Method::GET, &format!("/api/calculations?{query}"));
    send(request.header(ACCEPT, accept)).await
}

async fn an_export_is_the_whole_result_in_order(stack: Stack) {
    let caller = stack.scientist().await;
    fill(&caller, 120).await;
    let query = "sort=-results.energy.value,name&results.energy.value[gte]=1";
    let mut listed = Vec::new();
    let mut after = String::new();
    loop {
        let page = caller.get(&format!("/api/calculations?{query}&limit=50{after}")).await.json();
        listed.extend(page["items"].as_array().expect("items").clone());
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    let lines = export(&caller, query, "application/x-ndjson").await;
    assert_eq!((lines.status, lines.header("content-type")), (200, "application/x-ndjson"), "{lines:?}");
    let documents: Vec<Value> =
        lines.text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(documents, listed);
    assert_eq!(documents.len(), 102);

    let query = format!("{query}&fields=name,results.energy.value&limit=3");
    let table = export(&caller, &query, "text/csv").await;
    assert!(table.header("content-type").starts_with("text/csv"), "{table:?}");
    assert_eq!(table.header("content-disposition"), "attachment; filename=\"calculations.csv\"");
    let rows: Vec<&str> = table.text.split("\r\n").collect();
    assert_eq!(rows[0], "_id,_revision,name,results.energy.value,_rest");
    let id = listed[0]["_id"].as_str().expect("text");
    assert_eq!(rows[1], format!("{id},1,\"run 0006, \"\"é\"\"\",6,"));
    assert_eq!(rows.len(), 5, "{table:?}");

    let request =
        caller.request(Method::GET, "/api/calculations").header(ACCEPT, "application/vnd.apache.parquet");
    let file = request.send().await.expect("an answer").bytes().await.expect("a whole file");
    assert!(file.starts_with(b"PAR1") && file.ends_with(b"PAR1"));
    let head = caller.request(Method::HEAD, "/api/calculations").header(ACCEPT, "text/csv");
    let head = send(head).await;
    assert!(
        head.status == 200 && head.text.is_empty() && head.header("content-type").starts_with("text/csv")
    );
}

async fn an_export_takes_what_a_list_takes_and_says_what_it_does_not(stack: Stack) {
    let caller = stack.scientist().await;
    fill(&caller, 3).await;
    for (query, faults) in [
        ("count=exact", vec!["count"]),
        ("expand=_owner", vec!["expand"]),
        ("limit=0", vec!["limit"]),
        ("limit=1&limit=2", vec!["limit"]),
        ("limit=-1&stauts=x", vec!["limit", "stauts"]),
        ("after=broken", vec!["after"]),
        ("view=nothing", vec!["view"]),
    ] {
        let refused = export(&caller, query, "text/csv").await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (422, "validation_error"),
            "{query}: {refused:?}"
        );
        assert_eq!(refused.faults(), faults, "{query}");
    }
    assert_eq!(export(&caller, "limit=1000000", "application/x-ndjson").await.text.lines().count(), 3);
    let first = caller.get("/api/calculations?limit=1").await.json();
    let rest = format!("after={}", first["next"].as_str().expect("a cursor"));
    assert_eq!(export(&caller, &rest, "application/x-ndjson").await.text.lines().count(), 2);
    let stranger = stack.bearer_of("stranger", "reviews:read");
    assert_eq!(export(&stranger, "", "text/csv").await.code(), "insufficient_scope");
}

async fn what_the_schema_leaves_open_is_found_for_columns_of_its_own(stack: Stack) {
    let caller = stack.scientist().await;
    fill(&caller, 1_100).await;
    let mut last = json!({"name": "zz", "code": {"name": "vasp"}, "status": "finished"});
    last["results"] = json!({"gap": {"value": "NaN", "unit": "eV"}, "energy": {"value": -0.5}});
    last["parameters"] = json!({"n": "many", "k": {"mesh": [4, 4]}, "none": {}});
    caller.insert("calculations", &last).await;
    let table = export(&caller, "sort=-name&fields=results.*,parameters.*", "text/csv").await;
    let lines: Vec<&str> =
        table.text.lines().map(|line| line.split_once(",1,").map_or(line, |row| row.1)).collect();
    let expected = [
        "_id,_revision,results.energy.value,results.gap.unit,results.gap.value,parameters.k.mesh,parameters.n,_rest",
        r#"-0.5,eV,NaN,"[4,4]",,"{""parameters.n"":""many"",""parameters.none"":{}}""#,
        "0,,,,1099,",
    ];
    assert_eq!(lines[..3], expected);
    assert_eq!(lines.len(), 1_102);
    let one = export(&caller, "name=zz&fields=parameters.n", "text/csv").await;
    assert!(one.text.ends_with(",1,many,\r\n"), "{}", one.text);
}

/// Documents so large that no buffer on the way holds all of them.
const LARGE: usize = 40;

async fn fill_with_large(caller: &Caller<'_>) {
    let text = "x".repeat(900_000);
    for _ in 0..LARGE {
        let body = json!({"name": "large", "code": {"name": "c"}, "status": "planned", "parameters": {"text": text}});
        caller.insert("calculations", &body).await;
    }
}

/// A gauge or counter of all replicas together.
async fn metric(stack: &Stack, name: &str) -> f64 {
    let mut sum = 0.0;
    for replica in &stack.resource {
        let (_, text) = replica.ask("/metrics").await;
        let values =
            text.lines().filter(|line| line.starts_with(name)).filter_map(|line| line.rsplit(' ').next());
        sum += values.filter_map(|value| value.parse::<f64>().ok()).sum::<f64>();
    }
    sum
}

async fn an_export_that_nobody_reads_reads_no_further(stack: Stack) {
    let caller = stack.scientist().await;
    fill_with_large(&caller).await;
    let request = caller.request(Method::GET, "/api/calculations").header(ACCEPT, "application/x-ndjson");
    let mut answer = request.send().await.expect("an answer");
    assert!(answer.chunk().await.expect("bytes").is_some());
    assert!((metric(&stack, "tessera_exports_running").await - 1.0).abs() < 0.1);
    drop(answer);
    let started = Instant::now();
    while metric(&stack, "tessera_exports_running").await > 0.1 {
        assert!(started.elapsed() < PATIENCE, "the export continues");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let read = metric(&stack, "tessera_exported_documents_total").await;
    assert!(read > 0.1 && read < 0.8 * 40.0, "{read} documents were read for nobody");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_whose_store_goes_away_is_cut_and_never_looks_whole() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut mongod = Mongod::start(directory.path()).await;
    let stack = Stack::replicated_on(&mongod.url(), &[]).await;
    let caller = stack.scientist().await;
    fill_with_large(&caller).await;
    for accept in ["application/x-ndjson", "text/csv", "application/vnd.apache.parquet"] {
        let request = caller.request(Method::GET, "/api/calculations").header(ACCEPT, accept);
        let mut answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        if !accept.ends_with("parquet") {
            assert!(answer.chunk().await.expect("bytes").is_some());
        }
        mongod.kill();
        let rest = async {
            while answer.chunk().await?.is_some() {}
            Ok::<_, reqwest::Error>(())
        };
        assert!(rest.await.is_err(), "{accept}: a part passed for the whole");
        mongod.resume();
        for replica in &stack.resource {
            replica.until_readiness(200).await;
        }
    }
    let logged = stack.resource.iter().flat_map(crate::support::Process::entries);
    let logged = logged.filter(|entry| entry.to_string().contains("an export was cut short"));
    assert_eq!(logged.count(), 3);
}
