//! Query strings, parsed and printed.

mod cursor;
mod notations;

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;
use shared_models::problem::FieldError;

use super::{
    cursor::CursorKey,
    expr::{Expr, Test},
    literal::Literal,
    parse::{Count, Query, QueryContext},
    schema::Schema,
    timestamp,
};

fn schema() -> Schema {
    Schema::new(json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "name": {"type": "string"},
            "code": {"type": "object", "additionalProperties": false, "properties": {"name": {"type": "string"}}},
            "steps": {"type": ["integer", "null"]},
            "energy": {"type": ["number", "string"], "format": "ieee754"},
            "width": {"type": "number"},
            "done": {"type": "boolean"},
            "at": {"type": "string", "format": "date-time"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "points": {"type": "array", "items": {"type": "object"}},
            "parameters": {"type": "object"},
            "limit": {"type": "integer"},
        },
    }))
}

fn key() -> CursorKey {
    CursorKey::new([7; 32])
}

fn parse_pairs(pairs: &[(String, String)]) -> Result<Query, Vec<FieldError>> {
    let views = BTreeMap::from([("summary".to_owned(), vec!["name".to_owned(), "code".to_owned()])]);
    Query::parse(&QueryContext { collection: "runs", schema: &schema(), views: &views }, pairs)
}

fn parse(text: &str) -> Result<Query, Vec<FieldError>> {
    let pair =
        |pair: &str| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap();
    parse_pairs(&text.split('&').filter(|part| !part.is_empty()).map(pair).collect::<Vec<_>>())
}

/// The parameter, code and message of the one fault.
fn fault(text: &str) -> (String, String, String) {
    let placed = parse(text).and_then(|query| query.cursor(&key()).map(|_| ()));
    let mut faults = placed.err().unwrap_or_else(|| panic!("{text} is taken"));
    assert_eq!(faults.len(), 1, "{text}: {faults:?}");
    let fault = faults.remove(0);
    (fault.parameter.unwrap(), fault.code, fault.message)
}

