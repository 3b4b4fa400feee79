//! A change of projects, teams and memberships: decided on what was read, and done as a whole or not at all.

use std::time::Duration;

use shared_models::projects::{MemberKind, MembershipFact};

use super::{Invitation, Membership, Project, Team, TeamMember};
use crate::domain::client::Client;

/// How long entries of the log of memberships are kept. A follower that was away for longer reads everything again.
pub const LOG_KEPT: Duration = Duration::from_secs(24 * 3600);

/// Who is a member of what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberKey {
    /// The project's id.
    pub project: String,
    /// What the member is.
    pub kind: MemberKind,
    /// The id of the user, the team or the service.
    pub member: String,
}

/// A user as a decision about projects found them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserGuard {
    /// The user's id.
    pub id: String,
    /// Whether they were disabled.
    pub disabled: bool,
    /// Raised by every change that names the user here, and by every change of the user by an administrator.
    pub version: i64,
}

/// What a store does in one transaction. It does nothing where a project, a team or a user is no longer at the version before,
/// where one that is new is there already, or where the invitation that is accepted is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Projects in their new state. One of version 1 is new.
    pub projects: Vec<Project>,
    /// Projects that stay as they are at this version, which rises by one: what was decided depends on their members.
    pub guards: Vec<(String, i64)>,
    /// Projects whose version rises, whatever it is.
    pub raised: Vec<String>,
    /// Users who are added, or on whom the decision depends: they must be as they were found.
    pub users: Vec<UserGuard>,
    /// Teams in their new state. One of version 1 is new.
    pub teams: Vec<Team>,
    /// Teams that stay as they are at this version, which rises by one: what was decided depends on their users or projects.
    pub team_guards: Vec<(String, i64)>,
    /// Teams, at their version, that are removed with all of their users.
    pub removed_teams: Vec<(String, i64)>,
    /// Members that are added, or have another role.
    pub members: Vec<Membership>,
    /// Members that leave.
    pub leaving: Vec<MemberKey>,
    /// Users of teams who are added, or have another place.
    pub team_members: Vec<TeamMember>,
    /// Users who leave teams: the team's id and the user's.
    pub leaving_teams: Vec<(String, String)>,
    /// Invitations that are made.
    pub invitations: Vec<Invitation>,
    /// Invitations that are withdrawn, if they are there.
    pub withdrawn: Vec<String>,
    /// The invitation that is accepted, and gone with it.
    pub accepted: Option<String>,
    /// A service account that is made.
    pub service: Option<Client>,
}

impl Change {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is reported to followers of memberships, in order.
    pub fn facts(&self) -> Vec<MembershipFact> {
        let left = self.leaving.iter().map(|key| MembershipFact::Member {
            project: key.project.clone(),
            kind: key.kind,
            id: key.member.clone(),
            role: None,
            expires_at: None,
        });
        let left_teams = self.leaving_teams.iter().map(|(team, user)| MembershipFact::TeamMember {
            team: team.clone(),
            user: user.clone(),
            member: false,
        });
        let removed = self.removed_teams.iter();
        let removed = removed.map(|(team, _)| MembershipFact::TeamRemoved { team: team.clone() });
        let projects = self.projects.iter().map(Project::fact);
        let members = self.members.iter().map(Membership::fact);
        let team_members = self.team_members.iter().map(TeamMember::fact);
        // What takes away comes first.
        left.chain(left_teams).chain(removed).chain(projects).chain(members).chain(team_members).collect()
    }
}
