//! Appends points to series: each step once, whoever else appends at the same time.

use serde_json::{Map, Value};
use shared_models::{claims::AccessClaims, documents::Direction, problem::FieldError};

use super::{compare, equal, order};
use crate::{
    domain::{
        document::Meta,
        grant::CALCULATIONS,
        pointer,
        series::{self, CHUNK, Chunk, LOWER, Outcome, Place, Point, Sent},
        validate::MAX_FAULTS,
    },
    ops::{
        Service,
        change::MAX_TRIES,
        error::ResourceError,
        policy::{Permit, Verb},
    },
    query::{expr::Comparison, literal::Literal},
    store::{Selection, StoreError, Write},
};

/// The most points of a request.
pub const MAX_POINTS: usize = 10_000;
/// The most series of a request.
pub const MAX_SERIES: usize = 1000;
/// Chunks that one write changes at most.
const AT_ONCE: usize = 16;

/// Points of one series, as they came.
struct Series {
    /// Where they stand in the body.
    at: String,
    place: Place,
    unit: Option<String>,
    /// In order of their steps.
    points: Vec<Sent>,
}

/// What became of the points of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct Appended {
    /// Which series.
    pub place: Place,
    /// What became of its points.
    pub outcome: Outcome,
}

/// Appends the points of each of the series in `items`. A step that has another value is left as it is and told as
/// a conflict, unless `replace`; all other points are stored. `many` says that the items are those of an array.
pub async fn append(
    service: &Service,
    claims: &AccessClaims,
    items: Vec<Value>,
    many: bool,
    replace: bool,
) -> Result<Vec<Appended>, ResourceError> {
    let permit = service.admit_to_series(claims, Verb::Write)?;
    let (mut all, mut faults) = (Vec::new(), Vec::new());
    if items.len() > MAX_SERIES {
        faults.push(FieldError::at(
            "",
            "maxItems",
            format!("a request may have at most {MAX_SERIES} series"),
        ));
    }
    for (at, item) in items.into_iter().take(MAX_SERIES).enumerate() {
        let at = if many { format!("/{at}") } else { String::new() };
        match read(&permit, at, item) {
            Ok(series) => all.push(series),
            Err(mut more) => faults.append(&mut more),
        }
    }
    if all.iter().map(|series| series.points.len()).sum::<usize>() > MAX_POINTS {
        let at = if many { "" } else { "/points" };
        faults.push(FieldError::at(
            at,
            "maxItems",
            format!("a request may have at most {MAX_POINTS} points"),
        ));
    }
    if faults.is_empty() {
        faults = check_calculations(service, claims, &permit, &all).await?;
    }
    if !faults.is_empty() {
        faults.truncate(MAX_FAULTS);
        return Err(ResourceError::Invalid(faults));
    }
    let (mut done, mut conflicts) = (Vec::new(), Vec::new());
    for series in all {
        let (at, place) = (series.at.clone(), series.place.clone());
        match store(service, &permit, series, replace).await {
            Ok(outcome) => {
                conflicts.extend(outcome.conflicts.iter().map(|conflict| told(&permit, &at, conflict)));
                done.push(Appended { place, outcome });
            }
            Err(ResourceError::Steps(mut found)) => conflicts.append(&mut found),
            Err(error) => return Err(error),
        }
    }
    if conflicts.is_empty() { Ok(done) } else { Err(ResourceError::Steps(conflicts)) }
}

/// The stored value is named to those who may read it.
fn told(permit: &Permit<'_>, at: &str, conflict: &series::Conflict) -> FieldError {
    let series::Conflict { at: index, step, has, came } = conflict;
    let has = if permit.may_read() { format!("the value {has}") } else { "another value".to_owned() };
    let message = format!("step {step} has {has} already, got {came}; replace=true overwrites it");
    FieldError::at(format!("{at}/points/{index}"), "conflict", message)
}

