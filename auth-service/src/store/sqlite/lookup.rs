//! Look-ups of administrators.

use async_trait::async_trait;
use rusqlite::{Connection, Row, Transaction};

use super::{
    SqliteStore, audit, clients,
    rows::{SELECT_USER, read_user},
};
use crate::{
    domain::{audit::Entry, client::Client, name, user::User},
    store::{Lookup, StoreError, lookup::end_of},
};

#[async_trait]
impl Lookup for SqliteStore {
    async fn users_beginning(&self, start: &str, limit: u32) -> Result<Vec<User>, StoreError> {
        let by = |column: &str| {
            format!("{SELECT_USER} WHERE {column} >= ?1 AND {column} < ?2 ORDER BY {column} LIMIT ?3")
        };
        let (by_address, by_name) = (by("email_key"), by("name_key"));
        let (address, name) = (start.to_lowercase(), name::key(start));
        self.database
            .read(move |c| {
                let mut users = beginning(c, &by_address, &address, limit, read_user)?;
                for user in beginning(c, &by_name, &name, limit, read_user)? {
                    if !users.iter().any(|known| known.id == user.id) {
                        users.push(user);
                    }
                }
                Ok(users)
            })
            .await
    }

    async fn services_beginning(&self, start: &str, limit: u32) -> Result<Vec<Client>, StoreError> {
        let sql = format!(
            "{} WHERE owner IS NULL AND name_key >= ?1 AND name_key < ?2 ORDER BY name_key LIMIT ?3",
            clients::SELECT
        );
        let start = name::key(start);
        self.database.read(move |c| beginning(c, &sql, &start, limit, clients::read)).await
    }

    async fn audit_of_request(&self, id: &str, limit: u32) -> Result<Vec<Entry>, StoreError> {
        // Each half is read from the end of its index: a caller may give many requests one id.
        let half = |column: &str| {
            format!("SELECT id FROM (SELECT id FROM audit WHERE {column} = ?1 ORDER BY id DESC LIMIT ?2)")
        };
        let (ours, theirs) = (half("request_id"), half("client_request_id"));
        let sql = format!("{} WHERE id IN ({ours} UNION {theirs}) ORDER BY id DESC LIMIT ?2", audit::SELECT);
        let id = id.to_owned();
        self.database
            .read(move |c| {
                let mut statement = c.prepare_cached(&sql)?;
                let entries = statement.query_map((id, limit), audit::read)?;
                Ok(entries.collect::<Result<_, _>>()?)
            })
            .await
    }
}

/// Gives each name its key that lacks one: SQL cannot make it.
pub(super) fn fill_keys(tx: &Transaction<'_>) -> Result<(), StoreError> {
    for (table, column) in [("users", "full_name"), ("clients", "name")] {
        let lacking =
            format!("SELECT id, {column} FROM {table} WHERE name_key IS NULL AND {column} IS NOT NULL");
        let mut statement = tx.prepare(&lacking)?;
        let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let found: Vec<(String, String)> = found.collect::<Result<_, _>>()?;
        let mut fill = tx.prepare(&format!("UPDATE {table} SET name_key = ?2 WHERE id = ?1"))?;
        for (id, name) in found {
            fill.execute((id, name::key(&name)))?;
        }
    }
    Ok(())
}

fn beginning<T>(
    connection: &Connection,
    sql: &str,
    start: &str,
    limit: u32,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_map((start, end_of(start), limit), read)?;
    Ok(found.collect::<Result<_, _>>()?)
}
