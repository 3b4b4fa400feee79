//! Documents that were stored under another definition than the one in force: found, sorted and grouped as if they had been
//! stored today.

use std::sync::Arc;

use mongodb::bson::doc;
use serde_json::{Map, Value, json};

use super::{Fixture, Leftover, NOW, instants::found, on_both_stores};
use crate::{
    domain::{aggregate::Groups, collection::Collection, document::Document},
    query::grouping::Grouping,
    store::StoreError,
};

on_both_stores! {
    special_numbers_are_what_the_definition_in_force_makes_of_them
    special_numbers_within_objects_and_arrays_follow_the_definition
    special_numbers_are_unique_as_the_definition_in_force_says
    arrays_and_objects_have_their_place_in_the_order_of_a_field_of_scalars
    documents_with_an_array_above_a_field_have_nothing_there
    times_that_were_written_while_the_field_was_a_text_are_found
}

fn ieee754() -> Value {
    json!({"type": ["number", "string"], "format": "ieee754"})
}

fn collection(name: &str, x: &Value, indexes: &Value) -> Arc<Collection> {
    let properties = json!({"x": x, "in": {"type": "object", "additionalProperties": x}});
    made(name, &json!({"type": "object", "properties": properties}), indexes)
}

fn made(name: &str, schema: &Value, indexes: &Value) -> Arc<Collection> {
    let definition = json!({"name": name, "schema": schema, "indexes": indexes});
    Arc::new(Collection::new(serde_json::from_value(definition).expect("ok")).expect("ok"))
}

/// Stores a document without a look at the schema.
async fn insert(f: &Fixture, collection: &Arc<Collection>, id: &str, members: Value) {
    let Value::Object(members) = members else { panic!("{members} is no object") };
    let document = Document { members, ..super::document(id, 1, json!({})) };
    f.store.insert(collection, document).await.expect("ok");
}

/// Stores documents `a`, `b` and so on under one definition, and returns the next one once it is made ready.
async fn changed(
    f: &Fixture,
    before: Arc<Collection>,
    members: &[Value],
    after: Arc<Collection>,
) -> Arc<Collection> {
    f.store.prepare(std::slice::from_ref(&before)).await.expect("ok");
    for (id, members) in ('a'..).zip(members) {
        insert(f, &before, &id.to_string(), members.clone()).await;
    }
    f.store.prepare(std::slice::from_ref(&after)).await.expect("ok");
    after
}

async fn check_order(f: &Fixture, collection: &Arc<Collection>, field: &str, expected: &str) {
    let reversed: String = expected.chars().rev().collect();
    for (sort, expected) in [(field.to_owned(), expected), (format!("-{field}"), reversed.as_str())] {
        for limit in ["1", "2", "3", "100"] {
            let walked = found(f, collection, &[("sort", &sort), ("limit", limit)]).await;
            assert_eq!(walked, expected, "{} sort={sort} limit={limit}", collection.name());
        }
    }
}

const SPECIAL: [&str; 6] = [
    r#"{"x": "NaN"}"#,
    r#"{"x": "Infinity"}"#,
    r#"{"x": "-Infinity"}"#,
    r#"{"x": 1}"#,
    r#"{"x": 2.5}"#,
    "{}",
];

async fn special_numbers_are_what_the_definition_in_force_makes_of_them(f: &Fixture) {
    let members = SPECIAL.map(|text| serde_json::from_str(text).expect("JSON"));
    let kinds = [ieee754(), json!({"type": "number"}), json!({"type": "string"}), json!({})];
    for (from, to) in [(0, 1), (0, 2), (0, 3), (1, 0), (2, 0), (3, 0), (3, 1)] {
        for indexes in [json!([]), json!([{"keys": {"x": 1}}])] {
            let name = format!("x{from}{to}{}", indexes.as_array().map_or(0, Vec::len));
            let before = collection(&name, &kinds[from], &indexes);
            let c = changed(f, before, &members, collection(&name, &kinds[to], &indexes)).await;
            check_order(f, &c, "x", if to == 0 { "facdeb" } else { "fdecba" }).await;
            let filters: &[(&str, &str, &str)] = match to {
                0 => &[("x", "NaN", "a"), ("x[gt]", "2", "be"), ("x[lt]", "2", "cd"), ("x[ne]", "1", "abce")],
                1 => &[("x[lt]", "5", "de"), ("x[gt]", "0", "de"), ("x[ne]", "1", "e")],
                2 => &[("x", "NaN", "a"), ("x[gte]", "I", "ab"), ("x[lt]", "I", "c")],
                _ => &[("x", "NaN", "a"), ("x[lt]", "5", "de"), ("x[gt]", "0", "de")],
            };
            for (parameter, value, expected) in filters {
                let mut ids: Vec<char> = found(f, &c, &[(parameter, value)]).await.chars().collect();
                ids.sort_unstable();
                assert_eq!(String::from_iter(ids), *expected, "{name} {parameter}={value}");
            }
            if to < 2 {
                let expected = if to == 0 { json!([2.5, "NaN"]) } else { json!([2.5, 1]) };
                assert_eq!(extremes(f, &c).await, expected, "{name}");
            }
        }
    }
}

