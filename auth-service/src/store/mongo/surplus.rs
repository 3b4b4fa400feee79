//! The limit on a user's live sessions.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use moka::sync::Cache;
use mongodb::bson::doc;

use super::{
    MongoStore,
    sessions::{self, collection, live},
};
use crate::{
    domain::{
        audit::Entry,
        revocation::RevocationClock,
        session::{EndReason, Session},
    },
    store::StoreError,
};

/// How many surplus sessions one login ends.
const AT_ONCE: u32 = 100;
/// The part of the remaining sessions of a user that a process opens without counting again, so that many replicas
/// together stay within the limit.
const PART: u32 = 16;
/// How long a count is used: other replicas open sessions too.
const COUNTED: Duration = Duration::from_secs(60);
/// Users whose count is remembered.
const USERS: u64 = 10_000;

/// How many live sessions users had when they were last counted here.
pub(super) struct Counts(Cache<String, Arc<Count>>);

struct Count {
    counted: u32,
    /// Opened here since then.
    since: AtomicU32,
}

impl Default for Counts {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(USERS).time_to_live(COUNTED).build())
    }
}

impl Counts {
    /// Whether a session that was just opened can be no surplus one: the last count was far enough from `most`.
    fn allow(&self, user_id: &str, most: u32) -> bool {
        self.0.get(user_id).is_some_and(|count| {
            count.since.fetch_add(1, Ordering::Relaxed) < most.saturating_sub(count.counted) / PART
        })
    }

    fn set(&self, user_id: &str, counted: u32) {
        self.0.insert(user_id.to_owned(), Arc::new(Count { counted, since: AtomicU32::new(0) }));
    }
}

impl MongoStore {
    /// Ends the least recently used of the user's live sessions beyond `most`, but never the given one.
    pub(super) async fn end_surplus(
        &self,
        session: &Session,
        most: u32,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        if self.counts.allow(&session.user_id, most) {
            return Ok(());
        }
        let database = self.ready().await?;
        let mut live = live(&session.user_id, session.token_version);
        let counted = collection(database).count_documents(live.clone()).limit(u64::from(most) + 1).await?;
        let counted = u32::try_from(counted).unwrap_or(u32::MAX);
        if counted <= most {
            self.counts.set(&session.user_id, counted);
            return Ok(());
        }
        // Those opened before it, so that of two at the same time one ends the other and never both.
        live.insert("_id", doc! { "$lt": &session.id });
        let ids = sessions::least_used(database, live, most.saturating_sub(1), AT_ONCE).await?;
        let limit = u32::try_from(ids.len()).unwrap_or(AT_ONCE);
        if ids.is_empty() {
            return Ok(());
        }
        let entries = |ended: &[String]| ended.iter().map(|id| entry.of_surplus(id, most)).collect();
        self.end(doc! { "_id": { "$in": ids } }, limit, EndReason::Surplus, clock, entries).await?;
        Ok(())
    }
}
