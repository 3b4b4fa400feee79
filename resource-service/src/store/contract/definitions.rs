//! What every store must do with definitions, and with the indexes they declare.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{Fixture, Leftover, NOW, collection, definition, document, on_both_stores};
use crate::{
    domain::collection::Collection,
    query::expr::Expr,
    store::{Bulk, Fate, LogEntry, Receipt, StoreError, definitions::StoredDefinition},
};

on_both_stores! {
    a_definition_is_written_over_the_expected_revision_only
    one_of_many_writers_of_a_definition_wins
    a_definition_that_was_taken_away_keeps_its_revision
    what_lay_before_a_removal_is_not_of_the_next_collection
    a_plan_tells_what_would_be_made_and_dropped_and_changes_nothing
    indexes_that_are_declared_no_longer_are_dropped
    documents_do_not_expire_once_the_definition_says_so
    duplicates_are_told_with_their_values_and_ids
    duplicates_of_numbers_and_booleans_are_those_that_the_index_would_refuse
    a_unique_index_is_not_made_over_duplicates
    a_unique_index_of_an_older_definition_is_named_by_its_fields
    a_unique_index_follows_the_type_of_its_field
    a_cleared_collection_is_empty_and_can_be_used_again
    nothing_is_planned_against_a_collection_that_was_never_there
}

/// How long a change may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);

/// The collection with another set of indexes.
fn with_indexes(indexes: Value) -> Arc<Collection> {
    let mut changed = definition();
    changed["indexes"] = indexes;
    made(changed)
}

fn made(definition: Value) -> Arc<Collection> {
    Arc::new(Collection::new(serde_json::from_value(definition).expect("ok")).expect("ok"))
}

async fn total(f: &Fixture, collection: &Arc<Collection>) -> u64 {
    f.store.count(collection, Expr::everything(), NOW).await.expect("ok")
}

async fn a_definition_is_written_over_the_expected_revision_only(f: &Fixture) {
    assert_eq!(f.store.definitions().await, Ok(vec![]));
    assert_eq!(f.store.definition_revisions().await, Ok(BTreeMap::new()));
    let text = |n: i32| Some(format!("{{\"$schema\": \"a.b\", \"'\": \"é\u{1F600}\", \"n\": {n}}}"));
    assert_eq!(f.store.define("a", text(0), 1).await, Ok(false));
    assert_eq!(f.store.define("a", text(1), 0).await, Ok(true));
    assert_eq!(f.store.define("a", text(2), 0).await, Ok(false));
    assert_eq!(f.store.define("b", text(3), 0).await, Ok(true));
    assert_eq!(f.store.define("a", text(4), 2).await, Ok(false));
    assert_eq!(f.store.define("a", text(5), 1).await, Ok(true));
    let stored = |name: &str, revision, n| StoredDefinition {
        name: name.into(),
        revision,
        text: text(n),
        begins: None,
    };
    assert_eq!(f.store.definitions().await, Ok(vec![stored("a", 2, 5), stored("b", 1, 3)]));
    let revisions = BTreeMap::from([("a".to_owned(), 2), ("b".to_owned(), 1)]);
    assert_eq!(f.store.definition_revisions().await, Ok(revisions));
}

async fn one_of_many_writers_of_a_definition_wins(f: &Fixture) {
    for expected in 0..2 {
        let writers = (0..16).map(|n| {
            let store = Arc::clone(&f.store);
            tokio::spawn(async move { store.define("a", Some(n.to_string()), expected).await })
        });
        let writers: Vec<_> = writers.collect();
        let mut won = 0;
        for writer in writers {
            won += i32::from(writer.await.expect("ok").expect("ok"));
        }
        assert_eq!(won, 1, "over revision {expected}");
    }
}

