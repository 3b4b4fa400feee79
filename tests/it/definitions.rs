//! Definitions changed while two replicas run: seen everywhere, refused where they do not fit, moved as files.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Caller, Stack,
    caller::{Reply, send},
    on_both_stores,
    process::run,
    stack::KID,
    store::{client, shared},
};

on_both_stores!(
    a_definition_is_served_by_every_replica_within_five_seconds,
    an_index_conflict_is_refused_and_an_incompatible_change_can_be_forced,
    a_job_changes_no_definition,
);

/// How soon every replica serves a change.
const SOON: Duration = Duration::from_secs(5);
const SCOPE: &str = "collections:write molecules:read molecules:write molecules:admin";
const PATH: &str = "/api/collections/molecules";

fn molecules() -> Value {
    json!({"name": "molecules", "schema": {"type": "object", "required": ["formula"],
        "properties": {"formula": {"type": "string"}, "atoms": {"type": "integer"}}}})
}

fn with(member: &str, value: Value) -> Value {
    let mut changed = molecules();
    changed[member] = value;
    changed
}

/// The answers of every replica.
async fn everywhere(
    stack: &Stack,
    caller: &Caller<'_>,
    method: &Method,
    path: &str,
    body: &Value,
) -> Vec<Reply> {
    let mut replies = Vec::new();
    for _ in &stack.resource {
        replies.push(send(caller.request(method.clone(), path).json(body)).await);
    }
    replies
}

