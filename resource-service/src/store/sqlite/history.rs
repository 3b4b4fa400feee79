//! The past in SQLite: a table beside a collection's own, with each revision that another has taken the place of.
//!
//! The current revision is not in it, so an insert costs nothing more; a removal is a row without a body.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::{SqliteStore, table};
use crate::{
    domain::{collection::Collection, document::Meta, history::Removal},
    store::{Head, MAX_BATCH_BYTES, StoreError, Version, Versions, purges::Remains},
};

/// The table of a collection's past, quoted.
pub(super) fn past(collection: &Collection) -> String {
    format!("\"ver_{}\"", collection.name())
}

/// Adds a column of text to a table that lacks it from an earlier time.
pub(super) fn add_column(transaction: &Transaction<'_>, table: &str, column: &str) -> Result<(), StoreError> {
    if !has_column(transaction, table, column)? {
        transaction.execute_batch(&format!("ALTER TABLE \"{table}\" ADD COLUMN {column} TEXT"))?;
    }
    Ok(())
}

pub(super) fn has_column(connection: &Connection, table: &str, column: &str) -> Result<bool, StoreError> {
    let known = "SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2";
    Ok(connection.prepare_cached(known)?.exists([table, column])?)
}

/// Makes the table, and the columns that may be lacking from an earlier time. `until` is when another revision took the
/// place of one.
pub(super) fn prepare(transaction: &Transaction<'_>, collection: &Collection) -> Result<(), StoreError> {
    add_column(transaction, &format!("doc_{}", collection.name()), "changed_by")?;
    if collection.keeps_removed() {
        transaction.execute_batch(&format!(
            "CREATE TABLE IF NOT EXISTS {} (
                 id TEXT NOT NULL, revision INTEGER NOT NULL, at TEXT NOT NULL, changed_by TEXT,
                 owner TEXT NOT NULL, undone INTEGER NOT NULL DEFAULT 0, body TEXT, until TEXT,
                 PRIMARY KEY (id, revision))",
            past(collection)
        ))?;
        add_column(transaction, &format!("ver_{}", collection.name()), "until")?;
        if collection.longest_past().is_some() {
            transaction.execute_batch(&format!(
                "CREATE INDEX IF NOT EXISTS \"ver_{}:until\" ON {} (until)",
                collection.name(),
                past(collection)
            ))?;
        }
    }
    Ok(())
}

/// Whether a collection has a past, so that what was removed from it may come back.
pub(super) fn is_kept(connection: &Connection, collection: &str) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1";
    let found =
        connection.prepare_cached(sql)?.query_row([format!("ver_{collection}")], |_| Ok(())).optional()?;
    Ok(found.is_some())
}

/// Keeps the current revision of a document, whose place `next` takes; `false` where it is another than `expected`.
pub(super) fn keep(
    transaction: &Transaction<'_>,
    collection: &Collection,
    next: &Meta,
    expected: i64,
) -> Result<bool, StoreError> {
    let sql = format!(
        "INSERT INTO {} (id, revision, at, changed_by, owner, body, until)
         SELECT id, revision, body ->> '$._updated_at', changed_by, owner, body, ?3
         FROM {} WHERE id = ?1 AND revision = ?2",
        past(collection),
        table(collection)
    );
    let row = params![next.id, expected, next.updated_at];
    Ok(transaction.prepare_cached(&sql)?.execute(row)? == 1)
}

/// Removes the revisions that are too many once a document has come to `newest`: a few, since each write does it.
pub(super) fn thin(
    transaction: &Transaction<'_>,
    collection: &Collection,
    newest: &Meta,
) -> Result<(), StoreError> {
    let Some(surplus) = collection.surplus(newest.revision) else { return Ok(()) };
    let sql = format!("DELETE FROM {} WHERE id = ?1 AND revision BETWEEN ?2 AND ?3", past(collection));
    transaction.prepare_cached(&sql)?.execute(params![newest.id, surplus.start(), surplus.end()])?;
    Ok(())
}

/// Writes that a document was removed.
pub(super) fn end(
    transaction: &Transaction<'_>,
    collection: &Collection,
    id: &str,
    removal: &Removal,
) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO {} (id, revision, at, changed_by, owner, until) VALUES (?1, ?2, ?3, ?4, ?5, ?3)",
        past(collection)
    );
    let end = &removal.end;
    let row = params![id, end.revision, end.updated_at, removal.by, end.owner];
    transaction.prepare_cached(&sql)?.execute(row)?;
    Ok(())
}

/// Takes back the removal that `restored` follows; `false` where there is none, or none any more.
pub(super) fn undo_end(
    transaction: &Transaction<'_>,
    collection: &Collection,
    restored: &Meta,
) -> Result<bool, StoreError> {
    let sql = format!(
        "UPDATE {} SET undone = 1 WHERE id = ?1 AND revision = ?2 AND body IS NULL AND undone = 0",
        past(collection)
    );
    Ok(transaction.prepare_cached(&sql)?.execute(params![restored.id, restored.revision - 1])? == 1)
}

