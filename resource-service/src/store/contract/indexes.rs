//! Declared indexes serve: what a store looks at is what it gives, wherever in the list that is.

use std::sync::Arc;

use serde_json::{Value, json};
use shared_models::documents::Explanation;
use tokio::task::JoinSet;

use super::{Fixture, NOW, cursor, on_both_stores, start};
use crate::{
    domain::document::{Document, Meta},
    query::{parse::Query, timestamp},
    store::{Selection, keyset},
};

on_both_stores! {
    a_store_looks_at_what_it_gives_wherever_in_the_list_that_is
}

async fn a_store_looks_at_what_it_gives_wherever_in_the_list_that_is(f: &Fixture) {
    fill(f).await;
    an_indexed_filter_looks_at_what_it_gives_and_nothing_else(f).await;
    a_late_page_costs_what_the_first_one_costs(f).await;
    it_is_told_when_no_index_serves(f).await;
}

const DOCUMENTS: u32 = 2000;

async fn fill(f: &Fixture) {
    let (mut inserts, now) = (JoinSet::new(), timestamp(NOW));
    for at in 0..DOCUMENTS {
        let members = json!({
            "key": format!("k{at}"), "part": at % 7, "s": format!("{:03}", at % 5), "i": at,
            "x": if at % 10 == 0 { json!("NaN") } else { json!(f64::from(at) / 3.0) },
            "free": {"a": at % 11}, "results": {"e": {"value": -f64::from(at)}},
        });
        let (store, collection) = (Arc::clone(&f.store), Arc::clone(&f.collection));
        let id = format!("{:05}", (at * 7919) % 100_000);
        let meta =
            Meta { id, revision: 1, created_at: now.clone(), updated_at: now.clone(), owner: "ada".into() };
        let document = Document { meta, members: members.as_object().expect("ok").clone() };
        inserts.spawn(async move { store.insert(&collection, document).await });
    }
    while let Some(inserted) = inserts.join_next().await {
        inserted.expect("ok").expect("ok");
    }
}

async fn explain(f: &Fixture, pairs: &[(&str, &str)]) -> Explanation {
    let pairs: Vec<(String, String)> =
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let query = Query::parse(&f.collection.target(), &pairs).expect("ok");
    let (selection, from) = (selection(&query), start(&query));
    keyset::explain(&*f.store, &f.collection, &selection, from.as_ref(), NOW).await.expect("ok")
}

fn selection(query: &Query) -> Selection {
    Selection {
        filter: query.filter.clone(),
        order: query.order.clone(),
        projection: query.projection.clone(),
        limit: query.limit,
    }
}

async fn an_indexed_filter_looks_at_what_it_gives_and_nothing_else(f: &Fixture) {
    for (pairs, index) in [
        (&[("_id", "00000")][..], "_id"),
        (&[("_id[in]", "00000,07919,xxx")], "_id"),
        (&[("key", "k77"), ("part", "0")], "unique+key+part:number"),
        (&[("s", "003"), ("limit", "1000")], "index+s+_id"),
        (&[("s[prefix]", "00"), ("sort", "s")], "index+s+_id"),
        (&[("i", "700")], "index-i+s+_id"),
        (&[("i[in]", "700,701,702")], "index-i+s+_id"),
        (&[("i[gte]", "1900"), ("sort", "-i"), ("limit", "500")], "index-i+s+_id"),
        (&[("i[gt]", "10"), ("i[lt]", "20"), ("sort", "-i,s")], "index-i+s+_id"),
        (&[("x[lt]", "-1")], "index+x+_id"),
        (&[("x[gt]", "650"), ("limit", "1000")], "index+x+_id"),
        (&[("x", "NaN"), ("limit", "1000")], "index+x+_id"),
        (&[("x[gte]", "300"), ("sort", "x")], "index+x+_id"),
        (&[("free.a", "7"), ("limit", "1000")], "index+free.a+_id"),
        (&[("results.e.value[lt]", "-1990")], "index+results.e.value+_id"),
        (&[("filter", r#"{"$and":[{"i":{"$gte":5}},{"i":{"$lt":9}}]}"#)], "index-i+s+_id"),
        (&[("or", "(i=5,x=0.3333333333333333)")], "index+x+_id, index-i+s+_id"),
        (&[("sort", "s")], "index+s+_id"),
        (&[("sort", "-s")], "index+s+_id"),
        (&[("sort", "x")], "index+x+_id"),
        (&[("sort", "-x")], "index+x+_id"),
        (&[("sort", "i,-s")], "index-i+s+_id"),
        (&[("sort", "-_id")], "_id"),
    ] {
        let explained = explain(f, pairs).await;
        assert_eq!(explained.index.as_deref(), Some(index), "{pairs:?}: {explained:?}");
        let examined = explained.documents_examined.expect("counted");
        assert!(examined <= explained.returned + 1, "{pairs:?}: {explained:?}");
    }
}

/// Orders that an index serves in both directions, one of them of few values that many documents share.
const ORDERS: [(&str, &[(&str, &str)]); 9] = [
    ("_id", &[]),
    ("s", &[]),
    ("-s", &[]),
    ("x", &[]),
    ("-x", &[]),
    ("-i,s", &[]),
    ("i,-s", &[]),
    ("s", &[("s", "002")]),
    ("-results.e.value", &[("results.e.value[lt]", "-5")]),
];

async fn a_late_page_costs_what_the_first_one_costs(f: &Fixture) {
    for (sort, filters) in ORDERS {
        let mut after = String::new();
        let mut seen = 0;
        loop {
            let mut pairs = vec![("sort", sort), ("limit", "100")];
            pairs.extend_from_slice(filters);
            if !after.is_empty() {
                pairs.push(("after", &after));
            }
            let explained = explain(f, &pairs).await;
            let examined = explained.documents_examined.expect("counted");
            assert!(examined <= explained.returned + 2, "{sort} behind {seen}: {explained:?}");
            if let Some(keys) = explained.keys_examined {
                assert!(keys <= explained.returned + 5, "{sort} behind {seen}: {explained:?}");
            }
            let pairs: Vec<(String, String)> =
                pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let query = Query::parse(&f.collection.target(), &pairs).expect("ok");
            let (selection, from_here) = (selection(&query), start(&query));
            let page = keyset::list(&*f.store, &f.collection, &selection, from_here.as_ref(), NOW)
                .await
                .expect("ok");
            seen += u32::try_from(page.documents.len()).expect("ok");
            if !page.more {
                break;
            }
            let last: Value = serde_json::from_str(page.documents.last().expect("a page")).expect("ok");
            after = cursor(&query, &query.order.place(&last));
        }
        assert_eq!(seen, if filters.is_empty() { DOCUMENTS } else { seen.max(DOCUMENTS / 5) }, "{sort}");
    }
}

async fn it_is_told_when_no_index_serves(f: &Fixture) {
    for pairs in
        [&[("n[gt]", "1"), ("sort", "n")][..], &[("filter", r#"{"$not":{"s":"001"}}"#), ("sort", "b")]]
    {
        let explained = explain(f, pairs).await;
        assert_eq!(
            (explained.index, explained.documents_examined),
            (None, Some(DOCUMENTS.into())),
            "{pairs:?}"
        );
    }
}
