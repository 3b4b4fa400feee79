//! Series in MongoDB: points read from raw BSON as the numbers they are, documents written in one transaction.

use std::{collections::HashSet, sync::Arc, time::Duration};

use async_trait::async_trait;
use mongodb::{
    ClientSession, Collection as Handle,
    bson::{Document as Doc, RawDocument, RawDocumentBuf, doc},
    error::{Error, TRANSIENT_TRANSACTION_ERROR, UNKNOWN_TRANSACTION_COMMIT_RESULT},
    options::{ReadConcern, ReadPreference, SelectionCriteria, TransactionOptions},
};
use service_kit::store::mongo::in_time;
use time::OffsetDateTime;
use tokio::time::timeout;

use super::{
    MongoStore, bson, failed, filter, hiding, history,
    order::Sort,
    points::{self, OUTLINE},
    restrict,
    transaction::PATIENCE,
    write::write_error,
    written,
};
use crate::{
    domain::{collection::Collection, document::Document},
    query::expr::Expr,
    store::{
        Append, Chunks, Outlines, Selection, SeriesStore, StoreError, Update, Write, Writes as _,
        ends::Course,
    },
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
        let within = (now, self.query_timeout);
        let reading = read(self.handle(collection), collection, &selection, within, None, points::chunk);
        let (chunks, more) = self.query(reading).await?;
        Ok(Chunks { chunks, more })
    }

    async fn outlines(
        &self,
        collection: &Arc<Collection>,
        selection: Selection,
        now: OffsetDateTime,
    ) -> Result<Outlines, StoreError> {
        let shown: Doc = OUTLINE.iter().map(|name| ((*name).to_owned(), 1.into())).collect();
        let handle = self.handle(collection);
        let within = (now, self.query_timeout);
        let reading = read(handle, collection, &selection, within, Some(shown), points::outline);
        let (outlines, more) = self.query(reading).await?;
        Ok(Outlines { outlines, more })
    }

    async fn append_points(
        &self,
        collection: &Arc<Collection>,
        appends: Vec<Append>,
        now: OffsetDateTime,
    ) -> Result<Vec<bool>, StoreError> {
        match appends.as_slice() {
            [] => Ok(Vec::new()),
            [one] => {
                let found = restrict(collection, &one.filter, now);
                let done = in_time(self.handle(collection).update_one(found, points::update(one))).await;
                Ok(vec![done.map_err(|error| written(&error))?.matched_count == 1])
            }
            many => self.append_many(collection, many, now).await,
        }
    }

    async fn write_together(
        &self,
        collection: &Arc<Collection>,
        mut writes: Vec<Write>,
    ) -> Result<bool, StoreError> {
        let appends = writes.iter().any(|write| matches!(write, Write::Append(_)));
        if writes.len() > 1 || (appends && collection.keeps_revisions()) {
            let writing = self.write_in_transaction(collection, &writes);
            return timeout(PATIENCE, writing).await.unwrap_or(Err(StoreError::Unknown));
        }
        // One write is atomic by itself, at half the price.
        match writes.pop() {
            None => Ok(true),
            Some(Write::Insert(document)) => self.insert(collection, document).await.map(|()| true),
            Some(Write::Replace(after, expected)) => {
                let by = after.meta.owner.clone();
                self.update(
                    collection,
                    Update { after, expected, before: None, by, course: Course::Unchanged },
                )
                .await
            }
            Some(Write::Append(append)) => {
                let (found, update) = (shown_by(&append.filter), points::update(&append));
                let done = in_time(self.handle(collection).update_one(found, update)).await;
                Ok(done.map_err(|error| written(&error))?.matched_count == 1)
            }
        }
    }
}

