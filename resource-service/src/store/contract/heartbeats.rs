//! What every store must do with heartbeats: rare, conditional, and no revision.

use std::sync::Arc;

use futures_util::{StreamExt as _, future::join_all};
use serde_json::{Value, json};
use time::Duration;

use super::{Fixture, NOW, document, on_both_stores};
use crate::{
    domain::{
        catalog::Catalog,
        collection::Collection,
        document::Document,
        heartbeat::{HEARTBEAT, INTERVAL, heartbeat_of},
    },
    query::{parse::Query, timestamp},
    store::{Beat, LogEntry, Selection, Update, Writer, ends::Course},
};

on_both_stores! {
    a_heartbeat_is_set_once_an_interval_and_makes_no_revision
    a_write_of_the_owner_is_a_heartbeat_while_the_calculation_is_running
    a_write_of_a_stranger_is_none
    a_write_from_before_a_heartbeat_is_refused_and_sets_none_back
    a_heartbeat_is_found_by_its_time_and_told_to_nobody
    of_many_replicas_one_sets_it
}

async fn calculations(f: &Fixture) -> Arc<Collection> {
    let catalog = Catalog::built_in().expect("ok");
    let collection = Arc::clone(catalog.get("calculations").expect("a collection"));
    f.store.prepare(&[Arc::clone(&collection)]).await.expect("ok");
    collection
}

fn calculation(id: &str, status: &str) -> Document {
    let members =
        json!({"name": id, "code": {"name": "c"}, "status": status, "parameters": {"x": 1.0, "big": 1e300}});
    let Value::Object(members) = members else { unreachable!() };
    Document { members, ..document(id, 1, json!({})) }
}

fn beat(calculation: &str, by: Writer) -> Beat {
    Beat { calculation: calculation.into(), by }
}

fn by_job(calculation: &str) -> Beat {
    beat(calculation, Writer::Job)
}

fn by_owner(calculation: &str) -> Beat {
    beat(calculation, Writer::Subject("ada".into()))
}

async fn heartbeat(f: &Fixture, collection: &Arc<Collection>, id: &str) -> Option<String> {
    let found = f.store.get(collection, id, NOW).await.expect("ok").expect("a document");
    heartbeat_of(&found.json)
}

async fn a_heartbeat_is_set_once_an_interval_and_makes_no_revision(f: &Fixture) {
    let collection = calculations(f).await;
    let made = calculation("c", "planned");
    f.store.insert(&collection, made.clone()).await.expect("ok");
    for (after, set) in [(0, 1), (0, 0), (29, 0), (30, 1), (20, 0), (61, 1)] {
        let at = NOW + Duration::seconds(after);
        assert_eq!(f.store.beat(&collection, &[by_job("c")], at).await, Ok(set), "after {after} s");
    }
    let found = f.store.get(&collection, "c", NOW).await.expect("ok").expect("a document");
    let found = Document::parse(&found.json).expect("ok");
    let mut expected = made;
    let last = timestamp(NOW + Duration::seconds(61));
    expected.members.insert(HEARTBEAT.into(), last.into());
    assert_eq!(found, expected, "nothing else has changed");
    let versions = f.store.versions(&collection, "c", None, 10).await.expect("ok");
    assert_eq!(versions.iter().map(|version| version.revision).collect::<Vec<_>>(), [1]);
    assert_eq!(f.store.beat(&collection, &[by_job("none")], NOW).await, Ok(0));
    assert_eq!(f.store.beat(&collection, &[], NOW).await, Ok(0));
}

async fn a_write_of_the_owner_is_a_heartbeat_while_the_calculation_is_running(f: &Fixture) {
    let collection = calculations(f).await;
    for status in ["planned", "running", "finished"] {
        f.store.insert(&collection, calculation(status, status)).await.expect("ok");
    }
    let beats = ["planned", "running", "finished"].map(by_owner);
    assert_eq!(f.store.beat(&collection, &beats, NOW).await, Ok(1));
    assert_eq!(heartbeat(f, &collection, "running").await, Some(timestamp(NOW)));
    assert_eq!(heartbeat(f, &collection, "planned").await, None);
}

async fn a_write_of_a_stranger_is_none(f: &Fixture) {
    let collection = calculations(f).await;
    f.store.insert(&collection, calculation("c", "running")).await.expect("ok");
    let by_stranger = beat("c", Writer::Subject("eve".into()));
    assert_eq!(f.store.beat(&collection, std::slice::from_ref(&by_stranger), NOW).await, Ok(0));
    assert_eq!(heartbeat(f, &collection, "c").await, None);
    // Beside a write of the owner it changes nothing either.
    assert_eq!(f.store.beat(&collection, &[by_stranger, by_owner("c")], NOW).await, Ok(1));
    assert_eq!(heartbeat(f, &collection, "c").await, Some(timestamp(NOW)));
}

