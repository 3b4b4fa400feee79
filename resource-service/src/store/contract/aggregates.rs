//! What every store must answer of groups of documents: the same to the last bit.

use serde_json::{Value, json};
use time::Duration;

use super::{Fixture, NOW, document, on_both_stores};
use crate::{
    domain::aggregate::{Groups, MAX_GROUPS},
    query::grouping::Grouping,
};

on_both_stores! {
    groups_and_statistics_are_told_by_exact_value
    conditions_and_expiry_count_for_groups_too
    only_what_a_field_holds_is_told_of_it
    reading_ends_where_there_are_too_many_groups
}

async fn aggregate(f: &Fixture, text: &str) -> Groups {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    let pairs: Vec<(String, String)> = pairs.map(|(name, value)| (name.into(), value.into())).collect();
    let grouping = Grouping::parse(&f.collection.target(), &pairs).expect("ok");
    let groups = Groups::new(&grouping.groups, &grouping.stats);
    f.store.aggregate(&f.collection, grouping.filter, groups, NOW).await.expect("ok")
}

async fn statistics(f: &Fixture, text: &str) -> Value {
    aggregate(f, text).await.into_json()
}

async fn groups_and_statistics_are_told_by_exact_value(f: &Fixture) {
    for (id, members) in [
        ("a", json!({"s": "x", "n": 0.1, "i": i64::MAX, "x": 1})),
        ("b", json!({"s": "x", "n": 0.2, "i": 1, "x": "Infinity"})),
        ("c", json!({"s": "x", "n": 0.3, "i": -1, "x": -0.0})),
        ("d", json!({"s": "y", "n": 1e308, "x": "NaN"})),
        ("e", json!({"s": "y", "n": 1e308, "i": 7})),
        ("f", json!({"s": "y", "n": -1e308, "i": 7})),
        ("g", json!({"s": null, "n": 5e-324})),
        ("h", json!({})),
    ] {
        f.insert(id, members).await;
    }
    let stats =
        "group=s&stat=count&stat=sum:n&stat=avg:n&stat=stddev:n&stat=sum:i&stat=max:i&stat=min:x&stat=sum:x";
    assert_eq!(
        statistics(f, stats).await.to_string(),
        json!({"groups": [
            {"group": {"s": null}, "count": 2, "sum:n": 5e-324, "avg:n": 5e-324, "stddev:n": null, "sum:i": 0,
                "max:i": null, "min:x": null, "sum:x": 0},
            {"group": {"s": "x"}, "count": 3, "sum:n": 0.6, "avg:n": 0.2, "stddev:n": 0.099_999_999_999_999_99, "sum:i": i64::MAX,
                "max:i": i64::MAX, "min:x": -0.0, "sum:x": "Infinity"},
            {"group": {"s": "y"}, "count": 3, "sum:n": 1e308, "avg:n": 3.333_333_333_333_333e307,
                "stddev:n": 1.154_700_538_379_251_5e308, "sum:i": 14, "max:i": 7, "min:x": "NaN", "sum:x": "NaN"},
        ], "total": 8})
        .to_string()
    );
    let twice = statistics(f, "group=s&group=i&s[exists]=true&stat=count").await;
    let keys: Vec<String> =
        twice["groups"].as_array().expect("ok").iter().map(|group| group["group"].to_string()).collect();
    assert_eq!(
        keys,
        [
            r#"{"s":null,"i":null}"#,
            r#"{"s":"x","i":-1}"#,
            r#"{"s":"x","i":1}"#,
            r#"{"s":"x","i":9223372036854775807}"#,
            r#"{"s":"y","i":null}"#,
            r#"{"s":"y","i":7}"#,
        ]
    );
}

async fn conditions_and_expiry_count_for_groups_too(f: &Fixture) {
    f.insert("a", json!({"i": 1})).await;
    f.insert("b", json!({"i": 2})).await;
    f.insert("c", json!({"i": 4})).await;
    let long_ago = crate::query::timestamp(NOW - Duration::hours(1));
    f.store.insert(&f.collection, document("d", 1, json!({"i": 8, "at": long_ago}))).await.expect("ok");
    let sum = statistics(f, "stat=sum:i&i[gte]=2").await;
    assert_eq!(sum, json!({"groups": [{"group": {}, "sum:i": 6}], "total": 2}));
    assert_eq!(statistics(f, "stat=sum:i&i=99").await["groups"][0]["sum:i"], 0);
}

async fn only_what_a_field_holds_is_told_of_it(f: &Fixture) {
    for (id, members) in [
        ("a", json!({"free": {"a": 1, "b": {"c": 1}}, "results": {"e": {"value": "NaN"}}, "b": true})),
        ("b", json!({"free": {"a": "NaN"}, "b": false})),
        ("c", json!({"free": {"a": [5], "b": [{"c": 3}]}, "b": true})),
        ("d", json!({"free": {"a": 2.5}, "results": {"e": {"value": 2}}})),
        ("e", json!({"free": {"a": null}})),
    ] {
        f.insert(id, members).await;
    }
    let found =
        statistics(f, "stat=count:free.a&stat=sum:free.a&stat=sum:free.b.c&stat=sum:results.e.value").await;
    assert_eq!(
        found["groups"][0],
        json!({"group": {}, "count:free.a": 3, "sum:free.a": 3.5, "sum:free.b.c": 1, "sum:results.e.value": "NaN"})
    );
    let keys: Vec<Value> = statistics(f, "group=free.a").await["groups"]
        .as_array()
        .expect("ok")
        .iter()
        .map(|group| json!([group["group"]["free.a"], group["count"]]))
        .collect();
    assert_eq!(keys, [json!([null, 2]), json!([1, 1]), json!([2.5, 1]), json!(["NaN", 1])]);
    assert_eq!(
        statistics(f, "group=b&group=_owner&stat=count").await["groups"][2]["group"],
        json!({"b": true, "_owner": "ada"})
    );
    // One of the fields lies below the other.
    assert_eq!(
        statistics(f, "group=free.b.c&stat=sum:free.a&stat=count:free.b").await["groups"]
            .as_array()
            .expect("ok")
            .len(),
        2
    );
}

async fn reading_ends_where_there_are_too_many_groups(f: &Fixture) {
    // Long texts make too many of few documents.
    for id in 'a'..='h' {
        f.insert(&id.to_string(), json!({"s": id.to_string().repeat(900_000)})).await;
    }
    assert!(aggregate(f, "group=s").await.overflow());
    assert!(MAX_GROUPS > 8 && !aggregate(f, "group=_id").await.overflow());
}
