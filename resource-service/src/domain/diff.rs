//! Whether two JSON values are the same down to the last bit, and where they are not.

use serde_json::{Map, Value};

/// Whether two values are the same; unlike `==`, 0.0 and -0.0 are not.
pub fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            let bits = |number: &serde_json::Number| number.as_f64().map(f64::to_bits);
            one == other && (!one.is_f64() || bits(one) == bits(other))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => same_members(one, other),
        (one, other) => one == other,
    }
}

/// Whether two objects have the same members, in whatever order.
pub fn same_members(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    one.len() == other.len()
        && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| same(value, other)))
}

/// One step of the way from an object to another.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit<'v> {
    /// The member at this path takes this value.
    Set(Vec<&'v str>, &'v Value),
    /// The member at this path goes.
    Unset(Vec<&'v str>),
}

/// What leads from `before` to `after`; `None` where only the whole of `after` gives its members their order.
///
/// Changed members keep their place, and new ones come last, sorted by name: so a store that applies the
/// changes ends with the very text of `after`. Arrays are replaced whole.
pub fn changes<'v>(before: &'v Map<String, Value>, after: &'v Map<String, Value>) -> Option<Vec<Edit<'v>>> {
    let mut found = Vec::new();
    collect(before, after, &mut Vec::new(), &mut found).then_some(found)
}

fn collect<'v>(
    before: &'v Map<String, Value>,
    after: &'v Map<String, Value>,
    place: &mut Vec<&'v str>,
    found: &mut Vec<Edit<'v>>,
) -> bool {
    if !keeps_order(before, after) {
        return false;
    }
    let at = |place: &[&'v str], name: &'v str| [place, &[name]].concat();
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        found.push(Edit::Unset(at(place, name)));
    }
    for (name, value) in after {
        match (before.get(name), value) {
            (Some(old), value) if same_in_order(old, value) => {}
            (Some(Value::Object(old)), Value::Object(new)) if !old.is_empty() && !new.is_empty() => {
                let (path, so_far) = (at(place, name), found.len());
                place.push(name);
                let changed = collect(old, new, place, found);
                place.pop();
                if !changed {
                    found.truncate(so_far);
                    found.push(Edit::Set(path, value));
                }
            }
            _ => found.push(Edit::Set(at(place, name), value)),
        }
    }
    true
}

/// Whether the members that stay come first, as they stood, and those that are new follow sorted.
fn keeps_order(before: &Map<String, Value>, after: &Map<String, Value>) -> bool {
    let stay = before.keys().filter(|name| after.contains_key(*name));
    let new: Vec<&String> = after.keys().filter(|name| !before.contains_key(*name)).collect();
    // A store may sort names that look like numbers as such.
    let numeric = |name: &&String| name.bytes().all(|byte| byte.is_ascii_digit());
    let sorted = new.is_sorted() && (new.len() < 2 || !new.iter().any(numeric));
    sorted && stay.chain(new.iter().copied()).eq(after.keys())
}

/// Whether two values have the same text.
fn same_in_order(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.keys().eq(other.keys()) && one.values().zip(other.values()).all(|(a, b)| same_in_order(a, b))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| same_in_order(a, b))
        }
        (one, other) => same(one, other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found_in(before: &Value, after: &Value) -> Option<Vec<String>> {
        let changes = changes(before.as_object()?, after.as_object()?)?;
        let text = |change: Edit<'_>| match change {
            Edit::Set(path, value) => format!("{}={value}", path.join(".")),
            Edit::Unset(path) => format!("-{}", path.join(".")),
        };
        Some(changes.into_iter().map(text).collect())
    }

    #[test]
    fn only_what_differs_is_told_as_deep_as_it_lies() {
        for (before, after, expected) in [
            (json!({"a": 1, "b": {"c": 2, "d": 3}}), json!({"a": 1, "b": {"c": 2, "d": 4}}), vec!["b.d=4"]),
            (json!({"a": 1, "b": 2}), json!({"b": 2, "c": 3, "d": 4}), vec!["-a", "c=3", "d=4"]),
            (json!({"a": [1, 2]}), json!({"a": [1, 3]}), vec!["a=[1,3]"]),
            (json!({"a": {"b": 1}}), json!({"a": {}}), vec!["a={}"]),
            (json!({"a": 0.0}), json!({"a": -0.0}), vec!["a=-0.0"]),
            (json!({"a": 1}), json!({"a": 1.0}), vec!["a=1.0"]),
            (
                json!({"a": {"b": 1}, "c": 1}),
                json!({"a": {"z": 1, "y": 2}, "c": 1}),
                vec![r#"a={"z":1,"y":2}"#],
            ),
            (json!({"a": 1}), json!({"a": 1}), vec![]),
        ] {
            let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(found_in(&before, &after), Some(expected), "{before} -> {after}");
        }
    }

    #[test]
    fn a_new_order_at_the_top_is_told_by_the_whole_alone() {
        assert_eq!(found_in(&json!({"a": 1, "b": 2}), &json!({"b": 2, "a": 1})), None);
        assert_eq!(found_in(&json!({}), &json!({"b": 2, "a": 1})), None);
        assert_eq!(found_in(&json!({}), &json!({"10": 2, "9": 1})), None);
    }

    #[test]
    fn sameness_ignores_order_and_heeds_bits() {
        assert!(same(&json!({"a": 1, "b": [2]}), &json!({"b": [2], "a": 1})));
        assert!(!same(&json!([0.0]), &json!([-0.0])));
        assert!(!same(&json!([1]), &json!([1, 2])));
    }
}