fn literal(text: &str) -> Literal {
    match parse(text).unwrap().filter {
        Expr::Test(_, Test::Compare(_, literal)) => literal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn without_parameters_a_query_is_the_first_fifty_by_id() {
    let query = parse("").unwrap();
    assert!(query.filter.is_everything());
    assert_eq!((query.order.to_string().as_str(), query.limit, query.count), ("_id", 50, Count::None));
    assert_eq!((query.projection, query.after), (None, None));
}

#[test]
fn values_are_read_by_the_type_of_their_field() {
    assert_eq!(literal("name=5"), Literal::Text("5".into()));
    assert_eq!(literal("steps[gt]=5"), Literal::Integer(5));
    assert_eq!(literal("steps=null"), Literal::Null);
    assert_eq!(literal("steps=5.0"), Literal::Integer(5));
    assert_eq!(
        literal("_created_at[lt]=2026-01-31T12:00:00.1235Z"),
        Literal::Text("2026-01-31T12:00:00.123Z5".into())
    );
    assert_eq!(literal("energy[lt]=-10"), Literal::Integer(-10));
    assert_eq!(literal("energy=-Infinity"), Literal::Double(f64::NEG_INFINITY));
    assert_eq!(literal("width=1e3"), Literal::Double(1000.0));
    assert_eq!(literal("done=true"), Literal::Boolean(true));
    assert_eq!(literal("tags=a"), Literal::Text("a".into()));
    assert_eq!(literal("at=2026-01-31T12:00:00+01:00"), Literal::Text("2026-01-31T11:00:00".into()));
    assert_eq!(
        literal("_created_at[gt]=2026-01-31T12:00:00+01:00"),
        Literal::Text("2026-01-31T11:00:00.000Z".into())
    );
    assert_eq!(literal("limit[eq]=7"), Literal::Integer(7));
}

#[test]
fn values_of_a_free_object_are_read_as_json_where_they_are_json() {
    assert_eq!(literal("parameters.a[gt]=5"), Literal::Integer(5));
    assert_eq!(literal("parameters.a[gt]=5.0"), Literal::Double(5.0));
    assert_eq!(literal("parameters.a=0042"), Literal::Text("0042".into()));
    assert_eq!(literal("parameters.a=\"5\""), Literal::Text("5".into()));
    assert_eq!(literal("parameters.a=false"), Literal::Boolean(false));
    assert_eq!(literal("parameters.a=null"), Literal::Null);
    assert_eq!(literal("parameters.a=PBE"), Literal::Text("PBE".into()));
    assert_eq!(literal("parameters.a=NaN"), Literal::Text("NaN".into()));
}

#[test]
fn a_value_of_another_type_is_refused_with_field_and_expectation() {
    for (text, expected) in [
        ("steps=abc", "steps expects an integer of 64 bits, got \"abc\""),
        ("steps=1.5", "an integer"),
        ("steps=9223372036854775808", "an integer"),
        ("width=NaN", "width expects a number"),
        ("width=99999999999999999999", "width expects a number"),
        ("width= 1", "width expects a number"),
        ("energy=nan", "a number, NaN, Infinity or -Infinity"),
        ("done=yes", "true or false"),
        ("at=yesterday", "RFC 3339"),
        ("steps[exists]=maybe", "exists expects true or false"),
        ("steps[in]=1,x", "an integer"),
        ("parameters.a=\"open", "quoted string"),
        ("parameters.a[gt]=99999999999999999999", "beyond 64 bits"),
        ("steps=1e20", "an integer"),
        ("at=2026-01-31T12:00:00", "add Z or an offset"),
        ("width=null", "use exists"),
    ] {
        let (parameter, code, message) = fault(text);
        assert_eq!((text.split('=').next(), code.as_str()), (Some(parameter.as_str()), "type"));
        assert!(message.contains(expected), "{text}: {message}");
    }
}

#[test]
fn unknown_names_are_refused_by_name_with_the_nearest_known_one() {
    for (text, parameter, code, expected) in [
        ("nmae=x", "nmae", "field", "did you mean \"name\""),
        ("name.first=x", "name.first", "field", "there is no field"),
        ("points.value[gt]=1", "points.value[gt]", "field", "through the array \"points\""),
        ("$where=1", "$where", "field", "a field is a dotted path"),
        ("name[$ne]=x", "name[$ne]", "operator", "there is no operator \"$ne\""),
        ("name[gtt]=x", "name[gtt]", "operator", "did you mean \"gt"),
        ("name[regex]=x", "name[regex]", "operator", "known are eq, ne"),
        ("lmit=5", "lmit", "field", "limit"),
        ("sort=nmae", "sort", "field", "did you mean \"name\""),
        ("sort=tags", "sort", "type", "no order"),
        ("fields=name,", "fields", "field", "a field is a dotted path"),
        ("fields=name.*", "fields", "field", "name is a string, with no fields below it"),
        ("fields=*", "fields", "field", "there is no field \"*\""),
        ("view=sumary", "view", "view", "known are summary"),
        ("or=x", "or", "syntax", "(field[operator]=value,…)"),
        ("filter=x", "filter", "syntax", "is not JSON"),
    ] {
        let (found, kind, message) = fault(text);
        assert_eq!((found.as_str(), kind.as_str()), (parameter, code), "{text}: {message}");
        assert!(message.contains(expected), "{text}: {message}");
    }
}

#[test]
fn objects_and_arrays_take_only_what_has_a_meaning() {
    for text in [
        "code=x",
        "code[gt]=1",
        "tags[gt]=a",
        "tags[ne]=a",
        "tags[nin]=a",
        "tags[prefix]=a",
        "points=1",
        "points[contains]=1",
        "steps[contains]=1",
        "width[prefix]=1",
        "done[contains]=true",
    ] {
        assert_eq!(fault(text).1, "operator", "{text}");
    }
    for text in [
        "code[exists]=true",
        "tags[in]=a,b",
        "tags[contains]=a",
        "points[exists]=false",
        "at[prefix]=2026-01",
    ] {
        assert!(parse(text).is_ok(), "{text}");
    }
}

#[test]
fn control_words_are_checked_and_may_stand_once() {
    for text in [
        "limit=0",
        "limit=1001",
        "limit=x",
        "limit=-1",
        "count=all",
        "limit=1&limit=1",
        "sort=name,name",
        "view=summary&fields=name",
    ] {
        parse(text).unwrap_err();
    }
    assert_eq!(parse("count=exact&limit=1000").unwrap().count, Count::Exact);
    let faults = parse("limit=0&nope=1&sort=nope").unwrap_err();
    assert_eq!(faults.len(), 3);
}

#[test]
fn limits_hold_for_conditions_values_and_depth() {
    assert!(parse(&["name=x"; 200].join("&")).is_ok());
    assert_eq!(fault(&["name=x"; 201].join("&")).1, "limit");
    assert_eq!(fault(&vec!["name=x"; 10_000].join("&")).1, "limit");
    assert!(parse(&format!("steps[in]={}", ["1"; 1000].join(","))).is_ok());
    assert_eq!(fault(&format!("steps[in]={}", ["1"; 1001].join(","))).1, "limit");
    assert!(parse(&format!("parameters.{}=1", ["a"; 15].join("."))).is_ok());
    assert_eq!(fault(&format!("parameters.{}=1", ["a"; 16].join("."))).1, "field");
}

#[test]
fn a_projection_always_shows_id_and_revision() {
    let paths = |text: &str| -> Vec<String> {
        parse(text).unwrap().projection.unwrap().paths().map(ToString::to_string).collect()
    };
    assert_eq!(paths("fields=name"), ["_id", "_revision", "name"]);
    assert_eq!(paths("view=summary"), ["_id", "_revision", "name", "code"]);
    assert_eq!(paths("fields=code.name,code"), ["_id", "_revision", "code"]);
    assert_eq!(paths("fields=width,code.*,_id,code.name,width"), ["_revision", "width", "code", "_id"]);
}

#[test]
fn a_timestamp_is_in_utc_with_milliseconds() {
    let at = time::macros::datetime!(2026-01-31 23:59:59.9999 -1);
    assert_eq!(timestamp(at), "2026-02-01T00:59:59.999Z");
}

const CONTROL_WORDS: [&str; 7] = ["sort", "fields", "view", "limit", "after", "count", "explain"];

fn name() -> impl Strategy<Value = String> {
    let field = prop_oneof![
        Just("name".to_owned()),
        Just("steps".to_owned()),
        Just("energy".to_owned()),
        Just("done".to_owned()),
        Just("tags".to_owned()),
        Just("at".to_owned()),
        Just("_created_at".to_owned()),
        "parameters(\\.[a-z0-9\"' é]{1,3}){1,3}",
        "[a-z_.$\\[\\]]{0,8}",
    ];
    let operator = prop_oneof![
        Just(String::new()),
        "\\[(eq|ne|gt|gte|lt|lte|in|nin|exists|contains|prefix)\\]",
        "\\[[a-z$\\]\\[]{0,5}\\]"
    ];
    let control = "(sort|fields|view|limit|after|count|or|filter)";
    prop_oneof![4 => (field, operator).prop_map(|(field, operator)| field + &operator), 1 => control]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_map(|n| format!("{n:?}")),
        "(true|false|null|NaN|Infinity|-Infinity|2026-01-31T12:00:00Z)",
        "[\",a-z0-9\\\\.é -]{0,12}",
        any::<String>(),
    ]
}

proptest! {
    #[test]
    fn no_parameters_make_the_parser_panic(pairs in prop::collection::vec((name(), value()), 0..8)) {
        let _ = parse_pairs(&pairs);
    }

    #[test]
    fn what_is_read_prints_as_json_and_reads_back_as_the_same(pairs in prop::collection::vec((name(), value()), 1..4)) {
        let good = pairs.into_iter().filter(|pair| parse_pairs(std::slice::from_ref(pair)).is_ok());
        let good: Vec<(String, String)> = good.filter(|(name, _)| !CONTROL_WORDS.contains(&name.as_str())).collect();
        if let Ok(query) = parse_pairs(&good) {
            let printed = query.filter.to_string();
            let again = parse_pairs(&[("filter".to_owned(), printed.clone())])
                .map_err(|faults| TestCaseError::fail(format!("{good:?}: {printed}: {faults:?}")))?;
            prop_assert_eq!(format!("{:?}", again.filter), format!("{:?}", query.filter));
        }
    }
}
