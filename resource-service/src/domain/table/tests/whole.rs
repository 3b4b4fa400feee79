//! Whatever the schema says and the documents are, a table loses nothing of them and is written to its end.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::*;

type Leaves = BTreeMap<String, Value>;

/// Each value of a document that is neither an object with members nor `null`, by its path.
fn leaves(value: &Value, path: &str, found: &mut Leaves) {
    match value {
        Value::Null => {}
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                leaves(value, &path, found);
            }
        }
        value => {
            found.insert(path.to_owned(), value.clone());
        }
    }
}

/// A row of a Parquet file as the leaves of a document, those of its last column among them.
fn row_leaves(row: Vec<(String, Field)>, kinds: &BTreeMap<String, ColumnKind>) -> Leaves {
    let mut found = Leaves::new();
    for (name, field) in row {
        let value = match (field, kinds.get(&name)) {
            (Field::Null | Field::TimestampMicros(_), _) => continue,
            (Field::Str(text), None) => {
                let rest: Map<String, Value> = serde_json::from_str(&text).unwrap();
                rest.iter().for_each(|(path, value)| leaves(value, path, &mut found));
                continue;
            }
            (Field::Str(text), Some(ColumnKind::Json)) => {
                leaves(&serde_json::from_str(&text).unwrap(), &name, &mut found);
                continue;
            }
            (Field::Str(text), _) => text.into(),
            (Field::Long(value), _) => value.into(),
            (Field::Bool(value), _) => value.into(),
            (Field::Double(value), _) if value.is_finite() => value.into(),
            (Field::Double(value), _) if value.is_nan() => "NaN".into(),
            (Field::Double(value), _) => if value > 0.0 { "Infinity" } else { "-Infinity" }.into(),
            (other, _) => panic!("{name}: {other}"),
        };
        found.insert(name, value);
    }
    found
}

/// A value with its numbers as the exact decimals that they are.
fn exact(value: &Value) -> String {
    let fraction =
        |double: f64| if double.fract() == 0.0 { format!("{double:.0}") } else { format!("{double:?}") };
    match value {
        Value::Number(number) if number.is_f64() => number.as_f64().map(fraction).unwrap(),
        other => other.to_string(),
    }
}

/// Documents that no schema of a test expects.
fn hostile() -> Vec<Value> {
    let values = [
        json!("text"),
        json!(""),
        json!(7),
        json!(7.0),
        json!(0.1),
        json!(1e20),
        json!(1e300),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(9_007_199_254_740_993_i64),
        json!(true),
        json!("NaN"),
        json!("-Infinity"),
        json!([1, {"a": null}]),
        json!([]),
        json!({}),
        json!({"a": 1}),
        json!({"a": {"b": {"c": "deep"}}, "x": [{}]}),
        json!(null),
    ];
    let mut documents = vec![document(json!({}))];
    for value in &values {
        documents.push(document(json!({"a": value, "b": {"c": value, "d": {"e": value}}, "extra": value})));
        let child = json!({"a": value, "child": {"a": value}});
        documents.push(document(json!({"a": {"a": value}, "b": value, "list": [value], "child": child})));
    }
    let deep = (0..40).fold(json!("bottom"), |below, n| json!({ (format!("l{n}")): below }));
    documents.push(document(json!({"a": deep, "deep": deep})));
    documents
}

fn schemas() -> Vec<Value> {
    let inner = json!({
        "type": "object", "additionalProperties": false,
        "properties": {"c": {"type": "integer"}, "d": {"type": "object"}},
    });
    let mut schemas = vec![
        json!({"additionalProperties": false}),
        json!({"additionalProperties": false, "required": ["a"], "properties": {"a": {"type": "string"}, "b": inner}}),
        json!({"additionalProperties": false, "properties": {"a": {"type": "integer"}, "b": inner}}),
        json!({"properties": {"a": {"type": "number"}, "b": {"type": "object", "additionalProperties": {"type": "number"}}}}),
        json!({"properties": {"a": {"type": ["number", "string"], "format": "ieee754"}, "b": {"type": "boolean"}}}),
        json!({"properties": {"a": {"type": "array"}, "b": {"type": "object", "patternProperties": {"^c": {"type": "string"}}}}}),
        json!({"$ref": "#/$defs/root", "$defs": {"root": {"properties": {"a": {"type": "integer"}, "b": inner}}}}),
        json!({
            "properties": {"a": {"$ref": "#n"}, "b": {"$ref": "#o"}},
            "$defs": {"n": {"$anchor": "n", "type": "number"}, "o": {"$anchor": "o", "allOf": [inner]}},
        }),
        json!({
            "properties": {"b": {"$ref": "inner.json"}},
            "$defs": {"i": {
                "$id": "inner.json", "type": "object", "properties": {"c": {"$ref": "#/$defs/t"}}, "$defs": {"t": {"type": "string"}},
            }},
        }),
        json!({
            "allOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": inner}}],
            "unevaluatedProperties": false,
        }),
        json!({"properties": {
            "a": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": null},
            "b": {"anyOf": [inner, {"type": "null"}]},
        }}),
        json!({"additionalProperties": false, "properties": {
            "a": {"type": "integer"}, "child": {"$ref": "#"}, "b": {"oneOf": [inner, {"type": "string"}]},
        }}),
        json!({"properties": {"a": false, "b": true, "extra": {"const": 7}}}),
        json!({}),
    ];
    for schema in &mut schemas {
        schema["type"] = "object".into();
    }
    schemas
}

