//! What a store owes to lists that are asked for at the same time: each shows what was there when it was asked for, and
//! what its own question says.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Fixture, NOW, document, on_both_stores};
use crate::{
    query::parse::Query,
    store::{Selection, StoreError},
};

on_both_stores! {
    a_list_shows_what_its_caller_wrote_before
    lists_that_differ_are_answered_each_by_itself
    equal_lists_at_the_same_time_are_equal
}

/// Those who list at the same time.
const CALLERS: usize = 12;

fn selection(f: &Fixture, text: &str) -> Selection {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    let pairs: Vec<(String, String)> = pairs.map(|(name, value)| (name.into(), value.into())).collect();
    let query = Query::parse(&f.collection.target(), &pairs).expect("ok");
    Selection { filter: query.filter, order: query.order, projection: query.projection, limit: query.limit }
}

async fn list(f: &Fixture, text: &str) -> Result<Vec<String>, StoreError> {
    Ok(f.store.list(&f.collection, selection(f, text), NOW).await?.documents)
}

async fn a_list_shows_what_its_caller_wrote_before(f: &Fixture) {
    let writes = async |caller: usize| {
        for n in 0..20 {
            let id = format!("{caller}-{n}");
            f.insert(&id, json!({"i": n})).await;
            let listed = list(f, "fields=i&limit=1000").await.expect("ok");
            assert!(listed.iter().any(|text| text.contains(&format!("\"{id}\""))), "{id} is missing");
        }
    };
    join_all((0..CALLERS).map(writes)).await;
}

/// Questions of the same collection, each of which has another answer.
const QUESTIONS: [&str; 10] = [
    "_owner=ada",
    "_owner=bob",
    "_owner=ada&i[gt]=2",
    "_owner=ada&i[gt]=3",
    "sort=-i",
    "sort=i",
    "sort=free.a",
    "sort=-free.a",
    "fields=s",
    "limit=3",
];

async fn lists_that_differ_are_answered_each_by_itself(f: &Fixture) {
    for n in 0..6 {
        for owner in ["ada", "bob"] {
            let members = json!({"i": n, "s": format!("{owner} {n}"), "free": {"a": -n}});
            let mut made = document(&format!("{owner}{n}"), 1, members);
            made.meta.owner = owner.into();
            f.store.insert(&f.collection, made).await.expect("ok");
        }
    }
    let mut alone = Vec::new();
    for question in QUESTIONS {
        alone.push(list(f, question).await.expect("ok"));
    }
    let mut different = alone.clone();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), QUESTIONS.len());
    let all = (0..CALLERS).flat_map(|_| QUESTIONS.iter().zip(&alone));
    join_all(all.map(async |(question, expected)| {
        assert_eq!(list(f, question).await.as_ref(), Ok(expected), "{question}");
    }))
    .await;
}

async fn equal_lists_at_the_same_time_are_equal(f: &Fixture) {
    for n in 0..30 {
        f.insert(&format!("{n:02}"), json!({"i": n, "s": "\u{e9}\"\\"})).await;
    }
    let pages =
        join_all((0..5 * CALLERS).map(|_| f.store.list(&f.collection, selection(f, "limit=20"), NOW)));
    for page in pages.await {
        let page = page.expect("ok");
        assert!(page.more);
        let ids = page.documents.iter().map(|text| serde_json::from_str::<Value>(text).expect("ok"));
        let ids: Vec<i64> = ids.map(|document| document["i"].as_i64().expect("ok")).collect();
        assert_eq!(ids, (0..20).collect::<Vec<_>>());
    }
}
