//! The version of the layout: who may use a store of which one.

use serde_json::json;
use service_kit::store::{cause::Kind, layout::Layout, owner::Owner};

use super::{Fixture, NOW, on_both_stores};
use crate::store::{LAYOUT, StoreError};

on_both_stores! {
    a_store_of_a_later_version_is_refused_and_left_alone
    a_store_from_before_versions_gets_one_and_keeps_its_documents
    the_store_of_the_other_service_is_refused_and_left_alone
    a_store_from_before_the_mark_is_marked_unless_it_is_mixed
}

const LATER: Layout = Layout { version: LAYOUT.version + 6, oldest_reader: LAYOUT.version + 1 };

async fn a_store_of_a_later_version_is_refused_and_left_alone(f: &Fixture) {
    f.store.ping().await.expect("ok");
    f.set_layout(Some(LATER)).await;
    let cause = f.store.ping().await.expect_err("a cause");
    assert_eq!(cause.kind, Kind::Layout);
    let said = format!("its layout is version {}", LATER.version);
    assert!(cause.to_string().contains(&said), "{cause}");
    assert_eq!(f.store.prepare(&f.all()).await, Err(StoreError::Unusable(cause)));
    assert_eq!(f.version().await, LATER.version);
}

async fn a_store_from_before_versions_gets_one_and_keeps_its_documents(f: &Fixture) {
    f.insert("a", json!({"s": "kept"})).await;
    f.set_layout(None).await;
    f.store.ping().await.expect("ok");
    f.store.prepare(&f.all()).await.expect("ok");
    assert_eq!(f.version().await, LAYOUT.version);
    assert!(f.store.get(&f.collection, "a", NOW).await.expect("ok").is_some());
}

async fn the_store_of_the_other_service_is_refused_and_left_alone(f: &Fixture) {
    f.set_owner(Some(Owner::Auth)).await;
    let cause = f.store.ping().await.expect_err("a cause");
    assert!(cause.to_string().contains("this is the store of auth-service"), "{cause}");
    assert_eq!(f.store.prepare(&f.all()).await, Err(StoreError::Unusable(cause)));
    assert!(f.is_of(Owner::Auth).await);
}

async fn a_store_from_before_the_mark_is_marked_unless_it_is_mixed(f: &Fixture) {
    assert!(f.is_of(Owner::Resource).await);
    f.set_owner(None).await;
    f.store.ping().await.expect("ok");
    f.store.prepare(&f.all()).await.expect("ok");
    assert!(f.is_of(Owner::Resource).await);
    f.set_owner(None).await;
    f.make_users().await;
    f.store.ping().await.expect("ok");
    f.store.prepare(&f.all()).await.expect("ok");
    assert!(!f.is_of(Owner::Resource).await, "nobody can say whose it is");
}

#[tokio::test]
async fn during_a_rolling_upgrade_an_older_replica_uses_a_later_version_that_lets_it() {
    let fixture = Fixture::mongo().await;
    fixture.set_layout(Some(Layout { oldest_reader: LAYOUT.version, ..LATER })).await;
    fixture.store.ping().await.expect("ok");
    fixture.store.prepare(&fixture.all()).await.expect("ok");
    assert_eq!(fixture.version().await, LATER.version, "an older replica that starts lowers nothing");
    fixture.end().await;
}

#[tokio::test]
async fn of_many_replicas_that_start_at_once_each_can_use_the_store() {
    let fixture = Fixture::mongo().await;
    fixture.set_layout(None).await;
    let all = fixture.all();
    let starts = (0..8).map(|_| fixture.store.prepare(&all));
    for started in futures_util::future::join_all(starts).await {
        started.expect("ok");
    }
    assert_eq!(fixture.version().await, LAYOUT.version);
    fixture.end().await;
}
