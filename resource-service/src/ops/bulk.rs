//! Adds many documents: batch after batch of a stream, each document for itself, or together in one step.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Map, Value};
use service_kit::{aside::aside, telemetry::spans};
use shared_models::claims::AccessClaims;
use tokio::task::JoinHandle;

use super::{
    Service,
    belonging::Known,
    error::ResourceError,
    heartbeat::touched,
    insert::{checked, prepare},
    policy::{Permit, Verb},
    repeat::IdempotencyKey,
    turn::turn,
};
use crate::{
    domain::document::Document,
    metrics,
    store::{Bulk, BulkEnd, Fate, StoreError},
};

/// The most documents that are written in one step.
pub const MAX_TOGETHER: usize = 10_000;
/// The most refused documents of a request whose answer is kept.
const MAX_KEPT_REFUSALS: usize = 1_000;

/// The members of a document, or why there are none.
pub type Item = Result<Map<String, Value>, ResourceError>;
/// What became of a document: stored, or why not.
pub type Outcome = Result<Written, ResourceError>;
/// Makes the text of an answer.
pub type Render = Arc<dyn Fn(&[Outcome]) -> String + Send + Sync>;

/// A document that is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its `_id`.
    pub id: String,
    /// Its `_revision`.
    pub revision: i64,
}

/// Documents that were looked at: in their order, the position of each among those to be stored, or why it is none.
#[derive(Clone)]
struct Judged {
    places: Vec<Result<Written, ResourceError>>,
}

impl Judged {
    /// Checks each item; gives the documents to be stored apart. An error where the store cannot be asked.
    async fn new(
        service: &Service,
        claims: &AccessClaims,
        permit: &Permit<'_>,
        items: Vec<Item>,
        bytes: usize,
    ) -> Result<(Self, Vec<Document>), ResourceError> {
        let (collection, hidden) = (Arc::clone(&permit.collection), permit.hidden.clone());
        let check = move |item: Item| item.and_then(|members| checked(&collection, &hidden, members));
        let items: Vec<Item> = aside(bytes, move || items.into_iter().map(check).collect()).await?;
        let prepare = |item: Item| item.and_then(|members| prepare(service, permit, members));
        let mut places: Vec<Result<Document, ResourceError>> = items.into_iter().map(prepare).collect();
        let members = places.iter().flatten().map(|document| &document.members);
        let known = Known::look_up(service, claims, permit.collection.name(), members).await?;
        for place in &mut places {
            if let Ok(document) = place
                && let Err(error) = known.place(&mut document.members)
            {
                *place = Err(error);
            }
        }
        let mut documents = Vec::with_capacity(places.len());
        let written = |place: Result<Document, ResourceError>| {
            place.map(|document| {
                let written = Written { id: document.meta.id.clone(), revision: document.meta.revision };
                documents.push(document);
                written
            })
        };
        let places = places.into_iter().map(written).collect();
        Ok((Self { places }, documents))
    }

    fn refusals(&self) -> Vec<(usize, ResourceError)> {
        let refused = |(at, place): (usize, &Outcome)| place.clone().err().map(|error| (at, error));
        self.places.iter().enumerate().filter_map(refused).collect()
    }

    /// The outcomes, once the fates of the stored ones are known.
    fn settle(self, fates: &[Fate]) -> Vec<Outcome> {
        let mut fates = fates.iter();
        let settled = |place: Outcome| {
            let written = place?;
            match fates.next() {
                Some(Fate::Conflict { fields }) => Err(ResourceError::Conflict(fields.clone())),
                Some(Fate::Refused(why)) => Err(ResourceError::Internal(why.clone())),
                _ => Ok(written),
            }
        };
        self.places.into_iter().map(settled).collect()
    }

    /// The outcomes where none of them was stored for sure.
    fn fail(self, error: &ResourceError) -> Vec<Outcome> {
        self.places.into_iter().map(|place| place.and(Err(error.clone()))).collect()
    }
}

/// A batch on its way into the store.
pub struct Pending {
    sorted: Judged,
    writing: JoinHandle<Result<Vec<Fate>, StoreError>>,
}

