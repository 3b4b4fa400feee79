//! SQLite under the contract that every store must pass.

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
