//! What every store must keep of the past, where a collection wants it kept.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Value, json};
use shared_models::documents::CollectionDefinition;

use super::{Fixture, NOW, document, on_both_stores, removal, update};
use crate::{
    domain::{collection::Collection, document::Document},
    query::expr::Expr,
    store::{StoreError, Update, Version},
};

on_both_stores! {
    every_revision_is_kept_with_who_wrote_it
    versions_come_newest_first_page_by_page
    a_write_that_was_overtaken_leaves_no_version
    a_removed_document_is_kept_aside_and_comes_back_once
    a_removed_document_stands_in_nobodys_way
    only_the_last_removal_can_be_undone
    revisions_are_kept_only_where_they_are_wanted
    of_many_writers_none_loses_a_version
    a_refused_write_keeps_nothing
    who_wrote_a_revision_is_known_although_none_was_kept_then
    removals_are_told_from_other_revisions
}

async fn versions(f: &Fixture, collection: &Arc<Collection>, id: &str) -> Vec<Version> {
    f.store.versions(collection, id, None, 100).await.expect("ok")
}

fn numbers(versions: &[Version]) -> Vec<i64> {
    versions.iter().map(|version| version.revision).collect()
}

/// Writes a document once for each of the given members.
async fn write(f: &Fixture, collection: &Arc<Collection>, id: &str, steps: &[Value]) -> Document {
    let mut current = document(id, 1, steps[0].clone());
    f.store.insert(collection, current.clone()).await.expect("ok");
    for step in &steps[1..] {
        let next = update(&current, step.clone());
        assert!(f.store.update(collection, next.clone()).await.expect("ok"));
        current = next.after;
    }
    current
}

async fn every_revision_is_kept_with_who_wrote_it(f: &Fixture) {
    let steps = [json!({"x": "NaN", "free": {"a": i64::MAX}}), json!({"x": -0.0}), json!({"x": 1, "s": "é"})];
    write(f, &f.kept, "a", &steps).await;
    let found = versions(f, &f.kept, "a").await;
    assert_eq!(numbers(&found), [3, 2, 1]);
    for (version, step) in found.iter().zip(steps.iter().rev()) {
        let expected = document("a", version.revision, step.clone());
        assert_eq!(version.json, Some(expected.to_json()));
        assert_eq!((&version.at, version.owner.as_str()), (&expected.meta.updated_at, "ada"));
        let by = if version.revision == 1 { "ada" } else { "eve" };
        assert_eq!(version.by.as_deref(), Some(by));
    }
    assert!(versions(f, &f.kept, "b").await.is_empty());
    let now = f.store.get(&f.kept, "a", NOW).await.expect("ok").expect("ok");
    assert_eq!(Some(now.json), found[0].json, "the current one shows nothing of who wrote it");
}

async fn who_wrote_a_revision_is_known_although_none_was_kept_then(f: &Fixture) {
    let first = update(&document("a", 1, json!({"i": 0})), json!({"i": 1}));
    write(f, &f.kept, "a", &[json!({"i": 0}), json!({"i": 1})]).await;
    let definition = CollectionDefinition { versioned: false, ..f.kept.definition.clone() };
    let unversioned = Arc::new(Collection::new(definition).expect("ok"));
    let mut current = first.after;
    for (by, before) in [("bob", true), ("mal", false)] {
        let next = update(&current, json!({"s": by}));
        let before = next.before.clone().filter(|_| before);
        let next = Update { by: by.into(), before, ..next };
        assert!(f.store.update(&unversioned, next.clone()).await.expect("ok"));
        let found = versions(f, &f.kept, "a").await;
        assert_eq!((found[0].revision, found[0].by.as_deref()), (next.after.meta.revision, Some(by)));
        current = next.after;
    }
}

