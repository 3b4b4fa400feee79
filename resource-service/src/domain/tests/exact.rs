//! Exact sums, held against what can be known otherwise.

use proptest::prelude::*;

use super::*;

fn sum(doubles: &[f64]) -> Exact {
    let mut sum = Exact::default();
    for double in doubles {
        sum.add(Finite::of(*double).unwrap());
    }
    sum
}

fn moments(doubles: &[f64]) -> (Exact, Exact) {
    let mut squares = Exact::default();
    for double in doubles {
        squares.add_square(Finite::of(*double).unwrap());
    }
    (sum(doubles), squares)
}

fn finite() -> impl Strategy<Value = f64> {
    any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |double| double.is_finite())
}

#[test]
fn a_sum_is_what_the_terms_are_and_not_what_rounding_makes_of_them() {
    assert_eq!(sum(&[0.1; 10]).to_f64().to_bits(), 1.0_f64.to_bits());
    assert_eq!(sum(&[1e308, 1e308, -1e308]).to_f64().to_bits(), 1e308_f64.to_bits());
    assert_eq!(sum(&[1e100, 1.0, -1e100, 5e-324]).to_f64().to_bits(), 1.0_f64.to_bits());
    assert_eq!(sum(&[5e-324, 5e-324]).to_f64().to_bits(), 1e-323_f64.to_bits());
    assert_eq!(sum(&[f64::MAX, f64::MAX]).to_f64().to_bits(), f64::INFINITY.to_bits());
    assert_eq!(sum(&[-f64::MAX, -f64::MAX]).to_f64().to_bits(), f64::NEG_INFINITY.to_bits());
    assert_eq!(sum(&[-0.0]).to_f64().to_bits(), 0.0_f64.to_bits());
    // Exactly between two doubles: to the even one. A trace beyond it: up.
    assert_eq!(sum(&[1.0, f64::EPSILON / 2.0]).to_f64().to_bits(), 1.0_f64.to_bits());
    assert_eq!(sum(&[1.0, f64::EPSILON / 2.0, 5e-324]).to_f64().to_bits(), 1.0_f64.next_up().to_bits());
}

#[test]
fn integers_are_summed_beyond_64_bits() {
    let mut sum = Exact::default();
    for integer in [i64::MAX, i64::MAX, i64::MIN, i64::MIN, 7] {
        sum.add(integer.into());
    }
    assert_eq!(sum.to_i64(), Some(5));
    sum.add(i64::MAX.into());
    assert_eq!(sum.to_i64(), None);
    assert_eq!(sum.to_f64().to_bits(), 9_223_372_036_854_775_808_f64.to_bits());
    sum.add(Finite::of(-0.5).unwrap());
    assert_eq!(sum.to_i64(), None);
}

#[test]
fn means_and_deviations_are_rounded_once() {
    // As Python's statistics.mean and statistics.stdev print them.
    let (sum, squares) = moments(&[1.5, 2.5, 2.5, 2.75, 3.25, 4.75]);
    assert_eq!(sum.mean(6).to_bits(), 2.875_f64.to_bits());
    assert_eq!(deviation(&sum, &squares, 6).to_bits(), 1.081_087_415_521_982_7_f64.to_bits());
    let (sum, squares) = moments(&[1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0]);
    assert_eq!(deviation(&sum, &squares, 3).to_bits(), 1.0_f64.to_bits());
    let (sum, squares) = moments(&[5e-324, 1.5e-323]);
    assert_eq!(deviation(&sum, &squares, 2).to_bits(), 5e-324_f64.to_bits());
    let (sum, squares) = moments(&[0.1; 7]);
    assert_eq!(sum.mean(7).to_bits(), 0.1_f64.to_bits());
    assert_eq!(deviation(&sum, &squares, 7).to_bits(), 0.0_f64.to_bits());
    let (sum, squares) = moments(&[f64::MAX, -f64::MAX]);
    assert_eq!(sum.mean(2).to_bits(), 0.0_f64.to_bits());
    assert_eq!(deviation(&sum, &squares, 2).to_bits(), f64::INFINITY.to_bits());
}

#[test]
fn integers_and_doubles_compare_by_exact_value() {
    let big = 9_007_199_254_740_993_i64;
    for (one, other, expected) in [
        (Literal::Integer(big), Literal::Double(9_007_199_254_740_992.0), Ordering::Greater),
        (Literal::Integer(i64::MAX), Literal::Double(9_223_372_036_854_775_808.0), Ordering::Less),
        (Literal::Integer(i64::MIN), Literal::Double(-9_223_372_036_854_775_808.0), Ordering::Equal),
        (Literal::Integer(-1), Literal::Double(-1.5), Ordering::Greater),
        (Literal::Integer(0), Literal::Double(-5e-324), Ordering::Greater),
        (Literal::Integer(0), Literal::Double(-0.0), Ordering::Equal),
        (Literal::Integer(i64::MIN), Literal::Double(f64::NAN), Ordering::Greater),
        (Literal::Double(f64::NAN), Literal::Double(f64::NEG_INFINITY), Ordering::Less),
        (Literal::Double(f64::NAN), Literal::Double(f64::NAN), Ordering::Equal),
    ] {
        assert_eq!(compare(&one, &other), expected, "{one:?} {other:?}");
        assert_eq!(compare(&other, &one), expected.reverse(), "{other:?} {one:?}");
    }
}

proptest! {
    #[test]
    fn a_double_is_the_sum_of_itself(double in finite()) {
        let expected = if double == 0.0 { 0.0 } else { double };
        prop_assert_eq!(sum(&[double]).to_f64().to_bits(), expected.to_bits());
        prop_assert_eq!(sum(&[double]).mean(1).to_bits(), expected.to_bits());
    }

    #[test]
    fn two_terms_are_added_as_the_processor_adds_them(one in finite(), other in finite()) {
        // Adding 0.0 makes one zero of both.
        prop_assert_eq!(sum(&[one, other]).to_f64().to_bits(), (one + other + 0.0).to_bits());
    }

    #[test]
    fn a_quotient_is_rounded_as_the_processor_rounds_it(double in finite(), count in 1_u32..1000) {
        let mean = sum(&[double]).mean(count.into());
        prop_assert_eq!((mean + 0.0).to_bits(), (double / f64::from(count) + 0.0).to_bits());
    }

    #[test]
    fn the_order_of_terms_and_how_they_are_split_changes_nothing(
        mut doubles in prop::collection::vec(finite(), 2..40), seed in any::<u64>()
    ) {
        let (whole, squares) = moments(&doubles);
        let at = usize::try_from(seed % 1000).unwrap() % doubles.len();
        doubles.rotate_left(at);
        doubles.reverse();
        let (turned, turned_squares) = moments(&doubles);
        let count = u64::try_from(doubles.len()).unwrap();
        prop_assert_eq!(whole.to_f64().to_bits(), turned.to_f64().to_bits());
        prop_assert_eq!(
            deviation(&whole, &squares, count).to_bits(),
            deviation(&turned, &turned_squares, count).to_bits()
        );
    }

    #[test]
    fn a_difference_of_two_has_the_root_of_two_halves(one in -1e150_f64..1e150, other in -1e150_f64..1e150) {
        // Of two numbers the deviation is |a - b| / sqrt(2): near enough to catch any slip of an exponent.
        let (sum, squares) = moments(&[one, other]);
        let expected = (one - other).abs() / std::f64::consts::SQRT_2;
        let found = deviation(&sum, &squares, 2);
        prop_assert!((found - expected).abs() <= expected * 1e-15, "{} {}", found, expected);
    }
}
