//! The write that renews a session. Renewals that meet are one command: MongoDB works more for each command than for
//! what it says.
//!
//! Each is conditional by itself, on the server: of two that present the same token one finds it no longer current.
//! The command tells how many were done and not which, so the sessions are read back.

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use mongodb::{
    Collection, Database,
    bson::{Bson, Document, deserialize_from_document, doc},
    error::Error,
};
use serde::Deserialize;
use service_kit::{
    batch::{Batcher, Call, Limits},
    store::mongo::is_passing,
};

use super::{
    documents::{ACTIVE, SessionDocument, binary},
    sessions::{SESSIONS, was_unexpired},
};
use crate::{
    domain::{refresh_token::Digest, session::Session, step::Presented},
    store::StoreError,
};

/// Few, so that others gather meanwhile.
const LIMITS: Limits = Limits { batches: 2, calls: 64 };

type Renewed = Result<Option<Session>, StoreError>;

/// Renewals of sessions, those that meet together.
pub(super) struct Renewals(Batcher<Presented, Renewed>);

impl Renewals {
    pub(super) fn new(database: Database) -> Self {
        Self(Batcher::new(LIMITS, move |calls| renew(database.clone(), calls)))
    }

    /// What `step` does with the current token: its successor takes its place, and the session as it went on is given.
    /// `None` where the token is not the current one, or the session may not go on.
    ///
    /// When this returns, a majority has it. An error leaves it open whether the successor took its place.
    pub(super) async fn renew(&self, presented: &Presented) -> Renewed {
        self.0.call(presented.clone()).await.unwrap_or(Err(StoreError::Unavailable))
    }
}

async fn renew(database: Database, calls: Vec<Call<Presented, Renewed>>) {
    match written(&database, &calls).await {
        Ok(mut written) => {
            for (at, call) in calls.into_iter().enumerate() {
                let renewed = written.sessions.remove(&call.question.successor.digest());
                call.answer(written.faults.remove(&at).map_or(Ok(renewed), Err));
            }
        }
        Err(error) => {
            for call in calls {
                call.answer(Err(error.clone()));
            }
        }
    }
}

/// What became of a batch.
#[derive(Default)]
struct Written {
    /// The sessions that were renewed, by the successor's digest.
    sessions: HashMap<Digest, Session>,
    /// What the server could not write, by its place in the batch: no reason for the others to fail.
    faults: HashMap<usize, StoreError>,
}

async fn written(database: &Database, calls: &[Call<Presented, Renewed>]) -> Result<Written, StoreError> {
    // Not retryable, for which the server would write twice more: whoever presents a token does so again after an
    // error, and that its successor did take its place shows then.
    let answer = database
        .run_command(doc! {
            "update": SESSIONS,
            "updates": calls.iter().map(|call| statement(&call.question)).collect::<Vec<_>>(),
            "ordered": false,
            "writeConcern": { "w": "majority", "j": true },
        })
        .await?;
    let answer: Answer = deserialize_from_document(answer).map_err(Error::from)?;
    if answer.write_concern_error.is_some() {
        return Err(StoreError::Unavailable);
    }
    let mut written = Written::default();
    for WriteError { index, code, errmsg } in answer.write_errors {
        let fault = if is_passing(code) { StoreError::Unavailable } else { StoreError::Fault(errmsg) };
        written.faults.insert(index, fault);
    }
    if answer.n == 0 {
        return Ok(written);
    }
    let ids: Vec<&String> = calls.iter().map(|call| &call.question.token.session_id).collect();
    let sessions: Collection<SessionDocument> = database.collection(SESSIONS);
    let mut found = sessions.find(doc! { "_id": { "$in": ids }, "state": ACTIVE }).await?;
    while let Some(session) = found.try_next().await? {
        let session = Session::try_from(session)?;
        // Where the old token was presented twice, the other holder may have gone on already.
        if let Some(previous) = &session.previous {
            written.sessions.insert(previous.digest, session.clone());
        }
        written.sessions.insert(session.current, session);
    }
    Ok(written)
}

/// One renewal: on which condition, and what is written.
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

/// What the server says of an `update`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    /// How many conditions held.
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