async fn versions_come_newest_first_page_by_page(f: &Fixture) {
    let steps: Vec<Value> = (0..12).map(|i| json!({"i": i})).collect();
    write(f, &f.kept, "a", &steps).await;
    write(f, &f.kept, "aa", &steps[..2]).await;
    let page = async |below, limit| numbers(&f.store.versions(&f.kept, "a", below, limit).await.expect("ok"));
    assert_eq!(page(None, 3).await, [12, 11, 10]);
    assert_eq!(page(Some(10), 3).await, [9, 8, 7]);
    assert_eq!(page(Some(3), 100).await, [2, 1]);
    assert_eq!(page(Some(1), 100).await, [0_i64; 0]);
    assert_eq!(page(Some(i64::MAX), 1).await, [12]);
}

async fn a_write_that_was_overtaken_leaves_no_version(f: &Fixture) {
    let first = document("a", 1, json!({"i": 0}));
    write(f, &f.kept, "a", &[json!({"i": 0}), json!({"i": 1})]).await;
    assert!(!f.store.update(&f.kept, update(&first, json!({"i": 9}))).await.expect("ok"));
    assert!(!f.store.remove(&f.kept, "a", removal("a", 1)).await.expect("ok"));
    assert_eq!(numbers(&versions(f, &f.kept, "a").await), [2, 1]);
}

async fn a_removed_document_is_kept_aside_and_comes_back_once(f: &Fixture) {
    for collection in [&f.kept, &f.bin] {
        f.store.insert(collection, document("a", 1, json!({"i": 1}))).await.expect("ok");
        assert!(f.store.remove(collection, "a", removal("a", 1)).await.expect("ok"));
        assert_eq!(f.store.get(collection, "a", NOW).await, Ok(None));
        assert_eq!(f.store.count(collection, Expr::everything(), NOW).await, Ok(0));
        let found = versions(f, collection, "a").await;
        assert_eq!(numbers(&found), [2, 1]);
        assert_eq!(
            (found[0].json.as_ref(), found[0].by.as_deref(), found[0].owner.as_str()),
            (None, Some("eve"), "ada")
        );
        let back = document("a", 3, json!({"i": 1}));
        assert!(f.store.restore(collection, back.clone(), "eve").await.expect("ok"));
        assert!(!f.store.restore(collection, back.clone(), "eve").await.expect("ok"));
        let now = f.store.get(collection, "a", NOW).await.expect("ok").expect("ok");
        assert_eq!((now.json, now.revision, now.owner.as_str()), (back.to_json(), 3, "ada"));
        let found = versions(f, collection, "a").await;
        assert_eq!((numbers(&found), found[0].by.as_deref()), (vec![3, 2, 1], Some("eve")));
    }
}

async fn removals_are_told_from_other_revisions(f: &Fixture) {
    let asked = |revisions: &[(&str, i64)]| -> BTreeSet<(String, i64)> {
        revisions.iter().map(|(id, revision)| ((*id).to_owned(), *revision)).collect()
    };
    for collection in [&f.kept, &f.bin] {
        f.store.insert(collection, document("a", 1, json!({"i": 1}))).await.expect("ok");
        f.store.insert(collection, document("b", 1, json!({"i": 1}))).await.expect("ok");
        assert!(f.store.remove(collection, "a", removal("a", 1)).await.expect("ok"));
        assert!(f.store.restore(collection, document("a", 3, json!({"i": 1})), "eve").await.expect("ok"));
        assert!(f.store.remove(collection, "a", removal("a", 3)).await.expect("ok"));
        let these = asked(&[("a", 1), ("a", 2), ("a", 3), ("a", 4), ("a", 5), ("b", 1), ("b", 2), ("c", 2)]);
        assert_eq!(f.store.removals(collection, these).await, Ok(asked(&[("a", 2), ("a", 4)])));
        assert_eq!(f.store.removals(collection, BTreeSet::new()).await, Ok(BTreeSet::new()));
    }
    assert_eq!(f.store.removals(&f.collection, asked(&[("a", 2)])).await, Ok(BTreeSet::new()));
}

