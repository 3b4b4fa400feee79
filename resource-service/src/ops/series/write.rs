//! Writes the points of a series: behind its open end where they belong there, else into its chunks as they were read,
//! until nobody else has written in between.

use std::collections::BTreeSet;

use shared_models::{documents::Direction, problem::FieldError};

use super::{compare, equal, field, order, turns};
use crate::{
    domain::{
        document::Meta,
        layout::{self, ChunkWrite, LayoutRules},
        series::{self, AppendOutcome, COUNT, Chunk, LAST, LOWER, OPEN, Point, SentPoint, SeriesId, TAIL},
    },
    ops::{Service, change::MAX_TRIES, error::ResourceError, policy::Permit},
    query::{
        expr::{Comparison, Expr},
        literal::Literal,
        timestamp,
    },
    store::{Append, Selection, StoreError, Write},
};

/// Chunks that one write changes at most.
const AT_ONCE: usize = 16;

/// Points of one series, as they came.
pub(super) struct Series {
    /// Their place in the body, a JSON pointer.
    pub at: String,
    /// Which series.
    pub place: SeriesId,
    /// What the values are measured in.
    pub unit: Option<String>,
    /// In order of their steps.
    pub points: Vec<SentPoint>,
}

/// Chunks of a series, in order, and whether the last of them is the last one of the series.
struct Covering {
    chunks: Vec<Chunk>,
    at_end: bool,
}

/// Puts points behind the open ends of their series, without reading these first. For each of the series whether its
/// points are stored now; none of those of the others are.
pub(super) async fn at_ends(
    service: &Service,
    permit: &Permit<'_>,
    all: &[Series],
) -> Result<Vec<bool>, ResourceError> {
    let mut done = vec![false; all.len()];
    let collection = &permit.collection;
    if !collection.sums_points() || collection.keeps_revisions() {
        return Ok(done);
    }
    let (mut numbers, mut appends) = (Vec::new(), Vec::new());
    let mut places = BTreeSet::new();
    for (number, series) in all.iter().enumerate() {
        let again = !places.insert(&series.place);
        let once = series.points.is_sorted_by(|(_, a), (_, b)| a.step < b.step);
        if !again && once && (1..=TAIL).contains(&series.points.len()) {
            numbers.push(number);
            appends.push(append(service, permit, series)?);
        }
    }
    if appends.is_empty() {
        return Ok(done);
    }
    let _turns = turns::shared(appends.iter().map(|append| &append.place)).await;
    let stored = service.store.append_points(collection, appends, service.clock.now()).await?;
    for (number, stored) in numbers.into_iter().zip(stored) {
        done[number] = stored;
    }
    Ok(done)
}

/// The append of points to the open chunk of their series, if all of it is before them and there is room.
fn append(service: &Service, permit: &Permit<'_>, series: &Series) -> Result<Append, ResourceError> {
    let collection = &permit.collection;
    let points: Vec<Point> = series.points.iter().map(|(_, point)| point.clone()).collect();
    let integer = |path, comparison, number| compare(collection, path, comparison, Literal::Integer(number));
    let first = points.first().map_or(i64::MIN, |point| point.step);
    let room = i64::try_from(TAIL - points.len().min(TAIL)).unwrap_or_default();
    let mut filter = of_series(permit, &series.place)?
        .and(Expr::compare(&field(collection, OPEN)?, Comparison::Eq, Literal::Boolean(true)))
        .and(integer(LAST, Comparison::Lt, first)?)
        .and(integer(COUNT, Comparison::Lte, room)?);
    if let Some(unit) = &series.unit {
        filter = filter.and(equal(collection, "unit", unit)?);
    }
    Ok(Append { place: series.place.clone(), filter, points, at: timestamp(service.clock.now()) })
}

fn of_series(permit: &Permit<'_>, place: &SeriesId) -> Result<Expr, ResourceError> {
    let collection = &permit.collection;
    let calculation = equal(collection, "calculation", &place.calculation)?;
    Ok(permit.condition()?.and(calculation).and(equal(collection, "metric", &place.metric)?))
}

