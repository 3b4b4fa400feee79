//! What auth-service reports to followers of memberships.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{MemberKind, ProjectRole, ProjectState};

/// Something that followers of memberships must know. Each is the state from then on, whatever was sent before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MembershipFact {
    /// A project and its state.
    Project {
        /// Its id.
        id: String,
        /// What addresses show.
        slug: String,
        /// What people read.
        title: String,
        /// What may still happen in it.
        state: ProjectState,
    },
    /// A member of a project.
    Member {
        /// The project's id.
        project: String,
        /// What the member is.
        kind: MemberKind,
        /// The id of the user, the team or the service.
        id: String,
        /// What the member may do; absent where it is a member no longer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<ProjectRole>,
        /// When the membership ends by itself, in seconds since the Unix epoch; never if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<i64>,
    },
    /// A user of a team.
    TeamMember {
        /// The team's id.
        team: String,
        /// The user's id.
        user: String,
        /// Whether the user is in the team.
        member: bool,
    },
    /// A team that was removed with all of its users.
    TeamRemoved {
        /// The team's id.
        team: String,
    },
}

/// A fact at its place in the log of memberships.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MembershipEntry {
    /// The place: each is greater than all before it.
    pub seq: i64,
    /// The fact.
    pub fact: MembershipFact,
}

/// What `GET /auth/memberships?after=N` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MembershipPage {
    /// The entries after the cursor, oldest first.
    pub entries: Vec<MembershipEntry>,
    /// The cursor for the next request.
    pub next: i64,
    /// Whether each user owns a project that has the user's id, of which the log says nothing.
    pub personal: bool,
}

impl MembershipPage {
    /// The page with these entries, which continue it.
    #[must_use]
    pub fn with(self, entries: Vec<MembershipEntry>) -> Self {
        let next = entries.last().map_or(self.next, |last| last.seq);
        Self { entries, next, ..self }
    }
}
