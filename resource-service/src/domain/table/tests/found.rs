//! Columns that only the documents show.

use serde_json::{Map, Value, json};

use super::*;

fn names_of(schema: Value, documents: &[Value]) -> Vec<String> {
    let documents: Vec<Value> = documents.iter().cloned().map(document).collect();
    names(&collection(schema), None, &documents)
}

#[test]
fn what_an_open_object_holds_is_a_typed_column_each() {
    let schema = json!({
        "type": "object", "additionalProperties": false,
        "properties": {
            "parameters": {"type": "object", "properties": {"known": {"type": "integer"}}},
            "results": {"type": "object", "additionalProperties": {
                "type": "object", "required": ["value"], "additionalProperties": false,
                "properties": {"value": {"type": ["number", "string"], "format": "ieee754"}, "unit": {"type": "string"}},
            }},
            "by_pattern": {"type": "object", "patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": false},
            "last": {"type": "string"},
        },
    });
    let documents = [
        json!({"results": {"gap": {"value": "NaN"}, "energy": {"value": -1, "unit": "eV"}}, "parameters": {"xc": "PBE", "n": 4}}),
        json!({"results": {"energy": {"value": 2.5}}, "parameters": {"k": {"mesh": [4, 4], "shift": true}, "n": 5}}),
        json!({"by_pattern": {"x1": 1}, "parameters": {"cutoff": 1}}),
        json!({"parameters": {"cutoff": 520.5}}),
    ];
    let expected = [
        "parameters.known:integer",
        "parameters.cutoff:double",
        "parameters.k.mesh:json",
        "parameters.k.shift:boolean",
        "parameters.n:integer",
        "parameters.xc:text",
        "results.energy.unit:text",
        "results.energy.value:ieee754",
        "results.gap.value:ieee754",
        "by_pattern.x1:integer",
        "last:text",
    ];
    assert_eq!(names_of(schema, &documents), expected);
}

#[test]
fn members_that_an_open_document_has_besides_are_columns_behind_the_others() {
    let schema = json!({"type": "object", "properties": {"z": {"type": "integer"}}});
    let documents = [json!({"z": 1, "b": {"c": 1.5}, "a": true})];
    assert_eq!(names_of(schema, &documents), ["z:integer", "a:boolean", "b.c:double"]);
}

#[test]
fn the_kind_of_a_column_is_that_which_holds_the_most_values() {
    let of = |values: &[Value]| {
        let documents: Vec<Value> = values.iter().map(|value| json!({"x": value})).collect();
        names_of(json!({"type": "object"}), &documents).join(" ")
    };
    let big = i64::MAX;
    for (values, expected) in [
        (vec![json!(1), json!(2)], "x:integer"),
        (vec![json!(1), json!(0.5)], "x:double"),
        (vec![json!(big), json!(i64::MIN)], "x:integer"),
        (vec![json!(big), json!(big), json!(0.5), json!(1)], "x:integer"),
        (vec![json!(big), json!(0.5), json!(0.25)], "x:double"),
        (vec![json!("a"), json!(1), json!(2)], "x:integer"),
        (vec![json!("a"), json!("b"), json!(2)], "x:text"),
        (vec![json!("a"), json!(1)], "x:integer"),
        (vec![json!([1]), json!([2]), json!(1)], "x:json"),
        (vec![json!({"y": 1}), json!(true)], "x:boolean x.y:integer"),
        (vec![json!("NaN"), json!(1), json!(2)], "x:integer"),
        (vec![json!(1e300)], "x:double"),
        (vec![json!(null)], ""),
        (vec![json!({})], ""),
    ] {
        assert_eq!(of(&values), expected, "{values:?}");
    }
}

#[test]
fn an_untyped_field_has_a_column_also_where_no_document_has_it() {
    let schema = json!({
        "type": "object", "additionalProperties": false,
        "properties": {"any": {}, "two": {"type": ["string", "integer"]}},
    });
    assert_eq!(names_of(schema.clone(), &[]), ["any:json", "two:json"]);
    let documents = [json!({"any": {"a": 1}, "two": "x"})];
    assert_eq!(names_of(schema, &documents), ["any.a:integer", "two:text"]);
}

