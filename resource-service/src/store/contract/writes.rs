//! What every store must do with single documents.

use std::sync::Arc;

use serde_json::{Value, json};
use time::Duration;

use super::{Fixture, NOW, document, on_both_stores};
use crate::{query::expr::Expr, store::StoreError};

on_both_stores! {
    a_document_comes_back_as_the_text_it_was_sent_as
    a_missing_document_is_none
    a_write_replaces_the_expected_revision_only
    a_removal_takes_the_expected_revision_only
    one_of_many_writers_of_a_revision_wins
    a_unique_index_names_its_fields
    a_unique_index_ignores_documents_without_one_of_its_fields
    an_expired_document_is_gone
    preparing_twice_changes_nothing
    a_second_document_of_an_id_is_a_conflict
    a_document_may_be_a_hundred_levels_deep
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

async fn a_write_replaces_the_expected_revision_only(f: &Fixture) {
    f.insert("a", json!({"i": 1})).await;
    let second = document("a", 2, json!({"i": 2}));
    assert!(f.store.replace(&f.collection, second.clone(), 1).await.expect("ok"));
    assert!(!f.store.replace(&f.collection, document("a", 2, json!({"i": 3})), 1).await.expect("ok"));
    assert!(!f.store.replace(&f.collection, document("b", 2, json!({})), 1).await.expect("ok"));
    let stored = f.store.get(&f.collection, "a", NOW).await.expect("ok").expect("ok");
    assert_eq!((stored.json, stored.revision), (second.to_json(), 2));
}

async fn a_removal_takes_the_expected_revision_only(f: &Fixture) {
    f.insert("a", json!({})).await;
    assert!(!f.store.delete(&f.collection, "a", 2).await.expect("ok"));
    assert!(f.store.delete(&f.collection, "a", 1).await.expect("ok"));
    assert!(!f.store.delete(&f.collection, "a", 1).await.expect("ok"));
    assert_eq!(f.store.get(&f.collection, "a", NOW).await.expect("ok"), None);
}

async fn one_of_many_writers_of_a_revision_wins(f: &Fixture) {
    f.insert("a", json!({"i": 0})).await;
    let writers = (1..=16).map(|i| {
        let (store, collection) = (Arc::clone(&f.store), Arc::clone(&f.collection));
        tokio::spawn(async move { store.replace(&collection, document("a", 2, json!({"i": i})), 1).await })
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
    let turned = document("b", 2, json!({"key": "k", "part": 1}));
    assert_eq!(f.store.replace(&f.collection, turned, 1).await.map(|_| ()), conflict);
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
    let extended = document("a", 2, json!({"at": "2026-01-31T13:00:00Z"}));
    assert!(f.store.replace(&f.collection, extended, 1).await.expect("ok"));
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