#[test]
fn every_form_of_schema_gives_a_whole_table_of_every_document() {
    let documents = hostile();
    for schema in schemas() {
        let collection = collection(schema.clone());
        let columns = plan(ExportFormat::Parquet, &collection, None, &documents).columns();
        let kinds = columns.iter().map(|column| (column.name(), column.kind)).collect();
        let table = rows(written(ExportFormat::Parquet, &collection, None, &documents).unwrap());
        assert_eq!(table.len(), documents.len());
        for (row, document) in table.into_iter().zip(&documents) {
            let (mut expected, found) = (Leaves::new(), row_leaves(row, &kinds));
            leaves(document, "", &mut expected);
            expected.retain(|path, _| !path.ends_with("ed_at"));
            let texts = |leaves: &Leaves| -> Vec<String> {
                leaves.iter().map(|(path, value)| format!("{path}={}", exact(value))).collect()
            };
            assert_eq!(texts(&found), texts(&expected), "{schema}");
        }
        let table = written(ExportFormat::Csv, &collection, None, &documents).unwrap();
        assert!(table.starts_with(b"_id,_revision,"), "{schema}");
    }
}

#[test]
fn every_form_of_schema_gives_typed_columns_without_a_first_pass_where_it_can() {
    let columns: Vec<String> =
        schemas().into_iter().map(|schema| names(&collection(schema), None, &[]).join(" ")).collect();
    let expected = [
        "",
        "a:text b.c:integer",
        "a:integer b.c:integer",
        "a:double",
        "a:ieee754 b:boolean",
        "a:json",
        "a:integer b.c:integer",
        "a:double b.c:integer",
        "b.c:text",
        "a:text b.c:integer",
        "a:integer b.c:integer",
        "a:integer b:json",
        "b:json extra:double",
        "",
    ];
    assert_eq!(columns, expected);
}

#[test]
fn a_value_that_does_not_fit_its_column_is_in_the_column_of_the_rest() {
    let collection = collection(json!({
        "type": "object", "additionalProperties": false,
        "properties": {
            "i": {"type": "integer"}, "n": {"type": "number"}, "x": {"type": ["number", "string"], "format": "ieee754"},
            "t": {"type": "string"}, "at": {"type": "string", "format": "date-time"}, "b": {"type": "boolean"},
            "o": {"type": "object", "additionalProperties": false, "properties": {"m": {"type": "integer"}}},
        },
    }));
    let all_fits = json!({"i": 7.0, "n": 1, "x": "NaN", "t": "", "b": false, "at": null, "o": null});
    for (members, rest) in [
        (json!({"i": 1e20}), json!({"i": 1e20})),
        (json!({"i": 1.5}), json!({"i": 1.5})),
        (json!({"i": u64::MAX}), json!({"i": u64::MAX})),
        (json!({"i": "of-old"}), json!({"i": "of-old"})),
        (json!({"n": "NaN"}), json!({"n": "NaN"})),
        (json!({"x": "nan"}), json!({"x": "nan"})),
        (json!({"t": 5}), json!({"t": 5})),
        (json!({"at": "yesterday"}), json!({"at": "yesterday"})),
        (json!({"b": 1}), json!({"b": 1})),
        (json!({"o": {"m": 1, "more": {"k": null}}, "gone": 1}), json!({"o.more": {"k": null}, "gone": 1})),
        (json!({"o": [1]}), json!({"o": [1]})),
        (json!({"o": {}}), json!({"o": {}})),
        (all_fits, Value::Null),
    ] {
        let documents = [document(members)];
        let file = written(ExportFormat::Parquet, &collection, None, &documents).unwrap();
        let found = match rows(file)[0].last().unwrap() {
            (name, Field::Str(text)) if name == REST => serde_json::from_str(text).unwrap(),
            (_, field) => {
                assert_eq!(field, &Field::Null);
                Value::Null
            }
        };
        assert_eq!(found, rest);
        let table =
            String::from_utf8(written(ExportFormat::Csv, &collection, None, &documents).unwrap()).unwrap();
        let quoted = format!(",\"{}\"\r\n", rest.to_string().replace('"', "\"\""));
        assert!(table.ends_with(if rest.is_null() { ",\r\n" } else { &quoted }), "{rest}: {table}");
    }
}

#[test]
fn an_integer_that_a_double_is_only_near_to_is_kept_exactly_too() {
    let collection = collection(json!({
        "type": "object", "additionalProperties": false, "properties": {"n": {"type": "number"}},
    }));
    let documents = [document(json!({"n": 9_007_199_254_740_993_i64}))];
    let row = &rows(written(ExportFormat::Parquet, &collection, None, &documents).unwrap())[0];
    assert_eq!(row[5].1, Field::Double(9_007_199_254_740_992.0));
    assert_eq!(row[6].1, Field::Str("{\"n\":9007199254740993}".to_owned()));
    let table =
        String::from_utf8(written(ExportFormat::Csv, &collection, None, &documents).unwrap()).unwrap();
    assert!(table.ends_with(",ada,9007199254740993,\r\n"), "{table}");
}

#[test]
fn a_point_in_time_finer_than_a_microsecond_is_cut_and_kept_as_it_was_written() {
    let text = "2026-01-31T12:00:00.1234567Z";
    let documents = [document(json!({"name": "n", "code": {"name": "c"}, "at": text}))];
    let fields = Some(shown(&closed(), "at"));
    let file = written(ExportFormat::Parquet, &closed(), fields.clone(), &documents).unwrap();
    let row = &rows(file)[0];
    assert_eq!(row[2].1, Field::TimestampMicros(1_769_860_800_123_456));
    assert_eq!(row[3].1, Field::Str(format!("{{\"at\":\"{text}\"}}")));
    let table =
        String::from_utf8(written(ExportFormat::Csv, &closed(), fields, &documents).unwrap()).unwrap();
    assert_eq!(table, format!("_id,_revision,at,_rest\r\ni,1,{text},\r\n"));
}
