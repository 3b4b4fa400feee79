//! Turns to write a series within a process. Appends behind the open end of a series share a turn. A write that plans chunks
//! from what it has read has a turn alone, so that other writers cannot make it fail again and again. Between replicas the
//! store decides which write was first.

use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::LazyLock,
};

use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::domain::series::SeriesId;

/// How many turns there are. Two series that share one only wait for each other.
const TURNS: usize = 256;

static ALL: LazyLock<Vec<RwLock<()>>> = LazyLock::new(|| (0..TURNS).map(|_| RwLock::default()).collect());

fn number(series: &SeriesId) -> usize {
    let mut hasher = DefaultHasher::new();
    series.hash(&mut hasher);
    usize::try_from(hasher.finish() % TURNS as u64).unwrap_or_default()
}

/// A turn in each of these series, shared with others who append. They are taken in one order, so that no two requests
/// wait for each other.
pub(super) async fn shared<'s>(
    series: impl Iterator<Item = &'s SeriesId>,
) -> Vec<RwLockReadGuard<'static, ()>> {
    let numbers: BTreeSet<usize> = series.map(number).collect();
    let mut turns = Vec::with_capacity(numbers.len());
    for number in numbers {
        turns.push(ALL[number].read().await);
    }
    turns
}

/// The turn of this series alone, after those who came before.
pub(super) async fn alone(series: &SeriesId) -> RwLockWriteGuard<'static, ()> {
    ALL[number(series)].write().await
}
