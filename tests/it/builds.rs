//! Indexes that are still being built: a replica is not ready before they are there, and says so; reads and writes continue.

use std::time::Duration;

use mongodb::{
    Database,
    bson::{Document, doc},
};
use serde_json::json;

use crate::support::{
    Process, Stack,
    process::PATIENCE,
    stack::Environment,
    store::{Mongod, client},
};

/// The database that these settings name.
async fn database(environment: &Environment) -> Database {
    let (_, url) = environment.iter().find(|(name, _)| name.ends_with("STORE__URL")).expect("a store");
    let name = url.rsplit('/').next().and_then(|rest| rest.split('?').next()).expect("a database");
    client(url).await.database(name)
}

async fn builds_hang(server: &Database, hang: bool) {
    let mode = if hang { "alwaysOn" } else { "off" };
    let hang = doc! { "configureFailPoint": "hangAfterStartingIndexBuild", "mode": mode };
    server.run_command(hang).await.expect("test commands are enabled");
}

/// Waits until `/readyz` says that indexes of this collection are being built.
async fn until_it_waits(process: &Process, collection: &str) {
    let wanted = format!("indexes are being built in MongoDB, of {collection}");
    let found = tokio::time::timeout(PATIENCE, async {
        loop {
            let (status, text) = process.readiness().await;
            assert_eq!(status, 503, "{text}: {}", process.log());
            if text.contains(&wanted) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    assert!(found.await.is_ok(), "{wanted:?} is not said: {}", process.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_waits_for_an_index_build_of_another_one_and_says_so() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mongod = Mongod::start(directory.path()).await;
    let mut stack = Stack::replicated_on(&mongod.url(), &[]).await;
    let scientist = stack.scientist().await;
    let body = json!({"name": "n", "code": {"name": "vasp"}, "status": "planned"});
    assert_eq!(scientist.post("/api/calculations", &body).await.status, 201);
    let server = client(&mongod.url()).await.database("admin");
    stack.auth.clear();
    stack.resource.clear();
    for (service, environment, collection) in [
        ("auth-service", stack.auth_environment.clone(), "users"),
        ("resource-service", stack.resource_environment.clone(), "calculations"),
    ] {
        let documents = database(&environment).await.collection::<Document>(collection);
        documents.drop_indexes().await.expect("indexes can be dropped");
        builds_hang(&server, true).await;
        let first = Process::listening(service, directory.path(), &environment).await;
        until_it_waits(&first, collection).await;
        let second = Process::listening(service, directory.path(), &environment).await;
        until_it_waits(&second, collection).await;
        // The build holds up neither reads nor writes.
        let one = documents.find_one_and_update(doc! {}, doc! { "$set": { "touched": true } });
        assert!(one.await.expect("a write").is_some(), "{collection} has a document");
        documents.update_one(doc! {}, doc! { "$unset": { "touched": "" } }).await.expect("a write");
        builds_hang(&server, false).await;
        for process in [&first, &second] {
            process.until_readiness(200).await;
            let built = |entry: &&serde_json::Value| {
                entry["collection.name"] == collection && entry["level"] == "WARN"
            };
            assert_eq!(process.entries().iter().filter(built).count(), 1, "{}", process.log());
        }
    }
}
