//! The store of auth-service in an embedded SQLite file. Only this folder knows SQL.

mod audit;
mod clients;
mod endings;
mod lookup;
mod memberships;
mod project_changes;
mod projects;
mod revocations;
mod roles;
mod rows;
mod sessions;
mod throttle;
mod users;

use std::path::Path;

use async_trait::async_trait;
use rusqlite::Connection;
use service_kit::{
    start::StartError,
    store::{
        cause::{Cause, Kind},
        layout::Layout,
        sqlite::{self, Database, Found, is_unavailable, owner},
    },
};

use super::{OWNER, Store, StoreError};

/// The migrations between versions of the tables; `PRAGMA user_version` says which are done.
const MIGRATIONS: [&str; 19] = [
    include_str!("migrations/1.sql"),
    include_str!("migrations/2.sql"),
    include_str!("migrations/3.sql"),
    include_str!("migrations/4.sql"),
    include_str!("migrations/5.sql"),
    include_str!("migrations/6.sql"),
    include_str!("migrations/7.sql"),
    include_str!("migrations/8.sql"),
    include_str!("migrations/9.sql"),
    include_str!("migrations/10.sql"),
    include_str!("migrations/11.sql"),
    include_str!("migrations/12.sql"),
    include_str!("migrations/13.sql"),
    include_str!("migrations/14.sql"),
    include_str!("migrations/15.sql"),
    include_str!("migrations/16.sql"),
    include_str!("migrations/17.sql"),
    include_str!("migrations/18.sql"),
    include_str!("migrations/19.sql"),
];

/// The adapter.
pub struct SqliteStore {
    database: Database,
}

impl SqliteStore {
    /// Opens the file, making it where it is missing.
    pub fn open(path: &Path) -> Result<Self, StartError> {
        Ok(Self { database: Database::open_with(path, refusal, |_| Ok(()))? })
    }
}

/// Looks at a file for `check`, and writes nothing.
pub fn inspect(path: &Path) -> Result<Found, StartError> {
    sqlite::inspect(path, refusal)
}

/// Why a file must not be used, if it must not: it is of the other service, or of a later version. One process uses a file, so no
/// older program runs beside it.
fn refusal(connection: &Connection) -> rusqlite::Result<Option<Cause>> {
    let foreign = owner::refusal(connection, OWNER)?;
    if foreign.is_some() {
        return Ok(foreign);
    }
    let found = found(connection)?;
    let version = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let layout = Layout { version, oldest_reader: version };
    Ok(layout.refusal(Layout { version: found, oldest_reader: found }))
}

