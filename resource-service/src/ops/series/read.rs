//! Reads a series in order of its steps, however it was cut, holding a few documents at a time.

use std::{ops::RangeInclusive, sync::Arc};

use service_kit::clock::Clock;
use shared_models::{claims::AccessClaims, documents::Direction};

use super::{compare, equal, order, overlap::Overlap};
use crate::{
    domain::{
        collection::Collection,
        downsample::{Downsampler, Sample},
        series::{Chunk, FIRST, LAST, Point, SeriesId},
    },
    ops::{Service, admission::Admission, error::ResourceError, policy::Verb},
    query::{
        expr::{Comparison, Expr},
        literal::Literal,
        order::{Order, SortValue},
    },
    store::{Selection, Store},
};

/// Documents read at once where the whole series is wanted.
pub const MANY: usize = 64;

/// Walks through a series. Owns what it needs, so that it can outlive the request that opened it.
pub struct SeriesReader {
    admission: Admission,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    collection: Arc<Collection>,
    filter: Expr,
    order: Order,
    steps: RangeInclusive<i64>,
    at_once: usize,
    /// The document read last.
    behind: Option<Vec<SortValue>>,
    exhausted: bool,
    overlap: Overlap,
    unit: Option<String>,
}

impl SeriesReader {
    /// A reader of the `steps` of a series, as far as the caller may see it. It reads `at_once` documents at a time.
    pub fn open(
        service: &Service,
        claims: &AccessClaims,
        place: &SeriesId,
        steps: RangeInclusive<i64>,
        at_once: usize,
    ) -> Result<Self, ResourceError> {
        let permit = service.admit_to_series(claims, Verb::Read)?;
        let collection = &permit.collection;
        let step =
            |path, comparison, step: i64| compare(collection, path, comparison, Literal::Integer(step));
        let mut filter = permit
            .condition()?
            .and(equal(collection, "calculation", &place.calculation)?)
            .and(equal(collection, "metric", &place.metric)?)
            .and(step(LAST, Comparison::Gte, *steps.start())?);
        if *steps.end() < i64::MAX {
            filter = filter.and(step(FIRST, Comparison::Lte, *steps.end())?);
        }
        Ok(Self {
            admission: service.admission(claims, &permit),
            store: Arc::clone(&service.store),
            clock: Arc::clone(&service.clock),
            order: order(collection, &[FIRST, LAST], Direction::Ascending)?,
            collection: Arc::clone(collection),
            filter,
            steps,
            at_once,
            behind: None,
            exhausted: false,
            overlap: Overlap::default(),
            unit: None,
        })
    }

    /// What the values are measured in, as far as was read.
    pub fn unit(&self) -> Option<&str> {
        self.unit.as_deref()
    }

    /// The next points in order, some at least; nothing at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<Point>>, ResourceError> {
        let mut ready = Vec::new();
        while ready.is_empty() {
            if self.exhausted {
                self.overlap.settle(None, &mut ready);
                return Ok(Some(ready).filter(|ready| !ready.is_empty()));
            }
            for chunk in self.read().await? {
                self.take(chunk, &mut ready);
            }
        }
        Ok(Some(ready))
    }

    async fn read(&mut self) -> Result<Vec<Chunk>, ResourceError> {
        self.admission.still_good()?;
        let behind = self.behind.as_ref().map(|places| self.order.behind(places));
        let selection = Selection {
            filter: behind.into_iter().fold(self.filter.clone(), Expr::and),
            order: self.order.clone(),
            projection: None,
            limit: self.at_once,
        };
        let read = self.store.chunks(&self.collection, selection, self.clock.now()).await?;
        self.exhausted = !read.more;
        let chunks: Vec<Chunk> = read.chunks.into_iter().map(Chunk::in_order).collect();
        if let Some(last) = chunks.last() {
            let ends = [last.points.first(), last.points.last()].into_iter().flatten();
            let ends = ends.map(|point| SortValue::Scalar(Literal::Integer(point.step)));
            self.behind = Some(ends.chain([SortValue::Scalar(Literal::Text(last.id.clone()))]).collect());
        }
        Ok(chunks)
    }

    fn take(&mut self, chunk: Chunk, ready: &mut Vec<Point>) {
        if self.unit.is_none() {
            self.unit.clone_from(&chunk.unit);
        }
        self.overlap.take(chunk, &self.steps, ready);
    }
}

/// A page of points.
#[derive(Clone, Debug, PartialEq)]
pub struct PointPage {
    /// What the values are measured in.
    pub unit: Option<String>,
    /// The points.
    pub points: Vec<Point>,
    /// The step at which the next page begins, if there is one.
    pub next: Option<i64>,
}

/// The first `limit` points that a reader gives.
pub async fn page(mut reader: SeriesReader, limit: usize) -> Result<PointPage, ResourceError> {
    let mut points = Vec::new();
    while points.len() <= limit {
        let Some(mut more) = reader.next().await? else { break };
        points.append(&mut more);
    }
    let next = points.get(limit).map(|point| point.step);
    points.truncate(limit);
    Ok(PointPage { unit: reader.unit, points, next })
}

/// A sample, and how many points it stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampled {
    /// What the values are measured in.
    pub unit: Option<String>,
    /// How many points there are.
    pub total: usize,
    /// What was kept of them.
    pub sample: Sample,
}

/// At most `wanted` points that draw the line which all of `steps` would draw. Reads twice: to count, and to choose.
pub async fn sample(
    service: &Service,
    claims: &AccessClaims,
    place: &SeriesId,
    steps: RangeInclusive<i64>,
    wanted: usize,
) -> Result<Sampled, ResourceError> {
    let mut reader = SeriesReader::open(service, claims, place, steps.clone(), MANY)?;
    let (mut total, mut last) = (0, *steps.start());
    while let Some(points) = reader.next().await? {
        total += points.len();
        last = points.last().map_or(last, |point| point.step);
    }
    // What is appended meanwhile is left for the next one who asks.
    let mut reader = SeriesReader::open(service, claims, place, *steps.start()..=last, MANY)?;
    let mut downsampler = Downsampler::new(total, wanted);
    while let Some(points) = reader.next().await? {
        for point in points {
            downsampler.push(point);
        }
    }
    Ok(Sampled { unit: reader.unit, total, sample: downsampler.finish() })
}
