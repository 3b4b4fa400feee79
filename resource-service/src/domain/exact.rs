//! Exact arithmetic on numbers: sums that do not depend on the order of their terms, rounded once at the end.
//!
//! A double is an integer times a power of two, so a sum of doubles, and of their squares, is one too and is kept
//! whole. Rounding is to nearest, ties to even (IEEE 754-2019 section 4.3.1); a sum rounds as Python's `math.fsum`
//! does, a mean and a deviation as its `statistics` module does.

use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint, Sign};

use crate::query::{literal::Literal, number};

/// Bits of a double's significand.
const SIGNIFICAND: i64 = 53;
/// The exponent of the smallest subnormal double.
const SMALLEST: i64 = -1074;
/// Bits that a quotient or a root is computed to before it is rounded; a bit lost below them cannot change the rounding.
const WORKING: i64 = 66;

/// `mantissa * 2^exponent`, exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exact {
    mantissa: BigInt,
    exponent: i64,
}

impl Exact {
    /// Adds a finite number; NaN and the infinities are the caller's to count.
    pub fn add(&mut self, number: Finite) {
        self.add_scaled(number.mantissa.into(), number.exponent);
    }

    /// Subtracts a finite number.
    pub fn subtract(&mut self, number: Finite) {
        self.add_scaled(-i128::from(number.mantissa), number.exponent);
    }

    /// Adds the square of a finite number.
    pub fn add_square(&mut self, number: Finite) {
        let mantissa = i128::from(number.mantissa);
        self.add_scaled(mantissa * mantissa, 2 * number.exponent);
    }

    fn add_scaled(&mut self, mantissa: i128, exponent: i64) {
        if exponent < self.exponent {
            self.mantissa <<= self.exponent - exponent;
            self.exponent = exponent;
        }
        self.mantissa += BigInt::from(mantissa) << (exponent - self.exponent);
    }

    /// The integer that the sum is, where it is one of 64 bits.
    pub fn to_i64(&self) -> Option<i64> {
        let whole = &self.mantissa >> -self.exponent;
        (&whole << -self.exponent == self.mantissa).then(|| i64::try_from(whole).ok()).flatten()
    }

    /// The double nearest to the sum; an infinity where it is beyond all doubles.
    pub fn to_f64(&self) -> f64 {
        signed(self.mantissa.sign(), round(self.mantissa.magnitude(), self.exponent))
    }

    /// The double nearest to the sum divided by `count`, which is not 0.
    pub fn mean(&self, count: u64) -> f64 {
        let (quotient, exponent) =
            divide(self.mantissa.magnitude(), self.exponent, &count.into(), WORKING, false);
        signed(self.mantissa.sign(), round(&quotient, exponent))
    }
}

/// The double nearest to the sample standard deviation (divisor `count - 1`) of `count` numbers, two or more, from
/// their sum and the sum of their squares.
pub fn deviation(sum: &Exact, squares: &Exact, count: u64) -> f64 {
    let count = BigInt::from(count);
    let (of_sum, of_squares) = (&sum.mantissa * &sum.mantissa, &squares.mantissa * &count);
    let exponent = squares.exponent.min(2 * sum.exponent);
    let spread = (of_squares << (squares.exponent - exponent)) - (of_sum << (2 * sum.exponent - exponent));
    let divisor: BigInt = &count * (&count - 1);
    let (variance, exponent) = divide(spread.magnitude(), exponent, divisor.magnitude(), 2 * WORKING, true);
    let mut root = variance.sqrt();
    if &root * &root != variance {
        root.set_bit(0, true);
    }
    round(&root, exponent / 2)
}

/// The quotient to at least `bits` bits, its last one set where something was cut off behind it, and its exponent,
/// which is even if that is wanted.
fn divide(number: &BigUint, exponent: i64, divisor: &BigUint, bits: i64, even: bool) -> (BigUint, i64) {
    let length = |number: &BigUint| i64::try_from(number.bits()).unwrap_or(i64::MAX);
    let mut shift = (bits + length(divisor) - length(number)).max(0);
    if even && (exponent - shift) % 2 != 0 {
        shift += 1;
    }
    let number = number << shift;
    let mut quotient = &number / divisor;
    if &quotient * divisor != number {
        quotient.set_bit(0, true);
    }
    (quotient, exponent - shift)
}

/// The double nearest to `number * 2^exponent`.
fn round(number: &BigUint, exponent: i64) -> f64 {
    let length = i64::try_from(number.bits()).unwrap_or(i64::MAX);
    let dropped = (length - SIGNIFICAND).max(SMALLEST - exponent).max(0);
    let mut kept = number >> dropped;
    if dropped > 0 {
        let half = BigUint::from(1_u8) << (dropped - 1);
        let order = (number - (&kept << dropped)).cmp(&half);
        if order == Ordering::Greater || order == Ordering::Equal && kept.bit(0) {
            kept += 1_u8;
        }
    }
    let kept = u64::try_from(kept).unwrap_or(u64::MAX);
    scale(kept, exponent + dropped)
}

/// `kept * 2^exponent`, where it is a double; `kept` has at most 53 bits but for a carry.
#[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
fn scale(kept: u64, exponent: i64) -> f64 {
    let power = match exponent {
        _ if kept == 0 => return 0.0,
        1024.. => return f64::INFINITY,
        -1022.. => f64::from_bits(u64::try_from(exponent + 1023).unwrap_or_default() << 52),
        _ => f64::from_bits(1 << (exponent - SMALLEST)),
    };
    kept as f64 * power
}

fn signed(sign: Sign, magnitude: f64) -> f64 {
    if sign == Sign::Minus { -magnitude } else { magnitude }
}

/// A finite number as an integer times a power of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finite {
    mantissa: i64,
    exponent: i64,
}

impl From<i64> for Finite {
    fn from(integer: i64) -> Self {
        Self { mantissa: integer, exponent: 0 }
    }
}

impl Finite {
    /// The double's parts; `None` for NaN and the infinities.
    pub fn of(double: f64) -> Option<Self> {
        if !double.is_finite() {
            return None;
        }
        let bits = double.to_bits();
        let fraction = i64::try_from(bits & ((1 << 52) - 1)).unwrap_or_default();
        let biased = i64::try_from((bits >> 52) & 0x7ff).unwrap_or_default();
        let (mantissa, exponent) =
            if biased == 0 { (fraction, SMALLEST) } else { (fraction | 1 << 52, biased - 1075) };
        Some(Self { mantissa: if double.is_sign_negative() { -mantissa } else { mantissa }, exponent })
    }
}

/// The order of two numbers by exact value, NaN before all others, or of two texts. Other literals are equal.
pub fn compare(one: &Literal, other: &Literal) -> Ordering {
    match (one, other) {
        (Literal::Integer(one), Literal::Integer(other)) => one.cmp(other),
        (Literal::Double(one), Literal::Double(other)) => one.partial_cmp(other).unwrap_or_else(|| {
            // At least one of them is NaN.
            other.is_nan().cmp(&one.is_nan())
        }),
        (Literal::Integer(one), Literal::Double(other)) => {
            number::compare(*one, *other).unwrap_or(Ordering::Greater)
        }
        (Literal::Double(one), Literal::Integer(other)) => {
            number::compare(*other, *one).map_or(Ordering::Less, Ordering::reverse)
        }
        (Literal::Text(one), Literal::Text(other)) => one.cmp(other),
        _ => Ordering::Equal,
    }
}

#[cfg(test)]
#[path = "tests/exact.rs"]
mod tests;
