//! Numbers keep what was sent, whatever they are: through each store and each format, under filters and in sorts.

use std::cmp::Ordering;

use futures_util::future::join_all;
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

use super::{Fixture, NOW, document, on_both_stores};
use crate::{
    domain::{
        exact::compare,
        table::{ExportFormat, Plan},
    },
    query::{expr::Expr, literal::Literal, parse::Query},
    store::Selection,
};

on_both_stores! {
    every_number_comes_back_as_it_was_sent_in_every_format
    numbers_sort_by_exact_value
    every_number_is_found_by_its_own_value_alone
}

/// How many numbers of each kind.
const MANY: usize = 200;

/// Integers of all sizes, those around powers of two above all.
fn integers() -> impl Strategy<Value = i64> {
    let edges = (0_u32..63, -2_i64..=2, any::<bool>()).prop_map(|(power, near, negative)| {
        let edge = (1_i64 << power).saturating_add(near);
        if negative { edge.wrapping_neg() } else { edge }
    });
    prop_oneof![edges, any::<i64>(), Just(i64::MIN), Just(i64::MAX), Just(0)]
}

/// Doubles of all sizes: subnormal, huge, whole, of few digits, both zeros.
fn doubles() -> impl Strategy<Value = f64> {
    let all = any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |double| double.is_finite());
    let subnormal = (1_u64..1 << 52, any::<bool>())
        .prop_map(|(bits, negative)| if negative { -f64::from_bits(bits) } else { f64::from_bits(bits) });
    let few_digits = (-99_999_i32..99_999, -30_i32..30)
        .prop_map(|(digits, power)| format!("{digits}e{power}").parse().expect("a number"));
    let edge = Just([0.0, -0.0, 5e-324, f64::MIN_POSITIVE, f64::MAX, f64::MIN, 9_007_199_254_740_992.0, 0.1]);
    let edge = (edge, 0_usize..8).prop_map(|(edges, at)| edges[at]);
    prop_oneof![all, subnormal, few_digits, edge, (-1e6..1e6)]
}

/// The same numbers in each run.
fn sample<S: Strategy>(strategy: &S, many: usize) -> Vec<S::Value> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..many).map(|_| strategy.new_tree(&mut runner).expect("a value").current()).collect()
}

/// Every third one an integer, now and then one of the three that JSON has no number for.
fn mixed() -> Vec<Value> {
    let numbers = sample(&integers(), MANY)
        .into_iter()
        .zip(sample(&doubles(), 2 * MANY).chunks(2).map(<[f64]>::to_vec).collect::<Vec<_>>());
    let mut mixed: Vec<Value> = numbers
        .flat_map(|(integer, doubles)| [json!(integer), json!(doubles[0]), json!(doubles[1])])
        .collect();
    for (at, special) in [(7, "NaN"), (100, "Infinity"), (200, "-Infinity"), (300, "NaN")] {
        mixed[at] = json!(special);
    }
    mixed
}

fn literal(value: &Value) -> Literal {
    match value.as_i64() {
        Some(integer) => Literal::Integer(integer),
        None => Literal::Double(double(value)),
    }
}

fn double(value: &Value) -> f64 {
    match value.as_str() {
        None => value.as_f64().expect("a number"),
        Some("NaN") => f64::NAN,
        Some("Infinity") => f64::INFINITY,
        Some(_) => f64::NEG_INFINITY,
    }
}

/// Inserts documents of these members, many at a time; the ids are their numbers.
async fn insert_all(f: &Fixture, members: impl Iterator<Item = Value>) {
    let members: Vec<(usize, Value)> = members.enumerate().collect();
    for some in members.chunks(50) {
        join_all(some.iter().map(async |(at, members)| f.insert(&format!("{at:04}"), members.clone()).await))
            .await;
    }
}

async fn ids(f: &Fixture, parameters: &[(&str, &str)]) -> Vec<String> {
    let pairs: Vec<(String, String)> =
        parameters.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let query = Query::parse(&f.collection.target(), &pairs).expect("ok");
    let selection =
        Selection { filter: query.filter, order: query.order, projection: None, limit: 10 * MANY };
    let batch = f.store.list(&f.collection, selection, NOW).await.expect("ok");
    let id = |text: &String| {
        serde_json::from_str::<Value>(text).expect("ok")["_id"].as_str().expect("ok").to_owned()
    };
    batch.documents.iter().map(id).collect()
}