/// Reads the points of a series and checks them by the collection's schema, as many at a time as a document holds.
fn read(permit: &Permit<'_>, at: String, item: Value) -> Result<Series, Vec<FieldError>> {
    let Value::Object(mut members) = item else {
        return Err(vec![FieldError::at(
            at,
            "type",
            "a series is an object with calculation, metric and points",
        )]);
    };
    if let Some(name) = members.keys().find(|name| [series::FIRST, series::LAST].contains(&name.as_str())) {
        return Err(vec![FieldError::at(
            pointer(&at, name),
            "readOnly",
            "the service sets this; leave it out",
        )]);
    }
    let mut left = match members.get_mut("points") {
        Some(Value::Array(points)) => std::mem::take(points),
        _ => Vec::new(),
    };
    let (mut points, mut faults) = (Vec::new(), Vec::new());
    loop {
        let rest = left.split_off(left.len().min(CHUNK));
        if let Some(Value::Array(piece)) = members.get_mut("points") {
            *piece = left;
        }
        members = match permit.collection.check(members) {
            Ok(members) => members,
            Err(found) => {
                faults.extend(found.into_iter().map(|fault| moved(fault, &at, points.len())));
                return Err(faults);
            }
        };
        let offset = points.len();
        if let Some(Value::Array(piece)) = members.get_mut("points") {
            for (index, value) in std::mem::take(piece).into_iter().enumerate() {
                points.push((offset + index, point(value, &at, offset + index)?));
            }
        }
        // They are set anew for each piece.
        members.shift_remove(series::FIRST);
        members.shift_remove(series::LAST);
        if rest.is_empty() {
            break;
        }
        left = rest;
    }
    points.sort_by_key(|(_, point)| point.step);
    let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
    let place = Place {
        calculation: text("calculation").unwrap_or_default(),
        metric: text("metric").unwrap_or_default(),
    };
    Ok(Series { at, place, unit: text("unit"), points })
}

fn point(value: Value, at: &str, index: usize) -> Result<Point, Vec<FieldError>> {
    serde_json::from_value(value)
        .map_err(|fault| vec![FieldError::at(format!("{at}/points/{index}"), "type", fault.to_string())])
}

/// A fault as the request shows it: within its series, and with the points before the checked piece counted.
fn moved(fault: FieldError, at: &str, offset: usize) -> FieldError {
    let place = fault.pointer.as_deref().unwrap_or_default();
    let index = place.strip_prefix("/points/").map(|rest| rest.split_once('/').unwrap_or((rest, "")));
    let place = match index.and_then(|(index, rest)| Some((index.parse::<usize>().ok()?, rest))) {
        Some((index, "")) => format!("/points/{}", index + offset),
        Some((index, rest)) => format!("/points/{}/{rest}", index + offset),
        None => place.to_owned(),
    };
    FieldError { pointer: Some(format!("{at}{place}")), ..fault }
}

/// The calculations must be there and within reach, and the caller's token must be for them.
async fn check_calculations(
    service: &Service,
    claims: &AccessClaims,
    permit: &Permit<'_>,
    all: &[Series],
) -> Result<Vec<FieldError>, ResourceError> {
    let (mut faults, mut known) = (Vec::new(), Vec::new());
    for Series { at, place, .. } in all {
        let members = Map::from_iter([("calculation".to_owned(), Value::from(place.calculation.as_str()))]);
        service.check_grant(permit, None, &members)?;
        if known.contains(&&place.calculation) {
            continue;
        }
        known.push(&place.calculation);
        if service.reach(claims, CALCULATIONS, &place.calculation).await?.is_none() {
            let message = format!("there is no calculation {:?}", place.calculation);
            faults.push(FieldError::at(format!("{at}/calculation"), "reference", message));
        }
    }
    service.check_going_on(permit, None).await?;
    Ok(faults)
}

/// Stores points from the largest step down, as many chunks at a time as one write takes.
async fn store(
    service: &Service,
    permit: &Permit<'_>,
    mut series: Series,
    replace: bool,
) -> Result<Outcome, ResourceError> {
    let mut outcome = Outcome::default();
    let mut tries = 0;
    while let (Some(least), Some(largest)) = (series.points.first(), series.points.last()) {
        let chunks = covering(service, permit, &series.place, least.1.step, largest.1.step).await?;
        // The lowest chunk found may not reach down to the smallest steps; those come next.
        let complete =
            chunks.len() < AT_ONCE || chunks.first().is_none_or(|chunk| chunk.lower <= Some(least.1.step));
        let border = if complete { None } else { chunks.first().and_then(|chunk| chunk.lower) };
        let from = border.map_or(0, |border| series.points.partition_point(|(_, point)| point.step < border));
        let unit = unit(permit, &series, &chunks)?;
        let (writes, done) =
            plan(service, permit, &series.place, unit.as_deref(), chunks, &series.points[from..], replace);
        let written = if writes.is_empty() {
            Ok(true)
        } else {
            service.store.write_together(&permit.collection, writes).await
        };
        match written {
            Ok(true) => {
                series.points.truncate(from);
                outcome.add(done);
                tries = 0;
            }
            // Somebody else was faster; what they wrote decides.
            Ok(false) | Err(StoreError::Conflict { .. }) if tries < MAX_TRIES => tries += 1,
            Ok(false) => return Err(ResourceError::Unavailable),
            Err(error) => return Err(error.into()),
        }
    }
    outcome.conflicts.sort_by_key(|conflict| conflict.at);
    Ok(outcome)
}

