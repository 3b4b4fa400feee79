//! Series of points: how they are cut into documents, and what happens where a step is there already. Pure.
//!
//! A *chunk* is a document whose points the service itself keeps. It holds the steps from `chunk` up to the next
//! chunk's, so that a step has one place. A write that changes what a chunk holds, or where it ends, names the revision
//! that was read. The last chunk of a series may be *open*: a short one, behind whose last step points are put without
//! reading it first. Documents that a client cuts by itself have no `chunk`, and may overlap.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Map, Value};
use shared_models::problem::FieldError;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    document::{Document, Meta},
    scalar::Scalar,
    summary::Summary,
};
use crate::query::number::integral;

/// The collection that holds series.
pub const SERIES: &str = "series";
/// The most points of one document.
pub const CHUNK: usize = 1000;
/// The member that makes a document a chunk: the smallest step that belongs into it.
pub const LOWER: &str = "chunk";
/// The members that hold the smallest and the largest step of a document.
pub const FIRST: &str = "first";
/// See [`FIRST`].
pub const LAST: &str = "last";
/// The most points of an open chunk. Each append keeps the document as it was before, so it is to be short; each time
/// it is full the chunk before it is written.
pub const TAIL: usize = 32;
/// The member of a chunk to which points are appended: the last one of its series.
pub const OPEN: &str = "open";
/// The members that summarize the points of a document.
pub const COUNT: &str = "count";
/// See [`COUNT`].
pub const MIN: &str = "min";
/// See [`COUNT`].
pub const MAX: &str = "max";
/// See [`COUNT`].
pub const LAST_VALUE: &str = "last_value";
/// The members that the service sets.
pub const OWN: [&str; 7] = [FIRST, LAST, OPEN, COUNT, MIN, MAX, LAST_VALUE];

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
    /// The metric.
    pub metric: String,
    /// The smallest step that belongs here, where the service keeps the points.
    #[serde(rename = "chunk")]
    pub lower: Option<i64>,
    /// Whether points are appended here.
    #[serde(default)]
    pub open: bool,
    /// The number of points, where a summary is kept.
    pub count: Option<i64>,
    /// What the values are measured in.
    pub unit: Option<String>,
    /// The points; in a chunk each step once, in order.
    pub points: Vec<Point>,
}

/// Which series.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesId {
    /// `_id` of the calculation.
    pub calculation: String,
    /// The metric.
    pub metric: String,
}

impl Point {
    /// The point as JSON.
    pub fn to_json(&self) -> Value {
        let mut members = Map::new();
        members.insert("step".into(), self.step.into());
        members.insert("value".into(), self.value.to_json());
        members.extend(self.time.as_ref().map(|time| ("time".to_owned(), Value::from(&**time))));
        Value::Object(members)
    }

    /// Whether `sent` says nothing else than this point: the same value, and the same time unless it leaves the
    /// time out.
    fn agrees_with(&self, sent: &Self) -> bool {
        self.value == sent.value
            && sent
                .time
                .as_deref()
                .is_none_or(|sent| self.time.as_deref().is_some_and(|time| at_once(time, sent)))
    }
}

/// Whether two times are the same instant.
fn at_once(a: &str, b: &str) -> bool {
    let instant = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
    a == b || instant(a).zip(instant(b)).is_some_and(|(a, b)| a == b)
}

/// The summary of points that are in order.
pub fn summary(points: &[Point]) -> Summary {
    Summary::of(points.iter().map(|point| (point.step, point.value)))
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
        self.points = in_order(self.points);
        self
    }
}

/// The document of a chunk, without a summary.
pub fn document(meta: Meta, place: &SeriesId, unit: Option<&str>, lower: i64, points: &[Point]) -> Document {
    let mut members = Map::new();
    members.insert("calculation".into(), place.calculation.as_str().into());
    members.insert("metric".into(), place.metric.as_str().into());
    members.extend(unit.map(|unit| ("unit".to_owned(), unit.into())));
    members.insert(LOWER.into(), lower.into());
    let (first, last) = (points.first(), points.last());
    members.extend(first.map(|point| (FIRST.to_owned(), point.step.into())));
    members.extend(last.map(|point| (LAST.to_owned(), point.step.into())));
    members.insert("points".into(), points.iter().map(Point::to_json).collect());
    Document { meta, members }
}

