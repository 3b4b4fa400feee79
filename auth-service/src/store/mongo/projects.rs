//! Projects, teams and who is in them.

use std::collections::HashSet;

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use mongodb::{
    Collection, Cursor, IndexModel,
    action::Find,
    bson::{Document, doc, oid::ObjectId},
    error::Result as MongoResult,
    options::IndexOptions,
};
use serde::{Deserialize, de::DeserializeOwned};
use shared_models::projects::{MemberKind, MembershipEntry, MembershipFact, ProjectRole, ProjectState};

use super::{
    MongoStore, audit,
    documents::binary,
    index, memberships,
    project_changes::{apply, invitations, members, of, projects, team_members, teams, users},
    project_documents::{Fact, MemberFact, TeamMemberFact},
    purge, unique,
};
use crate::{
    domain::{
        audit::Entry,
        project::{Change, Invitation, MemberKey, Membership, Project, Team, TeamMember, UserGuard},
        refresh_token::Digest,
    },
    store::{Place, ProjectFilter, ProjectOwner, Projects, Rows, StoreError, TeamFilter, TeamSize},
};

/// Name of the unique index, which the server reports for a duplicate.
pub(super) const UNIQUE_SLUG: &str = "unique_slug";

/// The indexes of projects and teams, by collection.
pub(super) fn indexes() -> [(&'static str, Vec<IndexModel>); 5] {
    let by = |keys| index(keys, IndexOptions::default());
    [
        ("projects", vec![unique(doc! { "slug": 1 }, UNIQUE_SLUG), by(doc! { "created_by": 1, "state": 1 })]),
        (
            "members",
            vec![
                unique(doc! { "project": 1, "kind": 1, "member": 1 }, "unique_member"),
                by(doc! { "member": 1, "kind": 1, "project": 1 }),
                by(doc! { "project": 1, "role": 1 }),
            ],
        ),
        (
            "team_members",
            vec![
                unique(doc! { "team": 1, "user": 1 }, "unique_team_member"),
                by(doc! { "user": 1, "team": 1 }),
            ],
        ),
        (
            "invitations",
            vec![
                unique(doc! { "digest": 1 }, "unique_invitation"),
                by(doc! { "project": 1, "_id": 1 }),
                purge("expires_at"),
            ],
        ),
        ("membership_log", memberships::indexes()),
    ]
}

/// A user who is not disabled.
#[derive(Deserialize)]
struct Enabled {
    #[serde(rename = "_id")]
    id: String,
}

#[async_trait]
impl Projects for MongoStore {
    async fn change_projects(&self, change: &Change, entry: &Entry) -> Result<bool, StoreError> {
        self.transact((self.ready().await?, change, entry), |session, (database, change, entry)| {
            Box::pin(async move {
                if !apply(database, session, change, entry.at).await? {
                    return Ok(false);
                }
                audit::insert(database, session, entry).await.map(|()| true)
            })
        })
        .await
    }

    async fn project(&self, id: &str) -> Result<Option<Project>, StoreError> {
        let found = projects(self.ready().await?).find_one(doc! { "_id": id }).await?;
        found.map(Project::try_from).transpose()
    }

    async fn list_projects(&self, filter: &ProjectFilter) -> Result<Vec<Project>, StoreError> {
        let mut wanted = by_id(filter.ids.as_deref(), filter.after.as_deref());
        if let Some(slug) = &filter.slug {
            wanted.insert("slug", slug);
        }
        if !filter.archived {
            wanted.insert("state", doc! { "$ne": "archived" });
        }
        let found = projects(self.ready().await?);
        all(found.find(wanted).sort(doc! { "_id": 1 }).limit(i64::from(filter.limit))).await
    }

    async fn members(
        &self,
        project: &str,
        after: Option<&(MemberKind, String)>,
        limit: u32,
    ) -> Result<Vec<Membership>, StoreError> {
        let mut wanted = doc! { "project": project };
        if let Some((kind, member)) = after {
            let kind = kind.name();
            let later =
                [doc! { "kind": kind, "member": { "$gt": member } }, doc! { "kind": { "$gt": kind } }];
            wanted.insert("$or", later.to_vec());
        }
        let found = members(self.ready().await?);
        all(found.find(wanted).sort(doc! { "kind": 1, "member": 1 }).limit(i64::from(limit))).await
    }

    async fn membership(&self, key: &MemberKey) -> Result<Option<Membership>, StoreError> {
        let found = members(self.ready().await?).find_one(of(key)).await?;
        found.map(Membership::try_from).transpose()
    }

    async fn memberships_of(
        &self,
        who: &[(MemberKind, String)],
        project: Option<&str>,
    ) -> Result<Vec<Membership>, StoreError> {
        if who.is_empty() {
            return Ok(Vec::new());
        }
        let of_kind = |kind: MemberKind| {
            let ids: Vec<&String> =
                who.iter().filter(|(other, _)| *other == kind).map(|(_, member)| member).collect();
            (!ids.is_empty()).then(|| doc! { "member": { "$in": ids }, "kind": kind.name() })
        };
        let mut wanted = doc! { "$or": MemberKind::ALL.into_iter().filter_map(of_kind).collect::<Vec<_>>() };
        if let Some(project) = project {
            wanted.insert("project", project);
        }
        all(members(self.ready().await?).find(wanted)).await
    }

    async fn owners(&self, project: &str, limit: u32) -> Result<Vec<ProjectOwner>, StoreError> {
        let database = self.ready().await?;
        let owning = doc! { "project": project, "role": ProjectRole::Owner.name(), "expires_at": null };
        let owning: Vec<Membership> = all(members(database).find(owning)).await?;
        let of_kind = |kind| owning.iter().filter(move |one| one.key.kind == kind).map(|one| &one.key);
        let mut owners: Vec<ProjectOwner> = of_kind(MemberKind::User)
            .map(|key| ProjectOwner { key: key.clone(), user: key.member.clone() })
            .collect();
        let places = team_members(database);
        for key in of_kind(MemberKind::Team) {
            let found: Vec<TeamMember> = all(places.find(doc! { "team": &key.member })).await?;
            owners.extend(found.into_iter().map(|one| ProjectOwner { key: key.clone(), user: one.user }));
        }
        let ids: Vec<&String> = owners.iter().map(|owner| &owner.user).collect();
        let enabled: Collection<Enabled> = database.collection("users");
        let enabled = enabled.find(doc! { "_id": { "$in": ids }, "disabled": false });
        let enabled = enabled.projection(doc! { "_id": 1 }).await?;
        let enabled: HashSet<String> = enabled.map_ok(|user| user.id).try_collect().await?;
        owners.retain(|owner| enabled.contains(&owner.user));
        owners.truncate(limit as usize);
        Ok(owners)
    }

    async fn count_made(&self, created_by: &str) -> Result<u64, StoreError> {
        let states = ProjectState::ALL.into_iter().filter(|state| *state != ProjectState::Archived);
        let states: Vec<&str> = states.map(ProjectState::name).collect();
        let made = doc! { "created_by": created_by, "state": { "$in": states } };
        Ok(projects(self.ready().await?).count_documents(made).await?)
    }

    async fn user_guard(&self, id: &str) -> Result<Option<UserGuard>, StoreError> {
        let found = users(self.ready().await?).find_one(doc! { "_id": id }).await?;
        Ok(found.map(UserGuard::from))
    }

    async fn team(&self, id: &str) -> Result<Option<Team>, StoreError> {
        let found = teams(self.ready().await?).find_one(doc! { "_id": id }).await?;
        found.map(Team::try_from).transpose()
    }

    async fn list_teams(&self, filter: &TeamFilter) -> Result<Vec<Team>, StoreError> {
        let wanted = by_id(filter.ids.as_deref(), filter.after.as_deref());
        let found = teams(self.ready().await?);
        all(found.find(wanted).sort(doc! { "_id": 1 }).limit(i64::from(filter.limit))).await
    }

    async fn team_members(
        &self,
        team: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<TeamMember>, StoreError> {
        let mut wanted = doc! { "team": team };
        if let Some(after) = after {
            wanted.insert("user", doc! { "$gt": after });
        }
        let found = team_members(self.ready().await?);
        all(found.find(wanted).sort(doc! { "user": 1 }).limit(i64::from(limit))).await
    }

    async fn team_size(&self, team: &str, user: &str) -> Result<TeamSize, StoreError> {
        let database = self.ready().await?;
        let places = team_members(database);
        let count = places.count_documents(doc! { "team": team }).await?;
        let others = doc! { "team": team, "manages": true, "user": { "$ne": user } };
        let others: Vec<TeamMember> = all(places.find(others)).await?;
        let ids: Vec<&String> = others.iter().map(|place| &place.user).collect();
        let enabled = doc! { "_id": { "$in": ids }, "disabled": false };
        let other_managers = users(database).count_documents(enabled).await?;
        Ok(TeamSize { users: count, other_managers })
    }

    async fn teams_of(&self, user: &str) -> Result<Vec<TeamMember>, StoreError> {
        let found = team_members(self.ready().await?);
        all(found.find(doc! { "user": user }).sort(doc! { "team": 1 })).await
    }

    async fn invitations(&self, project: &str) -> Result<Vec<Invitation>, StoreError> {
        let found = invitations(self.ready().await?);
        all(found.find(doc! { "project": project }).sort(doc! { "_id": 1 })).await
    }

    async fn invitation(&self, digest: &Digest) -> Result<Option<Invitation>, StoreError> {
        let found = invitations(self.ready().await?).find_one(doc! { "digest": binary(digest) }).await?;
        found.map(Invitation::try_from).transpose()
    }

    async fn newest_membership(&self) -> Result<i64, StoreError> {
        Ok(memberships::newest(self.ready().await?).await?)
    }

    async fn memberships_after(
        &self,
        cursor: i64,
        limit: u32,
    ) -> Result<Option<Vec<MembershipEntry>>, StoreError> {
        Ok(memberships::after(self.ready().await?, cursor, limit).await?)
    }

    async fn all_members(
        &self,
        after: Option<&Place>,
        limit: u32,
    ) -> Result<Rows<MembershipFact>, StoreError> {
        rows::<MemberFact>(&members(self.ready().await?).clone_with_type(), after, limit).await
    }

    async fn all_team_members(
        &self,
        after: Option<&Place>,
        limit: u32,
    ) -> Result<Rows<MembershipFact>, StoreError> {
        rows::<TeamMemberFact>(&team_members(self.ready().await?).clone_with_type(), after, limit).await
    }
}

/// What is told of the documents after a place, in the order in which they were made, which is about that in which they are stored:
/// in the order of another index each of them is read at a place of its own.
async fn rows<F: Fact>(
    collection: &Collection<F>,
    after: Option<&Place>,
    limit: u32,
) -> Result<Rows<MembershipFact>, StoreError> {
    let after = after.map(|Place(id)| ObjectId::parse_str(id)).transpose();
    let after = after.map_err(|error| StoreError::Fault(format!("a place cannot be read: {error}")))?;
    let wanted = after.map_or_else(Document::new, |after| doc! { "_id": { "$gt": after } });
    let found = collection.find(wanted).projection(F::members()).sort(doc! { "_id": 1 });
    let found = found.limit(i64::from(limit)).batch_size(limit).await?;
    let found: Vec<F> = found.try_collect().await?;
    let last = found.last().map(|last| Place(last.id().to_hex()));
    Ok(Rows { rows: found.into_iter().map(F::fact).collect(), last })
}

/// Of these ids, after that one.
fn by_id(ids: Option<&[String]>, after: Option<&str>) -> Document {
    let mut id = Document::new();
    if let Some(ids) = ids {
        id.insert("$in", ids);
    }
    if let Some(after) = after {
        id.insert("$gt", after);
    }
    if id.is_empty() {
        id
    } else {
        doc! { "_id": id }
    }
}

/// Everything that is found, as the domain has it.
async fn all<D, T>(found: Find<'_, D>) -> Result<Vec<T>, StoreError>
where
    D: DeserializeOwned + Send + Sync + Unpin,
    T: TryFrom<D, Error = StoreError>,
{
    let cursor: MongoResult<Cursor<D>> = found.await;
    let found: Vec<D> = cursor?.try_collect().await?;
    found.into_iter().map(T::try_from).collect()
}
