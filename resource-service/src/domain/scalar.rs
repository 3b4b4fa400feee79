//! A number as documents hold it: an exact integer of 64 bits, or a double with NaN and the infinities. Pure.

use std::{cmp::Ordering, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::exact::{Exact, Finite};
use crate::query::{
    literal::{Literal, of_number, special},
    number,
};

/// A number of a field that is declared `"format":"ieee754"`.
#[derive(Clone, Copy, Debug)]
pub enum Scalar {
    /// An integer of 64 bits.
    Integer(i64),
    /// A double.
    Double(f64),
}

/// Two numbers are equal where their exact values are, or where both are NaN.
impl PartialEq for Scalar {
    fn eq(&self, other: &Self) -> bool {
        self.compare(*other) == Some(Ordering::Equal) || (self.is_nan() && other.is_nan())
    }
}

impl Scalar {
    /// The number that JSON holds, the three special values as strings; nothing for any other value.
    pub fn of_json(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Self::of_literal(&of_number(number)),
            Value::String(text) => Self::of_name(text),
            _ => None,
        }
    }

    fn of_name(text: &str) -> Option<Self> {
        Self::of_literal(&special(text)?)
    }

    fn of_literal(literal: &Literal) -> Option<Self> {
        match *literal {
            Literal::Integer(integer) => Some(Self::Integer(integer)),
            Literal::Double(double) => Some(Self::Double(double)),
            Literal::Null | Literal::Boolean(_) | Literal::Text(_) => None,
        }
    }

    /// The number as JSON.
    pub fn to_json(self) -> Value {
        Literal::from(self).to_json()
    }

    /// The nearest double.
    #[expect(clippy::cast_precision_loss, reason = "the nearest double is what is asked for")]
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Integer(integer) => integer as f64,
            Self::Double(double) => double,
        }
    }

    /// Whether it is NaN.
    pub fn is_nan(self) -> bool {
        self.as_f64().is_nan()
    }

    /// Whether it is neither NaN nor infinite.
    pub fn is_finite(self) -> bool {
        self.as_f64().is_finite()
    }

    /// The order by exact value; none with NaN.
    pub fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => Some(a.cmp(&b)),
            (Self::Double(a), Self::Double(b)) => a.partial_cmp(&b),
            (Self::Integer(a), Self::Double(b)) => number::compare(a, b),
            (Self::Double(a), Self::Integer(b)) => number::compare(b, a).map(Ordering::reverse),
        }
    }

    /// |a - b|, exact before it is rounded to a double; 0 between equals only, NaN with NaN alone.
    #[expect(clippy::cast_precision_loss, reason = "a difference is returned as a double")]
    pub fn distance(self, other: Self) -> f64 {
        match (self, other) {
            _ if self == other => 0.0,
            (Self::Integer(a), Self::Integer(b)) => a.abs_diff(b) as f64,
            (Self::Double(a), Self::Double(b)) => (a - b).abs(),
            (Self::Integer(integer), Self::Double(double))
            | (Self::Double(double), Self::Integer(integer)) => {
                // An integer is rounded on its way to a double: the difference would be that of another number.
                Finite::of(double).map_or(double.abs(), |double| {
                    let mut difference = Exact::default();
                    difference.add(integer.into());
                    difference.subtract(double);
                    difference.to_f64().abs()
                })
            }
        }
    }

    /// How many doubles lie between the two, one of them counted; nothing where one is not finite.
    pub fn ulps(self, other: Self) -> Option<u64> {
        let place = |scalar: Self| {
            let bits = scalar.as_f64().to_bits().cast_signed();
            // Negative doubles are ordered by magnitude; both zeros are place 0.
            if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
        };
        (self.is_finite() && other.is_finite()).then(|| place(self).abs_diff(place(other)))
    }
}

/// Whether two JSON values are equal, numbers by exact value: `1` and `1.0` are, the order of members does not count.
pub fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(_), Value::Number(_)) => Scalar::of_json(one) == Scalar::of_json(other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let has =
                |(name, value): (&String, &Value)| other.get(name).is_some_and(|other| equal(value, other));
            one.len() == other.len() && one.iter().all(has)
        }
        (one, other) => one == other,
    }
}

impl From<Scalar> for Literal {
    fn from(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Integer(integer) => Self::Integer(integer),
            Scalar::Double(double) => Self::Double(double),
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Literal::from(*self).fmt(f)
    }
}

