//! Invitations to a project: a link that can be used once.

use std::time::Duration;

use shared_models::projects::{
    self as wire, InvitationWithToken, ManagedBy, MemberKind, NewInvitation, ProjectRole, ProjectState,
};
use time::OffsetDateTime;

use super::{Actor, Auth, AuthError, through};
use crate::{
    domain::{
        audit::Action,
        id,
        project::{Change, Invitation, MAX_LIFE, MemberKey, Membership, Project, Standing, UserGuard},
    },
    ops::audit::Act,
};

/// Invitations to one project that can be accepted at the same time.
const MOST: usize = 1000;

impl Auth {
    /// The invitations to a project that can still be accepted: its maintainers, owners and administrators see them.
    pub async fn invitations(
        &self,
        actor: &Actor,
        project: &str,
    ) -> Result<Vec<wire::Invitation>, AuthError> {
        let (project, standing) = self.standing(actor, project).await?;
        self.require_role(&project, &standing, ProjectRole::Maintainer).await?;
        let (now, found) = (self.now(), self.store.invitations(&project.id).await?);
        Ok(found.iter().filter(|invitation| invitation.is_live(now)).map(Invitation::view).collect())
    }

    /// Makes an invitation for a role that is no greater than the caller's.
    pub async fn invite(
        &self,
        actor: &Actor,
        project: &str,
        input: &NewInvitation,
    ) -> Result<InvitationWithToken, AuthError> {
        let id = id::new(self.now(), self.env.random.as_ref());
        let detail = format!("{id} {}", input.role.name());
        let act = Act::new(Action::InvitationCreated).to("project", project).saying(detail);
        let entry = self.entry_of(actor, act);
        let outcome = self.until_current(&entry, async || {
            let life = input.expires_in.unwrap_or(MAX_LIFE.as_secs());
            if !(1..=MAX_LIFE.as_secs()).contains(&life) {
                let fault = format!("expires_in: from 1 to {} (seconds)", MAX_LIFE.as_secs());
                return Err(AuthError::invalid("/expires_in", "range", fault));
            }
            let (project, standing) = self.deciding(actor, project, ProjectRole::Maintainer).await?;
            if standing.may_give() < Some(input.role) {
                self.require_role(&project, &standing, ProjectRole::Owner).await?;
            }
            not_archived(&project)?;
            let now = self.now();
            let others = self.store.invitations(&project.id).await?;
            if others.iter().filter(|other| other.is_live(now)).count() >= MOST {
                return Err(AuthError::Conflict(format!(
                    "this project has {MOST} invitations; withdraw some first"
                )));
            }
            let (token, digest) = Invitation::token(self.env.random.as_ref());
            let invitation = Invitation {
                id: id.clone(),
                digest,
                project: project.id.clone(),
                role: input.role,
                made_by: actor.subject.clone(),
                made_at: now,
                expires_at: now + Duration::from_secs(life),
            };
            let shown = InvitationWithToken { invitation: invitation.view(), token };
            let guards = vec![(project.id, project.version)];
            Ok((Change { guards, invitations: vec![invitation], ..Change::default() }, shown))
        });
        let outcome = outcome.await;
        self.or_refused(entry, outcome).await
    }

    /// Withdraws an invitation.
    pub async fn withdraw(&self, actor: &Actor, project: &str, id: &str) -> Result<(), AuthError> {
        let act = Act::new(Action::InvitationWithdrawn).to("project", project).saying(id);
        let entry = self.entry_of(actor, act);
        let outcome = self.until_current(&entry, async || {
            let (project, _) = self.deciding(actor, project, ProjectRole::Maintainer).await?;
            let found = self.store.invitations(&project.id).await?;
            if !found.iter().any(|invitation| invitation.id == id && invitation.is_live(self.now())) {
                return Err(AuthError::NotFound("invitation"));
            }
            let guards = vec![(project.id, project.version)];
            Ok((Change { guards, withdrawn: vec![id.to_owned()], ..Change::default() }, ()))
        });
        let outcome = outcome.await;
        self.or_refused(entry, outcome).await
    }

