//! Groups and statistics of values whose results were computed by hand.

use serde_json::json;

use super::*;
use crate::query::{
    grouping::{Grouping, MAX_STATS},
    parse::QueryContext,
    schema::Schema,
};

fn schema() -> Schema {
    Schema::new(json!({"type": "object", "additionalProperties": false, "properties": {
        "code": {"type": "string"}, "free": {}, "i": {"type": "integer"},
        "x": {"type": ["number", "string"], "format": "ieee754"},
        "tags": {"type": "array"}, "flag": {"type": "boolean"}, "at": {"type": "string", "format": "date-time"},
    }}))
}

fn parse(text: &str) -> Result<Grouping, Vec<(String, String)>> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    let pairs: Vec<(String, String)> = pairs.map(|(name, value)| (name.into(), value.into())).collect();
    let (schema, views) = (schema(), BTreeMap::new());
    let parsed =
        Grouping::parse(&QueryContext { collection: "things", schema: &schema, views: &views }, &pairs);
    parsed.map_err(|faults| {
        faults.into_iter().map(|fault| (fault.parameter.unwrap_or_default(), fault.code)).collect()
    })
}

/// The answer for documents whose values of the fields, in their order, are these JSON values.
fn answer(text: &str, rows: &[Value]) -> Value {
    let grouping = parse(text).unwrap();
    let mut groups = Groups::new(&grouping.groups, &grouping.stats);
    for row in rows {
        let values = row.as_array().unwrap().iter().zip(groups.fields().to_vec());
        groups.add(values.map(|(value, field)| Literal::of_json(&field, value)).collect());
    }
    groups.into_json()
}

#[test]
fn groups_come_in_the_order_of_a_sort_and_equal_numbers_are_one() {
    let rows =
        [json!([1]), json!(["a"]), json!([null]), json!([1.0]), json!([true]), json!([-0.0]), json!([0])];
    let found = answer("group=free", &rows);
    let expected = json!([
        {"group": {"free": null}, "count": 1}, {"group": {"free": 0}, "count": 2}, {"group": {"free": 1}, "count": 2},
        {"group": {"free": "a"}, "count": 1}, {"group": {"free": true}, "count": 1},
    ]);
    assert_eq!((&found["groups"], &found["total"]), (&expected, &json!(7)));
    let specials = [json!(["Infinity"]), json!([5]), json!(["NaN"]), json!(["NaN"]), json!(["-Infinity"])];
    let found = answer("group=x", &specials);
    let keys: Vec<&Value> =
        found["groups"].as_array().unwrap().iter().map(|group| &group["group"]["x"]).collect();
    assert_eq!(keys, [&json!("NaN"), &json!("-Infinity"), &json!(5), &json!("Infinity")]);
}

#[test]
fn the_smallest_and_the_largest_are_those_of_a_sort_whatever_order_they_come_in() {
    let least = |rows: &[Value]| {
        let group = answer("stat=min:at&stat=max:at", rows)["groups"][0].clone();
        ["min:at", "max:at"].map(|name| group[name].clone())
    };
    let mut rows = [json!([7.5]), json!(["b"]), json!([3])];
    assert_eq!(least(&rows), [json!(3), json!("b")]);
    rows.reverse();
    assert_eq!(least(&rows), [json!(3), json!("b")]);
}

#[test]
fn every_statistic_is_told_of_the_numbers_alone() {
    let stats =
        "stat=count&stat=count:free&stat=sum:free&stat=avg:free&stat=min:free&stat=max:free&stat=stddev:free";
    let rows = [json!([2]), json!([null]), json!(["text"]), json!([4]), json!([9])];
    assert_eq!(
        answer(stats, &rows)["groups"][0],
        json!({"group": {}, "count": 5, "count:free": 4, "sum:free": 15, "avg:free": 5.0, "min:free": 2, "max:free": 9,
            "stddev:free": 3.605_551_275_463_989_f64})
    );
    let nothing = answer(stats, &[]);
    assert_eq!(
        nothing,
        json!({"groups": [{"group": {}, "count": 0, "count:free": 0, "sum:free": 0, "avg:free": null, "min:free": null,
            "max:free": null, "stddev:free": null}], "total": 0})
    );
    assert_eq!(answer("group=code", &[]), json!({"groups": [], "total": 0}));
    assert_eq!(answer("stat=stddev:i", &[json!([1])])["groups"][0]["stddev:i"], Value::Null);
}

