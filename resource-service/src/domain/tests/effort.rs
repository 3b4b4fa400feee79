use serde_json::{Map, Value, json};

use super::{
    super::{
        sight::Sight,
        validate::{compile, faults},
    },
    *,
};

fn nested(levels: usize) -> Value {
    (1..levels).fold(json!({}), |inner, _| json!({"q": inner}))
}

fn refusal(schema: &Value) -> String {
    compile(schema).err().unwrap().to_string()
}

fn admits(schema: &Value, document: &Value) -> bool {
    let validator = compile(schema).unwrap();
    faults(&validator, document, Sight::Whole).iter().all(|fault| fault.code != "effort")
}

/// References one behind the other.
fn chain(length: usize) -> Value {
    let link = |n: usize| (format!("d{n}"), json!({"$ref": format!("#/$defs/d{}", n + 1)}));
    let mut links: Map<String, Value> = (0..length).map(link).collect();
    links.insert(format!("d{length}"), json!({"type": "string"}));
    json!({"$defs": links, "type": "object", "properties": {"q": {"$ref": "#/$defs/d0"}}})
}

/// A recursive schema in which each level is `inner` around a reference to the whole.
fn recursive(inner: &Value) -> Value {
    json!({"$defs": {"n": {"type": "object", "properties": {"q": inner}, "required": ["z"]}}, "$ref": "#/$defs/n"})
}

#[test]
fn a_schema_that_is_its_own_condition_is_refused() {
    for schema in [
        json!({"$ref": "#"}),
        json!({"type": "object", "allOf": [{"$ref": "#"}]}),
        json!({"type": "object", "$anchor": "a", "anyOf": [{"$ref": "#a"}, {"type": "object"}]}),
        json!({"$id": "https://a.example/x", "not": {"$ref": "https://a.example/x"}}),
        json!({"$defs": {"a b": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a%20b"}}, "$ref": "#/$defs/b"}),
        json!({"$dynamicAnchor": "a", "if": {"$dynamicRef": "#a"}}),
        json!({"$anchor": "a", "if": {"$dynamicRef": "#a"}}),
        json!({"$ref": "#/x/a%20b", "x": {"a b": {"allOf": [{"$ref": "#"}]}}}),
    ] {
        assert!(refusal(&schema).contains("never end"), "{schema}");
    }
}

#[test]
fn a_dynamic_reference_must_name_an_anchor() {
    for reference in ["#/$defs/a%20b", "#"] {
        let schema =
            json!({"$defs": {"a b": {"$anchor": "a"}}, "properties": {"q": {"$dynamicRef": reference}}});
        assert!(refusal(&schema).contains("names no anchor"), "{schema}");
    }
}

#[test]
fn long_chains_of_references_and_many_alternatives_are_refused() {
    assert!(admits(&chain(60), &json!({"q": 1})));
    assert!(refusal(&chain(5_000)).contains("5002 schemas"));
    let twice = |n: usize| {
        let next = json!({"$ref": format!("#/$defs/d{}", n + 1)});
        (format!("d{n}"), json!({"allOf": [next, next]}))
    };
    let mut links: Map<String, Value> = (0..30).map(twice).collect();
    links.insert("d30".into(), json!({"type": "object"}));
    let refusal = refusal(&json!({"$defs": links, "$ref": "#/$defs/d0"}));
    assert!(refusal.contains("at most 10000"), "{refusal}");
}

#[test]
fn a_recursive_schema_takes_a_document_of_a_hundred_levels() {
    let plain = json!({"$ref": "#/$defs/n"});
    let optional = json!({"anyOf": [{"$ref": "#/$defs/n"}, {"type": "null"}]});
    let wrapped = json!({"allOf": [{"allOf": [optional]}]});
    for inner in [plain, optional, wrapped] {
        assert!(admits(&recursive(&inner), &nested(100)), "{inner}");
    }
}

#[test]
fn a_recursion_that_would_overflow_the_stack_is_refused_for_the_document() {
    let mut inner = json!({"$ref": "#/$defs/n"});
    for _ in 0..50 {
        inner = json!({"anyOf": [inner, {"required": ["zz"]}]});
    }
    assert!(!admits(&recursive(&inner), &nested(100)));
    assert!(admits(&recursive(&inner), &nested(9)));
}

#[test]
fn the_deepest_recursion_that_is_admitted_does_not_overflow_the_stack_of_a_worker() {
    for wrap in [
        |inner: Value| json!({"allOf": [inner]}),
        |inner: Value| json!({"anyOf": [inner, {"required": ["zz"]}]}),
        |inner: Value| json!({"oneOf": [{"required": ["zz"]}, inner]}),
        |inner: Value| json!({"not": {"not": inner}}),
        |inner: Value| json!({"if": inner, "else": {"required": ["zz"]}}),
    ] {
        for wraps in [1, 2, 4, 7, 15, 30] {
            let inner = (0..wraps).fold(json!({"$ref": "#/$defs/n"}), |inner, _| wrap(inner));
            let schema = recursive(&inner);
            let deepest =
                (1..=100).rev().find(|levels| Effort::of(&schema).unwrap().depth(&nested(*levels)).is_ok());
            let document = nested(deepest.unwrap());
            let run = move || {
                faults(&compile(&schema).unwrap(), &document, Sight::Whole);
            };
            let handle = std::thread::Builder::new().stack_size(1024 * 1024).spawn(run).unwrap();
            handle.join().unwrap();
        }
    }
}

#[test]
fn exponential_recursion_is_refused_before_it_is_tried() {
    let twice = json!({"allOf": [{"$ref": "#/$defs/n"}, {"$ref": "#/$defs/n"}]});
    let alternatives = json!({"anyOf": [
        {"$ref": "#/$defs/n"}, {"properties": {"q": {"$ref": "#/$defs/n"}}, "required": ["y"]},
    ]});
    let conditional = json!({"if": {"$ref": "#/$defs/n"}, "then": {"$ref": "#/$defs/n"}});
    let unevaluated = json!({"anyOf": [{"$ref": "#/$defs/n"}], "unevaluatedProperties": false});
    for inner in [twice, alternatives, conditional, unevaluated] {
        assert!(!admits(&recursive(&inner), &nested(100)), "{inner}");
        assert!(admits(&recursive(&inner), &nested(8)), "{inner}");
    }
}

#[test]
fn a_large_document_of_a_recursive_schema_is_admitted() {
    let tree = json!({"$defs": {"n": {"properties": {"items": {"type": "array", "items": {"$ref": "#/$defs/n"}}}}},
        "type": "object", "$ref": "#/$defs/n"});
    let leaves = vec![json!({"items": [], "value": 1}); 40_000];
    assert!(admits(&tree, &json!({"items": leaves})));
}
