//! The log of memberships for those who follow it: everything once, then what changes, as soon as it does.

use std::{sync::Arc, time::Duration};

use futures_util::{
    TryStreamExt as _,
    stream::{BoxStream, iter, try_unfold},
};
use shared_models::projects::{MembershipFact, MembershipPage};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use super::{Auth, AuthError};
use crate::{
    domain::project::{MemberKey, Membership, Project, TeamMember},
    store::{ProjectFilter, Store, StoreError},
};

/// How often the store is asked for the newest entry while somebody waits.
const TICK: Duration = Duration::from_millis(100);
/// How long one read of the store may take.
const LOOK: Duration = Duration::from_secs(4);
/// Entries of one answer.
const PAGE: u32 = 1000;
/// Rows that a snapshot reads at once.
const ROWS: u32 = 5000;

/// The newest entry that this process knows: all waiting requests share one read of the store.
pub struct MembershipFeed(watch::Sender<i64>);

impl Default for MembershipFeed {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

/// Everything that followers must know.
pub struct Snapshot {
    /// Where the log goes on from it. What was changed while it was read may be in both.
    pub next: i64,
    /// The facts.
    pub facts: BoxStream<'static, Result<MembershipFact, AuthError>>,
}

/// What is left to read of a snapshot: from behind which row of what.
enum Part {
    Projects(Option<String>),
    Teams(Option<(String, String)>),
    Members(Option<MemberKey>),
}

impl Part {
    /// The facts of the next rows, and what is left then.
    async fn read(self, store: &dyn Store) -> Result<(Vec<MembershipFact>, Option<Self>), AuthError> {
        match self {
            Self::Projects(after) => {
                let filter = ProjectFilter { archived: true, after, limit: ROWS, ..ProjectFilter::default() };
                let page = store.list_projects(&filter).await?;
                let last = page.last().map(|last| last.id.clone());
                let rest = if last.is_some() { Self::Projects(last) } else { Self::Teams(None) };
                Ok((page.iter().map(Project::fact).collect(), Some(rest)))
            }
            Self::Teams(after) => {
                let page = store.all_team_members(after.as_ref(), ROWS).await?;
                let last = page.last().map(|last| (last.team.clone(), last.user.clone()));
                let rest = if last.is_some() { Self::Teams(last) } else { Self::Members(None) };
                Ok((page.iter().map(TeamMember::fact).collect(), Some(rest)))
            }
            Self::Members(after) => {
                let page = store.all_members(after.as_ref(), ROWS).await?;
                let last = page.last().map(|last| last.key.clone());
                let rest = last.map(|last| Self::Members(Some(last)));
                Ok((page.iter().map(Membership::fact).collect(), rest))
            }
        }
    }
}

impl Auth {
    /// The entries after the cursor; `None` where the log does not go on there. If there are none, waits for one, at most
    /// `wait`.
    pub async fn memberships_after(
        &self,
        cursor: i64,
        wait: Duration,
    ) -> Result<Option<MembershipPage>, AuthError> {
        let mut newest = self.membership_feed.0.subscribe();
        let page = self.memberships_now(cursor).await?;
        let waits = page.as_ref().is_some_and(|page| page.entries.is_empty()) && !wait.is_zero();
        if !waits || timeout(wait, newest.wait_for(|newest| *newest > cursor)).await.is_err() {
            return Ok(page);
        }
        self.memberships_now(cursor).await
    }

    async fn memberships_now(&self, cursor: i64) -> Result<Option<MembershipPage>, AuthError> {
        let page = timeout(LOOK, self.store.memberships_after(cursor, PAGE)).await;
        Ok(page.unwrap_or(Err(StoreError::Unavailable))?)
    }

    /// Everything as it is now.
    pub async fn all_memberships(self: &Arc<Self>) -> Result<Snapshot, AuthError> {
        // Read before the rest: what is changed from here on is in the log after it.
        let next = self.store.newest_membership().await?;
        let begin = (Arc::clone(&self.store), Some(Part::Projects(None)));
        let pages = try_unfold(begin, async |(store, part)| {
            let Some(part) = part else { return Ok::<_, AuthError>(None) };
            let (facts, rest) = part.read(store.as_ref()).await?;
            Ok(Some((iter(facts.into_iter().map(Ok)), (store, rest))))
        });
        let facts = pages.try_flatten();
        Ok(Snapshot { next, facts: Box::pin(facts) })
    }

    /// Polls for new entries while requests wait for one, as long as the use cases are in use.
    pub fn watch_memberships(self: &Arc<Self>) {
        let auth = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                sleep(TICK).await;
                let Some(auth) = auth.upgrade() else { return };
                if auth.membership_feed.0.receiver_count() == 0 {
                    continue;
                }
                // The error of an unavailable store is returned to the next call.
                if let Ok(newest) = auth.store.newest_membership().await {
                    auth.membership_feed
                        .0
                        .send_if_modified(|known| std::mem::replace(known, newest) != newest);
                }
            }
        });
    }
}
