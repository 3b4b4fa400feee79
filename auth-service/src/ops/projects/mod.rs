//! Projects: made by whoever may, looked after by their owners.

mod feed;
mod imported;
mod invitations;
mod leaving;
mod members;
mod standing;
mod teams;

use std::time::Duration;

use service_kit::precondition::Precondition;
use shared_models::{
    problem::FieldError,
    projects::{self as wire, ManagedBy, NewProject, ProjectChange, ProjectRole, ProjectState},
};
use tokio::time::{Instant, sleep};

pub use self::{
    feed::{MembershipFeed, Snapshot},
    imported::{Placed, Placement},
};
use super::{Actor, Auth, AuthError, audit::Act};
use crate::{
    domain::{
        audit::{Action, Entry},
        id,
        name::FullName,
        project::{Change, MemberKey, Membership, Project, Slug, Standing},
    },
    store::ProjectFilter,
};

/// The scope of those who look after all projects of the installation.
const ADMIN: &str = "projects:admin";
/// Projects that somebody may own without being an administrator.
const MOST_OWNED: usize = 1000;
/// How long a change that others overtake is tried.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long a change that was overtaken waits at most before it is tried again, in milliseconds.
const PAUSE: u8 = 32;
/// Numbers that a slug is tried with where the one of the title is taken.
const NUMBERS: std::ops::Range<u32> = 2..100;

impl Auth {
    /// The projects that the caller is in, by id, and their own; all of them for an administrator who asks for `all`.
    pub async fn list_projects(
        &self,
        actor: &Actor,
        mut filter: ProjectFilter,
        all: bool,
    ) -> Result<Vec<wire::Project>, AuthError> {
        let mut mine = self.through_of(actor, None).await?;
        if all {
            actor.require(ADMIN)?;
        } else {
            filter.ids = Some(mine.keys().cloned().collect());
        }
        let found = self.store.list_projects(&filter).await?;
        let is_admin = actor.scope.covers(ADMIN);
        let view = |project: Project| {
            let through = mine.remove(&project.id).unwrap_or_default();
            project.view(&Standing::of(through, is_admin))
        };
        Ok(found.into_iter().map(view).collect())
    }

    /// A project that the caller is in.
    pub async fn project(&self, actor: &Actor, id: &str) -> Result<wire::Project, AuthError> {
        let (project, standing) = self.standing(actor, id).await?;
        Ok(project.view(&standing))
    }

    /// Makes a project. The caller owns it, or the user that an administrator names.
    pub async fn create_project(
        &self,
        actor: &Actor,
        input: &NewProject,
    ) -> Result<wire::Project, AuthError> {
        let entry = self.entry_of(actor, Act::new(Action::ProjectCreated));
        let outcome = self.try_create_project(actor, input, &entry).await;
        self.or_refused(entry, outcome).await
    }

    async fn try_create_project(
        &self,
        actor: &Actor,
        input: &NewProject,
        entry: &Entry,
    ) -> Result<wire::Project, AuthError> {
        let (title, slug) = (title(&input.title), input.slug.as_deref().map(slug).transpose());
        let (title, chosen) = both(title, slug)?;
        let owner = self.first_owner(actor, input.owner.as_deref()).await?;
        let now = self.now();
        let mut project = Project {
            id: id::new(now, self.env.random.as_ref()),
            slug: chosen.clone().unwrap_or_else(|| Slug::of_title(title.as_str())),
            title,
            state: ProjectState::Active,
            created_by: actor.subject.clone(),
            created_at: now,
            version: 1,
        };
        let owning = Membership {
            key: MemberKey::of_user(&project.id, &owner),
            role: ProjectRole::Owner,
            managed_by: ManagedBy::Manual,
            expires_at: None,
            added_by: actor.subject.clone(),
            added_at: now,
        };
        let entry = entry.on("project", &project.id).saying(project.slug.as_str());
        let of_title = project.slug.clone();
        let mut numbers = NUMBERS;
        loop {
            let new = Change {
                projects: vec![project.clone()],
                members: vec![owning.clone()],
                ..Change::default()
            };
            match self.store.change_projects(&new, &entry).await {
                Err(crate::store::StoreError::Conflict { .. }) if chosen.is_none() => {
                    let number = numbers.next().ok_or(AuthError::Taken { field: "slug" })?;
                    project.slug = of_title.numbered(number);
                }
                Ok(false) => return Err(AuthError::Internal("an id was made twice".into())),
                done => {
                    done?;
                    return Ok(project.view(&Standing::of(vec![through(&owning)], false)));
                }
            }
        }
    }

