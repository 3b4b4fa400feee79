//! Lists the metrics of a calculation, each with what can be said of its points in a line.

use shared_models::{claims::AccessClaims, documents::Direction};

use super::{
    compare, equal, field, order,
    read::{MANY, Reader},
};
use crate::{
    domain::{
        scalar::Scalar,
        series::{FIRST, LAST, Place},
    },
    ops::{Service, error::ResourceError, policy::Verb},
    query::{expr::Comparison, literal::Literal, projection::Projection},
    store::Selection,
};

/// A metric of a calculation.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Its name.
    pub name: String,
    /// What the values are measured in.
    pub unit: Option<String>,
    /// How many points there are.
    pub count: usize,
    /// The smallest step and the largest one.
    pub steps: Option<(i64, i64)>,
    /// The smallest value, NaN apart.
    pub min: Option<Scalar>,
    /// The largest value, NaN apart.
    pub max: Option<Scalar>,
    /// The value at the largest step.
    pub last: Option<Scalar>,
}

/// The first `limit` metrics of a calculation behind `after` by name, and whether there are more.
pub async fn metrics(
    service: &Service,
    claims: &AccessClaims,
    calculation: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<(Vec<Metric>, bool), ResourceError> {
    let names = names(service, claims, calculation, after, limit + 1).await?;
    let mut metrics = Vec::new();
    for name in names.iter().take(limit) {
        let place = Place { calculation: calculation.to_owned(), metric: name.clone() };
        metrics.push(of(service, claims, place).await?);
    }
    Ok((metrics, names.len() > limit))
}

/// The names alone, by skipping from one to the next.
pub async fn names(
    service: &Service,
    claims: &AccessClaims,
    calculation: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<String>, ResourceError> {
    let permit = service.admit_to_series(claims, Verb::Read)?;
    let collection = &permit.collection;
    let all = permit.condition()?.and(equal(collection, "calculation", calculation)?);
    let order = order(collection, &["metric", FIRST, LAST], Direction::Ascending)?;
    let projection = Projection::new([field(collection, "metric")?.path.clone()]);
    let mut names: Vec<String> = Vec::new();
    while names.len() < limit {
        let filter = match names.last().map(String::as_str).or(after) {
            Some(last) => {
                let behind = compare(collection, "metric", Comparison::Gt, Literal::Text(last.to_owned()))?;
                all.clone().and(behind)
            }
            None => all.clone(),
        };
        let selection =
            Selection { filter, order: order.clone(), projection: Some(projection.clone()), limit: 1 };
        let found = service.store.list(collection, selection, service.clock.now()).await?;
        let Some(document) = found.documents.first() else { break };
        let document: serde_json::Value = serde_json::from_str(document)?;
        let name = document.get("metric").and_then(serde_json::Value::as_str);
        names.push(name.ok_or_else(|| ResourceError::Internal("a series has no metric".into()))?.to_owned());
    }
    Ok(names)
}

async fn of(service: &Service, claims: &AccessClaims, place: Place) -> Result<Metric, ResourceError> {
    let mut reader = Reader::open(service, claims, &place, i64::MIN..=i64::MAX, MANY)?;
    let mut metric =
        Metric { name: place.metric, unit: None, count: 0, steps: None, min: None, max: None, last: None };
    while let Some(points) = reader.next().await? {
        metric.count += points.len();
        for point in points {
            metric.steps = Some((metric.steps.map_or(point.step, |(first, _)| first), point.step));
            metric.last = Some(point.value);
            if !point.value.is_nan() {
                let keep = |kept: Option<Scalar>, wrong| {
                    Some(kept.filter(|kept| point.value.compare(*kept) != Some(wrong)).unwrap_or(point.value))
                };
                metric.min = keep(metric.min, std::cmp::Ordering::Less);
                metric.max = keep(metric.max, std::cmp::Ordering::Greater);
            }
        }
    }
    metric.unit = reader.unit().map(str::to_owned);
    Ok(metric)
}