async fn a_definition_that_was_taken_away_keeps_its_revision(f: &Fixture) {
    assert_eq!(f.store.define("a", Some("x".into()), 0).await, Ok(true));
    assert_eq!(f.store.define("a", None, 1).await, Ok(true));
    let gone = StoredDefinition { name: "a".into(), revision: 2, text: None, begins: None };
    assert_eq!(f.store.definitions().await, Ok(vec![gone]));
    assert_eq!(f.store.define("a", Some("y".into()), 0).await, Ok(false));
    assert_eq!(f.store.define("a", Some("y".into()), 2).await, Ok(true));
    assert_eq!(f.store.definition_revisions().await.expect("ok")["a"], 3);
}

async fn what_lay_before_a_removal_is_not_of_the_next_collection(f: &Fixture) {
    let stored = async || f.store.definitions().await.expect("ok").remove(0);
    let now = async || f.store.position_now().await.expect("ok");
    assert_eq!(f.store.define("things", Some("x".into()), 0).await, Ok(true));
    f.insert("a", json!({})).await;
    let followed = now().await;
    assert_eq!(f.store.define_anew("things", None, 2).await, Ok(false));
    assert_eq!(stored().await.begins, None);
    let mut before = followed;
    for (revision, text) in [(1, None), (2, Some("y".to_owned()))] {
        assert_eq!(f.store.define_anew("things", text.clone(), revision).await, Ok(true));
        let (found, after) = (stored().await, now().await);
        let begins = found.begins.expect("a position");
        assert_eq!((found.revision, found.text), (revision + 1, text));
        assert!(before <= begins && begins < after, "{before} <= {begins} < {after}");
        before = after;
    }
    // What is made from then on is received by a reader that begins right there.
    let begins = stored().await.begins.expect("a position");
    f.insert("b", json!({})).await;
    let mut changes = f.store.changes(before, &["things".into()]).await.expect("ok");
    let next = loop {
        let entry = timeout(PATIENCE, changes.next()).await.expect("in time").expect("no end").expect("ok");
        if let LogEntry::Change(change) = entry {
            break change;
        }
    };
    assert_eq!(next.id, "b");
    // Another definition of the same collection changes nothing of it.
    assert_eq!(f.store.define("things", Some("z".into()), 3).await, Ok(true));
    assert_eq!(stored().await.begins, Some(begins));
}

async fn a_plan_tells_what_would_be_made_and_dropped_and_changes_nothing(f: &Fixture) {
    let same = f.store.index_plan(&f.collection).await.expect("ok");
    assert_eq!((same.stored, same.build.len(), same.drop.len()), (true, 0, 0), "{same:?}");
    let changed = with_indexes(json!([{"keys": {"key": 1}, "unique": true}, {"keys": {"s": 1}}]));
    for _ in 0..2 {
        let plan = f.store.index_plan(&changed).await.expect("ok");
        assert_eq!(plan.build, ["unique+key"]);
        let mut drop = plan.drop;
        // SQLite makes neither.
        drop.retain(|name| name != "_expires_at" && name != "index+labels.*");
        assert_eq!(
            drop,
            [
                "index+at:instant+_id",
                "index+free.a+_id",
                "index+results.e.value+_id",
                "index+x+_id",
                "index-i+s+_id",
                "unique+key+part:number"
            ]
        );
    }
}

async fn indexes_that_are_declared_no_longer_are_dropped(f: &Fixture) {
    f.insert("a", json!({"key": "k", "part": 1})).await;
    let changed = with_indexes(json!([{"keys": {"b": 1}}, {"keys": {"s": 1}}]));
    f.store.prepare(&[Arc::clone(&changed)]).await.expect("ok");
    // Until they are dropped both definitions can be served.
    let double = f.store.insert(&f.collection, document("b", 1, json!({"key": "k", "part": 1}))).await;
    assert!(matches!(double, Err(StoreError::Conflict { .. })), "{double:?}");
    for _ in 0..2 {
        f.store.drop_undeclared(&changed).await.expect("ok");
    }
    let plan = f.store.index_plan(&changed).await.expect("ok");
    assert_eq!((plan.build.len(), plan.drop.len()), (0, 0), "{plan:?}");
    f.store.insert(&changed, document("b", 1, json!({"key": "k", "part": 1}))).await.expect("ok");
    assert_eq!(total(f, &changed).await, 2);
}

