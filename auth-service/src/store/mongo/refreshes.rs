//! The write that refreshes a session. Concurrent refreshes are batched into one command, because each command has a
//! high fixed cost in MongoDB.
//!
//! Each is conditional by itself, on the server: of two that present the same token one finds it no longer current.
//! The command reports how many were done and not which, so the sessions are read back.

use std::{collections::HashMap, time::Duration};

use futures_util::TryStreamExt as _;
use mongodb::{
    Collection, Database,
    bson::{Bson, Document, RawDocumentBuf, deserialize_from_document, deserialize_from_slice, doc},
    error::Error,
};
use serde::Deserialize;
use service_kit::{
    batch::{Batcher, Call, Limits},
    store::mongo::{Server, is_passing},
};

use super::{
    MAX_TIME_EXPIRED,
    documents::{ACTIVE, SESSIONS, SessionDocument, binary},
    sessions::was_unexpired,
};
use crate::{
    domain::{refresh_token::Digest, session::Session, step::Presented},
    store::StoreError,
};

/// Few, so that larger batches form.
const LIMITS: Limits =
    Limits { name: "refreshes", near: 2, far: 16, calls: 64, timeout: Duration::from_secs(2) };
/// How long the server may work on a batch: a session that another transaction has locked must not delay the others.
const SERVER_TIMEOUT: Duration = Duration::from_secs(1);

type Refreshed = Result<Option<Session>, StoreError>;

/// Refreshes of sessions, those that meet together.
pub(super) struct Refreshes {
    database: Database,
    together: Batcher<Presented, Answered>,
}

/// The answer of a batch to one of its calls.
enum Answered {
    Refreshed(Box<Refreshed>),
    /// The batch was delayed, by this call or by another; it is not known which were done.
    HeldUp,
}

impl Refreshes {
    pub(super) fn new(server: &Server, database: Database) -> Self {
        let theirs = database.clone();
        let runtime = server.runtime.clone();
        Self {
            database,
            together: Batcher::new(runtime, LIMITS, move |calls| refresh(theirs.clone(), calls)),
        }
    }

    /// What `step` does with the current token: its successor takes its place, and the session as it continues is
    /// returned. `None` where the token is not the current one, or the session may not continue.
    ///
    /// When this returns, a majority has it. An error leaves it open whether the successor took its place.
    pub(super) async fn refresh(&self, presented: &Presented) -> Refreshed {
        match self.together.call(presented.clone()).await {
            Some(Answered::Refreshed(refreshed)) => *refreshed,
            Some(Answered::HeldUp) | None => self.refresh_alone(presented).await,
        }
    }

    /// The same without a batch, for one that was delayed with others, so that it delays no others.
    pub(super) async fn refresh_alone(&self, presented: &Presented) -> Refreshed {
        let mut written = written(&self.database, &[presented]).await?;
        written.outcome(0, presented)
    }
}

async fn refresh(database: Database, calls: Vec<Call<Presented, Answered>>) {
    let presented: Vec<&Presented> = calls.iter().map(|call| &call.question).collect();
    let mut written = written(&database, &presented).await;
    let many = calls.len() > 1;
    for (at, call) in calls.into_iter().enumerate() {
        let answer = match &mut written {
            Ok(written) => Answered::Refreshed(Box::new(written.outcome(at, &call.question))),
            Err(StoreError::Unknown) if many => Answered::HeldUp,
            Err(error) => Answered::Refreshed(Box::new(Err(error.clone()))),
        };
        call.answer(answer);
    }
}

/// The outcome of a batch.
#[derive(Default)]
struct Written {
    /// The sessions that were refreshed, by the successor's digest.
    sessions: HashMap<Digest, Session>,
    /// The faults by position in the batch; the others do not fail for them.
    faults: HashMap<usize, StoreError>,
    /// What cannot be read, by the session's id.
    unreadable: HashMap<String, StoreError>,
}

