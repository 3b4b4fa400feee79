//! Documents of one series as one run of points: each step once, though documents overlap.

use std::{cmp::Reverse, ops::RangeInclusive};

use crate::domain::series::{Chunk, Point};

/// Which of two documents that hold the same step is right: the service's own chunk, else the one made last.
type Rank = (bool, String);

/// What was read of a series and may still be met by a document to come.
#[derive(Default)]
pub struct Overlap(Vec<(Rank, Vec<Point>)>);

impl Overlap {
    /// Takes the next document in the order of the first steps, as far as it is within `steps`. Moves to `ready` what
    /// no document to come can meet.
    pub fn take(&mut self, chunk: Chunk, steps: &RangeInclusive<i64>, ready: &mut Vec<Point>) {
        let Chunk { id, lower, mut points, .. } = chunk;
        let Some(first) = points.first().map(|point| point.step) else { return };
        self.settle(Some(first), ready);
        points.truncate(points.partition_point(|point| point.step <= *steps.end()));
        points.drain(..points.partition_point(|point| point.step < *steps.start()));
        if !points.is_empty() {
            self.0.push(((lower.is_some(), id), points));
        }
    }

    /// Moves to `ready` the points whose steps are below `border`, or all.
    pub fn settle(&mut self, border: Option<i64>, ready: &mut Vec<Point>) {
        let mut settled = Vec::with_capacity(1);
        for (rank, points) in &mut self.0 {
            let end =
                border.map_or(points.len(), |border| points.partition_point(|point| point.step < border));
            let rest = points.split_off(end);
            let below = std::mem::replace(points, rest);
            if !below.is_empty() {
                settled.push((rank.clone(), below));
            }
        }
        self.0.retain(|(_, points)| !points.is_empty());
        match settled.as_mut_slice() {
            [] => {}
            [(_, points)] => ready.append(points),
            _ => ready.append(&mut merged(settled)),
        }
    }
}

/// The points of overlapping documents in order, each step once.
fn merged(runs: Vec<(Rank, Vec<Point>)>) -> Vec<Point> {
    let ranked = runs.into_iter().flat_map(|(rank, points)| {
        points.into_iter().map(move |point| (point.step, Reverse(rank.clone()), point))
    });
    let mut ranked: Vec<_> = ranked.collect();
    ranked.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    ranked.dedup_by_key(|(step, ..)| *step);
    ranked.into_iter().map(|(.., point)| point).collect()
}
