//! Fewer points that draw the same line: Largest-Triangle-Three-Buckets (S. Steinarsson, "Downsampling Time Series
//! for Visual Representation", 2013), fed point by point. Pure.
//!
//! Each point that is kept carries the smallest and the largest finite value of its bucket, and the extremes of the whole
//! series are kept themselves, so that no peak is lost. A bucket without a finite value keeps its first point: a gap
//! stays one. Special values are counted and listed beside the points, whatever else is in their bucket. A bucket of more than [`WHOLE`] points is thinned to the extremes of its parts before the triangles are
//! compared, as `MinMaxLTTB` does (J. Van Der Donckt et al., 2023), so that memory is bounded whatever comes.

use super::{scalar::Scalar, series::Point, specials::Specials};

/// The fewest points that can be asked for: both ends, both extremes, and one bucket.
pub const FEWEST: usize = 5;
/// The most points of a bucket that are looked at one by one.
pub const WHOLE: usize = 4096;

/// A point that is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct SampledPoint {
    /// The point itself, as it was stored.
    pub point: Point,
    /// The smallest finite value of its bucket; nothing where none is finite.
    pub min: Option<Scalar>,
    /// The largest finite value of its bucket.
    pub max: Option<Scalar>,
}

impl SampledPoint {
    /// A point that stands for itself only.
    fn alone(point: Point) -> Self {
        let extreme = Some(point.value).filter(|value| value.is_finite());
        Self { point, min: extreme, max: extreme }
    }
}

/// What is left of a series.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// The points kept, in order.
    pub points: Vec<SampledPoint>,
    /// The point with the smallest value.
    pub min: Option<Point>,
    /// The point with the largest value.
    pub max: Option<Point>,
    /// The special values of all points.
    pub specials: Specials,
}

/// Takes the points of a series in order and keeps some.
pub struct Downsampler {
    total: usize,
    /// How many buckets lie between the first point and the last.
    buckets: usize,
    seen: usize,
    /// The point that the last complete bucket keeps.
    anchor: Option<(f64, f64)>,
    /// The bucket that waits for the average of the next one.
    waiting: Option<Bucket>,
    filling: Bucket,
    sample: Sample,
}

/// The points between two borders.
#[derive(Default)]
struct Bucket {
    /// Which one; 0 holds the first point alone.
    number: usize,
    /// How many of its points make up one part.
    part: usize,
    taken: usize,
    /// What may be kept.
    candidates: Vec<Point>,
    /// The extremes of the part that is being taken.
    low: Option<Point>,
    high: Option<Point>,
    /// Its first point, kept where no other can be.
    first: Option<Point>,
    min: Option<Scalar>,
    max: Option<Scalar>,
    sum: (f64, f64),
    finite: usize,
}

fn is_less(a: Scalar, b: Scalar) -> bool {
    a.compare(b).is_some_and(std::cmp::Ordering::is_lt)
}

#[expect(clippy::cast_precision_loss, reason = "a place on the horizontal axis")]
fn place(point: &Point) -> (f64, f64) {
    (point.step as f64, point.value.as_f64())
}

impl Bucket {
    fn new(number: usize, size: usize) -> Self {
        Self { number, part: size.div_ceil(WHOLE).max(1), ..Self::default() }
    }

    fn take(&mut self, point: Point) {
        let value = point.value;
        if self.first.is_none() {
            self.first = Some(point.clone());
        }
        if value.is_finite() {
            self.min = Some(self.min.filter(|min| !is_less(value, *min)).unwrap_or(value));
            self.max = Some(self.max.filter(|max| !is_less(*max, value)).unwrap_or(value));
            let (x, y) = place(&point);
            self.sum = (self.sum.0 + x, self.sum.1 + y);
            self.finite += 1;
            self.offer(point);
        }
    }

    fn offer(&mut self, point: Point) {
        if self.part == 1 {
            self.candidates.push(point);
            return;
        }
        if self.low.as_ref().is_none_or(|low| is_less(point.value, low.value)) {
            self.low = Some(point.clone());
        }
        if self.high.as_ref().is_none_or(|high| is_less(high.value, point.value)) {
            self.high = Some(point);
        }
        self.taken += 1;
        if self.taken.is_multiple_of(self.part) {
            self.end_part();
        }
    }

    fn end_part(&mut self) {
        let mut ends: Vec<Point> = self.low.take().into_iter().chain(self.high.take()).collect();
        ends.sort_by_key(|point| point.step);
        ends.dedup_by_key(|point| point.step);
        self.candidates.append(&mut ends);
    }

