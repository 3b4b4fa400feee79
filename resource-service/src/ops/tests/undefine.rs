//! Removals of collections that are stopped at any step and continue when the name has been defined anew.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll};

use serde_json::json;
use service_kit::clock::ManualClock;
use shared_models::artifacts::Artifact;

use super::{claim, discard};
use crate::{
    domain::artifacts::File,
    query::expr::Expr,
    store::{
        Bulk, Fate, Receipt,
        artifacts::DocumentRef,
        contract::{Fixture, NOW, document, on_both_stores},
    },
};

on_both_stores! {
    a_removal_that_was_stopped_at_any_step_takes_nothing_of_what_was_defined_since
}

/// The most steps that a removal is stopped at.
const MOST: usize = 200;

/// Lets `work` run until it has waited so many times, as a process does that is then stopped; what it came to, if it has.
async fn run_until<W: Future>(work: &mut std::pin::Pin<&mut W>, waits: usize) -> Option<W::Output> {
    let mut waited = 0;
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if waited == waits => Poll::Ready(None),
        Poll::Pending => {
            waited += 1;
            Poll::Pending
        }
    })
    .await
}

/// Stores a document, a folder of it, and the answer to a request that is sent again.
async fn fill(f: &Fixture, id: &str, expires_at: time::OffsetDateTime) {
    f.insert(id, json!({})).await;
    let place = DocumentRef { collection: "things", document: id };
    let about = Artifact {
        name: "a.txt".into(),
        size: 4,
        sha256: "0".repeat(64),
        content_type: "text/plain".into(),
        created_at: "2026-01-31T12:00:00.000Z".into(),
        by: "ada".into(),
    };
    let file = File { about, served_as: "text/plain".into(), blob: format!("blob-{id}"), chunk_bytes: 512 };
    assert!(f.store.save_folder(place, &[file], None, "t").await.expect("ok"));
    let answer = Arc::new(|_: &[Fate]| "answer".to_owned());
    let (collection, fingerprint) = ("things".to_owned(), String::new());
    let receipt = Some(Receipt { id: "key".into(), collection, fingerprint, now: NOW, expires_at, answer });
    let bulk = Bulk { documents: vec![document(&format!("{id}-2"), 1, json!({}))], atomic: true, receipt };
    f.store.insert_together(&f.collection, bulk).await.expect("ok");
}

async fn a_removal_that_was_stopped_at_any_step_takes_nothing_of_what_was_defined_since(f: &Fixture) {
    let (store, clock) = (Arc::clone(&f.store), ManualClock::new(NOW));
    let (defined, mut revision) = (Some("{}".to_owned()), 0);
    let expiry = |hours| NOW + time::Duration::hours(hours);
    for stop in 0..MOST {
        assert!(store.define_anew("things", defined.clone(), revision).await.expect("ok"));
        store.prepare(&[Arc::clone(&f.collection)]).await.expect("ok");
        fill(f, "old", expiry(1)).await;
        let removal = revision + 2;
        assert!(store.define_anew("things", None, removal - 1).await.expect("ok"));
        let mut late = pin!(discard(&*store, &clock, &f.collection, removal));
        let ended = run_until(&mut late, stop).await;
        let claimed = claim(&*store, &clock, &f.collection, removal).await.expect("ok");
        assert_eq!(claimed, Some(removal + 1));
        store.prepare(&[Arc::clone(&f.collection)]).await.expect("ok");
        assert!(store.define_anew("things", defined.clone(), removal + 1).await.expect("ok"));
        fill(f, "new", expiry(2)).await;
        let over = ended.is_some();
        if !over {
            late.await.expect("ok");
        }
        let count = store.count(&f.collection, Expr::everything(), NOW).await;
        assert_eq!(count, Ok(2), "stopped after {stop} waits");
        let plan = store.index_plan(&f.collection).await.expect("ok");
        assert!(plan.stored && plan.build.is_empty(), "stopped after {stop} waits: {plan:?}");
        assert_eq!(store.folders("things", "", 10).await, Ok(vec!["new".to_owned()]));
        assert!(store.receipt("key", NOW).await.expect("ok").is_some());
        assert!(store.define_anew("things", None, removal + 2).await.expect("ok"));
        assert_eq!(discard(&*store, &clock, &f.collection, removal + 3).await, Ok(true));
        revision = removal + 3;
        if over {
            return;
        }
    }
    panic!("the removal never ended");
}
