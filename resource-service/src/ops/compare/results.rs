//! The results in which calculations are further apart than is tolerated.

use serde_json::Value;

use super::{ById, absent, by_name, members, named};
use crate::domain::{
    scalar::Scalar,
    tolerance::{Tolerance, spread},
};

/// A result in which the calculations do not agree.
#[derive(Clone, Debug, PartialEq)]
pub struct ResultDifference {
    /// Its name.
    pub name: String,
    /// Value and unit where it is.
    pub values: ById,
    /// The calculations that do not have it.
    pub absent: Vec<String>,
    /// Whether the units differ, so that the values cannot be compared.
    pub units_differ: bool,
    /// The largest |a - b|; NaN where some are NaN and others are not. Nothing where units differ, or fewer than two
    /// calculations have a number.
    pub largest: Option<Scalar>,
}

/// The results that differ, by name.
pub(super) fn compare(parts: &[(&str, Option<&Value>)], tolerance: Tolerance) -> Vec<ResultDifference> {
    let all = by_name(parts, |results| members(results).map(|(name, value)| (name.clone(), value)).collect());
    let mut differences = Vec::new();
    for (name, present) in all {
        let units_differ = present.windows(2).any(|pair| pair[0].1.get("unit") != pair[1].1.get("unit"));
        let value = |(_, result): &(usize, &Value)| result.get("value").and_then(Scalar::of_json);
        let values: Vec<Scalar> = present.iter().filter_map(value).collect();
        let absent = absent(parts, &present);
        if !absent.is_empty() || units_differ || !agree(&values, tolerance) {
            let largest = (!units_differ && values.len() > 1).then(|| Scalar::Double(spread(&values)));
            differences.push(ResultDifference {
                name,
                values: named(parts, &present),
                absent,
                units_differ,
                largest,
            });
        }
    }
    differences
}

/// Whether every two of the values agree.
pub(super) fn agree(values: &[Scalar], tolerance: Tolerance) -> bool {
    let mut pairs = values.iter().enumerate().flat_map(|(at, a)| values[..at].iter().map(move |b| (*a, *b)));
    pairs.all(|(a, b)| tolerance.admits(a, b))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn results_differ_by_value_by_unit_and_by_being_there() {
        let a = json!({"energy": {"value": -1.0, "unit": "eV"}, "gap": {"value": "NaN"}, "force": {"value": 1, "unit": "N"},
            "steps": {"value": 9_007_199_254_740_993_i64}, "near": {"value": 1.0}});
        let b = json!({"energy": {"value": -1.5, "unit": "eV"}, "gap": {"value": "NaN"}, "force": {"value": 1, "unit": "mN"},
            "steps": {"value": 9_007_199_254_740_992_i64}, "near": {"value": 1.000_000_1}});
        let parts = [("A", Some(&a)), ("B", Some(&b))];
        let names = |tolerance| {
            compare(&parts, tolerance).into_iter().map(|difference| difference.name).collect::<Vec<_>>()
        };
        assert_eq!(names(Tolerance::default()), ["energy", "force", "near", "steps"]);
        assert_eq!(names(Tolerance { rel: 1e-6, ..Tolerance::default() }), ["energy", "force"]);
        assert_eq!(names(Tolerance { abs: 1.0, ..Tolerance::default() }), ["force"]);
        let found = compare(&parts, Tolerance::default());
        assert_eq!((found[0].largest, found[0].units_differ), (Some(Scalar::Double(0.5)), false));
        assert_eq!((found[1].largest, found[1].units_differ), (None, true));
        assert_eq!(found[3].largest, Some(Scalar::Integer(1)));
        let one = compare(&[("A", Some(&a)), ("B", None)], Tolerance { abs: 1e9, ..Tolerance::default() });
        assert!(one.len() == 5 && one.iter().all(|difference| difference.absent == ["B"]));
        assert!(one.iter().all(|difference| difference.largest.is_none()), "one value differs from none");
    }
}
