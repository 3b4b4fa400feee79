//! The metrics of the real programs against the lists that declare them, and the page that describes them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use service_kit::metric::{Declared, List, PROCESS, Values, kit, page};

use crate::support::{Process, Stack};

/// Where the page is.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/metrics.md");

#[test]
fn the_page_is_the_one_that_the_code_makes() {
    let both: &[List] = &[kit::COMMON, PROCESS];
    let own = |lists: &'static [List]| -> Vec<List> {
        lists
            .iter()
            .copied()
            .filter(|list| !both.iter().any(|of_both| std::ptr::eq(*of_both, *list)))
            .collect()
    };
    let (auth, resource) = (own(auth_service::app::METRICS), own(resource_service::app::METRICS));
    let wanted = page(&[("Both services", both), ("auth-service", &auth), ("resource-service", &resource)]);
    let written = std::fs::read_to_string(PAGE).unwrap_or_default();
    if written != wanted {
        let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("metrics.md");
        std::fs::write(&made, wanted).expect("a file");
        panic!("deploy/metrics.md is not what the code makes; copy {} to it", made.display());
    }
}

/// What a process shows: of each metric its kind and help, and its series as labels.
#[derive(Default)]
struct Shown {
    kinds: BTreeMap<String, String>,
    helps: BTreeMap<String, String>,
    series: Vec<(String, BTreeMap<String, String>)>,
}

fn parse(text: &str) -> Shown {
    let mut shown = Shown::default();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let comment = |kind: &str| line.strip_prefix(kind).and_then(|rest| rest.split_once(' '));
        if let Some((name, kind)) = comment("# TYPE ") {
            assert!(shown.kinds.insert(name.into(), kind.into()).is_none(), "{name} is there twice");
        } else if let Some((name, help)) = comment("# HELP ") {
            shown.helps.insert(name.into(), help.into());
        } else {
            let (series, value) = line.rsplit_once(' ').expect("a value");
            assert!(value.parse::<f64>().is_ok(), "{line}");
            let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
            // No value of ours has a comma followed by a quote.
            let pairs = labels.trim_end_matches('}').split("\",").filter(|pair| !pair.is_empty());
            let pairs = pairs.filter_map(|pair| pair.split_once("=\""));
            let labels = pairs
                .map(|(label, value)| (label.to_owned(), value.trim_end_matches('"').to_owned()))
                .collect();
            shown.series.push((name.to_owned(), labels));
        }
    }
    shown
}

/// The metric that a series belongs to: that of a histogram has an ending.
fn metric_of<'a>(series: &'a str, declared: &BTreeMap<&str, &Declared>) -> &'a str {
    let base = ["_bucket", "_sum", "_count"].iter().find_map(|ending| series.strip_suffix(ending));
    base.filter(|base| declared.contains_key(base)).unwrap_or(series)
}

