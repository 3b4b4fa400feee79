//! What can be said of points in a line: how many, from which step to which, and their extremes. Knows no documents.

use std::cmp::Ordering;

use super::scalar::Scalar;

/// A summary of points. Kept beside them, so that nobody has to read them all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// The number of points.
    pub count: usize,
    /// The smallest step and the largest one.
    pub steps: Option<(i64, i64)>,
    /// The smallest value, NaN apart.
    pub min: Option<Scalar>,
    /// The largest value, NaN apart.
    pub max: Option<Scalar>,
    /// The value at the largest step.
    pub last: Option<Scalar>,
}

impl Summary {
    /// The summary of points that are in order of their steps.
    pub fn of(points: impl IntoIterator<Item = (i64, Scalar)>) -> Self {
        let mut summary = Self::default();
        for (step, value) in points {
            let extreme = Some(value).filter(|value| !value.is_nan());
            let steps = Some((step, step));
            summary.add(&Self { count: 1, steps, min: extreme, max: extreme, last: Some(value) });
        }
        summary
    }

    /// Adds points that come behind these.
    pub fn add(&mut self, behind: &Self) {
        self.count += behind.count;
        self.steps = match (self.steps, behind.steps) {
            (Some((first, _)), Some((_, last))) => Some((first, last)),
            (mine, theirs) => mine.or(theirs),
        };
        self.min = extreme(self.min, behind.min, Ordering::Less);
        self.max = extreme(self.max, behind.max, Ordering::Greater);
        self.last = behind.last.or(self.last);
    }

    /// Whether all steps of `behind` are larger than these.
    pub fn ends_before(&self, behind: &Self) -> bool {
        match (self.steps, behind.steps) {
            (Some((_, last)), Some((first, _))) => last < first,
            _ => true,
        }
    }
}

/// The one of two values that is on the `wanted` side of the other.
fn extreme(a: Option<Scalar>, b: Option<Scalar>, wanted: Ordering) -> Option<Scalar> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.compare(a) == Some(wanted) { b } else { a }),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_leaves_nan_out_of_the_extremes_and_keeps_it_as_the_last_value() {
        let value = [(1, 2.0), (2, f64::NAN), (5, -1.0), (7, f64::NAN)];
        let summary = Summary::of(value.map(|(step, value)| (step, Scalar::Double(value))));
        assert_eq!((summary.count, summary.steps), (4, Some((1, 7))));
        assert_eq!((summary.min, summary.max), (Some(Scalar::Double(-1.0)), Some(Scalar::Double(2.0))));
        assert!(summary.last.unwrap().is_nan());
        assert_eq!(Summary::of([]), Summary::default());
    }

    #[test]
    fn summaries_of_parts_add_up_to_that_of_the_whole() {
        let points: Vec<(i64, Scalar)> =
            (0..20).map(|step| (step, Scalar::Integer((step * 7) % 13))).collect();
        let mut sum = Summary::default();
        for part in points.chunks(6) {
            let part = Summary::of(part.iter().copied());
            assert!(sum.ends_before(&part));
            sum.add(&part);
        }
        assert_eq!(sum, Summary::of(points.iter().copied()));
        assert!(!sum.ends_before(&Summary::of([(19, Scalar::Integer(1))])));
    }
}
