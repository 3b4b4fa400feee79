//! What becomes of the projects and teams of a user who is disabled or removed.

use std::collections::BTreeSet;

use shared_models::projects::{MemberKind, ProjectRole};

use super::{Auth, AuthError, members::last_owner};
use crate::{
    domain::project::{Change, MemberKey, Team},
    store::{ProjectFilter, TeamFilter},
};

impl Auth {
    /// What must hold for a user to be disabled: that each project that they own has another owner, and that nobody changes
    /// those in which they decide about others meanwhile.
    pub(in crate::ops) async fn disabled_in_projects(&self, user: &str) -> Result<Change, AuthError> {
        let memberships = self.memberships_of(MemberKind::User, user, None).await?;
        let decides = |through: &[_]| {
            let role = |through: &shared_models::projects::Through| through.role;
            through.iter().map(role).max() >= Some(ProjectRole::Maintainer)
        };
        let deciding =
            memberships.into_iter().filter(|(_, through)| decides(through)).map(|(project, _)| project);
        self.without(user, deciding.collect()).await
    }

    /// What becomes of a user's memberships where they are removed: they leave every project and team.
    pub(in crate::ops) async fn removed_from_projects(&self, user: &str) -> Result<Change, AuthError> {
        let places = self.store.teams_of(user).await?;
        let ids: Vec<String> = places.into_iter().map(|place| place.team).collect();
        let own = [(MemberKind::User, user.to_owned())];
        let theirs = ids.iter().map(|team| (MemberKind::Team, team.clone()));
        let who: Vec<_> = own.into_iter().chain(theirs).collect();
        let memberships = self.store.memberships_of(&who, None).await?;
        let projects = memberships.iter().map(|membership| membership.key.project.clone()).collect();
        let own = memberships.into_iter().map(|membership| membership.key);
        let leaving: Vec<MemberKey> = own.filter(|key| key.kind == MemberKind::User).collect();
        let limit = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        let teams = match limit {
            0 => Vec::new(),
            _ => self.store.list_teams(&TeamFilter { ids: Some(ids.clone()), after: None, limit }).await?,
        };
        Ok(Change {
            leaving,
            teams: teams.into_iter().map(|team| Team { version: team.version + 1, ..team }).collect(),
            leaving_teams: ids.into_iter().map(|team| (team, user.to_owned())).collect(),
            ..self.without(user, projects).await?
        })
    }

    /// Guards these projects, each of which must have another owner where the user is one.
    async fn without(&self, user: &str, projects: BTreeSet<String>) -> Result<Change, AuthError> {
        let ids: Vec<String> = projects.into_iter().collect();
        let limit = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        if limit == 0 {
            return Ok(Change::default());
        }
        let filter = ProjectFilter { ids: Some(ids), archived: true, limit, ..ProjectFilter::default() };
        let (mut guards, mut orphaned) = (Vec::new(), Vec::new());
        for project in self.store.list_projects(&filter).await? {
            let owners = self.store.owners(&project.id).await?;
            if !owners.is_empty() && owners.iter().all(|owner| owner.user == user) {
                orphaned.push(project.title.as_str().to_owned());
            }
            guards.push((project.id, project.version));
        }
        if orphaned.is_empty() {
            return Ok(Change { guards, ..Change::default() });
        }
        Err(last_owner(&orphaned.iter().map(String::as_str).collect::<Vec<_>>()))
    }
}