impl Written {
    fn outcome(&mut self, at: usize, presented: &Presented) -> Refreshed {
        if let Some(fault) = self.faults.remove(&at) {
            return Err(fault);
        }
        if let Some(fault) = self.unreadable.get(&presented.token.session_id) {
            return Err(fault.clone());
        }
        Ok(self.sessions.remove(&presented.successor.digest()))
    }

    fn take(&mut self, raw: &RawDocumentBuf) {
        let session = deserialize_from_slice::<SessionDocument>(raw.as_bytes()).map_err(Error::from);
        match session.map_err(StoreError::from).and_then(Session::try_from) {
            Ok(session) => {
                // If the old token was presented twice, the other request may have refreshed again already.
                if let Some(previous) = &session.previous {
                    self.sessions.insert(previous.digest, session.clone());
                }
                self.sessions.insert(session.current, session);
            }
            Err(fault) => {
                let id = raw.get_str("_id").unwrap_or_default().to_owned();
                self.unreadable.insert(id, fault);
            }
        }
    }
}

async fn written(database: &Database, presented: &[&Presented]) -> Result<Written, StoreError> {
    // Not retryable, for which the server would write twice more: a client presents its token again after an
    // error, and the second request shows whether the first one took effect.
    let command = doc! {
        "update": SESSIONS,
        "updates": presented.iter().map(|presented| statement(presented)).collect::<Vec<_>>(),
        "ordered": false,
        "maxTimeMS": i64::try_from(SERVER_TIMEOUT.as_millis()).unwrap_or(i64::MAX),
        "writeConcern": { "w": "majority", "j": true },
    };
    let answer = database.run_command(command).await.map_err(super::written)?;
    let answer: Answer = deserialize_from_document(answer).map_err(Error::from)?;
    if answer.write_concern_error.is_some() {
        return Err(StoreError::Unknown);
    }
    let mut written = Written::default();
    for WriteError { index, code, errmsg } in answer.write_errors {
        let passing = is_passing(code) || code == MAX_TIME_EXPIRED;
        let fault = if passing { StoreError::Unavailable } else { StoreError::Fault(errmsg) };
        written.faults.insert(index, fault);
    }
    if answer.n == 0 {
        return Ok(written);
    }
    let ids: Vec<&String> = presented.iter().map(|presented| &presented.token.session_id).collect();
    let sessions: Collection<RawDocumentBuf> = database.collection(SESSIONS);
    let wanted = doc! { "_id": { "$in": ids }, "state": ACTIVE };
    let mut found = sessions.find(wanted).max_time(SERVER_TIMEOUT).await?;
    while let Some(session) = found.try_next().await? {
        written.take(&session);
    }
    Ok(written)
}

/// One refresh: its condition and its update.
fn statement(presented: &Presented) -> Document {
    let token = &presented.token;
    let condition = doc! {
        "_id": &token.session_id,
        "session_hash": binary(&token.session_secret.digest()),
        "client_id": &presented.client_id,
        "state": ACTIVE,
        "current": binary(&token.secret.digest()),
        "$expr": was_unexpired(presented.arrived.elapsed()),
    };
    let idle_ttl = i64::try_from(presented.idle_ttl.as_millis()).unwrap_or(i64::MAX);
    let update = vec![doc! { "$set": {
        "previous": "$current",
        "previous_at": "$$NOW",
        "sealed": binary(&token.secret.seal(&token.session_id, &presented.successor)),
        "current": binary(&presented.successor.digest()),
        "generation": { "$add": ["$generation", Bson::Int64(1)] },
        "version": { "$add": ["$version", Bson::Int64(1)] },
        "last_used_at": "$$NOW",
        "idle_expires_at": { "$min": ["$absolute_expires_at", { "$add": ["$$NOW", idle_ttl] }] },
    } }];
    doc! { "q": condition, "u": update, "hint": { "_id": 1 } }
}

/// The server's answer to an `update`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    /// How many conditions matched.
    n: i64,
    #[serde(default)]
    write_errors: Vec<WriteError>,
    write_concern_error: Option<Document>,
}

#[derive(Deserialize)]
struct WriteError {
    index: usize,
    code: i32,
    errmsg: String,
}