async fn every_number_comes_back_as_it_was_sent_in_every_format(f: &Fixture) {
    let (integers, doubles) = (sample(&integers(), MANY), sample(&doubles(), MANY));
    let mixed = mixed();
    let members: Vec<Value> = (0..MANY)
        .map(|at| json!({"i": integers[at], "n": doubles[at], "x": mixed[at], "marks": [mixed[at + MANY]]}))
        .collect();
    insert_all(f, members.iter().cloned()).await;
    let sent = members
        .into_iter()
        .enumerate()
        .map(|(at, members)| document(&format!("{at:04}"), 1, members).to_json());
    let sent: Vec<String> = sent.collect();
    let selection = Query::parse(&f.collection.target(), &[]).expect("ok");
    let selection =
        Selection { filter: Expr::everything(), order: selection.order, projection: None, limit: MANY };
    let stored = f.store.list(&f.collection, selection, NOW).await.expect("ok").documents;
    assert_eq!(stored, sent);

    let write = |format: ExportFormat| {
        let mut plan = Plan::new(format, &f.collection.schema, None, 1_000);
        for document in &stored {
            plan.look(document).expect("ok");
        }
        let mut writer = plan.writer().expect("ok");
        for document in &stored {
            writer.add(document).expect("ok");
        }
        writer.finish().expect("ok")
    };
    assert_eq!(write(ExportFormat::Ndjson), (sent.join("\n") + "\n").into_bytes());

    let table = write(ExportFormat::Csv);
    let mut reader = csv::Reader::from_reader(table.as_slice());
    let header = reader.headers().expect("ok").clone();
    let place = |name: &str| header.iter().position(|column| column == name).expect(name);
    for (at, row) in reader.records().map(|row| row.expect("ok")).enumerate() {
        assert_eq!(row[place("i")].parse(), Ok(integers[at]));
        assert_eq!(row[place("n")].parse::<f64>().expect("ok").to_bits(), doubles[at].to_bits());
        match mixed[at].as_i64() {
            Some(integer) => assert_eq!(row[place("x")].parse(), Ok(integer)),
            None => assert_eq!(
                row[place("x")].parse::<f64>().expect("ok").to_bits(),
                double(&mixed[at]).to_bits()
            ),
        }
    }

    let (found_i, found_n, found_x) = crate::domain::table::read_back(write(ExportFormat::Parquet));
    assert_eq!(found_i, integers);
    let bits = |doubles: &[f64]| doubles.iter().map(|double| double.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&found_n), bits(&doubles));
    // A column of doubles rounds integers beyond 2^53.
    assert_eq!(bits(&found_x), bits(&mixed[..MANY].iter().map(double).collect::<Vec<_>>()));
}

async fn numbers_sort_by_exact_value(f: &Fixture) {
    let numbers = mixed();
    insert_all(f, numbers.iter().map(|number| json!({"x": number}))).await;
    let mut expected: Vec<(Literal, String)> =
        numbers.iter().map(literal).zip((0..).map(|at: u32| format!("{at:04}"))).collect();
    expected.sort_by(|one, other| compare(&one.0, &other.0).then_with(|| one.1.cmp(&other.1)));
    let found = ids(f, &[("sort", "x")]).await;
    assert_eq!(found, expected.iter().map(|(_, id)| id.clone()).collect::<Vec<_>>());
    // The id breaks ties in the direction of the last key.
    expected.reverse();
    let found = ids(f, &[("sort", "-x")]).await;
    assert_eq!(found, expected.iter().map(|(_, id)| id.clone()).collect::<Vec<_>>());
}

async fn every_number_is_found_by_its_own_value_alone(f: &Fixture) {
    let numbers = mixed();
    insert_all(f, numbers.iter().map(|number| json!({"x": number}))).await;
    for number in numbers.iter().step_by(2) {
        let text = literal(number).to_string();
        let alike: Vec<String> = numbers
            .iter()
            .enumerate()
            .filter(|(_, other)| compare(&literal(other), &literal(number)) == Ordering::Equal)
            .map(|(at, _)| format!("{at:04}"))
            .collect();
        assert_eq!(ids(f, &[("x", &text)]).await, alike, "{text}");
    }
}