impl Pending {
    /// Waits for the batch; the second value is why the store takes no more, where it does not.
    pub async fn finish(self) -> (Vec<Outcome>, Option<ResourceError>) {
        let done = match self.writing.await {
            Ok(done) => done.map_err(ResourceError::from),
            Err(fault) => Err(ResourceError::Internal(format!("a batch was lost: {fault}"))),
        };
        match done {
            Ok(fates) => (self.sorted.settle(&fates), None),
            Err(error) => (self.sorted.fail(&error), Some(error)),
        }
    }
}

/// Checks a batch, of so many bytes of text, and begins to write it, each document for itself. The caller is admitted again each time, so
/// that a long stream does not outlive its token or its grant.
pub async fn begin(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    items: Vec<Item>,
    bytes: usize,
) -> Result<Pending, ResourceError> {
    service.still_valid(claims)?;
    let permit = service.admit(claims, collection, Verb::Write)?;
    service.check_going_on(&permit, None).await?;
    let turn = turn().await?;
    let (sorted, documents) = Judged::new(service, claims, &permit, items, bytes).await?;
    beat(service, &permit, &documents);
    measure(&documents);
    let (store, collection) = (Arc::clone(&service.store), Arc::clone(&permit.collection));
    let writing = tokio::spawn(spans::onwards(async move {
        let _turn = turn;
        store.insert_each(&collection, documents).await
    }));
    Ok(Pending { sorted, writing })
}

/// Notes that documents of these calculations are about to be written.
fn beat(service: &Service, permit: &Permit<'_>, documents: &[Document]) {
    let calculations = documents.iter().filter_map(|document| touched(&permit.collection, &document.members));
    if !documents.is_empty() {
        service.beat(permit, calculations.collect::<BTreeSet<_>>());
    }
}

/// Documents to be written in one step.
pub struct BulkRequest {
    /// The documents.
    pub items: Vec<Item>,
    /// The bytes of their texts.
    pub bytes: usize,
    /// Whether none is stored where one cannot be.
    pub atomic: bool,
    /// The key under which the request may be repeated, and how its answer is kept.
    pub key: Option<(IdempotencyKey, Render)>,
}

/// The answer to a request for many documents.
pub enum BulkAnswer {
    /// It was carried out.
    Now(Vec<Outcome>),
    /// It was carried out before; this was kept.
    Before(String),
}

/// Writes documents in one step.
pub async fn together(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    request: BulkRequest,
) -> Result<BulkAnswer, ResourceError> {
    let permit = service.admit(claims, collection, Verb::Write)?;
    if let Some((key, _)) = &request.key
        && let Some(answer) = service.answered(key).await?
    {
        return Ok(BulkAnswer::Before(answer));
    }
    if request.items.len() > MAX_TOGETHER {
        return Err(ResourceError::TooMany { limit: MAX_TOGETHER });
    }
    service.check_going_on(&permit, None).await?;
    let _turn = turn().await?;
    let (sorted, documents) = Judged::new(service, claims, &permit, request.items, request.bytes).await?;
    let refusals = sorted.refusals();
    if !refusals.is_empty() && (request.atomic || refusals.len() > MAX_KEPT_REFUSALS) {
        return Err(ResourceError::Refused(refusals));
    }
    let receipt = request.key.as_ref().map(|(key, render)| {
        let (sorted, render) = (sorted.clone(), Arc::clone(render));
        let answer = Arc::new(move |fates: &[Fate]| render(&sorted.clone().settle(fates)));
        key.receipt(service.clock.now(), answer)
    });
    beat(service, &permit, &documents);
    measure(&documents);
    let bulk = Bulk { documents, atomic: request.atomic, receipt };
    match service.store.insert_together(&permit.collection, bulk).await? {
        BulkEnd::Committed(fates) => Ok(BulkAnswer::Now(sorted.settle(&fates))),
        BulkEnd::Refused(fates) => {
            Err(ResourceError::Refused(Judged { places: sorted.settle(&fates) }.refusals()))
        }
        BulkEnd::Repeated => {
            let answer = match &request.key {
                Some((key, _)) => service.answered(key).await?,
                None => None,
            };
            answer.map(BulkAnswer::Before).ok_or(ResourceError::Unavailable)
        }
    }
}
#[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
fn measure(documents: &[Document]) {
    metrics::BULK_SIZE.get().record(documents.len() as f64);
}
