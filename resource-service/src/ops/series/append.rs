//! Appends points to series: what is asked is checked as a whole, then each series is written for itself.

use std::{collections::BTreeSet, sync::Arc};

use futures_util::{StreamExt as _, stream};
use serde_json::Value;
use service_kit::aside::aside;
use shared_models::{claims::AccessClaims, problem::FieldError};

use super::write::{self, Series};
use crate::{
    domain::{
        belonging::CALCULATION,
        collection::Collection,
        grant::CALCULATIONS,
        pointer,
        series::{self, AppendOutcome, CHUNK, Point, SeriesId},
        validate::MAX_FAULTS,
    },
    ops::{
        Service,
        belonging::missing,
        error::ResourceError,
        policy::{Permit, Verb},
    },
};

/// The most points of a request.
pub const MAX_POINTS: usize = 10_000;
/// The most series of a request.
pub const MAX_SERIES: usize = 1000;
/// Series of a request that are written at a time, where one command does not do for all.
const AT_A_TIME: usize = 8;

/// What became of the points of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct Appended {
    /// Which series.
    pub place: SeriesId,
    /// What became of its points.
    pub outcome: AppendOutcome,
}

/// Series whose points are to be appended.
pub struct AppendRequest {
    /// A series each.
    pub items: Vec<Value>,
    /// Whether they are the items of an array.
    pub many: bool,
    /// The bytes of their text.
    pub bytes: usize,
}

/// Appends the points of each of the series. A step that has another value or time keeps it and is reported as a conflict,
/// unless `replace`; all other points are stored.
pub async fn append(
    service: &Service,
    claims: &AccessClaims,
    sent: AppendRequest,
    replace: bool,
) -> Result<Vec<Appended>, ResourceError> {
    let permit = service.admit_to_series(claims, Verb::Write)?;
    let collection = Arc::clone(&permit.collection);
    let (all, mut faults) = aside(sent.bytes, move || read_all(&collection, sent)).await?;
    if faults.is_empty() {
        faults = check_calculations(service, claims, &permit, &all).await?;
    }
    if !faults.is_empty() {
        faults.truncate(MAX_FAULTS);
        return Err(ResourceError::Invalid(faults));
    }
    let calculations: BTreeSet<String> = all.iter().map(|series| series.place.calculation.clone()).collect();
    let stored = store(service, &permit, all, replace).await;
    // Of points that do not fit to those that are there, the others are stored.
    if matches!(stored, Ok(_) | Err(ResourceError::Steps { .. })) {
        service.beat(&permit, calculations.iter().map(String::as_str));
    }
    stored
}

/// Reads the series and checks them by the collection's schema; what is wrong with them.
fn read_all(
    collection: &Collection,
    AppendRequest { items, many, .. }: AppendRequest,
) -> (Vec<Series>, Vec<FieldError>) {
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
        match read(collection, at, item) {
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
    (all, faults)
}

/// Stores the points: behind the open ends of their series in one command where they can be put there, else series by
/// series.
async fn store(
    service: &Service,
    permit: &Permit<'_>,
    all: Vec<Series>,
    replace: bool,
) -> Result<Vec<Appended>, ResourceError> {
    let at_ends = write::at_ends(service, permit, &all).await?;
    // Points of one series that come in several parts are stored in the order of the parts.
    let places: BTreeSet<&SeriesId> = all.iter().map(|series| &series.place).collect();
    let at_a_time = if places.len() == all.len() { AT_A_TIME } else { 1 };
    let stored = all.into_iter().zip(at_ends).map(|(series, at_end)| async move {
        let (at, place) = (series.at.clone(), series.place.clone());
        let stored = if at_end {
            Ok(AppendOutcome { accepted: series.points.len(), ..AppendOutcome::default() })
        } else {
            write::store(service, permit, series, replace).await
        };
        (at, place, stored)
    });
    let mut stored = stream::iter(stored).buffered(at_a_time);
    let (mut done, mut conflicts, mut units) = (Vec::new(), Vec::new(), 0);
    while let Some((at, place, stored)) = stored.next().await {
        match stored {
            Ok(outcome) => {
                conflicts.extend(outcome.conflicts.iter().map(|conflict| refused(permit, &at, conflict)));
                done.push(Appended { place, outcome });
            }
            Err(ResourceError::Steps { mut faults, units: more }) => {
                conflicts.append(&mut faults);
                units += more;
            }
            Err(error) => return Err(error),
        }
    }
    if conflicts.is_empty() { Ok(done) } else { Err(ResourceError::Steps { faults: conflicts, units }) }
}

/// The stored value and time are named to those who may read them.
fn refused(permit: &Permit<'_>, at: &str, conflict: &series::Conflict) -> FieldError {
    let series::Conflict { at: index, has, came } = conflict;
    let time =
        |point: &Point| point.time.as_deref().map_or("no time".to_owned(), |time| format!("the time {time}"));
    let (stored, sent) = match (permit.may_read(), has.value == came.value) {
        (true, true) => (time(has), time(came)),
        (true, false) => (format!("the value {}", has.value), came.value.to_string()),
        // Which of the two it is would say that the other one is right.
        (false, _) => ("another value or time".to_owned(), format!("{}, {}", came.value, time(came))),
    };
    let message = format!("step {} has {stored} already, got {sent}; replace=true overwrites it", has.step);
    FieldError::at(format!("{at}/points/{index}"), "conflict", message)
}

/// Reads the points of a series and checks them by the collection's schema, as many at a time as a document holds.
fn read(collection: &Collection, at: String, item: Value) -> Result<Series, Vec<FieldError>> {
    let Value::Object(mut members) = item else {
        return Err(vec![FieldError::at(
            at,
            "type",
            "a series is an object with calculation, metric and points",
        )]);
    };
    let own = |name: &&String| series::OWN.contains(&name.as_str()) && collection.has_field(name);
    if let Some(name) = members.keys().find(own) {
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
        members = match collection.check(members) {
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
        // They are set again for each piece.
        members.retain(|name, _| !series::OWN.contains(&name.as_str()));
        if rest.is_empty() {
            break;
        }
        left = rest;
    }
    points.sort_by_key(|(_, point)| point.step);
    let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
    let place = SeriesId {
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
    for Series { place, .. } in all {
        let members =
            [("calculation".to_owned(), Value::from(place.calculation.as_str()))].into_iter().collect();
        service.check_grant(permit, None, &members)?;
    }
    let ids = all.iter().map(|series| series.place.calculation.as_str());
    let known = service.revisions(claims, CALCULATIONS, ids).await?;
    let unknown = all.iter().filter(|series| !known.contains_key(&series.place.calculation));
    let missing =
        |Series { at, place, .. }: &Series| missing(format!("{at}/{CALCULATION}"), &place.calculation);
    let faults = unknown.map(missing).collect();
    service.check_going_on(permit, None).await?;
    Ok(faults)
}