impl MongoStore {
    /// One command for all of them. The server says how many found their document and not which: where only some
    /// did, what is stored now shows.
    async fn append_many(
        &self,
        collection: &Collection,
        appends: &[Append],
        now: OffsetDateTime,
    ) -> Result<Vec<bool>, StoreError> {
        let updates: Vec<Doc> = appends
            .iter()
            .map(
                |append| doc! { "q": restrict(collection, &append.filter, now), "u": points::update(append) },
            )
            .collect();
        let command = doc! {
            "update": collection.name(), "updates": updates, "ordered": false,
            "writeConcern": { "w": "majority", "j": true },
        };
        let reply = in_time(self.database.run_command(command)).await.map_err(|error| written(&error))?;
        if reply.contains_key("writeErrors") || reply.contains_key("writeConcernError") {
            return Err(StoreError::Unknown);
        }
        let found = reply.get_i32("n").ok().and_then(|found| usize::try_from(found).ok()).unwrap_or(0);
        if found == 0 || found == appends.len() {
            return Ok(vec![found > 0; appends.len()]);
        }
        let mut done = HashSet::new();
        let ends: Vec<Doc> = appends.iter().map(points::end).collect();
        let shown = doc! { "_id": 0, "calculation": 1, "metric": 1 };
        let handle = self.handle(collection);
        let cursor = handle.find(doc! { "$or": ends }).projection(shown);
        let mut cursor = in_time(cursor).await.map_err(|error| failed(&error))?;
        while in_time(cursor.advance()).await.map_err(|error| failed(&error))? {
            let text = |name: &str| cursor.current().get_str(name).unwrap_or_default().to_owned();
            done.insert((text("calculation"), text("metric")));
        }
        let place = |append: &Append| (append.place.calculation.clone(), append.place.metric.clone());
        Ok(appends.iter().map(|append| done.contains(&place(append))).collect())
    }

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
        let past = collection.keeps_revisions().then(|| self.past(collection));
        let handles = (self.handle(collection), past);
        let outcome = match write(&handles, &mut session, collection, writes).await {
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

/// The condition that a series meets `filter` and is not hidden.
fn shown_by(filter: &Expr) -> Doc {
    doc! { "$and": [filter::condition(filter), hiding::shown()] }
}

/// The first documents of a selection, each as `make` reads it, and whether there are more.
async fn read<T>(
    handle: Handle<RawDocumentBuf>,
    collection: &Collection,
    selection: &Selection,
    (now, longest): (OffsetDateTime, Duration),
    shown: Option<Doc>,
    make: fn(&RawDocument) -> Result<T, String>,
) -> Result<(Vec<T>, bool), StoreError> {
    // A chunk and the one cut from it are seen as they were at one moment, or a step would seem to have no place.
    let cursor = handle
        .find(restrict(collection, &selection.filter, now))
        .sort(Sort::new(&selection.order).keys)
        .limit(i64::try_from(selection.limit + 1).unwrap_or(i64::MAX))
        .batch_size(u32::try_from(selection.limit + 2).unwrap_or(u32::MAX))
        .max_time(longest)
        .read_concern(ReadConcern::snapshot());
    let cursor = if let Some(shown) = shown { cursor.projection(shown) } else { cursor };
    let mut cursor = cursor.await.map_err(|error| failed(&error))?;
    let mut found = Vec::new();
    while cursor.advance().await.map_err(|error| failed(&error))? {
        if found.len() == selection.limit {
            return Ok((found, true));
        }
        let item = make(cursor.current());
        found.push(item.map_err(|fault| StoreError::Corrupt(format!("a series: {fault}")))?);
    }
    Ok((found, false))
}

enum Fault {
    /// A document cannot be written as BSON.
    Document(StoreError),
    /// MongoDB says no.
    Store(Error),
}

/// Makes the writes within the transaction. Where the collection keeps revisions, what a write takes the place of is
/// kept in `past`.
async fn write(
    (handle, past): &(Handle<RawDocumentBuf>, Option<Handle<RawDocumentBuf>>),
    session: &mut ClientSession,
    collection: &Collection,
    writes: &[Write],
) -> Result<bool, Fault> {
    let raw = |document: &Document| bson::to_bson(collection, document).map_err(Fault::Document);
    for write in writes {
        let current = match write {
            Write::Insert(_) => None,
            Write::Replace(document, expected) => {
                Some(hiding::current(collection, &document.meta.id, *expected))
            }
            Write::Append(append) => Some(shown_by(&append.filter)),
        };
        if let (Some(past), Some(current)) = (past, &current) {
            let before = handle.find_one(current.clone()).session(&mut *session).await;
            let Some(before) = before.map_err(Fault::Store)? else { return Ok(false) };
            let until = match write {
                Write::Insert(document) | Write::Replace(document, _) => &document.meta.updated_at,
                Write::Append(append) => &append.at,
            };
            history::keep(past, session, &before, until).await.map_err(Fault::Store)?;
        }
        let matched = match (write, current) {
            (Write::Insert(document), _) => {
                let done = handle.insert_one(raw(document)?).session(&mut *session).await;
                done.map(|_| 1)
            }
            (Write::Replace(document, _), Some(current)) => {
                let done = handle.replace_one(current, raw(document)?).session(&mut *session).await;
                done.map(|done| done.matched_count)
            }
            (Write::Append(append), Some(current)) => {
                let done = handle.update_one(current, points::update(append)).session(&mut *session).await;
                done.map(|done| done.matched_count)
            }
            (_, None) => Ok(0),
        };
        if matched.map_err(Fault::Store)? != 1 {
            return Ok(false);
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
