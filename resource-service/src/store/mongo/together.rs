//! Reads and inserts of single documents. Those of one collection that come while others are on their way go together.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::join_all;
use mongodb::{
    Collection as Handle,
    bson::RawDocumentBuf,
    error::{Error, ErrorKind},
};
use service_kit::{
    batch::{Batcher, Call, Limits},
    store::mongo::{Reads, Server, in_time},
};

use tokio::time::timeout;

use super::{
    write::{faults, write_error},
    written,
};
use crate::{domain::collection::Collection, store::StoreError};

/// Few, so that others gather meanwhile.
const LIMITS: Limits =
    Limits { name: "inserts", near: 2, far: 16, calls: 64, timeout: Duration::from_secs(4) };
/// A document of more bytes goes alone: it would hold up the others.
const LARGE: usize = 64 * 1024;

type Stored = Result<(), StoreError>;

/// The traffic of every collection.
#[derive(Default)]
pub(super) struct TrafficByCollection(Mutex<HashMap<String, Traffic>>);

/// The traffic of one collection.
#[derive(Clone)]
pub(super) struct Traffic {
    pub reads: Reads,
    pub inserts: Inserts,
}

impl TrafficByCollection {
    /// That of this collection.
    pub(super) fn of(&self, collection: &Collection, server: &Server) -> Traffic {
        let mut traffic = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = traffic.get(collection.name()) {
            return found.clone();
        }
        let documents: Handle<RawDocumentBuf> = server.database.collection(collection.name());
        let reads = Reads::new(server, documents.clone());
        let new = Traffic { reads, inserts: Inserts::new(server, documents) };
        traffic.entry(collection.name().to_owned()).or_insert(new).clone()
    }
}

struct Insert {
    collection: Arc<Collection>,
    document: RawDocumentBuf,
}

/// Inserts into one collection.
#[derive(Clone)]
pub(super) struct Inserts {
    documents: Handle<RawDocumentBuf>,
    batcher: Batcher<Insert, Stored>,
}

impl Inserts {
    fn new(server: &Server, documents: Handle<RawDocumentBuf>) -> Self {
        let theirs = documents.clone();
        let runtime = server.runtime.clone();
        Self { documents, batcher: Batcher::new(runtime, LIMITS, move |calls| insert(theirs.clone(), calls)) }
    }

    /// Stores the document; when this returns, a majority has it.
    pub(super) async fn insert(&self, collection: &Arc<Collection>, document: RawDocumentBuf) -> Stored {
        if document.as_bytes().len() > LARGE {
            return alone(&self.documents, collection, &document).await;
        }
        let insert = Insert { collection: Arc::clone(collection), document };
        // Given up after it was sent, or behind a batch that hangs.
        let stored = timeout(LIMITS.timeout, self.batcher.call(insert)).await;
        stored.ok().flatten().unwrap_or(Err(StoreError::Unknown))
    }
}

async fn alone(
    documents: &Handle<RawDocumentBuf>,
    collection: &Collection,
    document: &RawDocumentBuf,
) -> Stored {
    in_time(documents.insert_one(document)).await.map_err(|error| write_error(&error, collection))?;
    Ok(())
}

/// Whether MongoDB refused a batch before it looked at any of its documents.
fn is_refused_whole(error: &Error) -> bool {
    !matches!(*error.kind, ErrorKind::InsertMany(_)) && matches!(written(error), StoreError::Failed(_))
}

async fn insert(documents: Handle<RawDocumentBuf>, calls: Vec<Call<Insert, Stored>>) {
    if let [Call { question, .. }] = &calls[..] {
        let stored = alone(&documents, &question.collection, &question.document).await;
        for call in calls {
            call.answer(stored.clone());
        }
        return;
    }
    let sent = documents.insert_many(calls.iter().map(|call| &call.question.document)).ordered(false).await;
    let error = sent.err();
    if error.as_ref().is_some_and(is_refused_whole) {
        // It may be for one of them: each is asked for by itself, so that none fails for another.
        let each = calls.into_iter().map(|call| async {
            let stored = alone(&documents, &call.question.collection, &call.question.document).await;
            call.answer(stored);
        });
        join_all(each).await;
        return;
    }
    for (at, call) in calls.into_iter().enumerate() {
        let stored = error.as_ref().map_or(Ok(()), |error| {
            let faults = faults(error, &call.question.collection)?;
            faults.into_iter().find(|(place, _)| *place == at).map_or(Ok(()), |(_, fault)| Err(fault))
        });
        call.answer(stored);
    }
}
