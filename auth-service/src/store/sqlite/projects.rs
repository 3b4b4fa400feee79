//! Projects, teams and who is in them.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, Params, Row, ToSql, named_params};
use serde::{Serialize, de::DeserializeOwned};
use shared_models::projects::{
    ManagedBy, MemberKind, MembershipEntry, MembershipFact, ProjectRole, ProjectState,
};

use super::{
    SqliteStore, audit, memberships,
    project_changes::apply,
    rows::{millis, optional_time, parsed, time},
};
use crate::{
    domain::{
        audit::Entry,
        name::FullName,
        project::{Change, Invitation, MemberKey, Membership, Project, Slug, Team, TeamMember, UserGuard},
        refresh_token::Digest,
    },
    store::{Place, ProjectFilter, ProjectOwner, Projects, Rows, StoreError, TeamFilter, TeamSize},
};

const PROJECT: &str = "SELECT id, slug, title, state, created_by, created_at, version FROM projects";
const MEMBER: &str =
    "SELECT project, kind, member, role, managed_by, expires_at, added_by, added_at FROM members";
const TEAM: &str = "SELECT id, name, created_at, version FROM teams";
const TEAM_MEMBER: &str = "SELECT team, user, manages, added_by, added_at FROM team_members";
/// Larger than every id.
const LAST: &str = "\u{10ffff}";
const INVITATION: &str = "SELECT id, digest, project, role, made_by, made_at, expires_at FROM invitations";

#[async_trait]
impl Projects for SqliteStore {
    async fn change_projects(&self, change: &Change, entry: &Entry) -> Result<bool, StoreError> {
        let (change, entry) = (change.clone(), entry.clone());
        self.database
            .write(move |tx| {
                if !apply(tx, &change, millis(entry.at))? {
                    return Ok(false);
                }
                audit::insert(tx, &entry).map(|()| true)
            })
            .await
    }

    async fn project(&self, id: &str) -> Result<Option<Project>, StoreError> {
        let id = id.to_owned();
        self.database.read(move |c| one(c, &format!("{PROJECT} WHERE id = ?1"), [id], project)).await
    }

    async fn list_projects(&self, filter: &ProjectFilter) -> Result<Vec<Project>, StoreError> {
        let ProjectFilter { ids, slug, archived, after, limit } = filter.clone();
        self.database
            .read(move |c| {
                // Only what is asked for, so that an index can be used.
                let by_ids = ids.as_ref().map(|_| " AND id IN (SELECT value FROM json_each(:ids))");
                let by_slug = slug.as_ref().map(|_| " AND slug = :slug");
                let sql = format!(
                    "{PROJECT} WHERE id > coalesce(:after, '') AND (:archived OR state <> 'archived'){}{} \
                     ORDER BY id LIMIT :limit",
                    by_ids.unwrap_or_default(),
                    by_slug.unwrap_or_default(),
                );
                let ids = ids.map(|ids| serde_json::json!(ids));
                let mut with =
                    named_params! {":archived": archived, ":after": after, ":limit": limit}.to_vec();
                with.extend(ids.as_ref().map(|ids| (":ids", ids as &dyn ToSql)));
                with.extend(slug.as_ref().map(|slug| (":slug", slug as &dyn ToSql)));
                all(c, &sql, with.as_slice(), project)
            })
            .await
    }

    async fn members(
        &self,
        project: &str,
        after: Option<&(MemberKind, String)>,
        limit: u32,
    ) -> Result<Vec<Membership>, StoreError> {
        let project = project.to_owned();
        let (kind, id) = after.cloned().map_or((None, None), |(kind, id)| (Some(kind.name()), Some(id)));
        self.database
            .read(move |c| {
                let sql = format!(
                    "{MEMBER} WHERE project = :project AND (kind, member) > (coalesce(:kind, ''), coalesce(:id, '')) \
                     ORDER BY kind, member LIMIT :limit"
                );
                let with = named_params! {":project": project, ":kind": kind, ":id": id, ":limit": limit};
                all(c, &sql, with, membership)
            })
            .await
    }

    async fn membership(&self, key: &MemberKey) -> Result<Option<Membership>, StoreError> {
        let MemberKey { project, kind, member } = key.clone();
        self.database
            .read(move |c| {
                let sql = format!("{MEMBER} WHERE project = ?1 AND kind = ?2 AND member = ?3");
                one(c, &sql, (project, kind.name(), member), membership)
            })
            .await
    }

    async fn memberships_of(
        &self,
        members: &[(MemberKind, String)],
        project: Option<&str>,
    ) -> Result<Vec<Membership>, StoreError> {
        let (members, project) = (members.to_vec(), project.map(str::to_owned));
        self.database
            .read(move |c| {
                let sql = format!(
                    "{MEMBER} WHERE member = ?1 AND kind = ?2 AND project BETWEEN ?3 AND ?4 ORDER BY project"
                );
                let (first, last) = project.as_deref().map_or(("", LAST), |project| (project, project));
                let mut found = Vec::new();
                for (kind, id) in &members {
                    found.extend(all(c, &sql, (id, kind.name(), first, last), membership)?);
                }
                Ok(found)
            })
            .await
    }

