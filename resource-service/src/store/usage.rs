//! The port for how much of a store a collection takes.

use async_trait::async_trait;
use shared_models::documents::Amount;

use super::StoreError;

/// What is stored of a collection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Its documents.
    pub documents: Amount,
    /// What is kept of its past.
    pub versions: Amount,
    /// The files that folders of its documents name.
    pub artifacts: Amount,
}

/// A store that can report what it holds.
#[async_trait]
pub trait Measured: Send + Sync {
    /// What is stored of this collection. A query, with the time limit of one.
    async fn usage(&self, collection: &str) -> Result<Usage, StoreError>;
}
