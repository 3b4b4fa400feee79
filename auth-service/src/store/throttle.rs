//! The port to the counters that throttle logins, which all replicas share, and to the secret that names them.

use async_trait::async_trait;
use time::OffsetDateTime;

use super::StoreError;
use crate::domain::throttle::{Attempt, Bucket, Limit};

/// The counters.
#[async_trait]
pub trait Throttle: Send + Sync {
    /// Takes an attempt, as [`Bucket::take`] decides. Times are the caller's: replicas' clocks agree well enough for
    /// this.
    async fn take_attempt(
        &self,
        bucket: &str,
        limit: Limit,
        now: OffsetDateTime,
    ) -> Result<Attempt, StoreError>;

    /// A bucket as it is, without taking an attempt.
    async fn attempts(&self, bucket: &str) -> Result<Option<Bucket>, StoreError>;

    /// Settles an attempt as failed: it is no longer pending, and stays counted.
    async fn fail_attempt(&self, bucket: &str) -> Result<(), StoreError>;

    /// Gives back an attempt that is not to count: the password was not checked, or it was correct.
    async fn give_back_attempt(&self, bucket: &str) -> Result<(), StoreError>;

    /// Forgets all attempts of a bucket.
    async fn forget_attempts(&self, bucket: &str) -> Result<(), StoreError>;

    /// The secret of that name: `fresh`, unless one was stored before.
    async fn secret(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], StoreError>;
}
