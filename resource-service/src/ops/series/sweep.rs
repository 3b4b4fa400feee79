//! Reads all series of a calculation in the order of their metrics, a few documents at a time, whatever their number.

use std::{collections::VecDeque, sync::Arc};

use service_kit::clock::Clock;
use shared_models::{claims::AccessClaims, documents::Direction};

use super::{compare, equal, order, overlap::Overlap};
use crate::{
    domain::{
        collection::Collection,
        series::{Chunk, FIRST, LAST, Point},
    },
    ops::{Service, error::ResourceError, policy::Verb},
    query::{
        expr::{Comparison, Expr},
        literal::Literal,
        order::{Order, SortValue},
    },
    store::{Selection, Store},
};

/// Documents that are read at once.
const AT_ONCE: usize = 16;
/// Every step.
const ALL: std::ops::RangeInclusive<i64> = i64::MIN..=i64::MAX;

/// A place among the series of a calculation.
pub struct Sweep {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    collection: Arc<Collection>,
    filter: Expr,
    order: Order,
    /// The document read last.
    behind: Option<Vec<SortValue>>,
    exhausted: bool,
    chunks: VecDeque<Chunk>,
    overlap: Overlap,
    unit: Option<String>,
}

impl Sweep {
    /// The series of a calculation, as far as the caller may see them.
    pub fn open(service: &Service, claims: &AccessClaims, calculation: &str) -> Result<Self, ResourceError> {
        let permit = service.admit_to_series(claims, Verb::Read)?;
        let collection = &permit.collection;
        Ok(Self {
            store: Arc::clone(&service.store),
            clock: Arc::clone(&service.clock),
            order: order(collection, &["metric", FIRST, LAST], Direction::Ascending)?,
            filter: permit.condition()?.and(equal(collection, "calculation", calculation)?),
            collection: Arc::clone(collection),
            behind: None,
            exhausted: false,
            chunks: VecDeque::new(),
            overlap: Overlap::default(),
            unit: None,
        })
    }

    /// The metric of the next points; nothing at the end.
    pub async fn metric(&mut self) -> Result<Option<&str>, ResourceError> {
        if self.chunks.is_empty() {
            self.read().await?;
        }
        Ok(self.chunks.front().map(|chunk| chunk.metric.as_str()))
    }

    /// What `metric` is measured in, as far as was read of it.
    pub fn unit(&self) -> Option<&str> {
        self.unit.as_deref()
    }

    /// The next points of `metric` in order, some at least; nothing at its end.
    pub async fn points(&mut self, metric: &str) -> Result<Option<Vec<Point>>, ResourceError> {
        let mut ready = Vec::new();
        while ready.is_empty() {
            if self.metric().await? != Some(metric) {
                self.overlap.settle(None, &mut ready);
                return Ok(Some(ready).filter(|ready| !ready.is_empty()));
            }
            let Some(chunk) = self.chunks.pop_front() else { continue };
            if self.unit.is_none() {
                self.unit.clone_from(&chunk.unit);
            }
            self.overlap.take(chunk, &ALL, &mut ready);
        }
        Ok(Some(ready))
    }

    /// Goes to the metric behind `metric`, without reading what is left of it.
    pub fn skip(&mut self, metric: &str) -> Result<(), ResourceError> {
        (self.overlap, self.unit) = (Overlap::default(), None);
        while self.chunks.front().is_some_and(|chunk| chunk.metric == metric) {
            self.chunks.pop_front();
        }
        if self.chunks.is_empty() && !self.exhausted {
            let behind = Literal::Text(metric.to_owned());
            let behind = compare(&self.collection, "metric", Comparison::Gt, behind)?;
            (self.filter, self.behind) = (self.filter.clone().and(behind), None);
        }
        Ok(())
    }

    async fn read(&mut self) -> Result<(), ResourceError> {
        if self.exhausted {
            return Ok(());
        }
        let behind = self.behind.as_ref().map(|places| self.order.behind(places));
        let selection = Selection {
            filter: behind.into_iter().fold(self.filter.clone(), Expr::and),
            order: self.order.clone(),
            projection: None,
            limit: AT_ONCE,
        };
        let read = self.store.chunks(&self.collection, selection, self.clock.now()).await?;
        self.exhausted = !read.more;
        self.chunks = read.chunks.into_iter().map(Chunk::in_order).collect();
        if let Some(last) = self.chunks.back() {
            let step =
                |point: Option<&Point>| point.map_or(Literal::Null, |point| Literal::Integer(point.step));
            let place = [
                Literal::Text(last.metric.clone()),
                step(last.points.first()),
                step(last.points.last()),
                Literal::Text(last.id.clone()),
            ];
            self.behind = Some(place.into_iter().map(SortValue::Scalar).collect());
        }
        Ok(())
    }
}