/// The chunks that hold, or would hold, the steps from `least` to `largest`, in order: the last [`AT_ONCE`] of them.
async fn covering(
    service: &Service,
    permit: &Permit<'_>,
    place: &Place,
    least: i64,
    largest: i64,
) -> Result<Vec<Chunk>, ResourceError> {
    let collection = &permit.collection;
    let series = permit.condition()?.and(equal(collection, "calculation", &place.calculation)?).and(equal(
        collection,
        "metric",
        &place.metric,
    )?);
    let order = order(collection, &[LOWER], Direction::Descending)?;
    let (mut found, mut highest): (Vec<Chunk>, _) = (Vec::new(), (Comparison::Lte, largest));
    // Who appends at the end needs the last chunk and no other.
    for limit in [1, AT_ONCE - 1] {
        let below = compare(collection, LOWER, highest.0, Literal::Integer(highest.1))?;
        let filter = series.clone().and(below);
        let selection = Selection { filter, order: order.clone(), projection: None, limit };
        let read = service.store.chunks(collection, selection, service.clock.now()).await?;
        found.extend(read.chunks.into_iter().map(Chunk::in_order));
        match found.last().and_then(|chunk| chunk.lower) {
            Some(lower) if lower > least && read.more => highest = (Comparison::Lt, lower),
            _ => break,
        }
    }
    while found.len() > 1 && found[found.len() - 2].lower <= Some(least) {
        found.pop();
    }
    found.reverse();
    Ok(found)
}

/// The unit of the series: what its chunks say, and what a new series is given.
fn unit(permit: &Permit<'_>, series: &Series, chunks: &[Chunk]) -> Result<Option<String>, ResourceError> {
    let Some(known) = chunks.last().map(|chunk| chunk.unit.clone()) else { return Ok(series.unit.clone()) };
    if series.unit.is_none() || series.unit == known {
        return Ok(known);
    }
    let has = match known {
        None => "has no unit".to_owned(),
        Some(unit) if permit.may_read() => format!("is measured in {unit:?}"),
        Some(_) => "is measured in another unit".to_owned(),
    };
    let message = format!("the series {has}; send its points with that unit, or with none");
    Err(ResourceError::Steps(vec![FieldError::at(format!("{}/unit", series.at), "conflict", message)]))
}

/// The writes that put `sent` into `chunks`, and what becomes of the points then.
fn plan(
    service: &Service,
    permit: &Permit<'_>,
    place: &Place,
    unit: Option<&str>,
    chunks: Vec<Chunk>,
    sent: &[Sent],
    replace: bool,
) -> (Vec<Write>, Outcome) {
    let (mut writes, mut outcome) = (Vec::new(), Outcome::default());
    let fresh = || Meta::first(permit.subject, &service.ids, service.clock.now());
    let lowers: Vec<i64> = chunks.iter().filter_map(|chunk| chunk.lower).collect();
    let start_of = |lower: i64| sent.partition_point(|(_, point)| point.step < lower);
    let below = lowers.first().map_or(sent.len(), |lower| start_of(*lower));
    if below > 0 {
        // Nothing holds the smallest steps: the series begins here.
        let (points, done) = series::merge(Vec::new(), sent[..below].to_vec(), replace);
        outcome.add(done);
        for (number, piece) in series::cut(points, true).into_iter().enumerate() {
            let lower = if number == 0 { i64::MIN } else { piece[0].step };
            writes.push(Write::Insert(series::document(fresh(), place, unit, lower, &piece)));
        }
    }
    for (at, chunk) in chunks.into_iter().enumerate() {
        let end = lowers.get(at + 1).map_or(sent.len(), |lower| start_of(*lower));
        let theirs = &sent[start_of(lowers[at])..end];
        let (meta, last) = (chunk.meta(), chunk.points.last().map(|point| point.step));
        let grew_at_end = theirs.first().is_some_and(|(_, point)| last.is_none_or(|last| point.step > last));
        let (points, done) = series::merge(chunk.points, theirs.to_vec(), replace);
        let changed = done.accepted + done.replaced > 0;
        outcome.add(done);
        if !changed {
            continue;
        }
        // The chunk is written even where all new points come after it: where it ends has changed.
        for (number, piece) in series::cut(points, grew_at_end).into_iter().enumerate() {
            writes.push(if number == 0 {
                let (expected, next) = (meta.revision, meta.next(service.clock.now()));
                Write::Replace(series::document(next, place, unit, lowers[at], &piece), expected)
            } else {
                Write::Insert(series::document(fresh(), place, unit, piece[0].step, &piece))
            });
        }
    }
    (writes, outcome)
}
