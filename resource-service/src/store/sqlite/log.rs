//! The log of changes in SQLite: a row for each, written in the transaction of the change itself and numbered in the
//! order of commits, of which there is one at a time.

use std::{collections::VecDeque, sync::Arc};

use futures_util::{StreamExt as _, stream};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};
use service_kit::store::{Unavailable, sqlite::Database};
use time::OffsetDateTime;
use tokio::sync::watch;

use super::millis;
use crate::{
    domain::{
        appended,
        change::{Change, ChangeKind, Image, Position},
        collection::Collection,
    },
    store::{ChangeLog, LOG_KEPT_BYTES, LOG_KEPT_FOR, LogEntry, StoreError, StoredDocument},
};

/// `AUTOINCREMENT` never gives a number twice, so that a position stays behind what was trimmed.
pub(super) const CREATE: &str = "CREATE TABLE IF NOT EXISTS change_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, size INTEGER NOT NULL, collection TEXT NOT NULL,
    kind TEXT NOT NULL, id TEXT NOT NULL, owner TEXT NOT NULL,
    before_revision INTEGER, before TEXT, after_revision INTEGER, after TEXT);";

/// The most changes that one read takes.
const BATCH: i64 = 256;
/// The bytes at which a read ends, give or take a change.
const BATCH_BYTES: usize = 1024 * 1024;

/// Writes one change; to be called where the row is written, in the same transaction. Of a chunk of a series the new
/// points are kept alone.
pub(super) fn log_change(
    transaction: &Transaction<'_>,
    collection: &Collection,
    (kind, at): (ChangeKind, OffsetDateTime),
    id: &str,
    before: Option<&StoredDocument>,
    after: Option<&StoredDocument>,
) -> Result<(), StoreError> {
    let news = match (before, after) {
        (Some(before), Some(after)) if collection.keeps_points() => appended::news(&before.json, &after.json),
        _ => None,
    };
    let text = |image: Option<&StoredDocument>| image.map(|image| image.json.clone());
    let (old, new) = news.map_or_else(|| (text(before), text(after)), |(old, new)| (Some(old), Some(new)));
    let size: usize = old.iter().chain(&new).map(String::len).sum();
    transaction
        .prepare_cached(
            "INSERT INTO change_log (at, size, collection, kind, id, owner, before_revision, before, after_revision, after)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            millis(at),
            i64::try_from(size).unwrap_or(i64::MAX),
            collection.name(),
            kind.name(),
            id,
            after.or(before).map_or("", |image| &image.owner),
            before.map(|image| image.revision),
            old,
            after.map(|image| image.revision),
            new,
        ])?;
    Ok(())
}

/// A document that is removed for good, and what the log keeps of it.
pub(super) struct Gone {
    pub id: String,
    pub revision: i64,
    pub owner: String,
    /// What [`remains`] of it.
    pub text: String,
}

/// An expression for what the log keeps of a document that was removed for good: enough to inform its readers.
pub(super) fn remains(id: &str, revision: &str, body: &str) -> String {
    format!(
        "json_object('_id', {id}, '_revision', {revision}, '_owner', owner, 'calculation', {body} ->> '$.calculation')"
    )
}