/// The version of the tables.
fn found(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) if error.to_string().contains("users.email_key") => {
                Self::Conflict { field: "email" }
            }
            Some(ErrorCode::ConstraintViolation) if error.to_string().contains("projects.slug") => {
                Self::Conflict { field: "slug" }
            }
            _ if is_unavailable(&error) => Self::Unavailable,
            _ => Self::Fault(format!("sqlite: {error}")),
        }
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn prepare(&self) -> Result<(), StoreError> {
        self.database
            .write(|tx| {
                if let Some(cause) = refusal(tx)? {
                    return Err(StoreError::Unusable(cause));
                }
                owner::take(tx, OWNER)?;
                let found = found(tx)?;
                let missing =
                    MIGRATIONS.get(usize::try_from(found).unwrap_or_default()..).unwrap_or_default();
                for migration in missing {
                    tx.execute_batch(migration)?;
                }
                if !missing.is_empty() {
                    lookup::fill_keys(tx)?;
                }
                Ok(tx.pragma_update(None, "user_version", MIGRATIONS.len().to_string())?)
            })
            .await
    }

    async fn ping(&self) -> Result<(), Cause> {
        self.database.ping().await?;
        let found: Result<_, StoreError> = self.database.read(|c| Ok(refusal(c)?)).await;
        let refusal = found.map_err(|error| Cause::new(Kind::Other, error.to_string()))?;
        refusal.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use service_kit::store::owner::Owner;
    use shared_models::revocations::RevocationKind;

    use super::*;
    use crate::{
        domain::{client::Client, roles::StoredScopes},
        store::{Lookup as _, Revocations as _, Users as _, contract},
    };

    /// A file of its own for each test, removed at the end.
    struct Fixture {
        store: SqliteStore,
        _directory: tempfile::TempDir,
    }

    fn open(path: &Path) -> SqliteStore {
        SqliteStore::open(path).unwrap()
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

        async fn set_version(&self, version: i64) {
            let set: Result<(), StoreError> = self
                .store
                .database
                .write(move |tx| Ok(tx.pragma_update(None, "user_version", version)?))
                .await;
            set.unwrap();
        }

        async fn version(&self) -> i64 {
            let found: Result<i64, StoreError> = self
                .store
                .database
                .read(|c| Ok(c.query_row("PRAGMA user_version", [], |row| row.get(0))?))
                .await;
            found.unwrap()
        }

        async fn set_owner(&self, owner: Option<Owner>) {
            let id = owner.map_or(0, Owner::application_id);
            let set: Result<(), StoreError> =
                self.store.database.write(move |tx| Ok(tx.pragma_update(None, "application_id", id)?)).await;
            set.unwrap();
        }

        async fn is_of(&self, owner: Owner) -> bool {
            let found: Result<i32, StoreError> = self
                .store
                .database
                .read(|c| Ok(c.query_row("PRAGMA application_id", [], |row| row.get(0))?))
                .await;
            found.unwrap() == owner.application_id()
        }

        async fn drop(self) {}
    }

    contract::suite!(Fixture);

    #[tokio::test]
    async fn a_revocation_whose_commit_took_long_is_written_again_also_where_the_caller_has_left() {
        let fixture = <Fixture as contract::Fixture>::new().await;
        let (store, clock) = (&fixture.store, contract::revocations::late(8));
        let mut revoking = store.revoke(RevocationKind::Subject, "ada", &clock);
        let _ = futures_util::poll!(&mut revoking);
        drop(revoking);
        // The writer does one after the other.
        store.database.write(|_| Ok::<_, StoreError>(())).await.unwrap();
        let revoked = store.revocations_of(RevocationKind::Subject, "ada").await.unwrap();
        let moments: Vec<i64> = revoked.into_iter().map(|entry| entry.not_before).collect();
        let covering = clock.moment().not_before;
        assert_eq!(moments, [covering - 8, covering]);
    }

    #[tokio::test]
    async fn what_was_written_is_there_after_a_restart() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("auth.db");
        let user = contract::user("ada@example.org");
        let store = open(&path);
        store.prepare().await.unwrap();
        store
            .insert_user(&user, &[], &contract::entry(crate::domain::audit::Action::UserCreated, &user.id))
            .await
            .unwrap();
        drop(store);

        let store = open(&path);
        store.prepare().await.unwrap();
        assert_eq!(store.user(&user.id).await.unwrap(), Some(user));
    }

    #[tokio::test]
    async fn a_file_of_the_first_version_is_brought_up_to_date_with_what_it_holds() {
        let directory = tempfile::tempdir().unwrap();
        let store = open(&directory.path().join("auth.db"));
        let user = contract::user("ada@example.org");
        let first: Result<(), StoreError> = store
            .database
            .write(|tx| {
                tx.execute_batch(MIGRATIONS[0])?;
                tx.execute(
                    "INSERT INTO users VALUES ('u', 'ada@example.org', 'ada@example.org', 'Ada', \
                     '[\"admin\"]', 0, '$argon2id$old', 3, 0, 0)",
                    [],
                )?;
                Ok(tx.pragma_update(None, "user_version", 1)?)
            })
            .await;
        first.unwrap();
        store.prepare().await.unwrap();
        let found = store.user_by_email(&user.email).await.unwrap().unwrap();
        assert_eq!((found.token_version, found.must_change_password, found.not_before), (3, false, 0));
        assert_eq!(store.count_admins().await, Ok(1));
        assert_eq!(store.users_beginning("AD", 10).await, Ok(vec![found]));
    }

    #[tokio::test]
    async fn the_grants_of_clients_end_also_where_the_act_was_broken_off() {
        let fixture = <Fixture as contract::Fixture>::new().await;
        let notes = contract::endings::notes();
        fixture.store.note_endings(&notes).await;
        contract::endings::the_grants_of_clients_end_also_where_the_act_was_broken_off(&fixture.store, notes)
            .await;
        contract::Fixture::drop(fixture).await;
    }

    #[tokio::test]
    async fn a_role_with_scopes_of_a_later_version_is_used() {
        let fixture = <Fixture as contract::Fixture>::new().await;
        fixture.store.write_role("lab", "a:read b:read[own=\"x\"]").await;
        let odd = StoredScopes::read("a:read b:read[own=\"x\"]");
        contract::administration::a_role_of_a_later_version_is_used_as_far_as_it_can_be_read(
            &fixture.store,
            odd,
        )
        .await;
    }

    #[tokio::test]
    async fn a_client_with_scopes_of_a_later_version_is_used() {
        let fixture = <Fixture as contract::Fixture>::new().await;
        let client = contract::clients::add_one(&fixture.store).await;
        fixture.store.write_client_scopes(&client.id, "a:read b:read[own=\"x\"]").await;
        let odd = Client { scopes: StoredScopes::read("a:read b:read[own=\"x\"]"), ..client };
        contract::clients::a_client_of_a_later_version_is_used_as_far_as_it_can_be_read(&fixture.store, &odd)
            .await;
    }
}