/// The largest number below 100, and the least one of all.
async fn extremes(f: &Fixture, c: &Arc<Collection>) -> Value {
    let finite = [("x[lt]", "100"), ("stat", "max:x")];
    let all = [("stat", "min:x")];
    let mut found = Vec::new();
    for pairs in [&finite[..], &all[..]] {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let grouping = Grouping::parse(&c.target(), &pairs).expect("ok");
        let groups = Groups::new(&grouping.groups, &grouping.stats);
        let groups = f.store.aggregate(c, grouping.filter, groups, NOW).await.expect("ok").into_json();
        let group = groups["groups"][0].as_object().cloned().unwrap_or_default();
        found.extend(group.into_iter().filter(|(name, _)| name != "group").map(|(_, value)| value));
    }
    found.into()
}

async fn special_numbers_within_objects_and_arrays_follow_the_definition(f: &Fixture) {
    let nested = |value: &str| json!({"in": {"y": value, "z": [value], "o": {"v": value}}});
    let members = [nested("NaN"), nested("Infinity"), json!({"in": {"y": 7}}), json!({"in": 7})];
    let open = collection("nested", &json!({}), &json!([]));
    let c =
        changed(f, open, &members, collection("nested", &ieee754(), &json!([{"keys": {"in.y": 1}}]))).await;
    check_order(f, &c, "in.y", "dacb").await;
    let back = collection("nested", &json!({"type": "string"}), &json!([]));
    let c = changed(f, c, &[], back).await;
    check_order(f, &c, "in.y", "dcba").await;
    assert_eq!(found(f, &c, &[("in.y", "NaN")]).await, "a");
    let stored = f.store.get(&c, "a", NOW).await.expect("ok").expect("a document");
    let stored: Map<String, Value> = serde_json::from_str(&stored.json).expect("JSON");
    assert_eq!(stored["in"], nested("NaN")["in"]);
    assert_eq!(stored["_revision"], 1);
}

async fn special_numbers_are_unique_as_the_definition_in_force_says(f: &Fixture) {
    let members = ["NaN", "NaN", "Infinity"].map(|value| json!({"x": value}));
    let unique = json!([{"keys": {"x": 1}, "unique": true}]);
    let text = collection("once", &json!({"type": "string"}), &unique);
    let number = collection("once", &json!({"type": "number"}), &unique);
    let before = collection("once", &ieee754(), &json!([]));
    changed(f, Arc::clone(&before), &members, before).await;
    assert_eq!(f.store.duplicates(&number, &number.indexes[0], 10).await, Ok(vec![]));
    let duplicates = f.store.duplicates(&text, &text.indexes[0], 10).await.expect("ok");
    assert_eq!(duplicates.iter().map(|found| found.ids.join(" ")).collect::<Vec<_>>(), ["a b"]);
    let refused = f.store.prepare(std::slice::from_ref(&text)).await;
    assert!(matches!(refused, Err(StoreError::Unindexable { .. })), "{refused:?}");
    f.store.prepare(std::slice::from_ref(&number)).await.expect("ok");
}

async fn arrays_and_objects_have_their_place_in_the_order_of_a_field_of_scalars(f: &Fixture) {
    let values = [
        json!({}),
        json!({"x": null}),
        json!({"x": 5}),
        json!({"x": [1, 9]}),
        json!({"x": ["2026-01-31T12:00:00Z"]}),
        json!({"x": {"k": 1}}),
        json!({"x": {"k": 0}}),
        json!({"x": true}),
        json!({"x": "t"}),
        json!({"x": []}),
    ];
    let kinds = [
        json!({"type": "integer"}),
        json!({"type": ["number", "null"]}),
        ieee754(),
        json!({"type": "string"}),
        json!({"type": "string", "format": "date-time"}),
        json!({"type": "boolean"}),
    ];
    for (at, kind) in kinds.iter().enumerate() {
        for indexes in [json!([]), json!([{"keys": {"x": 1}}])] {
            let name = format!("strays{at}{}", indexes.as_array().map_or(0, Vec::len));
            let before = collection(&name, &json!({}), &json!([]));
            let c = changed(f, before, &values, collection(&name, kind, &indexes)).await;
            check_order(f, &c, "x", "abcifgdejh").await;
        }
    }
}

