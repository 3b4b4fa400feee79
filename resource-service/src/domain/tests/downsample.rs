use proptest::prelude::*;

use super::*;

fn series(values: impl IntoIterator<Item = f64>) -> Vec<Point> {
    let point = |(step, value): (usize, f64)| Point {
        step: i64::try_from(step).unwrap(),
        value: Scalar::Double(value),
        time: None,
    };
    values.into_iter().enumerate().map(point).collect()
}

fn sampled(points: &[Point], wanted: usize) -> Sample {
    let mut downsampler = Downsampler::new(points.len(), wanted);
    for point in points {
        downsampler.push(point.clone());
    }
    downsampler.finish()
}

fn steps(sample: &Sample) -> Vec<i64> {
    sample.points.iter().map(|kept| kept.point.step).collect()
}

/// The algorithm as the thesis gives it, all points at hand.
fn reference(points: &[Point], wanted: usize) -> Vec<i64> {
    let (n, buckets) = (points.len(), wanted - 2);
    let border = |bucket: usize| 1 + bucket * (n - 2) / buckets;
    #[expect(clippy::cast_precision_loss, reason = "a few hundred points")]
    let mean = |part: &[Point]| {
        let sum = part.iter().map(place).fold((0.0, 0.0), |sum, at| (sum.0 + at.0, sum.1 + at.1));
        (sum.0 / part.len() as f64, sum.1 / part.len() as f64)
    };
    let (mut kept, mut a) = (vec![points[0].step], place(&points[0]));
    for bucket in 0..buckets {
        let next = if bucket + 1 < buckets { border(bucket + 1)..border(bucket + 2) } else { n - 1..n };
        let c = mean(&points[next]);
        let area = |point: &Point| {
            let b = place(point);
            ((a.0 - c.0) * (b.1 - a.1) - (a.0 - b.0) * (c.1 - a.1)).abs()
        };
        let part = &points[border(bucket)..border(bucket + 1)];
        let mut best = &part[0];
        for point in part {
            if area(point) > area(best) {
                best = point;
            }
        }
        a = place(best);
        kept.push(best.step);
    }
    kept.push(points[n - 1].step);
    kept
}

#[test]
fn a_series_that_is_short_enough_stays_whole() {
    let points = series([1.0, f64::NAN, 3.0]);
    let sample = sampled(&points, 10);
    assert_eq!(sample.points.iter().map(|kept| kept.point.clone()).collect::<Vec<_>>(), points);
    assert_eq!((sample.points[1].min, sample.min.unwrap().step, sample.max.unwrap().step), (None, 0, 2));
    assert_eq!(sampled(&[], 10), Sample::default());
}

#[test]
fn one_peak_among_a_million_points_is_kept() {
    let points = series((0..1_000_000).map(|i| if i == 654_321 { 1e9 } else { (f64::from(i) / 1e4).sin() }));
    let sample = sampled(&points, 100);
    assert!(sample.points.len() <= 100, "{}", sample.points.len());
    assert!(steps(&sample).contains(&654_321));
    assert_eq!(sample.max.as_ref().unwrap().step, 654_321);
    assert!(steps(&sample).is_sorted());
}

#[test]
fn a_gap_stays_a_gap() {
    let points = series((0..10_000).map(|i| if (4000..6000).contains(&i) { f64::NAN } else { f64::from(i) }));
    let sample = sampled(&points, 50);
    let missing = sample.points.iter().filter(|kept| kept.point.value.is_nan());
    let missing: Vec<i64> = missing.map(|kept| kept.point.step).collect();
    assert!(missing.len() >= 8, "{missing:?}");
    assert!(missing.iter().all(|step| (4000..6000).contains(step)));
    let nothing = sampled(&series((0..100).map(|_| f64::NAN)), 10);
    assert_eq!((nothing.points.len(), nothing.min), (8, None));
}

#[test]
fn infinities_are_extremes_and_spoil_no_triangle() {
    let values = (0..1000).map(|i| if i == 500 { f64::INFINITY } else { f64::from(i % 7) });
    let sample = sampled(&series(values), 20);
    assert_eq!(sample.max.as_ref().unwrap().step, 500);
    assert!(steps(&sample).contains(&500));
    assert!(sample.points.iter().filter(|kept| !kept.point.value.is_finite()).count() == 1);
}

#[test]
fn a_special_value_beside_finite_ones_is_listed_and_hides_no_peak() {
    let values = (0..1000).map(|i| match i {
        300 => f64::NAN,
        301 => f64::NEG_INFINITY,
        500 | 510 => f64::INFINITY,
        505 => 1e6,
        _ => f64::from(i % 7),
    });
    let sample = sampled(&series(values), 20);
    assert!(steps(&sample).iter().all(|step| ![300, 510].contains(step)));
    let listed: Vec<i64> = sample.specials.points.iter().map(|special| special.step).collect();
    assert_eq!(listed, [300, 301, 500, 510]);
    let counts = (sample.specials.nan, sample.specials.infinity, sample.specials.negative_infinity);
    assert_eq!((counts, sample.specials.complete), ((1, 2, 1), true));
    let peaks = sample.points.iter().filter(|kept| kept.max == Some(Scalar::Double(1e6)));
    assert_eq!(peaks.count(), 1, "the band reaches the largest finite value");
    let borders = sample.points.iter().flat_map(|kept| [kept.min, kept.max]).flatten();
    assert!(borders.into_iter().all(Scalar::is_finite));
}

proptest! {
    #[test]
    fn the_points_kept_are_those_of_the_thesis_and_the_extremes(
        values in proptest::collection::vec(-1e6_f64..1e6, 12..400), wanted in 5_usize..40,
    ) {
        let points = series(values);
        prop_assume!(points.len() > wanted);
        let sample = sampled(&points, wanted);
        let mut expected = reference(&points, wanted - 2);
        expected.push(sample.min.as_ref().unwrap().step);
        expected.push(sample.max.as_ref().unwrap().step);
        expected.sort_unstable();
        expected.dedup();
        prop_assert!(sample.points.len() <= wanted);
        prop_assert_eq!(steps(&sample), expected);
    }

    #[test]
    fn no_value_lies_outside_the_extremes_of_the_buckets(
        values in proptest::collection::vec(prop_oneof![-1e3_f64..1e3, Just(f64::NAN)], 1..300),
    ) {
        let points = series(values);
        let sample = sampled(&points, 12);
        for point in points.iter().filter(|point| !point.value.is_nan()) {
            let within = |kept: &SampledPoint| {
                kept.min.is_some_and(|min| !is_less(point.value, min)) && kept.max.is_some_and(|max| !is_less(max, point.value))
            };
            prop_assert!(sample.points.iter().any(within));
        }
    }
}
