//! What every store must do to remove documents for good.

use std::sync::Arc;

use serde_json::json;
use time::Duration;

use super::{Fixture, NOW, document, on_both_stores, removal, update};
use crate::{
    domain::{collection::Collection, document::Document},
    store::{
        Bulk, Fate, Receipt, Usage,
        purges::{ERASED_AT_ONCE, Expiring, Purge},
    },
};

on_both_stores! {
    a_purged_document_is_read_by_nobody_from_then_on
    a_removed_document_is_purged_by_the_revision_of_its_removal
    a_purge_of_another_revision_changes_nothing
    of_many_who_purge_or_restore_one_wins
    what_an_earlier_definition_kept_is_purged_by_its_newest_revision
    revisions_go_in_steps_and_only_those_of_the_document
    answers_that_repeat_a_document_are_emptied_and_no_others
}

fn note(collection: &Collection, id: &str) -> Purge {
    Purge { collection: collection.name().to_owned(), document: id.to_owned() }
}

/// A document of two revisions.
async fn revised(f: &Fixture, collection: &Arc<Collection>, id: &str) -> Document {
    let first = document(id, 1, json!({"i": 1}));
    f.store.insert(collection, first.clone()).await.expect("ok");
    let second = update(&first, json!({"i": 2}));
    assert!(f.store.update(collection, second.clone()).await.expect("ok"));
    second.after
}

async fn purge(f: &Fixture, collection: &Arc<Collection>, id: &str, expected: i64) -> bool {
    f.store.purge(collection, id, expected, NOW).await.expect("ok")
}

async fn noted(f: &Fixture) -> Vec<Purge> {
    f.store.purges(NOW + Duration::milliseconds(1), 10).await.expect("ok")
}

async fn a_purged_document_is_read_by_nobody_from_then_on(f: &Fixture) {
    for collection in [&f.collection, &f.kept, &f.bin] {
        revised(f, collection, "a").await;
        revised(f, collection, "b").await;
        assert!(purge(f, collection, "a", 2).await);
        assert_eq!(f.store.get(collection, "a", NOW).await, Ok(None));
        assert_eq!(f.store.versions(collection, "a", None, 10).await, Ok(Vec::new()));
        assert!(f.store.get(collection, "b", NOW).await.expect("ok").is_some());
        assert!(!f.store.versions(collection, "b", None, 10).await.expect("ok").is_empty());
        assert!(!purge(f, collection, "a", 2).await, "it is gone");
        assert_eq!(f.store.purges(NOW, 10).await, Ok(Vec::new()), "nothing was noted before");
        assert_eq!(noted(f).await, [note(collection, "a")]);
        f.store.settle_purge(&note(collection, "a")).await.expect("ok");
        assert_eq!(noted(f).await, []);
    }
}

async fn a_removed_document_is_purged_by_the_revision_of_its_removal(f: &Fixture) {
    for collection in [&f.kept, &f.bin] {
        revised(f, collection, "a").await;
        assert!(f.store.remove(collection, "a", removal("a", 2)).await.expect("ok"));
        assert!(!purge(f, collection, "a", 2).await);
        assert!(purge(f, collection, "a", 3).await);
        assert_eq!(f.store.versions(collection, "a", None, 10).await, Ok(Vec::new()));
        let back = document("a", 4, json!({"i": 2}));
        assert_eq!(f.store.restore(collection, back, "eve").await, Ok(false));
        assert_eq!(f.store.get(collection, "a", NOW).await, Ok(None));
        f.store.settle_purge(&note(collection, "a")).await.expect("ok");
    }
}

async fn a_purge_of_another_revision_changes_nothing(f: &Fixture) {
    for collection in [&f.collection, &f.kept] {
        revised(f, collection, "a").await;
        for expected in [0, 1, 3] {
            assert!(!purge(f, collection, "a", expected).await, "{expected}");
        }
        assert_eq!(noted(f).await, []);
        assert!(f.store.get(collection, "a", NOW).await.expect("ok").is_some());
    }
    // A removal that was undone is none.
    assert!(f.store.remove(&f.kept, "a", removal("a", 2)).await.expect("ok"));
    assert!(f.store.restore(&f.kept, document("a", 4, json!({})), "eve").await.expect("ok"));
    assert!(!purge(f, &f.kept, "a", 3).await);
    assert_eq!(f.store.versions(&f.kept, "a", None, 10).await.expect("ok").len(), 4);
}

async fn of_many_who_purge_or_restore_one_wins(f: &Fixture) {
    revised(f, &f.kept, "a").await;
    assert!(f.store.remove(&f.kept, "a", removal("a", 2)).await.expect("ok"));
    let racers = (0..8).map(|n| {
        let (store, kept) = (Arc::clone(&f.store), Arc::clone(&f.kept));
        tokio::spawn(async move {
            if n % 2 == 0 {
                store.purge(&kept, "a", 3, NOW).await
            } else {
                store.restore(&kept, document("a", 4, json!({})), "eve").await
            }
        })
    });
    let mut won = 0;
    for racer in racers.collect::<Vec<_>>() {
        won += i32::from(racer.await.expect("ok").is_ok_and(|won| won));
    }
    assert_eq!(won, 1);
    let there = f.store.get(&f.kept, "a", NOW).await.expect("ok").is_some();
    assert_ne!(there, noted(f).await.len() == 1);
}

