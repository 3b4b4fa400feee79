//! The parameters in which calculations differ, leaf by leaf.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{ById, absent, by_name, named};
use crate::domain::{pointer, scalar::Scalar};

/// A parameter that is not the same in all of the calculations.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterDifference {
    /// An RFC 6901 pointer into the parameters.
    pub pointer: String,
    /// What it is where it is.
    pub values: ById,
    /// The calculations that do not have it.
    pub absent: Vec<String>,
}

/// The parameters that differ, by pointer.
pub(super) fn compare(parts: &[(&str, Option<&Value>)]) -> Vec<ParameterDifference> {
    let all = by_name(parts, |parameters| {
        let mut leaves = BTreeMap::new();
        collect(parameters, String::new(), &mut leaves);
        leaves
    });
    let differs = |present: &Vec<(usize, &Value)>| {
        present.len() < parts.len() || present.windows(2).any(|pair| !is_same(pair[0].1, pair[1].1))
    };
    let differing = all.into_iter().filter(|(_, present)| differs(present));
    let difference = |(pointer, present): (String, Vec<(usize, &Value)>)| ParameterDifference {
        pointer,
        values: named(parts, &present),
        absent: absent(parts, &present),
    };
    differing.map(difference).collect()
}

/// Scalars, and objects and arrays that are empty.
fn collect<'v>(value: &'v Value, at: String, leaves: &mut BTreeMap<String, &'v Value>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().for_each(|(name, value)| collect(value, pointer(&at, name), leaves));
        }
        Value::Array(items) if !items.is_empty() => {
            let items = items.iter().enumerate();
            items.for_each(|(index, value)| collect(value, pointer(&at, &index.to_string()), leaves));
        }
        // Parameters that are there and empty differ in no parameter from ones that are not.
        _ if at.is_empty() => {}
        _ => {
            leaves.insert(at, value);
        }
    }
}

/// Numbers are the same where their values are, however they are written.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(_), Value::Number(_)) => Scalar::of_json(a) == Scalar::of_json(b),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_leaf_that_differs_is_told_with_its_values_and_who_lacks_it() {
        let a = json!({"cutoff": 300, "grid": [4, 4, 4], "same": {"x": 1}, "a/b": null, "empty": {}});
        let b = json!({"cutoff": 400.0, "grid": [4, 4, 8], "same": {"x": 1.0}, "empty": []});
        let found: Vec<_> = compare(&[("A", Some(&a)), ("B", Some(&b)), ("C", None)])
            .into_iter()
            .map(|difference| (difference.pointer, difference.values, difference.absent))
            .collect();
        let value = |id: &str, value: Value| (id.to_owned(), value);
        let both = |pointer: &str, one: Value, other: Value| {
            (pointer.to_owned(), vec![value("A", one), value("B", other)], vec!["C".to_owned()])
        };
        assert_eq!(
            found,
            [
                ("/a~1b".to_owned(), vec![value("A", json!(null))], vec!["B".to_owned(), "C".to_owned()]),
                both("/cutoff", json!(300), json!(400.0)),
                both("/empty", json!({}), json!([])),
                both("/grid/0", json!(4), json!(4)),
                both("/grid/1", json!(4), json!(4)),
                both("/grid/2", json!(4), json!(8)),
                both("/same/x", json!(1), json!(1.0)),
            ]
        );
        let found = compare(&[("A", Some(&a)), ("B", Some(&b))]);
        let pointers: Vec<&str> = found.iter().map(|difference| difference.pointer.as_str()).collect();
        assert_eq!(pointers, ["/a~1b", "/cutoff", "/empty", "/grid/2"]);
    }
}