    /// Who owns a project that the caller makes: a user who is there.
    async fn first_owner(&self, actor: &Actor, named: Option<&str>) -> Result<String, AuthError> {
        if let Some(named) = named {
            actor.require(ADMIN)?;
            let user = self.store.user(named).await?.filter(|user| !user.disabled);
            let user = user.ok_or_else(|| {
                AuthError::invalid("/owner", "enum", "owner: there is no such user, or they are disabled")
            })?;
            return Ok(user.id);
        }
        if !actor.is_person() {
            let fault = "owner: a service cannot own a project; name a user";
            return Err(AuthError::invalid("/owner", "required", fault));
        }
        let owned = self.through_of(actor, None).await?;
        let owned = owned.values().flatten().filter(|through| through.role == ProjectRole::Owner).count();
        if owned >= MOST_OWNED && !actor.scope.covers(ADMIN) {
            return Err(AuthError::Conflict(format!(
                "you own {MOST_OWNED} projects; archive some or ask an administrator"
            )));
        }
        Ok(actor.subject.clone())
    }

    /// Changes a project: its owners and administrators may.
    pub async fn change_project(
        &self,
        actor: &Actor,
        id: &str,
        change: &ProjectChange,
        expected: &Precondition,
    ) -> Result<wire::Project, AuthError> {
        let act = Act::new(Action::ProjectChanged).to("project", id).saying(summary(change));
        let entry = self.entry_of(actor, act);
        let outcome = self.until_current(&entry, async || {
            let title = change.title.as_deref().map(title).transpose();
            let (title, slug) = both(title, change.slug.as_deref().map(slug).transpose())?;
            let (before, standing) = self.standing(actor, id).await?;
            self.require_role(&before, &standing, ProjectRole::Owner).await?;
            is_expected(before.version, expected)?;
            let next = Project {
                title: title.unwrap_or_else(|| before.title.clone()),
                slug: slug.unwrap_or_else(|| before.slug.clone()),
                state: change.state.unwrap_or(before.state),
                ..before.changed()
            };
            Ok((Change { projects: vec![next.clone()], ..Change::default() }, next.view(&standing)))
        });
        let outcome = outcome.await;
        self.or_refused(entry, outcome).await
    }

    /// Reads, decides and writes; and again where others were faster.
    async fn until_current<T>(
        &self,
        entry: &Entry,
        decide: impl AsyncFn() -> Result<(Change, T), AuthError>,
    ) -> Result<T, AuthError> {
        let decide = async || {
            let (change, decided) = decide().await?;
            Ok((change, entry.clone(), decided))
        };
        self.until_current_with(decide).await
    }

    /// The same where the entry depends on what was decided.
    async fn until_current_with<T>(
        &self,
        decide: impl AsyncFn() -> Result<(Change, Entry, T), AuthError>,
    ) -> Result<T, AuthError> {
        let started = Instant::now();
        loop {
            let (change, entry, decided) = decide().await?;
            if change.is_empty() || self.store.change_projects(&change, &entry).await? {
                return Ok(decided);
            }
            if started.elapsed() >= PATIENCE {
                return Err(AuthError::ChangedMeanwhile);
            }
            // Those who were overtaken together do not come back together.
            let [pause] = service_kit::random::bytes::<1>(self.env.random.as_ref());
            sleep(Duration::from_millis((pause % PAUSE).into())).await;
        }
    }
}

/// Refuses a change that is based on another version than that of now.
fn is_expected(version: i64, expected: &Precondition) -> Result<(), AuthError> {
    if expected.allows_write(version) { Ok(()) } else { Err(AuthError::Outdated) }
}

fn title(text: &str) -> Result<FullName, FieldError> {
    FullName::parse(text).map_err(|fault| FieldError::at("/title", "format", format!("title: {fault}")))
}

fn slug(text: &str) -> Result<Slug, FieldError> {
    Slug::parse(text).map_err(|fault| FieldError::at("/slug", "format", format!("slug: {fault}")))
}

/// Both, or the faults of both.
fn both<A, B>(a: Result<A, FieldError>, b: Result<B, FieldError>) -> Result<(A, B), AuthError> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (a, b) => Err(AuthError::Invalid([a.err(), b.err()].into_iter().flatten().collect())),
    }
}

fn through(membership: &Membership) -> wire::Through {
    let MemberKey { kind, member, .. } = membership.key.clone();
    wire::Through { kind, id: member, name: None, role: membership.role }
}

fn summary(change: &ProjectChange) -> String {
    let mut said = Vec::new();
    said.extend(change.title.as_ref().map(|_| "title".to_owned()));
    said.extend(change.slug.as_ref().map(|slug| format!("slug={slug}")));
    said.extend(change.state.map(|state| format!("state={}", state.name())));
    said.join(" ")
}
