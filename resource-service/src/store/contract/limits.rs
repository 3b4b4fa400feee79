//! What a store owes to others while it works on slow queries: they end with their callers and within their time limit,
//! and reads by id are served beside them.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::{Fixture, Leftover, NOW, on_both_stores, operations};
use crate::{
    query::{
        expr::{Expr, Test},
        literal::Literal,
    },
    store::StoreError,
};

on_both_stores! {
    reads_by_id_are_served_beside_slow_queries
    a_query_ends_with_its_caller
}

/// More than any store works on at once.
const MANY: usize = 40;

/// Texts in which a search for what almost matches takes long.
async fn fill(f: &Fixture) {
    for at in 0..20 {
        f.insert(&format!("d{at}"), json!({"s": "a".repeat(400_000)})).await;
    }
}

/// A condition that takes a store much longer than the tests wait.
fn slow(f: &Fixture) -> Expr {
    let field = f.collection.schema.field(&"s".parse().expect("ok")).expect("ok");
    let part = |k: usize| Literal::Text(format!("{}b{k}", "a".repeat(1_000)));
    Expr::any((0..20).map(|k| Expr::Test(field.clone(), Test::Contains(part(k)))).collect())
}

async fn read(f: &Fixture) -> Duration {
    let begun = Instant::now();
    assert!(f.store.get(&f.collection, "d0", NOW).await.expect("ok").is_some());
    begun.elapsed()
}

async fn reads_by_id_are_served_beside_slow_queries(f: &Fixture) {
    fill(f).await;
    let slow = slow(f);
    let queries = join_all((0..MANY).map(|_| f.store.count(&f.collection, slow.clone(), NOW)));
    let reads = async {
        sleep(Duration::from_millis(300)).await;
        let mut slowest = Duration::ZERO;
        for _ in 0..10 {
            slowest = slowest.max(read(f).await);
        }
        slowest
    };
    tokio::select! {
        _ = queries => panic!("the queries are not slow"),
        slowest = reads => assert!(slowest < Duration::from_secs(3), "{slowest:?}"),
    }
}

async fn a_query_ends_with_its_caller(f: &Fixture) {
    fill(f).await;
    let slow = slow(f);
    let queries = join_all((0..MANY).map(|_| f.store.count(&f.collection, slow.clone(), NOW)));
    assert!(timeout(Duration::from_millis(500), queries).await.is_err(), "the queries are not slow");
    // Another query has a place at once.
    let begun = Instant::now();
    assert_eq!(f.store.count(&f.collection, Expr::everything(), NOW).await, Ok(20));
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    let Leftover::Database(database) = &f.leftover else { return };
    let mut running = usize::MAX;
    for _ in 0..50 {
        running = operations(database, false).await.len();
        if running == 0 {
            break;
        }
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(running, 0, "queries still run in the server");
}

async fn a_query_is_stopped_at_its_time_limit(f: &Fixture) {
    fill(f).await;
    let begun = Instant::now();
    let stopped = f.store.count(&f.collection, slow(f), NOW).await;
    assert_eq!(stopped, Err(StoreError::QueryTimeout));
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn sqlite_stops_a_query_at_its_time_limit() {
    let fixture = Fixture::sqlite_within(Duration::from_millis(300)).await;
    a_query_is_stopped_at_its_time_limit(&fixture).await;
    fixture.end().await;
}

#[tokio::test]
async fn mongodb_stops_a_query_at_its_time_limit() {
    let fixture = Fixture::mongo_within(Duration::from_millis(300)).await;
    a_query_is_stopped_at_its_time_limit(&fixture).await;
    fixture.end().await;
}