    async fn owners(&self, project: &str, limit: u32) -> Result<Vec<ProjectOwner>, StoreError> {
        let project = project.to_owned();
        self.database
            .read(move |c| {
                let sql = "SELECT m.project, m.kind, m.member, u.id AS user FROM members m \
                     LEFT JOIN team_members t ON m.kind = 'team' AND t.team = m.member \
                     JOIN users u ON u.id = CASE m.kind WHEN 'user' THEN m.member ELSE t.user END \
                     WHERE m.project = ?1 AND m.role = 'owner' AND m.expires_at IS NULL AND NOT u.disabled \
                     ORDER BY m.kind, m.member, u.id LIMIT ?2";
                all(c, sql, (project, limit), |row| {
                    Ok(ProjectOwner { key: key(row)?, user: row.get("user")? })
                })
            })
            .await
    }

    async fn count_made(&self, created_by: &str) -> Result<u64, StoreError> {
        let created_by = created_by.to_owned();
        self.database
            .read(move |c| {
                let sql = "SELECT count(*) FROM projects WHERE created_by = ?1 AND state <> 'archived'";
                let made = one(c, sql, [created_by], |row| row.get::<_, i64>(0))?;
                Ok(made.unwrap_or_default().unsigned_abs())
            })
            .await
    }

    async fn user_guard(&self, id: &str) -> Result<Option<UserGuard>, StoreError> {
        let id = id.to_owned();
        let sql = "SELECT id, disabled, project_version FROM users WHERE id = ?1";
        self.database.read(move |c| one(c, sql, [id], user_guard)).await
    }

    async fn team(&self, id: &str) -> Result<Option<Team>, StoreError> {
        let id = id.to_owned();
        self.database.read(move |c| one(c, &format!("{TEAM} WHERE id = ?1"), [id], team)).await
    }

    async fn list_teams(&self, filter: &TeamFilter) -> Result<Vec<Team>, StoreError> {
        let TeamFilter { ids, after, limit } = filter.clone();
        self.database
            .read(move |c| {
                let by_ids = ids.as_ref().map(|_| " AND id IN (SELECT value FROM json_each(:ids))");
                let sql = format!(
                    "{TEAM} WHERE id > coalesce(:after, ''){} ORDER BY id LIMIT :limit",
                    by_ids.unwrap_or_default()
                );
                let ids = ids.map(|ids| serde_json::json!(ids));
                let mut with = named_params! {":after": after, ":limit": limit}.to_vec();
                with.extend(ids.as_ref().map(|ids| (":ids", ids as &dyn ToSql)));
                all(c, &sql, with.as_slice(), team)
            })
            .await
    }

