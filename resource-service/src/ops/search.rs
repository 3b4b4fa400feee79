//! Searches all collections for an id or for words, in what the caller may list and see. What it costs is bounded: by time,
//! and by the documents of a collection that are looked at.

use std::{pin::Pin, time::Duration};

use serde_json::{Map, Value};
use service_kit::aside::aside;
use shared_models::{
    claims::AccessClaims,
    discovery::{DocumentHit, DocumentSearch, LimitedSearch},
    documents::Direction,
};
use tokio::time::{Sleep, sleep};

use super::{
    Service,
    error::ResourceError,
    policy::{Permit, Verb},
};
use crate::{
    domain::{
        hidden::Hidden,
        search::{Sought, Texts},
        series::SERIES,
    },
    query::{
        expr::{Comparison, Expr, Test},
        literal::Literal,
        order::{Order, SortKey, SortValue, Start},
        projection::Projection,
    },
    store::{Batch, MAX_BATCH_BYTES, Selection, keyset},
};

/// The most hits of a search.
pub const MAX_LIMIT: usize = 100;
/// How many there are where the request does not say.
pub const DEFAULT_LIMIT: usize = 20;
/// The most documents of a collection that are looked at for words: those made last.
pub const LOOKED_AT: usize = 10_000;
/// How long a search lasts at most.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// The documents that are read at once.
const PAGE: usize = 500;
/// The memory that a page takes, and what is made of it.
const MEMORY: usize = 2 * MAX_BATCH_BYTES;

/// Where a hit comes in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Id,
    Prefix,
    Words,
}

struct Search<'s> {
    service: &'s Service,
    sought: &'s Sought,
    limit: usize,
    deadline: Pin<Box<Sleep>>,
    hits: Vec<(Rank, DocumentHit)>,
    complete: bool,
    limited: Vec<LimitedSearch>,
}

/// A collection that is looked through.
struct Searched<'c> {
    permit: Permit<'c>,
    texts: Texts,
    order: Order,
}

/// The documents that the caller may list and that have what is `sought`, `limit` of them at most.
pub async fn search(
    service: &Service,
    claims: &AccessClaims,
    sought: &Sought,
    limit: usize,
) -> Result<DocumentSearch, ResourceError> {
    let readable = service.readable(claims)?;
    let _lease = service.budget.take(&claims.sub, MEMORY).await?;
    let deadline = Box::pin(sleep(PATIENCE.min(service.query_timeout * 3 / 4)));
    let (hits, limited) = (Vec::new(), Vec::new());
    let mut search = Search { service, sought, limit, deadline, hits, complete: true, limited };
    let mut collections = Vec::new();
    for collection in readable {
        // A collection that was removed a moment ago has no documents.
        if let Ok(permit) = service.admit(claims, collection.name(), Verb::Read) {
            collections.push(Searched::new(permit)?);
        }
    }
    if sought.id.is_some() {
        for searched in &collections {
            search.ids(searched).await?;
        }
    }
    // A document of a series is some of its points; a series is found by its calculation.
    for searched in collections.iter().filter(|searched| searched.permit.collection.name() != SERIES) {
        if !sought.names_one() || search.hits.is_empty() {
            search.words(searched).await?;
        }
    }
    Ok(search.done())
}

