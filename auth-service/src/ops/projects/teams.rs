//! Teams: flat sets of users, looked after by those of them who manage it.

use service_kit::precondition::Precondition;
use shared_models::projects::{self as wire, MemberKind, TeamPlace};

use super::{ADMIN, Actor, Auth, AuthError, is_expected};
use crate::{
    domain::{
        audit::Action,
        id,
        name::FullName,
        project::{Change, MemberKey, Project, Team, TeamMember},
    },
    ops::audit::Act,
    store::{ProjectFilter, ProjectOwner, TeamFilter, TeamSize},
};

/// Users of a team at most.
const MOST_USERS: u64 = 10_000;
/// Teams of a user at most.
const MOST_TEAMS: usize = 500;

impl Auth {
    /// The teams that the caller is in, by id; all of them for an administrator who asks for `all`.
    pub async fn list_teams(
        &self,
        actor: &Actor,
        mut filter: TeamFilter,
        all: bool,
    ) -> Result<Vec<wire::Team>, AuthError> {
        let places =
            if actor.acts_for_user() { self.store.teams_of(&actor.subject).await? } else { Vec::new() };
        if all {
            actor.require(ADMIN)?;
        } else {
            filter.ids = Some(places.iter().map(|place| place.team.clone()).collect());
        }
        let is_admin = actor.scope.covers(ADMIN);
        let manages = |id: &str| is_admin || places.iter().any(|place| place.team == id && place.manages);
        let found = self.store.list_teams(&filter).await?;
        Ok(found.into_iter().map(|team| view(&team, manages(&team.id))).collect())
    }

    /// A team that the caller is in.
    pub async fn team(&self, actor: &Actor, id: &str) -> Result<wire::Team, AuthError> {
        let (team, manages) = self.place_in(actor, id).await?;
        Ok(view(&team, manages))
    }

    /// Makes a team. The caller manages it.
    pub async fn create_team(&self, actor: &Actor, name: &str) -> Result<wire::Team, AuthError> {
        let id = id::new(self.now(), self.env.random.as_ref());
        let entry = self.entry_of(actor, Act::new(Action::TeamCreated));
        let outcome = self.until_current_with(async || {
            let name = self::name(name)?;
            if !actor.acts_for_user() {
                return Err(AuthError::LoginNeeded);
            }
            let users = vec![self.enabled(&actor.subject).await?];
            if self.store.teams_of(&actor.subject).await?.len() >= MOST_TEAMS {
                return Err(AuthError::Conflict(format!("you are in {MOST_TEAMS} teams; leave some first")));
            }
            let now = self.now();
            let team = Team { id: id.clone(), name, created_at: now, version: 1 };
            let first = TeamMember {
                team: id.clone(),
                user: actor.subject.clone(),
                manages: true,
                added_by: actor.subject.clone(),
                added_at: now,
            };
            let (shown, entry) = (view(&team, true), entry.on("team", &id).saying(team.name.as_str()));
            let teams = vec![team];
            Ok((Change { users, teams, team_members: vec![first], ..Change::default() }, entry, shown))
        });
        let outcome = outcome.await;
        self.or_refused(entry, outcome).await
    }

    /// Renames a team: those who manage it and administrators may.
    pub async fn rename_team(
        &self,
        actor: &Actor,
        id: &str,
        name: &str,
        expected: &Precondition,
    ) -> Result<wire::Team, AuthError> {
        let entry = self.entry_of(actor, Act::new(Action::TeamChanged).to("team", id).saying("name"));
        let outcome = self.until_current(&entry, async || {
            let name = self::name(name)?;
            let before = self.managed(actor, id, expected).await?;
            let next = Team { name, ..raised(before) };
            Ok((Change { teams: vec![next.clone()], ..Change::default() }, view(&next, true)))
        });
        let outcome = outcome.await;
        self.or_refused(entry, outcome).await
    }

