//! Roles.

use async_trait::async_trait;
use shared_models::scope::ScopeSet;

use super::{SqliteStore, audit};
use crate::{
    domain::audit::Entry,
    store::{Roles, StoreError},
};

#[async_trait]
impl Roles for SqliteStore {
    async fn roles(&self) -> Result<Vec<(String, ScopeSet)>, StoreError> {
        self.database
            .read(|c| {
                let mut statement = c.prepare_cached("SELECT name, scopes FROM roles")?;
                let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
                rows.map(|row| {
                    let (name, scopes) = row?;
                    let scopes = scopes.parse();
                    Ok((name, scopes.map_err(|_| StoreError::Fault("a stored role is unreadable".into()))?))
                })
                .collect()
            })
            .await
    }

    async fn set_role(&self, name: &str, scopes: &ScopeSet, entry: &Entry) -> Result<(), StoreError> {
        let (name, scopes, entry) = (name.to_owned(), scopes.to_string(), entry.clone());
        self.database
            .write(move |tx| {
                tx.execute("INSERT OR REPLACE INTO roles (name, scopes) VALUES (?1, ?2)", (name, scopes))?;
                audit::insert(tx, &entry)
            })
            .await
    }

    async fn remove_role(&self, name: &str, entry: &Entry) -> Result<bool, StoreError> {
        let (name, entry) = (name.to_owned(), entry.clone());
        self.database
            .write(move |tx| {
                if tx.execute("DELETE FROM roles WHERE name = ?1", [name])? == 0 {
                    return Ok(false);
                }
                audit::insert(tx, &entry)?;
                Ok(true)
            })
            .await
    }

    async fn count_users_with(&self, role: &str) -> Result<u64, StoreError> {
        let role = role.to_owned();
        self.database
            .read(move |c| {
                let count: i64 = c.query_row(
                    "SELECT count(*) FROM users WHERE EXISTS (SELECT 1 FROM json_each(roles) WHERE value = ?1)",
                    [role],
                    |row| row.get(0),
                )?;
                Ok(count.unsigned_abs())
            })
            .await
    }
}
