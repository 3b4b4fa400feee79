//! Users.

use async_trait::async_trait;
use rusqlite::{Connection, Transaction, named_params};
use shared_models::revocations::RevocationKind;
use time::OffsetDateTime;

use super::{
    SqliteStore, audit, endings,
    project_changes::apply,
    revocations, roles as role_table,
    rows::{SELECT_USER, find_user, find_user_by_email, insert_user, millis, read_user},
};
use crate::{
    domain::{
        audit::Entry,
        email::Email,
        ending::Ending,
        name::FullName,
        password_hash::PasswordHash,
        project::Change,
        revocation::{Moment, RevocationClock},
        roles::{self, StoredScopes},
        session::EndReason,
        user::User,
    },
    store::{
        EmailFilter, PasswordUpdate, StoreError, UserFilter, UserOutcome, UserWrite, Users,
        endings::{finish, finish_all},
        grants_of_keys, sessions_before, sessions_of_removed,
    },
};

#[async_trait]
impl Users for SqliteStore {
    async fn insert_user(
        &self,
        user: &User,
        given: &[(String, StoredScopes)],
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        let (user, given, entry) = (user.clone(), given.to_vec(), entry.clone());
        self.database
            .write(move |tx| {
                if !role_table::are_as_read(tx, &given)? {
                    return Ok(false);
                }
                insert_user(tx, &user)?;
                audit::insert(tx, &entry).map(|()| true)
            })
            .await
    }

    async fn insert_users(
        &self,
        users: &[User],
        given: &[(String, StoredScopes)],
        entry: &Entry,
    ) -> Result<Option<Vec<bool>>, StoreError> {
        let (users, given, entry) = (users.to_vec(), given.to_vec(), entry.clone());
        self.database
            .write(move |tx| {
                if !role_table::are_as_read(tx, &given)? {
                    return Ok(None);
                }
                let insert = |user: &User| match insert_user(tx, user) {
                    Ok(()) => Ok(true),
                    Err(StoreError::Conflict { .. }) => Ok(false),
                    Err(error) => Err(error),
                };
                let added: Vec<bool> = users.iter().map(insert).collect::<Result<_, _>>()?;
                if let Some(entry) = entry.counting(&added) {
                    audit::insert(tx, &entry)?;
                }
                Ok(Some(added))
            })
            .await
    }

    async fn insert_first_admin(&self, user: &User, entry: &Entry) -> Result<bool, StoreError> {
        let (user, entry) = (user.clone(), entry.clone());
        self.database
            .write(move |tx| {
                if count_admins(tx)? > 0 {
                    return Ok(false);
                }
                insert_user(tx, &user)?;
                audit::insert(tx, &entry).map(|()| true)
            })
            .await
    }

    async fn count_admins(&self) -> Result<u64, StoreError> {
        self.database.read(count_admins).await
    }

    async fn user(&self, id: &str) -> Result<Option<User>, StoreError> {
        let id = id.to_owned();
        self.database.read(move |c| find_user(c, "id", &id)).await
    }

    async fn user_by_email(&self, email: &Email) -> Result<Option<User>, StoreError> {
        let email = email.clone();
        self.database.read(move |c| find_user_by_email(c, &email)).await
    }

    async fn set_full_name(
        &self,
        id: &str,
        full_name: Option<&FullName>,
        at: OffsetDateTime,
        entry: &Entry,
    ) -> Result<Option<User>, StoreError> {
        let (id, name, entry) = (id.to_owned(), full_name.cloned(), entry.clone());
        self.database
            .write(move |tx| {
                let mut rename = tx.prepare_cached(
                    "UPDATE users SET full_name = ?2, name_key = ?3, updated_at = ?4 WHERE id = ?1",
                )?;
                let (name, key) = (name.as_ref().map(FullName::as_str), name.as_ref().map(FullName::key));
                if rename.execute((&id, name, key, millis(at)))? == 1 {
                    audit::insert(tx, &entry)?;
                }
                find_user(tx, "id", &id)
            })
            .await
    }

    async fn replace_hash(&self, id: &str, old: &PasswordHash, new: &PasswordHash) -> Result<(), StoreError> {
        let (id, old, new) = (id.to_owned(), old.as_str().to_owned(), new.as_str().to_owned());
        self.database
            .write(move |tx| {
                tx.execute(
                    "UPDATE users SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2",
                    (id, old, new),
                )?;
                Ok(())
            })
            .await
    }

    async fn change_password(
        &self,
        update: &PasswordUpdate,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        let (id, version, reason) = (&update.user_id, update.token_version + 1, EndReason::PasswordChange);
        let ending = sessions_before(id, version, reason, true, entry);
        let (update, noting, entry) = (update.clone(), ending.clone(), entry.clone());
        if !self.database.write(move |tx| change_password(tx, &update, &noting, &entry)).await? {
            return Ok(false);
        }
        finish(self, &ending, clock).await?;
        Ok(true)
    }

