//! Points in time: compared, sorted, grouped and unique as instants, shown as they were written.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{Fixture, Leftover, NOW, cursor, on_both_stores, start, update};
use crate::{
    domain::{aggregate::Groups, collection::Collection, document::Document},
    query::{grouping::Grouping, parse::Query},
    store::{LogEntry, Selection, StoreError, keyset},
};

on_both_stores! {
    times_are_found_and_sorted_as_instants_page_by_page
    one_instant_is_one_group_and_has_one_place_in_a_unique_index
    nothing_shows_what_a_store_keeps_beside_a_document
    documents_from_before_a_field_became_a_time_are_found
    equal_times_are_told_before_a_field_becomes_a_time
    times_that_were_written_under_another_definition_are_found
}

const TIMES: [&str; 7] = [
    "2027-03-04T09:00:00+01:00",
    "2027-03-04T08:00:00Z",
    "2027-03-04T08:00:00.25Z",
    "2027-03-04T03:30:00-05:00",
    "2027-03-04T08:00:01Z",
    "2027-03-04T08:00:00.250+00:00",
    "2027-03-03T23:59:59.999999999Z",
];

fn collection(name: &str, at: &Value, indexes: &Value) -> Arc<Collection> {
    let definition = json!({
        "name": name,
        "schema": {"type": "object", "properties": {"at": at, "n": {"type": "integer"}}},
        "indexes": indexes,
        "versioned": true,
    });
    Arc::new(Collection::new(serde_json::from_value(definition).expect("ok")).expect("ok"))
}

fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn document(collection: &Collection, id: &str, members: Value) -> Document {
    let Value::Object(members) = members else { panic!("{members} is no object") };
    let members = collection.check(members).expect("a valid document");
    Document { members, ..super::document(id, 1, json!({})) }
}

async fn filled(f: &Fixture, name: &str, indexes: Value) -> Arc<Collection> {
    let collection = collection(name, &time(), &indexes);
    f.store.prepare(std::slice::from_ref(&collection)).await.expect("ok");
    for (at, time) in TIMES.iter().enumerate() {
        let document = document(&collection, &at.to_string(), json!({"at": time}));
        f.store.insert(&collection, document).await.expect("ok");
    }
    collection
}

fn query(collection: &Collection, parameters: &[(&str, &str)]) -> Query {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let pairs: Vec<(String, String)> = parameters.iter().map(own).collect();
    Query::parse(&collection.target(), &pairs).unwrap_or_else(|faults| panic!("{parameters:?}: {faults:?}"))
}

fn selection(query: &Query) -> Selection {
    let (filter, order) = (query.filter.clone(), query.order.clone());
    Selection { filter, order, projection: None, limit: query.limit }
}

/// The ids of all pages.
pub async fn found(f: &Fixture, collection: &Arc<Collection>, parameters: &[(&str, &str)]) -> String {
    let (mut ids, mut after) = (String::new(), None::<String>);
    loop {
        let mut parameters = parameters.to_vec();
        parameters.extend(after.as_deref().map(|after| ("after", after)));
        let query = query(collection, &parameters);
        let page = keyset::list(&*f.store, collection, &selection(&query), start(&query).as_ref(), NOW).await;
        let page = page.expect("ok");
        let documents: Vec<Value> =
            page.documents.iter().map(|text| serde_json::from_str(text).expect("JSON")).collect();
        ids.extend(documents.iter().filter_map(|document| document["_id"].as_str()));
        let Some(last) = documents.last().filter(|_| page.more) else { return ids };
        assert!(ids.len() < 1_000, "{parameters:?}: the pages do not end");
        after = Some(cursor(&query, &query.order.place(last)));
    }
}

