//! JSON merge patch (RFC 7396).

use serde_json::{Map, Value};

/// Applies a patch to the members of an object: `null` removes, objects merge, everything else replaces.
pub fn merge(target: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, change) in patch {
        match change {
            Value::Null => {
                target.shift_remove(&name);
            }
            Value::Object(inner) => {
                let member = target.entry(name).or_insert(Value::Null);
                if !member.is_object() {
                    *member = Value::Object(Map::new());
                }
                if let Value::Object(members) = member {
                    merge(members, inner);
                }
            }
            other => {
                target.insert(name, other);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The examples of RFC 7396 appendix A that patch an object with an object.
    #[test]
    fn the_examples_of_the_rfc_hold() {
        for (target, patch, expected) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            let (Value::Object(mut members), Value::Object(patch)) = (target, patch) else { unreachable!() };
            merge(&mut members, patch);
            assert_eq!(Value::Object(members), expected);
        }
    }

    #[test]
    fn members_keep_their_order() {
        let (Value::Object(mut members), Value::Object(patch)) =
            (json!({"a": 1, "b": 2, "c": 3}), json!({"a": null, "b": 4}))
        else {
            unreachable!()
        };
        merge(&mut members, patch);
        assert_eq!(serde_json::to_string(&members).unwrap(), r#"{"b":4,"c":3}"#);
    }
}
