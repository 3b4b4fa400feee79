//! Puts users into projects as an import says: those of a batch who are no members yet.

use std::collections::{BTreeMap, HashSet};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use shared_models::projects::{ManagedBy, MemberKind, ProjectRole, ProjectState};

use super::{Actor, Auth, AuthError, invitations::not_archived};
use crate::{
    domain::{
        audit::{Action, Entry},
        email::Email,
        project::{Change, MemberKey, Membership, Slug, UserGuard},
        user::User,
    },
    ops::{audit::Act, import::no_project},
    store::ProjectFilter,
};

/// Users put into a project together. The entry of the audit log names each of them, so it is not the whole batch.
const TOGETHER: usize = 100;
/// Users who are looked up at the same time.
const LOOKED_UP: usize = 8;

/// What a line of an import says about a user and a project.
#[derive(Clone, Debug)]
pub struct Placement {
    /// The user's address.
    pub email: Email,
    /// The project's id.
    pub project: String,
    /// The role of a user who is no member yet.
    pub role: ProjectRole,
}

/// What became of a [`Placement`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// The user is a member from now on; in a dry run, they would be.
    Joined,
    /// The user was a member already, and keeps their role.
    Member,
    /// The user is disabled and was not added.
    Disabled,
    /// No user has the address.
    NoUser,
}

/// A user who is to be in a project, and the place of their line.
struct Wanted {
    place: usize,
    user: String,
    role: ProjectRole,
}

impl Auth {
    /// The id of the project with this slug, or why nobody can be put into it.
    pub async fn project_of_import(&self, slug: &Slug) -> Result<Result<String, String>, AuthError> {
        let slug = slug.as_str();
        let filter = ProjectFilter {
            slug: Some(slug.to_owned()),
            archived: true,
            limit: 1,
            ..ProjectFilter::default()
        };
        Ok(match self.store.list_projects(&filter).await?.pop() {
            None => Err(no_project(slug)),
            Some(project) if project.state == ProjectState::Archived => {
                Err(format!("the project \"{slug}\" is archived"))
            }
            Some(project) => Ok(project.id),
        })
    }

    /// Makes the users of these addresses members of their projects; for each one what became of it. A dry run writes nothing,
    /// and counts a user who is named twice for the same project as two. [`AuthError::Conflict`] where a project was archived,
    /// and [`AuthError::NotFound`] where it is gone, since its id was read: some may be members by then.
    pub async fn put_into_projects(
        &self,
        wanted: &[Placement],
        dry_run: bool,
    ) -> Result<Vec<Placed>, AuthError> {
        let users = stream::iter(wanted).map(|one| self.user_by_email(&one.email)).buffered(LOOKED_UP);
        let users: Vec<Option<User>> = users.try_collect().await?;
        let mut placed = Vec::with_capacity(wanted.len());
        let mut by_project: BTreeMap<&str, Vec<Wanted>> = BTreeMap::new();
        for (place, (one, user)) in wanted.iter().zip(users).enumerate() {
            placed.push(match user {
                None => Placed::NoUser,
                Some(user) if user.disabled => Placed::Disabled,
                Some(user) => {
                    let wanted = Wanted { place, user: user.id, role: one.role };
                    by_project.entry(&one.project).or_default().push(wanted);
                    Placed::Member
                }
            });
        }
        for (project, wanted) in by_project {
            for wanted in wanted.chunks(TOGETHER) {
                let joined = if dry_run {
                    let members = self.members_among(project, wanted).await?;
                    let strangers = wanted.iter().filter(|one| !members.contains(&one.user));
                    strangers.map(|one| one.place).collect()
                } else {
                    self.join(project, wanted).await?
                };
                for place in joined {
                    placed[place] = Placed::Joined;
                }
            }
        }
        Ok(placed)
    }

    /// Makes those of these users members who are none, in one transaction; returns the places of their lines.
    async fn join(&self, project: &str, wanted: &[Wanted]) -> Result<Vec<usize>, AuthError> {
        let operator = Actor::operator();
        let entry = self.entry_of(&operator, Act::new(Action::ProjectMemberSet).to("project", project));
        let outcome = self.until_current_with(async || {
            let project = self.store.project(project).await?.ok_or(AuthError::NotFound("project"))?;
            not_archived(&project)?;
            // Whom an earlier line has put there is a member too.
            let mut members = self.members_among(&project.id, wanted).await?;
            let strangers: Vec<&Wanted> =
                wanted.iter().filter(|one| members.insert(one.user.clone())).collect();
            let users = stream::iter(&strangers).map(|one| self.still_enabled(&one.user)).buffered(LOOKED_UP);
            let users: Vec<UserGuard> = users.try_collect().await?;
            let joins = strangers.iter().map(|one| Membership {
                key: MemberKey::of_user(&project.id, &one.user),
                role: one.role,
                managed_by: ManagedBy::Upstream,
                expires_at: None,
                added_by: operator.subject.clone(),
                added_at: self.now(),
            });
            let mut change = Change { users, members: joins.collect(), ..Change::default() };
            if !change.is_empty() {
                change.guards.push((project.id, project.version));
            }
            let places = strangers.iter().map(|one| one.place).collect();
            Ok((change, naming(&entry, &strangers), places))
        });
        let outcome = outcome.await;
        self.or_refused(entry, outcome).await
    }

    async fn still_enabled(&self, user: &str) -> Result<UserGuard, AuthError> {
        self.enabled(user).await.map_err(|error| match error {
            AuthError::NotFound(_) => {
                AuthError::Conflict("a user was disabled or removed during the import".into())
            }
            other => other,
        })
    }

    /// Those of these users who are members of the project by themselves, and have not expired.
    async fn members_among(&self, project: &str, wanted: &[Wanted]) -> Result<HashSet<String>, AuthError> {
        let users: Vec<_> = wanted.iter().map(|one| (MemberKind::User, one.user.clone())).collect();
        let now = self.now();
        let found = self.store.memberships_of(&users, Some(project)).await?;
        let live = found.into_iter().filter(|membership| membership.is_live(now));
        Ok(live.map(|membership| membership.key.member).collect())
    }
}

/// The entry with each user who joins, in the words of the entry of one member.
fn naming(entry: &Entry, joining: &[&Wanted]) -> Entry {
    let each = joining.iter().map(|one| {
        let kind = MemberKind::User.name();
        format!("{kind} {} {}", one.user, one.role.name())
    });
    entry.saying(each.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
#[path = "../tests/imported.rs"]
mod tests;
