//! What every store owes a scan: the documents of the pages, in their order, each once, whatever happens meanwhile.

use futures_util::{StreamExt as _, stream};
use mongodb::bson::doc;
use serde_json::json;

use super::{Fixture, Leftover, NOW, on_both_stores, operations, removal, update};
use crate::{
    query::{
        order::{SortValue, Start},
        parse::{Query, QueryContext},
    },
    store::{Scan, Selection, keyset},
};

on_both_stores! {
    a_scan_gives_what_the_pages_give
    a_scan_gives_no_document_twice_and_leaves_none_out_while_others_change
    a_scan_gives_nothing_in_the_place_of_what_was_removed
}

/// More than a scan reads at once.
const MANY: usize = 2_300;

async fn fill(f: &Fixture) {
    let inserts = (0..MANY).map(|at| async move {
        let n = (at * 7919) % MANY;
        let members = json!({"n": n, "s": format!("s{}", at % 7), "free": {"d": at % 5}});
        f.insert(&format!("d{at:05}"), members).await;
    });
    stream::iter(inserts).buffer_unordered(64).collect::<()>().await;
}

fn query(f: &Fixture, parameters: &[(&str, &str)]) -> Query {
    let pairs: Vec<(String, String)> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let definition = &f.collection.definition;
    let target =
        QueryContext { collection: "things", schema: &f.collection.schema, views: &definition.views };
    Query::parse(&target, &pairs).expect("ok")
}

fn selection(query: &Query, limit: usize) -> Selection {
    let (filter, order) = (query.filter.clone(), query.order.clone());
    Selection { filter, order, projection: query.projection.clone(), limit }
}

/// The places of all documents of a scan, read in batches.
async fn rest_of(scan: &mut dyn Scan, query: &Query, batch: usize) -> Vec<Vec<SortValue>> {
    let mut places = Vec::new();
    loop {
        let part = scan.next(batch).await.expect("ok");
        places.extend(
            part.documents.iter().map(|text| query.order.place(&serde_json::from_str(text).expect("ok"))),
        );
        if !part.more {
            return places;
        }
    }
}

async fn a_scan_gives_what_the_pages_give(f: &Fixture) {
    fill(f).await;
    for parameters in [
        &[][..],
        &[("sort", "n")],
        &[("sort", "-n")],
        &[("sort", "s")],
        &[("sort", "-s,n")],
        &[("sort", "-free.d")],
        &[("sort", "n"), ("s[in]", "s1,s2"), ("n[gte]", "50")],
        &[("sort", "n"), ("s", "nothing")],
    ] {
        let query = query(f, parameters);
        let (mut pages, mut start) = (Vec::<Vec<SortValue>>::new(), None);
        loop {
            let page = selection(&query, 1_000);
            let page = keyset::list(&*f.store, &f.collection, &page, start.as_ref(), NOW).await.expect("ok");
            let texts = page.documents.iter();
            pages.extend(texts.map(|text| query.order.place(&serde_json::from_str(text).expect("ok"))));
            if !page.more {
                break;
            }
            start = pages.last().cloned().map(Start::behind);
        }
        for (from, limit) in [(0_usize, usize::MAX), (0, 1_500), (400, usize::MAX), (400, 1_200), (3, 5)] {
            let before = from.checked_sub(1).and_then(|last| pages.get(last)).cloned();
            let from = if before.is_some() { from } else { 0 };
            let wanted: Vec<_> = pages.iter().skip(from).take(limit).cloned().collect();
            for start in [before.map(Start::behind), wanted.first().cloned().map(Start::with)] {
                let scan = f.store.scan(&f.collection, selection(&query, limit), start, NOW);
                let found = rest_of(&mut *scan.await.expect("ok"), &query, 700).await;
                assert!(found == wanted, "{parameters:?} from {from}: {} of {}", found.len(), wanted.len());
            }
        }
    }
}

