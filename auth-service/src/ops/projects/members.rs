//! The members of a project: set and removed by its owners, and they may leave.

use service_kit::precondition::Precondition;
use shared_models::projects::{ManagedBy, Member, MemberKind, MemberRole, ProjectRole};

use super::{Actor, Auth, AuthError, is_expected};
use crate::{
    domain::{
        audit::Action,
        name::FullName,
        project::{Change, MemberKey, Membership, Project},
    },
    ops::audit::Act,
    store::{ProjectOwner, TeamFilter, UserFilter},
};

impl Auth {
    /// The members of a project, by kind and id, from behind `after`; and the project's version before they were read.
    pub async fn members(
        &self,
        actor: &Actor,
        project: &str,
        after: Option<&(MemberKind, String)>,
        limit: u32,
    ) -> Result<(i64, Vec<Member>), AuthError> {
        let (project, _) = self.standing(actor, project).await?;
        let found = self.store.members(&project.id, after, limit).await?;
        Ok((project.version, self.named(found).await?))
    }

    /// The members as others see them, with their names.
    async fn named(&self, members: Vec<Membership>) -> Result<Vec<Member>, AuthError> {
        let ids = |kind| -> Vec<String> {
            let of_kind = members.iter().filter(|member| member.key.kind == kind);
            of_kind.map(|member| member.key.member.clone()).collect()
        };
        let (users, teams) =
            (self.names_of_users(ids(MemberKind::User)), self.names_of_teams(ids(MemberKind::Team)));
        let (users, teams) = tokio::try_join!(users, teams)?;
        let mut named = Vec::with_capacity(members.len());
        for member in members {
            let (kind, id) = (member.key.kind, member.key.member.as_str());
            let name = match kind {
                MemberKind::User => {
                    users.iter().find(|(known, _)| known == id).and_then(|(_, name)| name.clone())
                }
                MemberKind::Team => teams.iter().find(|(known, _)| known == id).map(|(_, name)| name.clone()),
                MemberKind::Service => self.store.client(id).await?.map(|client| client.name),
            };
            named.push(member.view(name));
        }
        Ok(named)
    }

    /// The users with these ids, and their names where they have one.
    pub(super) async fn names_of_users(
        &self,
        ids: Vec<String>,
    ) -> Result<Vec<(String, Option<String>)>, AuthError> {
        let limit = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        if limit == 0 {
            return Ok(Vec::new());
        }
        let users = self.store.list_users(&UserFilter { ids, limit, ..UserFilter::default() }).await?;
        let name = |name: Option<FullName>| name.map(|name| name.as_str().to_owned());
        Ok(users.into_iter().map(|user| (user.id, name(user.full_name))).collect())
    }

    async fn names_of_teams(&self, ids: Vec<String>) -> Result<Vec<(String, String)>, AuthError> {
        let limit = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        if limit == 0 {
            return Ok(Vec::new());
        }
        let teams = self.store.list_teams(&TeamFilter { ids: Some(ids), after: None, limit }).await?;
        Ok(teams.into_iter().map(|team| (team.id, team.name.as_str().to_owned())).collect())
    }

    /// Adds a member to a project, or gives one another role: its owners and administrators may.
    pub async fn set_member(
        &self,
        actor: &Actor,
        key: &MemberKey,
        input: &MemberRole,
        expected: &Precondition,
    ) -> Result<Member, AuthError> {
        let detail = format!("{} {} {}", key.kind.name(), key.member, input.role.name());
        let act = Act::new(Action::ProjectMemberSet).to("project", &key.project).saying(detail);
        let entry = self.entry_of(actor, act);
        let outcome = self.until_current(&entry, async || {
            let (project, standing) = self.standing(actor, &key.project).await?;
            self.require_role(&project, &standing, ProjectRole::Owner).await?;
            is_expected(project.version, expected)?;
            self.may_be_member(key, input).await?;
            let before = self.store.membership(key).await?;
            let next = Membership {
                key: key.clone(),
                role: input.role,
                managed_by: ManagedBy::Manual,
                expires_at: input.expires_at,
                added_by: before
                    .as_ref()
                    .map_or_else(|| actor.subject.clone(), |before| before.added_by.clone()),
                added_at: before.as_ref().map_or_else(|| self.now(), |before| before.added_at),
            };
            if next.role != ProjectRole::Owner || next.expires_at.is_some() {
                self.keeps_an_owner(&project, |owner| owner.key == *key).await?;
            }
            let guards = vec![(project.id, project.version)];
            Ok((Change { guards, members: vec![next.clone()], ..Change::default() }, next))
        });
        let outcome = outcome.await;
        let set = self.or_refused(entry, outcome).await?;
        self.named(vec![set]).await?.pop().ok_or_else(|| AuthError::Internal("a member has no view".into()))
    }

