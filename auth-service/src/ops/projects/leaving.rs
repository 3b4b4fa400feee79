//! What becomes of the projects and teams of a user who is disabled or removed.

use std::collections::BTreeSet;

use shared_models::projects::{MemberKind, ProjectRole};

use super::{ADMIN, Actor, Auth, AuthError};
use crate::{
    domain::project::{Change, MemberKey, Membership, Team, TeamMember},
    store::{ProjectFilter, TeamFilter},
};

impl Auth {
    /// What must hold for a user to be disabled: each project that they own has another owner, and none of their memberships
    /// changes meanwhile.
    pub(in crate::ops) async fn disabled_in_projects(
        &self,
        actor: &Actor,
        user: &str,
    ) -> Result<Change, AuthError> {
        let Some(guard) = self.store.user_guard(user).await? else { return Ok(Change::default()) };
        let (places, teams) = self.teams_with(user).await?;
        let memberships = self.memberships_with(user, &places).await?;
        Ok(Change {
            users: vec![guard],
            team_guards: teams.into_iter().map(|team| (team.id, team.version)).collect(),
            guards: self.owned_by_others_too(actor, user, &memberships).await?,
            ..Change::default()
        })
    }

    /// What becomes of a user's memberships where they are removed: they leave every project and team.
    pub(in crate::ops) async fn removed_from_projects(
        &self,
        actor: &Actor,
        user: &str,
    ) -> Result<Change, AuthError> {
        let Some(guard) = self.store.user_guard(user).await? else { return Ok(Change::default()) };
        let (places, teams) = self.teams_with(user).await?;
        let memberships = self.memberships_with(user, &places).await?;
        let guards = self.owned_by_others_too(actor, user, &memberships).await?;
        let own = memberships.into_iter().map(|membership| membership.key);
        let leaving: Vec<MemberKey> = own.filter(|key| key.kind == MemberKind::User).collect();
        let is_guarded = |project: &String| guards.iter().any(|(guarded, _)| guarded == project);
        let raised = leaving.iter().map(|key| key.project.clone()).filter(|project| !is_guarded(project));
        Ok(Change {
            users: vec![guard],
            team_guards: teams.into_iter().map(|team| (team.id, team.version)).collect(),
            leaving_teams: places.into_iter().map(|place| (place.team, place.user)).collect(),
            raised: raised.collect(),
            leaving,
            guards,
            ..Change::default()
        })
    }

    /// The user's places in teams, and these teams.
    async fn teams_with(&self, user: &str) -> Result<(Vec<TeamMember>, Vec<Team>), AuthError> {
        let places = self.store.teams_of(user).await?;
        let ids: Vec<String> = places.iter().map(|place| place.team.clone()).collect();
        let limit = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        let teams = match limit {
            0 => Vec::new(),
            _ => self.store.list_teams(&TeamFilter { ids: Some(ids), after: None, limit }).await?,
        };
        Ok((places, teams))
    }

    /// The memberships of the user and of their teams, those that have expired included.
    async fn memberships_with(
        &self,
        user: &str,
        places: &[TeamMember],
    ) -> Result<Vec<Membership>, AuthError> {
        let own = [(MemberKind::User, user.to_owned())];
        let theirs = places.iter().map(|place| (MemberKind::Team, place.team.clone()));
        Ok(self.store.memberships_of(&own.into_iter().chain(theirs).collect::<Vec<_>>(), None).await?)
    }

    /// Guards the projects that the user owns, each of which must have another owner.
    async fn owned_by_others_too(
        &self,
        actor: &Actor,
        user: &str,
        memberships: &[Membership],
    ) -> Result<Vec<(String, i64)>, AuthError> {
        let owned = memberships.iter().filter(|membership| membership.role == ProjectRole::Owner);
        let owned: BTreeSet<&String> = owned.map(|membership| &membership.key.project).collect();
        let ids: Vec<String> = owned.into_iter().cloned().collect();
        let limit = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        if limit == 0 {
            return Ok(Vec::new());
        }
        let filter = ProjectFilter { ids: Some(ids), archived: true, limit, ..ProjectFilter::default() };
        let (mut guards, mut titles) = (Vec::new(), Vec::new());
        for project in self.store.list_projects(&filter).await? {
            let owners = self.store.owners(&project.id, u32::MAX).await?;
            if !owners.is_empty() && owners.iter().all(|owner| owner.user == user) {
                titles.push(project.title.as_str().to_owned());
            }
            guards.push((project.id, project.version));
        }
        if titles.is_empty() {
            return Ok(guards);
        }
        let count = titles.len();
        if actor.subject != user && !actor.scope.covers(ADMIN) {
            titles.clear();
        }
        Err(AuthError::LastOwner { titles, count })
    }
}
