//! Teams, projects and who is in them: request and response bodies of auth-service.

mod memberships;

use serde::{Deserialize, Deserializer, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::listed;

pub use self::memberships::{MembershipEntry, MembershipFact, MembershipPage};

listed! {
    /// What a member may do in a project. Each role may do what the ones before it may.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum ProjectRole {
        /// Read.
        Viewer,
        /// Make documents, and change what is not frozen.
        Contributor,
        /// Also remove, share and move documents, and invite others.
        Maintainer,
        /// Also change members and the project itself.
        Owner,
    }
}

impl ProjectRole {
    /// Its name in requests, answers and stores.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Contributor => "contributor",
            Self::Maintainer => "maintainer",
            Self::Owner => "owner",
        }
    }

    /// Reads [`ProjectRole::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

listed! {
    /// What may still happen in a project.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum ProjectState {
        /// Everything that roles allow.
        Active,
        /// Its documents can be read and no longer be changed.
        Frozen,
        /// The same, and lists leave it out unless they are asked for it. Nobody gets a token for it.
        Archived,
    }
}

impl ProjectState {
    /// Its name in requests, answers and stores.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Frozen => "frozen",
            Self::Archived => "archived",
        }
    }

    /// Reads [`ProjectState::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

listed! {
    /// What can be a member of a project.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum MemberKind {
        /// A user.
        User,
        /// A team: each of its users.
        Team,
        /// A service account of the project.
        Service,
    }
}

impl MemberKind {
    /// Its name in requests, answers and stores.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Team => "team",
            Self::Service => "service",
        }
    }

    /// Reads [`MemberKind::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

listed! {
    /// How a membership came to be.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum ManagedBy {
        /// Somebody added it.
        Manual,
        /// An invitation was accepted.
        Invite,
        /// An import or another system keeps it.
        Upstream,
    }
}

impl ManagedBy {
    /// Its name in answers and stores.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Invite => "invite",
            Self::Upstream => "upstream",
        }
    }

    /// Reads [`ManagedBy::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.name() == name)
    }
}

/// Body of `POST /auth/projects`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    /// What people read.
    #[schema(example = "Battery cathodes")]
    pub title: String,
    /// What addresses show: lower-case letters, digits and `-`. Made from the title if absent.
    #[serde(default)]
    #[schema(example = "battery-cathodes")]
    pub slug: Option<String>,
    /// The user who owns it, where an administrator makes it for somebody else.
    #[serde(default)]
    pub owner: Option<String>,
}

/// Body of `PATCH /auth/projects/{id}`: what is absent stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectChange {
    /// What people read.
    #[serde(default, deserialize_with = "present")]
    pub title: Option<String>,
    /// What addresses show.
    #[serde(default, deserialize_with = "present")]
    pub slug: Option<String>,
    /// What may still happen in it.
    #[serde(default, deserialize_with = "present")]
    pub state: Option<ProjectState>,
}

/// Reads a member that may be absent and not null: it cannot be removed.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// A project, as a member or an administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Project {
    /// Its id: what documents and tokens name.
    pub id: String,
    /// What addresses show. It may change.
    pub slug: String,
    /// What people read.
    pub title: String,
    /// What may still happen in it.
    pub state: ProjectState,
    /// Whether it is the project that a user has without making one. It has no other members.
    pub personal: bool,
    /// The role that the caller has in it; null for an administrator who is no member.
    pub role: Option<ProjectRole>,
    /// Which memberships give that role.
    pub through: Vec<Through>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = "date-time")]
    pub created_at: OffsetDateTime,
    /// What `If-Match` demands, in quotes: it rises with each change of the project and of its members.
    pub version: i64,
}

/// A membership that gives a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Through {
    /// The user's own membership, or that of a team or a service.
    pub kind: MemberKind,
    /// The id of the user, the team or the service.
    pub id: String,
    /// The name of a team, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The role that it gives.
    pub role: ProjectRole,
    /// When the membership ends by itself.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time")]
    pub expires_at: Option<OffsetDateTime>,
}

/// Body of `PUT /auth/projects/{id}/members/{kind}/{member}`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberRole {
    /// What the member may do.
    pub role: ProjectRole,
    /// When the membership ends by itself; never if absent.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = "date-time")]
    pub expires_at: Option<OffsetDateTime>,
}

/// A member of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Member {
    /// What it is.
    pub kind: MemberKind,
    /// The id of the user, the team or the service.
    pub id: String,
    /// The name of the user, the team or the service; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the member may do.
    pub role: ProjectRole,
    /// How the membership came to be.
    pub managed_by: ManagedBy,
    /// When it ends by itself.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time")]
    pub expires_at: Option<OffsetDateTime>,
    /// Who added it: the id of a user or a client.
    pub added_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = "date-time")]
    pub added_at: OffsetDateTime,
}

/// Body of `POST /auth/teams`, and of `PATCH /auth/teams/{id}`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamName {
    /// What people read.
    #[schema(example = "Electrochemistry")]
    pub name: String,
}

/// A flat set of users, who are in projects together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Team {
    /// Its id.
    pub id: String,
    /// What people read.
    pub name: String,
    /// Whether the caller may change it.
    pub manages: bool,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = "date-time")]
    pub created_at: OffsetDateTime,
    /// What `If-Match` demands, in quotes: it rises with each change of the team and of its users.
    pub version: i64,
}

/// Body of `PUT /auth/teams/{id}/members/{user}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamPlace {
    /// Whether they may change the team.
    #[serde(default)]
    pub manages: bool,
}

/// A user of a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TeamMember {
    /// The user's id.
    pub id: String,
    /// The user's name; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether they may change the team.
    pub manages: bool,
    /// Who added them.
    pub added_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = "date-time")]
    pub added_at: OffsetDateTime,
}

/// Body of `POST /auth/projects/{id}/invitations`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    /// The role of the person who accepts it: at most that of the person who makes it.
    pub role: ProjectRole,
    /// Seconds for which it can be accepted: at most 7 days, which is the default.
    #[serde(default)]
    #[schema(example = 604_800)]
    pub expires_in: Option<u64>,
}

/// An invitation that nobody has accepted yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Invitation {
    /// Its id.
    pub id: String,
    /// The role of the person who accepts it.
    pub role: ProjectRole,
    /// Who made it: the id of a user.
    pub made_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = "date-time")]
    pub made_at: OffsetDateTime,
    /// When it can no longer be accepted.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = "date-time")]
    pub expires_at: OffsetDateTime,
}

/// An invitation with its token, which is shown once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct InvitationWithToken {
    /// The invitation.
    #[serde(flatten)]
    pub invitation: Invitation,
    /// The token for `POST /auth/invitations/accept`, which accepts it once.
    pub token: String,
}

/// Body of `POST /auth/invitations/accept`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The token of the invitation.
    pub token: String,
}
