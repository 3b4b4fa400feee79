//! Series of points: how they are cut into documents, and what happens where a step is there already. Pure.
//!
//! A *chunk* is a document whose points the service itself keeps. It holds the steps from `chunk` up to the next
//! chunk's, so that a step has one place; whoever changes what a chunk holds, or where it ends, writes it at the
//! revision that was read. Documents that a client cuts by itself have no `chunk`, and may overlap.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Map, Value};
use shared_models::problem::FieldError;

use super::{
    document::{Document, Meta},
    scalar::Scalar,
};

/// The collection that holds series.
pub const SERIES: &str = "series";
/// The most points of one document.
pub const CHUNK: usize = 1000;
/// The member that makes a document a chunk: the smallest step that belongs into it.
pub const LOWER: &str = "chunk";
/// The members that tell the smallest and the largest step of a document.
pub const FIRST: &str = "first";
/// See [`FIRST`].
pub const LAST: &str = "last";

/// One value of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// When it was taken, counted by the calculation.
    #[serde(deserialize_with = "step")]
    pub step: i64,
    /// What was measured.
    pub value: Scalar,
    /// When it was taken, as RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Box<str>>,
}

/// An integer, which JSON Schema lets be written as `1.0` too.
fn step<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    match Scalar::deserialize(deserializer)? {
        Scalar::Integer(step) => Ok(step),
        Scalar::Double(double) => {
            integral(double).ok_or_else(|| D::Error::custom("a step is an integer of 64 bits"))
        }
    }
}

/// The integer of 64 bits that a double is.
#[expect(clippy::cast_possible_truncation, reason = "the result is compared with what it was made from")]
pub fn integral(double: f64) -> Option<i64> {
    let integer = double as i64;
    (Scalar::Integer(integer) == Scalar::Double(double)).then_some(integer)
}

/// A document of the collection, its points as numbers.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Chunk {
    /// `_id`.
    #[serde(rename = "_id")]
    pub id: String,
    /// `_revision`.
    #[serde(rename = "_revision")]
    pub revision: i64,
    /// `_created_at`.
    #[serde(rename = "_created_at")]
    pub created_at: String,
    /// `_updated_at`.
    #[serde(rename = "_updated_at")]
    pub updated_at: String,
    /// `_owner`.
    #[serde(rename = "_owner")]
    pub owner: String,
    /// The smallest step that belongs here, where the service keeps the points.
    #[serde(rename = "chunk")]
    pub lower: Option<i64>,
    /// What the values are measured in.
    pub unit: Option<String>,
    /// The points; in a chunk each step once, in order.
    pub points: Vec<Point>,
}

/// Which series.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// `_id` of the calculation.
    pub calculation: String,
    /// The metric.
    pub metric: String,
}

impl Chunk {
    /// What the service records about the document.
    pub fn meta(&self) -> Meta {
        Meta {
            id: self.id.clone(),
            revision: self.revision,
            created_at: self.created_at.clone(),
            updated_at: self.updated_at.clone(),
            owner: self.owner.clone(),
        }
    }

    /// Puts the points in order, each step once: of several the one written last. Chunks are so already.
    pub fn in_order(mut self) -> Self {
        if !self.points.is_sorted_by(|a, b| a.step < b.step) {
            self.points.reverse();
            self.points.sort_by_key(|point| point.step);
            self.points.dedup_by_key(|point| point.step);
        }
        self
    }
}

/// The document of a chunk.
pub fn document(meta: Meta, place: &Place, unit: Option<&str>, lower: i64, points: &[Point]) -> Document {
    let json = |point: &Point| {
        let mut members = Map::new();
        members.insert("step".into(), point.step.into());
        members.insert("value".into(), point.value.to_json());
        members.extend(point.time.as_ref().map(|time| ("time".to_owned(), Value::from(&**time))));
        Value::Object(members)
    };
    let mut members = Map::new();
    members.insert("calculation".into(), place.calculation.as_str().into());
    members.insert("metric".into(), place.metric.as_str().into());
    members.extend(unit.map(|unit| ("unit".to_owned(), unit.into())));
    members.insert(LOWER.into(), lower.into());
    let (first, last) = (points.first(), points.last());
    members.extend(first.map(|point| (FIRST.to_owned(), point.step.into())));
    members.extend(last.map(|point| (LAST.to_owned(), point.step.into())));
    members.insert("points".into(), points.iter().map(json).collect());
    Document { meta, members }
}

