//! When two numbers agree: within an absolute, a relative or a ULP tolerance. Pure.

use super::scalar::Scalar;

/// How far apart two numbers may be. Any one of the three admits them; the default takes equals only.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tolerance {
    /// The largest |a - b|.
    pub abs: f64,
    /// The largest |a - b| as a part of the larger of |a| and |b|.
    pub rel: f64,
    /// The most doubles from one to the other (units in the last place).
    pub ulp: u64,
}

impl Tolerance {
    /// Whether the two agree. NaN agrees with NaN, an infinity with itself, and neither with anything else.
    pub fn admits(&self, a: Scalar, b: Scalar) -> bool {
        if a == b {
            return true;
        }
        if !a.is_finite() || !b.is_finite() {
            return false;
        }
        let larger = a.as_f64().abs().max(b.as_f64().abs());
        a.distance(b) <= self.abs.max(self.rel * larger)
            || (self.ulp > 0 && a.ulps(b).is_some_and(|ulps| ulps <= self.ulp))
    }
}

/// The largest distance between any two of the values, `NaN` where some of them are NaN and others are not.
pub fn spread(values: &[Scalar]) -> f64 {
    let numbers = || values.iter().copied().filter(|value| !value.is_nan());
    if numbers().count() < values.len() && numbers().next().is_some() {
        return f64::NAN;
    }
    let smaller =
        |a: Scalar, b: Scalar| if a.compare(b).is_some_and(std::cmp::Ordering::is_le) { a } else { b };
    let larger =
        |a: Scalar, b: Scalar| if a.compare(b).is_some_and(std::cmp::Ordering::is_ge) { a } else { b };
    match (numbers().reduce(smaller), numbers().reduce(larger)) {
        (Some(smallest), Some(largest)) => largest.distance(smallest),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn double(value: f64) -> Scalar {
        Scalar::Double(value)
    }

    #[test]
    fn any_tolerance_admits_and_none_admits_equals_only() {
        let (a, b) = (double(1000.0), double(1000.5));
        let admits = |abs, rel, ulp| Tolerance { abs, rel, ulp }.admits(a, b);
        assert!(!admits(0.0, 0.0, 0) && !admits(0.49, 4.9e-4, 1000));
        assert!(admits(0.5, 0.0, 0) && admits(0.0, 5e-4, 0) && admits(0.0, 0.0, u64::MAX));
        assert!(Tolerance::default().admits(Scalar::Integer(2), double(2.0)));
        let next = double(f64::from_bits(1.0_f64.to_bits() + 1));
        assert!(Tolerance { ulp: 1, ..Tolerance::default() }.admits(double(1.0), next));
        assert!(!Tolerance::default().admits(double(1.0), next));
        let (big, near) = (Scalar::Integer(9_007_199_254_740_993), double(9_007_199_254_740_992.0));
        assert!(!Tolerance::default().admits(big, near) && !Tolerance::default().admits(near, big));
    }

    #[test]
    fn what_is_not_finite_agrees_with_itself_alone() {
        let loose = Tolerance { abs: f64::MAX, rel: 10.0, ulp: u64::MAX };
        let (nan, infinity) = (double(f64::NAN), double(f64::INFINITY));
        assert!(loose.admits(nan, nan) && loose.admits(infinity, infinity));
        for (a, b) in
            [(nan, double(0.0)), (infinity, double(f64::MAX)), (infinity, double(f64::NEG_INFINITY))]
        {
            assert!(!loose.admits(a, b) && !loose.admits(b, a), "{a} {b}");
        }
    }

    #[test]
    fn the_spread_is_the_largest_distance() {
        assert!((spread(&[double(1.0), Scalar::Integer(4), double(2.5)]) - 3.0).abs() < f64::EPSILON);
        assert!(spread(&[double(f64::NAN), double(1.0)]).is_nan());
        assert!(spread(&[double(f64::NAN), double(f64::NAN)]).abs() < f64::EPSILON);
        assert!(spread(&[double(f64::INFINITY), double(1.0)]).is_infinite());
    }
}
