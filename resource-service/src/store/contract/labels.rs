//! An object whose members users name themselves: each is found by its text, on MongoDB through one index over all of them.

use serde_json::json;

use super::{Fixture, Leftover, NOW, on_both_stores};
use crate::{
    query::parse::Query,
    store::{Selection, keyset},
};

on_both_stores! {
    labels_are_found_by_their_texts_whatever_they_are_called
    a_filter_by_a_label_looks_at_what_has_it
}

fn selection(f: &Fixture, pairs: &[(&str, &str)]) -> Selection {
    let pairs: Vec<(String, String)> =
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let query = Query::parse(&f.collection.target(), &pairs).expect("ok");
    Selection { filter: query.filter, order: query.order, projection: query.projection, limit: query.limit }
}

async fn found(f: &Fixture, pairs: &[(&str, &str)]) -> String {
    let listed = f.store.list(&f.collection, selection(f, pairs), NOW).await.expect("ok").documents;
    let ids = listed.iter().map(|document| {
        let document: serde_json::Value = serde_json::from_str(document).expect("ok");
        document["_id"].as_str().expect("ok").to_owned()
    });
    ids.collect()
}

async fn labels_are_found_by_their_texts_whatever_they_are_called(f: &Fixture) {
    for (id, labels) in [
        ("a", json!({"team": "surfaces", "run": "5"})),
        ("b", json!({"team": "Surfaces", "run": "05", "true": "true"})),
        ("c", json!({"team": "true", "run": "null", "*": "star"})),
        ("d", json!({"team": "", "a b": "x", "c'd \"e\"": "x", "[x]": "y", "*": "5"})),
        ("e", json!({})),
    ] {
        f.insert(id, json!({"labels": labels})).await;
    }
    f.insert("f", json!({"s": "none"})).await;
    for (pairs, expected) in [
        (&[("labels.team", "surfaces")][..], "a"),
        (&[("labels.team", "true")], "c"),
        (&[("labels.team", "")], "d"),
        (&[("labels.run", "5")], "a"),
        (&[("labels.run", "null")], "c"),
        (&[("labels.run[in]", "5,05")], "ab"),
        (&[("labels.run[ne]", "5")], "bc"),
        (&[("labels.run[exists]", "false")], "def"),
        (&[("labels.team[exists]", "true")], "abcd"),
        (&[("labels.team[prefix]", "S")], "b"),
        (&[("labels.team[contains]", "urf")], "ab"),
        (&[("labels.team[gte]", "surf")], "ac"),
        (&[("labels.*", "star")], "c"),
        (&[("labels.a b", "x")], "d"),
        (&[("labels.c'd \"e\"", "x")], "d"),
        (&[("filter", r#"{"labels.[x]":"y"}"#)], "d"),
        (&[("filter", r#"{"labels.true":"true","labels.run":"05"}"#)], "b"),
        (&[("or", "(labels.run=5,labels.team=true)")], "ac"),
        (&[("labels.team[ne]", "x"), ("sort", "-labels.team")], "cabd"),
        (&[("sort", "labels.run")], "defbac"),
    ] {
        assert_eq!(found(f, pairs).await, expected, "{pairs:?}");
    }
}

const DOCUMENTS: u32 = 300;

async fn a_filter_by_a_label_looks_at_what_has_it(f: &Fixture) {
    for at in 0..DOCUMENTS {
        let labels = json!({"team": format!("t{}", at % 30), "run": at.to_string()});
        f.insert(&format!("{at:03}"), json!({"labels": labels})).await;
    }
    for pairs in [&[("labels.team", "t7")][..], &[("labels.run[in]", "7,8")], &[("labels.run[prefix]", "29")]]
    {
        let explained =
            keyset::explain(&*f.store, &f.collection, &selection(f, pairs), None, NOW).await.expect("ok");
        let (index, examined) = match f.leftover {
            Leftover::Database(_) => (Some("index+labels.*"), explained.returned),
            // It has no such index: it walks the documents in their order and reads the label of each.
            Leftover::Directory(_) => (Some("_id"), DOCUMENTS.into()),
        };
        assert!(explained.returned > 1, "{pairs:?}: {explained:?}");
        assert_eq!(
            (explained.index.as_deref(), explained.documents_examined),
            (index, Some(examined)),
            "{pairs:?}: {explained:?}"
        );
    }
}
