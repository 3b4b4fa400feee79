//! No message shows what its reader may not see, whichever rule was broken.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::domain::validate::{compile, faults};

fn hidden(fields: &[&str]) -> Hidden {
    let fields = fields.iter().map(|field| (field.parse().unwrap(), "staff:secret".to_owned()));
    Hidden::from(&fields.collect::<BTreeMap<_, _>>(), |_| false)
}

/// Every keyword whose message quotes the value that it refuses, at the root and in an object with a hidden field.
#[test]
fn no_message_quotes_an_object_with_a_hidden_field() {
    let rules = [
        json!({"maxProperties": 0}),
        json!({"minProperties": 9}),
        json!({"not": {}}),
        json!({"enum": [1]}),
        json!({"const": 1}),
        json!({"type": "string"}),
        json!({"oneOf": [{"type": "string"}, {"type": "null"}]}),
        json!({"oneOf": [{"type": "object"}, {}]}),
        json!({"anyOf": [{"type": "string"}]}),
        json!({"if": {"type": "object"}, "then": {"type": "array"}}),
        json!({"propertyNames": {"maxLength": 1}}),
        json!({"properties": {"salary": {"type": "string", "maxLength": 1}}}),
        json!({"properties": {"salary": {"enum": [1, 2]}}}),
        json!({"additionalProperties": {"type": "null"}}),
        json!({"additionalProperties": false}),
        json!({"unevaluatedProperties": false}),
        json!({"patternProperties": {"^s": false}}),
        json!({"dependentRequired": {"salary": ["bonus"]}}),
    ];
    let hidden = hidden(&["person.salary"]);
    let document = json!({"person": {"salary": 471_147.5, "deep": {"salary": "fine"}}});
    for rule in rules {
        for schema in [json!({"properties": {"person": rule}}), rule] {
            let validator = compile(&schema).unwrap();
            for sight in [Sight::Without(&hidden), Sight::Nothing] {
                let found = faults(&validator, &document, sight);
                let shown = format!("{found:?}");
                assert!(!shown.contains("471147"), "{schema}: {shown}");
                assert_eq!(
                    found.is_empty(),
                    faults(&validator, &document, Sight::Whole).is_empty(),
                    "{schema}"
                );
            }
        }
    }
}

#[test]
fn faults_within_a_hidden_field_are_one_that_names_the_field_alone() {
    let schema = json!({"properties": {"iban": {
        "required": ["x", "y"], "properties": {"secret": {"type": "null"}}}, "name": {"type": "null"}}});
    let hidden = hidden(&["iban"]);
    let document = json!({"iban": {"secret": "TOP"}, "name": "Ada"});
    let found = faults(&compile(&schema).unwrap(), &document, Sight::Without(&hidden));
    let places: Vec<(&str, &str)> =
        found.iter().map(|fault| (fault.pointer.as_deref().unwrap(), fault.code.as_str())).collect();
    assert_eq!(places, [("/iban", "hidden"), ("/name", "type")]);
    assert!(found[1].message.contains("Ada"), "what is not hidden is quoted: {}", found[1].message);
}

#[test]
fn names_that_need_escaping_are_compared_unescaped() {
    let hidden = hidden(&["a/b"]);
    let sight = Sight::Without(&hidden);
    assert!(!sight.quotes("/a~1b/c") && !sight.quotes("/a~1b") && !sight.quotes(""));
    assert!(sight.quotes("/a") && sight.quotes("/a~1bc"));
}
