//! Ends single sessions and tokens. Concurrent calls share a transaction, because each transaction has a high fixed cost in
//! MongoDB: a team that stops 300 jobs at once waits for a few transactions instead of 300.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::{Duration, Instant},
};

use futures_util::TryStreamExt as _;
use mongodb::{ClientSession, Collection, Database, bson::doc, error::Result as MongoResult};
use serde::Deserialize;
use service_kit::{
    batch::{Batcher, Call, Limits},
    store::mongo::{Patience, Server},
};
use tokio::time::timeout;

use super::{
    MongoStore, TIMEOUT, audit,
    documents::{ACTIVE, SESSIONS},
    outbox,
    publisher::Publisher,
    sessions::{collection, ending},
    transact,
};
use crate::{
    domain::{audit::Entry, revocation::RevocationClock, session::EndReason},
    store::{Revocations as _, StoreError},
};

/// Few, so that larger batches form, and so that few batches conflict.
const LIMITS: Limits = Limits { name: "ends", near: 1, far: 2, calls: 100, timeout: TIMEOUT };
/// A batch whose work is not done after a second, because of conflicts or a server that does not answer, is given up. Each of its
/// calls then gets a transaction of its own, and delays no others. The commit may take longer.
const TOGETHER: Patience = Patience { work: A_SECOND, whole: Duration::from_millis(3_500) };
/// How long a call may still take alone, however long it waited before.
const A_SECOND: Duration = Duration::from_secs(1);

/// What is ended.
#[derive(Clone)]
enum What {
    /// A session, if it is of this user and active.
    Session { user_id: String, id: String, reason: EndReason },
    /// A token without a session, by its `jti`.
    Token(String),
}

/// An act that ends one session or token, with its entry in the audit log.
#[derive(Clone)]
struct End {
    what: What,
    clock: RevocationClock,
    entry: Entry,
}

/// The outcome of a batch for one of its calls.
enum Answered {
    /// Whether there was anything to end, or why it could not be ended.
    Done(Result<bool, StoreError>),
    /// Nothing of the batch was written. Another call of it may be the cause.
    Alone,
}

/// Ends sessions and tokens: concurrent calls in one transaction.
pub(super) struct Ends {
    server: Server,
    database: Database,
    together: Batcher<End, Answered>,
}

impl Ends {
    pub(super) fn new(server: &Server, database: Database, publisher: Publisher) -> Self {
        let (theirs, runtime) = ((server.clone(), database.clone(), publisher), server.runtime.clone());
        let run = move |calls| {
            let (server, database, publisher) = theirs.clone();
            async move { answer(&server, &database, &publisher, calls).await }
        };
        Self { server: server.clone(), database, together: Batcher::new(runtime, LIMITS, run) }
    }

    /// Ends a session or token, puts its revocation into the outbox and its entry into the audit log, in one step. Returns
    /// whether there was anything to end.
    async fn end(&self, end: End) -> Result<bool, StoreError> {
        let begun = Instant::now();
        // A call that still waits for its batch when the time is up leaves the queue.
        let answered = timeout(TIMEOUT, self.together.call(end.clone())).await;
        match answered.ok().flatten() {
            Some(Answered::Done(outcome)) => outcome,
            Some(Answered::Alone) => {
                let patience = TIMEOUT.saturating_sub(begun.elapsed()).max(A_SECOND);
                let ended = written(&self.server, &self.database, patience, std::slice::from_ref(&end));
                Ok(ended.await?.contains(&0))
            }
            // The batch was given up, perhaps while it was committed.
            None => Err(StoreError::Unknown),
        }
    }
}

impl MongoStore {
    /// Ends a session, if it is of this user and active. Returns whether it was.
    pub(super) async fn end_one_session(
        &self,
        user_id: &str,
        id: &str,
        reason: EndReason,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        let what = What::Session { user_id: user_id.to_owned(), id: id.to_owned(), reason };
        self.end_one(what, clock, entry).await
    }

    /// Revokes a token that has no session, by its `jti`.
    pub(super) async fn end_token(
        &self,
        jti: &str,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        self.end_one(What::Token(jti.to_owned()), clock, entry).await?;
        Ok(())
    }

