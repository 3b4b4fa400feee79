//! What every store must do with single documents.

use std::sync::Arc;

use serde_json::{Value, json};
use time::Duration;

use super::{Fixture, NOW, document, on_both_stores, removal, update};
use crate::{
    domain::{
        document::{Document, Meta},
        history::Removal,
    },
    query::expr::Expr,
    store::{Head, StoreError},
};

on_both_stores! {
    a_document_comes_back_as_the_text_it_was_sent_as
    a_missing_document_is_none
    the_head_of_a_document_is_had_without_it
    a_write_replaces_the_expected_revision_only
    what_changed_in_part_reads_as_if_written_whole
    a_removal_takes_the_expected_revision_only
    one_of_many_writers_of_a_revision_wins
    a_unique_index_names_its_fields
    a_unique_index_ignores_documents_without_one_of_its_fields
    an_expired_document_is_gone
    preparing_twice_changes_nothing
    a_second_document_of_an_id_is_a_conflict
    a_document_may_be_a_hundred_levels_deep
    a_document_that_is_nested_too_deep_to_be_read_can_be_removed
}

async fn a_document_comes_back_as_the_text_it_was_sent_as(f: &Fixture) {
    let members = json!({
        "s": "é\u{1F600}\"\\\n\u{7f}", "n": 0.1 + 0.2, "i": i64::MIN, "x": "NaN",
        "marks": [1, 1.0, -0.0, 5e-324, 1.797_693_134_862_315_7e308, "Infinity", "-Infinity", "NaN"],
        "mixed": [null, true, [], {}, "NaN", [["Infinity"]]],
        "free": {"z": 1, "a": {"NaN": "NaN"}, "m": i64::MAX, "long": "x".repeat(10_000), "'\"\\": "; --"},
        "results": {"e": {"value": "NaN"}, "f": {"value": 5}, "g": {"value": "-Infinity", "note": "NaN"}},
    });
    let sent = document("a", 1, members);
    f.store.insert(&f.collection, sent.clone()).await.expect("ok");
    let stored = f.store.get(&f.collection, "a", NOW).await.expect("ok").expect("ok");
    assert_eq!(stored.json, sent.to_json());
    assert_eq!((stored.revision, stored.owner.as_str()), (1, "ada"));
}

async fn a_missing_document_is_none(f: &Fixture) {
    f.insert("a", json!({})).await;
    for id in ["", "b", "A", "a\0", "{\"$ne\":null}", "' OR 1=1 --"] {
        assert_eq!(f.store.get(&f.collection, id, NOW).await.expect("ok"), None, "{id:?}");
    }
}

async fn the_head_of_a_document_is_had_without_it(f: &Fixture) {
    f.insert("a", json!({"at": "2026-01-31T12:00:00Z"})).await;
    let head = |id: &'static str, now| f.store.head(&f.collection, id, now);
    let expected = Head { revision: 1, owner: "ada".into() };
    assert_eq!(head("a", NOW).await, Ok(Some(expected)));
    assert_eq!(head("b", NOW).await, Ok(None));
    assert_eq!(head("a", NOW + Duration::hours(1)).await, Ok(None));
}

async fn a_write_replaces_the_expected_revision_only(f: &Fixture) {
    f.insert("a", json!({"i": 1})).await;
    let first = document("a", 1, json!({"i": 1}));
    let second = update(&first, json!({"i": 2}));
    assert!(f.store.update(&f.collection, second.clone()).await.expect("ok"));
    assert!(!f.store.update(&f.collection, update(&first, json!({"i": 3}))).await.expect("ok"));
    let other = document("b", 1, json!({}));
    assert!(!f.store.update(&f.collection, update(&other, json!({"i": 3}))).await.expect("ok"));
    let second = second.after;
    let stored = f.store.get(&f.collection, "a", NOW).await.expect("ok").expect("ok");
    assert_eq!((stored.json, stored.revision), (second.to_json(), 2));
}

