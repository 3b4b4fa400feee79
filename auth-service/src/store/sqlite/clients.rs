//! Clients.

use async_trait::async_trait;
use rusqlite::{OptionalExtension as _, Row, Transaction, named_params};
use serde::{Deserialize, Serialize};
use shared_models::revocations::RevocationKind;
use time::OffsetDateTime;

use super::{
    SqliteStore, audit, endings, revocations,
    rows::{from_millis, millis, optional_time, time, unreadable},
};
use crate::{
    domain::{
        audit::Entry,
        client::{Client, ClientSecret, read_grants, read_owner},
        name,
        refresh_token::Digest,
        revocation::{Moment, RevocationClock},
        roles::StoredScopes,
    },
    store::{ClientFilter, Clients, StoreError, endings::finish, grants_of},
};

pub(super) const SELECT: &str = "SELECT id, name, owner, scopes, grants, secrets, disabled, not_before, expires_at, created_at, \
    last_used_at, version, keys_version FROM clients";

/// A secret within the column `secrets`, times in milliseconds.
#[derive(Serialize, Deserialize)]
struct SecretRow {
    digest: Digest,
    created_at: i64,
    expires_at: Option<i64>,
}

#[async_trait]
impl Clients for SqliteStore {
    async fn insert_client(&self, client: &Client, entry: &Entry) -> Result<(), StoreError> {
        let (client, entry) = (client.clone(), entry.clone());
        self.database
            .write(move |tx| {
                write(tx, &client)?;
                audit::insert(tx, &entry)
            })
            .await
    }

    async fn insert_named_service(&self, client: &Client, entry: &Entry) -> Result<bool, StoreError> {
        let (client, entry) = (client.clone(), entry.clone());
        self.database
            .write(move |tx| {
                let named = "SELECT 1 FROM clients WHERE owner IS NULL AND name = ?1";
                if tx.prepare_cached(named)?.exists([&client.name])? {
                    return Ok(false);
                }
                write(tx, &client)?;
                audit::insert(tx, &entry).map(|()| true)
            })
            .await
    }

    async fn client(&self, id: &str) -> Result<Option<Client>, StoreError> {
        let id = id.to_owned();
        self.database
            .read(move |c| {
                let mut statement = c.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
                Ok(statement.query_row([id], read).optional()?)
            })
            .await
    }

