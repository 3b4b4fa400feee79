//! Whether a document in memory meets a condition: the same answer that the stores give.

use std::cmp::Ordering;

use serde_json::Value;

use super::{
    expr::{Comparison, Expr, Test, ValueKind},
    instant::key_or_text,
    literal::{Literal, special},
    number,
    schema::{Field, FieldType},
};

impl Expr {
    /// Whether a document, read from its JSON, meets the condition.
    pub fn holds(&self, document: &Value) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(document)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(document)),
            Self::Not(inner) => !inner.holds(document),
            Self::Test(field, test) => test.holds(field, field.path.find(document)),
        }
    }
}

impl Test {
    /// Whether the test holds of the value that a document has at the field's path.
    fn holds(&self, field: &Field, value: Option<&Value>) -> bool {
        match self {
            Self::Exists(wanted) => value.is_some() == *wanted,
            Self::Is(kinds) => kinds.contains(&kind(field, value)),
            Self::Compare(comparison, literal) => {
                any_scalar(field, value, |scalar| compares(scalar, *comparison, literal))
            }
            Self::In(literals) => any_scalar(field, value, |scalar| {
                literals.iter().any(|literal| compares(scalar, Comparison::Eq, literal))
            }),
            Self::NotIn(literals) => any_scalar(field, value, |scalar| {
                let comparable =
                    literals.iter().any(|literal| ValueKind::of(literal) == ValueKind::of(scalar));
                let equal = |literal: &Literal| compares(scalar, Comparison::Eq, literal);
                comparable && *scalar != Literal::Null && !literals.iter().any(equal)
            }),
            Self::Contains(item) => match (&field.kind, value, item) {
                (FieldType::Array(_), ..) => {
                    any_scalar(field, value, |scalar| compares(scalar, Comparison::Eq, item))
                }
                (_, Some(Value::String(text)), Literal::Text(part)) => {
                    is_text(&field.kind) && text.contains(part.as_str())
                }
                (FieldType::Untyped, Some(Value::Array(items)), _) => items
                    .iter()
                    .filter_map(|found| scalar(&FieldType::Untyped, found))
                    .any(|found| compares(&found, Comparison::Eq, item)),
                _ => false,
            },
            // The text as it is written, of a point in time too.
            Self::Prefix(prefix) => match value {
                Some(Value::String(text)) => is_text(&field.kind) && text.starts_with(prefix.as_str()),
                _ => false,
            },
        }
    }
}

/// Whether a field's strings are texts.
fn is_text(kind: &FieldType) -> bool {
    matches!(kind, FieldType::Text(_) | FieldType::Untyped)
}

/// Tries the value, or each item of an array field.
fn any_scalar(field: &Field, value: Option<&Value>, holds: impl Fn(&Literal) -> bool) -> bool {
    match (&field.kind, value) {
        (FieldType::Array(items), Some(Value::Array(values))) => {
            values.iter().filter_map(|item| scalar(items, item)).any(|item| holds(&item))
        }
        (_, None) | (FieldType::Array(_), Some(_)) => false,
        (kind, Some(value)) => scalar(kind, value).is_some_and(|value| holds(&value)),
    }
}

/// The scalar of a field of this type; nothing for an object or an array.
fn scalar(kind: &FieldType, value: &Value) -> Option<Literal> {
    match value {
        Value::Null => Some(Literal::Null),
        Value::Bool(value) => Some(Literal::Boolean(*value)),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => Some(Literal::Integer(integer)),
            None => number.as_f64().map(Literal::Double),
        },
        Value::String(text) if *kind == (FieldType::Number { ieee754: true }) => {
            special(text).or_else(|| Some(Literal::Text(text.clone())))
        }
        Value::String(text) if kind.is_instant() => Some(Literal::Text(key_or_text(text))),
        Value::String(text) => Some(Literal::Text(text.clone())),
        Value::Array(_) | Value::Object(_) => None,
    }
}

