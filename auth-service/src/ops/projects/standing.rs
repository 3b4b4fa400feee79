//! What a caller is in a project.

use std::collections::{BTreeMap, BTreeSet};

use shared_models::{
    claims::Principal,
    projects::{MemberKind, ProjectRole, Through},
};

use super::{ADMIN, Actor, Auth, AuthError, through};
use crate::{
    domain::{
        name::FullName,
        project::{Project, Standing, Verdict},
    },
    store::UserFilter,
};

/// Owners of a project that a refusal names.
const NAMED: u32 = 5;

impl Actor {
    /// Whether it acts for a user: they themselves do, or a key or a session of theirs.
    pub(super) fn acts_for_user(&self) -> bool {
        self.principal != Principal::Service
    }

    /// Whether a user takes themselves out.
    pub(super) fn leaves(&self, user: &str) -> bool {
        self.acts_for_user() && user == self.subject
    }
}

impl Auth {
    /// The project, and what the caller is in it. To somebody who is no member there is no such project.
    pub(super) async fn standing(&self, actor: &Actor, id: &str) -> Result<(Project, Standing), AuthError> {
        if id == actor.subject
            && let Some(personal) = self.personal(actor).await?
        {
            let standing = Standing::of(vec![of_user(&personal.id)], actor.scope.covers(ADMIN));
            return Ok((personal, standing));
        }
        // The project first: a change that is based on its version is based on members who are not older. Both are read whatever
        // the first one says, so that the time of a refusal does not tell whether there is a project.
        let project = self.store.project(id).await?;
        let mut through = self.through_of(actor, Some(id)).await?;
        let standing = Standing::of(through.remove(id).unwrap_or_default(), actor.scope.covers(ADMIN));
        match project {
            Some(project) if standing.may(ProjectRole::Viewer) == Verdict::Allowed => Ok((project, standing)),
            _ => Err(AuthError::NotFound("project")),
        }
    }

    /// The project that the caller has without making one.
    pub(super) async fn personal(&self, actor: &Actor) -> Result<Option<Project>, AuthError> {
        if !self.policy.personal_projects || !actor.acts_for_user() {
            return Ok(None);
        }
        Ok(self.store.user(&actor.subject).await?.as_ref().map(Project::personal))
    }

    /// A project that can be changed and in which the caller may do what `needed` may.
    pub(super) async fn deciding(
        &self,
        actor: &Actor,
        id: &str,
        needed: ProjectRole,
    ) -> Result<(Project, Standing), AuthError> {
        let (project, standing) = self.standing(actor, id).await?;
        self.require_role(&project, &standing, needed).await?;
        if project.is_personal() {
            let fault =
                "a personal project cannot be changed and has no other members; make a project to share";
            return Err(AuthError::Conflict(fault.into()));
        }
        Ok((project, standing))
    }

    /// Refuses a member whose role does not allow what `needed` may do.
    pub(super) async fn require_role(
        &self,
        project: &Project,
        standing: &Standing,
        needed: ProjectRole,
    ) -> Result<(), AuthError> {
        match standing.may(needed) {
            Verdict::Allowed => Ok(()),
            Verdict::NoMember => Err(AuthError::NotFound("project")),
            Verdict::InsufficientRole => {
                let owners = self.store.owners(&project.id, NAMED).await?;
                let ids: Vec<String> = owners.into_iter().map(|owner| owner.user).collect();
                let limit = u32::try_from(ids.len()).unwrap_or_default();
                let owners = match limit {
                    0 => Vec::new(),
                    _ => self.store.list_users(&UserFilter { ids, limit, ..UserFilter::default() }).await?,
                };
                let name = |name: Option<FullName>, id| name.map_or(id, |name| name.as_str().to_owned());
                let givers = owners.into_iter().map(|owner| name(owner.full_name, owner.id)).collect();
                Err(AuthError::RoleNeeded { needed, givers })
            }
        }
    }

    /// The memberships that hold for the caller now, by project; or those in one project.
    pub(super) async fn through_of(
        &self,
        actor: &Actor,
        project: Option<&str>,
    ) -> Result<BTreeMap<String, Vec<Through>>, AuthError> {
        let kind = if actor.acts_for_user() { MemberKind::User } else { MemberKind::Service };
        self.live_memberships(kind, &actor.subject, project).await
    }

    /// The memberships that hold for a user or a service now, those of the user's teams included.
    pub(super) async fn live_memberships(
        &self,
        kind: MemberKind,
        id: &str,
        project: Option<&str>,
    ) -> Result<BTreeMap<String, Vec<Through>>, AuthError> {
        let teams = match kind {
            MemberKind::User => self.store.teams_of(id).await?,
            MemberKind::Team | MemberKind::Service => Vec::new(),
        };
        let own = [(kind, id.to_owned())];
        let who: Vec<_> =
            own.into_iter().chain(teams.into_iter().map(|place| (MemberKind::Team, place.team))).collect();
        let now = self.now();
        let mut found = self.store.memberships_of(&who, project).await?;
        found.retain(|membership| membership.is_live(now));
        let teams = found.iter().filter(|membership| membership.key.kind == MemberKind::Team);
        let teams: BTreeSet<String> = teams.map(|membership| membership.key.member.clone()).collect();
        let named = self.names_of_teams(teams.into_iter().collect()).await?;
        let mut by_project: BTreeMap<String, Vec<Through>> = BTreeMap::new();
        for membership in found {
            let mut through = through(&membership);
            let team = named.iter().find(|(id, _)| through.kind == MemberKind::Team && *id == through.id);
            through.name = team.map(|(_, name)| name.clone());
            by_project.entry(membership.key.project).or_default().push(through);
        }
        Ok(by_project)
    }
}

/// That a user owns their personal project.
pub(super) fn of_user(id: &str) -> Through {
    Through {
        kind: MemberKind::User,
        id: id.to_owned(),
        name: None,
        role: ProjectRole::Owner,
        expires_at: None,
    }
}
