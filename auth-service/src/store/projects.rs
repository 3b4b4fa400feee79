//! The port to projects, teams and who is in them.

use async_trait::async_trait;
use shared_models::projects::{MemberKind, MembershipEntry, MembershipFact};

use super::StoreError;
use crate::domain::{
    audit::Entry,
    project::{Change, Invitation, MemberKey, Membership, Project, Team, TeamMember, UserGuard},
    refresh_token::Digest,
};

/// Which projects a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectFilter {
    /// Only these.
    pub ids: Option<Vec<String>>,
    /// The one with this slug.
    pub slug: Option<String>,
    /// Those that are archived too.
    pub archived: bool,
    /// Projects with a larger id.
    pub after: Option<String>,
    /// The page size.
    pub limit: u32,
}

impl ProjectFilter {
    /// Whether a list shows this project, which no store keeps, wherever the list ends.
    pub fn shows(&self, project: &Project) -> bool {
        self.slug.as_ref().is_none_or(|slug| slug == project.slug.as_str())
            && self.after.as_ref().is_none_or(|after| *after < project.id)
    }
}

/// Which teams a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamFilter {
    /// Only these.
    pub ids: Option<Vec<String>>,
    /// Teams with a larger id.
    pub after: Option<String>,
    /// The page size.
    pub limit: u32,
}

/// How many users a team has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TeamSize {
    /// All of them.
    pub users: u64,
    /// Those who manage it, are not disabled and are not the user who was asked about.
    pub other_managers: u64,
}

/// Where a reader of all rows of a kind continues, in words of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(pub String);

/// Rows of a kind, in the order in which the store reads them fastest, and the place of the last of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The place of the last one; absent where there is none.
    pub last: Option<Place>,
}

/// A user who owns a project, and by which of its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The membership of the user, or of their team.
    pub key: MemberKey,
    /// The user, who is not disabled.
    pub user: String,
}

/// Projects. What a method returns is not older than what was acknowledged before it was called.
#[async_trait]
pub trait Projects: Send + Sync {
    /// Does `change` and adds the entry; `false`, and nothing done, where something is no longer what was read.
    /// `Conflict` on `slug` where another project has it.
    async fn change_projects(&self, change: &Change, entry: &Entry) -> Result<bool, StoreError>;

    /// The project of that id.
    async fn project(&self, id: &str) -> Result<Option<Project>, StoreError>;

    /// The projects that a list shows, by id.
    async fn list_projects(&self, filter: &ProjectFilter) -> Result<Vec<Project>, StoreError>;

    /// The members of a project, by kind and id, after that of `after`; those that have expired included.
    async fn members(
        &self,
        project: &str,
        after: Option<&(MemberKind, String)>,
        limit: u32,
    ) -> Result<Vec<Membership>, StoreError>;

    /// The membership with this key.
    async fn membership(&self, key: &MemberKey) -> Result<Option<Membership>, StoreError>;

    /// The memberships of these users, teams and services, or those in one project.
    async fn memberships_of(
        &self,
        members: &[(MemberKind, String)],
        project: Option<&str>,
    ) -> Result<Vec<Membership>, StoreError>;

    /// Users who own the project without an end, are there and are not disabled.
    async fn owners(&self, project: &str, limit: u32) -> Result<Vec<Owner>, StoreError>;

    /// How many projects somebody made that are not archived.
    async fn count_made(&self, created_by: &str) -> Result<u64, StoreError>;

    /// A user as decisions about projects depend on them.
    async fn user_guard(&self, id: &str) -> Result<Option<UserGuard>, StoreError>;

    /// The team of that id.
    async fn team(&self, id: &str) -> Result<Option<Team>, StoreError>;

    /// The teams that a list shows, by id.
    async fn list_teams(&self, filter: &TeamFilter) -> Result<Vec<Team>, StoreError>;

    /// The users of a team, by id, after `after`.
    async fn team_members(
        &self,
        team: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<TeamMember>, StoreError>;

    /// How many users a team has, and how many others than this user manage it.
    async fn team_size(&self, team: &str, user: &str) -> Result<TeamSize, StoreError>;

    /// The teams of a user, and the user's place in each.
    async fn teams_of(&self, user: &str) -> Result<Vec<TeamMember>, StoreError>;

    /// The invitations to a project, by id, those that have expired included.
    async fn invitations(&self, project: &str) -> Result<Vec<Invitation>, StoreError>;

    /// The invitation whose token has this digest.
    async fn invitation(&self, digest: &Digest) -> Result<Option<Invitation>, StoreError>;

    /// The place of the newest entry of the log of memberships; 0 where there is none.
    async fn newest_membership(&self) -> Result<i64, StoreError>;

    /// The entries of the log after `cursor`; `None` where that lies before what is kept of it, or after its end.
    async fn memberships_after(
        &self,
        cursor: i64,
        limit: u32,
    ) -> Result<Option<Vec<MembershipEntry>>, StoreError>;

    /// What followers must know of the members of all projects, from behind `after`, those that have expired included. What is
    /// there from the first page to the last is on one of them.
    async fn all_members(
        &self,
        after: Option<&Place>,
        limit: u32,
    ) -> Result<Rows<MembershipFact>, StoreError>;

    /// The same of the users of all teams.
    async fn all_team_members(
        &self,
        after: Option<&Place>,
        limit: u32,
    ) -> Result<Rows<MembershipFact>, StoreError>;
}

/// Entries of the log, whose places have no gaps; `None` where they do not continue at the cursor.
pub(super) fn continuing(
    cursor: i64,
    newest: i64,
    entries: Vec<MembershipEntry>,
) -> Option<Vec<MembershipEntry>> {
    let continues = match entries.last() {
        Some(last) => i64::try_from(entries.len()).is_ok_and(|count| last.seq - cursor == count),
        None => cursor == newest,
    };
    continues.then_some(entries)
}
