//! What every store must do with many documents at once, and with requests that may be repeated.

use std::sync::Arc;

use serde_json::json;
use time::Duration;

use super::{Fixture, NOW, document, on_both_stores};
use crate::{
    domain::document::Document,
    query::expr::Expr,
    store::{Bulk, BulkEnd, Fate, KeptReceipt, MAX_CONFLICTS, Receipt, StoreError},
};

on_both_stores! {
    of_many_documents_each_is_stored_for_itself
    all_are_stored_or_none
    a_conflict_among_those_sent_is_seen
    many_conflicts_of_a_bulk_are_all_found
    too_many_conflicts_are_given_up
    the_answer_is_kept_in_the_same_step
    one_of_many_senders_of_a_request_writes
    an_expired_receipt_is_none
    what_is_refused_leaves_no_receipt
}

fn keyed(id: &str, key: &str) -> Document {
    document(id, 1, json!({"key": key, "part": 1}))
}

fn conflict() -> Fate {
    Fate::Conflict { fields: vec!["key".into(), "part".into()] }
}

fn bulk(documents: Vec<Document>, atomic: bool) -> Bulk {
    Bulk { documents, atomic, receipt: None }
}

fn receipt(answer: &'static str) -> Receipt {
    let answer = Arc::new(move |fates: &[Fate]| format!("{answer}: {}", fates.len()));
    let (id, fingerprint) = ("request".to_owned(), "body".to_owned());
    Receipt {
        id,
        collection: "things".into(),
        fingerprint,
        now: NOW,
        expires_at: NOW + Duration::hours(1),
        answer,
    }
}

async fn total(f: &Fixture) -> u64 {
    f.store.count(&f.collection, Expr::everything(), NOW).await.expect("ok")
}

async fn of_many_documents_each_is_stored_for_itself(f: &Fixture) {
    f.store.insert(&f.collection, keyed("old", "k1")).await.expect("ok");
    let documents =
        vec![keyed("a", "k0"), keyed("b", "k1"), keyed("c", "k2"), keyed("d", "k2"), keyed("a", "k3")];
    let fates = f.store.insert_each(&f.collection, documents).await.expect("ok");
    let same_id = Fate::Conflict { fields: vec!["_id".into()] };
    assert_eq!(fates, [Fate::Inserted, conflict(), Fate::Inserted, conflict(), same_id]);
    assert_eq!(total(f).await, 3);
    assert_eq!(f.store.insert_each(&f.collection, Vec::new()).await, Ok(Vec::new()));
    let many: Vec<Document> = (0..2_500).map(|n| document(&format!("n{n}"), 1, json!({"i": n}))).collect();
    let fates = f.store.insert_each(&f.collection, many).await.expect("ok");
    assert!(fates.len() == 2_500 && fates.iter().all(|fate| *fate == Fate::Inserted));
    assert_eq!(total(f).await, 2_503);
}

async fn all_are_stored_or_none(f: &Fixture) {
    f.store.insert(&f.collection, keyed("old", "k1")).await.expect("ok");
    let documents = vec![keyed("a", "k0"), keyed("b", "k1"), keyed("c", "k2"), keyed("old", "k3")];
    let refused = f.store.insert_together(&f.collection, bulk(documents, true)).await;
    let same_id = Fate::Conflict { fields: vec!["_id".into()] };
    let fates = vec![Fate::Inserted, conflict(), Fate::Inserted, same_id];
    assert_eq!(refused, Ok(BulkEnd::Refused(fates)));
    assert_eq!(total(f).await, 1);
    let documents = vec![keyed("a", "k0"), keyed("c", "k2")];
    let stored = f.store.insert_together(&f.collection, bulk(documents, true)).await;
    assert_eq!(stored, Ok(BulkEnd::Committed(vec![Fate::Inserted; 2])));
    assert_eq!(total(f).await, 3);
    let nothing = f.store.insert_together(&f.collection, bulk(Vec::new(), true)).await;
    assert_eq!(nothing, Ok(BulkEnd::Committed(Vec::new())));
}

async fn a_conflict_among_those_sent_is_seen(f: &Fixture) {
    let documents = vec![keyed("a", "k"), keyed("b", "k")];
    let refused = f.store.insert_together(&f.collection, bulk(documents.clone(), true)).await;
    assert_eq!(refused, Ok(BulkEnd::Refused(vec![Fate::Inserted, conflict()])));
    assert_eq!(total(f).await, 0);
    let partly = f.store.insert_together(&f.collection, bulk(documents, false)).await;
    assert_eq!(partly, Ok(BulkEnd::Committed(vec![Fate::Inserted, conflict()])));
    assert_eq!(total(f).await, 1);
}

