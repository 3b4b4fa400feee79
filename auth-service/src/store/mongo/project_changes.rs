//! What changes projects, teams and who is in them, within one transaction.

use mongodb::{
    ClientSession, Collection, Database,
    bson::{Document, doc},
    error::Result as MongoResult,
};
use serde::Deserialize;
use time::OffsetDateTime;

use super::{
    clients, memberships,
    project_documents::{
        InvitationDocument, MemberDocument, ProjectDocument, TeamDocument, TeamMemberDocument,
    },
};
use crate::domain::project::{Change, MemberKey, Membership, UserGuard};

/// A project or a team, as far as its version is concerned.
#[derive(Deserialize)]
struct Versioned {
    version: i64,
}

/// A user, as far as decisions about projects depend on them.
#[derive(Deserialize)]
pub(super) struct GuardDocument {
    #[serde(rename = "_id")]
    id: String,
    disabled: bool,
    #[serde(default)]
    project_version: i64,
}

impl From<GuardDocument> for UserGuard {
    fn from(GuardDocument { id, disabled, project_version }: GuardDocument) -> Self {
        Self { id, disabled, version: project_version }
    }
}

pub(super) fn users(database: &Database) -> Collection<GuardDocument> {
    database.collection("users")
}

pub(super) fn projects(database: &Database) -> Collection<ProjectDocument> {
    database.collection("projects")
}

pub(super) fn members(database: &Database) -> Collection<MemberDocument> {
    database.collection("members")
}

pub(super) fn teams(database: &Database) -> Collection<TeamDocument> {
    database.collection("teams")
}

pub(super) fn team_members(database: &Database) -> Collection<TeamMemberDocument> {
    database.collection("team_members")
}

pub(super) fn invitations(database: &Database) -> Collection<InvitationDocument> {
    database.collection("invitations")
}

/// Does the change; `false`, and nothing done, where something is no longer what was read. Whatever was read here is written
/// too, so that one of two transactions that read the same is retried.
pub(super) async fn apply(
    database: &Database,
    session: &mut ClientSession,
    change: &Change,
    at: OffsetDateTime,
) -> MongoResult<bool> {
    if !is_current(database, session, change).await? {
        return Ok(false);
    }
    take_away(database, session, change).await?;
    put_projects(database, session, change).await?;
    put_teams(database, session, change).await?;
    raise(&teams(database), change.team_guards.iter().map(|(id, _)| id), "version", session).await?;
    raise(&users(database), change.users.iter().map(|user| &user.id), "project_version", session).await?;
    for membership in &change.members {
        put_member(database, session, membership).await?;
    }
    if !change.invitations.is_empty() {
        let made = change.invitations.iter().map(InvitationDocument::from);
        invitations(database).insert_many(made).session(&mut *session).await?;
    }
    if let Some(service) = &change.service {
        clients::insert(database, session, service).await?;
    }
    memberships::append(database, session, &change.facts(), at).await?;
    Ok(true)
}

/// Whether everything is what was read.
async fn is_current(database: &Database, session: &mut ClientSession, change: &Change) -> MongoResult<bool> {
    let projects = change.projects.iter().map(|next| ("projects", next.id.as_str(), next.version - 1));
    let guards = change.guards.iter().map(|(id, version)| ("projects", id.as_str(), *version));
    let teams = change.teams.iter().map(|next| ("teams", next.id.as_str(), next.version - 1));
    let removed = change.removed_teams.iter().chain(&change.team_guards);
    let removed = removed.map(|(id, version)| ("teams", id.as_str(), *version));
    for (collection, id, version) in projects.chain(guards).chain(teams).chain(removed) {
        let versions: Collection<Versioned> = database.collection(collection);
        let found = versions.find_one(doc! { "_id": id }).projection(doc! { "version": 1 });
        if found.session(&mut *session).await?.map_or(0, |found| found.version) != version {
            return Ok(false);
        }
    }
    for guard in &change.users {
        let found = users(database).find_one(doc! { "_id": &guard.id }).session(&mut *session).await?;
        if found.map(UserGuard::from).as_ref() != Some(guard) {
            return Ok(false);
        }
    }
    let Some(accepted) = &change.accepted else { return Ok(true) };
    let accepted = doc! { "_id": accepted };
    Ok(invitations(database).find_one(accepted).session(session).await?.is_some())
}

async fn take_away(database: &Database, session: &mut ClientSession, change: &Change) -> MongoResult<()> {
    for id in change.withdrawn.iter().chain(&change.accepted) {
        invitations(database).delete_one(doc! { "_id": id }).session(&mut *session).await?;
    }
    for key in &change.leaving {
        members(database).delete_one(of(key)).session(&mut *session).await?;
    }
    for (team, user) in &change.leaving_teams {
        let place = doc! { "team": team, "user": user };
        team_members(database).delete_one(place).session(&mut *session).await?;
    }
    for (id, _) in &change.removed_teams {
        team_members(database).delete_many(doc! { "team": id }).session(&mut *session).await?;
        teams(database).delete_one(doc! { "_id": id }).session(&mut *session).await?;
    }
    Ok(())
}

async fn put_projects(database: &Database, session: &mut ClientSession, change: &Change) -> MongoResult<()> {
    let projects = projects(database);
    for next in &change.projects {
        let document = ProjectDocument::from(next);
        if next.version == 1 {
            projects.insert_one(document).session(&mut *session).await?;
        } else {
            projects.replace_one(doc! { "_id": &next.id }, document).session(&mut *session).await?;
        }
    }
    let guarded = change.guards.iter().map(|(id, _)| id).chain(&change.raised);
    raise(&projects, guarded, "version", session).await
}

/// Raises a version of documents that were read, or are read and written here.
async fn raise<T: Send + Sync>(
    documents: &Collection<T>,
    ids: impl Iterator<Item = &String>,
    version: &'static str,
    session: &mut ClientSession,
) -> MongoResult<()> {
    let ids: Vec<&String> = ids.collect();
    if !ids.is_empty() {
        let raise = doc! { "$inc": { version: 1_i64 } };
        documents.update_many(doc! { "_id": { "$in": ids } }, raise).session(session).await?;
    }
    Ok(())
}

async fn put_teams(database: &Database, session: &mut ClientSession, change: &Change) -> MongoResult<()> {
    let (teams, team_members) = (teams(database), team_members(database));
    for next in &change.teams {
        let put = teams.replace_one(doc! { "_id": &next.id }, TeamDocument::from(next));
        put.upsert(true).session(&mut *session).await?;
    }
    for member in &change.team_members {
        let place = doc! { "team": &member.team, "user": &member.user };
        let put = team_members.replace_one(place, TeamMemberDocument::from(member));
        put.upsert(true).session(&mut *session).await?;
    }
    Ok(())
}

async fn put_member(
    database: &Database,
    session: &mut ClientSession,
    membership: &Membership,
) -> MongoResult<()> {
    let members = members(database);
    let put = members.replace_one(of(&membership.key), MemberDocument::from(membership));
    put.upsert(true).session(session).await?;
    Ok(())
}

/// The membership with this key.
pub(super) fn of(key: &MemberKey) -> Document {
    doc! { "project": &key.project, "kind": key.kind.name(), "member": &key.member }
}
