//! Lists the metrics of a calculation, each with its summary: what is kept beside the points of its documents.

use shared_models::{claims::AccessClaims, documents::Direction};

use super::{
    compare, equal, order,
    read::{MANY, SeriesReader},
};
use crate::{
    domain::{
        series::{FIRST, LAST, SeriesId, summary},
        summary::Summary,
    },
    ops::{Service, error::ResourceError, policy::Verb},
    query::{
        expr::{Comparison, Expr},
        literal::Literal,
        order::SortValue,
    },
    store::{Outline, Selection},
};

/// Documents that are read at once, without their points.
const AT_ONCE: usize = 1000;

/// A metric of a calculation.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Its name.
    pub name: String,
    /// What the values are measured in.
    pub unit: Option<String>,
    /// What its points are like.
    pub summary: Summary,
}

/// A metric whose documents are being read.
struct MetricInProgress {
    metric: Metric,
    /// Whether the documents' own summaries add up to the metric's: each has one, and no two overlap.
    adds_up: bool,
}

impl MetricInProgress {
    fn new(name: String) -> Self {
        Self { metric: Metric { name, unit: None, summary: Summary::default() }, adds_up: true }
    }

    fn take(&mut self, outline: Outline) {
        self.metric.unit = self.metric.unit.take().or(outline.unit);
        match outline.summary {
            Some(more) if self.metric.summary.ends_before(&more) => self.metric.summary.add(&more),
            _ => self.adds_up = false,
        }
    }
}

/// The first `limit` metrics of a calculation behind `after` by name, and whether there are more.
pub async fn metrics(
    service: &Service,
    claims: &AccessClaims,
    calculation: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<(Vec<Metric>, bool), ResourceError> {
    let mut found = outlined(service, claims, calculation, after, limit + 1).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let mut metrics = Vec::with_capacity(found.len());
    for MetricInProgress { mut metric, adds_up } in found {
        if !adds_up {
            let place = SeriesId { calculation: calculation.to_owned(), metric: metric.name.clone() };
            metric.summary = read(service, claims, &place).await?;
        }
        metrics.push(metric);
    }
    Ok((metrics, more))
}

/// The first metrics behind `after` by name, at most `limit`, by what is kept beside the points.
async fn outlined(
    service: &Service,
    claims: &AccessClaims,
    calculation: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<MetricInProgress>, ResourceError> {
    let permit = service.admit_to_series(claims, Verb::Read)?;
    let collection = &permit.collection;
    let mut all = permit.condition()?.and(equal(collection, "calculation", calculation)?);
    if let Some(after) = after {
        all = all.and(compare(collection, "metric", Comparison::Gt, Literal::Text(after.to_owned()))?);
    }
    let order = order(collection, &["metric", FIRST, LAST], Direction::Ascending)?;
    let (mut found, mut behind): (Vec<MetricInProgress>, Option<Vec<SortValue>>) = (Vec::new(), None);
    loop {
        let behind_that = behind.as_ref().map(|places| order.behind(places));
        let filter = behind_that.into_iter().fold(all.clone(), Expr::and);
        let selection = Selection { filter, order: order.clone(), projection: None, limit: AT_ONCE };
        let read = service.store.outlines(collection, selection, service.clock.now()).await?;
        for outline in read.outlines {
            behind = Some(place_of(&outline));
            if found.last().is_none_or(|last| last.metric.name != outline.metric) {
                if found.len() == limit {
                    return Ok(found);
                }
                found.push(MetricInProgress::new(outline.metric.clone()));
            }
            if let Some(last) = found.last_mut() {
                last.take(outline);
            }
        }
        if !read.more {
            return Ok(found);
        }
    }
}

/// The place of a document in the order by metric and steps.
fn place_of(outline: &Outline) -> Vec<SortValue> {
    let text = |text: &str| SortValue::Scalar(Literal::Text(text.to_owned()));
    let step = |step: Option<i64>| SortValue::Scalar(step.map_or(Literal::Null, Literal::Integer));
    let (first, last) = outline.steps.unzip();
    vec![text(&outline.metric), step(first), step(last), text(&outline.id)]
}

/// The summary of all points, read one after the other.
async fn read(service: &Service, claims: &AccessClaims, place: &SeriesId) -> Result<Summary, ResourceError> {
    let mut reader = SeriesReader::open(service, claims, place, i64::MIN..=i64::MAX, MANY)?;
    let mut all = Summary::default();
    while let Some(points) = reader.next().await? {
        all.add(&summary(&points));
    }
    Ok(all)
}
