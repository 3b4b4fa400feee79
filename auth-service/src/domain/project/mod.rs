//! Projects, teams and who is in them: what they are, and the rules that hold whatever store keeps them.

mod change;
mod invitation;
mod slug;
mod standing;

use shared_models::projects::{
    self as wire, ManagedBy, Member, MemberKind, MembershipFact, ProjectRole, ProjectState,
};
use time::OffsetDateTime;

use super::name::FullName;

pub use self::{
    change::{Change, LOG_KEPT, MemberKey},
    invitation::{Invitation, MAX_LIFE},
    slug::Slug,
    standing::{Leave, Standing},
};

/// A project as the store keeps it. Times are whole milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: String,
    /// What addresses show.
    pub slug: Slug,
    /// What people read.
    pub title: FullName,
    /// What may still happen in it.
    pub state: ProjectState,
    /// Who made it: the id of a user or a client.
    pub created_by: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// Raised by every change of the project and of its members; a change names the version that it is based on.
    pub version: i64,
}

/// A membership as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Who is a member of what.
    pub key: MemberKey,
    /// What the member may do.
    pub role: ProjectRole,
    /// How it came to be.
    pub managed_by: ManagedBy,
    /// When it ends by itself.
    pub expires_at: Option<OffsetDateTime>,
    /// Who added it.
    pub added_by: String,
    /// When.
    pub added_at: OffsetDateTime,
}

/// A team as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Its id.
    pub id: String,
    /// What people read.
    pub name: FullName,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// Raised by every change of the team and of its users.
    pub version: i64,
}

/// A user of a team as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamMember {
    /// The team's id.
    pub team: String,
    /// The user's id.
    pub user: String,
    /// Whether they may change the team.
    pub manages: bool,
    /// Who added them.
    pub added_by: String,
    /// When.
    pub added_at: OffsetDateTime,
}

impl Project {
    /// The same after a change.
    #[must_use]
    pub fn changed(&self) -> Self {
        Self { version: self.version + 1, ..self.clone() }
    }

    /// What followers are told of it.
    pub fn fact(&self) -> MembershipFact {
        MembershipFact::Project {
            id: self.id.clone(),
            slug: self.slug.as_str().to_owned(),
            title: self.title.as_str().to_owned(),
            state: self.state,
        }
    }

    /// The project as somebody of this standing sees it.
    pub fn view(&self, standing: &Standing) -> wire::Project {
        wire::Project {
            id: self.id.clone(),
            slug: self.slug.as_str().to_owned(),
            title: self.title.as_str().to_owned(),
            state: self.state,
            personal: false,
            role: standing.role(),
            through: standing.through.clone(),
            created_at: self.created_at,
            version: self.version,
        }
    }
}

impl Membership {
    /// Whether it holds at that time.
    pub fn is_live(&self, now: OffsetDateTime) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// What followers are told of it.
    pub fn fact(&self) -> MembershipFact {
        let MemberKey { project, kind, member } = self.key.clone();
        MembershipFact::Member {
            project,
            kind,
            id: member,
            role: Some(self.role),
            expires_at: self.expires_at.map(OffsetDateTime::unix_timestamp),
        }
    }

    /// The member as others see them, under this name.
    pub fn view(&self, name: Option<String>) -> Member {
        Member {
            kind: self.key.kind,
            id: self.key.member.clone(),
            name,
            role: self.role,
            managed_by: self.managed_by,
            expires_at: self.expires_at,
            added_by: self.added_by.clone(),
            added_at: self.added_at,
        }
    }
}

impl TeamMember {
    /// What followers are told of it.
    pub fn fact(&self) -> MembershipFact {
        MembershipFact::TeamMember { team: self.team.clone(), user: self.user.clone(), member: true }
    }
}

impl MemberKey {
    /// The key of this user's own membership of a project.
    pub fn of_user(project: &str, user: &str) -> Self {
        Self { project: project.to_owned(), kind: MemberKind::User, member: user.to_owned() }
    }
}
