//! What a caller is in a project.

use std::collections::BTreeMap;

use shared_models::{
    claims::Principal,
    projects::{MemberKind, ProjectRole, Through},
};

use super::{ADMIN, Actor, Auth, AuthError, through};
use crate::{
    domain::{
        name::FullName,
        project::{Leave, Project, Standing},
    },
    store::{TeamFilter, UserFilter},
};

/// Owners of a project that a refusal names.
const NAMED: usize = 5;

impl Actor {
    /// Whether a user acts, by themselves or by a key of theirs.
    pub(super) fn is_person(&self) -> bool {
        self.principal != Principal::Service
    }
}

impl Auth {
    /// The project, and what the caller is in it. To somebody who is no member there is no such project.
    pub(super) async fn standing(&self, actor: &Actor, id: &str) -> Result<(Project, Standing), AuthError> {
        // Both are read whatever the first one says: the time of a refusal does not tell whether there is a project.
        let (project, mut through) =
            tokio::try_join!(async { Ok(self.store.project(id).await?) }, self.through_of(actor, Some(id)))?;
        let standing = Standing::of(through.remove(id).unwrap_or_default(), actor.scope.covers(ADMIN));
        match project {
            Some(project) if standing.may(ProjectRole::Viewer) == Leave::Given => Ok((project, standing)),
            _ => Err(AuthError::NotFound("project")),
        }
    }

    /// Refuses a member whose role is too little for what `needed` may do.
    pub(super) async fn require_role(
        &self,
        project: &Project,
        standing: &Standing,
        needed: ProjectRole,
    ) -> Result<(), AuthError> {
        match standing.may(needed) {
            Leave::Given => Ok(()),
            Leave::Unknown => Err(AuthError::NotFound("project")),
            Leave::TooLittle => {
                let owners = self.store.owners(&project.id).await?;
                let ids: Vec<String> = owners.into_iter().map(|owner| owner.user).take(NAMED).collect();
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
        let kind = if actor.is_person() { MemberKind::User } else { MemberKind::Service };
        self.memberships_of(kind, &actor.subject, project).await
    }

    /// The memberships that hold for a user or a service now, those of the user's teams included.
    pub(super) async fn memberships_of(
        &self,
        kind: MemberKind,
        id: &str,
        project: Option<&str>,
    ) -> Result<BTreeMap<String, Vec<Through>>, AuthError> {
        let teams = match kind {
            MemberKind::User => self.store.teams_of(id).await?,
            MemberKind::Team | MemberKind::Service => Vec::new(),
        };
        let teams: Vec<String> = teams.into_iter().map(|place| place.team).collect();
        let limit = u32::try_from(teams.len()).unwrap_or(u32::MAX);
        let named = TeamFilter { ids: Some(teams.clone()), after: None, limit };
        let named = if teams.is_empty() { Vec::new() } else { self.store.list_teams(&named).await? };
        let own = [(kind, id.to_owned())];
        let who: Vec<_> =
            own.into_iter().chain(teams.into_iter().map(|team| (MemberKind::Team, team))).collect();
        let now = self.now();
        let mut found: BTreeMap<String, Vec<Through>> = BTreeMap::new();
        for membership in self.store.memberships_of(&who, project).await? {
            if membership.is_live(now) {
                let mut through = through(&membership);
                let team =
                    named.iter().find(|team| through.kind == MemberKind::Team && team.id == through.id);
                through.name = team.map(|team| team.name.as_str().to_owned());
                found.entry(membership.key.project).or_default().push(through);
            }
        }
        Ok(found)
    }
}
