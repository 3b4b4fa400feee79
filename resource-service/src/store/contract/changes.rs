//! What every store must report of its changes.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{Fixture, Leftover, document, on_both_stores, removal};
use crate::{
    domain::{
        change::{Change, ChangeKind, Position},
        document::Document,
    },
    store::{ChangeLog, LogEntry, StoreError, Update, ends::Course},
};

on_both_stores! {
    changes_come_in_order_with_the_document_before_and_after
    a_reader_goes_on_behind_any_position
    what_was_acknowledged_before_is_behind_the_position_now
    a_write_that_failed_is_no_change
    a_reader_who_has_heard_all_is_told_so
    a_position_that_the_store_has_not_come_to_is_refused
    changes_of_the_collections_that_are_named_are_told_and_no_others
    readers_beside_writers_miss_nothing
}

/// How long a change may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);

impl Fixture {
    async fn now(&self) -> Position {
        self.store.position_now().await.expect("ok")
    }

    async fn behind(&self, position: Position) -> ChangeLog {
        self.of(position, &["things"]).await
    }

    async fn of(&self, position: Position, collections: &[&str]) -> ChangeLog {
        let collections: Vec<Arc<str>> = collections.iter().map(|name| (*name).into()).collect();
        self.store.changes(position, &collections).await.expect("ok")
    }

    async fn replace(&self, id: &str, revision: i64, members: Value) -> bool {
        let update = whole(document(id, revision + 1, members));
        self.store.update(&self.collection, update).await.expect("ok")
    }
}

/// The update that puts `after` in the place of the revision before it.
fn whole(after: Document) -> Update {
    let expected = after.meta.revision - 1;
    Update { after, expected, before: None, by: "eve".into(), course: Course::Unchanged }
}

async fn next_entry(changes: &mut ChangeLog) -> LogEntry {
    timeout(PATIENCE, changes.next()).await.expect("in time").expect("no end").expect("ok")
}

/// The next changes, marks left out.
async fn take(changes: &mut ChangeLog, count: usize) -> Vec<Arc<Change>> {
    let mut taken = Vec::new();
    while taken.len() < count {
        if let LogEntry::Change(change) = next_entry(changes).await {
            taken.push(change);
        }
    }
    taken
}

fn names(changes: &[Arc<Change>]) -> Vec<(&str, &str)> {
    changes.iter().map(|change| (change.kind.name(), change.id.as_str())).collect()
}

async fn changes_come_in_order_with_the_document_before_and_after(f: &Fixture) {
    let start = f.now().await;
    f.insert("a", json!({"i": 1, "x": "NaN"})).await;
    assert!(f.replace("a", 1, json!({"i": 2, "n": 0.1})).await);
    assert!(f.replace("a", 2, json!({"i": 3})).await);
    assert!(f.store.remove(&f.collection, "a", removal("a", 3)).await.expect("ok"));
    let changes = take(&mut f.behind(start).await, 4).await;
    assert_eq!(names(&changes), [("insert", "a"), ("replace", "a"), ("replace", "a"), ("delete", "a")]);
    assert!(changes.is_sorted_by(|a, b| a.position < b.position), "{changes:?}");
    let texts: Vec<String> =
        [(1, json!({"i": 1, "x": "NaN"})), (2, json!({"i": 2, "n": 0.1})), (3, json!({"i": 3}))]
            .map(|(revision, members)| document("a", revision, members).to_json())
            .into();
    for (at, change) in changes.iter().enumerate() {
        let text = |at: Option<usize>| at.and_then(|at| texts.get(at)).map(String::as_str);
        assert_eq!(change.before.as_ref().map(|image| image.json.as_str()), text(at.checked_sub(1)), "{at}");
        assert_eq!(change.after.as_ref().map(|image| image.json.as_str()), text(Some(at)), "{at}");
        assert_eq!(&*change.collection, "things");
    }
    let removed = changes[3].before.as_ref().expect("what was removed");
    assert_eq!((removed.revision, removed.owner.as_str()), (3, "ada"));
}