#[test]
fn nan_spoils_sums_and_comes_before_every_number() {
    let stats = "stat=sum:x&stat=avg:x&stat=stddev:x&stat=min:x&stat=max:x";
    let measured = |values: &[Value]| {
        let rows: Vec<Value> = values.iter().map(|value| json!([value])).collect();
        let group = answer(stats, &rows)["groups"][0].clone();
        ["sum:x", "avg:x", "stddev:x", "min:x", "max:x"].map(|name| group[name].clone())
    };
    assert_eq!(
        measured(&[json!(1), json!("NaN"), json!(2)]),
        [json!("NaN"), json!("NaN"), json!("NaN"), json!("NaN"), json!(2)]
    );
    let infinite = [json!("Infinity"), json!("Infinity"), json!("NaN"), json!(1), json!("Infinity")];
    assert_eq!(measured(&[json!("Infinity"), json!(1)]), infinite);
    assert_eq!(measured(&[json!("Infinity"), json!("-Infinity")])[0], json!("NaN"));
    assert_eq!(
        measured(&[json!(-0.0), json!(0), json!(0.0)])[3..].iter().map(Value::to_string).collect::<Vec<_>>(),
        ["-0.0", "0.0"]
    );
}

#[test]
fn integers_are_exact_and_become_a_double_beyond_64_bits() {
    let sum = |rows: &[Value]| answer("stat=sum:i", rows)["groups"][0]["sum:i"].to_string();
    assert_eq!(sum(&[json!([i64::MAX]), json!([-1])]), (i64::MAX - 1).to_string());
    assert_eq!(sum(&[json!([i64::MAX]), json!([1])]), "9.223372036854776e+18");
    assert_eq!(sum(&[json!([1]), json!([2.0])]), "3.0");
}

#[test]
fn too_many_groups_are_noticed() {
    let grouping = parse("group=i").unwrap();
    let mut groups = Groups::new(&grouping.groups, &grouping.stats);
    let limit = i64::try_from(MAX_GROUPS).unwrap();
    (0..limit).for_each(|i| groups.add(vec![Some(Literal::Integer(i))]));
    groups.add(vec![Some(Literal::Integer(0))]);
    assert!(!groups.overflow());
    groups.add(vec![Some(Literal::Integer(limit))]);
    assert!(groups.overflow());

    let grouping = parse("group=code").unwrap();
    let mut groups = Groups::new(&grouping.groups, &grouping.stats);
    (0..5).for_each(|i| groups.add(vec![Some(Literal::Text(i.to_string().repeat(1_000_000)))]));
    assert!(groups.overflow());
}

#[test]
fn what_cannot_be_grouped_or_measured_is_refused_by_name() {
    for (text, parameter, code) in [
        ("group=tags", "group", "type"),
        ("group=nothing", "group", "field"),
        ("group=code&group=code", "group", "duplicate"),
        ("stat=sum", "stat", "field"),
        ("stat=sum:code", "stat", "type"),
        ("stat=avg:flag", "stat", "type"),
        ("stat=min:tags", "stat", "type"),
        ("stat=median:i", "stat", "function"),
        ("stat=cuont", "stat", "function"),
        ("stat=sum:$where", "stat", "field"),
        ("stat=count&stat=count", "stat", "duplicate"),
        ("limit=5", "limit", "parameter"),
        ("cdoe=x", "cdoe", "field"),
    ] {
        assert_eq!(parse(text).unwrap_err(), [(parameter.to_owned(), code.to_owned())], "{text}");
    }
    let many: Vec<String> = (0..=MAX_STATS).map(|i| format!("stat=sum:free.b{i}")).collect();
    assert_eq!(parse(&many.join("&")).unwrap_err(), [("stat".to_owned(), "limit".to_owned())]);
}
