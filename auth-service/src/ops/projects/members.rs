//! The members of a project: set and removed by its owners, and they may leave.

use service_kit::precondition::Precondition;
use shared_models::projects::{ManagedBy, Member, MemberKind, MemberRole, ProjectRole};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Actor, Auth, AuthError, invitations::not_archived, is_expected};
use crate::{
    domain::{
        audit::Action,
        name::FullName,
        project::{Change, MemberKey, Membership, Project, UserGuard},
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
        let found = if project.is_personal() {
            let owner = Membership::of_owner(&project, &project.id, &project.id, project.created_at);
            Vec::from_iter(Some(owner).filter(|_| after.is_none()))
        } else {
            self.store.members(&project.id, after, limit).await?
        };
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

    pub(super) async fn names_of_teams(&self, ids: Vec<String>) -> Result<Vec<(String, String)>, AuthError> {
        let limit = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        if limit == 0 {
            return Ok(Vec::new());
        }
        let teams = self.store.list_teams(&TeamFilter { ids: Some(ids), after: None, limit }).await?;
        Ok(teams.into_iter().map(|team| (team.id, team.name.as_str().to_owned())).collect())
    }

    /// Adds a member to a project, or gives one another role: its owners and administrators may. Returns the project's version too.
    pub async fn set_member(
        &self,
        actor: &Actor,
        key: &MemberKey,
        input: &MemberRole,
        expected: &Precondition,
    ) -> Result<(i64, Member), AuthError> {
        let until = input.expires_at.and_then(|end| end.format(&Rfc3339).ok());
        let until = until.map(|end| format!(" until={end}")).unwrap_or_default();
        let detail = format!("{} {} {}{until}", key.kind.name(), key.member, input.role.name());
        let act = Act::new(Action::ProjectMemberSet).to("project", &key.project).saying(detail);
        let entry = self.entry_of(actor, act);
        let outcome = self.until_current(&entry, async || {
            let (project, standing) = self.deciding(actor, &key.project, ProjectRole::Owner).await?;
            is_expected(project.version, expected)?;
            ends_in_time(input, self.now(), standing.ends(ProjectRole::Owner))?;
            let before = self.store.membership(key).await?.filter(|before| before.is_live(self.now()));
            let is_more = before.as_ref().is_none_or(|before| input.role > before.role);
            if is_more {
                not_archived(&project)?;
            }
            let guards = self.may_be_member(actor, key, input, is_more).await?;
            let next = Membership {
                key: key.clone(),
                role: input.role,
                managed_by: ManagedBy::Manual,
                expires_at: input.expires_at.map(in_millis),
                added_by: before
                    .as_ref()
                    .map_or_else(|| actor.subject.clone(), |before| before.added_by.clone()),
                added_at: before.as_ref().map_or_else(|| self.now(), |before| before.added_at),
            };
            let version = project.version + 1;
            if next.role != ProjectRole::Owner || next.expires_at.is_some() {
                self.keeps_an_owner(&project, |owner| owner.key == *key).await?;
            }
            let withdrawn = self.void_invitations(key, Some(input.role)).await?;
            let guards = Change { guards: vec![(project.id, project.version)], withdrawn, ..guards };
            Ok((Change { members: vec![next.clone()], ..guards }, (version, next)))
        });
        let outcome = outcome.await;
        let (version, set) = self.or_refused(entry, outcome).await?;
        let named = self.named(vec![set]).await?.pop();
        Ok((version, named.ok_or_else(|| AuthError::Internal("a member has no view".into()))?))
    }

    /// Removes a member from a project: its owners and administrators may, and each user may leave. Returns the project's version.
    pub async fn remove_member(
        &self,
        actor: &Actor,
        key: &MemberKey,
        expected: &Precondition,
    ) -> Result<i64, AuthError> {
        let detail = format!("{} {}", key.kind.name(), key.member);
        let act = Act::new(Action::ProjectMemberRemoved).to("project", &key.project).saying(detail);
        let entry = self.entry_of(actor, act);
        let outcome = self.until_current(&entry, async || {
            let leaves = key.kind == MemberKind::User && actor.leaves(&key.member);
            let needed = if leaves { ProjectRole::Viewer } else { ProjectRole::Owner };
            let (project, _) = self.deciding(actor, &key.project, needed).await?;
            is_expected(project.version, expected)?;
            self.store.membership(key).await?.ok_or(AuthError::NotFound("member"))?;
            self.keeps_an_owner(&project, |owner| owner.key == *key).await?;
            let withdrawn = self.void_invitations(key, None).await?;
            let (version, guards) = (project.version + 1, vec![(project.id, project.version)]);
            Ok((Change { guards, withdrawn, leaving: vec![key.clone()], ..Change::default() }, version))
        });
        let outcome = outcome.await;
        self.or_refused(entry, outcome).await
    }

    /// The invitations of a user who has no more than this role by themselves: what they could no longer make.
    async fn void_invitations(
        &self,
        key: &MemberKey,
        role: Option<ProjectRole>,
    ) -> Result<Vec<String>, AuthError> {
        if key.kind != MemberKind::User {
            return Ok(Vec::new());
        }
        let may_give = role.filter(|role| *role >= ProjectRole::Maintainer);
        let made = self.store.invitations(&key.project).await?.into_iter();
        let void = made.filter(|one| one.made_by == key.member && Some(one.role) > may_give);
        Ok(void.map(|one| one.id).collect())
    }

    /// Refuses what cannot be a member, or not in this role. A member who gets no more than they have need not be enabled, nor
    /// known to the caller. Returns what must still be so when it is made one.
    async fn may_be_member(
        &self,
        actor: &Actor,
        key: &MemberKey,
        input: &MemberRole,
        is_more: bool,
    ) -> Result<Change, AuthError> {
        match key.kind {
            MemberKind::User => {
                let found = self.store.user_guard(&key.member).await?;
                let user = found.filter(|user| !user.disabled || !is_more);
                let users = vec![user.ok_or(AuthError::NotFound("user"))?];
                Ok(Change { users, ..Change::default() })
            }
            MemberKind::Team => {
                let team = if is_more {
                    self.place_in(actor, &key.member).await?.0
                } else {
                    self.store.team(&key.member).await?.ok_or(AuthError::NotFound("team"))?
                };
                Ok(Change { team_guards: vec![(team.id, team.version)], ..Change::default() })
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
                Ok(Change::default())
            }
        }
    }

    /// A user who is there and enabled, as a change that adds them must find them.
    pub(super) async fn enabled(&self, id: &str) -> Result<UserGuard, AuthError> {
        let found = self.store.user_guard(id).await?.filter(|user| !user.disabled);
        found.ok_or(AuthError::NotFound("user"))
    }

    /// Refuses what would leave the project without an owner.
    pub(super) async fn keeps_an_owner(
        &self,
        project: &Project,
        is_gone: impl Fn(&ProjectOwner) -> bool,
    ) -> Result<(), AuthError> {
        let owners = self.store.owners(&project.id, u32::MAX).await?;
        // Where there is none already, nothing is lost.
        if owners.is_empty() || owners.iter().any(|owner| !is_gone(owner)) {
            return Ok(());
        }
        Err(AuthError::LastOwner { titles: vec![project.title.as_str().to_owned()], count: 1 })
    }
}

/// Refuses an end that is past, and a membership that outlives the role of the owner who gives it.
fn ends_in_time(
    input: &MemberRole,
    now: OffsetDateTime,
    owner_until: Option<OffsetDateTime>,
) -> Result<(), AuthError> {
    if input.expires_at.is_some_and(|end| end <= now) {
        return Err(AuthError::invalid("/expires_at", "minimum", "expires_at: must be in the future"));
    }
    let Some(last) = owner_until.filter(|last| input.expires_at.is_none_or(|end| end > *last)) else {
        return Ok(());
    };
    let last = last.format(&Rfc3339).unwrap_or_default();
    let fault = format!("expires_at: must not be later than {last}, when your own role ends");
    Err(AuthError::invalid("/expires_at", "maximum", fault))
}

/// A time as both stores keep it.
fn in_millis(time: OffsetDateTime) -> OffsetDateTime {
    time.replace_millisecond(time.millisecond()).unwrap_or(time)
}