/// Waits until every replica answers so; fails when one still does not after five seconds.
async fn until(stack: &Stack, caller: &Caller<'_>, method: &Method, path: &str, body: &Value, status: u16) {
    let started = Instant::now();
    loop {
        let replies = everywhere(stack, caller, method, path, body).await;
        if replies.iter().all(|reply| reply.status == status) {
            return;
        }
        assert!(started.elapsed() < SOON, "{method} {path}: {replies:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn a_definition_is_served_by_every_replica_within_five_seconds(stack: Stack) {
    let root = stack.bearer_of("root", SCOPE);
    let made = root.put(PATH, &molecules()).await;
    assert_eq!((made.status, made.header("etag")), (201, "\"1\""), "{made:?}");
    until(&stack, &root, &Method::POST, "/api/molecules", &json!({"formula": "H2"}), 201).await;
    until(&stack, &root, &Method::GET, PATH, &Value::Null, 200).await;

    let capped = json!({"type": "object", "required": ["formula"], "properties":
        {"formula": {"type": "string", "maxLength": 10}, "atoms": {"type": "integer"}}});
    let changed =
        send(root.request(Method::PUT, PATH).header("If-Match", "\"1\"").json(&with("schema", capped)));
    assert_eq!(changed.await.header("etag"), "\"2\"");
    until(&stack, &root, &Method::POST, "/api/molecules", &json!({"formula": "x".repeat(11)}), 422).await;
    for reply in everywhere(&stack, &root, &Method::GET, PATH, &Value::Null).await {
        assert_eq!(reply.header("etag"), "\"2\"");
    }
    for reply in everywhere(&stack, &root, &Method::GET, "/api/openapi.json", &Value::Null).await {
        assert_eq!(reply.json()["paths"]["/api/molecules"]["get"]["operationId"], "list_molecules");
    }
    assert_eq!(root.delete(PATH).await.code(), "conflict");
    assert_eq!(root.delete(&format!("{PATH}?force=true")).await.status, 204);
    until(&stack, &root, &Method::GET, "/api/molecules", &Value::Null, 404).await;
}

async fn an_index_conflict_is_refused_and_an_incompatible_change_can_be_forced(stack: Stack) {
    let root = stack.bearer_of("root", SCOPE);
    assert_eq!(root.put(PATH, &molecules()).await.status, 201);
    until(&stack, &root, &Method::GET, "/api/molecules", &Value::Null, 200).await;
    let mut ids = Vec::new();
    for n in 0..3 {
        let body = json!({"formula": if n < 2 { "H2" } else { "He" }});
        ids.push(root.insert("molecules", &body).await["_id"].as_str().expect("an id").to_owned());
    }
    let unique = with("indexes", json!([{"keys": {"formula": 1}, "unique": true}]));
    let report = root.put(&format!("{PATH}?dry_run=true"), &unique).await.json();
    let conflict = &report["indexes"]["conflicts"][0];
    assert_eq!(
        (&conflict["values"], &conflict["ids"]),
        (&json!({"formula": "H2"}), &json!(ids[..2])),
        "{report}"
    );
    for path in [PATH.to_owned(), format!("{PATH}?force=true")] {
        let refused = root.put(&path, &unique).await;
        assert_eq!(
            (refused.code().as_str(), refused.json()["report"]["compatible"].as_bool()),
            ("conflict", Some(false))
        );
    }
    root.delete(&format!("/api/molecules/{}", ids[0])).await;
    assert_eq!(root.put(PATH, &unique).await.header("etag"), "\"2\"");
    // The index is there before the definition is served, so that no replica takes a double meanwhile.
    let twin = json!({"formula": "H2"});
    for reply in everywhere(&stack, &root, &Method::POST, "/api/molecules", &twin).await {
        assert_eq!((reply.status, reply.code().as_str()), (409, "conflict"), "{reply:?}");
        assert!(reply.text.contains("formula"), "{reply:?}");
    }

    let mut stricter = unique.clone();
    stricter["schema"]["required"] = json!(["formula", "atoms"]);
    let refused = root.put(PATH, &stricter).await.json();
    assert_eq!((&refused["code"], &refused["report"]["violations_total"]), (&json!("conflict"), &json!(2)));
    assert_eq!(root.put(&format!("{PATH}?force=true"), &stricter).await.header("etag"), "\"3\"");
    // Until a replica has received it, it accepts what was valid before.
    let path = format!("/api/molecules/{}", ids[1]);
    until(&stack, &root, &Method::PUT, &path, &json!({"formula": "D2"}), 422).await;
    for reply in everywhere(&stack, &root, &Method::PUT, &path, &json!({"formula": "T2"})).await {
        assert_eq!(reply.faults(), ["/atoms"], "{reply:?}");
    }
    assert_ne!(root.get(&path).await.json()["formula"], "T2");
}

async fn a_job_changes_no_definition(stack: Stack) {
    let mut claims = Stack::claims("job", "collections:write calculations:write");
    claims["authorization_details"] = json!([{"type": "calculation", "identifier": "c"}]);
    let token = stack.forge(&json!({"alg": "HS256", "kid": KID, "typ": "at+jwt"}), &claims);
    let job = stack.anonymous().with_token(&token);
    for method in [Method::PUT, Method::DELETE] {
        let reply = send(job.request(method.clone(), PATH).json(&molecules())).await;
        assert_eq!((reply.status, reply.code().as_str()), (403, "insufficient_scope"), "{method}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_definition_of_a_newer_version_keeps_the_others_served() {
    let stack = Stack::replicated().await;
    let database = stack.resource_environment.iter().find(|(name, _)| name == "RESOURCE__STORE__URL");
    let (_, url) = database.expect("a store");
    let name = url.rsplit('/').next().and_then(|rest| rest.split('?').next()).expect("a database");
    let definitions =
        client(&shared()).await.database(name).collection::<::mongodb::bson::Document>("_collections");
    let newer = with("understood_by_later_versions", json!(true)).to_string();
    let record = ::mongodb::bson::doc! {"_id": "molecules", "_revision": 1_i64, "definition": newer};
    definitions.insert_one(record).await.expect("stored");

    let root = stack.bearer_of("root", &format!("{SCOPE} calculations:read"));
    until(&stack, &root, &Method::GET, "/api/molecules", &Value::Null, 503).await;
    for (path, status) in [("/api/calculations", 200), (PATH, 503), ("/api/collections", 200)] {
        for reply in everywhere(&stack, &root, &Method::GET, path, &Value::Null).await {
            assert_eq!(reply.status, status, "{path}: {reply:?}");
        }
    }
    for replica in &stack.resource {
        let (_, metrics) = replica.ask("/metrics").await;
        assert!(metrics.contains("tessera_collection_definitions_unusable 1"), "{metrics}");
        replica.until_logged("understood_by_later_versions").await;
        assert_eq!(replica.readiness().await.0, 200);
    }
    // A new start meets it too.
    let third = stack.another("resource-service").await;
    assert_eq!(third.readiness().await.0, 200);
    // Who knows what they do can still put a definition of this version in its place.
    assert_eq!(root.put(PATH, &molecules()).await.code(), "unavailable");
    assert_eq!(root.put(&format!("{PATH}?force=true"), &molecules()).await.header("etag"), "\"2\"");
    until(&stack, &root, &Method::GET, "/api/molecules", &Value::Null, 200).await;
}

fn files(directory: &Path) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = std::fs::read_dir(directory)
        .expect("a directory")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            (
                path.file_name().expect("a name").to_string_lossy().into_owned(),
                std::fs::read_to_string(&path).expect("text"),
            )
        })
        .collect();
    files.sort();
    files
}

fn succeeded(arguments: &[&str], stack: &Stack) -> String {
    let output = run("resource-service", arguments, &stack.resource_environment);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn definitions_go_out_as_files_and_come_in_again_byte_for_byte() {
    let (source, mut target) = (Stack::replicated().await, Stack::embedded().await);
    let root = source.bearer_of("root", SCOPE);
    assert_eq!(root.put(PATH, &molecules()).await.status, 201);
    let path = |name: &str| source.directory.path().join(name).display().to_string();
    let out = succeeded(&["collections", "export", &path("out")], &source);
    assert_eq!(out.lines().collect::<Vec<_>>(), ["calculations", "molecules", "reviews", "series", "views"]);
    let exported = files(Path::new(&path("out")));
    assert_eq!(exported.len(), 5);

    // An embedded store is opened by one process at a time.
    let refused =
        run("resource-service", &["collections", "import", &path("out")], &target.resource_environment);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("another process"), "{refused:?}");
    target.resource.clear();
    let dry = succeeded(&["collections", "import", &path("out"), "--dry-run"], &target);
    assert!(dry.contains("molecules: would be accepted") && dry.contains("series: unchanged"), "{dry}");
    let taken = succeeded(&["collections", "import", &path("out")], &target);
    assert!(taken.contains("molecules: made, revision 1"), "{taken}");
    succeeded(&["collections", "export", &path("back")], &target);
    assert_eq!(files(Path::new(&path("back"))), exported);
    let again = succeeded(&["collections", "import", &path("back")], &target);
    assert!(again.lines().all(|line| line.ends_with(": unchanged")), "{again}");

    // The same files serve where definitions come from a directory.
    target.resource_environment.push(("RESOURCE__COLLECTIONS__DIR".into(), path("back")));
    target.resource.push(target.another("resource-service").await);
    let there = target.bearer_of("root", SCOPE);
    there.insert("molecules", &json!({"formula": "H2"})).await;
    let shown = there.get(PATH).await;
    assert_eq!(serde_json::to_string_pretty(&shown.json()).expect("JSON") + "\n", exported[1].1);

    // What does not fit is refused as a whole, and with a reason.
    target.resource.clear();
    let mut stricter = molecules();
    stricter["schema"]["required"] = json!(["formula", "atoms"]);
    std::fs::write(Path::new(&path("back")).join("molecules.json"), stricter.to_string()).expect("a file");
    target.resource_environment.pop();
    let output =
        run("resource-service", &["collections", "import", &path("back")], &target.resource_environment);
    let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && complaints.contains("molecules: ") && complaints.contains("1 of 1"),
        "{complaints}"
    );
    let forced = succeeded(&["collections", "import", &path("back"), "--force"], &target);
    assert!(forced.contains("molecules: changed, revision 2"), "{forced}");
}