async fn what_changed_in_part_reads_as_if_written_whole(f: &Fixture) {
    let steps = [
        json!({"s": "a", "free": {"a": {"b": 1, "c": [1, 2]}, "d": 0.0}, "x": 1, "results": {"e": {"value": 1}}}),
        json!({"s": "a", "free": {"a": {"b": 2, "c": [1, 2]}, "d": -0.0}, "x": "NaN", "results": {"e": {"value": "Infinity"}}}),
        json!({"s": "a", "free": {"a": {"c": [1, {"z": 1}]}, "d": -0.0, "e": i64::MAX}, "x": "NaN", "results": {"e": {"value": "Infinity"}, "f": {"value": "NaN"}}}),
        json!({"free": {"new": 1, "a": {}}, "x": 2.0, "results": {"f": {"value": -0.0}}, "b": true, "mixed": [null, "NaN"]}),
        json!({"x": 2.0, "b": true, "mixed": [null, "NaN"], "at": "2026-01-31T13:00:00Z", "free": {"0": 1, "10": {"9": 1}}}),
        json!({"x": 2.0, "b": true, "mixed": [null, "NaN"], "free": {"0": 1, "10": {"9": 2, "__proto__": {"é": null}}}}),
        json!({}),
    ];
    let mut current = document("a", 1, steps[0].clone());
    f.store.insert(&f.collection, current.clone()).await.expect("ok");
    for step in &steps[1..] {
        let next = update(&current, step.clone());
        assert!(f.store.update(&f.collection, next.clone()).await.expect("ok"), "{step}");
        current = next.after;
        let stored = f.store.get(&f.collection, "a", NOW).await.expect("ok").expect("ok");
        assert_eq!((stored.json, stored.revision), (current.to_json(), current.meta.revision));
    }
    // The expiry that one of the steps brought went with the next.
    let late = NOW + Duration::days(2);
    assert!(f.store.get(&f.collection, "a", late).await.expect("ok").is_some());
}

async fn a_removal_takes_the_expected_revision_only(f: &Fixture) {
    f.insert("a", json!({})).await;
    assert!(!f.store.remove(&f.collection, "a", removal("a", 2)).await.expect("ok"));
    assert!(f.store.remove(&f.collection, "a", removal("a", 1)).await.expect("ok"));
    assert!(!f.store.remove(&f.collection, "a", removal("a", 1)).await.expect("ok"));
    assert_eq!(f.store.get(&f.collection, "a", NOW).await.expect("ok"), None);
}

async fn one_of_many_writers_of_a_revision_wins(f: &Fixture) {
    f.insert("a", json!({"i": 0})).await;
    let writers = (1..=16).map(|i| {
        let (store, collection) = (Arc::clone(&f.store), Arc::clone(&f.collection));
        let update = update(&document("a", 1, json!({"i": 0})), json!({"i": i}));
        tokio::spawn(async move { store.update(&collection, update).await })
    });
    let writers: Vec<_> = writers.collect();
    let mut won = 0;
    for writer in writers {
        won += i32::from(writer.await.expect("ok").expect("ok"));
    }
    assert_eq!(won, 1);
}

async fn a_unique_index_names_its_fields(f: &Fixture) {
    let conflict = Err(StoreError::Conflict { fields: vec!["key".into(), "part".into()] });
    f.insert("a", json!({"key": "k", "part": 1})).await;
    f.insert("b", json!({"key": "k", "part": 2})).await;
    let double = document("c", 1, json!({"key": "k", "part": 1}));
    assert_eq!(f.store.insert(&f.collection, double).await, conflict);
    let turned = update(&document("b", 1, json!({"key": "k", "part": 2})), json!({"key": "k", "part": 1}));
    assert_eq!(f.store.update(&f.collection, turned).await.map(|_| ()), conflict);
}