#[test]
fn a_name_with_a_dot_or_a_quote_is_written_so_that_it_is_no_other() {
    let document = json!({"a.b": 1, "a": {"b": 2, "": 3}, "q\"": 4, "c d,e": 5});
    let expected =
        [r#"a."":integer"#, "a.b:integer", r#""a.b":integer"#, "c d,e:integer", r#""q\"":integer"#];
    assert_eq!(names_of(json!({"type": "object"}), &[document]), expected);
}

#[test]
fn columns_are_bounded_and_frequent_paths_come_before_rare_ones() {
    let open = collection(json!({"type": "object", "properties": {"known": {"type": "integer"}}}));
    let mut plan = Plan::new(ExportFormat::Csv, &open.schema, None, 8);
    for n in 0..5_000 {
        let row = document(json!({"known": 1, "often": 1, "usual": 2, (format!("only{n}")): n}));
        plan.look(&row.to_string()).unwrap();
    }
    let columns: Vec<String> = plan.columns().iter().map(Column::name).collect();
    assert_eq!(columns[5..], ["known", "often", "usual"].map(str::to_owned));
    let rest = json!({"only7": 7}).to_string().replace('"', "\"\"");
    let mut writer = plan.writer().unwrap();
    writer.add(&document(json!({"known": 1, "only7": 7})).to_string()).unwrap();
    let table = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert!(table.ends_with(&format!(",ada,1,,,\"{rest}\"\r\n")), "{table}");
}

#[test]
fn a_schema_of_more_columns_than_there_may_be_ends() {
    // Each level refers twice to the next: a million scalars.
    let mut definitions = Map::new();
    for n in 0..20 {
        let next = json!({"$ref": format!("#/$defs/d{}", n + 1)});
        let properties = json!({"a": next, (format!("b{n}")): next});
        let level = json!({"type": "object", "additionalProperties": false, "properties": properties});
        definitions.insert(format!("d{n}"), level);
    }
    definitions.insert("d20".into(), json!({"type": "integer"}));
    let wide = collection(json!({"type": "object", "$ref": "#/$defs/d0", "$defs": definitions}));
    assert_eq!(Plan::new(ExportFormat::Csv, &wide.schema, None, 100).columns().len(), 100);
}

#[test]
fn what_is_written_after_the_first_pass_is_among_the_rest() {
    let open = collection(json!({"type": "object"}));
    let mut writer = plan(ExportFormat::Csv, &open, None, &[document(json!({"a": 1}))]).writer().unwrap();
    writer.add(&document(json!({"a": "text", "b": {"c": 2}})).to_string()).unwrap();
    let table = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert!(table.ends_with(",ada,,\"{\"\"a\"\":\"\"text\"\",\"\"b\"\":{\"\"c\"\":2}}\"\r\n"), "{table}");
}

#[test]
fn only_the_open_parts_of_a_schema_need_a_first_pass() {
    let looked_at = |schema: &Value, fields: Option<&str>| {
        let collection = collection(schema.clone());
        let shown = fields.map(|fields| shown(&collection, fields));
        let plan = Plan::new(ExportFormat::Parquet, &collection.schema, shown, 1_000);
        let parts = plan.looks_at();
        let parts = parts.map(|parts| parts.paths().map(ToString::to_string).collect::<Vec<_>>().join(","));
        (plan.needs_look(), parts)
    };
    let properties = json!({"a": {"type": "integer"}, "o": {"type": "object"}});
    let closed = json!({"type": "object", "additionalProperties": false, "properties": properties});
    assert_eq!(looked_at(&closed, Some("a")), (false, None));
    assert_eq!(looked_at(&closed, None), (true, Some("o".to_owned())));
    assert_eq!(looked_at(&json!({"type": "object"}), None), (true, None));
    let lines = Plan::new(ExportFormat::Ndjson, &collection(json!({"type": "object"})).schema, None, 1_000);
    assert!(!lines.needs_look());
}

#[test]
fn what_is_hidden_from_a_reader_has_no_column() {
    let open = collection(
        json!({"type": "object", "properties": {"o": {"type": "object", "properties": {"s": {}, "t": {}}}}}),
    );
    let hidden = [("o.s".parse().unwrap(), "secret:read".to_owned())].into();
    let plan = Plan::new(ExportFormat::Csv, &open.schema.hiding(&hidden), None, 1_000);
    let names: Vec<String> = plan.columns().iter().skip(5).map(Column::name).collect();
    assert_eq!(names, ["o.t"]);
}
