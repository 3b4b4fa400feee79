//! The audit log.

use async_trait::async_trait;
use rusqlite::{Row, Transaction, named_params};

use super::{
    SqliteStore,
    rows::{millis, optional_time, time},
};
use crate::{
    domain::{
        audit::{Action, Entry, Target},
        key_ring::{KeyState, RingState},
    },
    store::{AuditFilter, AuditLog, StoreError},
};

pub(super) const SELECT: &str = "SELECT id, at, action, actor, client_id, target_kind, target, address, request_id, \
    client_request_id, succeeded, detail, purge_at FROM audit";

#[async_trait]
impl AuditLog for SqliteStore {
    async fn append_audit(&self, entry: &Entry) -> Result<(), StoreError> {
        let entry = entry.clone();
        self.database.write(move |tx| insert(tx, &entry)).await
    }

    async fn record_ring(&self, ring: &RingState, entry: &Entry) -> Result<(), StoreError> {
        let (ring, entry) = (ring.clone(), entry.clone());
        self.database
            .write(move |tx| {
                let before = recorded_ring(tx)?;
                for step in ring.entries(&before, &entry) {
                    insert(tx, &step)?;
                }
                tx.execute("DELETE FROM key_ring", [])?;
                let mut record =
                    tx.prepare_cached("INSERT INTO key_ring (kid, signs, fingerprint) VALUES (?1, ?2, ?3)")?;
                for (kid, key) in ring.iter() {
                    record.execute((kid, key.signs, &key.fingerprint))?;
                }
                Ok(())
            })
            .await
    }

    async fn audit(&self, filter: &AuditFilter) -> Result<Vec<Entry>, StoreError> {
        let filter = filter.clone();
        self.database
            .read(move |c| {
                let mut statement = c.prepare_cached(&format!(
                    "{SELECT} WHERE (:actor IS NULL OR actor = :actor) \
                     AND (:action IS NULL OR action = :action) AND (:target IS NULL OR target = :target) \
                     AND (:before IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit"
                ))?;
                let entries = statement.query_map(
                    named_params! {
                        ":actor": filter.actor,
                        ":action": filter.action.as_ref().map(Action::name),
                        ":target": filter.target,
                        ":before": filter.before,
                        ":limit": filter.limit,
                    },
                    read,
                )?;
                Ok(entries.collect::<Result<_, _>>()?)
            })
            .await
    }
}

/// Adds the entry of an act, within the transaction that does it.
pub(super) fn insert(tx: &Transaction<'_>, entry: &Entry) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM audit WHERE purge_at <= ?1")?.execute([millis(entry.at)])?;
    tx.prepare_cached(
        "INSERT INTO audit (id, at, action, actor, client_id, target_kind, target, address, request_id, \
         client_request_id, succeeded, detail, purge_at) VALUES (:id, :at, :action, :actor, :client_id, \
         :target_kind, :target, :address, :request_id, :client_request_id, :succeeded, :detail, :purge_at)",
    )?
    .execute(named_params! {
        ":id": entry.id,
        ":at": millis(entry.at),
        ":action": entry.action.name(),
        ":actor": entry.actor,
        ":client_id": entry.client_id,
        ":target_kind": entry.target.as_ref().map(|target| &target.kind),
        ":target": entry.target.as_ref().map(|target| &target.id),
        ":address": entry.address,
        ":request_id": entry.request_id,
        ":client_request_id": entry.client_request_id,
        ":succeeded": entry.succeeded,
        ":detail": entry.detail,
        ":purge_at": entry.purge_at.map(millis),
    })?;
    Ok(())
}

fn recorded_ring(tx: &Transaction<'_>) -> Result<RingState, StoreError> {
    let mut statement = tx.prepare_cached("SELECT kid, signs, fingerprint FROM key_ring")?;
    let keys = statement
        .query_map([], |row| Ok((row.get(0)?, KeyState { signs: row.get(1)?, fingerprint: row.get(2)? })))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let target = row.get::<_, Option<String>>("target_kind")?.zip(row.get("target")?);
    Ok(Entry {
        id: row.get("id")?,
        at: time(row, "at")?,
        action: Action::read(row.get("action")?),
        actor: row.get("actor")?,
        client_id: row.get("client_id")?,
        target: target.map(|(kind, id)| Target { kind: kind.into(), id }),
        address: row.get("address")?,
        request_id: row.get("request_id")?,
        client_request_id: row.get("client_request_id")?,
        succeeded: row.get("succeeded")?,
        detail: row.get("detail")?,
        purge_at: optional_time(row, "purge_at")?,
    })
}