    async fn list_users(&self, filter: &UserFilter) -> Result<Vec<User>, StoreError> {
        let filter = filter.clone();
        self.database.read(move |c| list(c, &filter)).await
    }

    async fn write_user(
        &self,
        write: &UserWrite,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<UserOutcome, StoreError> {
        let (writing, taking, entry) = (write.clone(), clock.clone(), entry.clone());
        let work = move |tx: &Transaction<'_>| write_user(tx, &writing, &taking, &entry);
        let (outcome, endings) = self.revoking(RevocationKind::Subject, &write.next.id, clock, work).await?;
        finish_all(self, &endings, clock).await?;
        Ok(outcome)
    }

    async fn end_sessions(
        &self,
        user: &User,
        reason: EndReason,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        let ending = sessions_before(&user.id, user.token_version + 1, reason, true, entry);
        let (id, version) = (user.id.clone(), user.token_version);
        let (noting, entry) = (ending.clone(), entry.clone());
        let raised = self.database.write(move |tx| {
            let raise =
                "UPDATE users SET token_version = token_version + 1 WHERE id = ?1 AND token_version = ?2";
            if tx.execute(raise, (id, version))? == 0 {
                return Ok::<_, StoreError>(false);
            }
            endings::insert(tx, &noting)?;
            audit::insert(tx, &entry).map(|()| true)
        });
        if !raised.await? {
            return Ok(false);
        }
        finish(self, &ending, clock).await?;
        Ok(true)
    }

    async fn delete_user(
        &self,
        id: &str,
        projects: &Change,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<UserOutcome, StoreError> {
        let (removing, projects) = (id.to_owned(), projects.clone());
        let (taking, entry) = (clock.clone(), entry.clone());
        let work = move |tx: &Transaction<'_>| delete_user(tx, &removing, &projects, &taking, &entry);
        let (outcome, endings) = self.revoking(RevocationKind::Subject, id, clock, work).await?;
        finish_all(self, &endings, clock).await?;
        Ok(outcome)
    }
}

/// What came of an act, what must be ended before it is acknowledged, and the moment at which it revoked the user's
/// tokens, if it did.
type Written = ((UserOutcome, Vec<Ending>), Option<Moment>);

fn refused(outcome: UserOutcome) -> Written {
    ((outcome, Vec::new()), None)
}

fn count_admins(connection: &Connection) -> Result<u64, StoreError> {
    let count: i64 = connection.query_row(
        "SELECT count(*) FROM users WHERE EXISTS (SELECT 1 FROM json_each(roles) WHERE value = ?1)",
        [roles::ADMIN],
        |row| row.get(0),
    )?;
    Ok(count.unsigned_abs())
}

fn change_password(
    tx: &Transaction<'_>,
    update: &PasswordUpdate,
    ending: &Ending,
    entry: &Entry,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE users SET password_hash = ?3, token_version = token_version + 1, must_change_password = 0, \
         updated_at = ?4 WHERE id = ?1 AND token_version = ?2",
        (&update.user_id, update.token_version, update.hash.as_str(), millis(update.at)),
    )?;
    if changed == 0 {
        return Ok(false);
    }
    if let Some(kept) = &update.keep_session {
        tx.execute(
            "UPDATE sessions SET token_version = ?3 + 1, version = version + 1 \
             WHERE id = ?1 AND user_id = ?2 AND token_version = ?3 AND ended IS NULL",
            (kept, &update.user_id, update.token_version),
        )?;
    }
    endings::insert(tx, ending)?;
    audit::insert(tx, entry).map(|()| true)
}

fn list(connection: &Connection, filter: &UserFilter) -> Result<Vec<User>, StoreError> {
    let (is, begins) = match &filter.email {
        None => (None, None),
        Some(EmailFilter::Is(email)) => (Some(serde_json::json!(email.keys())), None),
        Some(EmailFilter::BeginsWith(start)) => (None, Some(start)),
    };
    let mut statement = connection.prepare_cached(&format!(
        "{SELECT_USER} WHERE (:ids IS NULL OR id IN (SELECT value FROM json_each(:ids))) \
         AND (:is IS NULL OR email_key IN (SELECT value FROM json_each(:is))) \
         AND (:begins IS NULL OR substr(email_key, 1, length(:begins)) = :begins) \
         AND (:role IS NULL OR EXISTS (SELECT 1 FROM json_each(roles) WHERE value = :role)) \
         AND (:disabled IS NULL OR disabled = :disabled) AND (:after IS NULL OR id > :after) \
         ORDER BY id LIMIT :limit"
    ))?;
    let users = statement.query_map(
        named_params! {
            ":ids": (!filter.ids.is_empty()).then(|| serde_json::json!(filter.ids)),
            ":is": is,
            ":begins": begins,
            ":role": filter.role,
            ":disabled": filter.disabled,
            ":after": filter.after,
            ":limit": filter.limit,
        },
        read_user,
    )?;
    Ok(users.collect::<Result<_, _>>()?)
}

fn write_user(
    tx: &Transaction<'_>,
    write: &UserWrite,
    clock: &RevocationClock,
    entry: &Entry,
) -> Result<Written, StoreError> {
    let UserWrite { before, next, .. } = write;
    let unchanged = |now: &User| {
        now.roles == before.roles
            && now.disabled == before.disabled
            && now.must_change_password == before.must_change_password
            && now.token_version == before.token_version
    };
    let Some(now) = find_user(tx, "id", &before.id)?.filter(unchanged) else {
        return Ok(refused(UserOutcome::Missing));
    };
    if write.removes_admin() && other_admins(tx, &before.id)? == 0 {
        return Ok(refused(UserOutcome::LastAdmin));
    }
    if !role_table::are_as_read(tx, &write.given)? {
        return Ok(refused(UserOutcome::RoleChanged));
    }
    if !apply(tx, &write.projects, millis(entry.at))? {
        return Ok(refused(UserOutcome::ProjectChanged));
    }
    // Members that this change does not set may have been changed by another request.
    let full_name = if next.full_name == before.full_name { &now.full_name } else { &next.full_name };
    let kept = next.password_hash == before.password_hash;
    let password_hash = if kept { &now.password_hash } else { &next.password_hash };
    tx.execute(
        "UPDATE users SET full_name = :full_name, name_key = :name_key, roles = :roles, disabled = :disabled, \
         must_change_password = :must_change_password, password_hash = :password_hash, \
         token_version = :token_version, keys_version = :keys_version, updated_at = :updated_at, \
         project_version = project_version + 1 WHERE id = :id",
        named_params! {
            ":id": next.id,
            ":full_name": full_name.as_ref().map(FullName::as_str),
            ":name_key": full_name.as_ref().map(FullName::key),
            ":roles": serde_json::json!(next.roles),
            ":disabled": next.disabled,
            ":must_change_password": next.must_change_password,
            ":password_hash": password_hash.as_str(),
            ":token_version": next.token_version,
            ":keys_version": next.keys_version,
            ":updated_at": millis(next.updated_at),
        },
    )?;
    if let Some(reason) = write.end_sessions {
        endings::insert(tx, &sessions_before(&next.id, next.token_version, reason, false, entry))?;
    }
    let endings = if write.suspends_keys() { note_grants_of_keys(tx, &next.id, entry)? } else { Vec::new() };
    audit::insert(tx, entry)?;
    let revoke = || revocations::append(tx, RevocationKind::Subject, &next.id, clock);
    Ok(((UserOutcome::Done, endings), write.revokes_tokens.then(revoke).transpose()?))
}

fn delete_user(
    tx: &Transaction<'_>,
    id: &str,
    projects: &Change,
    clock: &RevocationClock,
    entry: &Entry,
) -> Result<Written, StoreError> {
    let Some(user) = find_user(tx, "id", id)? else { return Ok(refused(UserOutcome::Missing)) };
    if user.is_admin() && other_admins(tx, id)? == 0 {
        return Ok(refused(UserOutcome::LastAdmin));
    }
    if !apply(tx, projects, millis(entry.at))? {
        return Ok(refused(UserOutcome::ProjectChanged));
    }
    tx.execute("DELETE FROM users WHERE id = ?1", [id])?;
    endings::insert(tx, &sessions_of_removed(id, entry))?;
    let endings = note_grants_of_keys(tx, id, entry)?;
    audit::insert(tx, entry)?;
    tx.execute("DELETE FROM clients WHERE owner = ?1", [id])?;
    let moment = revocations::append(tx, RevocationKind::Subject, id, clock)?;
    Ok(((UserOutcome::Done, endings), Some(moment)))
}

/// Notes that the job grants of others in which the user's API keys act are to be ended; which these are.
fn note_grants_of_keys(tx: &Transaction<'_>, owner: &str, entry: &Entry) -> Result<Vec<Ending>, StoreError> {
    let mut statement = tx.prepare_cached("SELECT id FROM clients WHERE owner = ?1")?;
    let keys = statement.query_map([owner], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let endings = grants_of_keys(owner, keys, entry);
    endings.iter().try_for_each(|ending| endings::insert(tx, ending))?;
    Ok(endings)
}

/// The number of other administrators.
fn other_admins(connection: &Connection, id: &str) -> Result<i64, StoreError> {
    Ok(connection.query_row(
        "SELECT count(*) FROM users WHERE id <> ?1 AND NOT disabled \
         AND EXISTS (SELECT 1 FROM json_each(roles) WHERE value = ?2)",
        [id, roles::ADMIN],
        |row| row.get(0),
    )?)
}
