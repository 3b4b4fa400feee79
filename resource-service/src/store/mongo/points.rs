//! Points, and what is kept beside them, between BSON and the numbers they are.

use mongodb::bson::{Bson, Document as Doc, RawArray, RawBsonRef, RawDocument, doc};

use crate::{
    domain::{
        scalar::Scalar,
        series::{self, COUNT, Chunk, FIRST, LAST, LAST_VALUE, MAX, MIN, OPEN, Point, SeriesId},
        summary::Summary,
    },
    query::number::integral,
    store::{Append, Outline},
};

/// The members of an [`Outline`].
pub(super) const OUTLINE: [&str; 8] = ["metric", "unit", FIRST, LAST, COUNT, MIN, MAX, LAST_VALUE];

/// The update that puts the points behind others: the members that change, and nothing of those that stay.
pub(super) fn update(append: &Append) -> Doc {
    let mut increase = doc! { "_revision": 1_i64 };
    let mut most = doc! { "_updated_at": append.at.as_str() };
    let summary = series::summary(&append.points);
    let (Some((_, last)), Some(value)) = (summary.steps, summary.last) else {
        return doc! { "$inc": increase, "$max": most };
    };
    increase.insert(COUNT, i64::try_from(summary.count).unwrap_or(i64::MAX));
    most.extend(summary.max.map(|max| (MAX.to_owned(), bson(max))));
    let points: Vec<Bson> = append.points.iter().map(|point| point_of(point).into()).collect();
    let mut update = doc! {
        "$push": { "points": { "$each": points } },
        "$inc": increase,
        "$max": most,
        "$set": { LAST: last, LAST_VALUE: bson(value) },
    };
    if let Some(min) = summary.min {
        update.insert("$min", doc! { MIN: bson(min) });
    }
    update
}

/// What the document that the points were put into is like now.
pub(super) fn end(append: &Append) -> Doc {
    let points: Vec<Doc> = append.points.iter().map(|point| doc! { "$elemMatch": point_of(point) }).collect();
    let SeriesId { calculation, metric } = &append.place;
    doc! { "calculation": calculation, "metric": metric, OPEN: true, "points": { "$all": points } }
}

/// A point as it is stored.
pub(super) fn point_of(point: &Point) -> Doc {
    let mut raw = doc! { "step": point.step, "value": bson(point.value) };
    if let Some(time) = &point.time {
        raw.insert("time", &**time);
    }
    raw
}

fn bson(value: Scalar) -> Bson {
    match value {
        Scalar::Integer(integer) => Bson::Int64(integer),
        Scalar::Double(double) => Bson::Double(double),
    }
}

/// What is kept of a document beside its points.
pub(super) fn outline(raw: &RawDocument) -> Result<Outline, String> {
    let mut outline =
        Outline { id: String::new(), metric: String::new(), unit: None, steps: None, summary: None };
    let (mut first, mut last, mut count, mut summary) = (None, None, None, Summary::default());
    for member in raw {
        let (name, value) = member.map_err(|fault| fault.to_string())?;
        match (name.as_str(), value) {
            ("_id", RawBsonRef::String(text)) => text.clone_into(&mut outline.id),
            ("metric", RawBsonRef::String(text)) => text.clone_into(&mut outline.metric),
            ("unit", RawBsonRef::String(text)) => outline.unit = Some(text.to_owned()),
            (FIRST, value) => first = Some(step(value)?),
            (LAST, value) => last = Some(step(value)?),
            (COUNT, value) => count = usize::try_from(step(value)?).ok(),
            (MIN, value) => summary.min = Some(number(value)?),
            (MAX, value) => summary.max = Some(number(value)?),
            (LAST_VALUE, value) => summary.last = Some(number(value)?),
            _ => {}
        }
    }
    outline.steps = first.zip(last);
    summary.steps = outline.steps;
    outline.summary = count.map(|count| Summary { count, ..summary });
    Ok(outline)
}

pub(super) fn chunk(raw: &RawDocument) -> Result<Chunk, String> {
    let mut chunk = Chunk {
        id: String::new(),
        revision: 0,
        created_at: String::new(),
        updated_at: String::new(),
        owner: String::new(),
        metric: String::new(),
        lower: None,
        open: false,
        count: None,
        unit: None,
        points: Vec::new(),
    };
    for member in raw {
        let (name, value) = member.map_err(|fault| fault.to_string())?;
        match (name.as_str(), value) {
            ("_id", RawBsonRef::String(text)) => text.clone_into(&mut chunk.id),
            ("_created_at", RawBsonRef::String(text)) => text.clone_into(&mut chunk.created_at),
            ("_updated_at", RawBsonRef::String(text)) => text.clone_into(&mut chunk.updated_at),
            ("_owner", RawBsonRef::String(text)) => text.clone_into(&mut chunk.owner),
            ("_revision", value) => chunk.revision = step(value)?,
            ("metric", RawBsonRef::String(text)) => text.clone_into(&mut chunk.metric),
            ("chunk", value) => chunk.lower = Some(step(value)?),
            ("open", value) => chunk.open = value == RawBsonRef::Boolean(true),
            ("count", value) => chunk.count = Some(step(value)?),
            ("unit", RawBsonRef::String(text)) => chunk.unit = Some(text.to_owned()),
            ("points", RawBsonRef::Array(items)) => chunk.points = points(items)?,
            _ => {}
        }
    }
    Ok(chunk)
}

fn points(items: &RawArray) -> Result<Vec<Point>, String> {
    let mut points = Vec::new();
    for item in items {
        let RawBsonRef::Document(raw) = item.map_err(|fault| fault.to_string())? else {
            return Err("a point is no document".into());
        };
        points.push(point(raw)?);
    }
    Ok(points)
}

fn point(raw: &RawDocument) -> Result<Point, String> {
    let mut point = Point { step: 0, value: Scalar::Integer(0), time: None };
    for member in raw {
        let (name, value) = member.map_err(|fault| fault.to_string())?;
        match (name.as_str(), value) {
            ("step", value) => point.step = step(value)?,
            ("value", value) => point.value = number(value)?,
            ("time", RawBsonRef::String(text)) => point.time = Some(text.into()),
            _ => {}
        }
    }
    Ok(point)
}

fn number(value: RawBsonRef<'_>) -> Result<Scalar, String> {
    match value {
        RawBsonRef::Double(double) => Ok(Scalar::Double(double)),
        value => step(value).map(Scalar::Integer),
    }
}

fn step(value: RawBsonRef<'_>) -> Result<i64, String> {
    let found = match value {
        RawBsonRef::Int64(integer) => Some(integer),
        RawBsonRef::Int32(integer) => Some(integer.into()),
        RawBsonRef::Double(double) => integral(double),
        _ => None,
    };
    found.ok_or_else(|| format!("{value:?} is no integer"))
}