async fn documents_do_not_expire_once_the_definition_says_so(f: &Fixture) {
    f.insert("a", json!({"at": "2026-01-31T11:00:00Z"})).await;
    assert_eq!(total(f, &f.collection).await, 0);
    let lasting = with_indexes(json!([{"keys": {"at": 1}}]));
    f.store.prepare(&[Arc::clone(&lasting)]).await.expect("ok");
    f.store.drop_undeclared(&lasting).await.expect("ok");
    assert_eq!(total(f, &lasting).await, 1);
    assert!(f.store.get(&lasting, "a", NOW).await.expect("ok").is_some());
    assert!(!f.store.index_plan(&lasting).await.expect("ok").drop.contains(&"_expires_at".to_owned()));
}

async fn duplicates_are_told_with_their_values_and_ids(f: &Fixture) {
    for n in 0..12 {
        f.insert(&format!("t{n:02}"), json!({"s": "twelve", "i": n})).await;
    }
    for (id, s) in [
        ("a", json!("two")),
        ("b", json!("two")),
        ("c", json!("one")),
        ("d", Value::Null),
        ("e", Value::Null),
    ] {
        f.insert(id, json!({"s": s})).await;
    }
    f.insert("f", json!({})).await;
    f.insert("g", json!({})).await;
    let unique = with_indexes(json!([{"keys": {"s": 1}, "unique": true}]));
    let found = f.store.duplicates(&unique, &unique.indexes[0], 100).await.expect("ok");
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!((found[0].values.clone(), found[0].documents), (vec![("s".into(), json!("twelve"))], 12));
    assert_eq!(found[0].ids, (0..10).map(|n| format!("t{n:02}")).collect::<Vec<_>>());
    assert_eq!((found[1].ids.clone(), found[1].documents), (vec!["a".into(), "b".into()], 2));
    let found = f.store.duplicates(&unique, &unique.indexes[0], 1).await.expect("ok");
    assert_eq!(found.len(), 1);
    let apart = with_indexes(json!([{"keys": {"s": 1, "i": -1}, "unique": true}]));
    assert_eq!(f.store.duplicates(&apart, &apart.indexes[0], 100).await, Ok(vec![]));
}

async fn duplicates_of_numbers_and_booleans_are_those_that_the_index_would_refuse(f: &Fixture) {
    for (id, members) in [
        ("a", json!({"n": 1, "b": true, "part": i64::MAX})),
        ("b", json!({"n": 1.0, "b": true, "part": i64::MAX})),
        ("c", json!({"n": 0.5, "b": false, "part": i64::MAX - 1})),
        ("d", json!({"n": 0.25, "part": i64::MAX - 2})),
    ] {
        f.insert(id, members).await;
    }
    for (field, value) in [("n", json!(1)), ("b", json!(true)), ("part", json!(i64::MAX))] {
        let mut wanted = definition();
        wanted["indexes"] = json!([{"keys": {field: 1}, "unique": true}]);
        let unique = made(wanted);
        let found = f.store.duplicates(&unique, &unique.indexes[0], 100).await.expect("ok");
        assert_eq!(found.len(), 1, "{field}: {found:?}");
        assert_eq!(found[0].values[0].1.as_f64(), value.as_f64(), "{field}");
        assert_eq!(found[0].values[0].1.as_bool(), value.as_bool(), "{field}");
        assert_eq!(found[0].ids, ["a", "b"]);
        let refused = f.store.prepare(&[unique]).await;
        assert!(matches!(refused, Err(StoreError::Unindexable { .. })), "{field}: {refused:?}");
    }
}