async fn revisions_go_in_steps_and_only_those_of_the_document(f: &Fixture) {
    let mut current = document("a", 1, json!({"i": 0}));
    f.store.insert(&f.kept, current.clone()).await.expect("ok");
    for i in 0..=i64::try_from(ERASED_AT_ONCE).expect("ok") {
        let next = update(&current, json!({"i": i}));
        assert!(f.store.update(&f.kept, next.clone()).await.expect("ok"));
        current = next.after;
    }
    revised(f, &f.kept, "aa").await;
    let ids = ["a".to_owned(), "never".to_owned()];
    assert_eq!(f.store.erase("kept", &ids).await, Ok(false));
    assert_eq!(f.store.get(&f.kept, "a", NOW).await, Ok(None));
    assert_eq!(f.store.erase("kept", &ids).await, Ok(true));
    assert_eq!(f.store.erase("kept", &ids).await, Ok(true));
    assert_eq!(f.store.versions(&f.kept, "a", None, 1000).await, Ok(Vec::new()));
    assert_eq!(f.store.versions(&f.kept, "aa", None, 10).await.expect("ok").len(), 2);
    let Usage { documents, versions, .. } = f.store.usage("kept").await.expect("ok");
    assert_eq!((documents.count, versions.count), (1, 1));
    assert_eq!(f.store.erase("nowhere", &ids).await, Ok(true));
}

async fn answers_that_repeat_a_document_are_emptied_and_no_others(f: &Fixture) {
    let hour = |hours| NOW + Duration::hours(hours);
    let keep = async |id: &str, collection: &str, answer: &'static str, expires_at| {
        let (id, collection, fingerprint) = (id.to_owned(), collection.to_owned(), "f".to_owned());
        let answer = Arc::new(move |_: &[Fate]| answer.to_owned());
        let receipt = Some(Receipt { id, collection, fingerprint, now: NOW, expires_at, answer });
        let bulk = Bulk { documents: Vec::new(), atomic: true, receipt };
        f.store.insert_together(&f.collection, bulk).await.expect("ok");
    };
    keep("its", "things", r#"{"_id":"doc-1","i":1}"#, hour(24)).await;
    keep("many", "things", r#"[{"_id":"doc.2"},{"_id":"doc-3"}]"#, hour(24)).await;
    keep("other", "things", r#"{"_id":"docx2"}"#, hour(24)).await;
    keep("elsewhere", "kept", r#"{"_id":"doc-1"}"#, hour(24)).await;
    keep("later", "things", r#"{"_id":"doc-1"}"#, hour(48)).await;
    let ids = ["doc-1".to_owned(), "doc.2".to_owned()];
    let expiring = Expiring { from: hour(23), to: hour(25) };
    f.store.erase_traces("things", &ids, expiring).await.expect("ok");
    for (id, emptied) in
        [("its", true), ("many", true), ("other", false), ("elsewhere", false), ("later", false)]
    {
        let kept = f.store.receipt(id, NOW).await.expect("ok").expect("a receipt");
        assert_eq!((kept.fingerprint.as_str(), kept.answer.is_empty()), ("f", emptied), "{id}");
    }
}

async fn what_an_earlier_definition_kept_is_purged_by_its_newest_revision(f: &Fixture) {
    let mut definition = f.kept.definition.clone();
    definition.versioned = false;
    let keeps_nothing = Arc::new(Collection::new(definition).expect("ok"));
    for id in ["removed", "deleted", "live"] {
        revised(f, &f.kept, id).await;
    }
    assert!(f.store.remove(&f.kept, "removed", removal("removed", 2)).await.expect("ok"));
    assert!(f.store.remove(&keeps_nothing, "deleted", removal("deleted", 2)).await.expect("ok"));
    let remains = async |id: &str| {
        let found = f.store.remains(&keeps_nothing, id).await.expect("ok");
        found.map(|remains| (remains.newest.revision, remains.newest.owner, remains.restorable))
    };
    assert_eq!(remains("removed").await, Some((3, "ada".to_owned(), true)));
    assert_eq!(remains("deleted").await, Some((1, "ada".to_owned(), false)));
    assert_eq!((remains("live").await, remains("never").await), (None, None));
    for (id, wrong, right) in [("removed", 2, 3), ("deleted", 2, 1), ("live", 1, 2)] {
        assert!(!purge(f, &keeps_nothing, id, wrong).await, "{id}");
        assert!(purge(f, &keeps_nothing, id, right).await, "{id}");
        assert_eq!(remains(id).await, None, "{id}");
        assert_eq!(f.store.erase("kept", &[id.to_owned()]).await, Ok(true));
    }
    assert_eq!(f.store.usage("kept").await.expect("ok"), Usage::default());
}