/// Writes that a document is gone for good.
pub(super) fn log_gone(
    transaction: &Transaction<'_>,
    collection: &str,
    at: OffsetDateTime,
    gone: &Gone,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO change_log (at, size, collection, kind, id, owner, before_revision, before)
               VALUES (?1, octet_length(?2), ?3, ?4, ?5, ?6, ?7, ?2)";
    let kind = ChangeKind::Delete.name();
    let row = params![millis(at), gone.text, collection, kind, gone.id, gone.owner, gone.revision];
    transaction.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// Adds a step in which nothing changed, so that every position that was given before lies ahead of it.
pub(super) fn log_step(transaction: &Transaction<'_>, at: OffsetDateTime) -> Result<(), StoreError> {
    let sql = "INSERT INTO change_log (at, size, collection, kind, id, owner) VALUES (?1, 0, '', ?2, '', '')";
    transaction.prepare_cached(sql)?.execute(params![millis(at), ChangeKind::Delete.name()])?;
    Ok(())
}

/// The numbers of the changes of these documents. `ids` is a JSON array.
pub(super) fn of(connection: &Connection, collection: &str, ids: &str) -> Result<Vec<i64>, StoreError> {
    let sql = "SELECT seq FROM change_log
               WHERE collection = ?1 AND id IN (SELECT value FROM json_each(?2))";
    let mut prepared = connection.prepare_cached(sql)?;
    let rows = prepared.query_map([collection, ids], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Empties these changes. A removal is still sent, without the document; the others are those of no collection, and keep
/// their numbers so that the log has no gap.
pub(super) fn empty(transaction: &Transaction<'_>, changes: &[i64]) -> Result<(), StoreError> {
    let changes = serde_json::to_string(changes).map_err(|fault| StoreError::Failed(fault.to_string()))?;
    let these = "seq IN (SELECT value FROM json_each(?1))";
    let kept = format!(
        "UPDATE change_log SET before = {} WHERE {these} AND kind = ?2",
        remains("id", "before_revision", "before")
    );
    let gone = format!(
        "UPDATE change_log SET collection = '', id = '', owner = '', size = 0, before_revision = NULL,
             before = NULL, after_revision = NULL, after = NULL WHERE {these} AND kind <> ?2"
    );
    for sql in [kept, gone] {
        transaction.prepare_cached(&sql)?.execute(params![changes, ChangeKind::Delete.name()])?;
    }
    Ok(())
}

/// The number up to which changes are older or more than the log keeps.
pub(super) fn too_many(connection: &Connection, now: OffsetDateTime) -> Result<i64, StoreError> {
    let young = connection
        .prepare_cached("SELECT seq FROM change_log WHERE at > ?1 ORDER BY seq LIMIT 1")?
        .query_row([millis(now - LOG_KEPT_FOR)], |row| row.get::<_, i64>(0))
        .optional()?;
    let too_old = match young {
        Some(young) => young - 1,
        None => bounds(connection)?.1,
    };
    let mut prepared = connection.prepare_cached("SELECT seq, size FROM change_log ORDER BY seq DESC")?;
    let mut rows = prepared.query([])?;
    let mut total = 0;
    while let Some(row) = rows.next()? {
        total += row.get::<_, i64>(1)?;
        if total > LOG_KEPT_BYTES {
            return Ok(too_old.max(row.get(0)?));
        }
    }
    Ok(too_old)
}

/// Removes the changes up to this number.
pub(super) fn trim(transaction: &Transaction<'_>, up_to: i64) -> Result<(), StoreError> {
    transaction.prepare_cached("DELETE FROM change_log WHERE seq <= ?1")?.execute([up_to])?;
    Ok(())
}

/// Where the log begins and where it ends: the numbers of the change before its first and of its last.
fn bounds(connection: &Connection) -> Result<(i64, i64), StoreError> {
    let last = "SELECT seq FROM sqlite_sequence WHERE name = 'change_log'";
    let last = connection.prepare_cached(last)?.query_row([], |row| row.get(0)).optional()?.unwrap_or(0);
    let first: Option<i64> =
        connection.prepare_cached("SELECT min(seq) FROM change_log")?.query_row([], |row| row.get(0))?;
    Ok((first.map_or(last, |first| first - 1), last))
}

/// Follows the log.
struct LogReader {
    database: Database,
    commits: watch::Receiver<u64>,
    /// The names of the collections, as a JSON array.
    collections: String,
    after: i64,
    /// Whether it was reported that there is nothing behind `after`.
    marked: bool,
    ready: VecDeque<Change>,
}

/// The position of the last change.
pub(super) fn last(connection: &Connection) -> Result<Position, StoreError> {
    Ok(position(bounds(connection)?.1))
}

/// The changes of these collections behind `after`.
pub(super) async fn follow(
    database: Database,
    after: Position,
    collections: &[Arc<str>],
) -> Result<ChangeLog, StoreError> {
    let names: Vec<&str> = collections.iter().map(AsRef::as_ref).collect();
    let collections = serde_json::to_string(&names).map_err(|fault| StoreError::Failed(fault.to_string()))?;
    let commits = database.commits();
    let start = database.read(move |connection| {
        let (floor, last) = bounds(connection)?;
        let known = i64::try_from(after.step).ok().filter(|step| (floor..=last).contains(step));
        known.ok_or(StoreError::PositionLost)
    });
    let start = start.await?;
    let ready = VecDeque::new();
    let follower = LogReader { database, commits, collections, after: start, marked: false, ready };
    let begin = stream::once(async move { Ok(LogEntry::Mark(position(start))) });
    let changes =
        stream::try_unfold(
            follower,
            |mut follower| async move { Ok(Some((follower.next().await?, follower))) },
        );
    Ok(begin.chain(changes).boxed())
}

impl LogReader {
    async fn next(&mut self) -> Result<LogEntry, StoreError> {
        loop {
            if let Some(change) = self.ready.pop_front() {
                self.marked = false;
                return Ok(LogEntry::Change(Arc::new(change)));
            }
            let (after, collections) = (self.after, self.collections.clone());
            let read = self.database.read(move |connection| batch(connection, after, &collections)).await?;
            let moved = read.0 > after;
            (self.after, self.ready) = read;
            if !self.ready.is_empty() {
                continue;
            }
            if self.marked && !moved {
                // A commit since the last look, or the next one.
                self.commits.changed().await.map_err(|_| Unavailable)?;
            } else {
                self.marked = true;
                return Ok(LogEntry::Mark(position(self.after)));
            }
        }
    }
}

fn position(seq: i64) -> Position {
    Position { step: u64::try_from(seq).unwrap_or_default(), part: 0 }
}

/// The next changes, and the number up to which they are all; in one snapshot, so that none is trimmed in between.
fn batch(
    connection: &Connection,
    after: i64,
    collections: &str,
) -> Result<(i64, VecDeque<Change>), StoreError> {
    let snapshot = connection.unchecked_transaction()?;
    let (floor, last) = bounds(&snapshot)?;
    if floor > after {
        return Err(StoreError::PositionLost);
    }
    let mut prepared = snapshot.prepare_cached(
        "SELECT seq, at, collection, kind, id, owner, before_revision, before, after_revision, after
         FROM change_log WHERE seq > ?1 AND collection IN (SELECT value FROM json_each(?3))
         ORDER BY seq LIMIT ?2",
    )?;
    let mut rows = prepared.query(params![after, BATCH, collections])?;
    let (mut changes, mut bytes) = (VecDeque::new(), 0);
    while let Some(row) = rows.next()? {
        let change = change(row)?;
        bytes += change.weight();
        changes.push_back(change);
        if bytes >= BATCH_BYTES || i64::try_from(changes.len()) == Ok(BATCH) {
            let read = changes.back().map_or(after, |change| change.position.step.cast_signed());
            return Ok((read, changes));
        }
    }
    Ok((last.max(after), changes))
}

fn change(row: &Row<'_>) -> Result<Change, StoreError> {
    let (kind, owner): (String, String) = (row.get(3)?, row.get(5)?);
    let image = |revision: usize| -> Result<Option<Image>, StoreError> {
        let found: (Option<i64>, Option<String>) = (row.get(revision)?, row.get(revision + 1)?);
        Ok(found.0.zip(found.1).map(|(revision, json)| Image::new(json, revision, owner.clone())))
    };
    let kind = ChangeKind::named(&kind);
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(row.get::<_, i64>(1)?) * 1_000_000);
    let corrupt = || StoreError::Corrupt("a row of the log of changes".into());
    Ok(Change {
        position: position(row.get(0)?),
        collection: row.get::<_, String>(2)?.into(),
        kind: kind.ok_or_else(corrupt)?,
        id: row.get(4)?,
        at: at.map_err(|_| corrupt())?,
        before: image(6)?,
        after: image(8)?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use service_kit::clock::ManualClock;
    use time::Duration;

    use super::*;
    use crate::store::{
        Store as _, Writes as _,
        contract::{NOW, collection, document},
        sqlite::SqliteStore,
    };

    async fn received(store: &SqliteStore, after: Position) -> Result<Vec<(ChangeKind, String)>, StoreError> {
        let mut changes = store.changes(after, &["things".into()]).await?.skip(1);
        let mut received = Vec::new();
        while let Some(Ok(LogEntry::Change(change))) = changes.next().await {
            received.push((change.kind, change.id.clone()));
        }
        Ok(received)
    }

    #[tokio::test]
    async fn what_is_a_day_old_is_trimmed_and_a_reader_behind_it_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(NOW));
        let store = SqliteStore::open(&directory.path().join("t.db")).unwrap();
        let store = store.with_clock(Arc::clone(&clock) as Arc<_>);
        let collections = [collection()];
        store.prepare(&collections).await.unwrap();
        let start = store.position_now().await.unwrap();
        store.insert(&collections[0], document("a", 1, json!({}))).await.unwrap();
        let between = store.position_now().await.unwrap();
        clock.advance(std::time::Duration::from_secs(1));
        store.insert(&collections[0], document("b", 1, json!({}))).await.unwrap();
        store.maintain(&collections, NOW + LOG_KEPT_FOR - Duration::milliseconds(1)).await.unwrap();
        assert_eq!(received(&store, start).await.unwrap().len(), 2);
        store.maintain(&collections, NOW + LOG_KEPT_FOR).await.unwrap();
        assert_eq!(received(&store, start).await, Err(StoreError::PositionLost));
        assert_eq!(received(&store, between).await, Ok(vec![(ChangeKind::Insert, "b".into())]));
        store.maintain(&collections, NOW + LOG_KEPT_FOR * 2).await.unwrap();
        assert_eq!(received(&store, between).await, Err(StoreError::PositionLost));
        let end = store.position_now().await.unwrap();
        assert_eq!((end > between, received(&store, end).await), (true, Ok(Vec::new())));
    }

    #[tokio::test]
    async fn the_log_stays_within_its_size() {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&directory.path().join("t.db")).unwrap();
        let collections = [collection()];
        store.prepare(&collections).await.unwrap();
        let start = store.position_now().await.unwrap();
        let large = json!({"s": "x".repeat(8 * 1024 * 1024)});
        for n in 0..8 {
            store.insert(&collections[0], document(&n.to_string(), 1, large.clone())).await.unwrap();
        }
        store.maintain(&collections, NOW).await.unwrap();
        assert_eq!(store.changes(start, &["things".into()]).await.err(), Some(StoreError::PositionLost));
        assert_eq!(received(&store, Position { step: start.step + 1, part: 0 }).await.unwrap().len(), 7);
    }

    #[tokio::test]
    async fn a_document_that_expires_is_a_change() {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&directory.path().join("t.db")).unwrap();
        let collections = [collection()];
        store.prepare(&collections).await.unwrap();
        store.insert(&collections[0], document("a", 1, json!({"at": "2026-01-31T12:00:00Z"}))).await.unwrap();
        let start = store.position_now().await.unwrap();
        store.maintain(&collections, NOW + Duration::seconds(60)).await.unwrap();
        assert_eq!(received(&store, start).await, Ok(vec![(ChangeKind::Delete, "a".into())]));
    }
}
