//! Lines that are done together: users are added first, and then put into their projects.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher as _, Hash, RandomState},
};

use crate::{
    domain::{project::Slug, roles::RoleTable, user::User},
    ops::{
        Auth, AuthError, Imported,
        projects::{Placed, Placement},
    },
};

/// Lines, and why some of them were refused.
#[derive(Default)]
pub(super) struct Batch {
    lines: Vec<Pending>,
    /// The users of the lines that have one, in order.
    users: Vec<User>,
    refused: Vec<(u64, String)>,
    /// The id of each project by its slug, or why nobody can be put into it.
    projects: HashMap<Slug, Result<String, String>>,
}

/// A line that can be stored.
struct Pending {
    number: u64,
    /// [`crate::domain::email::Email::key`].
    address: String,
    has_user: bool,
    placement: Option<Placement>,
}

/// What became of the lines that were not refused.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    pub(super) added: usize,
    pub(super) known: usize,
    pub(super) joined: usize,
}

/// What the lines of a dry run would have stored: hashes of it, 8 bytes each.
#[derive(Default)]
pub(super) struct Rehearsal {
    stored: HashSet<u64>,
    hasher: RandomState,
}

impl Rehearsal {
    /// Whether nothing before would have stored it.
    fn is_new(&mut self, what: impl Hash) -> bool {
        self.stored.insert(self.hasher.hash_one(what))
    }

    fn has(&self, what: impl Hash) -> bool {
        self.stored.contains(&self.hasher.hash_one(what))
    }
}

impl Batch {
    /// How many lines it has.
    pub(super) fn len(&self) -> usize {
        self.lines.len() + self.refused.len()
    }

    /// Adds the user of a line, or refuses one whose project takes nobody.
    pub(super) async fn take(&mut self, auth: &Auth, number: u64, user: Imported) -> Result<(), AuthError> {
        let Imported { email, user, joins } = user;
        let address = email.key().to_owned();
        let placement = match joins {
            None => None,
            Some((slug, role)) => match self.project(auth, slug).await? {
                Ok(project) => Some(Placement { email, project, role }),
                Err(why) => {
                    self.refuse(number, why);
                    return Ok(());
                }
            },
        };
        self.lines.push(Pending { number, address, has_user: user.is_some(), placement });
        self.users.extend(user);
        Ok(())
    }

    /// Refuses a line.
    pub(super) fn refuse(&mut self, number: u64, why: String) {
        self.refused.push((number, why));
    }

    /// The refused lines by their numbers.
    pub(super) fn refused(mut self) -> Vec<(u64, String)> {
        self.refused.sort_by_key(|(number, _)| *number);
        self.refused
    }

    async fn project(&mut self, auth: &Auth, slug: Slug) -> Result<Result<String, String>, AuthError> {
        if let Some(known) = self.projects.get(&slug) {
            return Ok(known.clone());
        }
        let found = auth.project_of_import(&slug).await?;
        self.projects.insert(slug, found.clone());
        Ok(found)
    }

    fn placements(&self) -> Vec<Placement> {
        self.lines.iter().filter_map(|line| line.placement.clone()).collect()
    }

    /// Adds the users who are not there, and puts those whose line names a project into it.
    pub(super) async fn store(&mut self, auth: &Auth, roles: &RoleTable) -> Result<Done, AuthError> {
        let mut added = match self.users.as_slice() {
            [] => Vec::new(),
            users => auth.import_users(roles, users).await?,
        }
        .into_iter();
        let mut placed = auth.put_into_projects(&self.placements(), false).await?.into_iter();
        let mut done = Done::default();
        for line in std::mem::take(&mut self.lines) {
            let is_new = line.has_user && added.next() == Some(true);
            let placed = line.placement.as_ref().and_then(|_| placed.next());
            if let Some(why) = placed.and_then(|placed| why_not(placed, line.has_user)) {
                self.refuse(line.number, why);
                continue;
            }
            *(if is_new { &mut done.added } else { &mut done.known }) += 1;
            done.joined += usize::from(placed == Some(Placed::Joined));
        }
        Ok(done)
    }

    /// What [`Batch::store`] would do. Whether a user is there is looked up for lines that name a project alone: each other
    /// line counts as added.
    pub(super) async fn rehearse(
        &mut self,
        auth: &Auth,
        rehearsal: &mut Rehearsal,
    ) -> Result<Done, AuthError> {
        let mut placed = auth.put_into_projects(&self.placements(), true).await?.into_iter();
        let mut done = Done::default();
        for line in std::mem::take(&mut self.lines) {
            let Some(placement) = &line.placement else {
                rehearsal.is_new(&line.address);
                done.added += 1;
                continue;
            };
            let mut placed = placed.next().unwrap_or(Placed::NoUser);
            let is_new = placed == Placed::NoUser && line.has_user && rehearsal.is_new(&line.address);
            if placed == Placed::NoUser && rehearsal.has(&line.address) {
                placed = Placed::Joined;
            }
            if let Some(why) = why_not(placed, line.has_user) {
                self.refuse(line.number, why);
                continue;
            }
            *(if is_new { &mut done.added } else { &mut done.known }) += 1;
            let joins = placed == Placed::Joined;
            done.joined += usize::from(joins && rehearsal.is_new((&line.address, &placement.project)));
        }
        Ok(done)
    }
}

/// Why a user was not put into a project; `None` for a user who is in it.
fn why_not(placed: Placed, has_hash: bool) -> Option<String> {
    let why = match placed {
        Placed::Joined | Placed::Member => return None,
        Placed::Disabled => "this user is disabled, and was not put into the project",
        Placed::NoUser if has_hash => "this user was removed during the import",
        Placed::NoUser => "missing field `password_hash`, and no user has this address yet",
    };
    Some(why.to_owned())
}

#[cfg(test)]
#[path = "../tests/batch.rs"]
mod tests;
