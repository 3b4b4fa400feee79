//! The use cases, one file each. Nothing here knows HTTP or a driver.

pub mod access;
pub mod admission;
pub mod aggregate;
pub mod artifacts;
pub mod assess;
pub mod belonging;
pub mod bulk;
pub mod catalog;
pub mod change;
pub mod changes;
pub mod compare;
pub mod define;
pub mod delete;
pub mod describe;
pub mod error;
mod expand;
pub mod export;
pub mod feed;
pub mod fields;
pub mod follow;
pub mod get;
pub mod heartbeat;
pub mod hot;
pub mod insert;
pub mod list;
pub mod mend;
pub mod names;
pub mod notices;
mod paging;
pub mod patch;
pub mod policy;
mod reach;
pub mod repeat;
pub mod replace;
pub mod restore;
pub mod retention;
pub mod reviews;
mod revise;
pub mod search;
pub mod series;
pub mod shown;
pub mod sweeps;
pub mod transfer;
pub mod turn;
pub mod undefine;
pub mod usage;
pub mod verdict;
pub mod versions;

use std::{sync::Arc, time::Duration};

use service_kit::{
    budget::Budget,
    clock::Clock,
    once::Once,
    random::{self, Random},
    revocations::Revocations,
};

use tokio::time::timeout;

use self::{
    catalog::LiveCatalog, error::ResourceError, feed::Feed, heartbeat::Heartbeats, hot::Hot, names::Names,
    notices::Notices,
};
use crate::{
    domain::{artifacts::UploadQuota, ids::Ids},
    metrics,
    query::cursor::CursorKey,
    store::Store,
};

/// How long a request waits for the key of cursors, which is read once.
const KEY_PATIENCE: Duration = Duration::from_secs(1);

/// What every use case works with.
pub struct Service {
    /// The collections served.
    pub catalog: Arc<LiveCatalog>,
    /// Where their documents are.
    pub store: Arc<dyn Store>,
    /// The memory that all requests share.
    pub budget: Budget,
    /// Its changes, for all who want to know of them.
    pub feed: Feed,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Makes what nobody can guess.
    pub random: Arc<dyn Random>,
    /// Makes ids.
    pub ids: Ids,
    /// The feed of revocations, where it is followed.
    pub revocations: Option<Arc<Revocations>>,
    /// What auth-service receives.
    pub notices: Notices,
    /// Which calculations show signs of life.
    pub heartbeats: Heartbeats,
    /// Documents that were read a moment ago.
    pub hot: Arc<Hot>,
    /// Who is called what.
    pub names: Names,
    /// The most columns of a table.
    pub export_columns: usize,
    /// What unfinished uploads may hold.
    pub upload_quota: UploadQuota,
    /// The key that signs cursors, once it was read from the store.
    pub cursor_key: Once<Arc<CursorKey>, ResourceError>,
    /// How long a request may look for documents.
    pub query_timeout: Duration,
}

impl Service {
    /// The outcome of a query that ends within the time limit. One that does not is dropped, and the store stops it.
    pub async fn within_limit<T>(
        &self,
        query: impl Future<Output = Result<T, ResourceError>>,
    ) -> Result<T, ResourceError> {
        let limit = self.query_timeout;
        let outcome = timeout(limit, query).await.unwrap_or(Err(ResourceError::QueryTimeout(None)));
        outcome.map_err(|error| match error {
            ResourceError::QueryTimeout(_) => {
                metrics::QUERY_TIMEOUTS.get().increment(1);
                ResourceError::QueryTimeout(Some(limit))
            }
            other => other,
        })
    }

    /// What signs cursors: a secret that the store keeps for all replicas.
    async fn cursor_key(&self) -> Result<Arc<CursorKey>, ResourceError> {
        let made = self.cursor_key.get(|| async {
            let secret = self.store.secret("cursors", random::bytes(&*self.random)).await?;
            Ok(Arc::new(CursorKey::new(secret)))
        });
        timeout(KEY_PATIENCE, made).await.unwrap_or(Err(ResourceError::Unavailable))
    }
}
