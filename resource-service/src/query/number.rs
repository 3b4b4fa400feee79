//! Numbers by exact value: the one conversion of a number to an integer of 64 bits, and the one comparison of an
//! integer with a double. Knows no schema.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// 2^63, the first double beyond the integers of 64 bits.
const BEYOND_I64: f64 = 9_223_372_036_854_775_808.0;

/// The integer of 64 bits that a double is; none where it has a fraction or is beyond 64 bits.
#[expect(clippy::cast_possible_truncation, reason = "the result is compared with what it was made from")]
pub fn integral(double: f64) -> Option<i64> {
    let whole = double as i64;
    (compare(whole, double) == Some(Ordering::Equal)).then_some(whole)
}

/// The integer of 64 bits that a JSON number is. JSON Schema counts `7.0` and `7e0` among the integers.
pub fn integer(number: &Number) -> Option<i64> {
    number.as_i64().or_else(|| integral(number.as_f64()?))
}

/// The integer of 64 bits that a JSON value is; none where it is no number, or no such one.
pub fn integer_of(value: &Value) -> Option<i64> {
    value.as_number().and_then(integer)
}

/// Whether two JSON values are equal, numbers by exact value.
pub fn equal(one: &Value, other: &Value) -> bool {
    let integers = (integer_of(one), integer_of(other));
    if let (Some(one), Some(other)) = integers { one == other } else { one == other }
}

/// An integer against a double by exact value, neither of them rounded; none where the double is NaN.
#[expect(clippy::cast_possible_truncation, reason = "the double is a whole number within 64 bits")]
pub fn compare(integer: i64, double: f64) -> Option<Ordering> {
    if double.is_nan() {
        None
    } else if double >= BEYOND_I64 {
        Some(Ordering::Less)
    } else if double < -BEYOND_I64 {
        Some(Ordering::Greater)
    } else {
        let whole = double.trunc();
        // Equal whole parts: the fraction decides.
        let fraction = 0.0.partial_cmp(&(double - whole)).unwrap_or(Ordering::Equal);
        Some(integer.cmp(&(whole as i64)).then(fraction))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_without_a_fraction_is_the_integer_that_it_equals() {
        for (value, integer) in [
            (json!(7), Some(7)),
            (json!(7.0), Some(7)),
            (json!(-0.0), Some(0)),
            (json!(1e18), Some(1_000_000_000_000_000_000)),
            (json!(-9_223_372_036_854_775_808.0), Some(i64::MIN)),
            (json!(7.5), None),
            (json!(1e20), None),
            (json!(9_223_372_036_854_775_808.0), None),
            (json!(u64::MAX), None),
            (json!("7"), None),
        ] {
            assert_eq!(integer_of(&value), integer, "{value}");
        }
        assert_eq!(integral(f64::NAN).or(integral(f64::INFINITY)), None);
    }

    #[test]
    fn an_integer_is_not_rounded_beside_a_double() {
        let big = (1 << 53) + 1;
        assert_eq!(compare(big, 9_007_199_254_740_992.0), Some(Ordering::Greater));
        assert_eq!(compare(-1, -1.5), Some(Ordering::Greater));
        assert_eq!(compare(i64::MAX, f64::INFINITY), Some(Ordering::Less));
        assert_eq!(compare(0, f64::NAN), None);
    }
}