    async fn end_one(&self, what: What, clock: &RevocationClock, entry: &Entry) -> Result<bool, StoreError> {
        self.ready().await?;
        let ended = self.ends.end(End { what, clock: clock.clone(), entry: entry.clone() }).await;
        // Even if nothing was left to end: the request that ended it may not have published the revocation yet. And even if
        // the outcome is unknown: what was committed takes effect now.
        let published = match &ended {
            Ok(_) | Err(StoreError::Unknown) => self.publish_revocations(clock).await,
            Err(_) => Ok(()),
        };
        let ended = ended?;
        published?;
        Ok(ended)
    }
}

async fn answer(
    server: &Server,
    database: &Database,
    publisher: &Publisher,
    calls: Vec<Call<End, Answered>>,
) {
    let ends: Vec<End> = calls.iter().map(|call| call.question.clone()).collect();
    let written = written(server, database, TOGETHER, &ends).await;
    for (at, call) in calls.into_iter().enumerate() {
        call.answer(match &written {
            Ok(ended) => Answered::Done(Ok(ended.contains(&at))),
            Err(StoreError::Unknown) => Answered::Done(Err(StoreError::Unknown)),
            Err(_) => Answered::Alone,
        });
    }
    // The callers do so too, and report a failure; but all of them may have left. The next batch does not wait for it.
    if let (Ok(_) | Err(StoreError::Unknown), Some(last)) = (&written, ends.last()) {
        let (publisher, clock) = (publisher.clone(), last.clock.clone());
        server.runtime.spawn(async move { publisher.publish(&clock).await });
    }
}

/// Does these in one transaction. Returns the positions of those for which there was anything to end.
async fn written(
    server: &Server,
    database: &Database,
    patience: impl Into<Patience>,
    ends: &[End],
) -> Result<BTreeSet<usize>, StoreError> {
    let context = (database, ends);
    transact(server, patience, context, |session, (database, ends)| Box::pin(write(database, session, ends)))
        .await
}

/// A session as far as its end is concerned.
#[derive(Deserialize)]
struct Owned {
    #[serde(rename = "_id")]
    id: String,
    user_id: String,
}

async fn write(
    database: &Database,
    session: &mut ClientSession,
    ends: &[End],
) -> MongoResult<BTreeSet<usize>> {
    let mut active = active(database, session, ends).await?;
    let (mut ended, mut values) = (BTreeSet::new(), Vec::new());
    let mut reasons: BTreeMap<&str, (EndReason, Vec<&str>)> = BTreeMap::new();
    for (at, end) in ends.iter().enumerate() {
        match &end.what {
            What::Token(jti) => values.push(jti.clone()),
            What::Session { user_id, id, reason } => {
                if active.get(id) != Some(user_id) {
                    continue;
                }
                // If two calls end the same session, the first one does it.
                active.remove(id);
                values.push(id.clone());
                reasons.entry(reason.name()).or_insert((*reason, Vec::new())).1.push(id);
            }
        }
        ended.insert(at);
    }
    let Some(clock) = ends.last().map(|end| &end.clock).filter(|_| !ended.is_empty()) else {
        return Ok(ended);
    };
    for (reason, ids) in reasons.into_values() {
        let these = doc! { "_id": { "$in": ids } };
        collection(database).update_many(these, ending(reason)).session(&mut *session).await?;
    }
    outbox::append_sessions(database, session, &values, clock).await?;
    let entries: Vec<Entry> = ended.iter().map(|at| ends[*at].entry.clone()).collect();
    audit::insert_all(database, session, &entries).await?;
    Ok(ended)
}

/// The users of those of the sessions that are active, by the session's id.
async fn active(
    database: &Database,
    session: &mut ClientSession,
    ends: &[End],
) -> MongoResult<HashMap<String, String>> {
    let ids = ends.iter().filter_map(|end| match &end.what {
        What::Session { id, .. } => Some(id),
        What::Token(_) => None,
    });
    let ids: Vec<&String> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sessions: Collection<Owned> = database.collection(SESSIONS);
    let found = sessions.find(doc! { "_id": { "$in": ids }, "state": ACTIVE });
    let mut found = found.projection(doc! { "user_id": 1 }).session(&mut *session).await?;
    found.stream(session).map_ok(|Owned { id, user_id }| (id, user_id)).try_collect().await
}
