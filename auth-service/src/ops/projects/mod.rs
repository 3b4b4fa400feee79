//! Projects: made by users, looked after by their owners.

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
    projects::{self as wire, NewProject, ProjectChange, ProjectRole, ProjectState},
};
use tokio::time::{Instant, sleep};

use self::standing::of_user;
pub use self::{
    feed::Snapshot,
    imported::{Placed, Placement},
};
use super::{Actor, Auth, AuthError, audit::Act};
use crate::{
    domain::{
        audit::{Action, Entry},
        id,
        name::FullName,
        project::{Change, MemberKey, Membership, Project, Slug, Standing, UserGuard},
    },
    store::ProjectFilter,
};

/// The scope of those who look after all projects of the installation.
const ADMIN: &str = "projects:admin";
/// Projects, those that are archived aside, that somebody may make without being an administrator.
const MOST_MADE: u64 = 1000;
/// How long a change that others overtake is tried.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long a change that was overtaken waits at most before it is tried again, in milliseconds.
const PAUSE: u8 = 32;
/// Slugs that are tried for a title.
const MOST_SLUGS: u32 = 6;
/// How many of them are that of the title, or have a small number.
const NUMBERED: u32 = 3;

impl Auth {
    /// The projects that the caller is in, by id, and their own; all that are shared for an administrator who asks for `all`.
    pub async fn list_projects(
        &self,
        actor: &Actor,
        mut filter: ProjectFilter,
        all: bool,
    ) -> Result<Vec<wire::Project>, AuthError> {
        let mut mine = self.through_of(actor, None).await?;
        let mut found = Vec::new();
        if all {
            actor.require(ADMIN)?;
        } else {
            filter.ids = Some(mine.keys().cloned().collect());
            found.extend(self.personal(actor).await?.filter(|personal| filter.shows(personal)));
            mine.extend(found.iter().map(|personal| (personal.id.clone(), vec![of_user(&personal.id)])));
        }
        found.extend(self.store.list_projects(&filter).await?);
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found.truncate(filter.limit as usize);
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
        let id = id::new(self.now(), self.env.random.as_ref());
        let entry = self.entry_of(actor, Act::new(Action::ProjectCreated));
        let outcome = self.try_create_project(actor, input, &id, &entry).await;
        self.or_refused(entry, outcome).await
    }

    async fn try_create_project(
        &self,
        actor: &Actor,
        input: &NewProject,
        id: &str,
        entry: &Entry,
    ) -> Result<wire::Project, AuthError> {
        let (title, chosen) = both(title(&input.title), input.slug.as_deref().map(slug).transpose())?;
        let of_title = Slug::of_title(title.as_str());
        // The slug of personal projects is taken from the start.
        for attempt in u32::from(of_title.is_personal())..MOST_SLUGS {
            let slug = chosen.clone().unwrap_or_else(|| self.nth_slug(&of_title, attempt));
            let made = self.until_current_with(async || {
                let owner = self.first_owner(actor, input.owner.as_deref()).await?;
                let project = Project {
                    id: id.to_owned(),
                    slug: slug.clone(),
                    title: title.clone(),
                    state: ProjectState::Active,
                    created_by: actor.subject.clone(),
                    created_at: entry.at,
                    version: 1,
                };
                let owning = Membership::of_owner(&project, &owner.id, &actor.subject, entry.at);
                let own =
                    Some(through(&owning)).filter(|_| actor.acts_for_user() && owner.id == actor.subject);
                let standing = Standing::of(Vec::from_iter(own), actor.scope.covers(ADMIN));
                let shown = project.view(&standing);
                let (users, projects, members) = (vec![owner], vec![project], vec![owning]);
                let entry = entry.on("project", id).saying(shown.slug.as_str());
                Ok((Change { projects, users, members, ..Change::default() }, entry, shown))
            });
            match made.await {
                Err(AuthError::Taken { .. }) if chosen.is_none() => {}
                made => return made,
            }
        }
        Err(AuthError::Taken { field: "slug" })
    }

    /// The slug that is tried where those before it are taken: that of the title, the same with a small number, then with a
    /// random one.
    fn nth_slug(&self, of_title: &Slug, attempt: u32) -> Slug {
        match attempt {
            0 => of_title.clone(),
            1..NUMBERED => of_title.numbered(attempt + 1),
            _ => {
                let random = service_kit::random::bytes::<4>(self.env.random.as_ref());
                of_title.numbered(u32::from_le_bytes(random))
            }
        }
    }

    /// Who owns a project that the caller makes: a user who is there.
    async fn first_owner(&self, actor: &Actor, named: Option<&str>) -> Result<UserGuard, AuthError> {
        if let Some(named) = named {
            actor.require(ADMIN)?;
            let user = self.store.user_guard(named).await?.filter(|user| !user.disabled);
            return user.ok_or_else(|| {
                AuthError::invalid("/owner", "enum", "owner: there is no such user, or they are disabled")
            });
        }
        if !actor.acts_for_user() {
            let fault = "owner: a service cannot own a project; name a user";
            return Err(AuthError::invalid("/owner", "required", fault));
        }
        let user = self.enabled(&actor.subject).await?;
        let made = self.store.count_made(&actor.subject).await?;
        if made >= MOST_MADE && !actor.scope.covers(ADMIN) {
            return Err(AuthError::Conflict(format!(
                "you made {MOST_MADE} projects; archive some, or ask an administrator to make one"
            )));
        }
        Ok(user)
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
            let (before, standing) = self.deciding(actor, id, ProjectRole::Owner).await?;
            is_expected(before.version, expected)?;
            let same = before.clone();
            let next = Project {
                title: title.unwrap_or_else(|| before.title.clone()),
                slug: slug.unwrap_or_else(|| before.slug.clone()),
                state: change.state.unwrap_or(before.state),
                ..before.changed()
            };
            if (Project { version: same.version, ..next.clone() }) == same {
                return Ok((Change::default(), same.view(&standing)));
            }
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
            self.try_again(started).await?;
        }
    }

    /// Waits before a change that others overtook is tried again, as long as it has been tried since `started`.
    pub(super) async fn try_again(&self, started: Instant) -> Result<(), AuthError> {
        if started.elapsed() >= PATIENCE {
            return Err(AuthError::ChangedMeanwhile);
        }
        // Those who were overtaken together do not come back together.
        let [pause] = service_kit::random::bytes::<1>(self.env.random.as_ref());
        sleep(Duration::from_millis((pause % PAUSE).into())).await;
        Ok(())
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
    let slug =
        Slug::parse(text).map_err(|fault| FieldError::at("/slug", "format", format!("slug: {fault}")))?;
    if slug.is_personal() {
        let fault = format!("slug: {text} is the slug of the project that each user has without making one");
        return Err(FieldError::at("/slug", "enum", fault));
    }
    Ok(slug)
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
    wire::Through { kind, id: member, name: None, role: membership.role, expires_at: membership.expires_at }
}

fn summary(change: &ProjectChange) -> String {
    let mut said = Vec::new();
    said.extend(change.title.as_ref().map(|_| "title".to_owned()));
    said.extend(change.slug.as_ref().map(|slug| format!("slug={slug}")));
    said.extend(change.state.map(|state| format!("state={}", state.name())));
    said.join(" ")
}

#[cfg(test)]
#[path = "../tests/projects.rs"]
mod tests;
