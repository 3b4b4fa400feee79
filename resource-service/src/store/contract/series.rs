//! What every store must do for series.

use std::sync::Arc;

use serde_json::json;
use shared_models::documents::Direction;

use super::{Fixture, NOW, document as thing, on_both_stores};
use crate::{
    domain::{
        catalog::Catalog,
        collection::Collection,
        document::Meta,
        scalar::Scalar,
        series::{self, Place, Point},
    },
    query::{
        expr::{Comparison, Expr},
        literal::Literal,
        order::{Key, Order},
    },
    store::{Selection, StoreError, Write},
};

on_both_stores! {
    points_come_back_as_the_numbers_they_are
    all_of_several_writes_are_made_or_none
    one_of_many_writers_of_several_documents_wins
    a_chunk_begins_once
}

fn collection() -> Arc<Collection> {
    Arc::clone(Catalog::built_in().expect("ok").get(series::SERIES).expect("ok"))
}

fn meta(id: &str, revision: i64) -> Meta {
    Meta { revision, ..thing(id, 1, json!({})).meta }
}

fn point(step: i64, value: Scalar) -> Point {
    Point { step, value, time: None }
}

fn chunk(id: &str, revision: i64, lower: i64, points: &[Point]) -> crate::domain::document::Document {
    let place = Place { calculation: "c".into(), metric: "m".into() };
    series::document(meta(id, revision), &place, Some("eV"), lower, points)
}

fn all(collection: &Collection, limit: usize) -> Selection {
    let field = |path: &str| collection.schema.field(&path.parse().expect("ok")).expect("ok");
    let key = |path| Key { field: field(path), direction: Direction::Ascending };
    let calculation = Expr::compare(&field("calculation"), Comparison::Eq, Literal::Text("c".into()));
    let order = Order::new(vec![key("first"), key("last")], field("_id"));
    Selection { filter: calculation, order, projection: None, limit }
}

async fn points_come_back_as_the_numbers_they_are(f: &Fixture) {
    let series = collection();
    f.store.prepare(&[Arc::clone(&series)]).await.expect("ok");
    let mut points: Vec<Point> = [
        Scalar::Integer(i64::MAX),
        Scalar::Double(0.1),
        Scalar::Double(5.0),
        Scalar::Double(f64::NAN),
        Scalar::Double(f64::NEG_INFINITY),
    ]
    .into_iter()
    .zip(0..)
    .map(|(value, step)| point(step, value))
    .collect();
    points[1].time = Some("2026-01-31T12:00:00Z".into());
    points.push(point(i64::MAX, Scalar::Integer(-1)));
    f.store.insert(&series, chunk("b", 1, i64::MIN, &points)).await.expect("ok");
    f.store.insert(&series, chunk("a", 3, -5, &[point(-5, Scalar::Double(1.0))])).await.expect("ok");
    let read = f.store.chunks(&series, all(&series, 10), NOW).await.expect("ok");
    let ids: Vec<&str> = read.chunks.iter().map(|chunk| chunk.id.as_str()).collect();
    assert_eq!((ids, read.more), (vec!["a", "b"], false));
    let [first, second] = &read.chunks[..] else { panic!("{read:?}") };
    assert_eq!((first.meta(), first.lower, first.unit.as_deref()), (meta("a", 3), Some(-5), Some("eV")));
    assert_eq!((&second.points, second.lower), (&points, Some(i64::MIN)));
    assert!(
        matches!(second.points[2].value, Scalar::Double(_))
            && matches!(second.points[0].value, Scalar::Integer(_))
    );
    let read = f.store.chunks(&series, all(&series, 1), NOW).await.expect("ok");
    assert_eq!((read.chunks.len(), read.more), (1, true));
}

async fn all_of_several_writes_are_made_or_none(f: &Fixture) {
    f.insert("a", json!({"i": 1})).await;
    let writes = |expected: i64| {
        vec![
            Write::Insert(thing("b", 1, json!({"i": 2}))),
            Write::Replace(thing("a", 2, json!({"i": 3})), expected),
            Write::Insert(thing("c", 1, json!({"key": "k", "part": 1}))),
        ]
    };
    let count = async || f.store.count(&f.collection, Expr::everything(), NOW).await.expect("ok");
    assert_eq!(f.store.write_together(&f.collection, writes(7)).await, Ok(false));
    assert_eq!(count().await, 1);
    assert_eq!(f.store.write_together(&f.collection, writes(1)).await, Ok(true));
    assert_eq!(count().await, 3);
    let changed = f.store.get(&f.collection, "a", NOW).await.expect("ok").expect("ok");
    assert_eq!((changed.revision, changed.json), (2, thing("a", 2, json!({"i": 3})).to_json()));
    let twin = vec![
        Write::Insert(thing("d", 1, json!({}))),
        Write::Insert(thing("e", 1, json!({"key": "k", "part": 1}))),
    ];
    let conflict = Err(StoreError::Conflict { fields: vec!["key".into(), "part".into()] });
    assert_eq!(f.store.write_together(&f.collection, twin).await, conflict);
    assert_eq!(f.store.write_together(&f.collection, Vec::new()).await, Ok(true));
    assert_eq!(count().await, 3);
}

async fn one_of_many_writers_of_several_documents_wins(f: &Fixture) {
    f.insert("a", json!({"i": 0})).await;
    let writers = (1..=8).map(|i| {
        let (store, collection) = (Arc::clone(&f.store), Arc::clone(&f.collection));
        let writes = vec![
            Write::Replace(thing("a", 2, json!({"i": i})), 1),
            Write::Insert(thing(&format!("w{i}"), 1, json!({}))),
        ];
        tokio::spawn(async move { store.write_together(&collection, writes).await })
    });
    let writers: Vec<_> = writers.collect();
    let mut won = 0;
    for writer in writers {
        won += i32::from(writer.await.expect("ok").expect("ok"));
    }
    assert_eq!(won, 1);
    assert_eq!(f.store.count(&f.collection, Expr::everything(), NOW).await.expect("ok"), 2);
}

async fn a_chunk_begins_once(f: &Fixture) {
    let series = collection();
    f.store.prepare(&[Arc::clone(&series)]).await.expect("ok");
    let points = [point(1, Scalar::Integer(1))];
    f.store.insert(&series, chunk("a", 1, i64::MIN, &points)).await.expect("ok");
    let twin = f.store.insert(&series, chunk("b", 1, i64::MIN, &points)).await;
    let fields = ["calculation", "metric", "chunk"].map(str::to_owned).to_vec();
    assert_eq!(twin, Err(StoreError::Conflict { fields }));
}
