//! Tests of what the schema asks of numbers beyond validation.

use serde_json::json;

use crate::{domain::collection::Collection, query::number::equal};

fn checked(schema: &serde_json::Value, document: &str) -> Result<String, Vec<String>> {
    let definition = json!({"name": "things", "schema": schema});
    let collection = Collection::new(serde_json::from_value(definition).unwrap()).unwrap();
    let members = collection.check(serde_json::from_str(document).unwrap());
    members.map(|members| serde_json::to_string(&members).unwrap()).map_err(|faults| {
        faults.into_iter().map(|fault| format!("{} {}", fault.pointer.unwrap(), fault.code)).collect()
    })
}

#[test]
fn a_number_without_a_fraction_is_kept_as_the_integer_that_the_schema_wants() {
    let schema = json!({
        "type": "object",
        "$defs": {"count": {"type": "integer"}},
        "properties": {
            "n": {"type": "integer"},
            "r": {"$ref": "#/$defs/count"},
            "all": {"allOf": [{"type": "number"}, {"multipleOf": 1, "type": ["integer", "null"]}]},
            "any": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            "list": {"type": "array", "items": {"type": "object", "properties": {"step": {"type": "integer"}}}},
            "both": {"type": ["integer", "number"]},
            "free": {},
        },
        "patternProperties": {"^k_": {"type": "integer"}},
        "additionalProperties": {"type": "integer"},
    });
    let given = r#"{"n":7.0,"r":1e3,"all":-0.0,"any":2e0,"list":[{"step":3.0},{"step":4}],"both":5.0,"free":6.0,"k_x":8.0,"other":9.0}"#;
    let kept = r#"{"n":7,"r":1000,"all":0,"any":2,"list":[{"step":3},{"step":4}],"both":5.0,"free":6.0,"k_x":8,"other":9}"#;
    assert_eq!(checked(&schema, given).as_deref(), Ok(kept));
}

#[test]
fn an_integer_that_64_bits_do_not_hold_is_a_fault_with_its_place() {
    let schema =
        json!({"type": "object", "properties": {"a": {"type": "array", "items": {"type": "integer"}}}});
    let refused = checked(&schema, r#"{"a":[1,1e20,-1e300,9223372036854775808]}"#);
    assert_eq!(refused, Err(vec!["/a/1 integer".into(), "/a/2 integer".into(), "/a/3 integer".into()]));
    // 2^63 is one more than the largest of them, -2^63 is the smallest.
    assert!(checked(&schema, r#"{"a":[9.223372036854775808e18]}"#).is_err());
    let least = checked(&schema, r#"{"a":[-9.223372036854775808e18]}"#);
    assert_eq!(least.as_deref(), Ok(r#"{"a":[-9223372036854775808]}"#));
}

#[test]
fn a_bound_holds_for_the_infinities_too() {
    let bounded =
        json!({"type": ["number", "string"], "format": "ieee754", "maximum": 10, "exclusiveMinimum": -5});
    let schema = json!({"type": "object", "properties": {"z": bounded, "plain": {"type": "string"}}});
    assert_eq!(checked(&schema, r#"{"z":"Infinity"}"#), Err(vec!["/z maximum".into()]));
    assert_eq!(checked(&schema, r#"{"z":"-Infinity"}"#), Err(vec!["/z exclusiveMinimum".into()]));
    for fine in [r#"{"z":"NaN"}"#, r#"{"z":10}"#, r#"{"plain":"Infinity"}"#] {
        assert_eq!(checked(&schema, fine).as_deref(), Ok(fine));
    }
    let open = json!({"type": ["number", "string"], "format": "ieee754", "maximum": 10});
    let schema = json!({"type": "object", "properties": {"z": open}});
    assert!(checked(&schema, r#"{"z":"-Infinity"}"#).is_ok());
}

#[test]
fn a_time_is_refused_with_what_it_lacks() {
    let schema = json!({"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}}});
    let definition = json!({"name": "things", "schema": schema});
    let collection = Collection::new(serde_json::from_value(definition).unwrap()).unwrap();
    for (text, words) in [
        ("2027-03-04T08:00:00", "add Z or an offset such as +01:00"),
        ("2016-12-31T23:59:60Z", "leap second"),
        ("2027-02-30T08:00:00Z", "does not exist"),
    ] {
        let faults = collection.check(json!({"at": text}).as_object().unwrap().clone()).unwrap_err();
        assert_eq!((faults.len(), faults[0].code.as_str()), (1, "format"));
        assert!(
            faults[0].message.contains(words) && faults[0].message.contains(text),
            "{}",
            faults[0].message
        );
    }
    assert!(equal(&json!(1), &json!(1.0)));
}