async fn times_are_found_and_sorted_as_instants_page_by_page(f: &Fixture) {
    for (name, indexes) in [("plain", json!([])), ("indexed", json!([{"keys": {"at": 1}}]))] {
        let c = filled(f, name, indexes).await;
        for (parameters, expected) in [
            (&[("at", "2027-03-04T10:00:00.000+02:00")][..], "01"),
            (&[("at[gt]", "2027-03-04T08:00:00Z")], "2345"),
            (&[("at[gte]", "2027-03-04T08:00:00Z"), ("at[lte]", "2027-03-04T08:00:00.250Z")], "0125"),
            (&[("at[lt]", "2027-03-04T00:00:00Z")], "6"),
            (&[("at[ne]", "2027-03-04T08:00:00.25Z")], "01346"),
            (&[("at[in]", "2027-03-04T08:30:00Z,2027-03-04T08:00:01.0Z")], "34"),
            (&[("at[prefix]", "2027-03-04T08:00:00.25")], "25"),
            (&[("at[exists]", "true")], "0123456"),
            (&[("sort", "at"), ("limit", "2")], "6012543"),
            (&[("sort", "-at"), ("limit", "2")], "3452106"),
        ] {
            let mut sorted: Vec<char> = found(f, &c, parameters).await.chars().collect();
            if parameters[0].0 != "sort" {
                sorted.sort_unstable();
            }
            assert_eq!(String::from_iter(sorted), expected, "{name} {parameters:?}");
        }
    }
    let c = collection("indexed", &time(), &json!([{"keys": {"at": 1}}]));
    for parameters in [&[("sort", "at")][..], &[("at[gt]", "2027-03-04T08:00:00Z"), ("sort", "-at")]] {
        let explained = f.store.explain(&c, selection(&query(&c, parameters)), NOW).await.expect("ok");
        assert_eq!(explained.index.as_deref(), Some("index+at:instant+_id"), "{explained:?}");
    }
}

