//! What every store must say of how much a collection takes.

use serde_json::json;
use shared_models::{artifacts::Artifact, documents::Amount};

use super::{Fixture, document, on_both_stores, removal, update};
use crate::{
    domain::artifacts::File,
    store::{Usage, artifacts::DocumentRef},
};

on_both_stores! {
    documents_versions_and_files_are_counted_by_collection
    a_collection_that_holds_nothing_takes_nothing
}

fn file(name: &str, size: u64) -> File {
    let about = Artifact {
        name: name.into(),
        size,
        sha256: "0".repeat(64),
        content_type: "text/plain".into(),
        created_at: "2026-01-31T12:00:00.000Z".into(),
        by: "ada".into(),
    };
    File { about, served_as: "text/plain".into(), blob: name.into(), chunk_bytes: 512 }
}

async fn documents_versions_and_files_are_counted_by_collection(f: &Fixture) {
    let first = document("a", 1, json!({"s": "x".repeat(1000)}));
    f.store.insert(&f.kept, first.clone()).await.expect("ok");
    let change = update(&first, json!({"s": "short"}));
    assert!(f.store.update(&f.kept, change).await.expect("ok"));
    f.store.insert(&f.kept, document("b", 1, json!({"s": "é"}))).await.expect("ok");
    assert!(f.store.remove(&f.kept, "b", removal("b", 1)).await.expect("ok"));
    f.insert("a", json!({})).await;
    for (collection, id, files) in [
        ("kept", "a", vec![file("one", 5_000_000_000), file("two", 2)]),
        ("kept", "b", vec![file("three", 1)]),
        ("kept-too", "a", vec![file("four", 1)]),
    ] {
        let place = DocumentRef { collection, document: id };
        assert!(f.store.save_folder(place, &files, None, "t").await.expect("ok"));
    }
    let usage = f.store.usage("kept").await.expect("ok");
    assert_eq!(usage.documents.count, 1);
    assert!((100..500).contains(&usage.documents.bytes), "{usage:?}");
    // The long revision of a, what b was, and its removal.
    assert_eq!(usage.versions.count, 3);
    assert!((1100..2500).contains(&usage.versions.bytes), "{usage:?}");
    assert_eq!(usage.artifacts, Amount { count: 3, bytes: 5_000_000_003 });
    let other = f.store.usage(f.collection.name()).await.expect("ok");
    assert_eq!((other.documents.count, other.versions, other.artifacts.count), (1, Amount::default(), 0));
}

async fn a_collection_that_holds_nothing_takes_nothing(f: &Fixture) {
    assert_eq!(f.store.usage("never").await, Ok(Usage::default()));
    assert_eq!(f.store.usage(f.bin.name()).await, Ok(Usage::default()));
}
