//! What a caller receives where the store did not say whether a write took effect.

use mongodb::bson::{Document, doc};
use serde_json::json;

use crate::support::{
    Stack,
    store::{Mongod, client},
};

/// Lets the next `command` take effect and its acknowledgement fail: too few members had it in time.
async fn lose_the_acknowledgement_of(command: &str, mongod: &Mongod) {
    let timed_out =
        doc! { "code": 64, "codeName": "WriteConcernFailed", "errmsg": "waiting for replication timed out" };
    let fault = doc! {
        "configureFailPoint": "failCommand",
        "mode": { "times": 1 },
        "data": { "failCommands": [command], "writeConcernError": timed_out },
    };
    client(&mongod.url()).await.database("admin").run_command(fault).await.expect("a failpoint");
}

/// How often the failpoint was met since the server started.
async fn met(mongod: &Mongod) -> i64 {
    let ask = doc! { "configureFailPoint": "failCommand", "mode": "off" };
    let answer: Document =
        client(&mongod.url()).await.database("admin").run_command(ask).await.expect("a failpoint");
    let count = answer.get("count").expect("a count");
    count.as_i64().or_else(|| count.as_i32().map(i64::from)).expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_insert_whose_outcome_is_unknown_says_so_and_is_not_called_undone() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mongod = Mongod::start(directory.path()).await;
    let stack = Stack::replicated_on(&mongod.url(), &[]).await;
    let scientist = stack.scientist().await;
    let document = json!({"name": "perhaps", "code": {"name": "siesta"}, "status": "planned"});
    assert_eq!(scientist.post("/api/calculations", &document).await.status, 201);
    lose_the_acknowledgement_of("insert", &mongod).await;
    let reply = scientist.post("/api/calculations", &document).await;
    assert_eq!((reply.status, reply.code().as_str()), (503, "outcome_unknown"), "{reply:?}");
    assert!(reply.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{reply:?}");
    assert_eq!(met(&mongod).await, 1);
    let page = scientist.get("/api/calculations?count=exact").await.json();
    assert_eq!(page["total"], 2, "it took effect: a caller who is asked to try again would store it twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_whose_outcome_is_unknown_is_asked_again_and_loses_no_session() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mongod = Mongod::start(directory.path()).await;
    let stack = Stack::replicated_on(&mongod.url(), &[]).await;
    let mut scientist = stack.scientist().await;
    for _ in 0..3 {
        lose_the_acknowledgement_of("update", &mongod).await;
        let first = scientist.cookie.clone();
        let reply = scientist.refresh().await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_ne!(scientist.cookie, first);
    }
    assert_eq!(met(&mongod).await, 3);
    assert_eq!(scientist.get("/api/calculations").await.status, 200);
}
