//! Projects, teams and who is in them: what they are, and the rules that hold whatever store keeps them.

mod change;
mod invitation;
mod slug;
mod standing;

use shared_models::projects::{
    self as wire, ManagedBy, Member, MemberKind, MembershipFact, ProjectRole, ProjectState,
};
use time::OffsetDateTime;

use super::{name::FullName, user::User};

pub use self::{
    change::{Change, LOG_KEPT, MemberKey, UserGuard},
    invitation::{Invitation, MAX_LIFE},
    slug::Slug,
    standing::{Standing, Verdict},
};

/// The title of every personal project.
const PERSONAL_TITLE: &str = "Personal";

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
    /// The project that a user has without making one: it has the user's id, and no store keeps it.
    pub fn personal(user: &User) -> Self {
        Self {
            id: user.id.clone(),
            slug: Slug::personal(),
            title: FullName::from_stored(PERSONAL_TITLE.to_owned()),
            state: ProjectState::Active,
            created_by: user.id.clone(),
            created_at: user.created_at,
            version: 1,
        }
    }

    /// Whether it is [`Project::personal`].
    pub fn is_personal(&self) -> bool {
        self.id == self.created_by
    }

    /// The same after a change.
    #[must_use]
    pub fn changed(&self) -> Self {
        Self { version: self.version + 1, ..self.clone() }
    }

    /// What is reported to followers.
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
            personal: self.is_personal(),
            role: standing.role(),
            through: standing.through.clone(),
            created_at: self.created_at,
            version: self.version,
        }
    }
}

impl Membership {
    /// That a user owns a project, added by somebody now.
    pub fn of_owner(project: &Project, user: &str, added_by: &str, added_at: OffsetDateTime) -> Self {
        Self {
            key: MemberKey::of_user(&project.id, user),
            role: ProjectRole::Owner,
            managed_by: ManagedBy::Manual,
            expires_at: None,
            added_by: added_by.to_owned(),
            added_at,
        }
    }

    /// Whether it holds at that time.
    pub fn is_live(&self, now: OffsetDateTime) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// What is reported to followers.
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
    /// What is reported to followers.
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