async fn a_unique_index_ignores_documents_without_one_of_its_fields(f: &Fixture) {
    for (id, members) in [
        ("a", json!({"key": "k"})),
        ("b", json!({"key": "k"})),
        ("c", json!({"part": 1})),
        ("d", json!({"part": 1})),
    ] {
        f.insert(id, members).await;
    }
    let total = f.store.count(&f.collection, Expr::everything(), NOW).await.expect("ok");
    assert_eq!((total, f.store.estimate(&f.collection, NOW).await.expect("ok")), (4, 4));
}

async fn an_expired_document_is_gone(f: &Fixture) {
    f.insert("a", json!({"at": "2026-01-31T13:00:00+01:00"})).await;
    f.insert("b", json!({})).await;
    let late = NOW + Duration::seconds(60);
    let early = late - Duration::milliseconds(1);
    assert!(f.store.get(&f.collection, "a", early).await.expect("ok").is_some());
    assert!(f.store.get(&f.collection, "a", late).await.expect("ok").is_none());
    assert_eq!(f.store.count(&f.collection, Expr::everything(), early).await.expect("ok"), 2);
    assert_eq!(f.store.count(&f.collection, Expr::everything(), late).await.expect("ok"), 1);
    let short = document("a", 1, json!({"at": "2026-01-31T13:00:00+01:00"}));
    let extended = update(&short, json!({"at": "2026-01-31T13:00:00Z"}));
    assert!(f.store.update(&f.collection, extended).await.expect("ok"));
    assert!(f.store.get(&f.collection, "a", late).await.expect("ok").is_some());
}

async fn preparing_twice_changes_nothing(f: &Fixture) {
    f.insert("a", json!({"s": "x"})).await;
    f.store.prepare(&[Arc::clone(&f.collection)]).await.expect("ok");
    f.store.ping().await.expect("ok");
    let kept: Value =
        serde_json::from_str(&f.store.get(&f.collection, "a", NOW).await.expect("ok").expect("ok").json)
            .expect("ok");
    assert_eq!(kept["s"], "x");
}

async fn a_second_document_of_an_id_is_a_conflict(f: &Fixture) {
    f.insert("a", json!({})).await;
    let refused = f.store.insert(&f.collection, document("a", 1, json!({}))).await;
    assert_eq!(refused, Err(StoreError::Conflict { fields: vec!["_id".into()] }));
}

async fn a_document_may_be_a_hundred_levels_deep(f: &Fixture) {
    // The document and `mixed` are the first two levels.
    let deep = (2..crate::domain::scan::MAX_NESTING).fold(json!([]), |inner, _| json!([inner]));
    assert!(crate::domain::scan::scan(&json!({"mixed": deep}).to_string()).is_empty());
    let sent = document("a", 1, json!({"mixed": deep}));
    f.store.insert(&f.collection, sent.clone()).await.expect("ok");
    assert_eq!(f.store.get(&f.collection, "a", NOW).await.expect("ok").expect("ok").json, sent.to_json());
}

async fn a_document_that_is_nested_too_deep_to_be_read_can_be_removed(f: &Fixture) {
    let deep = (0..150).fold(json!([]), |inner, _| json!([inner]));
    for (id, collection) in [("a", &f.collection), ("b", &f.kept), ("c", &f.bin)] {
        let mut sent = document(id, 1, json!({}));
        sent.members.insert("mixed".into(), deep.clone());
        f.store.insert(collection, sent.clone()).await.expect("ok");
        let stored = f.store.get(collection, id, NOW).await.expect("ok").expect("ok");
        assert!(Document::parse(&stored.json).is_err(), "{id}");
        let meta = Meta::parse(&stored.json).expect("ok");
        assert_eq!(meta, sent.meta);
        let removal = Removal { expected: meta.revision, end: meta.next(NOW), by: "eve".into() };
        assert!(f.store.remove(collection, id, removal).await.expect("ok"), "{id}");
        assert_eq!(f.store.get(collection, id, NOW).await.expect("ok"), None);
    }
}
