//! Artifacts in SQLite: a row for each folder, blob and chunk. Chunks are written one a transaction, so that a slow
//! sender holds up nobody.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};
use time::OffsetDateTime;

use super::{SqliteStore, history, millis};
use crate::{
    domain::artifacts::{CHUNK_BYTES, File, Folder},
    store::{
        StoreError,
        artifacts::{Artifacts, Blob, DocumentRef, Lease, UnfinishedBytes},
    },
};

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS artifact_folders (
        collection TEXT NOT NULL, document TEXT NOT NULL, tag TEXT NOT NULL,
        files TEXT NOT NULL CHECK (json_valid(files)), PRIMARY KEY (collection, document));
    CREATE TABLE IF NOT EXISTS artifact_blobs (
        id TEXT PRIMARY KEY, collection TEXT NOT NULL, document TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT,
        open INTEGER NOT NULL, lease INTEGER, owner TEXT);
    CREATE INDEX IF NOT EXISTS artifact_blobs_lease ON artifact_blobs (lease) WHERE lease IS NOT NULL;
    CREATE INDEX IF NOT EXISTS artifact_blobs_open ON artifact_blobs (collection, document) WHERE open;
    CREATE TABLE IF NOT EXISTS artifact_chunks (
        blob TEXT NOT NULL, n INTEGER NOT NULL, bytes BLOB NOT NULL, UNIQUE (blob, n));";
/// The chunks that one transaction removes: other writers go between.
const REMOVED_AT_ONCE: u32 = 32;

/// Makes the tables. A file from before blobs had owners gets the column.
pub(super) fn prepare(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    transaction.execute_batch(TABLES)?;
    let has_owner = "SELECT count(*) FROM pragma_table_info('artifact_blobs') WHERE name = 'owner'";
    if transaction.query_row(has_owner, [], |row| row.get::<_, i64>(0))? == 0 {
        transaction.execute_batch("ALTER TABLE artifact_blobs ADD COLUMN owner TEXT")?;
    }
    let index = "CREATE INDEX IF NOT EXISTS artifact_blobs_owner ON artifact_blobs (owner) WHERE open";
    Ok(transaction.execute_batch(index)?)
}

fn blob(row: &Row<'_>) -> rusqlite::Result<Blob> {
    Ok(Blob {
        id: row.get(0)?,
        collection: row.get(1)?,
        document: row.get(2)?,
        name: row.get(3)?,
        sha256: row.get(4)?,
        owner: row.get(5)?,
    })
}

