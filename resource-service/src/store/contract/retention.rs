//! What every store must do with what is kept no longer than a collection wants.

use std::sync::Arc;

use serde_json::json;
use shared_models::documents::{CollectionDefinition, KeepDefinition};

use super::{Fixture, NOW, document, on_both_stores, removal, update};
use crate::{
    domain::{collection::Collection, document::Document},
    store::retention::Kept,
};

on_both_stores! {
    a_write_removes_the_revisions_that_are_too_many
    the_current_revision_alone_can_be_kept
    a_restored_document_keeps_as_many_revisions
    kept_revisions_are_walked_in_order_and_forgotten_by_name
    old_revisions_go_and_standing_removals_stay
    a_revision_of_an_older_program_counts_from_now
}

/// `kept` with limits of what it keeps.
async fn keeping(f: &Fixture, versions: Option<u32>, days: Option<u32>) -> Arc<Collection> {
    let keep = Some(KeepDefinition { versions, days });
    let definition = CollectionDefinition { keep, ..f.kept.definition.clone() };
    let collection = Arc::new(Collection::new(definition).expect("ok"));
    f.store.prepare(&[Arc::clone(&collection)]).await.expect("ok");
    collection
}

async fn write(f: &Fixture, collection: &Arc<Collection>, current: &mut Document, times: i64) {
    for i in 0..times {
        let next = update(current, json!({"i": i, "s": "x"}));
        assert!(f.store.update(collection, next.clone()).await.expect("ok"));
        *current = next.after;
    }
}

async fn numbers(f: &Fixture, id: &str) -> Vec<i64> {
    let found = f.store.versions(&f.kept, id, None, 100).await.expect("ok");
    found.iter().map(|version| version.revision).collect()
}

async fn kept(f: &Fixture, after: Option<&Kept>, limit: usize) -> Vec<(String, i64)> {
    f.store.kept("kept", after, limit).await.expect("ok")
}

async fn a_write_removes_the_revisions_that_are_too_many(f: &Fixture) {
    let three = keeping(f, Some(3), None).await;
    let mut first = document("a", 1, json!({}));
    f.store.insert(&three, first.clone()).await.expect("ok");
    write(f, &three, &mut first, 1).await;
    assert_eq!(numbers(f, "a").await, [2, 1]);
    write(f, &three, &mut first, 4).await;
    assert_eq!(numbers(f, "a").await, [6, 5, 4]);
    // What was kept before is for the sweep: a write removes a few.
    let mut other = document("b", 1, json!({}));
    f.store.insert(&f.kept, other.clone()).await.expect("ok");
    write(f, &f.kept, &mut other, 19).await;
    write(f, &three, &mut other, 1).await;
    assert_eq!(numbers(f, "b").await.len(), 21 - 4);
    assert_eq!(numbers(f, "b").await[..4], [21, 20, 19, 14]);
    assert_eq!(numbers(f, "a").await, [6, 5, 4]);
}

async fn the_current_revision_alone_can_be_kept(f: &Fixture) {
    let one = keeping(f, Some(1), None).await;
    let mut first = document("a", 1, json!({}));
    f.store.insert(&one, first.clone()).await.expect("ok");
    write(f, &one, &mut first, 3).await;
    assert_eq!(numbers(f, "a").await, [4]);
    assert!(f.store.remove(&one, "a", removal("a", 4)).await.expect("ok"));
    assert_eq!(numbers(f, "a").await, [5, 4], "it can be restored");
}

async fn a_restored_document_keeps_as_many_revisions(f: &Fixture) {
    let two = keeping(f, Some(2), None).await;
    let mut current = document("a", 1, json!({}));
    f.store.insert(&two, current.clone()).await.expect("ok");
    write(f, &two, &mut current, 2).await;
    assert!(f.store.remove(&two, "a", removal("a", 3)).await.expect("ok"));
    current = document("a", 5, json!({}));
    assert!(f.store.restore(&two, current.clone(), "eve").await.expect("ok"));
    assert_eq!(numbers(f, "a").await, [5, 4]);
    write(f, &two, &mut current, 2).await;
    assert_eq!(numbers(f, "a").await, [7, 6]);
}

async fn kept_revisions_are_walked_in_order_and_forgotten_by_name(f: &Fixture) {
    for id in ["b", "a", "aa"] {
        let mut current = document(id, 1, json!({}));
        f.store.insert(&f.kept, current.clone()).await.expect("ok");
        write(f, &f.kept, &mut current, 2).await;
    }
    let all: Vec<Kept> =
        ["a", "aa", "b"].iter().flat_map(|id| [1, 2].map(|revision| ((*id).to_owned(), revision))).collect();
    assert_eq!(kept(f, None, 100).await, all);
    assert_eq!(kept(f, None, 3).await, all[..3]);
    assert_eq!(kept(f, Some(&all[2]), 2).await, all[3..5]);
    f.store.forget("kept", &[all[0].clone(), all[3].clone(), ("never".into(), 1)]).await.expect("ok");
    assert_eq!(kept(f, None, 100).await.len(), 4);
    assert_eq!((numbers(f, "a").await, numbers(f, "aa").await), (vec![3, 2], vec![3, 1]));
    assert_eq!(f.store.kept("never", None, 10).await, Ok(Vec::new()));
}

async fn old_revisions_go_and_standing_removals_stay(f: &Fixture) {
    let aging = keeping(f, None, Some(1)).await;
    let (old, new) = ("2026-01-31T12:00:00.000Z", "2026-01-31T12:00:00.001Z");
    for id in ["live", "gone"] {
        let mut current = document(id, 1, json!({}));
        f.store.insert(&aging, current.clone()).await.expect("ok");
        write(f, &aging, &mut current, 2).await;
    }
    assert!(f.store.remove(&aging, "gone", removal("gone", 3)).await.expect("ok"));
    assert_eq!(f.store.ended_before("kept", old, 10).await, Ok(Vec::new()), "at {NOW}");
    assert_eq!(f.store.ended_before("kept", new, 10).await, Ok(vec![("gone".into(), 4)]));
    assert_eq!(f.store.forget_before("kept", old, new).await, Ok(0));
    assert_eq!(f.store.forget_before("kept", new, new).await, Ok(5));
    assert_eq!((numbers(f, "live").await, numbers(f, "gone").await), (vec![3], vec![4]));
    assert_eq!(f.store.forget_before("never", new, new).await, Ok(0));
}

async fn a_revision_of_an_older_program_counts_from_now(f: &Fixture) {
    let aging = keeping(f, None, Some(1)).await;
    let mut current = document("a", 1, json!({}));
    f.store.insert(&aging, current.clone()).await.expect("ok");
    write(f, &aging, &mut current, 2).await;
    f.without_dates("kept").await;
    let later = "2026-02-02T12:00:00.000Z";
    assert_eq!(f.store.forget_before("kept", later, later).await, Ok(0));
    assert_eq!(f.store.forget_before("kept", "2026-02-02T12:00:00.001Z", later).await, Ok(2));
}
