//! Values as the services store them: points, special numbers, times.

use serde::{Serialize, Serializer};
use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A value at a step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// The step, counted from 1.
    pub step: u32,
    /// What was reached then.
    #[serde(serialize_with = "named")]
    pub value: f64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn named<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    special(*value).serialize(serializer)
}

/// A number as a field of format `ieee754` has it: JSON has no NaN and no infinities, so these are text.
pub fn special(value: f64) -> Value {
    match value {
        value if value.is_nan() => "NaN".into(),
        f64::INFINITY => "Infinity".into(),
        f64::NEG_INFINITY => "-Infinity".into(),
        value => value.into(),
    }
}

/// A time in UTC as the services write it: with `Z` and milliseconds.
pub fn rfc3339(time: OffsetDateTime) -> String {
    let milliseconds = time.replace_nanosecond(u32::from(time.millisecond()) * 1_000_000).unwrap_or(time);
    milliseconds.format(&Rfc3339).unwrap_or_default()
}
