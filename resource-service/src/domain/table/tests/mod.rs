//! What columns a schema gives, and what stands in them in each format.

use ::parquet::{
    file::reader::{FileReader as _, SerializedFileReader},
    record::Field,
};
use bytes::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::query::parse;

/// The columns `i`, `n` and `x` of a Parquet file.
pub fn read_back(file: Vec<u8>) -> (Vec<i64>, Vec<f64>, Vec<f64>) {
    let (mut integers, mut doubles, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows(file) {
        for (name, field) in row {
            match (name.as_str(), field) {
                ("i", Field::Long(value)) => integers.push(value),
                ("n", Field::Double(value)) => doubles.push(value),
                ("x", Field::Double(value)) => others.push(value),
                _ => {}
            }
        }
    }
    (integers, doubles, others)
}

fn rows(file: Vec<u8>) -> Vec<Vec<(String, Field)>> {
    let reader = SerializedFileReader::new(Bytes::from(file)).unwrap();
    let rows = reader.get_row_iter(None).unwrap();
    rows.map(|row| row.unwrap().into_columns()).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "callers write the value where it is used")]
fn collection(schema: Value) -> Collection {
    Collection::new(serde_json::from_value(json!({"name": "things", "schema": schema})).unwrap()).unwrap()
}

fn closed() -> Collection {
    collection(json!({
        "type": "object", "required": ["name", "code"], "additionalProperties": false,
        "$defs": {"place": {"type": "object", "additionalProperties": false, "properties": {"lat": {"type": "number"}}}},
        "properties": {
            "name": {"type": "string"},
            "code": {
                "type": "object", "required": ["name"], "additionalProperties": false,
                "properties": {"name": {"type": "string"}, "build": {"type": "integer"}},
            },
            "place": {"$ref": "#/$defs/place"},
            "open": {"type": "object", "properties": {"known": {"type": "number"}}},
            "results": {"type": "object", "additionalProperties": {
                "type": "object", "properties": {"value": {"type": ["number", "string"], "format": "ieee754"}},
            }},
            "at": {"type": "string", "format": "date-time"},
            "flag": {"type": "boolean"},
            "tags": {"type": "array"},
            "any": {},
        },
    }))
}

fn shown(collection: &Collection, fields: &str) -> Projection {
    parse::shown(&collection.target(), &[("fields".into(), fields.into())]).unwrap().unwrap()
}

fn names(collection: &Collection, shown: Option<&Projection>) -> Vec<String> {
    let columns = columns::columns(&collection.schema, &collection.definition.schema, shown);
    columns
        .into_iter()
        .map(|column| format!("{}:{:?}{}", column.name, column.kind, if column.required { "!" } else { "" }))
        .collect()
}

fn written(
    format: Format,
    collection: &Collection,
    shown: Option<Projection>,
    documents: &[Value],
) -> Result<Vec<u8>, Unwritable> {
    let mut writer = format.writer(collection, &collection.schema, shown)?;
    let mut file = Vec::new();
    for document in documents {
        writer.add(&document.to_string())?;
        file.extend(writer.take()?);
    }
    file.extend(writer.finish()?);
    Ok(file)
}

#[expect(clippy::needless_pass_by_value, reason = "callers write the value where it is used")]
fn document(members: Value) -> Value {
    let mut document = json!({
        "_id": "i", "_revision": 1, "_created_at": "2026-01-31T12:00:00.123Z", "_updated_at": "2026-01-31T12:00:00.123Z",
        "_owner": "ada",
    });
    document.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    document
}

const SYSTEM: [&str; 5] =
    ["_id:Text!", "_revision:Integer!", "_created_at:Instant!", "_updated_at:Instant!", "_owner:Text!"];

#[test]
fn each_scalar_of_a_closed_object_is_a_column_and_the_rest_json_text() {
    let expected = [
        "name:Text!",
        "code.name:Text!",
        "code.build:Integer",
        "place.lat:Double",
        "open:Json",
        "results:Json",
        "at:Instant",
        "flag:Boolean",
        "tags:Json",
        "any:Json",
    ];
    assert_eq!(names(&closed(), None), [&SYSTEM[..], &expected[..]].concat());
    let open = collection(json!({"type": "object", "properties": {"a": {"type": "integer"}}}));
    assert_eq!(names(&open, None), [&SYSTEM[..], &["a:Integer", "_additional:Json"]].concat());
    let tree = collection(
        json!({"type": "object", "additionalProperties": false, "properties": {"child": {"$ref": "#"}}}),
    );
    assert_eq!(names(&tree, None).last().unwrap(), &format!("{}:Json", ["child"; 8].join(".")));
}

#[test]
fn chosen_fields_are_columns_in_the_order_of_the_schema() {
    let closed = closed();
    let fields = shown(&closed, "flag,results.energy.value,any.x,code,_owner");
    let expected = [
        "_id:Text!",
        "_revision:Integer!",
        "_owner:Text!",
        "code.name:Text!",
        "code.build:Integer",
        "results.energy.value:Double",
        "flag:Boolean",
        "any.x:Json",
    ];
    assert_eq!(names(&closed, Some(&fields)), expected);
}