async fn check(service: &Process, lists: &[&[List]]) {
    let all = lists.iter().copied().flatten().copied().flatten().map(|metric| metric.declared());
    let declared: BTreeMap<&str, &Declared> = all.map(|metric| (metric.name, metric)).collect();
    let (status, text) = service.ask("/metrics").await;
    assert_eq!(status, 200);
    let shown = parse(&text);
    let names: BTreeSet<&str> = shown.kinds.keys().map(String::as_str).collect();
    assert_eq!(names, declared.keys().copied().collect::<BTreeSet<_>>(), "declared and shown");
    for (name, metric) in &declared {
        assert!(name.starts_with("tessera_"), "{name}");
        assert_eq!(shown.kinds[*name], metric.kind.name(), "{name}");
        assert_eq!(shown.helps.get(*name).map(String::as_str), Some(metric.help()), "{name}");
        assert!(metric.help().ends_with('.'), "{name} has a sentence");
    }
    for (series, labels) in &shown.series {
        let metric = declared[metric_of(series, &declared)];
        let found: BTreeSet<&str> =
            labels.keys().map(String::as_str).filter(|label| *label != "le").collect();
        assert_eq!(found, metric.labels.iter().map(|label| label.name).collect(), "{series}");
        for label in metric.labels {
            if let Values::Closed(values) = label.values {
                let of_both = ["store", "operation", "error"].contains(&label.name) && lists.len() > 1;
                assert!(of_both || values.contains(&&*labels[label.name]), "{series} {labels:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_process_shows_what_is_declared_and_nothing_else() {
    let stack = Stack::embedded().await;
    let scientist = stack.scientist().await;
    assert_eq!(scientist.get("/api/calculations").await.status, 200);
    assert_eq!(stack.anonymous().log_in("no@example.org", "a wrong password").await.status, 401);
    check(&stack.auth[0], &[auth_service::app::METRICS]).await;
    check(&stack.resource[0], &[resource_service::app::METRICS]).await;
}

#[tokio::test]
async fn what_happens_is_counted() {
    let stack = Stack::embedded().await;
    let mut scientist = stack.scientist().await;
    let (auth, resource) = (&stack.auth[0], &stack.resource[0]);
    let before = resource
        .metric("tessera_store_operation_seconds_count{store=\"resource\",operation=\"list\"} ")
        .await;
    assert_eq!(scientist.get("/api/calculations").await.status, 200);
    assert_eq!(scientist.refresh().await.status, 200);
    assert_eq!(stack.anonymous().log_in("no@example.org", "a wrong password").await.status, 401);
    assert_eq!(stack.anonymous().get("/api/calculations").await.status, 401);
    let forged = stack.anonymous().request(reqwest::Method::GET, "/api/calculations").bearer_auth("a.b.c");
    assert_eq!(crate::support::caller::send(forged).await.status, 401);
    let after = resource
        .metric("tessera_store_operation_seconds_count{store=\"resource\",operation=\"list\"} ")
        .await;
    assert!((after - before - 1.0).abs() < 0.1, "{before} {after}");
    for counted in [
        "tessera_refreshes_total{outcome=\"renewed\"} ",
        "tessera_password_hash_seconds_count{lane=\"logins\"} ",
        "tessera_password_hash_wait_seconds_count{lane=\"logins\"} ",
        "tessera_audit_refusals_total{action=\"login\"} ",
        "tessera_http_request_bytes_total ",
        "tessera_http_response_bytes_total ",
        "tessera_store_operation_seconds_count{store=\"auth\",operation=\"rotate\"} ",
    ] {
        assert!(auth.metric(counted).await > 0.5, "{counted}");
    }
    assert!((resource.metric("tessera_tokens_refused_total{reason=\"malformed\"} ").await - 1.0).abs() < 0.1);
    for rest in
        ["tessera_http_requests_in_flight ", "tessera_http_streams_open ", "tessera_notices_outstanding "]
    {
        assert!(resource.metric(rest).await < 0.5, "{rest}");
    }
    assert!(auth.metric("tessera_password_hash_queue{lane=\"logins\"} ").await < 0.5);
}

/// The methods of the port of a store: those of its traits that take `&self`.
fn methods(service: &str) -> BTreeSet<String> {
    let folder = format!("{}/../{service}/src/store", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).expect("the port").filter_map(Result::ok).map(|file| file.path());
    let texts =
        files.filter(|path| path.is_file()).map(|path| std::fs::read_to_string(path).expect("a text"));
    let mut found = BTreeSet::new();
    for text in texts {
        for body in text.split("pub trait ").skip(1) {
            let body = body.split("\n}").next().unwrap_or_default();
            let heads = body.split("async fn ").skip(1).filter_map(|rest| rest.split_once('('));
            found.extend(
                heads
                    .filter(|(_, rest)| rest.trim_start().starts_with("&self"))
                    .map(|(name, _)| name.to_owned()),
            );
        }
    }
    found
}

#[test]
fn every_method_of_a_store_is_counted() {
    let services: [(&str, &[List]); 2] =
        [("auth-service", auth_service::app::METRICS), ("resource-service", resource_service::app::METRICS)];
    for (service, lists) in services {
        let all = lists.iter().copied().flatten().map(|metric| metric.declared());
        let metric = all.into_iter().find(|metric| metric.name == "tessera_store_operation_seconds");
        let label = metric.and_then(|metric| metric.labels.iter().find(|label| label.name == "operation"));
        let Some(Values::Closed(counted)) = label.map(|label| label.values) else { panic!("{service}") };
        let counted: BTreeSet<String> = counted.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(counted, methods(service), "{service}");
    }
}