async fn a_scan_gives_no_document_twice_and_leaves_none_out_while_others_change(f: &Fixture) {
    fill(f).await;
    for (at, sort) in ["n", "_id", "s", "-s", "-_created_at"].into_iter().enumerate() {
        let query = query(f, &[("sort", sort)]);
        let mut scan =
            f.store.scan(&f.collection, selection(&query, usize::MAX), None, NOW).await.expect("ok");
        let first = scan.next(10).await.expect("ok").documents;
        let id = |text: &String| {
            let document: serde_json::Value = serde_json::from_str(text).expect("ok");
            document["_id"].as_str().expect("ok").to_owned()
        };
        // One that was given moves behind all others, one that is still to come moves before all, and one is removed.
        let moved = f.store.get(&f.collection, &id(&first[0]), NOW).await.expect("ok").expect("ok");
        let moved = crate::domain::document::Document::parse(&moved.json).expect("ok");
        let (low, high) = (json!({"n": -1, "s": "a"}), json!({"n": 1_000_000, "s": "z"}));
        let (behind, before) = if sort == "-s" { (low, high) } else { (high, low) };
        assert!(f.store.update(&f.collection, update(&moved, behind)).await.expect("ok"));
        let later = format!("d{:05}", MANY / 3 + at);
        assert!(first.iter().all(|text| id(text) != later), "{sort}");
        let later = f.store.get(&f.collection, &later, NOW).await.expect("ok").expect("ok");
        let later = crate::domain::document::Document::parse(&later.json).expect("ok");
        assert!(f.store.update(&f.collection, update(&later, before)).await.expect("ok"));
        let gone = format!("d{:05}", MANY / 2);
        let revision = f.store.head(&f.collection, &gone, NOW).await.expect("ok").map(|head| head.revision);
        if let Some(revision) = revision {
            f.store.remove(&f.collection, &gone, removal(&gone, revision)).await.expect("ok");
        }
        let mut ids: Vec<String> = first.iter().map(id).collect();
        loop {
            let part = scan.next(500).await.expect("ok");
            ids.extend(part.documents.iter().map(id));
            if !part.more {
                break;
            }
        }
        ids.retain(|id| *id != gone);
        let given = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), given), (MANY - 1, MANY - 1), "{sort}");
    }
}

async fn a_scan_gives_nothing_in_the_place_of_what_was_removed(f: &Fixture) {
    for (id, n) in [("a", 1), ("b", 2), ("c", 3)] {
        f.insert(id, json!({"n": n})).await;
    }
    let query = query(f, &[("sort", "n"), ("fields", "n")]);
    let mut scan = f.store.scan(&f.collection, selection(&query, usize::MAX), None, NOW).await.expect("ok");
    assert_eq!(scan.next(1).await.expect("ok").documents.len(), 1);
    // SQLite gives the number of the last row to the next one that is stored.
    f.store.remove(&f.collection, "c", removal("c", 1)).await.expect("ok");
    f.insert("d", json!({"n": -5})).await;
    let rest = rest_of(&mut *scan, &query, 10).await;
    assert!(rest.windows(2).all(|two| two[0] != two[1]) && rest.len() <= 2, "{rest:?}");
    assert!(!rest.contains(&query.order.place(&json!({"_id": "d", "n": -5}))), "{rest:?}");
}

#[tokio::test]
async fn a_scan_of_mongodb_continues_behind_a_cursor_that_is_lost() {
    let f = Fixture::mongo().await;
    fill(&f).await;
    let Leftover::Database(database) = &f.leftover else { unreachable!() };
    let query = query(&f, &[("sort", "n")]);
    let mut scan = f.store.scan(&f.collection, selection(&query, usize::MAX), None, NOW).await.expect("ok");
    let mut found = scan.next(700).await.expect("ok").documents.len();
    let open = operations(database, true).await;
    let ids = open.iter().filter_map(|open| open.get_document("cursor").ok()?.get_i64("cursorId").ok());
    let ids: Vec<i64> = ids.collect();
    assert_eq!(ids.len(), 1, "{open:?}");
    database.run_command(doc! { "killCursors": "things", "cursors": ids }).await.expect("ok");
    found += rest_of(&mut *scan, &query, 700).await.len();
    assert_eq!(found, MANY);
    drop(scan);
    f.end().await;
}
