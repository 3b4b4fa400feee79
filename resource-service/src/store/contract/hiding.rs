//! What every store must do with series and reviews of a calculation that is removed.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Fixture, NOW, document, on_both_stores, removal, update};
use crate::{
    domain::{catalog::Catalog, collection::Collection, document::Document},
    query::{expr::Expr, order::Order},
    store::{
        Selection, Update, Write,
        ends::Course,
        hiding::{MARKED_AT_ONCE, Turned},
    },
};

on_both_stores! {
    a_hidden_document_is_read_counted_and_listed_by_nobody
    marks_come_and_go_in_steps_and_change_no_document
    a_calculation_that_turned_is_noted_until_all_have_followed
    documents_stay_hidden_under_a_definition_that_no_longer_names_calculations
    a_hidden_document_is_not_written
}

async fn shipped(f: &Fixture, name: &str) -> Arc<Collection> {
    let catalog = Catalog::built_in().expect("ok");
    let collection = Arc::clone(catalog.get(name).expect("a collection"));
    f.store.prepare(&[Arc::clone(&collection)]).await.expect("ok");
    collection
}

fn member(id: &str, members: Value) -> Document {
    let Value::Object(members) = members else { panic!("no object") };
    Document { members, ..document(id, 1, json!({})) }
}

fn review(id: &str, calculation: &str) -> Document {
    member(id, json!({"calculation": calculation, "revision": 1, "verdict": "approve"}))
}

async fn ids(f: &Fixture, collection: &Arc<Collection>) -> Vec<String> {
    let order = Order::new(Vec::new(), collection.id_field().expect("ok"));
    let selection = Selection { filter: Expr::everything(), order, projection: None, limit: 1000 };
    let found = f.store.list(collection, selection, NOW).await.expect("ok").documents;
    found.iter().map(|json| Document::parse(json).expect("ok").meta.id).collect()
}

async fn a_hidden_document_is_read_counted_and_listed_by_nobody(f: &Fixture) {
    let reviews = shipped(f, "reviews").await;
    for (id, calculation) in [("a", "one"), ("b", "two"), ("c", "one")] {
        f.store.insert(&reviews, review(id, calculation)).await.expect("ok");
    }
    let before = f.store.get(&reviews, "a", NOW).await.expect("ok").expect("a document");
    assert_eq!(f.store.hide(&reviews, "one", true).await, Ok(2));
    assert_eq!(f.store.hide(&reviews, "one", true).await, Ok(0));
    assert_eq!(f.store.get(&reviews, "a", NOW).await, Ok(None));
    assert_eq!(f.store.head(&reviews, "a", NOW).await, Ok(None));
    assert_eq!(f.store.versions(&reviews, "a", None, 10).await, Ok(Vec::new()));
    assert_eq!(ids(f, &reviews).await, ["b"]);
    assert_eq!(f.store.count(&reviews, Expr::everything(), NOW).await, Ok(1));
    assert_eq!(f.store.estimate(&reviews, NOW).await, Ok(1));
    let three = ["a", "b", "never"].map(str::to_owned);
    assert_eq!(f.store.shown(&reviews, &three).await, Ok(["b".to_owned()].into()));
    assert_eq!(f.store.shown(&reviews, &[]).await, Ok([].into()));
    let mut belonging = f.store.belonging(&reviews, "one", 10).await.expect("ok");
    belonging.sort();
    assert_eq!(belonging, ["a", "c"], "hidden or not");
    assert_eq!(f.store.belonging(&reviews, "one", 1).await.expect("ok").len(), 1);
    assert_eq!(f.store.hide(&reviews, "one", false).await, Ok(2));
    assert_eq!(f.store.hide(&reviews, "one", false).await, Ok(0));
    assert_eq!(ids(f, &reviews).await, ["a", "b", "c"]);
    assert_eq!(f.store.get(&reviews, "a", NOW).await, Ok(Some(before)), "nothing of it shows");
}

async fn marks_come_and_go_in_steps_and_change_no_document(f: &Fixture) {
    let series = shipped(f, "series").await;
    let many = (0..=MARKED_AT_ONCE).map(|n| {
        let members =
            json!({"calculation": "one", "metric": format!("m{n}"), "points": [{"step": 1, "value": 0.5}]});
        let Value::Object(members) = members else { panic!("no object") };
        let members = series.check(members).expect("valid");
        Document { members, ..document(&n.to_string(), 1, json!({})) }
    });
    let fates = f.store.insert_each(&series, many.collect()).await.expect("ok");
    assert_eq!(fates.len(), MARKED_AT_ONCE + 1);
    for hidden in [true, false] {
        assert_eq!(f.store.hide(&series, "one", hidden).await, Ok(MARKED_AT_ONCE));
        assert_eq!(f.store.hide(&series, "one", hidden).await, Ok(1));
        let left = if hidden { 0 } else { MARKED_AT_ONCE + 1 };
        assert_eq!(ids(f, &series).await.len(), left);
    }
    let again = f.store.get(&series, "7", NOW).await.expect("ok").expect("a document");
    assert_eq!(again.revision, 1);
}

