//! The port for heartbeats of calculations: a member that changes without a revision.

use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::StoreError;
use crate::domain::collection::Collection;

/// A sign of life of a calculation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Beat {
    /// Its id.
    pub calculation: String,
    /// Whether it comes from a job of the calculation. One of others counts while the calculation is running.
    pub by_job: bool,
}

/// Heartbeats.
#[async_trait]
pub trait Heartbeats: Send + Sync {
    /// Sets the heartbeats of these calculations to `at` where they have none, or one that is [`INTERVAL`] older; returns how
    /// many it set. That is no revision, is not kept, and is no change that a follower receives. A write that was made from a
    /// document with another heartbeat is refused as one of another revision is.
    ///
    /// [`INTERVAL`]: crate::domain::heartbeat::INTERVAL
    async fn beat(
        &self,
        collection: &Arc<Collection>,
        beats: &[Beat],
        at: OffsetDateTime,
    ) -> Result<u64, StoreError>;
}
