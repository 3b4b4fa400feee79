//! Reads documents by their `_id`.

use std::{collections::HashMap, time::Duration};

use futures_util::TryStreamExt as _;
use mongodb::{
    Collection,
    bson::{RawDocumentBuf, doc},
    error::Result,
};

use super::{Server, in_time, silence};
use crate::batch::{Batcher, Call, Limits};

/// Few, so that larger batches form; more than one, so that a large document delays few reads.
const LIMITS: Limits = Limits { name: "reads", near: 2, far: 16, calls: 64, timeout: Duration::from_secs(4) };
/// How long the server may work on a batch.
const SERVER_PATIENCE: Duration = Duration::from_secs(3);

type Found = Result<Option<RawDocumentBuf>>;

/// Documents of one collection by their `_id`. Concurrent reads are batched, each as fresh as a
/// single read. Clones share their batches.
#[derive(Clone)]
pub struct Reads(Batcher<String, Found>);

impl Reads {
    /// Reads from this collection of the server.
    pub fn new(server: &Server, documents: Collection<RawDocumentBuf>) -> Self {
        Self(Batcher::new(server.runtime.clone(), LIMITS, move |calls| find(documents.clone(), calls)))
    }

    /// The document, if it is there.
    pub async fn find(&self, id: &str) -> Found {
        // A read that waits behind a hanging batch times out with it.
        in_time(async { self.0.call(id.to_owned()).await.unwrap_or_else(|| Err(silence())) }).await
    }
}

async fn find(documents: Collection<RawDocumentBuf>, calls: Vec<Call<String, Found>>) {
    let mut calls_by_id: HashMap<String, Vec<Call<String, Found>>> = HashMap::new();
    for call in calls {
        calls_by_id.entry(call.question.clone()).or_default().push(call);
    }
    let missing = match read(&documents, &mut calls_by_id).await {
        Ok(()) => Ok(None),
        Err(error) => Err(error),
    };
    for call in calls_by_id.into_values().flatten() {
        call.answer(missing.clone());
    }
}

/// Answers each call as soon as its document arrives.
async fn read(
    documents: &Collection<RawDocumentBuf>,
    calls: &mut HashMap<String, Vec<Call<String, Found>>>,
) -> Result<()> {
    let ids: Vec<&String> = calls.keys().collect();
    if let [id] = ids[..] {
        let id = id.clone();
        if let Some(document) = documents.find_one(doc! { "_id": &id }).max_time(SERVER_PATIENCE).await? {
            give(calls.remove(&id).unwrap_or_default(), document);
        }
        return Ok(());
    }
    let mut found = documents.find(doc! { "_id": { "$in": ids } }).max_time(SERVER_PATIENCE).await?;
    while let Some(document) = found.try_next().await? {
        // Ids are strings: no call asked for any other.
        let Ok(id) = document.get_str("_id") else { continue };
        give(calls.remove(id).unwrap_or_default(), document);
    }
    Ok(())
}

fn give(mut calls: Vec<Call<String, Found>>, document: RawDocumentBuf) {
    let Some(last) = calls.pop() else { return };
    for call in calls {
        call.answer(Ok(Some(document.clone())));
    }
    last.answer(Ok(Some(document)));
}