async fn one_instant_is_one_group_and_has_one_place_in_a_unique_index(f: &Fixture) {
    let c = filled(f, "grouped", json!([])).await;
    let pairs = [("group", "at"), ("stat", "count"), ("stat", "min:at"), ("stat", "max:at")];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let grouping = Grouping::parse(&c.target(), &pairs).expect("ok");
    let groups = Groups::new(&grouping.groups, &grouping.stats);
    let groups = f.store.aggregate(&c, grouping.filter, groups, NOW).await.expect("ok").into_json();
    let counts: Vec<(&str, u64)> = groups["groups"]
        .as_array()
        .expect("groups")
        .iter()
        .map(|group| {
            assert_eq!(group["min:at"], group["group"]["at"]);
            (group["max:at"].as_str().expect("a time"), group["count"].as_u64().expect("a number"))
        })
        .collect();
    let expected = [
        ("2027-03-03T23:59:59.999999999Z", 1),
        ("2027-03-04T08:00:00Z", 2),
        ("2027-03-04T08:00:00.25Z", 2),
        ("2027-03-04T08:00:01Z", 1),
        ("2027-03-04T08:30:00Z", 1),
    ];
    assert_eq!(counts, expected);

    let once = collection("once", &time(), &json!([{"keys": {"at": 1}, "unique": true}]));
    f.store.prepare(std::slice::from_ref(&once)).await.expect("ok");
    f.store.insert(&once, document(&once, "a", json!({"at": TIMES[0]}))).await.expect("ok");
    let again = f.store.insert(&once, document(&once, "b", json!({"at": TIMES[1]}))).await;
    assert_eq!(again, Err(StoreError::Conflict { fields: vec!["at".into()] }));
    f.store.insert(&once, document(&once, "c", json!({"at": TIMES[2]}))).await.expect("ok");
    // Where the instants of stored documents agree, no such index can be made.
    let unique = collection("grouped", &time(), &json!([{"keys": {"at": 1}, "unique": true}]));
    let index = unique.indexes.first().expect("an index");
    let duplicates = f.store.duplicates(&unique, index, 10).await.expect("ok");
    assert_eq!(duplicates.iter().map(|found| found.documents).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(duplicates[0].values, [("at".to_owned(), json!("2027-03-04T08:00:00Z"))]);
}

async fn nothing_shows_what_a_store_keeps_beside_a_document(f: &Fixture) {
    let c = filled(f, "shown", json!([])).await;
    let before = document(&c, "0", json!({"at": TIMES[0]}));
    assert!(f.store.update(&c, update(&before, json!({"at": TIMES[4], "n": 1}))).await.expect("ok"));
    let now = f.store.get(&c, "0", NOW).await.expect("ok").expect("a document");
    let mut shown = vec![now.json];
    let all = f.store.list(&c, selection(&query(&c, &[])), NOW).await.expect("ok");
    shown.extend(all.documents);
    let kept = f.store.versions(&c, "0", None, 10).await.expect("ok");
    assert_eq!(kept.len(), 2);
    shown.extend(kept.into_iter().filter_map(|version| version.json));
    for text in shown {
        let document: Value = serde_json::from_str(&text).expect("JSON");
        let names: Vec<&str> = document.as_object().expect("an object").keys().map(String::as_str).collect();
        let known = ["_id", "_revision", "_created_at", "_updated_at", "_owner", "at", "n"];
        assert!(names.iter().all(|name| known.contains(name)), "{names:?}");
        assert!(TIMES.contains(&document["at"].as_str().expect("a time")), "{text}");
    }
    assert_eq!(found(f, &c, &[("at", "2027-03-04T08:00:01Z")]).await, "04");
}

async fn documents_from_before_a_field_became_a_time_are_found(f: &Fixture) {
    let before = collection("grown", &json!({}), &json!([]));
    f.store.prepare(std::slice::from_ref(&before)).await.expect("ok");
    for (id, at) in [
        ("a", json!(TIMES[0])),
        ("b", json!("2016-12-31T23:59:60Z")),
        ("c", json!(null)),
        ("d", json!(TIMES[4])),
    ] {
        f.store.insert(&before, document(&before, id, json!({"at": at}))).await.expect("ok");
    }
    let after = collection("grown", &time(), &json!([{"keys": {"at": 1}}]));
    f.store.prepare(std::slice::from_ref(&after)).await.expect("ok");
    assert_eq!(found(f, &after, &[("at", TIMES[1])]).await, "a");
    assert_eq!(found(f, &after, &[("sort", "at")]).await, "cbad");
    assert_eq!(found(f, &after, &[("at[lt]", TIMES[1])]).await, "b");
}

#[tokio::test]
async fn what_an_older_replica_writes_to_mongodb_is_mended_and_no_change_is_told() {
    let f = Fixture::mongo().await;
    let Leftover::Database(database) = &f.leftover else { unreachable!() };
    let c = filled(&f, "mixed", json!([{"keys": {"at": 1}}])).await;
    assert_eq!(f.store.mend(&c).await, Ok(0));
    let raw = database.collection::<mongodb::bson::Document>("mixed");
    // It changes a document without its keys, and replaces another by one that has none.
    let later = mongodb::bson::doc! { "$set": { "at": "2028-01-01T00:00:00Z", "_revision": 2_i64 } };
    raw.update_one(mongodb::bson::doc! { "_id": "0" }, later).await.expect("ok");
    let bare = mongodb::bson::doc! { "$unset": { "_instants": "" } };
    raw.update_one(mongodb::bson::doc! { "_id": "4" }, bare).await.expect("ok");
    assert_eq!(found(&f, &c, &[("at[gt]", "2027-12-31T23:00:00-00:59")]).await, "");
    let position = f.store.position_now().await.expect("ok");
    assert_eq!(f.store.mend(&c).await, Ok(2));
    assert_eq!(found(&f, &c, &[("at[gt]", "2027-12-31T23:00:00-00:59")]).await, "0");
    assert_eq!(found(&f, &c, &[("at", TIMES[4])]).await, "4");
    assert_eq!(f.store.mend(&c).await, Ok(0));
    let last = document(&c, "9", json!({"at": TIMES[0]}));
    f.store.insert(&c, last).await.expect("ok");
    let mut changes = f.store.changes(position, &["mixed".into()]).await.expect("ok");
    let first = loop {
        match timeout(Duration::from_secs(20), changes.next())
            .await
            .expect("in time")
            .expect("no end")
            .expect("ok")
        {
            LogEntry::Change(change) => break change,
            LogEntry::Mark(_) => {}
        }
    };
    assert_eq!(first.id, "9");
    f.end().await;
}

/// A definition that is only tried: nothing was made for it yet.
async fn equal_times_are_told_before_a_field_becomes_a_time(f: &Fixture) {
    let before = collection("tried", &json!({}), &json!([]));
    f.store.prepare(std::slice::from_ref(&before)).await.expect("ok");
    let others = [
        json!({"n": 1}),
        json!({"at": 5}),
        json!({"at": "no time"}),
        json!({"at": ["2027-03-04T08:00:00Z"]}),
    ];
    let times = TIMES.iter().map(|time| json!({"at": time, "n": 7}));
    for (at, members) in times.chain(others).enumerate() {
        f.store.insert(&before, document(&before, &format!("{at:02}"), members)).await.expect("ok");
    }
    for (keys, at, n) in [(json!({"at": 1}), 0, None), (json!({"n": 1, "at": -1}), 1, Some(json!(7)))] {
        let after = collection("tried", &time(), &json!([{"keys": keys, "unique": true}]));
        let found = f.store.duplicates(&after, &after.indexes[0], 10).await.expect("ok");
        let reported: Vec<_> =
            found.iter().map(|one| (one.ids.join(" "), one.documents, &one.values[at].1)).collect();
        let (first, second) = (json!("2027-03-04T08:00:00Z"), json!("2027-03-04T08:00:00.25Z"));
        assert_eq!(reported, [("00 01".to_owned(), 2, &first), ("02 05".to_owned(), 2, &second)]);
        assert!(n.is_none_or(|n| found[0].values[0] == ("n".to_owned(), n)));
        assert_eq!(f.store.duplicates(&after, &after.indexes[0], 1).await.expect("ok"), found[..1]);
    }
}

/// Whatever came between, nothing that was noted of the documents before holds for those that were written since.
async fn times_that_were_written_under_another_definition_are_found(f: &Fixture) {
    let unique = json!([{"keys": {"at": 1}, "unique": true}]);
    let [text, time, unique] =
        [(json!({"type": "string"}), json!([])), (time(), json!([])), (time(), unique)]
            .map(|(at, indexes)| collection("passing", &at, &indexes));
    for between in ["another definition", "a removal", "one that this replica has not seen"] {
        f.store.prepare(std::slice::from_ref(&time)).await.expect("ok");
        f.store.insert(&time, document(&time, "a", json!({"at": TIMES[0]}))).await.expect("ok");
        match between {
            "another definition" => f.store.prepare(std::slice::from_ref(&text)).await.expect("ok"),
            "a removal" => {
                remove(f, &time).await;
                f.store.prepare(std::slice::from_ref(&text)).await.expect("ok");
            }
            _ => f.store.forget_prepared("passing").await.expect("ok"),
        }
        for (id, at) in [("b", TIMES[1]), ("c", TIMES[4])] {
            f.store.insert(&text, document(&text, id, json!({"at": at}))).await.expect("ok");
        }
        let equal = if between == "a removal" { "b" } else { "ab" };
        let duplicates = f.store.duplicates(&unique, &unique.indexes[0], 10).await.expect("ok");
        let duplicates: Vec<String> = duplicates.iter().map(|found| found.ids.concat()).collect();
        assert_eq!(duplicates, Vec::from_iter((equal == "ab").then(|| equal.to_owned())), "{between}");
        f.store.prepare(std::slice::from_ref(&time)).await.expect("ok");
        assert_eq!(found(f, &time, &[("sort", "at")]).await, format!("{equal}c"), "{between}");
        let mut same: Vec<char> = found(f, &time, &[("at", TIMES[1])]).await.chars().collect();
        same.sort_unstable();
        assert_eq!(String::from_iter(same), equal, "{between}");
        remove(f, &time).await;
    }
}

/// Defines and removes the collection, and clears what was stored in it.
async fn remove(f: &Fixture, collection: &Arc<Collection>) {
    let name = collection.name();
    let revisions = f.store.definition_revisions().await.expect("ok");
    let before = revisions.get(name).copied().unwrap_or_default();
    assert_eq!(f.store.define(name, Some("{}".into()), before).await, Ok(true));
    assert_eq!(f.store.define_anew(name, None, before + 1).await, Ok(true));
    assert_eq!(f.store.clear(collection, before + 2).await, Ok(true));
    let Leftover::Database(database) = &f.leftover else { return };
    for notes in ["_instants", "_older"] {
        let of_it = database
            .collection::<mongodb::bson::Document>(notes)
            .count_documents(mongodb::bson::doc! { "_id": name })
            .await;
        assert_eq!(of_it.expect("ok"), 0, "{notes}");
    }
}