fn folder(connection: &Connection, collection: &str, document: &str) -> Result<Folder, StoreError> {
    let sql = "SELECT tag, files FROM artifact_folders WHERE collection = ?1 AND document = ?2";
    let found = connection
        .prepare_cached(sql)?
        .query_row([collection, document], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
    let Some((tag, files)) = found.optional()? else { return Ok(Folder::default()) };
    let files = serde_json::from_str(&files)
        .map_err(|fault| StoreError::Corrupt(format!("the folder of {collection}/{document}: {fault}")))?;
    Ok(Folder { tag: Some(tag), files })
}

#[async_trait]
impl Artifacts for SqliteStore {
    async fn folder(&self, place: DocumentRef<'_>) -> Result<Folder, StoreError> {
        let (collection, document) = (place.collection.to_owned(), place.document.to_owned());
        self.database.read(move |connection| folder(connection, &collection, &document)).await
    }

    async fn save_folder(
        &self,
        place: DocumentRef<'_>,
        files: &[File],
        expected: Option<&str>,
        next: &str,
    ) -> Result<bool, StoreError> {
        let (collection, document) = (place.collection.to_owned(), place.document.to_owned());
        let (expected, next, empty) = (expected.map(str::to_owned), next.to_owned(), files.is_empty());
        let text = serde_json::to_string(files).map_err(|fault| StoreError::Failed(fault.to_string()))?;
        self.database
            .write(move |transaction| {
                let done = match (expected, empty) {
                    (None, true) => return Ok(folder(transaction, &collection, &document)?.tag.is_none()),
                    (None, false) => transaction
                        .prepare_cached(
                            "INSERT INTO artifact_folders (collection, document, tag, files)
                             VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                        )?
                        .execute([collection, document, next, text])?,
                    (Some(expected), true) => transaction
                        .prepare_cached(
                            "DELETE FROM artifact_folders WHERE collection = ?1 AND document = ?2 AND tag = ?3",
                        )?
                        .execute([collection, document, expected])?,
                    (Some(expected), false) => transaction
                        .prepare_cached(
                            "UPDATE artifact_folders SET tag = ?3, files = ?4
                             WHERE collection = ?1 AND document = ?2 AND tag = ?5",
                        )?
                        .execute([collection, document, next, text, expected])?,
                };
                Ok(done == 1)
            })
            .await
    }

    async fn folders(&self, collection: &str, after: &str, limit: u32) -> Result<Vec<String>, StoreError> {
        let (collection, after) = (collection.to_owned(), after.to_owned());
        self.database
            .read(move |connection| {
                let sql = "SELECT document FROM artifact_folders WHERE collection = ?1 AND document > ?2
                           ORDER BY document LIMIT ?3";
                let mut prepared = connection.prepare_cached(sql)?;
                let rows = prepared.query_map(params![collection, after, limit], |row| row.get(0))?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn held(&self, collection: &str, ids: &[String]) -> Result<Vec<String>, StoreError> {
        let collection = collection.to_owned();
        let ids = serde_json::to_string(ids).map_err(|fault| StoreError::Failed(fault.to_string()))?;
        self.database
            .read(move |connection| {
                // A collection's name needs no escaping.
                let select = |table: &str| {
                    format!("SELECT id FROM \"{table}_{collection}\" WHERE id IN (SELECT value FROM json_each(?1))")
                };
                let mut sql = select("doc");
                if history::is_kept(connection, &collection)? {
                    sql = format!("{sql} UNION {}", select("ver"));
                }
                let mut prepared = connection.prepare_cached(&sql)?;
                let rows = prepared.query_map([ids], |row| row.get(0))?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn begin(&self, blob: &Blob, _: OffsetDateTime, until: OffsetDateTime) -> Result<(), StoreError> {
        let blob = blob.clone();
        self.database
            .write(move |transaction| {
                let sql =
                    "INSERT INTO artifact_blobs (id, collection, document, name, sha256, open, lease, owner)
                           VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7)";
                let Blob { id, collection, document, name, sha256, owner } = blob;
                let values = params![id, collection, document, name, sha256, millis(until), owner];
                transaction.prepare_cached(sql)?.execute(values)?;
                Ok(())
            })
            .await
    }

    async fn append(&self, blob: &str, n: u32, bytes: Vec<u8>) -> Result<(), StoreError> {
        let blob = blob.to_owned();
        let added = self.database.write::<_, StoreError, _>(move |transaction| {
            let sql =
                "INSERT INTO artifact_chunks (blob, n, bytes) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
            Ok(transaction.prepare_cached(sql)?.execute(params![blob, n, bytes])?)
        });
        if added.await? == 1 { Ok(()) } else { Err(StoreError::Conflict { fields: vec!["n".into()] }) }
    }

    async fn lease(
        &self,
        blob: &str,
        change: Lease,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let (was_open, open) = match change {
            Lease::Renew | Lease::Abandon => (true, true),
            Lease::Seal { .. } => (true, false),
            Lease::Release => (false, false),
        };
        let alive = matches!(change, Lease::Renew | Lease::Seal { .. });
        let after = if alive { millis(now) } else { i64::MIN };
        let blob = blob.to_owned();
        self.database
            .write(move |transaction| {
                let sql = "UPDATE artifact_blobs SET lease = ?2, open = ?3
                           WHERE id = ?1 AND open = ?4 AND (lease IS NULL OR lease > ?5)";
                let values = params![blob, millis(until), open, was_open, after];
                Ok(transaction.prepare_cached(sql)?.execute(values)? == 1)
            })
            .await
    }

    async fn chunk(&self, blob: &str, n: u32) -> Result<Option<Vec<u8>>, StoreError> {
        let blob = blob.to_owned();
        self.database
            .read(move |connection| {
                let sql = "SELECT bytes FROM artifact_chunks WHERE blob = ?1 AND n = ?2";
                let found = connection.prepare_cached(sql)?.query_row(params![blob, n], |row| row.get(0));
                Ok(found.optional()?)
            })
            .await
    }

    async fn unfinished(
        &self,
        place: DocumentRef<'_>,
        now: OffsetDateTime,
    ) -> Result<Vec<(Blob, u32)>, StoreError> {
        let (collection, document) = (place.collection.to_owned(), place.document.to_owned());
        self.database
            .read(move |connection| {
                let sql = "SELECT id, collection, document, name, sha256, owner,
                               (SELECT count(*) FROM artifact_chunks WHERE blob = id)
                           FROM artifact_blobs
                           WHERE collection = ?1 AND document = ?2 AND open AND lease > ?3 AND sha256 IS NOT NULL
                           ORDER BY id";
                let mut prepared = connection.prepare_cached(sql)?;
                let rows = prepared.query_map(params![collection, document, millis(now)], |row| {
                    Ok((blob(row)?, row.get(6)?))
                })?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn unfinished_bytes(
        &self,
        collection: &str,
        owner: &str,
        now: OffsetDateTime,
    ) -> Result<UnfinishedBytes, StoreError> {
        let (collection, owner) = (collection.to_owned(), owner.to_owned());
        self.database
            .read(move |connection| {
                let held = |column: &str, value: &str| -> Result<u64, StoreError> {
                    // Chunks are numbered from 0 without a gap, so the last one shows how many there are.
                    let sql = format!(
                        "SELECT coalesce(sum((SELECT max(n) + 1 FROM artifact_chunks WHERE blob = id)), 0)
                         FROM artifact_blobs WHERE {column} = ?1 AND open AND lease > ?2"
                    );
                    let chunks: i64 = connection
                        .prepare_cached(&sql)?
                        .query_row(params![value, millis(now)], |row| row.get(0))?;
                    Ok(chunks.unsigned_abs() * u64::from(CHUNK_BYTES))
                };
                Ok(UnfinishedBytes {
                    collection: held("collection", &collection)?,
                    owner: held("owner", &owner)?,
                })
            })
            .await
    }

    async fn over(&self, now: OffsetDateTime, limit: u32) -> Result<Vec<Blob>, StoreError> {
        self.database
            .read(move |connection| {
                let sql = "SELECT id, collection, document, name, sha256, owner FROM artifact_blobs
                           WHERE lease IS NOT NULL AND lease <= ?1 ORDER BY lease LIMIT ?2";
                let mut prepared = connection.prepare_cached(sql)?;
                let rows = prepared.query_map(params![millis(now), limit], blob)?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn settle(&self, blob: &str, now: OffsetDateTime) -> Result<(), StoreError> {
        let blob = blob.to_owned();
        self.database
            .write(move |transaction| {
                let sql = "UPDATE artifact_blobs SET lease = NULL WHERE id = ?1 AND lease <= ?2";
                transaction.prepare_cached(sql)?.execute(params![blob, millis(now)])?;
                Ok(())
            })
            .await
    }

    async fn discard(&self, blob: &str) -> Result<(), StoreError> {
        loop {
            let id = blob.to_owned();
            let removed = self.database.write::<_, StoreError, _>(move |transaction| {
                let sql = "DELETE FROM artifact_chunks WHERE rowid IN
                               (SELECT rowid FROM artifact_chunks WHERE blob = ?1 LIMIT ?2)";
                let removed = transaction.prepare_cached(sql)?.execute(params![id, REMOVED_AT_ONCE])?;
                if removed == 0 {
                    transaction.prepare_cached("DELETE FROM artifact_blobs WHERE id = ?1")?.execute([id])?;
                }
                Ok(removed)
            });
            if removed.await? == 0 {
                return Ok(());
            }
        }
    }
}
