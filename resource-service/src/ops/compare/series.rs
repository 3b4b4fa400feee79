//! Series side by side: the steps that calculations have in common, and where they part.

use std::vec;

use shared_models::claims::AccessClaims;

use super::results::agree;
use crate::{
    domain::{
        scalar::Scalar,
        series::Point,
        tolerance::{Tolerance, spread},
    },
    ops::{Service, error::ResourceError, series::sweep::Sweep},
};

/// The most metrics of an answer.
pub const MAX_METRICS: usize = 10_000;

/// A metric that at least two of the calculations have.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricComparison {
    /// The metric.
    pub metric: String,
    /// The calculations that have it, and what each measures it in.
    pub units: Vec<(String, Option<String>)>,
    /// Whether the units differ, so that the values cannot be compared.
    pub units_differ: bool,
    /// How many steps all of them have.
    pub common_steps: usize,
    /// The largest |a - b| at one of these steps; NaN beats all where some are NaN and others are not.
    pub largest: Option<Largest>,
    /// The first of these steps at which they are further apart than is tolerated.
    pub first_beyond: Option<i64>,
}

/// How far apart series are, and where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Largest {
    /// |a - b|.
    pub difference: Scalar,
    /// The step.
    pub step: i64,
}

/// Compares the metrics that at least two of the calculations have, in the order of their names: the first
/// [`MAX_METRICS`] of them, and whether there are more.
pub(super) async fn compare(
    service: &Service,
    claims: &AccessClaims,
    ids: &[String],
    tolerance: Tolerance,
) -> Result<(Vec<MetricComparison>, bool), ResourceError> {
    let walks = ids.iter().map(|id| {
        let sweep = Sweep::open(service, claims, id)?;
        Ok(Walk { id, sweep, buffer: Vec::new().into_iter(), at: None })
    });
    let mut walks: Vec<Walk<'_>> = walks.collect::<Result<_, ResourceError>>()?;
    let mut compared = Vec::new();
    while let Some((metric, having)) = next_metric(&mut walks).await? {
        if having.len() > 1 {
            if compared.len() == MAX_METRICS {
                return Ok((compared, true));
            }
            let mut theirs: Vec<&mut Walk<'_>> = walks
                .iter_mut()
                .enumerate()
                .filter_map(|(number, walk)| having.contains(&number).then_some(walk))
                .collect();
            compared.push(side_by_side(&metric, &mut theirs, tolerance).await?);
        }
        for number in having {
            walks[number].sweep.skip(&metric)?;
        }
    }
    Ok((compared, false))
}

/// The first metric that one of them has next, and which of them have it.
async fn next_metric(walks: &mut [Walk<'_>]) -> Result<Option<(String, Vec<usize>)>, ResourceError> {
    let mut next: Option<(String, Vec<usize>)> = None;
    for (number, walk) in walks.iter_mut().enumerate() {
        let Some(metric) = walk.sweep.metric().await? else { continue };
        match &mut next {
            Some((first, having)) if first == metric => having.push(number),
            Some((first, _)) if first.as_str() < metric => {}
            _ => next = Some((metric.to_owned(), vec![number])),
        }
    }
    Ok(next)
}

/// The series of a calculation, and the point of one that was come to.
struct Walk<'i> {
    id: &'i str,
    sweep: Sweep,
    buffer: vec::IntoIter<Point>,
    at: Option<Point>,
}

impl Walk<'_> {
    async fn advance(&mut self, metric: &str) -> Result<(), ResourceError> {
        self.at = self.buffer.next();
        if self.at.is_none() {
            self.buffer = self.sweep.points(metric).await?.unwrap_or_default().into_iter();
            self.at = self.buffer.next();
        }
        Ok(())
    }
}

async fn side_by_side(
    metric: &str,
    walks: &mut [&mut Walk<'_>],
    tolerance: Tolerance,
) -> Result<MetricComparison, ResourceError> {
    for walk in walks.iter_mut() {
        walk.buffer = Vec::new().into_iter();
        walk.advance(metric).await?;
    }
    let (mut common_steps, mut largest, mut first_beyond) = (0, None::<(f64, i64)>, None);
    while let Some((step, values)) = together(metric, walks).await? {
        common_steps += 1;
        let distance = spread(&values);
        let further = |(known, _): (f64, i64)| distance > known || (distance.is_nan() && !known.is_nan());
        if largest.is_none_or(further) {
            largest = Some((distance, step));
        }
        if first_beyond.is_none() && !agree(&values, tolerance) {
            first_beyond = Some(step);
        }
    }
    let unit = |walk: &&mut Walk<'_>| (walk.id.to_owned(), walk.sweep.unit().map(str::to_owned));
    let units: Vec<_> = walks.iter().map(unit).collect();
    let units_differ = units.windows(2).any(|pair| pair[0].1 != pair[1].1);
    let largest = largest.map(|(difference, step)| Largest { difference: Scalar::Double(difference), step });
    Ok(MetricComparison {
        metric: metric.to_owned(),
        units,
        units_differ,
        common_steps,
        largest,
        first_beyond,
    })
}

/// The next step that all of them have, and their values there; every series is moved behind it.
async fn together(
    metric: &str,
    walks: &mut [&mut Walk<'_>],
) -> Result<Option<(i64, Vec<Scalar>)>, ResourceError> {
    loop {
        let steps: Option<Vec<i64>> = walks.iter().map(|walk| walk.at.as_ref().map(|at| at.step)).collect();
        let Some(furthest) = steps.and_then(|steps| steps.into_iter().max()) else { return Ok(None) };
        let mut values = Vec::with_capacity(walks.len());
        for walk in walks.iter_mut() {
            while walk.at.as_ref().is_some_and(|at| at.step < furthest) {
                walk.advance(metric).await?;
            }
            values.extend(walk.at.as_ref().filter(|at| at.step == furthest).map(|at| at.value));
        }
        if values.len() == walks.len() {
            for walk in walks.iter_mut() {
                walk.advance(metric).await?;
            }
            return Ok(Some((furthest, values)));
        }
    }
}