    /// Removes a member from a project: its owners and administrators may, and each user may leave.
    pub async fn remove_member(
        &self,
        actor: &Actor,
        key: &MemberKey,
        expected: &Precondition,
    ) -> Result<(), AuthError> {
        let detail = format!("{} {}", key.kind.name(), key.member);
        let act = Act::new(Action::ProjectMemberRemoved).to("project", &key.project).saying(detail);
        let entry = self.entry_of(actor, act);
        let outcome = self.until_current(&entry, async || {
            let (project, standing) = self.standing(actor, &key.project).await?;
            let leaves = key.kind == MemberKind::User && key.member == actor.subject;
            if !leaves {
                self.require_role(&project, &standing, ProjectRole::Owner).await?;
            }
            is_expected(project.version, expected)?;
            self.store.membership(key).await?.ok_or(AuthError::NotFound("member"))?;
            self.keeps_an_owner(&project, |owner| owner.key == *key).await?;
            let guards = vec![(project.id, project.version)];
            Ok((Change { guards, leaving: vec![key.clone()], ..Change::default() }, ()))
        });
        let outcome = outcome.await;
        self.or_refused(entry, outcome).await
    }

    /// Refuses what cannot be a member, or not in this role.
    async fn may_be_member(&self, key: &MemberKey, input: &MemberRole) -> Result<(), AuthError> {
        if input.expires_at.is_some_and(|end| end <= self.now()) {
            return Err(AuthError::invalid("/expires_at", "minimum", "expires_at: must be in the future"));
        }
        match key.kind {
            MemberKind::User => {
                let user = self.store.user(&key.member).await?.filter(|user| !user.disabled);
                user.map(|_| ()).ok_or(AuthError::NotFound("user"))
            }
            MemberKind::Team => {
                self.store.team(&key.member).await?.map(|_| ()).ok_or(AuthError::NotFound("team"))
            }
            MemberKind::Service => {
                let service = self.store.client(&key.member).await?;
                let own = service.is_some_and(|service| service.project.as_ref() == Some(&key.project));
                if !own {
                    return Err(AuthError::NotFound("service account"));
                }
                if input.role == ProjectRole::Owner {
                    let fault = "role: a service account cannot own its project";
                    return Err(AuthError::invalid("/role", "enum", fault));
                }
                Ok(())
            }
        }
    }

    /// Refuses what would leave the project without an owner: all are gone but those who stay.
    pub(super) async fn keeps_an_owner(
        &self,
        project: &Project,
        is_gone: impl Fn(&ProjectOwner) -> bool,
    ) -> Result<(), AuthError> {
        let owners = self.store.owners(&project.id).await?;
        // Where there is none already, nothing is lost.
        if owners.is_empty() || owners.iter().any(|owner| !is_gone(owner)) {
            return Ok(());
        }
        Err(last_owner(&[project.title.as_str()]))
    }
}

/// That these projects would be left without an owner.
pub(super) fn last_owner(titles: &[&str]) -> AuthError {
    let (named, more) = titles.split_at(titles.len().min(5));
    let named = named.iter().map(|title| format!("\"{title}\"")).collect::<Vec<_>>().join(", ");
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    AuthError::Conflict(format!("nobody else owns {named}{more}; make somebody an owner first"))
}