/// Puts the summary of a document's points before them, and whether points are appended to it.
pub fn summarize(members: &mut Map<String, Value>, summary: &Summary, open: bool) {
    let points = members.shift_remove("points");
    members.insert(COUNT.into(), summary.count.into());
    for (name, value) in [(MIN, summary.min), (MAX, summary.max), (LAST_VALUE, summary.last)] {
        members.shift_remove(name);
        members.extend(value.map(|value| (name.to_owned(), value.to_json())));
    }
    members.extend(open.then(|| (OPEN.to_owned(), true.into())));
    members.extend(points.map(|points| ("points".to_owned(), points)));
}

/// Sets the members that hold a document's steps, and a summary where `summed`. Refuses one that is, or would be, a
/// chunk: only the service knows where the next one begins.
pub fn frame(members: &mut Map<String, Value>, summed: bool) -> Result<(), FieldError> {
    if members.contains_key(LOWER) {
        let message = "a chunk's points are written by POST /api/series/points; here it can only be removed";
        return Err(FieldError::at(super::pointer("", LOWER), "readOnly", message));
    }
    if summed && members.contains_key(OPEN) {
        let message = "the service sets this; leave it out";
        return Err(FieldError::at(super::pointer("", OPEN), "readOnly", message));
    }
    let mut points = Vec::new();
    for (at, point) in members.get("points").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let Some(value) = point.get("step") else { continue };
        let Ok(step) = step(value) else {
            let message = format!("a step is an integer of 64 bits, which {value} is not");
            return Err(FieldError::at(format!("/points/{at}/step"), "integer", message));
        };
        let value = point.get("value").and_then(Scalar::of_json).unwrap_or(Scalar::Double(f64::NAN));
        points.push(Point { step, value, time: None });
    }
    let summary = summary(&in_order(points));
    let ends = [(FIRST, summary.steps.map(|ends| ends.0)), (LAST, summary.steps.map(|ends| ends.1))];
    for (name, step) in ends {
        match step {
            Some(step) => members.insert(name.into(), step.into()),
            None => members.shift_remove(name),
        };
    }
    if summed {
        summarize(members, &summary, false);
    }
    Ok(())
}

/// Points in order, each step once: of several the one written last.
fn in_order(mut points: Vec<Point>) -> Vec<Point> {
    if !points.is_sorted_by(|a, b| a.step < b.step) {
        points.reverse();
        points.sort_by_key(|point| point.step);
        points.dedup_by_key(|point| point.step);
    }
    points
}

/// What became of the points of a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AppendOutcome {
    /// Points that were not there.
    pub accepted: usize,
    /// Points that were there with the same value and time.
    pub repeated: usize,
    /// Points whose other value or time was replaced.
    pub replaced: usize,
    /// Points that were left out, because the step has another value or time.
    pub conflicts: Vec<Conflict>,
}

/// A step that has another value, or the same value and another time.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// The place of the point in the request.
    pub at: usize,
    /// The point that the series has.
    pub has: Point,
    /// The point that came.
    pub came: Point,
}

impl AppendOutcome {
    /// Adds what became of other points.
    pub fn add(&mut self, other: Self) {
        self.accepted += other.accepted;
        self.repeated += other.repeated;
        self.replaced += other.replaced;
        self.conflicts.extend(other.conflicts);
    }
}

/// A point of a request, and its place in it.
pub type SentPoint = (usize, Point);

/// Puts `sent`, ordered by step, among `points`. A step that is there already keeps its value
/// and its time unless `replace`, which puts the whole point in the place of the other.
pub fn merge(points: Vec<Point>, sent: Vec<SentPoint>, replace: bool) -> (Vec<Point>, AppendOutcome) {
    let mut outcome = AppendOutcome::default();
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
            // What replaces a point without naming a time takes the time away.
            Some(last)
                if last.agrees_with(&point) && !(replace && last.time.is_some() && point.time.is_none()) =>
            {
                outcome.repeated += 1;
            }
            Some(last) if replace => {
                outcome.replaced += 1;
                *last = point;
            }
            Some(last) => outcome.conflicts.push(Conflict { at, has: last.clone(), came: point }),
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