/// Sets the members that tell a document's steps. Refuses one that is, or would be, a chunk: only the service
/// knows where the next one begins.
pub fn frame(members: &mut Map<String, Value>) -> Result<(), FieldError> {
    if members.contains_key(LOWER) {
        let message = "a chunk's points are written by POST /api/series/points; here it can only be removed";
        return Err(FieldError::at(super::pointer("", LOWER), "readOnly", message));
    }
    let (mut first, mut last) = (None, None);
    for (at, point) in members.get("points").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let Some(value) = point.get("step") else { continue };
        let Ok(step) = step(value) else {
            let message = format!("a step is an integer of 64 bits, which {value} is not");
            return Err(FieldError::at(format!("/points/{at}/step"), "integer", message));
        };
        first = Some(first.map_or(step, |first: i64| first.min(step)));
        last = Some(last.map_or(step, |last: i64| last.max(step)));
    }
    let ends = [(FIRST, first), (LAST, last)];
    for (name, step) in ends {
        match step {
            Some(step) => members.insert(name.into(), step.into()),
            None => members.shift_remove(name),
        };
    }
    Ok(())
}

/// What became of the points of a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Points that were not there.
    pub accepted: usize,
    /// Points that were there with the same value.
    pub repeated: usize,
    /// Points whose other value was replaced.
    pub replaced: usize,
    /// Points that were left out, because the step has another value.
    pub conflicts: Vec<Conflict>,
}

/// A step that has another value.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// The place of the point in the request.
    pub at: usize,
    /// The step.
    pub step: i64,
    /// The value that it has.
    pub has: Scalar,
    /// The value that came.
    pub came: Scalar,
}

impl Outcome {
    /// Adds what became of other points.
    pub fn add(&mut self, other: Self) {
        self.accepted += other.accepted;
        self.repeated += other.repeated;
        self.replaced += other.replaced;
        self.conflicts.extend(other.conflicts);
    }
}

/// A point of a request, and its place in it.
pub type Sent = (usize, Point);

/// Puts `sent`, ordered by step, among `points`. A step that is there already keeps its value unless `replace`.
pub fn merge(points: Vec<Point>, sent: Vec<Sent>, replace: bool) -> (Vec<Point>, Outcome) {
    let mut outcome = Outcome::default();
    let mut merged: Vec<Point> = Vec::with_capacity(points.len() + sent.len());
    let mut old = points.into_iter().peekable();
    for (at, point) in sent {
        while let Some(earlier) = old.next_if(|old| old.step <= point.step) {
            merged.push(earlier);
        }
        match merged.last_mut().filter(|last| last.step == point.step) {
            None => {
                outcome.accepted += 1;
                merged.push(point);
            }
            Some(last) if last.value == point.value => outcome.repeated += 1,
            Some(last) if replace => {
                outcome.replaced += 1;
                *last = point;
            }
            Some(last) => {
                outcome.conflicts.push(Conflict { at, step: point.step, has: last.value, came: point.value });
            }
        }
    }
    merged.extend(old);
    (merged, outcome)
}

/// Cuts points into chunks: full ones where the series only grew at its end, else ones that leave room.
pub fn cut(mut points: Vec<Point>, grew_at_end: bool) -> Vec<Vec<Point>> {
    let pieces = points.len().div_ceil(CHUNK).max(1);
    let size = if grew_at_end { CHUNK } else { points.len().div_ceil(pieces) };
    let mut cut = Vec::with_capacity(pieces);
    while points.len() > size {
        let rest = points.split_off(size);
        cut.push(std::mem::replace(&mut points, rest));
    }
    cut.push(points);
    cut
}

#[cfg(test)]
#[path = "tests/series.rs"]
mod tests;
