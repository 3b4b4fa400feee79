//! The special values of a series, NaN and the infinities: how many of each there are, and where the first ones are. Pure.

use serde::Serialize;

use super::{scalar::Scalar, series::Point};

/// The most special values that are listed: the first ones.
pub const LISTED: usize = 1000;

/// The special values among points that were taken in order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Specials {
    /// The number of NaN.
    pub nan: usize,
    /// The number of Infinity.
    pub infinity: usize,
    /// The number of -Infinity.
    pub negative_infinity: usize,
    /// The first [`LISTED`] of them, in order.
    pub points: Vec<SpecialPoint>,
    /// Whether all of them are listed.
    pub complete: bool,
}

/// Where a special value is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SpecialPoint {
    /// The step.
    pub step: i64,
    /// The value.
    pub value: Scalar,
}

impl Default for Specials {
    fn default() -> Self {
        Self { nan: 0, infinity: 0, negative_infinity: 0, points: Vec::new(), complete: true }
    }
}

impl Specials {
    /// Counts the value of a point, and lists it, if it is special.
    pub fn note(&mut self, point: &Point) {
        let double = point.value.as_f64();
        if double.is_finite() {
            return;
        }
        let count = match double {
            f64::INFINITY => &mut self.infinity,
            f64::NEG_INFINITY => &mut self.negative_infinity,
            _ => &mut self.nan,
        };
        *count += 1;
        if self.points.len() < LISTED {
            self.points.push(SpecialPoint { step: point.step, value: point.value });
        } else {
            self.complete = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn noted(values: impl IntoIterator<Item = f64>) -> Specials {
        let mut specials = Specials::default();
        for (step, value) in (0..).zip(values) {
            specials.note(&Point { step, value: Scalar::Double(value), time: None });
        }
        specials
    }

    #[test]
    fn each_kind_is_counted_and_listed_by_its_name() {
        let found = noted([f64::NAN, 1.0, f64::INFINITY, f64::NAN, f64::NEG_INFINITY, -1e308]);
        let expected = json!({
            "nan": 2, "infinity": 1, "negative_infinity": 1, "complete": true,
            "points": [{"step": 0, "value": "NaN"}, {"step": 2, "value": "Infinity"}, {"step": 3, "value": "NaN"},
                {"step": 4, "value": "-Infinity"}],
        });
        assert_eq!(serde_json::to_value(found).unwrap(), expected);
        assert_eq!(noted([1.0, 2.0]), Specials::default());
    }

    #[test]
    fn beyond_the_first_ones_they_are_counted_only() {
        let all = noted([f64::NAN; LISTED]);
        assert_eq!((all.nan, all.points.len(), all.complete), (LISTED, LISTED, true));
        let more = noted([f64::NAN; LISTED].into_iter().chain([f64::INFINITY, 0.0]));
        assert_eq!((more.nan, more.infinity, more.complete), (LISTED, 1, false));
        assert_eq!(more.points, all.points);
    }
}
