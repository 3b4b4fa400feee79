//! The same conditions in both notations, and what neither takes.

use super::{fault, parse, parse_pairs};
use crate::query::{
    condition::MAX_NESTING,
    expr::{Expr, Test, behind_prefix},
    literal::Literal,
};

/// The tree as the filter parameter would hold it.
fn tree(text: &str) -> String {
    parse(text).unwrap_or_else(|faults| panic!("{text}: {faults:?}")).filter.to_string()
}

#[test]
fn both_notations_make_the_same_tree() {
    for (text, json) in [
        ("name=x", r#"{"name":"x"}"#),
        ("name=x&steps[gt]=5", r#"{"name":{"$eq":"x"},"steps":{"$gt":5}}"#),
        ("steps[gte]=1&steps[lt]=5", r#"{"steps":{"$gte":1,"$lt":5}}"#),
        ("steps[ne]=5", r#"{"steps":{"$ne":5}}"#),
        ("steps[lte]=-9223372036854775808", r#"{"steps":{"$lte":-9223372036854775808}}"#),
        ("steps[in]=1,null", r#"{"steps":{"$in":[1,null]}}"#),
        ("name[nin]=a,\"b,c\"", r#"{"name":{"$nin":["a","b,c"]}}"#),
        ("name[exists]=false", r#"{"name":{"$exists":false}}"#),
        ("name[contains]=é", r#"{"name":{"$contains":"é"}}"#),
        ("name[prefix]=", r#"{"name":{"$prefix":""}}"#),
        ("tags[contains]=a", r#"{"tags":{"$contains":"a"}}"#),
        ("tags[contains]=a", r#"{"tags":"a"}"#),
        ("energy=NaN", r#"{"energy":"NaN"}"#),
        ("energy[gt]=-Infinity", r#"{"energy":{"$gt":"-Infinity"}}"#),
        (
            "parameters.a=9007199254740993",
            r#"{"parameters.a":{"$in":[9007199254740993,"9007199254740993"]}}"#,
        ),
        (
            "parameters.a[contains]=5",
            r#"{"$or":[{"parameters.a":{"$contains":5}},{"parameters.a":{"$contains":"5"}}]}"#,
        ),
        ("parameters.a[prefix]=5", r#"{"parameters.a":{"$prefix":"5"}}"#),
        ("parameters.a=\"5\"", r#"{"parameters.a":"5"}"#),
        ("or=(name=x,steps[gt]=5)", r#"{"$or":[{"name":"x"},{"steps":{"$gt":5}}]}"#),
        ("or=(name=x)", r#"{"name":"x"}"#),
        (
            "or=(name=x,steps=1)&or=(done=true,width=1)",
            r#"{"$and":[{"$or":[{"name":"x"},{"steps":1}]},{"$or":[{"done":true},{"width":1}]}]}"#,
        ),
        (
            "or=(name=x,and=(steps=1,or=(width=2,done=false)))",
            r#"{"$or":[{"name":"x"},{"$and":[{"steps":1},{"$or":[{"width":2},{"done":false}]}]}]}"#,
        ),
        (
            "or=(name=\"a,(b)\"\"c\",steps[in]=\"1,2\")",
            r#"{"$or":[{"name":"a,(b)\"c"},{"steps":{"$in":[1,2]}}]}"#,
        ),
        ("or=(name=,steps=1)", r#"{"$or":[{"name":""},{"steps":1}]}"#),
    ] {
        assert_eq!(tree(text), tree(&format!("filter={json}")), "{text}");
    }
}

#[test]
fn not_negates_what_stands_in_it() {
    let name = tree("name=x");
    for json in [r#"{"$not":{"name":"x"}}"#, r#"{"name":{"$not":{"$eq":"x"}}}"#] {
        assert_eq!(tree(&format!("filter={json}")), format!("{{\"$not\":{name}}}"));
    }
    assert_eq!(tree(r#"filter={"$not":{"$not":{"name":"x"}}}"#), name);
}

#[test]
fn the_filter_stands_beside_other_conditions() {
    assert_eq!(tree(r#"name=x&filter={"steps":1}&or=(done=true)"#), tree("name=x&steps=1&done=true"));
    assert_eq!(tree("filter={}"), "{}");
}

#[test]
fn each_fault_of_a_filter_is_told_by_its_parameter_and_its_own_name() {
    for (text, code, expected) in [
        (r#"filter={"steps":1,"steps":2}"#, "duplicate", "\"steps\" is given more than once"),
        (r#"filter={"steps":{"$gt":1,"$gt":2}}"#, "duplicate", "\"$gt\" is given more than once"),
        (r#"filter={"nmae":"x"}"#, "field", "did you mean \"name\""),
        (r#"filter={"__proto__":{"$gt":1}}"#, "field", "__proto__"),
        (r#"filter={"constructor":1}"#, "field", "constructor"),
        (r#"filter={"$where":"sleep(1)"}"#, "operator", "\"$where\""),
        (r#"filter={"$expr":{}}"#, "operator", "known are $and, $or, $not"),
        (r#"filter={"name":{"$regex":"^a"}}"#, "operator", "\"regex\""),
        (r#"filter={"name":{"$gtt":"a"}}"#, "operator", "did you mean \"gt"),
        (r#"filter={"name":{"$where":"1"}}"#, "operator", "\"where\""),
        (r#"filter={"code":{"name":"x"}}"#, "operator", "a member is code.name"),
        (r#"filter={"a.$gt":1}"#, "field", "dotted path"),
        ("filter={\"parameters.a\\u0000\":1}", "field", "dotted path"),
        (r#"filter={"name":5}"#, "type", "name expects a string, got 5"),
        (r#"filter={"name":null}"#, "type", "name expects a string"),
        (r#"filter={"steps":5.5}"#, "type", "an integer"),
        (r#"filter={"steps":"5"}"#, "type", "an integer"),
        (r#"filter={"steps":9223372036854775808}"#, "type", "an integer of 64 bits"),
        (r#"filter={"width":99999999999999999999}"#, "type", "a number"),
        (r#"filter={"width":"NaN"}"#, "type", "a number"),
        (r#"filter={"parameters.a":99999999999999999999}"#, "type", "64 bits"),
        (r#"filter={"name":["x"]}"#, "type", "a string"),
        (r#"filter={"name":{"$in":"x"}}"#, "list", "array of one or more"),
        (r#"filter={"name":{"$in":[]}}"#, "list", "array of one or more"),
        (r#"filter={"name":{"$exists":1}}"#, "type", "true or false"),
        (r#"filter={"name":{"$prefix":1}}"#, "type", "asked for a string"),
        (r#"filter={"name":{}}"#, "syntax", "a value or an operator"),
        (r#"filter={"$or":[]}"#, "syntax", "one or more objects"),
        (r#"filter={"$or":{"name":"x"}}"#, "syntax", "one or more objects"),
        (r#"filter={"$not":"x"}"#, "syntax", "expected an object"),
        ("filter=[]", "syntax", "expected an object"),
        (r#"filter={"name":"x"} x"#, "syntax", "is not JSON"),
        (r#"filter={"name":"x"}&filter={}"#, "duplicate", "more than once"),
    ] {
        let (parameter, found, message) = fault(text);
        assert_eq!((parameter.as_str(), found.as_str()), ("filter", code), "{text}: {message}");
        assert!(message.contains(expected), "{text}: {message}");
    }
}

#[test]
fn each_fault_of_a_group_is_told_by_its_parameter_and_its_own_name() {
    for (text, code, expected) in [
        ("or=", "syntax", "begins with ("),
        ("or=name=x", "syntax", "begins with ("),
        ("or=()", "syntax", "lacks its ="),
        ("or=(name)", "syntax", "\"name\" lacks its ="),
        ("or=(name=x", "syntax", "ends with )"),
        ("or=(name=x))", "syntax", "after the last )"),
        ("or=(name=x,)", "syntax", "lacks its ="),
        ("or=(name=f(x))", "syntax", "is quoted"),
        ("or=(name=a\"b)", "syntax", "is quoted"),
        ("or=(name=\"a)", "syntax", "does not end"),
        ("or=(name=\"a\"b)", "syntax", "ends with )"),
        ("or=(nmae=x)", "field", "did you mean \"name\""),
        ("or=($where=1)", "field", "dotted path"),
        ("or=(name[like]=x)", "operator", "\"like\""),
        ("or=(steps=x)", "type", "an integer"),
        ("or=(name=x,not=(name=y))", "syntax", "is quoted"),
    ] {
        let (parameter, found, message) = fault(text);
        assert_eq!((parameter.as_str(), found.as_str()), ("or", code), "{text}: {message}");
        assert!(message.contains(expected), "{text}: {message}");
    }
}

#[test]
fn limits_hold_in_groups_and_in_json_and_for_all_of_them_together() {
    let group = |count: usize| format!("or=({})", vec!["name=x"; count].join(","));
    let json = |count: usize| format!("filter={{\"$or\":[{}]}}", vec![r#"{"name":"x"}"#; count].join(","));
    for notation in [group, json] {
        assert!(parse(&notation(200)).is_ok());
        assert_eq!(fault(&notation(201)).1, "limit");
        assert_eq!(fault(&notation(10_000)).1, "limit");
    }
    assert_eq!(fault(&format!("{}&{}", group(100), json(101))).0, "filter");
    let values = |count: usize| vec!["1"; count].join(",");
    assert!(parse(&format!("steps[in]={}&steps[nin]={}", values(500), values(500))).is_ok());
    assert_eq!(fault(&format!("steps[in]={}&steps[nin]={}", values(500), values(501))).1, "limit");
    assert_eq!(fault(&format!("filter={{\"steps\":{{\"$in\":[{}]}}}}", values(1001))).1, "limit");
}

#[test]
fn depth_is_limited_in_both_notations() {
    let group = |depth: usize| format!("or={}(name=x){}", "(or=".repeat(depth - 1), ")".repeat(depth - 1));
    let json = |depth: usize| {
        format!("filter={}{{\"name\":\"x\"}}{}", "{\"$not\":".repeat(depth - 1), "}".repeat(depth - 1))
    };
    for (notation, parameter) in [(group as fn(usize) -> String, "or"), (json, "filter")] {
        assert!(parse(&notation(MAX_NESTING)).is_ok());
        for depth in [MAX_NESTING + 1, 5_000] {
            let (found, code, _) = fault(&notation(depth));
            assert_eq!((found.as_str(), code.as_str()), (parameter, "limit"), "{depth}");
        }
    }
}

#[test]
fn awkward_values_are_values_and_nothing_else() {
    for text in ["'; --", "{\"$gt\":\"\"}", "$where", "a\0b", "\\", "%_", "^a.*$"] {
        let pairs = [("name[contains]".to_owned(), text.to_owned())];
        let filter = parse_pairs(&pairs).unwrap().filter;
        assert!(matches!(filter, Expr::Test(_, Test::Contains(Literal::Text(read))) if read == text));
    }
}

#[test]
fn a_prefix_ends_before_the_next_text_by_code_point() {
    for (prefix, end) in [
        ("a", Some("b")),
        ("a\u{d7ff}", Some("a\u{e000}")),
        ("\u{ffff}", Some("\u{10000}")),
        ("a\u{10ffff}", Some("b")),
        ("\u{10ffff}", None),
        ("", None),
    ] {
        assert_eq!(behind_prefix(prefix).as_deref(), end, "{prefix:?}");
    }
}