impl Search<'_> {
    /// The outcome of a step; nothing where there was no time for it.
    async fn in_time<T>(
        &mut self,
        step: impl Future<Output = Result<T, ResourceError>>,
    ) -> Result<Option<T>, ResourceError> {
        let outcome = tokio::select! {
            biased;
            () = self.deadline.as_mut() => None,
            outcome = step => match outcome {
                Err(ResourceError::QueryTimeout(_)) => None,
                outcome => Some(outcome?),
            },
        };
        self.complete &= outcome.is_some();
        Ok(outcome)
    }

    /// Looks for documents whose ids begin so.
    async fn ids(&mut self, searched: &Searched<'_>) -> Result<(), ResourceError> {
        let Some(id) = &self.sought.id else { return Ok(()) };
        let test = if self.sought.names_one() {
            Test::Compare(Comparison::Eq, Literal::Text(id.clone()))
        } else {
            Test::Prefix(id.clone())
        };
        let filter = Expr::Test(searched.order.keys()[0].field.clone(), test);
        let selection = searched.selection(filter, self.limit)?;
        let (service, collection) = (self.service, &searched.permit.collection);
        let listed = async { Ok(service.store.list(collection, selection, service.clock.now()).await?) };
        let Some(batch) = self.in_time(listed).await? else { return Ok(()) };
        self.complete &= !batch.more;
        let rank = if self.sought.names_one() { Rank::Id } else { Rank::Prefix };
        for document in batch.documents {
            let document = shown(&searched.permit.hidden, &document)?;
            let id = text_of(&document, "_id");
            self.hits.push((rank, searched.hit(&document, "_id".to_owned(), id)));
        }
        Ok(())
    }

    /// Looks through the latest documents for the words.
    async fn words(&mut self, searched: &Searched<'_>) -> Result<(), ResourceError> {
        if searched.texts.is_empty() {
            return Ok(());
        }
        let selection = searched.selection(Expr::everything(), PAGE)?;
        let (service, collection) = (self.service, &searched.permit.collection);
        let (mut start, mut looked_at, mut found) = (None, 0, 0);
        while looked_at < LOOKED_AT && found < self.limit {
            let page = async {
                let (store, now) = (&*service.store, service.clock.now());
                let batch = keyset::list(store, collection, &selection, start.as_ref(), now).await?;
                look(searched, self.sought, batch).await
            };
            let Some(Looked { hits, last, documents, more }) = self.in_time(page).await? else {
                return Ok(());
            };
            looked_at += documents;
            found += hits.len();
            self.hits.extend(hits.into_iter().map(|hit| (Rank::Words, hit)));
            match last.filter(|_| more) {
                Some(last) => start = Some(Start::behind(vec![SortValue::Scalar(Literal::Text(last))])),
                None => return Ok(()),
            }
        }
        self.complete = false;
        if looked_at >= LOOKED_AT {
            let collection = collection.name().to_owned();
            self.limited.push(LimitedSearch { collection, documents: looked_at });
        }
        Ok(())
    }

    fn done(mut self) -> DocumentSearch {
        let key = |(rank, hit): &(Rank, DocumentHit)| {
            (*rank, std::cmp::Reverse(hit.updated_at.clone()), hit.id.clone())
        };
        self.hits.sort_by_cached_key(key);
        let mut items: Vec<DocumentHit> = Vec::new();
        for (_, hit) in self.hits {
            let known = |other: &DocumentHit| (&other.collection, &other.id) == (&hit.collection, &hit.id);
            if !items.iter().any(known) {
                items.push(hit);
            }
        }
        let complete = self.complete && items.len() <= self.limit;
        items.truncate(self.limit);
        DocumentSearch { items, complete, limited: self.limited }
    }
}

/// What was found in a page of documents.
struct Looked {
    hits: Vec<DocumentHit>,
    /// The id of the last one.
    last: Option<String>,
    documents: usize,
    more: bool,
}

async fn look(searched: &Searched<'_>, sought: &Sought, batch: Batch) -> Result<Looked, ResourceError> {
    let (texts, hidden, sought) = (searched.texts.clone(), searched.permit.hidden.clone(), sought.clone());
    let collection = searched.permit.collection.name().to_owned();
    let bytes = batch.documents.iter().map(String::len).sum();
    let looked = move || {
        let (mut hits, mut last) = (Vec::new(), None);
        let documents = batch.documents.len();
        for document in batch.documents {
            let document = shown(&hidden, &document)?;
            if let Some((field, text)) = sought.find_in(&texts, &document) {
                hits.push(hit(&collection, &texts, &document, field, text));
            }
            last = Some(text_of(&document, "_id"));
        }
        Ok(Looked { hits, last, documents, more: batch.more })
    };
    aside(bytes, looked).await?
}

impl<'c> Searched<'c> {
    fn new(permit: Permit<'c>) -> Result<Self, ResourceError> {
        let id = "_id".parse().ok().and_then(|path| permit.collection.schema.field(&path).ok());
        let id = id.ok_or_else(|| ResourceError::Internal("the schema lacks _id".into()))?;
        // Ids are in the order in which documents were made.
        let newest = SortKey { field: id.clone(), direction: Direction::Descending };
        let texts = Texts::declared(permit.target().schema);
        Ok(Self { permit, texts, order: Order::new(vec![newest], id) })
    }

    /// The latest documents that the caller sees and that meet this condition: of each what is searched and shown.
    fn selection(&self, filter: Expr, limit: usize) -> Result<Selection, ResourceError> {
        let shown = ["_id", "_updated_at"].into_iter().filter_map(|name| name.parse().ok());
        Ok(Selection {
            filter: self.permit.condition()?.and(filter),
            order: self.order.clone(),
            projection: Some(Projection::new(shown.chain(self.texts.paths()))),
            limit,
        })
    }

    fn hit(&self, document: &Map<String, Value>, field: String, text: String) -> DocumentHit {
        hit(self.permit.collection.name(), &self.texts, document, field, text)
    }
}

fn hit(
    collection: &str,
    texts: &Texts,
    document: &Map<String, Value>,
    field: String,
    text: String,
) -> DocumentHit {
    let id = text_of(document, "_id");
    let title = texts.title(document).unwrap_or_else(|| id.clone());
    let updated_at = text_of(document, "_updated_at");
    DocumentHit { collection: collection.to_owned(), id, title, field, text, updated_at }
}

fn shown(hidden: &Hidden, document: &str) -> Result<Map<String, Value>, ResourceError> {
    let mut members: Map<String, Value> = serde_json::from_str(document)?;
    hidden.withhold(&mut members);
    Ok(members)
}

fn text_of(document: &Map<String, Value>, name: &str) -> String {
    document.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
