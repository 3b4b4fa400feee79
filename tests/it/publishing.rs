//! Revocations are published whichever replica dies, by whichever is left.

use std::time::{Duration, Instant};

use mongodb::bson::doc;
use serde_json::Value;

use crate::support::{
    Stack,
    caller::send,
    http,
    store::{Mongod, client},
};

/// Holds what the clients of this name next insert into the feed of revocations, for so long before it is done.
async fn hold_the_next_place(mongod: &Mongod, name: &str, feed: &str, time: Duration) {
    let milliseconds = i64::try_from(time.as_millis()).expect("short");
    let held = doc! {
        "configureFailPoint": "failCommand",
        "mode": { "times": 1 },
        "data": {
            "failCommands": ["insert"],
            "appName": name,
            "namespace": feed,
            "blockConnection": true,
            "blockTimeMS": milliseconds,
        },
    };
    client(&mongod.url()).await.database("admin").run_command(held).await.expect("a failpoint");
}

/// Logs out at that replica.
async fn log_out_at(base: String, cookie: String) -> u16 {
    let request = http().post(format!("{base}/auth/logout")).header("Cookie", cookie);
    request.header("Sec-Fetch-Site", "same-origin").send().await.map_or(0, |answer| answer.status().as_u16())
}

/// What the feed of a replica has behind a cursor: the values, and the next cursor.
async fn feed(base: &str, admin: &str, after: i64) -> (Vec<String>, i64) {
    let page =
        send(http().get(format!("{base}/auth/revocations?after={after}&wait=0")).bearer_auth(admin)).await;
    let page = page.json();
    let value = |entry: &Value| entry["value"].as_str().expect("text").to_owned();
    let values = page["entries"].as_array().expect("entries").iter().map(value).collect();
    (values, page["next"].as_i64().expect("a cursor"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_dies_while_it_publishes_holds_up_no_revocation_and_loses_none() {
    const HOLD: Duration = Duration::from_millis(300);
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mongod = Mongod::start(directory.path()).await;
    let mut stack = Stack::replicated_on(&mongod.url(), &[]).await;
    let mut people = Vec::new();
    for _ in 0..3 {
        let person = stack.scientist().await;
        let sessions = person.get("/auth/sessions").await.json();
        let session = sessions["items"][0]["id"].as_str().expect("an id").to_owned();
        people.push((person.cookie.clone().expect("a cookie"), session));
    }
    let admin = stack.admin().await.token.expect("a token");
    let living = stack.auth[0].base.clone();
    let store =
        stack.auth_environment.iter_mut().find(|(name, _)| name == "AUTH__STORE__URL").expect("a store");
    let database = store.1.rsplit_once('/').and_then(|(_, rest)| rest.split('?').next()).expect("a database");
    let cutoffs = format!("{database}.cutoffs");
    store.1.push_str("&appName=dying");
    let mut dying = stack.another("auth-service").await;
    hold_the_next_place(&mongod, "dying", &cutoffs, HOLD).await;
    let lost = tokio::spawn(log_out_at(dying.base.clone(), people[0].0.clone()));
    let met = doc! { "waitForFailPoint": "failCommand", "timesEntered": 1, "maxTimeMS": 20_000 };
    client(&mongod.url()).await.database("admin").run_command(met).await.expect("the insert is held");
    // It stops where it is, and dies once the server has done the insert, of which it gets no answer.
    dying.signal("STOP");
    tokio::time::sleep(2 * HOLD).await;
    dying.kill();
    assert_eq!(lost.await.expect("an end"), 0, "its replica is gone");

    let started = Instant::now();
    assert_eq!(log_out_at(living.clone(), people[1].0.clone()).await, 204);
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    let (values, cursor) = feed(&living, &admin, 0).await;
    assert!(values.contains(&people[0].1) && values.contains(&people[1].1), "{values:?} {people:?}");
    assert_eq!(log_out_at(living.clone(), people[2].0.clone()).await, 204);
    let (values, _) = feed(&living, &admin, cursor).await;
    assert!(values.contains(&people[2].1), "{values:?} {people:?}");
}
