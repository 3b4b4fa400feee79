//! Series in MongoDB: points read from raw BSON as the numbers they are, documents written in one transaction.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use mongodb::{
    ClientSession, Collection as Handle,
    bson::{RawArray, RawBsonRef, RawDocument, RawDocumentBuf, doc},
    error::{Error, TRANSIENT_TRANSACTION_ERROR, UNKNOWN_TRANSACTION_COMMIT_RESULT},
    options::{ReadConcern, ReadPreference, SelectionCriteria, TransactionOptions},
};
use time::OffsetDateTime;
use tokio::time::timeout;

use super::{
    MongoStore, bson, failed,
    order::Sort,
    restrict,
    write::{PATIENCE, write_error},
};
use crate::{
    domain::{
        collection::Collection,
        document::Document,
        scalar::Scalar,
        series::{Chunk, Point, integral},
    },
    store::{Chunks, Selection, SeriesStore, StoreError, Update, Write, Writes as _},
};

/// How often a commit is asked for whose outcome is unknown; to commit twice is to commit once.
const COMMITS: usize = 5;

#[async_trait]
impl SeriesStore for MongoStore {
    async fn chunks(
        &self,
        collection: &Arc<Collection>,
        selection: Selection,
        now: OffsetDateTime,
    ) -> Result<Chunks, StoreError> {
        self.query(read(self.handle(collection), collection, &selection, now, self.query_timeout)).await
    }

    async fn write_together(
        &self,
        collection: &Arc<Collection>,
        mut writes: Vec<Write>,
    ) -> Result<bool, StoreError> {
        if writes.len() > 1 {
            let writing = self.write_in_transaction(collection, &writes);
            return timeout(PATIENCE, writing).await.unwrap_or(Err(StoreError::Unknown));
        }
        // One write is atomic by itself, at half the price.
        match writes.pop() {
            None => Ok(true),
            Some(Write::Insert(document)) => self.insert(collection, document).await.map(|()| true),
            Some(Write::Replace(after, expected)) => {
                let by = after.meta.owner.clone();
                self.update(collection, Update { after, expected, before: None, by }).await
            }
        }
    }
}

impl MongoStore {
    async fn write_in_transaction(
        &self,
        collection: &Arc<Collection>,
        writes: &[Write],
    ) -> Result<bool, StoreError> {
        let client = self.database.client();
        let mut session = client.start_session().await.map_err(|error| failed(&error))?;
        let primary = SelectionCriteria::ReadPreference(ReadPreference::Primary);
        let options = TransactionOptions::builder().selection_criteria(primary).build();
        session.start_transaction().with_options(options).await.map_err(|error| failed(&error))?;
        let outcome = match write(&self.handle(collection), &mut session, collection, writes).await {
            Ok(true) => commit(&mut session).await.map(|()| true).map_err(Fault::Store),
            undone => {
                // The server gives it up by itself too, only later.
                let _ = session.abort_transaction().await;
                undone
            }
        };
        outcome.or_else(|fault| match fault {
            // Another transaction is at the same documents, or a new primary knows nothing of this one.
            Fault::Store(error) if error.contains_label(TRANSIENT_TRANSACTION_ERROR) => Ok(false),
            Fault::Store(error) => Err(write_error(&error, collection)),
            Fault::Document(error) => Err(error),
        })
    }
}

async fn read(
    handle: Handle<RawDocumentBuf>,
    collection: &Collection,
    selection: &Selection,
    now: OffsetDateTime,
    longest: Duration,
) -> Result<Chunks, StoreError> {
    // A chunk and the one cut from it are seen as they were at one moment, or a step would seem to have no place.
    let cursor = handle
        .find(restrict(collection, &selection.filter, now))
        .sort(Sort::new(&selection.order).keys)
        .limit(i64::try_from(selection.limit + 1).unwrap_or(i64::MAX))
        .batch_size(u32::try_from(selection.limit + 2).unwrap_or(u32::MAX))
        .max_time(longest)
        .read_concern(ReadConcern::snapshot());
    let mut cursor = cursor.await.map_err(|error| failed(&error))?;
    let mut chunks = Vec::new();
    while cursor.advance().await.map_err(|error| failed(&error))? {
        if chunks.len() == selection.limit {
            return Ok(Chunks { chunks, more: true });
        }
        let read = chunk(cursor.current());
        chunks.push(read.map_err(|fault| StoreError::Corrupt(format!("a series: {fault}")))?);
    }
    Ok(Chunks { chunks, more: false })
}

