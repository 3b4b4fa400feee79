//! The changes of a MongoDB database, from its change streams.
//!
//! A position is the cluster time of an operation and how many of its changes, in one collection, were sent: it says nothing
//! of a document, whereas MongoDB's own resume token holds the id of one, perhaps of one that the reader may not see.
//! Within one operation, a transaction, the order of changes is always the same.

use std::{collections::HashMap, sync::Arc, time::Duration};

use futures_util::{StreamExt as _, stream};
use mongodb::{
    Database,
    bson::{Bson, Document as Doc, RawDocumentBuf, Timestamp, doc, serialize_to_bson},
    change_stream::{
        ChangeStream,
        event::{ChangeStreamEvent, OperationType, ResumeToken},
    },
    error::Error,
    options::{FullDocumentBeforeChangeType, FullDocumentType},
};
use service_kit::store::mongo::in_time;
use time::OffsetDateTime;
use tokio::time::timeout;

use super::{codes::code, failed, json};
use crate::{
    domain::{
        appended,
        change::{Change, ChangeKind, Image, Position},
        series::SERIES,
    },
    store::{ChangeLog, LogEntry, StoreError},
};

/// How long the server waits for a change before it says that there is none.
const AWAIT: Duration = Duration::from_millis(500);
/// How long the server may look for the first change before a stream begins without one. Until it has looked through its log
/// it says nothing, and where much was written since, that takes longer than a request may.
const PROMPT: Duration = Duration::from_millis(500);
/// The server's codes for a position that is no longer in its log: `ChangeStreamHistoryLost`, `ChangeStreamFatalError`.
const LOST: [i32; 2] = [286, 280];
/// How far ahead of the server a position may lie: a stream on an idle server begins one step ahead.
const AHEAD: u64 = 1 << 32;

type Event = ChangeStreamEvent<RawDocumentBuf>;

fn is_command_error(error: &Error, codes: &[i32]) -> bool {
    code(error).is_some_and(|code| codes.contains(&code))
}

/// A position behind all changes of the operation that the server has come to.
pub(super) async fn position_now(database: &Database) -> Result<Position, StoreError> {
    let reply = in_time(database.run_command(doc! { "ping": 1 })).await.map_err(|error| failed(&error))?;
    let time = reply.get_timestamp("operationTime").map_err(|_| {
        StoreError::Failed("the server returned no operationTime; changes need a replica set".into())
    })?;
    Ok(Position { step: step(time), part: u32::MAX })
}

/// The changes of these collections behind `after`. The server sends no others.
pub(super) async fn follow(
    database: &Database,
    after: Position,
    collections: &[Arc<str>],
) -> Result<ChangeLog, StoreError> {
    follow_within(database, after, collections, PROMPT).await
}

/// The same, where the server may look for the first change so long.
async fn follow_within(
    database: &Database,
    after: Position,
    collections: &[Arc<str>],
    prompt: Duration,
) -> Result<ChangeLog, StoreError> {
    // A position ahead would be waited for in silence, for instance one of another server. Those before the first second
    // were never given.
    if timestamp(after).time == 0 || after.step > position_now(database).await?.step + AHEAD {
        return Err(StoreError::PositionLost);
    }
    let kinds = ["insert", "replace", "update", "delete"];
    let names: Vec<&str> = collections.iter().map(AsRef::as_ref).collect();
    let wanted = doc! { "operationType": { "$in": kinds.as_slice() }, "ns.coll": { "$in": names } };
    let watch = || {
        database
            .watch()
            .pipeline([doc! { "$match": wanted.clone() }])
            .full_document(FullDocumentType::WhenAvailable)
            .full_document_before_change(FullDocumentBeforeChangeType::WhenAvailable)
            .max_await_time(AWAIT)
            .start_at_operation_time(timestamp(after))
    };
    // The server reports a lost position at once. It reads a long log while the stream is read.
    let (changes, looked) = match timeout(prompt, watch()).await {
        Ok(changes) => (changes, true),
        Err(_) => (in_time(watch().batch_size(0)).await, false),
    };
    let changes = changes.map_err(|error| broken(&error))?.with_type::<Event>();
    let begin = Position { part: 0, ..after };
    // Where the server found nothing at once, it says up to where it looked.
    let quiet = changes.resume_token().as_ref().and_then(reached).filter(|reached| *reached > after);
    let marks = [Some(after), quiet].into_iter().flatten().map(|mark| Ok(LogEntry::Mark(mark)));
    let (position, parts) = (quiet.unwrap_or(begin), HashMap::new());
    let follower = LogReader { stream: changes, looked, position, parts, after };
    let changes =
        stream::try_unfold(
            follower,
            |mut follower| async move { Ok(Some((follower.next().await?, follower))) },
        );
    Ok(stream::iter(marks).chain(changes).boxed())
}

