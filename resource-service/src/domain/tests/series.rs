use serde_json::json;

use super::*;
use crate::domain::catalog::Catalog;

fn point(step: i64, value: f64) -> Point {
    Point { step, value: Scalar::Double(value), time: None }
}

fn sent(steps: &[(i64, f64)]) -> Vec<SentPoint> {
    steps.iter().enumerate().map(|(at, (step, value))| (at, point(*step, *value))).collect()
}

#[test]
fn a_step_that_is_there_is_repeated_or_in_conflict_or_replaced() {
    let points = vec![point(1, 1.0), point(3, 3.0), point(5, f64::NAN)];
    let new = sent(&[(0, 0.0), (3, 3.0), (3, 4.0), (4, 4.0), (5, f64::NAN), (6, 6.0)]);
    let (merged, outcome) = merge(points.clone(), new.clone(), false);
    assert_eq!(merged.iter().map(|point| point.step).collect::<Vec<_>>(), [0, 1, 3, 4, 5, 6]);
    assert_eq!((outcome.accepted, outcome.repeated, outcome.replaced), (3, 2, 0));
    let conflict = Conflict { at: 2, has: point(3, 3.0), came: point(3, 4.0) };
    assert_eq!(outcome.conflicts, [conflict]);
    let (merged, outcome) = merge(points, new, true);
    assert_eq!((outcome.replaced, outcome.conflicts.len(), merged[2].value), (1, 0, Scalar::Double(4.0)));
}

#[test]
fn a_point_is_the_same_where_value_and_time_are_and_what_replaces_it_brings_its_time() {
    let timed = |time: Option<&str>| Point { time: time.map(Into::into), ..point(1, 1.0) };
    let (noon, same, later) =
        ("2026-01-31T12:00:00Z", "2026-01-31T13:00:00.000+01:00", "2026-01-31T13:00:00Z");
    let put = |has: Option<&str>, came: Option<&str>, replace: bool| {
        let (merged, outcome) = merge(vec![timed(has)], vec![(0, timed(came))], replace);
        let time = merged[0].time.as_deref().map(str::to_owned);
        (outcome.repeated, outcome.replaced, outcome.conflicts.len(), time)
    };
    let kept = |time: Option<&str>| time.map(str::to_owned);
    for replace in [false, true] {
        assert_eq!(put(Some(noon), Some(same), replace), (1, 0, 0, kept(Some(noon))));
        assert_eq!(put(None, None, replace), (1, 0, 0, None));
    }
    assert_eq!(
        put(Some(noon), None, false),
        (1, 0, 0, kept(Some(noon))),
        "a time left out contradicts nothing"
    );
    assert_eq!(put(Some(noon), None, true), (0, 1, 0, None));
    for has in [None, Some(noon)] {
        assert_eq!(put(has, Some(later), false), (0, 0, 1, kept(has)));
        assert_eq!(put(has, Some(later), true), (0, 1, 0, kept(Some(later))));
    }
}

#[test]
fn a_series_that_grows_is_cut_into_full_chunks_and_one_that_fills_up_into_ones_with_room() {
    let points = |n: i64| (0..n).map(|step| point(step, 0.0)).collect::<Vec<_>>();
    let sizes = |n, grew| cut(points(n), grew).iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(sizes(2500, true), [1000, 1000, 500]);
    assert_eq!(sizes(1000, true), [1000]);
    assert_eq!(sizes(1001, false), [501, 500]);
    assert_eq!(sizes(10, false), [10]);
    assert_eq!(cut(points(2500), false).concat(), points(2500));
}

#[test]
fn a_document_is_told_its_steps_and_may_not_pretend_to_be_a_chunk() {
    let members = |value: Value| value.as_object().unwrap().clone();
    let mut one = members(json!({"points": [{"step": 7}, {"step": -2}, {"step": 3}], "first": 99}));
    frame(&mut one, true).unwrap();
    assert_eq!((&one["first"], &one["last"], &one["count"]), (&json!(-2), &json!(7), &json!(3)));
    let refused = frame(&mut members(json!({"open": true, "points": []})), true).unwrap_err();
    assert_eq!(refused.pointer.as_deref(), Some("/open"));
    let mut empty = members(json!({"points": [], "first": 1, "last": 2}));
    frame(&mut empty, false).unwrap();
    assert_eq!(Value::Object(empty), json!({"points": []}));
    let mut odd = members(json!({"points": [{"step": 1.0}, {"step": 1e300}]}));
    assert_eq!(frame(&mut odd, false).unwrap_err().pointer.as_deref(), Some("/points/1/step"));
    let refused = frame(&mut members(json!({"chunk": 0, "points": []})), false).unwrap_err();
    assert_eq!((refused.pointer.as_deref(), refused.code.as_str()), (Some("/chunk"), "readOnly"));
}

#[test]
fn points_out_of_order_are_put_in_order_and_the_last_of_a_step_stays() {
    let text = json!({"_id": "i", "_revision": 1, "_created_at": "", "_updated_at": "", "_owner": "ada",
        "calculation": "c", "metric": "m", "points": [
            {"step": 2, "value": 1}, {"step": 1, "value": "NaN"}, {"step": 2, "value": 5, "time": "t"}]});
    let chunk: Chunk = serde_json::from_value(text).unwrap();
    let points = chunk.in_order().points;
    assert_eq!(
        serde_json::to_string(&points).unwrap(),
        r#"[{"step":1,"value":"NaN"},{"step":2,"value":5,"time":"t"}]"#
    );
}

#[test]
fn the_shipped_collection_keeps_points_and_takes_its_own_documents() {
    let catalog = Catalog::built_in().unwrap();
    let collection = catalog.get(SERIES).unwrap();
    assert!(collection.keeps_points() && collection.sums_points());
    assert!(!catalog.get("reviews").unwrap().keeps_points());
    let place = SeriesId { calculation: "c".into(), metric: "m".into() };
    let meta = Meta {
        id: "i".into(),
        revision: 1,
        created_at: String::new(),
        updated_at: String::new(),
        owner: String::new(),
    };
    let mut made = document(meta, &place, Some("eV"), i64::MIN, &[point(1, 0.5), point(2, f64::INFINITY)]);
    assert_eq!((&made.members["first"], &made.members["last"]), (&json!(1), &json!(2)));
    assert!(collection.check(made.members.clone()).is_err());
    made.members.shift_remove(LOWER);
    assert!(collection.check(made.members).is_ok());
}