async fn a_reader_goes_on_behind_any_position(f: &Fixture) {
    let start = f.now().await;
    for id in ["a", "b", "c"] {
        f.insert(id, json!({})).await;
    }
    let changes = take(&mut f.behind(start).await, 3).await;
    let marks = [start, changes[0].position, changes[1].position, changes[2].position];
    f.insert("d", json!({})).await;
    for (received, position) in marks.into_iter().enumerate() {
        // As a client brings it back.
        let position = position.to_string().parse().expect("a position");
        let rest = take(&mut f.behind(position).await, 4 - received).await;
        let expected: Vec<&str> = ["a", "b", "c", "d"].into_iter().skip(received).collect();
        assert_eq!(rest.iter().map(|change| change.id.as_str()).collect::<Vec<_>>(), expected);
    }
}

async fn what_was_acknowledged_before_is_behind_the_position_now(f: &Fixture) {
    for n in 0..5 {
        f.insert(&format!("before-{n}"), json!({})).await;
        let mut changes = f.behind(f.now().await).await;
        f.insert(&format!("after-{n}"), json!({})).await;
        assert_eq!(names(&take(&mut changes, 1).await), [("insert", format!("after-{n}").as_str())]);
    }
}

async fn a_write_that_failed_is_no_change(f: &Fixture) {
    f.insert("a", json!({"key": "k", "part": 1})).await;
    f.insert("b", json!({"key": "k", "part": 2})).await;
    let start = f.now().await;
    assert!(f.store.insert(&f.collection, document("a", 1, json!({}))).await.is_err());
    let turned = document("b", 2, json!({"key": "k", "part": 1}));
    assert!(f.store.update(&f.collection, whole(turned)).await.is_err());
    assert!(!f.replace("a", 7, json!({})).await);
    assert!(!f.store.remove(&f.collection, "a", removal("a", 7)).await.expect("ok"));
    f.insert("c", json!({})).await;
    assert_eq!(names(&take(&mut f.behind(start).await, 1).await), [("insert", "c")]);
}

async fn a_reader_who_has_heard_all_is_told_so(f: &Fixture) {
    let start = f.now().await;
    f.insert("a", json!({})).await;
    let mut changes = f.behind(start).await;
    let LogEntry::Mark(begin) = next_entry(&mut changes).await else { panic!("no mark at the beginning") };
    assert_eq!(begin, start);
    let received = take(&mut changes, 1).await;
    let mark = loop {
        if let LogEntry::Mark(mark) = next_entry(&mut changes).await {
            break mark;
        }
    };
    assert!(mark >= received[0].position, "{mark} {}", received[0].position);
    f.insert("b", json!({})).await;
    assert_eq!(names(&take(&mut f.behind(mark).await, 1).await), [("insert", "b")]);
}

async fn a_position_that_the_store_has_not_come_to_is_refused(f: &Fixture) {
    f.insert("a", json!({})).await;
    let ahead = Position { step: f.now().await.step + (60 << 32), part: 1 };
    // The second is a word that looks like a position.
    for strange in [ahead, "abc".parse().expect("a position"), Position { step: u64::MAX, part: 0 }] {
        let refused = f.store.changes(strange, &["things".into()]).await.err();
        assert_eq!(refused, Some(StoreError::PositionLost), "{strange}");
    }
}

async fn changes_of_the_collections_that_are_named_are_told_and_no_others(f: &Fixture) {
    let mut definition = super::definition();
    definition["name"] = "others".into();
    let others = serde_json::from_value(definition).expect("ok");
    let others = Arc::new(crate::domain::collection::Collection::new(others).expect("ok"));
    f.store.prepare(&[Arc::clone(&others)]).await.expect("ok");
    let start = f.now().await;
    f.store.keep_ticket(super::tickets::ticket("t")).await.expect("ok");
    f.store.insert(&others, document("o", 1, json!({}))).await.expect("ok");
    f.insert("a", json!({})).await;
    for (names, expected) in [
        (&["things", "others"][..], &[("others", "o"), ("things", "a")][..]),
        (&["things", "strangers"], &[("things", "a")]),
    ] {
        let mut stream = f.of(start, names).await;
        let changes = take(&mut stream, expected.len()).await;
        let places: Vec<(&str, &str)> = changes.iter().map(|c| (&*c.collection, c.id.as_str())).collect();
        assert_eq!(places, expected);
    }
    let mut none = f.of(start, &["strangers"]).await;
    let (mut mark, now) = (start, Position { part: 0, ..f.now().await });
    while mark < now {
        let LogEntry::Mark(next) = next_entry(&mut none).await else {
            panic!("a change of another collection")
        };
        mark = next;
    }
}