/// A change stream, and its position.
struct LogReader {
    stream: ChangeStream<Event>,
    /// Whether the server has looked for changes: a stream that began before that is empty at first.
    looked: bool,
    position: Position,
    /// How many changes of the current step each collection has.
    parts: HashMap<Arc<str>, u32>,
    /// What was sent before the stream began.
    after: Position,
}

impl LogReader {
    async fn next(&mut self) -> Result<LogEntry, StoreError> {
        loop {
            match self.stream.next_if_any().await.map_err(|error| broken(&error))? {
                Some(event) => {
                    let (collection, position) = self.count(&event)?;
                    if position > self.after && !is_mending(&event) {
                        return change(event, collection, position)
                            .map(|change| LogEntry::Change(Arc::new(change)))
                            .map_err(|error| untold(&error));
                    }
                }
                None if !self.stream.is_alive() => return Err(StoreError::PositionLost),
                None if !std::mem::replace(&mut self.looked, true) => {}
                None => {
                    let reached = self.stream.resume_token().as_ref().and_then(reached);
                    self.position = self.position.max(reached.unwrap_or_default());
                    return Ok(LogEntry::Mark(self.position.max(self.after)));
                }
            }
        }
    }

    /// The collection of an event, and the position behind it.
    fn count(&mut self, event: &Event) -> Result<(Arc<str>, Position), StoreError> {
        let step = step(event.cluster_time.ok_or_else(|| corrupt("no clusterTime"))?);
        if step != self.position.step {
            self.parts.clear();
        }
        self.position = Position { step, part: 0 };
        let collection = event.ns.as_ref().and_then(|ns| ns.coll.as_deref());
        let collection: Arc<str> = collection.ok_or_else(|| corrupt("no namespace"))?.into();
        let part = self.parts.entry(Arc::clone(&collection)).or_default();
        *part += 1;
        Ok((collection, Position { step, part: *part }))
    }
}

/// Whether an event only stored a document as its definition says, or gave it the keys of its points in time: its revision
/// stayed.
fn is_mending(event: &Event) -> bool {
    let revision =
        |image: &Option<RawDocumentBuf>| image.as_ref().and_then(|raw| raw.get_i64("_revision").ok());
    let before = revision(&event.full_document_before_change);
    before.is_some() && before == revision(&event.full_document)
}

/// A position in the middle of an operation is counted from the operation's first change on.
fn timestamp(position: Position) -> Timestamp {
    let part = |bits: u64| u32::try_from(bits).unwrap_or(u32::MAX);
    Timestamp { time: part(position.step >> 32), increment: part(position.step & u64::from(u32::MAX)) }
}

fn step(time: Timestamp) -> u64 {
    (u64::from(time.time) << 32) | u64::from(time.increment)
}

/// The place that a resume token says all changes were sent up to. The token's data, a `KeyString` in hexadecimal
/// digits, begins with the type of a timestamp, 0x82, and the cluster time in eight bytes.
fn reached(token: &ResumeToken) -> Option<Position> {
    let Ok(Bson::Document(token)) = serialize_to_bson(token) else { return None };
    let data = token.get_str("_data").ok()?;
    let step = u64::from_str_radix(data.strip_prefix("82")?.get(..16)?, 16).ok()?;
    Some(Position { step, part: 0 })
}

fn broken(error: &Error) -> StoreError {
    if is_command_error(error, &LOST) { StoreError::PositionLost } else { failed(error) }
}

/// The error for a change that cannot be read: to a reader it is missing.
fn untold(error: &StoreError) -> StoreError {
    tracing::error!(%error, "a change cannot be read");
    StoreError::PositionLost
}

fn corrupt(fault: &str) -> StoreError {
    StoreError::Corrupt(format!("a change event: {fault}"))
}