async fn many_conflicts_of_a_bulk_are_all_found(f: &Fixture) {
    for n in 0..9 {
        f.store.insert(&f.collection, keyed(&format!("old{n}"), &format!("k{n}"))).await.expect("ok");
    }
    let mut documents: Vec<Document> =
        (0..300).map(|n| keyed(&format!("n{n}"), &format!("new{n}"))).collect();
    let mut expected = vec![Fate::Inserted; 300];
    for n in 0..9 {
        documents[n * 30] = keyed(&format!("n{}", n * 30), &format!("k{n}"));
        expected[n * 30] = conflict();
    }
    let same_id = Fate::Conflict { fields: vec!["_id".into()] };
    (documents[7], expected[7]) = (keyed("old3", "other"), same_id.clone());
    (documents[8], expected[8]) = (keyed("n1", "another"), same_id);
    (documents[299], expected[299]) = (keyed("n299", "new298"), conflict());
    // What a refused document has is not taken.
    documents[297] = keyed("n297", "another");
    let refused = f.store.insert_together(&f.collection, bulk(documents.clone(), true)).await;
    assert_eq!(refused, Ok(BulkEnd::Refused(expected.clone())));
    let request = Bulk { documents, atomic: false, receipt: Some(receipt("answer")) };
    assert_eq!(f.store.insert_together(&f.collection, request).await, Ok(BulkEnd::Committed(expected)));
    assert_eq!(total(f).await, 9 + 300 - 12);
}

async fn too_many_conflicts_are_given_up(f: &Fixture) {
    let ids: Vec<String> = (0..=MAX_CONFLICTS + 5).map(|n| n.to_string()).collect();
    let documents: Vec<Document> = ids.iter().map(|id| keyed(id, "k")).collect();
    let Ok(BulkEnd::Refused(fates)) = f.store.insert_together(&f.collection, bulk(documents, false)).await
    else {
        panic!("so many conflicts were taken")
    };
    assert_eq!(fates.iter().filter(|fate| **fate == conflict()).count(), MAX_CONFLICTS);
    assert_eq!(total(f).await, 0);
}

async fn the_answer_is_kept_in_the_same_step(f: &Fixture) {
    let request = Bulk { documents: vec![keyed("a", "k0")], atomic: true, receipt: Some(receipt("first")) };
    assert_eq!(f.store.receipt("request", NOW).await, Ok(None));
    let stored = f.store.insert_together(&f.collection, request).await;
    assert_eq!(stored, Ok(BulkEnd::Committed(vec![Fate::Inserted])));
    let kept = KeptReceipt { fingerprint: "body".into(), answer: "first: 1".into() };
    assert_eq!(f.store.receipt("request", NOW).await, Ok(Some(kept)));
    let again = Bulk { documents: vec![keyed("b", "k1")], atomic: true, receipt: Some(receipt("second")) };
    assert_eq!(f.store.insert_together(&f.collection, again).await, Ok(BulkEnd::Repeated));
    assert_eq!(total(f).await, 1);
}

async fn one_of_many_senders_of_a_request_writes(f: &Fixture) {
    let senders = (0..8).map(|n| {
        let (store, collection) = (Arc::clone(&f.store), Arc::clone(&f.collection));
        let documents = vec![document(&n.to_string(), 1, json!({}))];
        let request = Bulk { documents, atomic: true, receipt: Some(receipt("answer")) };
        tokio::spawn(async move { store.insert_together(&collection, request).await })
    });
    let senders: Vec<_> = senders.collect();
    let mut written = 0;
    for sender in senders {
        match sender.await.expect("ok").expect("ok") {
            BulkEnd::Committed(_) => written += 1,
            ended => assert_eq!(ended, BulkEnd::Repeated),
        }
    }
    assert_eq!((written, total(f).await), (1, 1));
}

async fn an_expired_receipt_is_none(f: &Fixture) {
    let request = Bulk { documents: vec![keyed("a", "k0")], atomic: true, receipt: Some(receipt("first")) };
    f.store.insert_together(&f.collection, request).await.expect("ok");
    let late = NOW + Duration::hours(1);
    assert_eq!(f.store.receipt("request", late).await, Ok(None));
    let late = Receipt { now: late, expires_at: late + Duration::hours(1), ..receipt("second") };
    let again = Bulk { documents: vec![keyed("b", "k1")], atomic: true, receipt: Some(late) };
    let stored = f.store.insert_together(&f.collection, again).await;
    assert_eq!(stored, Ok(BulkEnd::Committed(vec![Fate::Inserted])));
    let kept = f.store.receipt("request", NOW + Duration::hours(1)).await.expect("ok").expect("ok");
    assert_eq!(kept.answer, "second: 1");
}

async fn what_is_refused_leaves_no_receipt(f: &Fixture) {
    f.store.insert(&f.collection, keyed("old", "k")).await.expect("ok");
    let request = Bulk { documents: vec![keyed("a", "k")], atomic: true, receipt: Some(receipt("never")) };
    let refused = f.store.insert_together(&f.collection, request).await;
    assert_eq!(refused, Ok(BulkEnd::Refused(vec![conflict()])));
    assert_eq!(f.store.receipt("request", NOW).await, Ok::<_, StoreError>(None));
}