impl Serialize for Scalar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Integer(integer) => serializer.serialize_i64(*integer),
            Self::Double(double) if double.is_finite() => serializer.serialize_f64(*double),
            Self::Double(_) => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl de::Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, NaN, Infinity or -Infinity")
    }

    fn visit_i64<E: de::Error>(self, integer: i64) -> Result<Scalar, E> {
        Ok(Scalar::Integer(integer))
    }

    #[expect(clippy::cast_precision_loss, reason = "beyond 64 bits with a sign only doubles are left")]
    fn visit_u64<E: de::Error>(self, integer: u64) -> Result<Scalar, E> {
        Ok(i64::try_from(integer).map_or(Scalar::Double(integer as f64), Scalar::Integer))
    }

    fn visit_f64<E: de::Error>(self, double: f64) -> Result<Scalar, E> {
        Ok(Scalar::Double(double))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar, E> {
        Scalar::of_name(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn integers_and_doubles_compare_by_exact_value() {
        let (big, near) = (Scalar::Integer(9_007_199_254_740_993), Scalar::Double(9_007_199_254_740_992.0));
        assert_eq!(big.compare(near), Some(Ordering::Greater));
        assert_eq!(near.compare(big), Some(Ordering::Less));
        assert_eq!(Scalar::Integer(1), Scalar::Double(1.0));
        assert_ne!(Scalar::Integer(1), Scalar::Double(1.5));
        assert_eq!(Scalar::Integer(-1).compare(Scalar::Double(-1.5)), Some(Ordering::Greater));
        assert_eq!(Scalar::Integer(i64::MAX).compare(Scalar::Double(f64::INFINITY)), Some(Ordering::Less));
        assert_eq!(Scalar::Integer(i64::MIN), Scalar::Double(-9_223_372_036_854_775_808.0));
        assert_eq!(Scalar::Double(f64::NAN), Scalar::Double(f64::NAN));
        assert_ne!(Scalar::Double(f64::NAN), Scalar::Integer(0));
        assert_eq!(Scalar::Double(0.0), Scalar::Double(-0.0));
    }

    #[test]
    fn the_distance_of_different_numbers_is_not_rounded_to_nothing() {
        let distance = |a: Scalar, b: Scalar| (a.distance(b), b.distance(a));
        let (integer, double) = (Scalar::Integer, Scalar::Double);
        for (a, b, expected) in [
            (integer(9_007_199_254_740_993), double(9_007_199_254_740_992.0), 1.0),
            (integer(i64::MAX), double(9_223_372_036_854_775_808.0), 1.0),
            (integer(i64::MAX), integer(i64::MIN), 18_446_744_073_709_551_615.0),
            (integer(1), double(0.5), 0.5),
            (double(5e-324), double(1e-323), 5e-324),
            (double(f64::MAX), double(-f64::MAX), f64::INFINITY),
            (double(1.0), integer(1), 0.0),
            (integer(1), double(f64::INFINITY), f64::INFINITY),
        ] {
            assert_eq!(distance(a, b), (expected, expected), "{a} {b}");
        }
        assert!(integer(1).distance(double(f64::NAN)).is_nan());
    }

    #[test]
    fn neighbouring_doubles_are_one_ulp_apart_across_zero_too() {
        let next = f64::from_bits(1.0_f64.to_bits() + 1);
        assert_eq!(Scalar::Integer(1).ulps(Scalar::Double(next)), Some(1));
        assert_eq!(Scalar::Double(-0.0).ulps(Scalar::Double(0.0)), Some(0));
        assert_eq!(Scalar::Double(-5e-324).ulps(Scalar::Double(5e-324)), Some(2));
        assert_eq!(Scalar::Double(f64::NAN).ulps(Scalar::Double(f64::NAN)), None);
        assert_eq!(Scalar::Double(f64::MAX).ulps(Scalar::Double(f64::INFINITY)), None);
    }

    #[test]
    fn the_special_values_are_strings_in_json() {
        let text = r#"[1,-9223372036854775808,0.1,5.0,"NaN","Infinity","-Infinity"]"#;
        let scalars: Vec<Scalar> = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&scalars).unwrap(), text);
        assert!(serde_json::from_str::<Scalar>("\"nan\"").is_err());
        assert!(serde_json::from_str::<Scalar>("true").is_err());
    }

    proptest! {
        #[test]
        fn a_double_comes_back_bit_for_bit(bits in any::<u64>()) {
            let double = f64::from_bits(bits);
            let text = serde_json::to_string(&Scalar::Double(double)).unwrap();
            let Scalar::Double(back) = serde_json::from_str(&text).unwrap() else {
                return Err(TestCaseError::fail(text));
            };
            prop_assert!(back.to_bits() == bits || (back.is_nan() && double.is_nan()));
        }
    }
}
