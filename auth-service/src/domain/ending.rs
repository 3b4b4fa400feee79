//! Sessions that can no longer be refreshed and are still to be ended: the remaining work of one act.
//!
//! An act on somebody with many sessions commits one small transaction: the user's `token_version`, or the client,
//! decides from then on that no session is refreshed. Ending each of them is done afterwards, in bounded steps that any
//! replica continues.

use time::OffsetDateTime;

use super::{audit::Entry, session::EndReason};

/// Whose sessions are to be ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Those that a user, or a service, opened before their `token_version` became this.
    User {
        /// The user's id.
        id: String,
        /// Sessions with a smaller one are to be ended.
        token_version: i64,
    },
    /// The job grants that were made through this client, and those in which it acts.
    Client {
        /// The client's id.
        id: String,
        /// The user whose own grants another ending covers.
        except_user: Option<String>,
    },
}

/// Sessions that are to be ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The id: that of the act's entry in the audit log, followed by the client's where the act leaves several.
    pub id: String,
    /// Whose sessions.
    pub whose: Whose,
    /// Why they end; absent if they are removed with their user.
    pub reason: Option<EndReason>,
    /// Whether the tokens of each session are to be revoked when it ends; otherwise the act has revoked all of them.
    pub revokes: bool,
    /// When the act was done.
    pub at: OffsetDateTime,
}

impl Ending {
    /// The sessions that the act of this entry leaves to be ended.
    pub fn of(entry: &Entry, whose: Whose, reason: Option<EndReason>, revokes: bool) -> Self {
        Self { id: entry.id.clone(), whose, reason, revokes, at: entry.at }
    }
}
