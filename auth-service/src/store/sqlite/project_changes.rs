//! What changes projects, teams and who is in them, within one transaction.

use rusqlite::{Transaction, named_params};

use super::{clients, memberships, rows::millis};
use crate::{
    domain::project::{Change, Invitation, MemberKey, Membership, Project, Team, TeamMember, UserGuard},
    store::StoreError,
};

/// Does the change; `false`, and nothing done, where something is no longer what was read. `at` is when, in milliseconds.
pub(super) fn apply(tx: &Transaction<'_>, change: &Change, at: i64) -> Result<bool, StoreError> {
    if !is_current(tx, change)? {
        return Ok(false);
    }
    take_away(tx, change)?;
    for project in &change.projects {
        put_project(tx, project)?;
    }
    for id in change.guards.iter().map(|(id, _)| id).chain(&change.raised) {
        tx.prepare_cached("UPDATE projects SET version = version + 1 WHERE id = ?1")?.execute([id])?;
    }
    for (id, _) in &change.team_guards {
        tx.prepare_cached("UPDATE teams SET version = version + 1 WHERE id = ?1")?.execute([id])?;
    }
    for user in &change.users {
        let raise = "UPDATE users SET project_version = project_version + 1 WHERE id = ?1";
        tx.prepare_cached(raise)?.execute([&user.id])?;
    }
    for team in &change.teams {
        put_team(tx, team)?;
    }
    for member in &change.members {
        put_member(tx, member)?;
    }
    for member in &change.team_members {
        put_team_member(tx, member)?;
    }
    for invitation in &change.invitations {
        put_invitation(tx, invitation)?;
    }
    if let Some(service) = &change.service {
        clients::write(tx, service)?;
    }
    memberships::append(tx, &change.facts(), at)?;
    Ok(true)
}

/// Whether everything is what was read.
fn is_current(tx: &Transaction<'_>, change: &Change) -> Result<bool, StoreError> {
    let projects = change.projects.iter().map(|next| (next.id.as_str(), next.version - 1));
    let guards = change.guards.iter().map(|(id, version)| (id.as_str(), *version));
    for (id, version) in projects.chain(guards) {
        if version_of(tx, "projects", id)? != version {
            return Ok(false);
        }
    }
    let teams = change.teams.iter().map(|next| (next.id.as_str(), next.version - 1));
    let removed = change.removed_teams.iter().chain(&change.team_guards);
    for (id, version) in teams.chain(removed.map(|(id, version)| (id.as_str(), *version))) {
        if version_of(tx, "teams", id)? != version {
            return Ok(false);
        }
    }
    for UserGuard { id, disabled, version } in &change.users {
        let found = "SELECT 1 FROM users WHERE id = ?1 AND disabled = ?2 AND project_version = ?3";
        if !tx.prepare_cached(found)?.exists((id, disabled, version))? {
            return Ok(false);
        }
    }
    let Some(accepted) = &change.accepted else { return Ok(true) };
    Ok(tx.prepare_cached("SELECT 1 FROM invitations WHERE id = ?1")?.exists([accepted])?)
}

/// The version of a row; 0 where there is none. `table` is one of this file's own names.
fn version_of(tx: &Transaction<'_>, table: &'static str, id: &str) -> Result<i64, StoreError> {
    let mut version = tx.prepare_cached(&format!("SELECT max(version) FROM {table} WHERE id = ?1"))?;
    Ok(version.query_row([id], |row| row.get::<_, Option<i64>>(0))?.unwrap_or_default())
}

fn take_away(tx: &Transaction<'_>, change: &Change) -> Result<(), StoreError> {
    for id in change.withdrawn.iter().chain(&change.accepted) {
        tx.prepare_cached("DELETE FROM invitations WHERE id = ?1")?.execute([id])?;
    }
    for MemberKey { project, kind, member } in &change.leaving {
        let leave = "DELETE FROM members WHERE project = ?1 AND kind = ?2 AND member = ?3";
        tx.prepare_cached(leave)?.execute((project, kind.name(), member))?;
    }
    for (team, user) in &change.leaving_teams {
        let leave = "DELETE FROM team_members WHERE team = ?1 AND user = ?2";
        tx.prepare_cached(leave)?.execute((team, user))?;
    }
    for (id, _) in &change.removed_teams {
        tx.prepare_cached("DELETE FROM team_members WHERE team = ?1")?.execute([id])?;
        tx.prepare_cached("DELETE FROM teams WHERE id = ?1")?.execute([id])?;
    }
    Ok(())
}

fn put_project(tx: &Transaction<'_>, project: &Project) -> Result<(), StoreError> {
    let Project { id, slug, title, state, created_by, created_at, version } = project;
    // Not "or replace": another project that has the slug must stay.
    tx.prepare_cached(
        "INSERT INTO projects (id, slug, title, state, created_by, created_at, version) \
         VALUES (:id, :slug, :title, :state, :created_by, :created_at, :version) \
         ON CONFLICT (id) DO UPDATE SET slug = :slug, title = :title, state = :state, version = :version",
    )?
    .execute(named_params! {
        ":id": id,
        ":slug": slug.as_str(),
        ":title": title.as_str(),
        ":state": state.name(),
        ":created_by": created_by,
        ":created_at": millis(*created_at),
        ":version": version,
    })?;
    Ok(())
}

fn put_team(tx: &Transaction<'_>, team: &Team) -> Result<(), StoreError> {
    let Team { id, name, created_at, version } = team;
    tx.prepare_cached(
        "INSERT OR REPLACE INTO teams (id, name, created_at, version) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute((id, name.as_str(), millis(*created_at), version))?;
    Ok(())
}

fn put_member(tx: &Transaction<'_>, membership: &Membership) -> Result<(), StoreError> {
    let Membership { key, role, managed_by, expires_at, added_by, added_at } = membership;
    tx.prepare_cached(
        "INSERT OR REPLACE INTO members (project, kind, member, role, managed_by, expires_at, added_by, added_at) \
         VALUES (:project, :kind, :member, :role, :managed_by, :expires_at, :added_by, :added_at)",
    )?
    .execute(named_params! {
        ":project": key.project,
        ":kind": key.kind.name(),
        ":member": key.member,
        ":role": role.name(),
        ":managed_by": managed_by.name(),
        ":expires_at": expires_at.map(millis),
        ":added_by": added_by,
        ":added_at": millis(*added_at),
    })?;
    Ok(())
}

fn put_team_member(tx: &Transaction<'_>, member: &TeamMember) -> Result<(), StoreError> {
    let TeamMember { team, user, manages, added_by, added_at } = member;
    tx.prepare_cached(
        "INSERT OR REPLACE INTO team_members (team, user, manages, added_by, added_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute((team, user, manages, added_by, millis(*added_at)))?;
    Ok(())
}

fn put_invitation(tx: &Transaction<'_>, invitation: &Invitation) -> Result<(), StoreError> {
    let Invitation { id, digest, project, role, made_by, made_at, expires_at } = invitation;
    // What can no longer be accepted is not kept.
    tx.prepare_cached("DELETE FROM invitations WHERE expires_at <= ?1")?.execute([millis(*made_at)])?;
    tx.prepare_cached(
        "INSERT INTO invitations (id, digest, project, role, made_by, made_at, expires_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute((id, digest, project, role.name(), made_by, millis(*made_at), millis(*expires_at)))?;
    Ok(())
}