async fn a_write_from_before_a_heartbeat_is_refused_and_sets_none_back(f: &Fixture) {
    let collection = calculations(f).await;
    let first = calculation("c", "running");
    f.store.insert(&collection, first.clone()).await.expect("ok");
    for patch in [true, false] {
        let read = f.store.get(&collection, "c", NOW).await.expect("ok").expect("a document");
        let read = Document::parse(&read.json).expect("ok");
        let at = NOW + INTERVAL * i32::try_from(read.meta.revision).expect("ok");
        assert_eq!(f.store.beat(&collection, &[by_job("c")], at).await, Ok(1));
        let update = |from: &Document| {
            let mut after = from.clone();
            after.meta.revision += 1;
            after.members.insert("host".into(), format!("n{patch}").into());
            let before = Some(from.members.clone()).filter(|_| patch);
            Update {
                after,
                expected: from.meta.revision,
                before,
                by: "eve".into(),
                course: Course::Unchanged,
            }
        };
        assert_eq!(f.store.update(&collection, update(&read)).await, Ok(false));
        let again = f.store.get(&collection, "c", NOW).await.expect("ok").expect("a document");
        let again = Document::parse(&again.json).expect("ok");
        assert_eq!(again.meta.revision, read.meta.revision);
        assert_eq!(f.store.update(&collection, update(&again)).await, Ok(true));
        assert_eq!(heartbeat(f, &collection, "c").await, Some(timestamp(at)));
        // The time by which it is found is still that one.
        assert_eq!(found(f, &collection, &format!("heartbeat_at={}", timestamp(at))).await, ["c"]);
    }
}

async fn found(f: &Fixture, collection: &Arc<Collection>, text: &str) -> Vec<String> {
    let pairs: Vec<(String, String)> =
        text.split('&').filter_map(|pair| pair.split_once('=')).map(|(a, b)| (a.into(), b.into())).collect();
    let query = Query::parse(&collection.target(), &pairs).expect("ok");
    let selection =
        Selection { filter: query.filter, order: query.order, projection: None, limit: query.limit };
    let listed = f.store.list(collection, selection, NOW).await.expect("ok").documents;
    listed.iter().map(|json| Document::parse(json).expect("ok").meta.id).collect()
}

async fn a_heartbeat_is_found_by_its_time_and_told_to_nobody(f: &Fixture) {
    let collection = calculations(f).await;
    for id in ["a", "b", "c"] {
        f.store.insert(&collection, calculation(id, "running")).await.expect("ok");
    }
    let start = f.store.position_now().await.expect("ok");
    assert_eq!(f.store.beat(&collection, &[by_job("b")], NOW).await, Ok(1));
    assert_eq!(f.store.beat(&collection, &[by_owner("a")], NOW + Duration::seconds(5)).await, Ok(1));
    let silent = format!("status=running&heartbeat_at[lt]={}", timestamp(NOW + Duration::seconds(1)));
    assert_eq!(found(f, &collection, &silent).await, ["b"]);
    assert_eq!(found(f, &collection, "heartbeat_at[gte]=2026-01-31T13:00:05+01:00").await, ["a"]);
    assert_eq!(found(f, &collection, "heartbeat_at[exists]=false").await, ["c"]);
    assert_eq!(found(f, &collection, "sort=-heartbeat_at").await, ["a", "b", "c"]);
    assert_eq!(f.store.mend(&collection).await, Ok(0), "its key is kept beside it");

    f.store.insert(&collection, calculation("d", "planned")).await.expect("ok");
    let mut changes = f.store.changes(start, &["calculations".into()]).await.expect("ok");
    loop {
        if let LogEntry::Change(change) = changes.next().await.expect("endless").expect("ok") {
            assert_eq!(change.id, "d", "a heartbeat is no change");
            break;
        }
    }
}

async fn of_many_replicas_one_sets_it(f: &Fixture) {
    let collection = calculations(f).await;
    f.store.insert(&collection, calculation("c", "running")).await.expect("ok");
    let beats = [by_job("c"), by_owner("c")];
    let replicas = (0..8).map(|_| f.store.beat(&collection, &beats, NOW));
    let set: u64 = join_all(replicas).await.into_iter().map(|set| set.expect("ok")).sum();
    assert_eq!(set, 1);
}