fn kind(field: &Field, value: Option<&Value>) -> ValueKind {
    match value {
        None | Some(Value::Null) => ValueKind::Nothing,
        Some(Value::Bool(_)) => ValueKind::Boolean,
        Some(Value::Number(_)) => ValueKind::Number,
        Some(Value::String(text)) if field.kind == (FieldType::Number { ieee754: true }) => {
            if special(text).is_some() { ValueKind::Number } else { ValueKind::Text }
        }
        Some(Value::String(_)) => ValueKind::Text,
        Some(Value::Array(_)) => ValueKind::Array,
        Some(Value::Object(_)) => ValueKind::Object,
    }
}

/// `null` equals `null` and is unequal to nothing; NaN equals NaN; all else is compared within its kind.
fn compares(value: &Literal, comparison: Comparison, literal: &Literal) -> bool {
    if ValueKind::of(value) != ValueKind::of(literal) {
        return false;
    }
    match order(value, literal) {
        Some(Ordering::Equal) => comparison.holds_for_equals(),
        Some(Ordering::Less) => {
            matches!(comparison, Comparison::Lt | Comparison::Lte | Comparison::Ne)
        }
        Some(Ordering::Greater) => {
            matches!(comparison, Comparison::Gt | Comparison::Gte | Comparison::Ne)
        }
        None => comparison == Comparison::Ne,
    }
}