async fn a_unique_index_is_not_made_over_duplicates(f: &Fixture) {
    f.insert("a", json!({"s": "x"})).await;
    f.insert("b", json!({"s": "x"})).await;
    let unique = with_indexes(json!([{"keys": {"s": 1}, "unique": true}]));
    let refused = f.store.prepare(&[Arc::clone(&unique)]).await;
    let why = "agree in s, which must be unique".to_owned();
    assert_eq!(refused, Err(StoreError::Unindexable { collection: "things".into(), why }));
    assert_eq!(f.store.index_plan(&unique).await.expect("ok").build, ["unique+s"]);
    f.store.remove(&f.collection, "b", super::removal("b", 1)).await.expect("ok");
    f.store.prepare(&[Arc::clone(&unique)]).await.expect("ok");
    assert_eq!(f.store.index_plan(&unique).await.expect("ok").build, [""; 0]);
}

async fn a_unique_index_of_an_older_definition_is_named_by_its_fields(f: &Fixture) {
    let newer = with_indexes(json!([]));
    f.insert("a", json!({"key": "k", "part": 1})).await;
    let double = f.store.insert(&newer, document("b", 1, json!({"key": "k", "part": 1}))).await;
    assert_eq!(double, Err(StoreError::Conflict { fields: vec!["key".into(), "part".into()] }));
}

async fn a_unique_index_follows_the_type_of_its_field(f: &Fixture) {
    f.insert("a", json!({"key": "k", "part": 1})).await;
    let mut other = definition();
    other["schema"]["properties"]["key"] = json!({"type": "integer"});
    other["indexes"] = json!([{"keys": {"key": 1, "part": 1}, "unique": true}, {"keys": {"s": 1}}]);
    other["schema"]["properties"]["s"] = json!({"type": ["number", "string"], "format": "ieee754"});
    let other = made(other);
    f.store.prepare(&[Arc::clone(&other)]).await.expect("ok");
    f.store.drop_undeclared(&other).await.expect("ok");
    let plan = f.store.index_plan(&other).await.expect("ok");
    assert_eq!((plan.build.len(), plan.drop.len()), (0, 0), "{plan:?}");
    let mut number = document("b", 1, json!({}));
    number.members.insert("key".into(), json!(7));
    number.members.insert("part".into(), json!(1));
    f.store.insert(&other, number.clone()).await.expect("ok");
    number.meta.id = "c".into();
    let double = f.store.insert(&other, number).await;
    assert_eq!(double, Err(StoreError::Conflict { fields: vec!["key".into(), "part".into()] }));
}

async fn a_cleared_collection_is_empty_and_can_be_used_again(f: &Fixture) {
    let inserts = (0..501).map(|n| {
        let (store, collection) = (Arc::clone(&f.store), Arc::clone(&f.collection));
        let document = document(&n.to_string(), 1, json!({"key": "k", "part": n}));
        tokio::spawn(async move { store.insert(&collection, document).await })
    });
    for insert in inserts.collect::<Vec<_>>() {
        insert.await.expect("ok").expect("ok");
    }
    let keep = async |id: &str, collection: &str| {
        let (id, collection, fingerprint) = (id.to_owned(), collection.to_owned(), String::new());
        let expires_at = NOW + time::Duration::hours(1);
        let answer = Arc::new(|_: &[Fate]| "answer".to_owned());
        let receipt = Some(Receipt { id, collection, fingerprint, now: NOW, expires_at, answer });
        let bulk = Bulk { documents: Vec::new(), atomic: true, receipt };
        f.store.insert_together(&f.collection, bulk).await.expect("ok");
    };
    keep("its", "things").await;
    keep("other", "kept").await;
    assert!(f.store.define("things", Some("{}".into()), 0).await.expect("ok"));
    assert!(f.store.define_anew("things", None, 1).await.expect("ok"));
    for other in [0, 1, 3] {
        assert_eq!(f.store.clear(&f.collection, other).await, Ok(false), "{other}");
    }
    assert_eq!(total(f, &f.collection).await, 501);
    assert!(f.store.receipt("its", NOW).await.expect("ok").is_some());
    for _ in 0..2 {
        assert_eq!(f.store.clear(&f.collection, 2).await, Ok(true));
    }
    assert_eq!(f.store.receipt("its", NOW).await, Ok(None), "the request can be made anew");
    assert!(f.store.receipt("other", NOW).await.expect("ok").is_some());
    assert!(!f.store.index_plan(&f.collection).await.expect("ok").stored, "nothing is left of it");
    f.store.prepare(&[Arc::clone(&f.collection)]).await.expect("ok");
    assert_eq!(total(f, &f.collection).await, 0);
    f.insert("a", json!({"key": "k", "part": 1})).await;
    assert_eq!(total(f, &f.collection).await, 1);
}

