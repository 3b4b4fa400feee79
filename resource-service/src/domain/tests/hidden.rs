use serde_json::json;

use super::*;

fn hidden(paths: &[&str]) -> Hidden {
    let fields = paths.iter().map(|path| (path.parse().expect("a path"), format!("see:{path}"))).collect();
    Hidden::from(&fields, |_| false)
}

#[expect(clippy::needless_pass_by_value, reason = "callers write the value where it is used")]
fn members(value: Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

#[test]
fn a_scope_that_is_held_shows_its_field_and_no_other() {
    let fields = BTreeMap::from([
        ("a".parse().expect("a path"), "see:a".to_owned()),
        ("b.c".parse().expect("a path"), "see:c".to_owned()),
    ]);
    let hidden = Hidden::from(&fields, |scope| scope == "see:a");
    let shown = hidden.shown(r#"{"a":1,"b":{"c":2,"d":3}}"#.into()).expect("JSON");
    assert_eq!(shown, r#"{"a":1,"b":{"d":3}}"#);
}

#[test]
fn what_is_withheld_comes_back_to_its_place() {
    let hidden = hidden(&["b", "c.x", "c.z"]);
    let text = r#"{"a":1,"b":2,"c":{"x":1,"y":2,"z":3},"d":4}"#;
    let mut rest = members(serde_json::from_str(text).expect("JSON"));
    let withheld = hidden.withhold(&mut rest);
    assert_eq!(Value::Object(rest.clone()), json!({"a": 1, "c": {"y": 2}, "d": 4}));
    hidden.restore(&mut rest, withheld).expect("untouched");
    assert_eq!(serde_json::to_string(&rest).expect("JSON"), text);
}

#[test]
fn a_field_outlives_the_removal_of_what_it_stood_in() {
    let hidden = hidden(&["c.x"]);
    let mut rest = members(json!({"c": {"x": 1, "y": 2}}));
    let withheld = hidden.withhold(&mut rest);
    rest.clear();
    hidden.restore(&mut rest, withheld).expect("untouched");
    assert_eq!(Value::Object(rest), json!({"c": {"x": 1}}));
}

#[test]
fn a_write_that_names_a_hidden_field_or_leaves_it_no_room_is_refused() {
    let hidden = hidden(&["c.x"]);
    for after in [json!({"c": {"x": 1}}), json!({"c": {"x": null}}), json!({"c": 5}), json!({"c": []})] {
        let mut rest = members(json!({"c": {"x": 1, "y": 2}}));
        let withheld = hidden.withhold(&mut rest);
        let mut changed = members(after.clone());
        let refused = hidden.restore(&mut changed, withheld).expect_err("touched");
        assert_eq!((refused.field.to_string(), refused.scope.as_str()), ("c.x".into(), "see:c.x"), "{after}");
    }
}

#[test]
fn an_array_on_the_way_to_a_hidden_field_is_hidden_as_a_whole() {
    let hidden = hidden(&["c.x", "c.y.z"]);
    for array in [json!([{"x": 1}]), json!([[{"y": {"z": 1}}]]), json!([])] {
        let stored = members(json!({"a": 1, "c": array, "d": 4}));
        let mut rest = stored.clone();
        let withheld = hidden.withhold(&mut rest);
        assert_eq!(Value::Object(rest.clone()), json!({"a": 1, "d": 4}), "{array}");
        hidden.restore(&mut rest, withheld.clone()).expect("untouched");
        assert_eq!(rest.keys().collect::<Vec<_>>(), ["a", "c", "d"]);
        assert_eq!(rest, stored);
        for after in [json!({"c": {}}), json!({"c": {"b": 1}}), json!({"c": 5}), json!({"c": [1]})] {
            let refused = hidden.restore(&mut members(after.clone()), withheld.clone()).expect_err("no room");
            assert_eq!(refused.field.to_string(), "c.x", "{after}");
        }
        assert!(hidden.touched(&stored).is_some());
    }
    let shown = hidden.shown(r#"{"c":{"y":[{"z":1}],"b":2}}"#.into()).expect("JSON");
    assert_eq!(shown, r#"{"c":{"b":2}}"#);
    assert!(hidden.touched(&members(json!({"c": {"y": 5}, "d": [{"x": 1}]}))).is_none());
}