async fn documents_with_an_array_above_a_field_have_nothing_there(f: &Fixture) {
    let values = [
        json!({"in": {"x": 1}}),
        json!({"in": [{"x": 0}, {"x": 7}]}),
        json!({"in": {"x": -1}}),
        json!({"in": []}),
        json!({}),
    ];
    for (at, x) in
        [json!({"type": "integer"}), json!({"type": "string", "format": "date-time"})].iter().enumerate()
    {
        let name = format!("above{at}");
        let before = made(&name, &json!({"type": "object"}), &json!([]));
        let c = changed(f, before, &values, collection(&name, x, &json!([{"keys": {"in.x": -1}}]))).await;
        check_order(f, &c, "in.x", "bdeca").await;
    }
}

async fn times_that_were_written_while_the_field_was_a_text_are_found(f: &Fixture) {
    let time = json!({"type": "string", "format": "date-time"});
    let (time, text) =
        (collection("times", &time, &json!([])), collection("times", &json!({"type": "string"}), &json!([])));
    let at = |offset: &str| json!({"x": format!("2026-01-31T12:00:00{offset}")});
    changed(f, Arc::clone(&time), &[at("Z")], Arc::clone(&text)).await;
    insert(f, &text, "b", at("+01:00")).await;
    f.store.prepare(&[Arc::clone(&time)]).await.expect("ok");
    check_order(f, &time, "x", "ba").await;
    assert_eq!(found(f, &time, &[("x", "2026-01-31T11:00:00Z")]).await, "b");
}

#[tokio::test]
async fn what_an_older_replica_writes_to_mongodb_is_stored_as_the_definition_in_force_says() {
    let f = Fixture::mongo().await;
    let Leftover::Database(database) = &f.leftover else { unreachable!() };
    let before = collection("late", &ieee754(), &json!([]));
    let after = collection("late", &json!({"type": "number"}), &json!([]));
    let c = changed(&f, Arc::clone(&before), &[json!({"x": "NaN"})], after).await;
    assert_eq!(f.store.mend(&c).await, Ok(0));
    for (id, x) in [("b", json!("NaN")), ("c", json!([3])), ("d", json!(1))] {
        insert(&f, &before, id, json!({"x": x})).await;
    }
    let late = doc! { "$set": { "_updated_at": "2100-01-01T00:00:00.000Z" } };
    let documents = database.collection::<mongodb::bson::Document>("late");
    documents.update_many(doc! { "_id": { "$gt": "a" } }, late).await.expect("ok");
    assert_eq!(f.store.mend(&c).await, Ok(1));
    check_order(&f, &c, "x", "dabc").await;
    assert_eq!(f.store.mend(&c).await, Ok(0));
    // Another replica finds it out as well, without a look at the documents.
    f.store.prepare(&[Arc::clone(&c)]).await.expect("ok");
    check_order(&f, &c, "x", "dabc").await;
    // A replica that takes up the earlier definition late stores all of them for that one.
    f.store.prepare(&[before]).await.expect("ok");
    f.store.mend(&c).await.expect("ok");
    check_order(&f, &c, "x", "dabc").await;
    f.end().await;
}

#[tokio::test]
async fn a_definition_that_is_replaced_while_documents_are_mended_for_it_leaves_none_of_them_behind() {
    let f = Fixture::mongo().await;
    let Leftover::Database(database) = &f.leftover else { unreachable!() };
    let before = collection("swap", &ieee754(), &json!([]));
    let after = collection("swap", &json!({"type": "number"}), &json!([]));
    f.store.prepare(&[Arc::clone(&before)]).await.expect("ok");
    // Texts, as the next definition has them.
    for at in 0..60 {
        insert(&f, &after, &format!("n{at:02}"), json!({"x": "NaN"})).await;
    }
    let documents = database.collection::<mongodb::bson::Document>("swap");
    let written = |at: &str| documents.update_many(doc! {}, doc! { "$set": { "_updated_at": at } });
    written("2100-01-01T00:00:00.000Z").await.expect("ok");
    // One replica mends for the first definition when another one takes up the second.
    let (mended, prepared) =
        tokio::join!(f.store.mend(&before), f.store.prepare(std::slice::from_ref(&after)));
    mended.expect("ok");
    prepared.expect("ok");
    // They are too old for a look at what was written lately.
    written("2000-01-01T00:00:00.000Z").await.expect("ok");
    f.store.mend(&after).await.expect("ok");
    let numbers = documents.count_documents(doc! { "x": { "$type": "double" } }).await.expect("ok");
    assert_eq!(numbers, 0, "each NaN is a text again");
    f.end().await;
}
