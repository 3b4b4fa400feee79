//! The port to what throttles logins: counters that all replicas share, and the secret they are named by.

use std::time::Duration;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::StoreError;
use crate::domain::throttle::{Bucket, Limit};

/// Where the counters live.
#[async_trait]
pub trait Throttle: Send + Sync {
    /// Takes an attempt, as [`crate::domain::throttle::Bucket::take`] decides; how long it has to wait where it was not taken. Times
    /// are the caller's: replicas' clocks agree well enough for this.
    async fn take_attempt(
        &self,
        bucket: &str,
        limit: Limit,
        now: OffsetDateTime,
    ) -> Result<Option<Duration>, StoreError>;

    /// A bucket as it is, without taking anything out of it.
    async fn attempts(&self, bucket: &str) -> Result<Option<Bucket>, StoreError>;

    /// Gives back an attempt that succeeded or was never tried.
    async fn give_back_attempt(&self, bucket: &str) -> Result<(), StoreError>;

    /// Forgets all attempts of a bucket.
    async fn forget_attempts(&self, bucket: &str) -> Result<(), StoreError>;

    /// The secret of that name: `fresh`, unless one was stored before.
    async fn secret(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], StoreError>;
}
