//! Series side by side: the steps that calculations have in common, and where they part.

use std::{collections::BTreeMap, vec};

use shared_models::claims::AccessClaims;

use super::results::agree;
use crate::{
    domain::{
        scalar::Scalar,
        series::{Place, Point},
        tolerance::{Tolerance, spread},
    },
    ops::{
        Service,
        error::ResourceError,
        series::{metrics::names, read::Reader},
    },
};

/// Documents that are read at once of each series.
const AT_ONCE: usize = 8;
/// The most metrics of a calculation that are looked at.
const MAX_METRICS: usize = 1000;

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

/// Compares the metrics that at least two of the calculations have.
pub(super) async fn compare(
    service: &Service,
    claims: &AccessClaims,
    ids: &[String],
    tolerance: Tolerance,
) -> Result<Vec<MetricComparison>, ResourceError> {
    let mut metrics: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for id in ids {
        for name in names(service, claims, id, None, MAX_METRICS).await? {
            metrics.entry(name).or_default().push(id);
        }
    }
    let mut compared = Vec::new();
    for (metric, ids) in metrics {
        if ids.len() > 1 {
            compared.push(side_by_side(service, claims, metric, &ids, tolerance).await?);
        }
    }
    Ok(compared)
}

/// A series and the point it stands at.
struct Walk {
    reader: Reader,
    buffer: vec::IntoIter<Point>,
    at: Option<Point>,
}

impl Walk {
    async fn advance(&mut self) -> Result<(), ResourceError> {
        self.at = self.buffer.next();
        if self.at.is_none() {
            self.buffer = self.reader.next().await?.unwrap_or_default().into_iter();
            self.at = self.buffer.next();
        }
        Ok(())
    }
}

async fn side_by_side(
    service: &Service,
    claims: &AccessClaims,
    metric: String,
    ids: &[&String],
    tolerance: Tolerance,
) -> Result<MetricComparison, ResourceError> {
    let mut walks = Vec::new();
    for id in ids {
        let place = Place { calculation: (*id).clone(), metric: metric.clone() };
        let reader = Reader::open(service, claims, &place, i64::MIN..=i64::MAX, AT_ONCE)?;
        let mut walk = Walk { reader, buffer: Vec::new().into_iter(), at: None };
        walk.advance().await?;
        walks.push(walk);
    }
    let (mut common_steps, mut largest, mut first_beyond) = (0, None::<(f64, i64)>, None);
    while let Some((step, values)) = together(&mut walks).await? {
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
    let unit = |(id, walk): (&&String, &Walk)| ((*id).clone(), walk.reader.unit().map(str::to_owned));
    let units: Vec<_> = ids.iter().zip(&walks).map(unit).collect();
    let units_differ = units.windows(2).any(|pair| pair[0].1 != pair[1].1);
    let largest = largest.map(|(difference, step)| Largest { difference: Scalar::Double(difference), step });
    Ok(MetricComparison { metric, units, units_differ, common_steps, largest, first_beyond })
}

/// The next step that all of them have, and their values there; every series is moved behind it.
async fn together(walks: &mut [Walk]) -> Result<Option<(i64, Vec<Scalar>)>, ResourceError> {
    loop {
        let steps: Option<Vec<i64>> = walks.iter().map(|walk| walk.at.as_ref().map(|at| at.step)).collect();
        let Some(furthest) = steps.and_then(|steps| steps.into_iter().max()) else { return Ok(None) };
        let mut values = Vec::with_capacity(walks.len());
        for walk in walks.iter_mut() {
            while walk.at.as_ref().is_some_and(|at| at.step < furthest) {
                walk.advance().await?;
            }
            values.extend(walk.at.as_ref().filter(|at| at.step == furthest).map(|at| at.value));
        }
        if values.len() == walks.len() {
            for walk in walks.iter_mut() {
                walk.advance().await?;
            }
            return Ok(Some((furthest, values)));
        }
    }
}
