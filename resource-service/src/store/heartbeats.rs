//! The port for heartbeats of calculations: a member that changes without a revision.

use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::StoreError;
use crate::domain::collection::Collection;

/// A write that may be a sign of life of a calculation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Beat {
    /// Its id.
    pub calculation: String,
    /// Who wrote.
    pub by: Writer,
}

/// Who wrote to a calculation, its series or its files.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Writer {
    /// Its job: that is always a sign of life.
    Job,
    /// The caller with this `sub`: that is one if they own the calculation and it is running.
    Subject(String),
}

/// Heartbeats.
#[async_trait]
pub trait Heartbeats: Send + Sync {
    /// Sets the heartbeats of these calculations to `at` where the [`Writer`] gives a sign of life, and they have none, or one
    /// that is [`INTERVAL`] older; returns how many it set. That is no revision, is not kept, and is no change that a follower receives. A write that was made from a
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