async fn readers_beside_writers_miss_nothing(f: &Fixture) {
    const WRITERS: usize = 4;
    const EACH: usize = 25;
    let start = f.now().await;
    let writers = (0..WRITERS).map(|writer| {
        let (store, collection) = (Arc::clone(&f.store), Arc::clone(&f.collection));
        tokio::spawn(async move {
            for n in 0..EACH {
                store
                    .insert(&collection, document(&format!("{writer}-{n}"), 1, json!({})))
                    .await
                    .expect("ok");
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    // One reads on, another begins anew behind what it has received after every few changes.
    let whole = take(&mut f.behind(start).await, WRITERS * EACH).await;
    let (mut parts, mut position) = (Vec::new(), start);
    while parts.len() < WRITERS * EACH {
        let part = take(&mut f.behind(position).await, 10).await;
        position = part[9].position;
        parts.extend(part);
    }
    for writer in writers {
        writer.await.expect("ok");
    }
    let ids =
        |changes: &[Arc<Change>]| -> Vec<String> { changes.iter().map(|change| change.id.clone()).collect() };
    assert_eq!(ids(&parts), ids(&whole));
    let distinct: std::collections::BTreeSet<String> = ids(&whole).into_iter().collect();
    assert_eq!(distinct.len(), WRITERS * EACH);
}

#[tokio::test]
async fn mongodb_tells_an_update_with_the_document_as_it_was_right_after() {
    let f = Fixture::mongo().await;
    let Leftover::Database(database) = &f.leftover else { unreachable!() };
    let start = f.now().await;
    f.insert("a", json!({"i": 0})).await;
    let handle = database.collection::<mongodb::bson::Document>("things");
    for i in 1..=3_i64 {
        let update = mongodb::bson::doc! { "$set": { "i": i }, "$inc": { "_revision": 1_i64 } };
        handle.update_one(mongodb::bson::doc! { "_id": "a" }, update).await.expect("ok");
    }
    let changes = take(&mut f.behind(start).await, 4).await;
    for (i, change) in (0_i64..).zip(&changes).skip(1) {
        assert_eq!(change.kind, ChangeKind::Patch);
        let images = [&change.before, &change.after].map(|image| image.as_ref().expect("an image"));
        assert_eq!(images.map(|image| image.value()["i"].as_i64()), [Some(i - 1), Some(i)]);
        assert_eq!(images.map(|image| image.revision), [i, i + 1]);
    }
    f.end().await;
}

#[tokio::test]
async fn mongodb_tells_the_changes_of_a_transaction_one_by_one() {
    let f = Fixture::mongo().await;
    let Leftover::Database(database) = &f.leftover else { unreachable!() };
    f.insert("a", json!({})).await;
    let start = f.now().await;
    let handle = database.collection::<mongodb::bson::Document>("things");
    let mut session = database.client().start_session().await.expect("ok");
    session.start_transaction().await.expect("ok");
    let sample = handle.find_one(mongodb::bson::doc! { "_id": "a" }).await.expect("ok").expect("a document");
    for n in 0..5 {
        let mut document = sample.clone();
        document.insert("_id", format!("t{n}"));
        handle.insert_one(document).session(&mut session).await.expect("ok");
    }
    session.commit_transaction().await.expect("ok");
    let changes = take(&mut f.behind(start).await, 5).await;
    for (at, (part, change)) in (1..).zip(&changes).enumerate() {
        assert_eq!((change.id.as_str(), change.position.part), (format!("t{at}").as_str(), part));
        if at < 4 {
            let rest = take(&mut f.behind(change.position).await, 4 - at).await;
            assert_eq!(rest[0].id, format!("t{}", at + 1));
        }
    }
    f.end().await;
}

#[tokio::test]
async fn mongodb_keeps_images_of_a_collection_that_was_there_before() {
    let f = Fixture::mongo().await;
    let Leftover::Database(database) = &f.leftover else { unreachable!() };
    database.collection::<mongodb::bson::Document>("things").drop().await.expect("ok");
    database.create_collection("things").await.expect("ok");
    f.store.prepare(&[Arc::clone(&f.collection)]).await.expect("ok");
    let start = f.now().await;
    f.insert("a", json!({})).await;
    assert!(f.store.remove(&f.collection, "a", removal("a", 1)).await.expect("ok"));
    assert_eq!(names(&take(&mut f.behind(start).await, 2).await), [("insert", "a"), ("delete", "a")]);
    f.end().await;
}
