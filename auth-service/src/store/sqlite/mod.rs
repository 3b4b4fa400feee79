//! Users and sessions in an embedded SQLite file. Only this folder knows SQL.

mod rows;

use async_trait::async_trait;
use rusqlite::{Connection, Transaction};
use service_kit::store::{Unavailable, sqlite::Database};
use time::OffsetDateTime;

use self::rows::{SELECT_SESSION, find_session, find_user, insert_user, millis, read_session, write_session};
use super::{PasswordUpdate, Store, StoreError};
use crate::domain::{
    email::Email,
    name::FullName,
    password_hash::PasswordHash,
    roles,
    session::{EndReason, Session},
    step::{Presented, Rotation, step},
    user::User,
};

/// Version of the tables below, kept in `PRAGMA user_version`.
const SCHEMA_VERSION: i64 = 1;
const SCHEMA: &str = include_str!("schema.sql");

/// The adapter.
pub struct SqliteStore {
    database: Database,
}

impl SqliteStore {
    /// A store in an open file.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

impl From<Unavailable> for StoreError {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) if error.to_string().contains("users.email_key") => {
                Self::Conflict { field: "email" }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull) => {
                Self::Unavailable
            }
            _ => Self::Fault(format!("sqlite: {error}")),
        }
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn prepare(&self) -> Result<(), StoreError> {
        self.database
            .write(|tx| {
                let found: i64 = tx.query_row("PRAGMA user_version", [], |row| row.get(0))?;
                match found {
                    0 => {
                        tx.execute_batch(SCHEMA)?;
                        Ok(tx.pragma_update(None, "user_version", SCHEMA_VERSION)?)
                    }
                    SCHEMA_VERSION => Ok(()),
                    newer => Err(StoreError::Fault(format!(
                        "the file has tables of version {newer}, this program knows version {SCHEMA_VERSION}"
                    ))),
                }
            })
            .await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.database.read(|c| Ok(c.query_row("SELECT 1", [], |_| Ok(()))?)).await
    }

    async fn insert_user(&self, user: &User) -> Result<(), StoreError> {
        let user = user.clone();
        self.database.write(move |tx| insert_user(tx, &user)).await
    }

    async fn insert_first_admin(&self, user: &User) -> Result<bool, StoreError> {
        let user = user.clone();
        self.database
            .write(move |tx| {
                if count_admins(tx)? > 0 {
                    return Ok(false);
                }
                insert_user(tx, &user).map(|()| true)
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
        let key = email.key();
        self.database.read(move |c| find_user(c, "email_key", &key)).await
    }

    async fn set_full_name(
        &self,
        id: &str,
        full_name: Option<&FullName>,
        at: OffsetDateTime,
    ) -> Result<Option<User>, StoreError> {
        let (id, name) = (id.to_owned(), full_name.map(|name| name.as_str().to_owned()));
        self.database
            .write(move |tx| {
                tx.prepare_cached("UPDATE users SET full_name = ?2, updated_at = ?3 WHERE id = ?1")?
                    .execute((&id, name, millis(at)))?;
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

    async fn change_password(&self, update: &PasswordUpdate) -> Result<bool, StoreError> {
        let update = update.clone();
        self.database.write(move |tx| change_password(tx, &update)).await
    }

    async fn delete_user(&self, id: &str) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.database
            .write(move |tx| {
                let removed = tx.execute("DELETE FROM users WHERE id = ?1", [&id])?;
                tx.execute("DELETE FROM sessions WHERE user_id = ?1", [&id])?;
                Ok(removed == 1)
            })
            .await
    }

    async fn insert_session(&self, session: &Session) -> Result<(), StoreError> {
        let session = session.clone();
        self.database
            .write(move |tx| {
                tx.prepare_cached("DELETE FROM sessions WHERE purge_at < ?1")?
                    .execute([millis(session.created_at)])?;
                write_session(tx, &session)
            })
            .await
    }

    async fn session(&self, id: &str) -> Result<Option<Session>, StoreError> {
        let id = id.to_owned();
        self.database.read(move |c| find_session(c, &id)).await
    }

    async fn live_sessions(&self, user_id: &str, now: OffsetDateTime) -> Result<Vec<Session>, StoreError> {
        let user_id = user_id.to_owned();
        self.database
            .read(move |c| {
                let mut statement = c.prepare_cached(&format!(
                    "{SELECT_SESSION} WHERE user_id = ?1 AND ended IS NULL AND idle_expires_at > ?2 \
                     AND absolute_expires_at > ?2 ORDER BY created_at DESC, id DESC"
                ))?;
                let sessions = statement.query_map((user_id, millis(now)), read_session)?;
                Ok(sessions.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn rotate(&self, presented: &Presented, now: OffsetDateTime) -> Result<Rotation, StoreError> {
        let presented = presented.clone();
        self.database
            .write(move |tx| {
                let Some(session) = find_session(tx, &presented.token.session_id)? else {
                    return Ok(Rotation::Refused);
                };
                let step = step(&session, &presented, now);
                if let Some(next) = &step.write {
                    write_session(tx, next)?;
                }
                Ok(step.rotation)
            })
            .await
    }

    async fn end_session(&self, user_id: &str, id: &str, reason: EndReason) -> Result<bool, StoreError> {
        let (user_id, id) = (user_id.to_owned(), id.to_owned());
        self.database
            .write(move |tx| {
                let ended = tx.execute(
                    "UPDATE sessions SET ended = ?3, version = version + 1 \
                     WHERE id = ?1 AND user_id = ?2 AND ended IS NULL",
                    (id, user_id, reason.name()),
                )?;
                Ok(ended == 1)
            })
            .await
    }

    async fn end_sessions(&self, user_id: &str, reason: EndReason) -> Result<(), StoreError> {
        let user_id = user_id.to_owned();
        self.database.write(move |tx| end_sessions(tx, &user_id, reason)).await
    }
}

fn count_admins(connection: &Connection) -> Result<u64, StoreError> {
    let count: i64 = connection.query_row(
        "SELECT count(*) FROM users WHERE EXISTS (SELECT 1 FROM json_each(roles) WHERE value = ?1)",
        [roles::ADMIN],
        |row| row.get(0),
    )?;
    Ok(count.unsigned_abs())
}

fn change_password(tx: &Transaction<'_>, update: &PasswordUpdate) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE users SET password_hash = ?3, token_version = token_version + 1, updated_at = ?4 \
         WHERE id = ?1 AND token_version = ?2",
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
    tx.execute(
        "UPDATE sessions SET ended = ?3, version = version + 1 \
         WHERE user_id = ?1 AND token_version <= ?2 AND ended IS NULL",
        (&update.user_id, update.token_version, EndReason::PasswordChange.name()),
    )?;
    Ok(true)
}

fn end_sessions(tx: &Transaction<'_>, user_id: &str, reason: EndReason) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE sessions SET ended = ?2, version = version + 1 WHERE user_id = ?1 AND ended IS NULL",
        (user_id, reason.name()),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::store::contract;

    /// A file of its own for each test, removed at the end.
    struct Fixture {
        store: SqliteStore,
        _directory: tempfile::TempDir,
    }

    fn open(path: &Path) -> SqliteStore {
        SqliteStore::new(Database::open(path).unwrap())
    }

    impl contract::Fixture for Fixture {
        async fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let store = open(&directory.path().join("auth.db"));
            store.prepare().await.unwrap();
            Self { store, _directory: directory }
        }

        fn store(&self) -> &dyn Store {
            &self.store
        }

        async fn drop(self) {}
    }

    contract::suite!(Fixture);

    #[tokio::test]
    async fn what_was_written_is_there_after_a_restart() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("auth.db");
        let user = contract::user("ada@example.org");
        let store = open(&path);
        store.prepare().await.unwrap();
        store.insert_user(&user).await.unwrap();
        drop(store);

        let store = open(&path);
        store.prepare().await.unwrap();
        assert_eq!(store.user(&user.id).await.unwrap(), Some(user));
    }

    #[tokio::test]
    async fn a_file_of_a_later_version_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let store = open(&directory.path().join("auth.db"));
        let later: Result<(), StoreError> =
            store.database.write(|tx| Ok(tx.pragma_update(None, "user_version", 2)?)).await;
        later.unwrap();
        let refusal = store.prepare().await.unwrap_err().to_string();
        assert!(refusal.contains("version 2"), "{refusal}");
    }
}
