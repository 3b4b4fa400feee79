//! The port to what throttles logins: counters that all replicas share, and the secret they are named by.

use async_trait::async_trait;
use time::OffsetDateTime;

use super::StoreError;
use crate::domain::throttle::{Attempt, Bucket, Limit};

/// Where the counters live.
#[async_trait]
pub trait Throttle: Send + Sync {
    /// Takes an attempt, as [`Bucket::take`] decides. Times are the caller's: replicas' clocks agree well enough for this.
    async fn take_attempt(
        &self,
        bucket: &str,
        limit: Limit,
        now: OffsetDateTime,
    ) -> Result<Attempt, StoreError>;

    /// A bucket as it is, without taking anything out of it.
    async fn attempts(&self, bucket: &str) -> Result<Option<Bucket>, StoreError>;

    /// Counts an attempt as no longer pending: it has failed.
    async fn fail_attempt(&self, bucket: &str) -> Result<(), StoreError>;

    /// Gives back an attempt that succeeded or was never tried.
    async fn give_back_attempt(&self, bucket: &str) -> Result<(), StoreError>;

    /// Forgets all attempts of a bucket.
    async fn forget_attempts(&self, bucket: &str) -> Result<(), StoreError>;

    /// The secret of that name: `fresh`, unless one was stored before.
    async fn secret(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], StoreError>;
}
