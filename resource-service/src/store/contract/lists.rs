//! What every store must find, and in which order: one table of documents, one of queries with their answers.

use serde_json::{Value, json};

use super::{Fixture, NOW, cursor, on_both_stores, start};
use crate::{
    query::{order::Start, parse::Query},
    store::{Batch, MAX_BATCH_BYTES, Selection, keyset},
};

on_both_stores! {
    filters_find_what_they_say
    sorts_are_total
    cursors_walk_every_order_without_gap_or_repetition
    a_list_continues_with_a_document_or_behind_it
    a_cursor_goes_on_where_it_stood_when_documents_come_and_go
    a_projection_shows_its_fields_in_the_order_of_the_document
    a_batch_ends_where_it_grows_too_large
    every_double_is_found_by_its_own_value_and_not_by_its_neighbour
    awkward_texts_and_names_are_found_as_they_are
}

/// Fields missing, null, of mixed numbers, special numbers, unicode, arrays.
fn documents() -> Vec<(&'static str, Value)> {
    vec![
        (
            "a",
            json!({"s": "B", "i": 1, "n": 1.5, "x": "NaN", "b": true, "tags": ["p", "q"], "free": {"a": 1}}),
        ),
        (
            "b",
            json!({"s": "a", "i": 2, "n": 2, "x": "-Infinity", "b": false, "tags": [], "free": {"a": 1.0}}),
        ),
        ("c", json!({"s": "é", "i": null, "n": null, "x": 0, "free": {"a": "1", "d": {"e": 1}}})),
        (
            "d",
            json!({"s": "\u{1F600}", "i": 9_007_199_254_740_993_i64, "n": 9_007_199_254_740_992.0, "x": 1.5, "free": {"a": true}}),
        ),
        ("e", json!({"s": "\u{ffff}", "i": -5, "n": -0.0, "x": "Infinity", "free": {"a": [1, "1", null]}})),
        (
            "f",
            json!({"s": null, "i": 2, "n": 1e300, "x": null, "tags": ["q"], "free": {"a": null, "d": [{"e": 1}]}}),
        ),
        ("g", json!({"free": {"a": {"b": 1}, "d": {"e": "z"}}, "inner": {}, "mixed": [1, "1", true, [7]]})),
        (
            "h",
            json!({"s": "", "inner": {"s": "x"}, "marks": [1, "NaN"], "mixed": [null], "free": {"a": false}}),
        ),
        (
            "i",
            json!({"s": "a,b", "x": 2, "results": {"e": {"value": -10.5}}, "marks": ["Infinity"], "free": {"a": 0.5}}),
        ),
        (
            "j",
            json!({"s": "null", "x": "NaN", "results": {"e": {"value": "NaN"}}, "free": {"a": "\u{1F600}"}}),
        ),
    ]
}

async fn fill(f: &Fixture) {
    for (id, members) in documents() {
        f.insert(id, members).await;
    }
}

fn query(f: &Fixture, text: &str) -> Query {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    let pairs: Vec<(String, String)> = pairs
        .map(|pair| pair.split_once('=').expect("ok"))
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    Query::parse(&f.collection.target(), &pairs).unwrap_or_else(|faults| panic!("{text}: {faults:?}"))
}

async fn select(f: &Fixture, query: &Query) -> Batch {
    let selection = Selection {
        filter: query.filter.clone(),
        order: query.order.clone(),
        projection: query.projection.clone(),
        limit: query.limit,
    };
    keyset::list(&*f.store, &f.collection, &selection, start(query).as_ref(), NOW).await.expect("ok")
}

fn id(text: &str) -> String {
    serde_json::from_str::<Value>(text).expect("ok")["_id"].as_str().expect("ok").to_owned()
}

async fn ids(f: &Fixture, text: &str) -> String {
    select(f, &query(f, text)).await.documents.iter().map(|text| id(text)).collect()
}