    async fn list_clients(&self, filter: &ClientFilter) -> Result<Vec<Client>, StoreError> {
        let filter = filter.clone();
        self.database
            .read(move |c| {
                let mut statement = c.prepare_cached(&format!(
                    "{SELECT} WHERE owner IS :owner AND (:name IS NULL OR name = :name) \
                     AND (:after IS NULL OR id > :after) ORDER BY id LIMIT :limit"
                ))?;
                let clients = statement.query_map(
                    named_params! {
                        ":owner": filter.owner,
                        ":name": filter.name,
                        ":after": filter.after,
                        ":limit": filter.limit,
                    },
                    read,
                )?;
                Ok(clients.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn replace_client(
        &self,
        next: &Client,
        revoking: Option<&RevocationClock>,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        let ending = grants_of(&next.id, entry);
        let (id, next, taking, entry) = (next.id.clone(), next.clone(), revoking.cloned(), entry.clone());
        let work = move |tx: &Transaction<'_>| {
            let found: Option<i64> = tx
                .query_row("SELECT version FROM clients WHERE id = ?1", [&next.id], |row| row.get(0))
                .optional()?;
            if found != Some(next.version - 1) {
                return Ok((false, None));
            }
            write(tx, &next)?;
            audit::insert(tx, &entry)?;
            Ok((true, taking.map(|clock| revoke(tx, &next.id, &clock, &entry)).transpose()?))
        };
        let Some(clock) = revoking else { return self.database.write(|tx| Ok(work(tx)?.0)).await };
        let replaced = self.revoking(RevocationKind::Key, &id, clock, work).await?;
        if replaced {
            finish(self, &ending, clock).await?;
        }
        Ok(replaced)
    }

    async fn remove_client(
        &self,
        id: &str,
        owner: Option<&str>,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        let ending = grants_of(id, entry);
        let (removing, owner, entry) = (id.to_owned(), owner.map(str::to_owned), entry.clone());
        let taking = clock.clone();
        let work = move |tx: &Transaction<'_>| {
            let removed =
                tx.execute("DELETE FROM clients WHERE id = ?1 AND owner IS ?2", (&removing, owner))?;
            if removed == 0 {
                return Ok((false, None));
            }
            audit::insert(tx, &entry)?;
            Ok((true, Some(revoke(tx, &removing, &taking, &entry)?)))
        };
        let removed = self.revoking(RevocationKind::Key, id, clock, work).await?;
        if removed {
            finish(self, &ending, clock).await?;
        }
        Ok(removed)
    }

    async fn touch_client(
        &self,
        id: &str,
        at: OffsetDateTime,
        unless_since: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.database
            .write(move |tx| {
                tx.prepare_cached(
                    "UPDATE clients SET last_used_at = ?2 WHERE id = ?1 \
                     AND (last_used_at IS NULL OR last_used_at < ?3)",
                )?
                .execute((id, millis(at), millis(unless_since)))?;
                Ok(())
            })
            .await
    }
}

/// Revokes the tokens of a client, and notes that its job grants are to be ended.
fn revoke(
    tx: &Transaction<'_>,
    id: &str,
    clock: &RevocationClock,
    entry: &Entry,
) -> Result<Moment, StoreError> {
    endings::insert(tx, &grants_of(id, entry))?;
    revocations::append(tx, RevocationKind::Key, id, clock)
}

pub(super) fn write(tx: &Transaction<'_>, client: &Client) -> Result<(), StoreError> {
    let secrets: Vec<SecretRow> = client
        .secrets
        .iter()
        .map(|secret| SecretRow {
            digest: secret.digest,
            created_at: millis(secret.created_at),
            expires_at: secret.expires_at.map(millis),
        })
        .collect();
    tx.prepare_cached(
        "INSERT OR REPLACE INTO clients (id, name, name_key, owner, scopes, grants, secrets, disabled, not_before, expires_at, \
         created_at, last_used_at, version, keys_version) VALUES (:id, :name, :name_key, :owner, :scopes, :grants, :secrets, :disabled, \
         :not_before, :expires_at, :created_at, :last_used_at, :version, :keys_version)",
    )?
    .execute(named_params! {
        ":id": client.id,
        ":name": client.name,
        ":name_key": name::key(&client.name),
        ":owner": client.stored_owner(),
        ":scopes": client.scopes.names().join(" "),
        ":grants": serde_json::json!(client.grant_names()),
        ":secrets": serde_json::json!(secrets),
        ":disabled": client.disabled,
        ":not_before": client.not_before,
        ":expires_at": client.expires_at.map(millis),
        ":created_at": millis(client.created_at),
        ":last_used_at": client.last_used_at.map(millis),
        ":version": client.version,
        ":keys_version": client.keys_version,
    })?;
    Ok(())
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Client> {
    let json = |column: &'static str| row.get::<_, serde_json::Value>(column);
    let secrets: Vec<SecretRow> =
        serde_json::from_value(json("secrets")?).map_err(|_| unreadable(row, "secrets"))?;
    let secrets = secrets.into_iter().map(|secret| {
        Some(ClientSecret {
            digest: secret.digest,
            created_at: from_millis(secret.created_at)?,
            expires_at: match secret.expires_at {
                Some(end) => Some(from_millis(end)?),
                None => None,
            },
        })
    });
    let grants = serde_json::from_value(json("grants")?).map_err(|_| unreadable(row, "grants"))?;
    let (grants, other_grants) = read_grants(grants);
    let (owner, project) = read_owner(row.get("owner")?);
    Ok(Client {
        id: row.get("id")?,
        name: row.get("name")?,
        owner,
        project,
        keys_version: row.get("keys_version")?,
        scopes: StoredScopes::read(&row.get::<_, String>("scopes")?),
        grants,
        other_grants,
        secrets: secrets.collect::<Option<_>>().ok_or_else(|| unreadable(row, "secrets"))?,
        disabled: row.get("disabled")?,
        not_before: row.get("not_before")?,
        expires_at: optional_time(row, "expires_at")?,
        created_at: time(row, "created_at")?,
        last_used_at: optional_time(row, "last_used_at")?,
        version: row.get("version")?,
    })
}

#[cfg(test)]
impl SqliteStore {
    /// Stores scopes of a client as another version may.
    pub(crate) async fn write_client_scopes(&self, id: &str, scopes: &str) {
        let (id, scopes) = (id.to_owned(), scopes.to_owned());
        let written: Result<(), StoreError> = self
            .database
            .write(move |tx| {
                tx.execute("UPDATE clients SET scopes = ?2 WHERE id = ?1", (id, scopes))?;
                Ok(())
            })
            .await;
        written.expect("scopes can be stored");
    }
}