/// The order of two values of one kind; nothing between NaN and a number.
pub fn order(a: &Literal, b: &Literal) -> Option<Ordering> {
    match (a, b) {
        (Literal::Null, Literal::Null) => Some(Ordering::Equal),
        (Literal::Boolean(a), Literal::Boolean(b)) => Some(a.cmp(b)),
        (Literal::Text(a), Literal::Text(b)) => Some(a.cmp(b)),
        (Literal::Integer(a), Literal::Integer(b)) => Some(a.cmp(b)),
        (Literal::Integer(a), Literal::Double(b)) => number::compare(*a, *b),
        (Literal::Double(a), Literal::Integer(b)) => number::compare(*b, *a).map(Ordering::reverse),
        (Literal::Double(a), Literal::Double(b)) if a.is_nan() && b.is_nan() => Some(Ordering::Equal),
        (Literal::Double(a), Literal::Double(b)) => a.partial_cmp(b),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::query::{
        parse::{Query, QueryContext},
        schema::Schema,
    };

    fn holds(parameter: (&str, &str), document: &Value) -> bool {
        let schema = Schema::new(json!({
            "type": "object",
            "properties": {
                "s": {"type": ["string", "null"]},
                "i": {"type": ["integer", "null"]},
                "n": {"type": ["number", "null"]},
                "x": {"type": ["number", "string"], "format": "ieee754"},
                "b": {"type": "boolean"},
                "at": {"type": "string", "format": "date-time"},
                "times": {"type": "array", "items": {"type": "string", "format": "date-time"}},
                "tags": {"type": "array", "items": {"type": "string"}},
                "marks": {"type": "array", "items": {"type": ["number", "string"], "format": "ieee754"}},
                "free": {"type": "object"},
            },
        }));
        let target = QueryContext { collection: "things", schema: &schema, views: &BTreeMap::new() };
        let query = Query::parse(&target, &[(parameter.0.to_owned(), parameter.1.to_owned())]).unwrap();
        query.filter.holds(document)
    }

    #[test]
    fn a_comparison_needs_the_field_and_its_kind() {
        for (parameter, document, expected) in [
            (("s", "x"), json!({"s": "x"}), true),
            (("s[ne]", "x"), json!({"s": "y"}), true),
            (("s[ne]", "x"), json!({"s": null}), false),
            (("s[ne]", "x"), json!({}), false),
            (("s[gt]", "a"), json!({"s": "\u{1F600}"}), true),
            (("i", "null"), json!({"i": null}), true),
            (("i", "null"), json!({}), false),
            (("i[ne]", "null"), json!({"i": 1}), true),
            (("i[ne]", "null"), json!({"i": null}), false),
            (("i[ne]", "null"), json!({}), false),
            (("i[exists]", "true"), json!({"i": null}), true),
            (("i[exists]", "false"), json!({}), true),
            (("b[lt]", "true"), json!({"b": false}), true),
            (("free.a", "1"), json!({"free": {"a": "1"}}), true),
            (("free.a", "1"), json!({"free": {"a": 1.0}}), true),
            (("free.a", "0042"), json!({"free": {"a": "0042"}}), true),
            (("free.a", "0042"), json!({"free": {"a": 42}}), false),
            (("free.a", "1.10"), json!({"free": {"a": "1.10"}}), true),
            (("free.a[in]", "x,1e5"), json!({"free": {"a": "1e5"}}), true),
            (("free.a[contains]", "1.10"), json!({"free": {"a": "v1.10"}}), true),
            (("free.a", "12345678901234567890"), json!({"free": {"a": "12345678901234567890"}}), true),
            (("free.a", "\"1\""), json!({"free": {"a": 1}}), false),
            (("free.a[ne]", "1"), json!({"free": {"a": "1"}}), false),
            (("free.a[ne]", "1"), json!({"free": {"a": 2}}), true),
            (("free.a.b", "1"), json!({"free": {"a": [{"b": 1}]}}), false),
            (("at", "2026-01-31T12:00:00Z"), json!({"at": "2026-01-31T13:00:00.000+01:00"}), true),
            (("at[gt]", "2026-01-31T12:00:00Z"), json!({"at": "2026-01-31T12:30:00+01:00"}), false),
            (("at[prefix]", "2026-01-31T13"), json!({"at": "2026-01-31T13:00:00+01:00"}), true),
            (("times", "2026-01-31T12:00:00Z"), json!({"times": ["x", "2026-01-31T13:00:00+01:00"]}), true),
            (("tags", "x"), json!({"tags": ["y", "x"]}), true),
            (("tags[in]", "a,b"), json!({"tags": ["y", "x"]}), false),
            (("marks", "NaN"), json!({"marks": [1, "NaN"]}), true),
        ] {
            assert_eq!(holds(parameter, &document), expected, "{parameter:?} {document}");
        }
    }

    #[test]
    fn numbers_are_compared_by_exact_value() {
        let (large, beyond) = (9_007_199_254_740_993_i64, 9_007_199_254_740_992.0);
        for (parameter, document, expected) in [
            (("n", "9007199254740992.0"), json!({"n": large}), false),
            (("n[gt]", "9007199254740992.0"), json!({"n": large}), true),
            (("n[lt]", "9007199254740993"), json!({"n": beyond}), true),
            (("n", "1"), json!({"n": 1.0}), true),
            (("n[gt]", "1"), json!({"n": 1.5}), true),
            (("n[lt]", "-1"), json!({"n": -1.5}), true),
            (("n[gt]", "-1"), json!({"n": -0.5}), true),
            (("n", "0"), json!({"n": -0.0}), true),
            (("n[lt]", "1e300"), json!({"n": i64::MAX}), true),
            (("n[gt]", "-1e300"), json!({"n": i64::MIN}), true),
            (("n", "-9223372036854775808.0"), json!({"n": i64::MIN}), true),
            (("n[lt]", "9223372036854775808.0"), json!({"n": i64::MAX}), true),
        ] {
            assert_eq!(holds(parameter, &document), expected, "{parameter:?} {document}");
        }
    }

    #[test]
    fn nan_equals_itself_and_stands_in_no_order() {
        for (operator, nan, number) in
            [("eq", true, false), ("ne", false, true), ("gte", true, false), ("lt", false, false)]
        {
            let parameter = format!("x[{operator}]");
            assert_eq!(holds((&parameter, "NaN"), &json!({"x": "NaN"})), nan, "{operator}");
            assert_eq!(holds((&parameter, "NaN"), &json!({"x": 1})), number, "{operator}");
        }
        assert!(holds(("x[ne]", "1"), &json!({"x": "NaN"})));
        assert!(!holds(("x[gt]", "1"), &json!({"x": "NaN"})));
        assert!(holds(("x[gt]", "1"), &json!({"x": "Infinity"})));
        assert!(holds(("x[lt]", "-1e308"), &json!({"x": "-Infinity"})));
    }
}