    /// Removes a team, which leaves every project that it is in.
    pub async fn remove_team(
        &self,
        actor: &Actor,
        id: &str,
        expected: &Precondition,
    ) -> Result<(), AuthError> {
        let entry = self.entry_of(actor, Act::new(Action::TeamRemoved).to("team", id));
        let outcome = self.until_current_with(async || {
            let team = self.managed(actor, id, expected).await?;
            let projects = self.projects_of_team(&team, |owner| owner.key.member == id).await?;
            let key = |project: &Project| MemberKey {
                project: project.id.clone(),
                kind: MemberKind::Team,
                member: id.to_owned(),
            };
            let left: Vec<&str> = projects.iter().map(|project| project.id.as_str()).collect();
            let entry = entry.saying(format!("projects: {}", left.join(" ")));
            let change = Change {
                leaving: projects.iter().map(key).collect(),
                guards: projects.into_iter().map(|project| (project.id, project.version)).collect(),
                removed_teams: vec![(team.id, team.version)],
                ..Change::default()
            };
            Ok((change, entry, ()))
        });
        let outcome = outcome.await;
        self.or_refused(entry, outcome).await
    }

    /// The users of a team, by id, from behind `after`; and the team's version before they were read.
    pub async fn team_members(
        &self,
        actor: &Actor,
        id: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<(i64, Vec<wire::TeamMember>), AuthError> {
        let (team, _) = self.place_in(actor, id).await?;
        let found = self.store.team_members(id, after, limit).await?;
        let names = self.names_of_users(found.iter().map(|place| place.user.clone()).collect()).await?;
        let members = found.into_iter().map(|place| {
            let name = names.iter().find(|(user, _)| *user == place.user).and_then(|(_, name)| name.clone());
            wire::TeamMember {
                id: place.user,
                name,
                manages: place.manages,
                added_by: place.added_by,
                added_at: place.added_at,
            }
        });
        Ok((team.version, members.collect()))
    }

    /// Adds a user to a team, or gives one another place. Returns the team's version.
    pub async fn set_team_member(
        &self,
        actor: &Actor,
        id: &str,
        user: &str,
        place: TeamPlace,
        expected: &Precondition,
    ) -> Result<i64, AuthError> {
        let detail = format!("user {user} manages={}", place.manages);
        let entry = self.entry_of(actor, Act::new(Action::TeamMemberSet).to("team", id).saying(detail));
        let outcome = self.until_current(&entry, async || {
            let team = self.managed(actor, id, expected).await?;
            let guard = self.enabled(user).await?;
            let (places, size) = tokio::try_join!(self.store.teams_of(user), self.store.team_size(id, user))?;
            let before = places.iter().find(|before| before.team == id);
            if before.is_none() && size.users >= MOST_USERS {
                return Err(AuthError::Conflict(format!("a team has at most {MOST_USERS} users")));
            }
            if before.is_none() && places.len() >= MOST_TEAMS {
                return Err(AuthError::Conflict(format!("a user is in at most {MOST_TEAMS} teams")));
            }
            if !place.manages {
                keeps_a_manager(before, size)?;
            }
            let next = TeamMember {
                team: id.to_owned(),
                user: user.to_owned(),
                manages: place.manages,
                added_by: before.map_or_else(|| actor.subject.clone(), |before| before.added_by.clone()),
                added_at: before.map_or_else(|| self.now(), |before| before.added_at),
            };
            let (version, team_guards) = (team.version + 1, vec![(team.id, team.version)]);
            let users = vec![guard];
            Ok((Change { users, team_guards, team_members: vec![next], ..Change::default() }, version))
        });
        let outcome = outcome.await;
        self.or_refused(entry, outcome).await
    }

    /// Removes a user from a team: those who manage it and administrators may, and each user may leave. Returns the team's
    /// version.
    pub async fn remove_team_member(
        &self,
        actor: &Actor,
        id: &str,
        user: &str,
        expected: &Precondition,
    ) -> Result<i64, AuthError> {
        let detail = format!("user {user}");
        let entry = self.entry_of(actor, Act::new(Action::TeamMemberRemoved).to("team", id).saying(detail));
        let outcome = self.until_current(&entry, async || {
            let leaves = actor.leaves(user);
            let (team, manages) = self.place_in(actor, id).await?;
            if !manages && !leaves {
                return Err(AuthError::TeamManagerNeeded);
            }
            is_expected(team.version, expected)?;
            let (places, size) = tokio::try_join!(self.store.teams_of(user), self.store.team_size(id, user))?;
            let place = places.iter().find(|place| place.team == id).ok_or(AuthError::NotFound("member"))?;
            keeps_a_manager(Some(place), size)?;
            let is_gone = |owner: &ProjectOwner| owner.key.member == id && owner.user == user;
            let projects = self.projects_of_team(&team, is_gone).await?;
            let change = Change {
                guards: projects.into_iter().map(|project| (project.id, project.version)).collect(),
                team_guards: vec![(team.id, team.version)],
                leaving_teams: vec![(id.to_owned(), user.to_owned())],
                ..Change::default()
            };
            Ok((change, team.version + 1))
        });
        let outcome = outcome.await;
        self.or_refused(entry, outcome).await
    }

    /// A team that the caller is in or looks after, and whether they may change it.
    pub(super) async fn place_in(&self, actor: &Actor, id: &str) -> Result<(Team, bool), AuthError> {
        let is_admin = actor.scope.covers(ADMIN);
        // The team first: a change that is based on its version is based on places that are not older.
        let team = self.store.team(id).await?;
        let places = self.store.teams_of(&actor.subject).await?;
        let place = places.iter().find(|place| place.team == id).filter(|_| actor.acts_for_user());
        match team {
            Some(team) if is_admin || place.is_some() => {
                Ok((team, is_admin || place.is_some_and(|place| place.manages)))
            }
            _ => Err(AuthError::NotFound("team")),
        }
    }

    /// A team that the caller may change, at the version that they expect.
    async fn managed(&self, actor: &Actor, id: &str, expected: &Precondition) -> Result<Team, AuthError> {
        let (team, manages) = self.place_in(actor, id).await?;
        if !manages {
            return Err(AuthError::TeamManagerNeeded);
        }
        is_expected(team.version, expected)?;
        Ok(team)
    }

    /// The projects that a team is in, each of which must have an owner who is not gone.
    async fn projects_of_team(
        &self,
        team: &Team,
        is_gone: impl Fn(&ProjectOwner) -> bool,
    ) -> Result<Vec<Project>, AuthError> {
        let in_projects = self.store.memberships_of(&[(MemberKind::Team, team.id.clone())], None).await?;
        let ids: Vec<String> = in_projects.into_iter().map(|membership| membership.key.project).collect();
        let limit = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        if limit == 0 {
            return Ok(Vec::new());
        }
        let filter = ProjectFilter { ids: Some(ids), archived: true, limit, ..ProjectFilter::default() };
        let projects = self.store.list_projects(&filter).await?;
        for project in &projects {
            self.keeps_an_owner(project, &is_gone).await?;
        }
        Ok(projects)
    }
}

fn name(text: &str) -> Result<FullName, AuthError> {
    FullName::parse(text).map_err(|fault| AuthError::invalid("/name", "format", format!("name: {fault}")))
}

fn raised(team: Team) -> Team {
    Team { version: team.version + 1, ..team }
}

/// Refuses to take from a team the last one who manages it.
fn keeps_a_manager(leaving: Option<&TeamMember>, team: TeamSize) -> Result<(), AuthError> {
    if leaving.is_none_or(|place| !place.manages) || team.other_managers > 0 {
        return Ok(());
    }
    Err(AuthError::Conflict(
        "nobody else manages this team; let somebody else manage it first, or remove it".into(),
    ))
}

fn view(team: &Team, manages: bool) -> wire::Team {
    wire::Team {
        id: team.id.clone(),
        name: team.name.as_str().to_owned(),
        manages,
        created_at: team.created_at,
        version: team.version,
    }
}
