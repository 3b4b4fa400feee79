//! The documents of projects, teams and who is in them.

use mongodb::bson::{Binary, DateTime, Document, doc, oid::ObjectId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared_models::projects::{ManagedBy, MemberKind, MembershipFact, ProjectRole, ProjectState};

use super::documents::{binary, bytes, instant, time};
use crate::{
    domain::{
        name::FullName,
        project::{Invitation, MemberKey, Membership, Project, Slug, Team, TeamMember},
    },
    store::StoreError,
};

/// A project in the collection `projects`.
#[derive(Serialize, Deserialize)]
pub(super) struct ProjectDocument {
    #[serde(rename = "_id")]
    id: String,
    slug: String,
    title: String,
    state: ProjectState,
    created_by: String,
    created_at: DateTime,
    version: i64,
}

/// A membership in the collection `members`.
#[derive(Serialize, Deserialize)]
pub(super) struct MemberDocument {
    project: String,
    kind: MemberKind,
    member: String,
    role: ProjectRole,
    managed_by: ManagedBy,
    expires_at: Option<DateTime>,
    added_by: String,
    added_at: DateTime,
}

/// What followers must know of a document, read with no more than that.
pub(super) trait Fact: DeserializeOwned + Send + Sync + Unpin {
    /// The members that are read.
    fn members() -> Document;

    /// The document's id, which the driver made.
    fn id(&self) -> ObjectId;

    /// What is told.
    fn fact(self) -> MembershipFact;
}

/// The fact of a [`MemberDocument`].
#[derive(Deserialize)]
pub(super) struct MemberFact {
    #[serde(rename = "_id")]
    id: ObjectId,
    project: String,
    kind: MemberKind,
    member: String,
    role: ProjectRole,
    expires_at: Option<DateTime>,
}

impl Fact for MemberFact {
    fn members() -> Document {
        doc! { "project": 1, "kind": 1, "member": 1, "role": 1, "expires_at": 1 }
    }

    fn id(&self) -> ObjectId {
        self.id
    }

    fn fact(self) -> MembershipFact {
        MembershipFact::Member {
            project: self.project,
            kind: self.kind,
            id: self.member,
            role: Some(self.role),
            expires_at: self.expires_at.map(|at| at.timestamp_millis().div_euclid(1000)),
        }
    }
}

/// The fact of a [`TeamMemberDocument`].
#[derive(Deserialize)]
pub(super) struct TeamMemberFact {
    #[serde(rename = "_id")]
    id: ObjectId,
    team: String,
    user: String,
}

impl Fact for TeamMemberFact {
    fn members() -> Document {
        doc! { "team": 1, "user": 1 }
    }

    fn id(&self) -> ObjectId {
        self.id
    }

    fn fact(self) -> MembershipFact {
        MembershipFact::TeamMember { team: self.team, user: self.user, member: true }
    }
}

/// A team in the collection `teams`.
#[derive(Serialize, Deserialize)]
pub(super) struct TeamDocument {
    #[serde(rename = "_id")]
    id: String,
    name: String,
    created_at: DateTime,
    version: i64,
}

/// A user of a team in the collection `team_members`.
#[derive(Serialize, Deserialize)]
pub(super) struct TeamMemberDocument {
    team: String,
    user: String,
    manages: bool,
    added_by: String,
    added_at: DateTime,
}

/// An invitation in the collection `invitations`.
#[derive(Serialize, Deserialize)]
pub(super) struct InvitationDocument {
    #[serde(rename = "_id")]
    id: String,
    digest: Binary,
    project: String,
    role: ProjectRole,
    made_by: String,
    made_at: DateTime,
    /// It is removed then, too.
    expires_at: DateTime,
}

impl From<&Project> for ProjectDocument {
    fn from(project: &Project) -> Self {
        Self {
            id: project.id.clone(),
            slug: project.slug.as_str().to_owned(),
            title: project.title.as_str().to_owned(),
            state: project.state,
            created_by: project.created_by.clone(),
            created_at: instant(project.created_at),
            version: project.version,
        }
    }
}

impl TryFrom<ProjectDocument> for Project {
    type Error = StoreError;

    fn try_from(document: ProjectDocument) -> Result<Self, StoreError> {
        Ok(Self {
            id: document.id,
            slug: Slug::from_stored(document.slug),
            title: FullName::from_stored(document.title),
            state: document.state,
            created_by: document.created_by,
            created_at: time(document.created_at)?,
            version: document.version,
        })
    }
}

impl From<&Membership> for MemberDocument {
    fn from(membership: &Membership) -> Self {
        let MemberKey { project, kind, member } = membership.key.clone();
        Self {
            project,
            kind,
            member,
            role: membership.role,
            managed_by: membership.managed_by,
            expires_at: membership.expires_at.map(instant),
            added_by: membership.added_by.clone(),
            added_at: instant(membership.added_at),
        }
    }
}

impl TryFrom<MemberDocument> for Membership {
    type Error = StoreError;

    fn try_from(document: MemberDocument) -> Result<Self, StoreError> {
        let MemberDocument {
            project, kind, member, role, managed_by, expires_at, added_by, added_at, ..
        } = document;
        Ok(Self {
            key: MemberKey { project, kind, member },
            role,
            managed_by,
            expires_at: expires_at.map(time).transpose()?,
            added_by,
            added_at: time(added_at)?,
        })
    }
}

impl From<&Team> for TeamDocument {
    fn from(team: &Team) -> Self {
        Self {
            id: team.id.clone(),
            name: team.name.as_str().to_owned(),
            created_at: instant(team.created_at),
            version: team.version,
        }
    }
}

impl TryFrom<TeamDocument> for Team {
    type Error = StoreError;

    fn try_from(document: TeamDocument) -> Result<Self, StoreError> {
        let TeamDocument { id, name, created_at, version } = document;
        Ok(Self { id, name: FullName::from_stored(name), created_at: time(created_at)?, version })
    }
}

impl From<&TeamMember> for TeamMemberDocument {
    fn from(member: &TeamMember) -> Self {
        let TeamMember { team, user, manages, added_by, added_at } = member.clone();
        Self { team, user, manages, added_by, added_at: instant(added_at) }
    }
}

impl TryFrom<TeamMemberDocument> for TeamMember {
    type Error = StoreError;

    fn try_from(document: TeamMemberDocument) -> Result<Self, StoreError> {
        let TeamMemberDocument { team, user, manages, added_by, added_at } = document;
        Ok(Self { team, user, manages, added_by, added_at: time(added_at)? })
    }
}

impl From<&Invitation> for InvitationDocument {
    fn from(invitation: &Invitation) -> Self {
        Self {
            id: invitation.id.clone(),
            digest: binary(&invitation.digest),
            project: invitation.project.clone(),
            role: invitation.role,
            made_by: invitation.made_by.clone(),
            made_at: instant(invitation.made_at),
            expires_at: instant(invitation.expires_at),
        }
    }
}

impl TryFrom<InvitationDocument> for Invitation {
    type Error = StoreError;

    fn try_from(document: InvitationDocument) -> Result<Self, StoreError> {
        Ok(Self {
            id: document.id,
            digest: bytes(document.digest)?,
            project: document.project,
            role: document.role,
            made_by: document.made_by,
            made_at: time(document.made_at)?,
            expires_at: time(document.expires_at)?,
        })
    }
}
