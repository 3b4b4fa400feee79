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

/// What a store is to do in one transaction. It does nothing where a project or team is no longer at the version before, where one
/// that is new is there already, or where the invitation that is accepted is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Projects as they are to be. One of version 1 is new.
    pub projects: Vec<Project>,
    /// Projects that stay as they are at this version, which rises by one: what was decided depends on their members.
    pub guards: Vec<(String, i64)>,
    /// Teams as they are to be. One of version 1 is new.
    pub teams: Vec<Team>,
    /// Teams, at their version, that are removed.
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

    /// What followers of memberships are told of it, in order.
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
        let projects = self.projects.iter().map(Project::fact);
        let members = self.members.iter().map(Membership::fact);
        let team_members = self.team_members.iter().map(TeamMember::fact);
        // What takes away comes first.
        left.chain(left_teams).chain(projects).chain(members).chain(team_members).collect()
    }
}
