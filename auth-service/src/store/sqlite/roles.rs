//! Roles.

use async_trait::async_trait;
use rusqlite::{OptionalExtension as _, Transaction};
use shared_models::revocations::RevocationKind;

use super::{SqliteStore, audit, revocations};
use crate::{
    domain::{
        audit::Entry,
        revocation::{Moment, RevocationClock},
        roles::StoredScopes,
    },
    store::{RoleOutcome, RoleWrite, Roles, StoreError, StoredRoles},
};

#[async_trait]
impl Roles for SqliteStore {
    async fn roles(&self) -> Result<StoredRoles, StoreError> {
        self.database
            .read(|c| {
                let sql = "SELECT not_before FROM counters WHERE id = 'roles'";
                let not_before = c.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
                let mut statement = c.prepare_cached("SELECT name, scopes FROM roles")?;
                let rows = statement
                    .query_map([], |row| Ok((row.get(0)?, StoredScopes::read(&row.get::<_, String>(1)?))))?;
                Ok(StoredRoles { scopes: rows.collect::<Result<_, _>>()?, not_before })
            })
            .await
    }

    async fn set_role(
        &self,
        write: &RoleWrite,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<RoleOutcome, StoreError> {
        let (name, taking) = (write.name.clone(), clock.clone());
        let (write, entry) = (write.clone(), entry.clone());
        let work = move |tx: &Transaction<'_>| set(tx, &write, &taking, &entry);
        self.revoking(RevocationKind::Role, &name, clock, work).await
    }

    async fn remove_role(&self, name: &str, entry: &Entry) -> Result<RoleOutcome, StoreError> {
        let (name, entry) = (name.to_owned(), entry.clone());
        self.database
            .write(move |tx| {
                let holders = holders(tx, &name)?;
                if holders > 0 {
                    return Ok(RoleOutcome::Held(holders));
                }
                if tx.execute("DELETE FROM roles WHERE name = ?1", [name])? == 0 {
                    return Ok(RoleOutcome::Changed);
                }
                audit::insert(tx, &entry).map(|()| RoleOutcome::Done)
            })
            .await
    }

    async fn role_sets_with(&self, role: &str, limit: u32) -> Result<Vec<Vec<String>>, StoreError> {
        let role = role.to_owned();
        self.database
            .read(move |c| {
                let mut statement = c.prepare_cached(
                    "SELECT DISTINCT roles FROM users \
                     WHERE EXISTS (SELECT 1 FROM json_each(roles) WHERE value = ?1) LIMIT ?2",
                )?;
                let sets =
                    statement.query_map((role, limit), |row| row.get::<_, serde_json::Value>("roles"))?;
                sets.map(|set| {
                    let set = serde_json::from_value(set?);
                    set.map_err(|_| StoreError::Fault("the roles of a user are unreadable".into()))
                })
                .collect()
            })
            .await
    }
}

fn set(
    tx: &Transaction<'_>,
    write: &RoleWrite,
    clock: &RevocationClock,
    entry: &Entry,
) -> Result<(RoleOutcome, Option<Moment>), StoreError> {
    if stored(tx, &write.name)? != write.before {
        return Ok((RoleOutcome::Changed, None));
    }
    if write.unheld {
        let holders = holders(tx, &write.name)?;
        if holders > 0 {
            return Ok((RoleOutcome::Held(holders), None));
        }
    }
    tx.execute(
        "INSERT OR REPLACE INTO roles (name, scopes) VALUES (?1, ?2)",
        (&write.name, write.next.to_string()),
    )?;
    let revoke = || revocations::append(tx, RevocationKind::Role, &write.name, clock);
    let moment = write.narrower.then(revoke).transpose()?;
    audit::insert(tx, entry).map(|()| (RoleOutcome::Done, moment))
}

/// Whether every role of `given` is still stored with these scopes, within the transaction that gives them.
pub(super) fn are_as_read(
    tx: &Transaction<'_>,
    given: &[(String, StoredScopes)],
) -> Result<bool, StoreError> {
    for (name, scopes) in given {
        if stored(tx, name)?.as_ref() != Some(scopes) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What is stored under the name, within the transaction that depends on it.
fn stored(tx: &Transaction<'_>, name: &str) -> Result<Option<StoredScopes>, StoreError> {
    let scopes: Option<String> =
        tx.query_row("SELECT scopes FROM roles WHERE name = ?1", [name], |row| row.get(0)).optional()?;
    Ok(scopes.map(|scopes| StoredScopes::read(&scopes)))
}

/// How many users have the role.
fn holders(tx: &Transaction<'_>, role: &str) -> Result<u64, StoreError> {
    let count: i64 = tx.query_row(
        "SELECT count(*) FROM users WHERE EXISTS (SELECT 1 FROM json_each(roles) WHERE value = ?1)",
        [role],
        |row| row.get(0),
    )?;
    Ok(count.unsigned_abs())
}

#[cfg(test)]
impl SqliteStore {
    /// Stores a role as another version may.
    pub(crate) async fn write_role(&self, name: &str, scopes: &str) {
        let (name, scopes) = (name.to_owned(), scopes.to_owned());
        let written: Result<(), StoreError> = self
            .database
            .write(move |tx| {
                tx.execute("INSERT INTO roles (name, scopes) VALUES (?1, ?2)", (name, scopes))?;
                Ok(())
            })
            .await;
        written.expect("a role can be stored");
    }
}
