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
        order::Order,
    },
    store::{Selection, StoreError},
};

on_both_stores! {
    reads_by_id_are_served_beside_slow_queries
    a_query_ends_with_its_caller
    a_list_ends_with_all_of_its_callers
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
    assert_eq!(still_running(f).await, 0, "queries still run in the server");
}

/// How many queries MongoDB works on once those that were cancelled had time to end.
async fn still_running(f: &Fixture) -> usize {
    let Leftover::Database(database) = &f.leftover else { return 0 };
    let mut running = usize::MAX;
    for _ in 0..50 {
        running = operations(database, false).await.len();
        if running == 0 {
            break;
        }
        sleep(Duration::from_millis(100)).await;
    }
    running
}

/// The documents that [`slow`] finds, which are none.
fn slow_list(f: &Fixture) -> Selection {
    let id = f.collection.schema.field(&"_id".parse().expect("ok")).expect("ok");
    Selection { filter: slow(f), order: Order::new(Vec::new(), id.clone()), projection: None, limit: 20 }
}

async fn a_list_ends_with_all_of_its_callers(f: &Fixture) {
    fill(f).await;
    let list = || f.store.list(&f.collection, slow_list(f), NOW);
    // Some leave early, and those who stay are not cancelled with them.
    let early = join_all((0..MANY).map(|_| list()));
    let staying = join_all((0..MANY).map(|_| list()));
    let both = async {
        let left = timeout(Duration::from_millis(300), early).await;
        assert!(left.is_err(), "the queries are not slow");
        sleep(Duration::from_millis(300)).await;
    };
    tokio::select! {
        _ = staying => panic!("the queries are not slow, or were cancelled"),
        () = both => {}
    }
    let begun = Instant::now();
    assert_eq!(f.store.count(&f.collection, Expr::everything(), NOW).await, Ok(20));
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert_eq!(still_running(f).await, 0, "lists still run in the server");
}

async fn a_query_is_stopped_at_its_time_limit(f: &Fixture) {
    fill(f).await;
    let begun = Instant::now();
    let stopped = f.store.count(&f.collection, slow(f), NOW).await;
    assert_eq!(stopped, Err(StoreError::QueryTimeout));
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    let begun = Instant::now();
    let lists = join_all((0..4).map(|_| f.store.list(&f.collection, slow_list(f), NOW))).await;
    assert_eq!(lists, vec![Err(StoreError::QueryTimeout); 4]);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    // The next one is not stopped for that, once the machine has time for it.
    let mut next = Err(StoreError::QueryTimeout);
    for _ in 0..20 {
        let first = Selection { filter: Expr::everything(), limit: 1, ..slow_list(f) };
        next = f.store.list(&f.collection, first, NOW).await.map(|batch| batch.documents.len());
        if next.is_ok() {
            break;
        }
    }
    assert_eq!(next, Ok(1));
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