async fn a_calculation_that_turned_is_noted_until_all_have_followed(f: &Fixture) {
    let calculations = shipped(f, "calculations").await;
    let members = json!({"name": "H2", "code": {"name": "c"}, "status": "running"});
    f.store.insert(&calculations, member("a", members.clone())).await.expect("ok");
    let (now, later) = ("2026-01-31T12:00:00.000Z", "2026-01-31T12:00:00.001Z");
    let turned = async || f.store.turned(later, 10).await.expect("ok");
    let change = update(&member("a", members.clone()), json!({}));
    let change = Update {
        after: Document { members: member("a", members.clone()).members, ..change.after },
        ..change
    };
    assert!(f.store.update(&calculations, change).await.expect("ok"));
    assert_eq!(turned().await, [], "a change is no turn");
    assert!(f.store.remove(&calculations, "a", removal("a", 2)).await.expect("ok"));
    let gone = Turned { id: "a".into(), revision: 3 };
    assert_eq!((turned().await, f.store.turned(now, 10).await), (vec![gone.clone()], Ok(Vec::new())));
    let mut back = member("a", members);
    back.meta.revision = 4;
    assert!(f.store.restore(&calculations, back, "eve").await.expect("ok"));
    let restored = Turned { id: "a".into(), revision: 4 };
    assert_eq!(turned().await, std::slice::from_ref(&restored));
    f.store.followed(&gone).await.expect("ok");
    assert_eq!(turned().await, std::slice::from_ref(&restored), "it turned again since");
    f.store.followed(&restored).await.expect("ok");
    assert_eq!(turned().await, []);
    f.store.insert(&f.kept, document("a", 1, json!({}))).await.expect("ok");
    assert!(f.store.remove(&f.kept, "a", removal("a", 1)).await.expect("ok"));
    assert_eq!(turned().await, [], "nothing belongs to these");
}

async fn documents_stay_hidden_under_a_definition_that_no_longer_names_calculations(f: &Fixture) {
    let reviews = shipped(f, "reviews").await;
    for (id, calculation) in [("a", "one"), ("b", "two")] {
        f.store.insert(&reviews, review(id, calculation)).await.expect("ok");
    }
    assert_eq!(f.store.hide(&reviews, "one", true).await, Ok(1));
    let number = json!({"calculation": {"type": "integer"}});
    for properties in [json!({}), number] {
        let schema = json!({"type": "object", "properties": properties});
        let other = serde_json::from_value(json!({"name": "reviews", "schema": schema})).expect("ok");
        let other = Arc::new(Collection::new(other).expect("ok"));
        f.store.prepare(&[Arc::clone(&other)]).await.expect("ok");
        assert_eq!(ids(f, &other).await, ["b"]);
        assert_eq!(f.store.get(&other, "a", NOW).await, Ok(None));
        assert_eq!(f.store.count(&other, Expr::everything(), NOW).await, Ok(1));
        assert_eq!(f.store.hide(&other, "two", true).await, Ok(1), "others can be hidden");
        assert_eq!(f.store.hide(&other, "two", false).await, Ok(1), "and shown again");
        assert_eq!(f.store.belonging(&other, "one", 10).await, Ok(vec!["a".to_owned()]));
    }
    assert_eq!(f.store.hide(&reviews, "one", false).await, Ok(1));
    assert_eq!(ids(f, &reviews).await, ["a", "b"]);
}

async fn a_hidden_document_is_not_written(f: &Fixture) {
    let reviews = shipped(f, "reviews").await;
    let (before, moved) = (review("a", "one"), review("a", "two"));
    let after = Document { members: moved.members, ..document("a", 2, json!({})) };
    for shown in [None, Some(before.members.clone())] {
        f.store.insert(&reviews, before.clone()).await.expect("ok");
        assert_eq!(f.store.hide(&reviews, "one", true).await, Ok(1));
        let write = Update {
            after: after.clone(),
            expected: 1,
            before: shown,
            by: "eve".into(),
            course: Course::Unchanged,
        };
        assert_eq!(f.store.update(&reviews, write).await, Ok(false));
        let write = Write::Replace(after.clone(), 1);
        assert_eq!(f.store.write_together(&reviews, vec![write]).await, Ok(false));
        assert_eq!(f.store.remove(&reviews, "a", removal("a", 1)).await, Ok(false));
        assert_eq!(f.store.hide(&reviews, "one", false).await, Ok(1), "it is as it was");
        assert!(f.store.remove(&reviews, "a", removal("a", 1)).await.expect("ok"));
    }
}
