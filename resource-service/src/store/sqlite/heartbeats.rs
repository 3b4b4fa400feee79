//! Heartbeats in SQLite: the text of a document is written anew in its row, and nothing beside it.

use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::{OptionalExtension as _, Transaction, params};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::{SqliteStore, table};
use crate::{
    domain::{
        collection::Collection,
        document::Document,
        heartbeat::{HEARTBEAT, INTERVAL, RUNNING, heartbeat_of},
    },
    query::timestamp,
    store::{Beat, Heartbeats, StoreError, Writer},
};

/// Whether a stored document still has the heartbeat of these members, where it has heartbeats: what is written from them
/// would set it back.
pub(super) fn is_unchanged(collection: &Collection, stored: &str, members: &Map<String, Value>) -> bool {
    !collection.keeps_heartbeats()
        || heartbeat_of(stored).as_deref() == members.get(HEARTBEAT).and_then(Value::as_str)
}

fn set(
    transaction: &Transaction<'_>,
    collection: &Collection,
    beat: &Beat,
    at: OffsetDateTime,
) -> Result<bool, StoreError> {
    let table = table(collection);
    let sql = format!("SELECT body FROM {table} WHERE id = ?1");
    let mut statement = transaction.prepare_cached(&sql)?;
    let body = statement.query_row([&beat.calculation], |row| row.get::<_, String>(0)).optional()?;
    let Some(body) = body else { return Ok(false) };
    let mut document = Document::parse(&body).map_err(|fault| {
        StoreError::Corrupt(format!("{}/{}: {fault}", collection.name(), beat.calculation))
    })?;
    let text = |name: &str| document.members.get(name).and_then(Value::as_str);
    let due = timestamp(at - INTERVAL);
    let older = text(HEARTBEAT).is_none_or(|last| last <= due.as_str());
    let is_alive = match &beat.by {
        Writer::Job => true,
        Writer::Subject(sub) => *sub == document.meta.owner && text("status") == Some(RUNNING),
    };
    if !older || !is_alive {
        return Ok(false);
    }
    document.members.insert(HEARTBEAT.into(), timestamp(at).into());
    let sql = format!("UPDATE {table} SET body = ?2 WHERE id = ?1");
    Ok(transaction.prepare_cached(&sql)?.execute(params![beat.calculation, document.to_json()])? == 1)
}

#[async_trait]
impl Heartbeats for SqliteStore {
    async fn beat(
        &self,
        collection: &Arc<Collection>,
        beats: &[Beat],
        at: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        let (collection, beats) = (Arc::clone(collection), beats.to_vec());
        self.database
            .write(move |transaction| {
                beats.iter().try_fold(0, |count, beat| {
                    Ok(count + u64::from(set(transaction, &collection, beat, at)?))
                })
            })
            .await
    }
}
