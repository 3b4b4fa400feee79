//! What columns a schema gives, and what is in them in each format.

mod found;
mod whole;

use ::parquet::{
    file::reader::{FileReader as _, SerializedFileReader},
    record::Field,
};
use bytes::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::{
    domain::collection::Collection,
    query::{parse, projection::Projection},
};

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

/// The plan of a table that is to have these documents.
fn plan(
    format: ExportFormat,
    collection: &Collection,
    shown: Option<Projection>,
    documents: &[Value],
) -> Plan {
    let mut plan = Plan::new(format, &collection.schema, shown, 1_000);
    if plan.needs_look() {
        let looks_at = plan.looks_at();
        for document in documents {
            let part =
                looks_at.as_ref().map_or_else(|| document.clone(), |part| part.apply(document.clone()));
            plan.look(&part.to_string()).unwrap();
        }
    }
    plan
}

/// The names and kinds of the columns of a table of these documents, without those of the service.
fn names(collection: &Collection, shown: Option<Projection>, documents: &[Value]) -> Vec<String> {
    let columns = plan(ExportFormat::Csv, collection, shown, documents).columns();
    let columns = columns.into_iter().filter(|column| !column.path[0].starts_with('_'));
    columns.map(|column| format!("{}:{}", column.name(), kind(column.kind))).collect()
}

const fn kind(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Integer => "integer",
        ColumnKind::Double { ieee754: false } => "double",
        ColumnKind::Double { ieee754: true } => "ieee754",
        ColumnKind::Boolean => "boolean",
        ColumnKind::Text => "text",
        ColumnKind::Instant => "instant",
        ColumnKind::Json => "json",
    }
}

fn written(
    format: ExportFormat,
    collection: &Collection,
    shown: Option<Projection>,
    documents: &[Value],
) -> Result<Vec<u8>, Unwritable> {
    let mut writer = plan(format, collection, shown, documents).writer()?;
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

#[test]
fn each_scalar_that_the_schema_declares_is_a_column_in_its_order() {
    let expected = [
        "name:text",
        "code.name:text",
        "code.build:integer",
        "place.lat:double",
        "open.known:double",
        "at:instant",
        "flag:boolean",
        "tags:json",
        "any:json",
    ];
    assert_eq!(names(&closed(), None, &[]), expected);
    let columns = plan(ExportFormat::Csv, &closed(), None, &[]).columns();
    let first: Vec<String> = columns.iter().take(5).map(Column::name).collect();
    assert_eq!(first, ["_id", "_revision", "_created_at", "_updated_at", "_owner"]);
}

#[test]
fn chosen_fields_are_columns_in_the_order_in_which_they_are_asked_for() {
    let closed = closed();
    let columns = |fields: &str| {
        let columns = plan(ExportFormat::Csv, &closed, Some(shown(&closed, fields)), &[]).columns();
        columns.iter().map(Column::name).collect::<Vec<_>>().join(",")
    };
    assert_eq!(
        columns("flag,results.energy.value,any.x,code,_owner"),
        "_id,_revision,flag,results.energy.value,any.x,code.name,code.build,_owner"
    );
    assert_eq!(columns("code.build,_id,code.name"), "_revision,code.build,_id,code.name");
    assert_eq!(columns("code.*,flag"), "_id,_revision,code.name,code.build,flag");
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
    let table = String::from_utf8(written(ExportFormat::Csv, &closed, Some(fields), &rows).unwrap()).unwrap();
    let expected = [
        "_id,_revision,name,code.build,place.lat,results.e.value,any,any.k,tags,flag,_rest",
        "i,1,=1+1,-9223372036854775808,-0.0,NaN,x,,\"[1,\"\"a\"\"]\",true,",
        "i,1,\"a,\"\"b\"\"\r\n\",,5e-324,-Infinity,,,,,",
        "i,1,\"\",,,,,0.1,,,",
        "i,1,\" padded\",,,,,,,,",
    ];
    assert_eq!(table, expected.map(|line| format!("{line}\r\n")).concat());
}

#[test]
fn parquet_columns_hold_what_their_type_says() {
    let closed = closed();
    let good = document(json!({
        "name": "é", "code": {"name": "c", "build": 2.0}, "at": "2026-01-31T13:00:00.123456+01:00", "any": 1,
        "place": {"lat": 1}, "flag": false, "open": {"b": 1},
    }));
    let file = written(ExportFormat::Parquet, &closed, None, std::slice::from_ref(&good)).unwrap();
    let [row] = rows(file).try_into().unwrap();
    let found: Vec<String> = row.iter().map(|(name, field)| format!("{name}={field}")).collect();
    let found = found.join(" ") + " ";
    for expected in [
        "code.build=2 ",
        "name=\"é\" ",
        "place.lat=1.0 ",
        "open.known=null ",
        "open.b=1 ",
        "tags=null ",
        "any=1 ",
        "flag=false ",
        "_rest=null ",
    ] {
        assert!(found.contains(expected), "{expected}: {found}");
    }
    let at = row.iter().find(|(name, _)| name == "at").unwrap();
    assert_eq!(at.1, Field::TimestampMicros(1_769_860_800_123_456));
}

#[test]
fn an_empty_result_is_a_whole_file() {
    let closed = closed();
    assert!(written(ExportFormat::Ndjson, &closed, None, &[]).unwrap().is_empty());
    assert_eq!(
        String::from_utf8(written(ExportFormat::Csv, &closed, None, &[]).unwrap()).unwrap().lines().count(),
        1
    );
    assert!(rows(written(ExportFormat::Parquet, &closed, None, &[]).unwrap()).is_empty());
}

#[test]
fn row_groups_are_bounded_by_rows_and_by_bytes() {
    let closed = closed();
    let fields = shown(&closed, "name");
    let groups = |rows: usize, name: &str| {
        let row = document(json!({"name": name})).to_string();
        let mut writer = plan(ExportFormat::Parquet, &closed, Some(fields.clone()), &[]).writer().unwrap();
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
            let file = written(ExportFormat::Parquet, &closed, None, &[document(members)]).unwrap();
            let [row] = rows(file).try_into().unwrap();
            assert!(
                row.iter().any(|(name, field)| name == "at" && matches!(field, Field::TimestampMicros(_))),
                "{text}: {row:?}"
            );
        }
    }
}