/// What is kept of a document that is not there and was not removed for good, whatever the definition says.
pub(super) fn remains(
    connection: &Connection,
    collection: &Collection,
    id: &str,
) -> Result<Option<Remains>, StoreError> {
    if !is_kept(connection, collection.name())? || is_purged(connection, collection.name(), id)? {
        return Ok(None);
    }
    let sql = format!(
        "SELECT revision, owner, body IS NULL AND undone = 0 FROM {} WHERE id = ?1
             AND NOT EXISTS (SELECT 1 FROM {} WHERE id = ?1) ORDER BY revision DESC LIMIT 1",
        past(collection),
        table(collection)
    );
    let found = connection.prepare_cached(&sql)?.query_row([id], |row| {
        let newest = Head { revision: row.get(0)?, owner: row.get(1)? };
        Ok(Remains { newest, restorable: row.get(2)? })
    });
    Ok(found.optional()?)
}

/// Removes the newest revision that is kept of a document that is not there; `false` where that is another, or none is.
pub(super) fn forget_newest(
    transaction: &Transaction<'_>,
    collection: &Collection,
    id: &str,
    revision: i64,
) -> Result<bool, StoreError> {
    if remains(transaction, collection, id)?.is_none_or(|remains| remains.newest.revision != revision) {
        return Ok(false);
    }
    let sql = format!("DELETE FROM {} WHERE id = ?1 AND revision = ?2", past(collection));
    Ok(transaction.prepare_cached(&sql)?.execute(params![id, revision])? == 1)
}

/// Whether a document is hidden because its calculation is removed.
fn is_hidden(connection: &Connection, collection: &Collection, id: &str) -> Result<bool, StoreError> {
    if !collection.belongs_to_calculations() {
        return Ok(false);
    }
    let sql = format!("SELECT 1 FROM {} WHERE id = ?1 AND hidden IS NOT NULL", table(collection));
    Ok(connection.prepare_cached(&sql)?.exists([id])?)
}

/// Whether a document was removed for good.
fn is_purged(connection: &Connection, collection: &str, id: &str) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM purges WHERE collection = ?1 AND document = ?2";
    Ok(connection.prepare_cached(sql)?.exists([collection, id])?)
}

fn version(row: &Row<'_>) -> rusqlite::Result<Version> {
    Ok(Version {
        revision: row.get(0)?,
        at: row.get(1)?,
        by: row.get(2)?,
        owner: row.get(3)?,
        json: row.get(4)?,
    })
}

fn select(
    connection: &Connection,
    collection: &Collection,
    id: &str,
    below: i64,
    limit: usize,
) -> Result<Vec<Version>, StoreError> {
    if is_purged(connection, collection.name(), id)? || is_hidden(connection, collection, id)? {
        return Ok(Vec::new());
    }
    let mut sources = vec![format!(
        "SELECT revision, body ->> '$._updated_at' AS at, changed_by, owner, body
         FROM {} WHERE id = ?1 AND revision < ?2",
        table(collection)
    )];
    if collection.keeps_removed() {
        sources.push(format!(
            "SELECT revision, at, changed_by, owner, body FROM {} WHERE id = ?1 AND revision < ?2",
            past(collection)
        ));
    }
    let sql = format!("{} ORDER BY revision DESC LIMIT ?3", sources.join(" UNION ALL "));
    let mut statement = connection.prepare_cached(&sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = statement.query(params![id, below, limit])?;
    let (mut versions, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let mut version = version(row)?;
        if version.by.is_none() && version.revision == 1 {
            version.by = Some(version.owner.clone());
        }
        bytes += version.json.as_ref().map_or(0, String::len);
        versions.push(version);
        if bytes >= MAX_BATCH_BYTES {
            break;
        }
    }
    Ok(versions)
}

#[async_trait]
impl Versions for SqliteStore {
    async fn versions(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        below: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Version>, StoreError> {
        let (collection, id) = (Arc::clone(collection), id.to_owned());
        let below = below.unwrap_or(i64::MAX);
        self.query(move |connection| select(connection, &collection, &id, below, limit)).await
    }

    async fn removals(
        &self,
        collection: &Arc<Collection>,
        revisions: BTreeSet<(String, i64)>,
    ) -> Result<BTreeSet<(String, i64)>, StoreError> {
        if revisions.is_empty() || !collection.keeps_removed() {
            return Ok(BTreeSet::new());
        }
        let sql =
            format!("SELECT 1 FROM {} WHERE id = ?1 AND revision = ?2 AND body IS NULL", past(collection));
        self.query(move |connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let mut found = BTreeSet::new();
            for (id, revision) in revisions {
                if statement.exists(params![id, revision])? {
                    found.insert((id, revision));
                }
            }
            Ok(found)
        })
        .await
    }
}
