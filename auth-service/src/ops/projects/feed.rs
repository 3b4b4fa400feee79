//! The log of memberships for those who follow it: everything once, then what changes, as soon as it does.

use std::{pin::pin, sync::Arc, time::Duration};

use futures_util::{
    Stream, StreamExt as _, TryStreamExt as _,
    stream::{BoxStream, iter, try_unfold},
};
use shared_models::projects::{MembershipFact, MembershipPage};
use tokio::sync::mpsc;

use super::{Auth, AuthError};
use crate::{
    domain::project::Project,
    ops::logs::{PAGE, in_time},
    store::{Place, ProjectFilter, Rows, Store},
};

/// Rows that a snapshot reads at once.
const ROWS: u32 = 5000;

/// Everything that followers must know.
pub struct Snapshot {
    /// The cursor to continue with in the log. What was changed during the read may be in both.
    pub next: i64,
    /// Whether each user owns a project that has the user's id, of which the facts say nothing.
    pub personal: bool,
    /// The facts.
    pub facts: BoxStream<'static, Result<MembershipFact, AuthError>>,
}

/// What is left to read of a snapshot: from behind which row of what.
enum Part {
    Projects(Option<String>),
    Teams(Option<Place>),
    Members(Option<Place>),
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
                let Rows { rows, last } = store.all_team_members(after.as_ref(), ROWS).await?;
                let rest = if last.is_some() { Self::Teams(last) } else { Self::Members(None) };
                Ok((rows, Some(rest)))
            }
            Self::Members(after) => {
                let Rows { rows, last } = store.all_members(after.as_ref(), ROWS).await?;
                let rest = last.map(|last| Self::Members(Some(last)));
                Ok((rows, rest))
            }
        }
    }
}

/// The same, where the next item is made while the one before is used.
fn ahead<T: Send + 'static>(
    items: impl Stream<Item = Result<T, AuthError>> + Send + 'static,
) -> impl Stream<Item = Result<T, AuthError>> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut items = pin!(items);
        loop {
            let item = items.next().await.transpose();
            let is_last = !matches!(item, Ok(Some(_)));
            if sender.send(item).await.is_err() || is_last {
                break;
            }
        }
    });
    try_unfold(receiver, async |mut receiver| {
        // That there are no more is said: a reader that broke off says nothing.
        let item = receiver.recv().await;
        let item = item.ok_or_else(|| AuthError::Internal("the snapshot of memberships broke off".into()))?;
        Ok(item?.map(|item| (item, receiver)))
    })
}

impl Auth {
    /// The entries after the cursor; `None` where the log does not go on there. If there are none, waits for one, at most
    /// `wait`.
    pub async fn memberships_after(
        &self,
        cursor: i64,
        wait: Duration,
    ) -> Result<Option<MembershipPage>, AuthError> {
        let waiting = self.membership_log.waiting();
        let page = self.memberships_now(cursor).await?;
        let is_empty = page.as_ref().is_some_and(|page| page.entries.is_empty());
        if !is_empty || !waiting.until_after(cursor, wait).await {
            return Ok(page);
        }
        self.memberships_now(cursor).await
    }

    async fn memberships_now(&self, cursor: i64) -> Result<Option<MembershipPage>, AuthError> {
        let entries = in_time(self.store.memberships_after(cursor, PAGE)).await?;
        Ok(entries.map(|entries| self.no_memberships(cursor).with(entries)))
    }

    /// The answer where nothing was changed after the cursor.
    pub fn no_memberships(&self, cursor: i64) -> MembershipPage {
        MembershipPage { entries: Vec::new(), next: cursor, personal: self.policy.personal_projects }
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
        let facts = ahead(pages).try_flatten();
        Ok(Snapshot { next, personal: self.policy.personal_projects, facts: Box::pin(facts) })
    }
}
