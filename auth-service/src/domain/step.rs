//! What happens when a refresh token is presented: rotation as one pure function.
//!
//! Refresh token rotation with detection of replay (RFC 9700 section 4.14.2), in the form that survives lost
//! responses and concurrent tabs: for a short while a used token returns the same successor again.

use std::time::{Duration, Instant};

use time::OffsetDateTime;

use super::{
    refresh_token::{RefreshToken, Secret},
    session::{EndReason, Previous, Session},
};

/// How long a used token still returns its successor, however often it is presented.
pub const GRACE: Duration = Duration::from_secs(30);

/// A refresh token is presented.
#[derive(Clone, Debug)]
pub struct Presented {
    /// The token.
    pub token: RefreshToken,
    /// The client that presents it.
    pub client_id: String,
    /// A new secret for the next token.
    pub successor: Secret,
    /// How long the refreshed session may stay idle.
    pub idle_ttl: Duration,
    /// When the request arrived, on a clock that is never set.
    pub arrived: Instant,
}

/// The moment of a decision, on the store's clock.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The time now: that of whatever is written.
    pub now: OffsetDateTime,
    /// How long ago the request arrived. It is judged by that time: slowness is never theft.
    pub waited: Duration,
}

/// The outcome of presenting a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The session continues, with this secret in its next token.
    Refreshed(Session, Secret),
    /// A used token was presented after its grace: the session is ended.
    Stolen(Session),
    /// The token is not valid: unknown, expired, ended, or another client's.
    Refused,
}

/// The outcome, and the session that must be written first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The outcome, once written.
    pub rotation: Rotation,
    /// The session's next state; absent if nothing is to be written.
    pub write: Option<Session>,
}

/// Decides the outcome. The caller writes `write` only if the session's `version` is still the one read here.
pub fn step(session: &Session, presented: &Presented, moment: Moment) -> Step {
    let Moment { now, waited } = moment;
    let arrived = now - waited;
    let token = &presented.token;
    let theirs = session.id == token.session_id
        && session.client_id == presented.client_id
        && token.session_secret.is_behind(&session.session_hash);
    if !theirs || !session.is_live(arrived) {
        return Step { rotation: Rotation::Refused, write: None };
    }
    if token.secret.is_behind(&session.current) {
        let next = rotated(session, presented, now);
        return Step {
            rotation: Rotation::Refreshed(next.clone(), presented.successor.clone()),
            write: Some(next),
        };
    }
    match &session.previous {
        Some(previous) if token.secret.is_behind(&previous.digest) => {
            repeated(session, previous, token, arrived)
        }
        _ => stolen(session),
    }
}

/// The current token was presented: it becomes the previous one.
fn rotated(session: &Session, presented: &Presented, now: OffsetDateTime) -> Session {
    Session {
        previous: Some(Previous {
            digest: session.current,
            at: now,
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

/// The previous token was presented: its successor again, or theft. A rotation in the future, by a clock that was
/// ahead, counts as one of now.
fn repeated(session: &Session, previous: &Previous, token: &RefreshToken, arrived: OffsetDateTime) -> Step {
    let age = arrived - previous.at;
    let successor = token.secret.unseal(&session.id, previous.sealed);
    if age > GRACE || !successor.is_behind(&session.current) {
        return stolen(session);
    }
    Step { rotation: Rotation::Refreshed(session.clone(), successor), write: None }
}

fn stolen(session: &Session) -> Step {
    let ended = session.end(EndReason::Theft);
    Step { rotation: Rotation::Stolen(ended.clone()), write: Some(ended) }
}

#[cfg(test)]
#[path = "tests/step.rs"]
mod tests;