/// Stores points from the largest step down, as many chunks at a time as one write takes.
pub(super) async fn store(
    service: &Service,
    permit: &Permit<'_>,
    mut series: Series,
    replace: bool,
) -> Result<AppendOutcome, ResourceError> {
    let mut outcome = AppendOutcome::default();
    let _turn = turns::alone(&series.place).await;
    let mut tries = 0;
    let tails = permit.collection.sums_points();
    while let (Some(least), Some(largest)) = (series.points.first(), series.points.last()) {
        let (least, largest) = (least.1.step, largest.1.step);
        let Covering { chunks, at_end } = covering(service, permit, &series.place, least, largest).await?;
        // The lowest chunk found may not reach down to the smallest steps; those come next.
        let complete =
            chunks.len() < AT_ONCE || chunks.first().is_none_or(|chunk| chunk.lower <= Some(least));
        let border = if complete { None } else { chunks.first().and_then(|chunk| chunk.lower) };
        let from = border.map_or(0, |border| series.points.partition_point(|(_, point)| point.step < border));
        let unit = unit(permit, &series, &chunks)?;
        let rules = LayoutRules { replace, at_end, tails };
        let (steps, done) = layout::arrange(chunks, &series.points[from..], rules);
        let writes =
            steps.into_iter().map(|step| write(service, permit, &series.place, unit.as_deref(), step));
        let writes = writes.collect::<Result<Vec<_>, _>>()?;
        let stored = if writes.is_empty() {
            Ok(true)
        } else {
            service.store.write_together(&permit.collection, writes).await
        };
        match stored {
            Ok(true) => {
                series.points.truncate(from);
                outcome.add(done);
                tries = 0;
            }
            // Another replica was faster; what it wrote decides.
            Ok(false) | Err(StoreError::Conflict { .. }) if tries < MAX_TRIES => {
                service.pause(tries).await;
                tries += 1;
            }
            Ok(false) | Err(StoreError::Conflict { .. }) => return Err(ResourceError::ChangedMeanwhile),
            Err(error) => return Err(error.into()),
        }
    }
    outcome.conflicts.sort_by_key(|conflict| conflict.at);
    Ok(outcome)
}

/// The chunks that hold, or would hold, the steps from `least` to `largest`: the last [`AT_ONCE`] of them. Before an
/// open one, which may have to make room, comes the one before it.
async fn covering(
    service: &Service,
    permit: &Permit<'_>,
    place: &SeriesId,
    least: i64,
    largest: i64,
) -> Result<Covering, ResourceError> {
    let collection = &permit.collection;
    let series = of_series(permit, place)?;
    let order = order(collection, &[LOWER], Direction::Descending)?;
    let chunks =
        async |below: Option<(Comparison, i64)>, limit: usize| -> Result<(Vec<Chunk>, bool), ResourceError> {
            let (comparison, step) = below.unwrap_or((Comparison::Gte, i64::MIN));
            let filter = series.clone().and(compare(collection, LOWER, comparison, Literal::Integer(step))?);
            let selection = Selection { filter, order: order.clone(), projection: None, limit };
            let read = service.store.chunks(collection, selection, service.clock.now()).await?;
            Ok((read.chunks.into_iter().map(Chunk::in_order).collect(), read.more))
        };
    // An append at the end needs the last chunk and no other.
    let (mut found, more) = chunks(None, 1).await?;
    let end = found.first().map(|chunk| (chunk.lower.unwrap_or(i64::MIN), chunk.open));
    let at_end = end.is_none_or(|(lower, _)| lower <= largest);
    match end {
        Some((lower, open)) if more && at_end && (lower > least || open) => {
            let limit = if lower > least { AT_ONCE - 1 } else { 1 };
            found.extend(chunks(Some((Comparison::Lt, lower)), limit).await?.0);
        }
        Some(_) if !at_end => found = chunks(Some((Comparison::Lte, largest)), AT_ONCE).await?.0,
        _ => {}
    }
    found.reverse();
    Ok(Covering { chunks: found, at_end })
}

/// The unit of the series: what its chunks say, and what a new series is given.
fn unit(permit: &Permit<'_>, series: &Series, chunks: &[Chunk]) -> Result<Option<String>, ResourceError> {
    let Some(known) = chunks.last().map(|chunk| chunk.unit.clone()) else { return Ok(series.unit.clone()) };
    if series.unit.is_none() || series.unit == known {
        return Ok(known);
    }
    let has = match known {
        None => "it has no unit".to_owned(),
        Some(unit) if permit.may_read() => format!("it is measured in {unit:?}"),
        Some(_) => "it is measured in another unit".to_owned(),
    };
    let message =
        format!("nothing of this series was stored: {has}; send its points with that unit, or with none");
    let fault = FieldError::at(format!("{}/unit", series.at), "conflict", message);
    Err(ResourceError::Steps { faults: vec![fault], units: 1 })
}

/// The write that a step is.
fn write(
    service: &Service,
    permit: &Permit<'_>,
    place: &SeriesId,
    unit: Option<&str>,
    step: ChunkWrite,
) -> Result<Write, ResourceError> {
    let now = service.clock.now();
    let document = |meta: Meta, lower: i64, open: bool, points: &[Point]| {
        let mut document = series::document(meta, place, unit, lower, points);
        if permit.collection.sums_points() {
            series::summarize(&mut document.members, &series::summary(points), open);
        }
        document
    };
    Ok(match step {
        ChunkWrite::Insert { lower, open, points } => {
            let meta = Meta::first(permit.subject, &service.ids, now);
            Write::Insert(document(meta, lower, open, &points))
        }
        ChunkWrite::Replace { meta, lower, open, points } => {
            Write::Replace(document(meta.next(now), lower, open, &points), meta.revision)
        }
        ChunkWrite::Append { meta, points } => {
            let revision = field(&permit.collection, "_revision")?;
            let revision = Expr::compare(&revision, Comparison::Eq, Literal::Integer(meta.revision));
            let filter = equal(&permit.collection, "_id", &meta.id)?.and(revision);
            Write::Append(Append { place: place.clone(), filter, points, at: timestamp(now) })
        }
    })
}