    async fn team_members(
        &self,
        team: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<TeamMember>, StoreError> {
        let (team, after) = (team.to_owned(), after.map(str::to_owned));
        self.database
            .read(move |c| {
                let sql = format!(
                    "{TEAM_MEMBER} WHERE team = ?1 AND user > coalesce(?2, '') ORDER BY user LIMIT ?3"
                );
                all(c, &sql, (team, after, limit), team_member)
            })
            .await
    }

    async fn team_size(&self, team: &str, user: &str) -> Result<TeamSize, StoreError> {
        let (team, user) = (team.to_owned(), user.to_owned());
        self.database
            .read(move |c| {
                let sql = "SELECT count(*), count(*) FILTER (WHERE t.manages AND t.user <> ?2 AND NOT u.disabled) \
                     FROM team_members t LEFT JOIN users u ON u.id = t.user WHERE t.team = ?1";
                let (users, managers): (i64, i64) =
                    c.prepare_cached(sql)?.query_row((team, user), |row| Ok((row.get(0)?, row.get(1)?)))?;
                Ok(TeamSize { users: users.unsigned_abs(), other_managers: managers.unsigned_abs() })
            })
            .await
    }

    async fn teams_of(&self, user: &str) -> Result<Vec<TeamMember>, StoreError> {
        let user = user.to_owned();
        let sql = format!("{TEAM_MEMBER} WHERE user = ?1 ORDER BY team");
        self.database.read(move |c| all(c, &sql, [user], team_member)).await
    }

    async fn invitations(&self, project: &str) -> Result<Vec<Invitation>, StoreError> {
        let project = project.to_owned();
        let sql = format!("{INVITATION} WHERE project = ?1 ORDER BY id");
        self.database.read(move |c| all(c, &sql, [project], invitation)).await
    }

    async fn invitation(&self, digest: &Digest) -> Result<Option<Invitation>, StoreError> {
        let digest = *digest;
        let sql = format!("{INVITATION} WHERE digest = ?1");
        self.database.read(move |c| one(c, &sql, [digest], invitation)).await
    }

    async fn newest_membership(&self) -> Result<i64, StoreError> {
        self.database.read(memberships::newest).await
    }

    async fn memberships_after(
        &self,
        cursor: i64,
        limit: u32,
    ) -> Result<Option<Vec<MembershipEntry>>, StoreError> {
        self.database.read(move |c| memberships::after(c, cursor, limit)).await
    }

    // In the order of the rows themselves: that of another index reads each of them at a place of its own.
    async fn all_members(
        &self,
        after: Option<&Place>,
        limit: u32,
    ) -> Result<Rows<MembershipFact>, StoreError> {
        let (project, kind, member): (String, String, String) = read_place(after)?;
        let sql = format!(
            "{MEMBER} WHERE (project, kind, member) > (?1, ?2, ?3) ORDER BY project, kind, member LIMIT ?4"
        );
        let rows: Vec<Membership> =
            self.database.read(move |c| all(c, &sql, (project, kind, member, limit), membership)).await?;
        let last = rows.last().map(|last| (&last.key.project, last.key.kind.name(), &last.key.member));
        let last = last.map(|last| place(&last));
        Ok(Rows { rows: rows.iter().map(Membership::fact).collect(), last })
    }

    async fn all_team_members(
        &self,
        after: Option<&Place>,
        limit: u32,
    ) -> Result<Rows<MembershipFact>, StoreError> {
        let (team, user): (String, String) = read_place(after)?;
        let sql = format!("{TEAM_MEMBER} WHERE (team, user) > (?1, ?2) ORDER BY team, user LIMIT ?3");
        let rows: Vec<TeamMember> =
            self.database.read(move |c| all(c, &sql, (team, user, limit), team_member)).await?;
        let last = rows.last().map(|last| place(&(&last.team, &last.user)));
        Ok(Rows { rows: rows.iter().map(TeamMember::fact).collect(), last })
    }
}

/// The place of a row with this key.
fn place(key: &impl Serialize) -> Place {
    Place(serde_json::json!(key).to_string())
}

/// The key of the row at a place; before all of them where there is none.
fn read_place<K: DeserializeOwned + Default>(place: Option<&Place>) -> Result<K, StoreError> {
    let key = place.map(|place| serde_json::from_str(&place.0)).transpose();
    Ok(key
        .map_err(|error| StoreError::Fault(format!("a place cannot be read: {error}")))?
        .unwrap_or_default())
}

fn one<T>(
    connection: &Connection,
    sql: &str,
    with: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>, StoreError> {
    Ok(connection.prepare_cached(sql)?.query_row(with, read).optional()?)
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    with: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_map(with, read)?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn user_guard(row: &Row<'_>) -> rusqlite::Result<UserGuard> {
    Ok(UserGuard { id: row.get(0)?, disabled: row.get(1)?, version: row.get(2)? })
}

fn project(row: &Row<'_>) -> rusqlite::Result<Project> {
    Ok(Project {
        id: row.get("id")?,
        slug: Slug::from_stored(row.get("slug")?),
        title: FullName::from_stored(row.get("title")?),
        state: parsed(row, "state", |name: String| ProjectState::from_name(&name))?,
        created_by: row.get("created_by")?,
        created_at: time(row, "created_at")?,
        version: row.get("version")?,
    })
}

fn key(row: &Row<'_>) -> rusqlite::Result<MemberKey> {
    Ok(MemberKey {
        project: row.get("project")?,
        kind: parsed(row, "kind", |name: String| MemberKind::from_name(&name))?,
        member: row.get("member")?,
    })
}

fn membership(row: &Row<'_>) -> rusqlite::Result<Membership> {
    Ok(Membership {
        key: key(row)?,
        role: parsed(row, "role", |name: String| ProjectRole::from_name(&name))?,
        managed_by: parsed(row, "managed_by", |name: String| ManagedBy::from_name(&name))?,
        expires_at: optional_time(row, "expires_at")?,
        added_by: row.get("added_by")?,
        added_at: time(row, "added_at")?,
    })
}

fn team(row: &Row<'_>) -> rusqlite::Result<Team> {
    Ok(Team {
        id: row.get("id")?,
        name: FullName::from_stored(row.get("name")?),
        created_at: time(row, "created_at")?,
        version: row.get("version")?,
    })
}

fn team_member(row: &Row<'_>) -> rusqlite::Result<TeamMember> {
    Ok(TeamMember {
        team: row.get("team")?,
        user: row.get("user")?,
        manages: row.get("manages")?,
        added_by: row.get("added_by")?,
        added_at: time(row, "added_at")?,
    })
}

fn invitation(row: &Row<'_>) -> rusqlite::Result<Invitation> {
    Ok(Invitation {
        id: row.get("id")?,
        digest: row.get("digest")?,
        project: row.get("project")?,
        role: parsed(row, "role", |name: String| ProjectRole::from_name(&name))?,
        made_by: row.get("made_by")?,
        made_at: time(row, "made_at")?,
        expires_at: time(row, "expires_at")?,
    })
}
