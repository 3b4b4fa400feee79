//! What every store must do for series.

use std::sync::Arc;

use futures_util::StreamExt as _;
use serde_json::json;
use shared_models::documents::Direction;

use super::{Fixture, NOW, document as thing, on_both_stores};
use crate::{
    domain::{
        catalog::Catalog,
        collection::Collection,
        document::Meta,
        scalar::Scalar,
        series::{self, Point, SeriesId},
    },
    query::{
        expr::{Comparison, Expr},
        literal::Literal,
        order::{Order, SortKey},
    },
    store::{Append, LogEntry, Selection, StoreError, Write},
};

on_both_stores! {
    points_come_back_as_the_numbers_they_are
    all_of_several_writes_are_made_or_none
    one_of_many_writers_of_several_documents_wins
    a_chunk_begins_once
    points_are_appended_to_the_document_that_is_meant_and_its_summary_is_kept
    many_series_are_appended_to_at_once
    of_appends_at_the_same_time_none_is_lost
    a_change_of_a_chunk_brings_its_new_points_alone
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
    let place = SeriesId { calculation: "c".into(), metric: "m".into() };
    series::document(meta(id, revision), &place, Some("eV"), lower, points)
}

fn all(collection: &Collection, limit: usize) -> Selection {
    let field = |path: &str| collection.schema.field(&path.parse().expect("ok")).expect("ok");
    let key = |path| SortKey { field: field(path), direction: Direction::Ascending };
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

/// An open chunk of the series `metric` with a summary.
fn open_chunk(id: &str, metric: &str, points: &[Point]) -> crate::domain::document::Document {
    let place = SeriesId { calculation: "c".into(), metric: metric.into() };
    let mut document = series::document(meta(id, 1), &place, Some("eV"), i64::MIN, points);
    series::summarize(&mut document.members, &series::summary(points), true);
    document
}

/// Points that are to go behind the open end of a series, if they come after it.
fn behind(collection: &Collection, metric: &str, points: &[Point]) -> Append {
    let test = |path: &str, comparison, literal| {
        Expr::compare(&collection.schema.field(&path.parse().expect("ok")).expect("ok"), comparison, literal)
    };
    let filter = test("calculation", Comparison::Eq, Literal::Text("c".into()))
        .and(test("metric", Comparison::Eq, Literal::Text(metric.into())))
        .and(test("open", Comparison::Eq, Literal::Boolean(true)))
        .and(test("last", Comparison::Lt, Literal::Integer(points[0].step)));
    let place = SeriesId { calculation: "c".into(), metric: metric.into() };
    Append { place, filter, points: points.to_vec(), at: "2026-02-01T00:00:00.000Z".into() }
}

async fn points_are_appended_to_the_document_that_is_meant_and_its_summary_is_kept(f: &Fixture) {
    let series = collection();
    f.store.prepare(&[Arc::clone(&series)]).await.expect("ok");
    f.store.insert(&series, open_chunk("a", "m", &[point(1, Scalar::Double(f64::NAN))])).await.expect("ok");
    let append = async |metric: &str, points: &[Point]| {
        f.store.append_points(&series, vec![behind(&series, metric, points)], NOW).await.expect("ok")
    };
    let mut timed = point(3, Scalar::Integer(i64::MAX));
    timed.time = Some("2026-01-31T12:00:00Z".into());
    assert_eq!(append("m", &[point(2, Scalar::Double(-0.5)), timed.clone()]).await, [true]);
    assert_eq!(append("m", &[point(3, Scalar::Integer(9))]).await, [false], "the step is there");
    assert_eq!(append("n", &[point(9, Scalar::Integer(9))]).await, [false], "there is no such series");
    assert_eq!(append("m", &[point(4, Scalar::Double(f64::NAN))]).await, [true]);
    let read = f.store.chunks(&series, all(&series, 10), NOW).await.expect("ok").chunks;
    let [chunk] = &read[..] else { panic!("{read:?}") };
    let steps: Vec<i64> = chunk.points.iter().map(|point| point.step).collect();
    assert_eq!((steps, &chunk.points[2], chunk.open), (vec![1, 2, 3, 4], &timed, true));
    assert_eq!(
        (chunk.revision, chunk.count, chunk.updated_at.as_str()),
        (3, Some(4), "2026-02-01T00:00:00.000Z")
    );
    let read = f.store.outlines(&series, all(&series, 10), NOW).await.expect("ok");
    let [outline] = &read.outlines[..] else { panic!("{read:?}") };
    assert_eq!(outline.summary, Some(series::summary(&chunk.points)));
    assert_eq!(
        (outline.id.as_str(), outline.metric.as_str(), outline.unit.as_deref()),
        ("a", "m", Some("eV"))
    );
    assert_eq!((outline.steps, read.more), (Some((1, 4)), false));
    let stored = f.store.get(&series, "a", NOW).await.expect("ok").expect("ok");
    let stored: serde_json::Value = serde_json::from_str(&stored.json).expect("ok");
    assert_eq!(
        (&stored["last"], &stored["min"], &stored["max"], &stored["last_value"]),
        (&json!(4), &json!(-0.5), &json!(i64::MAX), &json!("NaN"))
    );
}

async fn many_series_are_appended_to_at_once(f: &Fixture) {
    let series = collection();
    f.store.prepare(&[Arc::clone(&series)]).await.expect("ok");
    for metric in ["k", "l", "m"] {
        f.store
            .insert(&series, open_chunk(metric, metric, &[point(1, Scalar::Integer(1))]))
            .await
            .expect("ok");
    }
    let append = async |steps: [(&str, i64); 4]| {
        let appends =
            steps.map(|(metric, step)| behind(&series, metric, &[point(step, Scalar::Double(0.5))]));
        f.store.append_points(&series, appends.into(), NOW).await.expect("ok")
    };
    assert_eq!(append([("k", 2), ("nothing", 2), ("l", 1), ("m", 3)]).await, [true, false, false, true]);
    assert_eq!(append([("k", 2), ("nothing", 2), ("l", 1), ("m", 3)]).await, [false; 4]);
    assert_eq!(f.store.append_points(&series, Vec::new(), NOW).await, Ok(Vec::new()));
    let read = f.store.outlines(&series, all(&series, 2), NOW).await.expect("ok");
    assert_eq!((read.outlines.len(), read.more), (2, true));
}

async fn of_appends_at_the_same_time_none_is_lost(f: &Fixture) {
    let series = collection();
    f.store.prepare(&[Arc::clone(&series)]).await.expect("ok");
    f.store.insert(&series, open_chunk("a", "m", &[point(0, Scalar::Integer(0))])).await.expect("ok");
    let appends = (1..=20).map(|step| {
        let (store, series) = (Arc::clone(&f.store), Arc::clone(&series));
        let append = behind(&series, "m", &[point(step, Scalar::Integer(step))]);
        tokio::spawn(async move { store.append_points(&series, vec![append], NOW).await })
    });
    let (mut stored, appends): (Vec<i64>, Vec<_>) = (vec![0], appends.collect());
    for (append, step) in appends.into_iter().zip(1..) {
        stored.extend((append.await.expect("ok") == Ok(vec![true])).then_some(step));
    }
    let read = f.store.chunks(&series, all(&series, 10), NOW).await.expect("ok").chunks;
    let steps: Vec<i64> = read[0].points.iter().map(|point| point.step).collect();
    assert_eq!(steps, stored);
}

async fn a_change_of_a_chunk_brings_its_new_points_alone(f: &Fixture) {
    let series = collection();
    f.store.prepare(&[Arc::clone(&series)]).await.expect("ok");
    let points: Vec<Point> = (0..20).map(|step| point(step, Scalar::Integer(step))).collect();
    f.store.insert(&series, open_chunk("a", "m", &points)).await.expect("ok");
    let start = f.store.position_now().await.expect("ok");
    let append = behind(&series, "m", &[point(20, Scalar::Double(0.5))]);
    assert_eq!(f.store.append_points(&series, vec![append], NOW).await, Ok(vec![true]));
    let mut changes = f.store.changes(start, &[series::SERIES.into()]).await.expect("ok");
    let change = loop {
        if let Some(Ok(LogEntry::Change(change))) = changes.next().await {
            break change;
        }
    };
    let (before, after) = (change.before.as_ref().expect("ok"), change.after.as_ref().expect("ok"));
    assert_eq!(after.value()["points"], json!([{"step": 20, "value": 0.5}]));
    assert_eq!((&after.value()["metric"], &after.value()["count"]), (&json!("m"), &json!(21)));
    assert_eq!((&before.value()["points"], &before.value()["last"]), (&json!([]), &json!(19)));
    assert!(after.json.len() < 600, "{} bytes for a point", after.json.len());
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
