//! What administrators do with users: find them, change them, remove them, end their sessions.

use shared_models::{auth::UserChange, problem::FieldError};
use tokio::time::Instant;

use super::{Actor, Auth, AuthError, audit::Act, error::weak, register::about};
use crate::{
    domain::{
        audit::{Action, Entry},
        name::FullName,
        password::Password,
        password_hash::PasswordHash,
        project::Change,
        roles::RoleTable,
        session::{EndReason, Session},
        user::User,
    },
    store::{UserFilter, UserOutcome, UserWrite},
};

/// A change of a name.
enum Renaming {
    Keep,
    To(Option<FullName>),
}

impl Auth {
    /// The users that a list shows, by id.
    pub async fn list_users(&self, filter: &UserFilter) -> Result<Vec<User>, AuthError> {
        Ok(self.store.list_users(filter).await?)
    }

    /// The user of that id.
    pub async fn user(&self, id: &str) -> Result<User, AuthError> {
        self.store.user(id).await?.ok_or(AuthError::NotFound("user"))
    }

    /// Changes a user. Disabling ends their sessions, suspends their API keys for good and revokes every token; so does
    /// another password. Losing a role revokes the tokens that had it, and the sessions continue with less.
    pub async fn change_user(&self, actor: &Actor, id: &str, change: &UserChange) -> Result<User, AuthError> {
        let act = Act::new(Action::UserChanged).to("user", id).saying(summary(change));
        let entry = self.entry_of(actor, act);
        let outcome = self.try_change_user(actor, id, change, &entry).await;
        self.or_refused(entry, outcome).await
    }

    async fn try_change_user(
        &self,
        actor: &Actor,
        id: &str,
        change: &UserChange,
        entry: &Entry,
    ) -> Result<User, AuthError> {
        let mut roles = self.roles().await?;
        let started = Instant::now();
        loop {
            let renaming = self.check(&roles, change)?;
            let before = self.user(id).await?;
            self.may_act_on(actor, &before).await?;
            if change.password.is_some() && actor.subject == before.id {
                let why = "change your own password at PUT /auth/users/me/password, with the current one";
                return Err(AuthError::Conflict(why.into()));
            }
            if let Some(given) = &change.roles {
                actor.require_stored(&roles.stored_scopes_of(given))?;
                if let Some(why) = self.roles_too_wide(&roles, given)? {
                    return Err(AuthError::invalid("/roles", "maxLength", format!("roles: {why}")));
                }
            }
            let hash = self.reset(&before, change).await?;
            let projects = match (before.disabled, change.disabled) {
                (false, Some(true)) => self.disabled_in_projects(actor, id).await?,
                _ => Change::default(),
            };
            let write = UserWrite { projects, ..self.write_of(&roles, before, change, renaming, hash) };
            match self.store.write_user(&write, &self.revocation_clock, entry).await? {
                UserOutcome::Done => return Ok(write.next),
                UserOutcome::Missing | UserOutcome::ProjectChanged => {}
                UserOutcome::LastAdmin => return Err(last_admin()),
                UserOutcome::RoleChanged => roles = self.fresh_roles().await?,
            }
            self.try_again(started).await?;
        }
    }

    /// The checks of a change that do not need the user.
    fn check(&self, roles: &RoleTable, change: &UserChange) -> Result<Renaming, AuthError> {
        let mut faults = Vec::new();
        for (at, role) in change.roles.iter().flatten().enumerate() {
            if roles.get(role).is_none() {
                let fault = format!("roles: there is no role {role:?}");
                faults.push(FieldError::at(format!("/roles/{at}"), "enum", fault));
            }
        }
        let renaming = match &change.full_name {
            None => Ok(Renaming::Keep),
            Some(None) => Ok(Renaming::To(None)),
            Some(Some(text)) => FullName::parse(text).map(|name| Renaming::To(Some(name))),
        };
        if let Err(fault) = &renaming {
            faults.push(FieldError::at("/full_name", "format", format!("full_name: {fault}")));
        }
        if let Some(text) = &change.password
            && let Err(fault) = Password::new(text).check_length(self.policy.min_password_length)
        {
            faults.push(weak("/password", fault));
        }
        renaming.ok().filter(|_| faults.is_empty()).ok_or(AuthError::Invalid(faults))
    }

    /// The hash of the password that an administrator sets.
    async fn reset(&self, user: &User, change: &UserChange) -> Result<Option<PasswordHash>, AuthError> {
        let Some(text) = &change.password else { return Ok(None) };
        let about = about(&user.email, user.full_name.as_ref());
        let hash = self.hasher.enroll(Password::new(text), about).await;
        hash.map(Some).map_err(|error| AuthError::hashing(error, "/password"))
    }

