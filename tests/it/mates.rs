//! Documents that go to MongoDB together: what it refuses of one does not fail the others.

use futures_util::future::join_all;
use mongodb::{Database, bson::doc};
use serde_json::{Value, json};

use crate::support::{
    Caller, Stack,
    caller::{Reply, send},
    store::{Mongod, client},
};

const MANY: usize = 40;
/// The one that MongoDB refuses.
const REFUSED: usize = 13;

fn calculation(n: usize) -> Value {
    json!({"name": "n", "code": {"name": "vasp"}, "status": "planned", "parameters": {"n": n}})
}

/// The database in which the documents are.
async fn documents(mongod: &Mongod) -> Database {
    let client = client(&mongod.url()).await;
    let names = client.list_database_names().await.expect("names");
    let name = names.iter().find(|name| name.ends_with("_resource")).expect("the service has made it");
    client.database(name)
}

async fn count(caller: &Caller<'_>) -> Option<u64> {
    caller.get("/api/calculations?count=exact&limit=1").await.json()["total"].as_u64()
}

/// So many inserts at once at one replica.
async fn at_once(stack: &Stack, caller: &Caller<'_>) -> Vec<Reply> {
    let inserts = (0..MANY).map(|n| {
        let request = crate::support::http().post(format!("{}/api/calculations", stack.resource[0].base));
        send(request.bearer_auth(caller.token.as_deref().expect("a token")).json(&calculation(n)))
    });
    join_all(inserts).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_that_mongodb_refuses_fails_alone() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mongod = Mongod::start(directory.path()).await;
    let stack = Stack::replicated_on(&mongod.url(), &[]).await;
    let scientist = stack.scientist().await;
    let refusing = doc! { "parameters.n": { "$ne": i64::try_from(REFUSED).expect("small") } };
    let command = doc! { "collMod": "calculations", "validator": refusing };
    documents(&mongod).await.run_command(command).await.expect("a validator");

    for (n, reply) in at_once(&stack, &scientist).await.into_iter().enumerate() {
        assert_eq!(reply.status, if n == REFUSED { 500 } else { 201 }, "{n}: {reply:?}");
    }
    assert_eq!(count(&scientist).await, Some(39));

    let many: Vec<Value> = (0..MANY).map(calculation).collect();
    let key = "7f0c8a2e-0000-4000-8000-000000000000";
    let request = scientist.request(reqwest::Method::POST, "/api/calculations").json(&many);
    let with_key = scientist.request(reqwest::Method::POST, "/api/calculations").json(&many);
    for request in [request, with_key.header("Idempotency-Key", key)] {
        let reply = send(request).await.json();
        assert_eq!((reply["inserted"].as_u64(), reply["refused"].as_u64()), (Some(39), Some(1)), "{reply}");
        assert_eq!(reply["items"][REFUSED]["status"], 500, "{reply}");
    }
    assert_eq!(count(&scientist).await, Some(3 * 39));

    let atomic = scientist.post("/api/calculations?atomic=true", &json!(many)).await;
    assert!(atomic.status >= 400, "{atomic:?}");
    assert_eq!(count(&scientist).await, Some(3 * 39), "nothing was stored");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_mongodb_refuses_whole_fails_none_that_it_takes_alone() {
    const FAILURES: usize = 3;
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mongod = Mongod::start(directory.path()).await;
    let stack = Stack::replicated_on(&mongod.url(), &[]).await;
    let scientist = stack.scientist().await;
    // The first batches are held up, so that all others gather; then each of them is refused.
    let failing = doc! {
        "failCommands": ["insert"], "blockConnection": true, "blockTimeMS": 500, "errorCode": 8000,
        "appName": "tessera",
    };
    let times = i32::try_from(FAILURES).expect("small");
    let command = doc! { "configureFailPoint": "failCommand", "mode": { "times": times }, "data": failing };
    client(&mongod.url()).await.database("admin").run_command(command).await.expect("enabled");
    let replies = at_once(&stack, &scientist).await;
    let failed = replies.iter().filter(|reply| reply.status != 201).count();
    assert!(failed <= FAILURES, "{failed} failed for {FAILURES} refusals");
    assert_eq!(count(&scientist).await, Some(u64::try_from(MANY - failed).expect("small")));
}