enum Fault {
    /// A document cannot be written as BSON.
    Document(StoreError),
    /// MongoDB says no.
    Store(Error),
}

async fn write(
    handle: &Handle<RawDocumentBuf>,
    session: &mut ClientSession,
    collection: &Collection,
    writes: &[Write],
) -> Result<bool, Fault> {
    let raw = |document: &Document| {
        bson::to_bson(document, &collection.schema, collection.expiry(&document.members))
            .map_err(Fault::Document)
    };
    for write in writes {
        match write {
            Write::Insert(document) => {
                let done = handle.insert_one(raw(document)?).session(&mut *session).await;
                done.map_err(Fault::Store)?;
            }
            Write::Replace(document, expected) => {
                let current = doc! { "_id": &document.meta.id, "_revision": expected };
                let done = handle.replace_one(current, raw(document)?).session(&mut *session).await;
                if done.map_err(Fault::Store)?.matched_count != 1 {
                    return Ok(false);
                }
            }
        }
    }
    Ok(true)
}

async fn commit(session: &mut ClientSession) -> Result<(), Error> {
    let mut tried = 1;
    loop {
        match session.commit_transaction().await {
            Err(error) if tried < COMMITS && error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) => {
                tried += 1;
            }
            done => return done,
        }
    }
}

fn chunk(raw: &RawDocument) -> Result<Chunk, String> {
    let mut chunk = Chunk {
        id: String::new(),
        revision: 0,
        created_at: String::new(),
        updated_at: String::new(),
        owner: String::new(),
        lower: None,
        unit: None,
        points: Vec::new(),
    };
    for member in raw {
        let (name, value) = member.map_err(|fault| fault.to_string())?;
        match (name.as_str(), value) {
            ("_id", RawBsonRef::String(text)) => text.clone_into(&mut chunk.id),
            ("_created_at", RawBsonRef::String(text)) => text.clone_into(&mut chunk.created_at),
            ("_updated_at", RawBsonRef::String(text)) => text.clone_into(&mut chunk.updated_at),
            ("_owner", RawBsonRef::String(text)) => text.clone_into(&mut chunk.owner),
            ("_revision", value) => chunk.revision = step(value)?,
            ("chunk", value) => chunk.lower = Some(step(value)?),
            ("unit", RawBsonRef::String(text)) => chunk.unit = Some(text.to_owned()),
            ("points", RawBsonRef::Array(items)) => chunk.points = points(items)?,
            _ => {}
        }
    }
    Ok(chunk)
}

fn points(items: &RawArray) -> Result<Vec<Point>, String> {
    let mut points = Vec::new();
    for item in items {
        let RawBsonRef::Document(raw) = item.map_err(|fault| fault.to_string())? else {
            return Err("a point is no document".into());
        };
        points.push(point(raw)?);
    }
    Ok(points)
}

fn point(raw: &RawDocument) -> Result<Point, String> {
    let mut point = Point { step: 0, value: Scalar::Integer(0), time: None };
    for member in raw {
        let (name, value) = member.map_err(|fault| fault.to_string())?;
        match (name.as_str(), value) {
            ("step", value) => point.step = step(value)?,
            ("value", RawBsonRef::Double(double)) => point.value = Scalar::Double(double),
            ("value", value) => point.value = Scalar::Integer(step(value)?),
            ("time", RawBsonRef::String(text)) => point.time = Some(text.into()),
            _ => {}
        }
    }
    Ok(point)
}

fn step(value: RawBsonRef<'_>) -> Result<i64, String> {
    let found = match value {
        RawBsonRef::Int64(integer) => Some(integer),
        RawBsonRef::Int32(integer) => Some(integer.into()),
        RawBsonRef::Double(double) => integral(double),
        _ => None,
    };
    found.ok_or_else(|| format!("{value:?} is no integer"))
}