async fn a_removed_document_stands_in_nobodys_way(f: &Fixture) {
    let twin = json!({"key": "k", "part": 1});
    f.store.insert(&f.bin, document("a", 1, twin.clone())).await.expect("ok");
    assert!(f.store.remove(&f.bin, "a", removal("a", 1)).await.expect("ok"));
    f.store.insert(&f.bin, document("b", 1, twin.clone())).await.expect("ok");
    let back = document("a", 3, twin);
    let conflict = StoreError::Conflict { fields: vec!["key".into(), "part".into()] };
    assert_eq!(f.store.restore(&f.bin, back.clone(), "eve").await, Err(conflict));
    assert_eq!(f.store.get(&f.bin, "a", NOW).await, Ok(None));
    assert!(f.store.remove(&f.bin, "b", removal("b", 1)).await.expect("ok"));
    assert!(f.store.restore(&f.bin, back, "eve").await.expect("ok"), "the failed try used nothing up");
}

async fn only_the_last_removal_can_be_undone(f: &Fixture) {
    f.store.insert(&f.kept, document("a", 1, json!({}))).await.expect("ok");
    assert!(!f.store.restore(&f.kept, document("a", 2, json!({})), "eve").await.expect("ok"));
    assert!(f.store.remove(&f.kept, "a", removal("a", 1)).await.expect("ok"));
    assert!(f.store.restore(&f.kept, document("a", 3, json!({})), "eve").await.expect("ok"));
    assert!(f.store.remove(&f.kept, "a", removal("a", 3)).await.expect("ok"));
    assert!(!f.store.restore(&f.kept, document("a", 3, json!({})), "eve").await.expect("ok"));
    let racers = (0..6).map(|_| {
        let (store, kept) = (Arc::clone(&f.store), Arc::clone(&f.kept));
        tokio::spawn(async move { store.restore(&kept, document("a", 5, json!({})), "eve").await })
    });
    let mut won = 0;
    for racer in racers.collect::<Vec<_>>() {
        // Who comes too late finds the removal undone, or the document there.
        won += i32::from(racer.await.expect("ok").is_ok_and(|won| won));
    }
    assert_eq!(won, 1);
    assert_eq!(numbers(&versions(f, &f.kept, "a").await), [5, 4, 3, 2, 1]);
}

async fn revisions_are_kept_only_where_they_are_wanted(f: &Fixture) {
    let steps = [json!({"i": 1}), json!({"i": 2})];
    write(f, &f.collection, "a", &steps).await;
    assert_eq!(numbers(&versions(f, &f.collection, "a").await), [2]);
    assert!(f.store.remove(&f.collection, "a", removal("a", 2)).await.expect("ok"));
    assert!(versions(f, &f.collection, "a").await.is_empty());
    write(f, &f.bin, "a", &steps).await;
    assert_eq!(numbers(&versions(f, &f.bin, "a").await), [2]);
}

async fn of_many_writers_none_loses_a_version(f: &Fixture) {
    f.store.insert(&f.kept, document("a", 1, json!({"i": 0}))).await.expect("ok");
    let writers = (0..8).map(|i| {
        let (store, kept) = (Arc::clone(&f.store), Arc::clone(&f.kept));
        tokio::spawn(async move {
            loop {
                let found = store.get(&kept, "a", NOW).await.expect("ok").expect("ok");
                let current = Document::parse(&found.json).expect("ok");
                if store.update(&kept, update(&current, json!({"i": i}))).await.expect("ok") {
                    break;
                }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("ok");
    }
    let found = versions(f, &f.kept, "a").await;
    assert_eq!(numbers(&found), (1..=9).rev().collect::<Vec<_>>());
}

async fn a_refused_write_keeps_nothing(f: &Fixture) {
    let taken = json!({"key": "k", "part": 1});
    f.store.insert(&f.kept, document("a", 1, taken.clone())).await.expect("ok");
    let other = write(f, &f.kept, "b", &[json!({"i": 1})]).await;
    assert!(f.store.update(&f.kept, update(&other, taken)).await.is_err());
    assert_eq!(numbers(&versions(f, &f.kept, "b").await), [1]);
}