/// Queries, and the documents they find in the order of their ids.
const FILTERS: &[(&str, &str)] = &[
    ("", "abcdefghij"),
    ("s=a", "b"),
    ("s[ne]=a", "acdehij"),
    ("s[gt]=a", "cdeij"),
    ("s[gte]=a", "bcdeij"),
    ("s[lt]=a", "ah"),
    ("s[lte]=a", "abh"),
    ("s[gt]=\u{ffff}", "d"),
    ("s=null", "j"),
    ("s[in]=a,\"a,b\",zzz", "bi"),
    ("s[in]=\"\"", "h"),
    ("s=", "h"),
    ("s[exists]=true", "abcdefhij"),
    ("s[exists]=false", "g"),
    ("i=2", "bf"),
    ("i=null", "c"),
    ("i[in]=null,1", "ac"),
    ("i[ne]=2", "ade"),
    ("i[ne]=null", "abdef"),
    ("i[gt]=null", ""),
    ("i[gt]=9007199254740992", "d"),
    ("i[lt]=9007199254740993", "abef"),
    ("i[exists]=false", "ghij"),
    ("n=2", "b"),
    ("n=2.0", "b"),
    ("n=0", "e"),
    ("n=9007199254740992", "d"),
    ("n=9007199254740993", ""),
    ("n[lt]=9007199254740993", "abde"),
    ("n[in]=1.5,1e300,-1", "af"),
    ("n[ne]=2", "adef"),
    ("x=NaN", "aj"),
    ("x[ne]=NaN", "bcdei"),
    ("x[gte]=NaN", "aj"),
    ("x[lt]=NaN", ""),
    ("x[ne]=0", "abdeij"),
    ("x[lt]=1", "bc"),
    ("x[lte]=0", "bc"),
    ("x[gt]=1", "dei"),
    ("x=Infinity", "e"),
    ("x[gte]=-Infinity", "bcdei"),
    ("x[in]=NaN,-Infinity,2,null", "abfij"),
    ("x[exists]=true", "abcdefij"),
    ("b=true", "a"),
    ("b[ne]=true", "b"),
    ("b[lt]=true", "b"),
    ("b[in]=true,false", "ab"),
    ("tags=q", "af"),
    ("tags[in]=p,z", "a"),
    ("tags[exists]=true", "abf"),
    ("marks=1", "h"),
    ("marks=NaN", "h"),
    ("marks[in]=Infinity,5", "i"),
    ("mixed=1", "g"),
    ("mixed=true", "g"),
    ("mixed=\"1\"", "g"),
    ("mixed=7", ""),
    ("mixed=null", "h"),
    ("inner[exists]=true", "gh"),
    ("inner.s=x", "h"),
    ("inner.s[exists]=false", "abcdefgij"),
    ("free.a=1", "abc"),
    ("free.a=\"1\"", "c"),
    ("free.a=true", "d"),
    ("free.a[lt]=true", "h"),
    ("free.a=null", "f"),
    ("free.a[gt]=0", "abi"),
    ("free.a[ne]=1", "ij"),
    ("free.a[ne]=x", "cj"),
    ("free.a[in]=1,\"\"\"1\"\"\",null,false", "abcfh"),
    ("free.a[exists]=false", ""),
    ("free.a.b=1", "g"),
    ("free.a.b[exists]=true", "g"),
    ("free.d.e=1", "c"),
    ("free.d.e[ne]=0", "cg"),
    ("free.d.e[exists]=true", "cg"),
    ("free.d.e[exists]=false", "abdefhij"),
    ("free.a.0=1", ""),
    ("results.e.value[lt]=-10", "i"),
    ("results.e.value=NaN", "j"),
    ("_id[gt]=h", "ij"),
    ("_id[in]=a,j,zz", "aj"),
    ("_revision=1&s=a", "b"),
    ("_revision[gt]=1", ""),
    ("_owner=ada&i[gte]=2", "bdf"),
    ("_created_at[gte]=2026-01-31T13:00:00+01:00", "abcdefghij"),
    ("_created_at[gt]=2026-01-31T12:00:00Z", ""),
    ("s[gt]=a&s[lt]=b", "i"),
    ("s[nin]=a,B", "cdehij"),
    ("i[nin]=null,2", "ade"),
    ("i[nin]=null", ""),
    ("x[nin]=NaN,0", "bdei"),
    ("free.a[nin]=1,\"\"\"1\"\"\"", "ij"),
    ("s[contains]=a", "bi"),
    ("s[contains]=\u{1F600}", "d"),
    ("s[contains]=", "abcdehij"),
    ("tags[contains]=q", "af"),
    ("marks[contains]=NaN", "h"),
    ("free.a[contains]=1", "ce"),
    ("free.a[contains]=\"1\"", "ce"),
    ("free.a[contains]=null", "e"),
    ("s[prefix]=a", "bi"),
    ("s[prefix]=\u{1F600}", "d"),
    ("s[prefix]=", "abcdehij"),
    ("free.a[prefix]=1", "c"),
    ("or=(s=a,i=1)", "ab"),
    ("or=(s=a,and=(i=2,or=(n=2,x=null)))", "bf"),
    ("or=(s=\"a,b\",s=B)&i=1", "a"),
    (r#"filter={"s":"a","i":{"$gte":2,"$lt":3}}"#, "b"),
    (r#"filter={"$not":{"s":{"$gt":""}}}"#, "fgh"),
    (r#"filter={"$not":{"free.a":1}}"#, "cdefghij"),
    (r#"filter={"$not":{"tags":{"$contains":"q"}}}"#, "bcdeghij"),
    (r#"filter={"$not":{"$or":[{"s":{"$exists":true}},{"i":1}]}}"#, "g"),
    (r#"filter={"i":{"$not":{"$in":[1,2,null]}}}"#, "deghij"),
];

async fn filters_find_what_they_say(f: &Fixture) {
    fill(f).await;
    for &(text, expected) in FILTERS {
        assert_eq!(ids(f, text).await, expected, "{text}");
        let total = f.store.count(&f.collection, query(f, text).filter, NOW).await.expect("ok");
        assert_eq!(usize::try_from(total).expect("ok"), expected.len(), "{text}");
    }
}

const ORDERS: [(&str, &str); 14] = [
    ("_id", "abcdefghij"),
    ("-_id", "jihgfedcba"),
    ("s", "fghabijced"),
    ("-s", "decjibahgf"),
    ("i", "cghijeabfd"),
    ("-i", "dfbaejihgc"),
    ("n", "cghijeabdf"),
    ("x", "fghajbcdie"),
    ("-x", "eidcbjahgf"),
    ("b,-i", "dfejihgcba"),
    ("free.a", "fiabcjgehd"),
    ("-free.a", "dhegjcbaif"),
    ("free.d.e,-_id", "jihfedbacg"),
    ("results.e.value", "abcdefghji"),
];

async fn sorts_are_total(f: &Fixture) {
    fill(f).await;
    for (sort, expected) in ORDERS {
        assert_eq!(ids(f, &format!("sort={sort}")).await, expected, "{sort}");
    }
}

async fn cursors_walk_every_order_without_gap_or_repetition(f: &Fixture) {
    fill(f).await;
    for (sort, expected) in ORDERS {
        for limit in [1, 3] {
            let (mut walked, mut after) = (String::new(), String::new());
            loop {
                let query = query(f, &format!("limit={limit}&sort={sort}{after}"));
                let batch = select(f, &query).await;
                assert!(batch.documents.len() <= limit);
                walked.extend(batch.documents.iter().map(|text| id(text)));
                if !batch.more {
                    break;
                }
                let last = serde_json::from_str(batch.documents.last().expect("ok")).expect("ok");
                let places = query.order.place(&last);
                let left = f.store.count(&f.collection, query.order.behind(&places), NOW).await.expect("ok");
                assert_eq!(usize::try_from(left).expect("ok") + walked.len(), expected.len(), "{sort}");
                after = format!("&after={}", cursor(&query, &places));
            }
            assert_eq!(walked, expected, "{sort} by {limit}");
        }
    }
}

async fn a_list_continues_with_a_document_or_behind_it(f: &Fixture) {
    fill(f).await;
    for (sort, expected) in ORDERS {
        let query = query(f, &format!("sort={sort}"));
        let whole = select(f, &query).await.documents;
        for (at, text) in whole.iter().enumerate() {
            let places = query.order.place(&serde_json::from_str(text).expect("ok"));
            for (start, from) in [(Start::with(places.clone()), at), (Start::behind(places), at + 1)] {
                let (filter, order) = (query.filter.clone(), query.order.clone());
                let selection = Selection { filter, order, projection: None, limit: query.limit };
                let rest = keyset::list(&*f.store, &f.collection, &selection, Some(&start), NOW).await;
                let rest: String = rest.expect("ok").documents.iter().map(|text| id(text)).collect();
                assert_eq!(rest, expected[from..], "{sort} from {from}");
                let left = f.store.count(&f.collection, query.order.from(&start), NOW).await.expect("ok");
                assert_eq!(usize::try_from(left).expect("ok"), rest.len(), "{sort} from {from}");
            }
        }
    }
}

async fn a_cursor_goes_on_where_it_stood_when_documents_come_and_go(f: &Fixture) {
    for (id, i) in [("b", 1), ("d", 2), ("f", 2), ("h", 3)] {
        f.insert(id, json!({"i": i})).await;
    }
    let first = query(f, "sort=-i&limit=2");
    let batch = select(f, &first).await;
    assert_eq!(batch.documents.iter().map(|text| id(text)).collect::<String>(), "hf");
    let last = serde_json::from_str(&batch.documents[1]).expect("ok");
    let cursor = cursor(&first, &first.order.place(&last));
    f.store.remove(&f.collection, "f", super::removal("f", 1)).await.expect("ok");
    for (id, i) in [("a", 3), ("c", 2), ("e", 2), ("g", 1)] {
        f.insert(id, json!({"i": i})).await;
    }
    assert_eq!(ids(f, &format!("sort=-i&after={cursor}")).await, "edcgb");
}

async fn a_projection_shows_its_fields_in_the_order_of_the_document(f: &Fixture) {
    let members = json!({
        "s": "x", "mixed": [{"p": 1, "q": 2}, 3, [{"p": 4}]],
        "free": {"z": 1, "a": {"b": 2, "c": 3}, "l": [{"p": 1, "q": 2}, 3, [{"p": 4, "q": 5}]]}, "inner": {"s": "y"}, "i": 4,
    });
    f.insert("a", members).await;
    for (text, expected) in [
        ("fields=i,s", r#"{"_id":"a","_revision":1,"s":"x","i":4}"#),
        ("fields=free.a.c,free.z", r#"{"_id":"a","_revision":1,"free":{"z":1,"a":{"c":3}}}"#),
        ("fields=free.a,free.a.b,_id", r#"{"_id":"a","_revision":1,"free":{"a":{"b":2,"c":3}}}"#),
        ("fields=free.l.p", r#"{"_id":"a","_revision":1,"free":{"l":[{"p":1},[{"p":4}]]}}"#),
        ("fields=free.z.nothing,n,inner.s", r#"{"_id":"a","_revision":1,"free":{},"inner":{"s":"y"}}"#),
        ("fields=i&sort=free.z", r#"{"_id":"a","_revision":1,"i":4}"#),
    ] {
        assert_eq!(select(f, &query(f, text)).await.documents, [expected], "{text}");
    }
}

async fn a_batch_ends_where_it_grows_too_large(f: &Fixture) {
    let text = "x".repeat(900_000);
    for id in 'a'..='l' {
        f.insert(&id.to_string(), json!({"s": text})).await;
    }
    let batch = select(f, &query(f, "limit=1000")).await;
    assert!(batch.more);
    assert_eq!(batch.documents.len(), MAX_BATCH_BYTES / 900_000 + 1);
    // The parts of a list behind a cursor are one batch: five of these come before those without a number.
    for id in 'm'..='q' {
        f.insert(&id.to_string(), json!({"s": text, "i": 1})).await;
    }
    let query = query(f, "limit=1000&sort=-i&fields=s");
    let places = query.order.place(&json!({"_id": "z", "i": 2}));
    let selection = Selection {
        filter: query.filter.clone(),
        order: query.order.clone(),
        projection: None,
        limit: query.limit,
    };
    let start = Start::behind(places);
    let batch = keyset::list(&*f.store, &f.collection, &selection, Some(&start), NOW).await.expect("ok");
    assert_eq!((batch.documents.len(), batch.more), (MAX_BATCH_BYTES / 900_000 + 1, true));
}

async fn every_double_is_found_by_its_own_value_and_not_by_its_neighbour(f: &Fixture) {
    let mut state = 1_u64;
    let doubles = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from_bits(state)
    });
    let doubles: Vec<f64> = doubles.filter(|double| double.is_normal()).take(300).collect();
    f.insert("a", json!({"marks": doubles})).await;
    for double in doubles {
        assert_eq!(ids(f, &format!("marks={double:?}")).await, "a", "{double:?}");
        assert_eq!(ids(f, &format!("marks={:?}", double.next_up())).await, "", "{double:?}");
    }
}

async fn awkward_texts_and_names_are_found_as_they_are(f: &Fixture) {
    let texts = ["'; --", "\"", "\\", "\\\"", "$.a", "a\0b", "\u{7f}\n\t", "e\u{301}", "$where", "%_*"];
    for (text, id) in texts.iter().zip('a'..) {
        let name = text.replace(['$', '.', '\0'], "_");
        let free: Value = [(name, json!({"x": 1}))].into_iter().collect();
        f.insert(&id.to_string(), json!({"s": text, "free": free})).await;
    }
    for (text, id) in texts.iter().zip('a'..) {
        assert_eq!(ids(f, &format!("s={text}")).await, id.to_string(), "{text:?}");
    }
    for (name, id) in texts.iter().zip('a'..).filter(|(name, _)| !name.contains(['$', '.', '\0'])) {
        assert_eq!(ids(f, &format!("free.{name}.x=1")).await, id.to_string(), "{name:?}");
        assert_eq!(ids(f, &format!("free.{name}[exists]=true&sort=free.{name}.x")).await, id.to_string());
    }
}