#[test]
fn a_csv_field_is_quoted_where_it_must_be_and_altered_nowhere() {
    let closed = closed();
    let fields = shown(&closed, "name,code.build,place.lat,results.e.value,any,tags,flag");
    let rows = [
        json!({"name": "=1+1", "code": {"build": i64::MIN}, "place": {"lat": -0.0}, "results": {"e": {"value": "NaN"}}, "any": "x", "tags": [1, "a"], "flag": true}),
        json!({"name": "a,\"b\"\r\n", "any": null, "place": {"lat": 5e-324}, "results": {"e": {"value": "-Infinity"}}}),
        json!({"name": "", "any": {"k": 0.1}}),
        json!({"name": " padded"}),
    ];
    let rows: Vec<Value> = rows.into_iter().map(document).collect();
    let table = String::from_utf8(written(Format::Csv, &closed, Some(fields), &rows).unwrap()).unwrap();
    let expected = [
        "_id,_revision,name,code.build,place.lat,results.e.value,flag,tags,any",
        "i,1,=1+1,-9223372036854775808,-0.0,NaN,true,\"[1,\"\"a\"\"]\",\"\"\"x\"\"\"",
        "i,1,\"a,\"\"b\"\"\r\n\",,5e-324,-Infinity,,,",
        "i,1,\"\",,,,,,\"{\"\"k\"\":0.1}\"",
        "i,1,\" padded\",,,,,,",
    ];
    assert_eq!(table, expected.map(|line| format!("{line}\r\n")).concat());
}

#[test]
fn members_that_the_schema_does_not_list_are_kept() {
    let open = collection(json!({"type": "object", "properties": {"a": {"type": "integer"}}}));
    let rows = [document(json!({"a": 1, "b": 2, "c": [3]})), document(json!({"a": 1}))];
    let table = String::from_utf8(written(Format::Csv, &open, None, &rows).unwrap()).unwrap();
    let ends: Vec<&str> =
        table.lines().filter_map(|line| line.split_once(",ada,").map(|(_, end)| end)).collect();
    assert_eq!(ends, ["1,\"{\"\"b\"\":2,\"\"c\"\":[3]}\"", "1,"]);
}

#[test]
fn parquet_columns_hold_what_their_type_says_and_nothing_else() {
    let closed = closed();
    let good = document(json!({
        "name": "é", "code": {"name": "c", "build": 2.0}, "at": "2026-01-31T13:00:00.1234567+01:00", "any": 1,
        "place": {"lat": 1}, "flag": false, "open": {"b": 1},
    }));
    let file = written(Format::Parquet, &closed, None, std::slice::from_ref(&good)).unwrap();
    let [row] = rows(file).try_into().unwrap();
    let found: Vec<String> = row.iter().map(|(name, field)| format!("{name}={field}")).collect();
    let found = found.join(" ");
    for expected in [
        "code.build=2 ",
        "name=\"é\"",
        "place.lat=1.0 ",
        "open=\"{\"b\":1}\"",
        "tags=null",
        "any=\"1\"",
        "flag=false",
    ] {
        assert!(found.contains(expected), "{expected}: {found}");
    }
    let at = row.iter().find(|(name, _)| name == "at").unwrap();
    assert_eq!(at.1, Field::TimestampMicros(1_769_860_800_123_456));

    for (members, column, kind) in [
        (json!({"name": 5}), "name", "string"),
        (json!({"code": {"name": "c", "build": 1.5}}), "code.build", "integer"),
        (json!({"code": {"name": "c", "build": 1e300}}), "code.build", "integer"),
        (json!({"code": {}}), "code.name", "string"),
        (json!({"place": {"lat": "1"}}), "place.lat", "double"),
        (json!({"at": "yesterday"}), "at", "timestamp"),
        (json!({"flag": 1}), "flag", "boolean"),
    ] {
        let mut bad = good.clone();
        bad.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        match written(Format::Parquet, &closed, None, &[bad]) {
            Err(Unwritable::Misfit { column: at, id, kind: expected, .. }) => {
                assert_eq!((at.as_str(), id.as_str(), expected), (column, "i", kind));
            }
            other => panic!("{members}: {other:?}"),
        }
    }
}

#[test]
fn an_empty_result_is_a_whole_file() {
    let closed = closed();
    assert!(written(Format::Ndjson, &closed, None, &[]).unwrap().is_empty());
    assert_eq!(
        String::from_utf8(written(Format::Csv, &closed, None, &[]).unwrap()).unwrap().lines().count(),
        1
    );
    assert!(rows(written(Format::Parquet, &closed, None, &[]).unwrap()).is_empty());
}

#[test]
fn row_groups_are_bounded_by_rows_and_by_bytes() {
    let closed = closed();
    let fields = shown(&closed, "name");
    let groups = |rows: usize, name: &str| {
        let row = document(json!({"name": name})).to_string();
        let mut writer = Format::Parquet.writer(&closed, &closed.schema, Some(fields.clone())).unwrap();
        let (mut file, mut held) = (Vec::new(), 0);
        for _ in 0..rows {
            writer.add(&row).unwrap();
            let ready = writer.take().unwrap();
            held = if ready.is_empty() { held + row.len() } else { 0 };
            assert!(held < 24 * 1024 * 1024);
            file.extend(ready);
        }
        file.extend(writer.finish().unwrap());
        SerializedFileReader::new(Bytes::from(file)).unwrap().metadata().num_row_groups()
    };
    assert_eq!(groups(50_001, "n"), 2);
    assert_eq!(groups(40, &"n".repeat(1_000_000)), 5);
}

#[test]
fn every_date_time_that_a_schema_takes_has_an_instant() {
    let closed = closed();
    for text in [
        "2026-01-31T12:00:00Z",
        "2026-01-31t12:00:00z",
        "2026-01-31T12:00:00.000000001-23:59",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z",
        "2016-12-31T23:59:60Z",
        "1990-12-31T15:59:60-08:00",
        "2024-02-29T00:00:00+00:00",
    ] {
        let members = json!({"name": "n", "code": {"name": "c"}, "at": text});
        if closed.check(members.as_object().unwrap().clone()).is_ok() {
            written(Format::Parquet, &closed, None, &[document(members)])
                .unwrap_or_else(|fault| panic!("{text}: {fault}"));
        }
    }
}