    fn write_of(
        &self,
        roles: &RoleTable,
        before: User,
        change: &UserChange,
        renaming: Renaming,
        hash: Option<PasswordHash>,
    ) -> UserWrite {
        let reset = hash.is_some();
        let mut next = User {
            full_name: match renaming {
                Renaming::Keep => before.full_name.clone(),
                Renaming::To(name) => name,
            },
            roles: change.roles.clone().unwrap_or_else(|| before.roles.clone()),
            disabled: change.disabled.unwrap_or(before.disabled),
            must_change_password: change.must_change_password.unwrap_or(reset || before.must_change_password),
            password_hash: hash.unwrap_or_else(|| before.password_hash.clone()),
            updated_at: self.now(),
            ..before.clone()
        };
        let locked_out = (next.disabled && !before.disabled) || reset;
        let (had, has) = (roles.stored_scopes_of(&before.roles), roles.stored_scopes_of(&next.roles));
        let loses = next.must_change_password && !before.must_change_password || has.lacks(&had);
        if locked_out {
            next.token_version += 1;
        }
        // Also where a user is enabled, who may have been disabled before keys had versions.
        if reset || next.disabled != before.disabled {
            next.keys_version += 1;
        }
        // A caller who does not know whether a user was disabled asks again, and then it must hold.
        let again = change.disabled == Some(true);
        let end_sessions = locked_out.then_some(EndReason::EndedByAdmin);
        let given = roles.stored(next.roles.iter().filter(|role| !before.roles.contains(role)));
        let revokes_tokens = locked_out || loses || again;
        UserWrite { before, next, given, end_sessions, revokes_tokens, projects: Change::default() }
    }

    /// Removes a user with their sessions and keys.
    pub async fn remove_user(&self, actor: &Actor, id: &str) -> Result<(), AuthError> {
        let entry = self.entry_of(actor, Act::new(Action::UserRemoved).to("user", id));
        let outcome = async {
            self.may_act_on(actor, &self.user(id).await?).await?;
            not_oneself(actor, id, "/auth/users/me")?;
            self.removed(actor, id, &entry).await
        };
        let outcome = outcome.await;
        self.or_refused(entry, outcome).await
    }

    /// Removes a user, unless no administrator would be left, or a project without an owner.
    pub(super) async fn removed(&self, actor: &Actor, id: &str, entry: &Entry) -> Result<(), AuthError> {
        let started = Instant::now();
        loop {
            let projects = self.removed_from_projects(actor, id).await?;
            match self.store.delete_user(id, &projects, &self.revocation_clock, entry).await? {
                UserOutcome::Done => return Ok(()),
                UserOutcome::Missing => return Err(AuthError::NotFound("user")),
                UserOutcome::LastAdmin => return Err(last_admin()),
                UserOutcome::RoleChanged | UserOutcome::ProjectChanged => {}
            }
            self.try_again(started).await?;
        }
    }

    /// The sessions of a user that can still be refreshed, as [`Auth::sessions`] lists them.
    pub async fn sessions_of(
        &self,
        id: &str,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<Session>, AuthError> {
        self.user(id).await?;
        self.sessions(id, after, limit).await
    }

    /// Ends the sessions of a user.
    pub async fn end_sessions_of(&self, actor: &Actor, id: &str) -> Result<(), AuthError> {
        let entry = self.entry_of(actor, Act::new(Action::SessionsEnded).to("user", id));
        let outcome = async {
            let user = self.user(id).await?;
            self.may_act_on(actor, &user).await?;
            not_oneself(actor, id, "/auth/sessions")?;
            self.end_all(user, EndReason::EndedByAdmin, &entry).await
        };
        let outcome = outcome.await;
        self.or_refused(entry, outcome).await
    }

    /// Ends one session or job grant of a user.
    pub async fn end_session_of(&self, actor: &Actor, id: &str, session: &str) -> Result<(), AuthError> {
        let entry = self.entry_of(actor, Act::new(Action::SessionEnded).to("session", session));
        let outcome = async {
            self.may_act_on(actor, &self.user(id).await?).await?;
            self.end_one_session(id, session, EndReason::EndedByAdmin, &entry).await
        };
        let outcome = outcome.await;
        self.or_refused(entry, outcome).await
    }

    /// A caller cannot act on a user with more scopes: that would be a way to get them. An API key or a client cannot
    /// act on its own user: that would be a way to become more than a key.
    pub(super) async fn may_act_on(&self, actor: &Actor, user: &User) -> Result<(), AuthError> {
        if actor.subject == user.id && !actor.principal.is_login() {
            return Err(AuthError::LoginNeeded);
        }
        actor.require_stored(&self.roles().await?.stored_scopes_of(&user.roles))
    }
}

/// Refuses an administrator who acts on themselves where they would skip what their own `path` demands: a recent login.
fn not_oneself(actor: &Actor, id: &str, path: &str) -> Result<(), AuthError> {
    if actor.subject == id {
        return Err(AuthError::Conflict(format!("this is your own account; use DELETE {path}")));
    }
    Ok(())
}

fn last_admin() -> AuthError {
    AuthError::Conflict("this is the last administrator; create another one first".into())
}

/// The members that a change sets, with the values that are not secret.
fn summary(change: &UserChange) -> String {
    let mut said = Vec::new();
    if let Some(disabled) = change.disabled {
        said.push(format!("disabled={disabled}"));
    }
    if let Some(roles) = &change.roles {
        said.push(format!("roles={}", roles.join(",")));
    }
    if let Some(must) = change.must_change_password {
        said.push(format!("must_change_password={must}"));
    }
    said.extend(change.password.as_ref().map(|_| "password".to_owned()));
    said.extend(change.full_name.as_ref().map(|_| "full_name".to_owned()));
    said.join(" ")
}

#[cfg(test)]
#[path = "tests/users.rs"]
mod tests;