    /// Accepts an invitation: the caller is a member of its project from then on.
    pub async fn accept(&self, actor: &Actor, token: &str) -> Result<wire::Project, AuthError> {
        let entry = self.entry_of(actor, Act::new(Action::InvitationAccepted));
        let (outcome, entry) = match self.invitation(token).await {
            Err(error) => (Err(error), entry),
            Ok(invitation) => {
                let entry = entry.on("project", &invitation.project);
                let entry = entry.saying(format!("{} {}", invitation.id, invitation.role.name()));
                let decide = async || self.acceptance(actor, &self.invitation(token).await?).await;
                (self.until_current(&entry, decide).await, entry)
            }
        };
        self.or_refused(entry, outcome).await
    }

    /// The invitation of a token, if it can be accepted.
    async fn invitation(&self, token: &str) -> Result<Invitation, AuthError> {
        let digest = Invitation::digest_of(token);
        let found = match digest {
            Some(digest) => self.store.invitation(&digest).await?,
            None => None,
        };
        found.filter(|found| found.is_live(self.now())).ok_or(AuthError::NoInvitation)
    }

    async fn acceptance(
        &self,
        actor: &Actor,
        invitation: &Invitation,
    ) -> Result<(Change, wire::Project), AuthError> {
        if actor.subject == invitation.made_by {
            return Err(AuthError::Conflict("you made this invitation; it is for somebody else".into()));
        }
        let project = self.store.project(&invitation.project).await?.ok_or(AuthError::NoInvitation)?;
        not_archived(&project)?;
        let (maker, makers_end) = self.maker(invitation).await?;
        let joining = self.enabled(&actor.subject).await?;
        let key = MemberKey::of_user(&project.id, &actor.subject);
        let before = self.store.membership(&key).await?.filter(|before| before.is_live(self.now()));
        let expires_at = match &before {
            Some(before) if before.role >= invitation.role => {
                let role = before.role.name();
                return Err(AuthError::Conflict(format!("you are a {role} of this project already")));
            }
            Some(before) if before.expires_at.is_none() && makers_end.is_some() => {
                let role = before.role.name();
                let why = format!("you are a {role} of this project without an end, and this role has one");
                return Err(AuthError::Conflict(why));
            }
            // Nobody gives a role for longer than they have it, nor takes the end from a membership that has one.
            _ => [makers_end, before.and_then(|before| before.expires_at)].into_iter().flatten().min(),
        };
        let joins = Membership {
            key,
            role: invitation.role,
            managed_by: ManagedBy::Invite,
            expires_at,
            added_by: invitation.made_by.clone(),
            added_at: self.now(),
        };
        let mut others =
            self.through_of(actor, Some(&project.id)).await?.remove(&project.id).unwrap_or_default();
        others.retain(|other| other.kind != MemberKind::User);
        others.push(through(&joins));
        let shown = project.changed().view(&Standing::of(others, actor.scope.covers(super::ADMIN)));
        let change = Change {
            guards: vec![(project.id, project.version)],
            users: vec![maker, joining],
            accepted: Some(invitation.id.clone()),
            members: vec![joins],
            ..Change::default()
        };
        Ok((change, shown))
    }

    /// Who made an invitation, and when their role ends. It can be accepted only while they could make it again.
    async fn maker(&self, invitation: &Invitation) -> Result<(UserGuard, Option<OffsetDateTime>), AuthError> {
        // Read before what it guards.
        let guard = self.store.user_guard(&invitation.made_by).await?.filter(|user| !user.disabled);
        let guard = guard.ok_or(AuthError::NoInvitation)?;
        let maker = self.store.user(&guard.id).await?.ok_or(AuthError::NoInvitation)?;
        let scope = self.scopes_of(&maker).await?;
        let mut through =
            self.live_memberships(MemberKind::User, &maker.id, Some(&invitation.project)).await?;
        let through = through.remove(&invitation.project).unwrap_or_default();
        let standing = Standing::of(through, scope.covers(super::ADMIN));
        if standing.may_give() < Some(invitation.role) {
            return Err(AuthError::NoInvitation);
        }
        let enough = invitation.role.max(ProjectRole::Maintainer);
        Ok((guard, standing.ends(enough)))
    }
}

/// Refuses new members in a project that is archived.
pub(super) fn not_archived(project: &Project) -> Result<(), AuthError> {
    if project.state == ProjectState::Archived {
        return Err(AuthError::Conflict("this project is archived".into()));
    }
    Ok(())
}

#[cfg(test)]
#[path = "../tests/invitations.rs"]
mod tests;