fn change(event: Event, collection: Arc<str>, position: Position) -> Result<Change, StoreError> {
    let kind = match event.operation_type {
        OperationType::Insert => ChangeKind::Insert,
        OperationType::Replace => ChangeKind::Replace,
        OperationType::Update => ChangeKind::Patch,
        OperationType::Delete => ChangeKind::Delete,
        other => return Err(corrupt(&format!("unexpected {other:?}"))),
    };
    let key = event.document_key.as_ref().and_then(|key: &Doc| key.get_str("_id").ok());
    let at = match (event.wall_time, event.cluster_time) {
        (Some(at), _) => at.timestamp_millis(),
        (None, Some(at)) => i64::from(at.time) * 1000,
        (None, None) => 0,
    };
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000);
    let before = event.full_document_before_change.as_ref().map(image).transpose()?;
    let after = event.full_document.as_ref().map(image).transpose()?;
    // Images come with every change unless they were not kept when it was made.
    let missing =
        (kind != ChangeKind::Insert && before.is_none()) || (kind != ChangeKind::Delete && after.is_none());
    if missing {
        return Err(corrupt("no images, which changeStreamPreAndPostImages would have kept"));
    }
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) if *collection == *SERIES => {
            let (before, after) = news(before, after);
            (Some(before), Some(after))
        }
        images => images,
    };
    Ok(Change {
        position,
        collection,
        kind,
        id: key.ok_or_else(|| corrupt("no _id"))?.to_owned(),
        at: at.map_err(|fault| corrupt(&fault.to_string()))?,
        before,
        after,
    })
}

/// The images of a chunk, with the points that are new.
fn news(before: Image, after: Image) -> (Image, Image) {
    match appended::news(&before.json, &after.json) {
        None => (before, after),
        Some((old, new)) => {
            (Image::new(old, before.revision, before.owner), Image::new(new, after.revision, after.owner))
        }
    }
}

fn image(raw: &RawDocumentBuf) -> Result<Image, StoreError> {
    let fault = |error: String| corrupt(&error);
    let json = json::to_json(raw).map_err(|error| fault(error.to_string()))?;
    let revision = raw.get_i64("_revision").map_err(|error| fault(error.to_string()))?;
    let owner = raw.get_str("_owner").map_err(|error| fault(error.to_string()))?;
    Ok(Image::new(json, revision, owner.to_owned()))
}

#[cfg(test)]
mod tests {
    use mongodb::error::ErrorKind;

    use super::*;
    use crate::store::contract::Fixture;

    #[tokio::test]
    async fn a_stream_begins_before_the_server_has_looked_through_its_log() {
        let f = Fixture::mongo().await;
        let start = f.store.position_now().await.unwrap();
        for id in ["a", "b"] {
            f.insert(id, serde_json::json!({})).await;
        }
        let things = ["things".into()];
        let mut changes = follow_within(f.database(), start, &things, Duration::ZERO).await.unwrap();
        let (mut ids, mut marks) = (Vec::new(), Vec::new());
        while ids.len() < 2 {
            match changes.next().await.unwrap().unwrap() {
                LogEntry::Change(change) => ids.push(change.id.clone()),
                LogEntry::Mark(mark) => marks.push(mark),
            }
        }
        // The only mark before them is where it begins: who stops at the next one has come further.
        assert_eq!((ids, marks), (vec!["a".to_owned(), "b".to_owned()], vec![start]));
        f.end().await;
    }

    #[test]
    fn a_place_that_the_log_does_not_reach_is_lost_and_another_failure_is_not() {
        let error = |code: i32| -> Error {
            let fault = serde_json::json!({"code": code, "codeName": "x", "errmsg": "x"});
            ErrorKind::Command(serde_json::from_value(fault).unwrap()).into()
        };
        for code in LOST {
            assert_eq!(broken(&error(code)), StoreError::PositionLost);
        }
        assert!(matches!(broken(&error(13)), StoreError::Failed(_)));
        assert!(matches!(broken(&error(189)), StoreError::Unavailable(_)));
    }

    #[test]
    fn the_place_of_a_token_is_its_cluster_time() {
        let token = |data: &str| -> ResumeToken {
            mongodb::bson::deserialize_from_document(doc! { "_data": data }).unwrap()
        };
        // As a server 6.0 gave them: without and with a change.
        let mark = "8265F0A1B2000000032B0429296E1404";
        let time = Timestamp { time: 0x65F0_A1B2, increment: 3 };
        assert_eq!(reached(&token(mark)), Some(Position { step: step(time), part: 0 }));
        assert_eq!(timestamp(Position { step: step(time), part: 7 }), time);
        for strange in ["", "82", "8265F0A1B20000", "8365F0A1B2000000032B", "82zzzzzzzzzzzzzzzz"] {
            assert_eq!(reached(&token(strange)), None, "{strange:?}");
        }
    }
}