async fn nothing_is_planned_against_a_collection_that_was_never_there(f: &Fixture) {
    let fresh = made(json!({"name": "fresh", "schema": {"type": "object"}}));
    let plan = f.store.index_plan(&fresh).await.expect("ok");
    assert!(!plan.stored, "{plan:?}");
    assert!(f.store.index_plan(&collection()).await.expect("ok").stored);
    f.store.prepare(&[Arc::clone(&fresh)]).await.expect("ok");
    f.store.insert(&fresh, document("a", 1, json!({}))).await.expect("ok");
    assert!(f.store.index_plan(&fresh).await.expect("ok").stored);
}

#[tokio::test]
async fn a_sqlite_file_keeps_no_table_of_a_removed_collection_and_a_late_write_can_be_sent_again() {
    let f = Fixture::sqlite().await;
    let Leftover::Directory(directory) = &f.leftover else { unreachable!() };
    let first = document("a", 1, json!({}));
    f.store.insert(&f.kept, first.clone()).await.expect("ok");
    assert!(f.store.update(&f.kept, super::update(&first, json!({"i": 1}))).await.expect("ok"));
    assert!(f.store.define("kept", Some("{}".into()), 0).await.expect("ok"));
    assert!(f.store.define_anew("kept", None, 1).await.expect("ok"));
    assert_eq!(f.store.clear(&f.kept, 2).await, Ok(true));
    let file = rusqlite::Connection::open(directory.path().join("t.db")).expect("ok");
    let sql = "SELECT count(*) FROM sqlite_schema WHERE tbl_name IN ('doc_kept', 'ver_kept')";
    assert_eq!(file.query_row(sql, [], |row| row.get::<_, i64>(0)), Ok(0));
    let late = f.store.insert(&f.kept, document("b", 1, json!({}))).await;
    assert_eq!(late, Err(StoreError::Unavailable(service_kit::store::Unavailable)));
    f.end().await;
}

#[tokio::test]
async fn definitions_of_a_sqlite_file_from_an_earlier_time_are_read_and_written() {
    let f = Fixture::sqlite().await;
    let Leftover::Directory(directory) = &f.leftover else { unreachable!() };
    let file = rusqlite::Connection::open(directory.path().join("t.db")).expect("ok");
    file.execute_batch(
        "CREATE TABLE _collections (name TEXT PRIMARY KEY, revision INTEGER NOT NULL, definition TEXT) WITHOUT ROWID;
         INSERT INTO _collections VALUES ('a', 2, 'x');",
    )
    .expect("ok");
    let old = StoredDefinition { name: "a".into(), revision: 2, text: Some("x".into()), begins: None };
    assert_eq!(f.store.definitions().await, Ok(vec![old]));
    assert_eq!(f.store.define_anew("a", None, 2).await, Ok(true));
    let found = f.store.definitions().await.expect("ok").remove(0);
    assert_eq!((found.revision, found.text, found.begins.is_some()), (3, None, true));
    f.end().await;
}