    #[expect(clippy::cast_precision_loss, reason = "a bucket has far fewer points than 2^53")]
    fn average(&self) -> Option<(f64, f64)> {
        let n = self.finite as f64;
        (self.finite > 0).then(|| (self.sum.0 / n, self.sum.1 / n))
    }

    /// The point that makes the largest triangle with what is kept before it and the average of what follows.
    fn choose(mut self, anchor: Option<(f64, f64)>, next: Option<(f64, f64)>) -> Option<SampledPoint> {
        self.end_part();
        let (min, max) = (self.min, self.max);
        let ends = (self.candidates.first().map(place), self.candidates.last().map(place));
        let chosen = match (anchor.or(ends.0), next.or(ends.1)) {
            (Some(a), Some(c)) => {
                let area = |point: &Point| {
                    let b = place(point);
                    ((a.0 - c.0) * (b.1 - a.1) - (a.0 - b.0) * (c.1 - a.1)).abs()
                };
                let mut best: Option<(f64, Point)> = None;
                for point in self.candidates {
                    let area = area(&point);
                    if best.as_ref().is_none_or(|(largest, _)| area > *largest) {
                        best = Some((area, point));
                    }
                }
                best.map(|(_, point)| point)
            }
            _ => None,
        };
        chosen.or(self.first).map(|point| SampledPoint { point, min, max })
    }
}

impl Downsampler {
    /// For a series of `total` points, of which at most `wanted`, at least [`FEWEST`], are kept.
    pub fn new(total: usize, wanted: usize) -> Self {
        let wanted = wanted.max(FEWEST);
        // Two of the points wanted are for the extremes, where the triangles leave them out.
        let buckets = if total <= wanted { 0 } else { wanted - 4 };
        let filling = Bucket::new(0, 1);
        Self { total, buckets, seen: 0, anchor: None, waiting: None, filling, sample: Sample::default() }
    }

    /// Takes the next point.
    pub fn push(&mut self, point: Point) {
        self.note_extremes(&point);
        self.sample.specials.note(&point);
        let number = self.bucket_of(self.seen);
        self.seen += 1;
        if self.buckets == 0 {
            return self.sample.points.push(SampledPoint::alone(point));
        }
        if number != self.filling.number {
            let size = (self.total / self.buckets).saturating_add(1);
            let full = std::mem::replace(&mut self.filling, Bucket::new(number, size));
            self.settle(full);
        }
        self.filling.take(point);
    }

    /// The bucket of the point at this index: the first and the last point have one each for themselves.
    fn bucket_of(&self, index: usize) -> usize {
        if self.buckets == 0 || index == 0 {
            0
        } else if index + 1 >= self.total {
            self.buckets + 1
        } else {
            // The borders lie where `floor(i * (total - 2) / buckets)` puts them.
            let inner = self.total - 2;
            let (mut number, at) = ((index - 1) * self.buckets / inner, index - 1);
            while (number + 1) * inner / self.buckets <= at {
                number += 1;
            }
            number + 1
        }
    }

    /// Decides the bucket before `full`, whose average is known now.
    fn settle(&mut self, full: Bucket) {
        let next = full.average();
        if let Some(waiting) = self.waiting.replace(full) {
            self.keep(waiting, next);
        }
    }

    fn keep(&mut self, bucket: Bucket, next: Option<(f64, f64)>) {
        if let Some(kept) = bucket.choose(self.anchor, next) {
            if kept.point.value.is_finite() {
                self.anchor = Some(place(&kept.point));
            }
            self.sample.points.push(kept);
        }
    }

    fn note_extremes(&mut self, point: &Point) {
        if point.value.is_nan() {
            return;
        }
        let Sample { min, max, .. } = &mut self.sample;
        if min.as_ref().is_none_or(|min| is_less(point.value, min.value)) {
            *min = Some(point.clone());
        }
        if max.as_ref().is_none_or(|max| is_less(max.value, point.value)) {
            *max = Some(point.clone());
        }
    }

    /// What is kept.
    pub fn finish(mut self) -> Sample {
        if self.buckets > 0 {
            let last = std::mem::take(&mut self.filling);
            self.settle(last);
            if let Some(waiting) = self.waiting.take() {
                self.keep(waiting, None);
            }
        }
        for extreme in [self.sample.min.clone(), self.sample.max.clone()].into_iter().flatten() {
            let points = &mut self.sample.points;
            if let Err(at) = points.binary_search_by_key(&extreme.step, |kept| kept.point.step) {
                points.insert(at, SampledPoint::alone(extreme));
            }
        }
        self.sample
    }
}

#[cfg(test)]
#[path = "tests/downsample.rs"]
mod tests;
