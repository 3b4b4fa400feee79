//! What happens when a refresh token is presented: the whole rotation, as one pure function.
//!
//! Refresh token rotation with detection of replay (RFC 9700 section 4.14.2), in the form that survives lost
//! responses and concurrent tabs: for a short while a used token yields the very successor it yielded before.

use std::time::Duration;

use time::OffsetDateTime;

use super::{
    refresh_token::{RefreshToken, Secret},
    session::{EndReason, Previous, Session},
};

/// How long a used token still yields its successor.
pub const GRACE: Duration = Duration::from_secs(30);
/// Repeats that soon after a rotation were under way together with it, and are not counted.
pub const CONCURRENT: Duration = Duration::from_secs(5);
/// How often a used token yields its successor after that.
pub const MAX_REUSES: i64 = 20;

/// A refresh token is presented.
#[derive(Clone, Debug)]
pub struct Presented {
    /// The token.
    pub token: RefreshToken,
    /// The client that presents it.
    pub client_id: String,
    /// The secret of the token that is to follow, fresh.
    pub successor: Secret,
    /// How long the renewed session may stay idle.
    pub idle_ttl: Duration,
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The session goes on, with this secret in its next token.
    Renewed(Session, Secret),
    /// A used token came again after its grace: the session is ended.
    Stolen(Session),
    /// The token opens nothing: unknown, expired, ended, or another client's.
    Refused,
}

/// What comes of it, and the session to write before that is true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The outcome, once written.
    pub rotation: Rotation,
    /// The session's next state; nothing is to be written where absent.
    pub write: Option<Session>,
}

/// Decides. The caller writes `write` on condition that the session's `version` is still the one read here.
pub fn step(session: &Session, presented: &Presented, now: OffsetDateTime) -> Step {
    let token = &presented.token;
    let theirs = session.id == token.session_id
        && session.client_id == presented.client_id
        && token.session_secret.is_behind(&session.session_hash);
    if !theirs || !session.is_live(now) {
        return Step { rotation: Rotation::Refused, write: None };
    }
    if token.secret.is_behind(&session.current) {
        let next = rotated(session, presented, now);
        return Step {
            rotation: Rotation::Renewed(next.clone(), presented.successor.clone()),
            write: Some(next),
        };
    }
    match &session.previous {
        Some(previous) if token.secret.is_behind(&previous.digest) => repeated(session, previous, token, now),
        _ => stolen(session),
    }
}

/// The current token was presented: it becomes the previous one.
fn rotated(session: &Session, presented: &Presented, now: OffsetDateTime) -> Session {
    Session {
        previous: Some(Previous {
            digest: session.current,
            at: now,
            reuses: 0,
            sealed: presented.token.secret.seal(&session.id, &presented.successor),
        }),
        current: presented.successor.digest(),
        generation: session.generation + 1,
        version: session.version + 1,
        last_used_at: now,
        idle_expires_at: session.absolute_expires_at.min(now + presented.idle_ttl),
        ..session.clone()
    }
}

/// The previous token was presented: its successor again, or theft.
fn repeated(session: &Session, previous: &Previous, token: &RefreshToken, now: OffsetDateTime) -> Step {
    let age = now - previous.at;
    let successor = token.secret.unseal(&session.id, previous.sealed);
    if age > GRACE || !successor.is_behind(&session.current) {
        return stolen(session);
    }
    if age <= CONCURRENT {
        return Step { rotation: Rotation::Renewed(session.clone(), successor), write: None };
    }
    if previous.reuses >= MAX_REUSES {
        return stolen(session);
    }
    let next = Session {
        previous: Some(Previous { reuses: previous.reuses + 1, ..previous.clone() }),
        version: session.version + 1,
        ..session.clone()
    };
    Step { rotation: Rotation::Renewed(next.clone(), successor), write: Some(next) }
}

fn stolen(session: &Session) -> Step {
    let ended = session.end(EndReason::Theft);
    Step { rotation: Rotation::Stolen(ended.clone()), write: Some(ended) }
}

#[cfg(test)]
#[path = "tests/step.rs"]
mod tests;
