//! Many documents in one body that is read as a whole.

use std::{fmt, sync::Arc};

use actix_web::web::Bytes;
use serde::de::{Deserializer as _, SeqAccess, Visitor};
use serde_json::value::RawValue;
use service_kit::{
    aside::aside,
    budget::{Lease, weight},
    caller::Caller,
    fault::without_values,
    problem::Problem,
};

use super::{
    super::{
        BODY_LIMIT,
        body::{self, document},
        handler::HandlerResult,
    },
    answer::{self, lines},
    options::Options,
};
use crate::ops::{
    Service,
    bulk::{self, BulkAnswer, BulkRequest, Item, MAX_TOGETHER},
    error::ResourceError,
    repeat::IdempotencyKey,
};

/// How many documents are written at a time, where each is written for itself.
const BATCH: usize = 500;
/// The bytes of memory, once they are parsed, at which a batch ends, give or take a document.
pub const BATCH_WEIGHT: usize = 4 * 1024 * 1024;

/// The document in a text, or why there is none.
pub fn item(text: &[u8]) -> Item {
    if text.len() > BODY_LIMIT { Err(ResourceError::TooLarge { limit: BODY_LIMIT }) } else { document(text) }
}

/// Reads no more items than can be written.
struct Items;

impl<'de> Visitor<'de> for Items {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of documents")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(item) = items.next_element()? {
            if found.len() <= MAX_TOGETHER {
                found.push(item);
            }
        }
        Ok(found)
    }
}

/// The texts of the items of an array.
pub fn items(text: &Bytes) -> Result<Vec<Bytes>, Problem> {
    let body = text;
    let text = std::str::from_utf8(text).map_err(|fault| ResourceError::NotJson(fault.to_string()))?;
    let not_json = |fault: serde_json::Error| {
        Problem::from(body::not_json(text, &fault, without_values(&fault.to_string())))
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    let items = reader.deserialize_seq(Items).map_err(not_json)?;
    reader.end().map_err(not_json)?;
    limited(items.len())?;
    Ok(items.into_iter().map(|raw| body.slice_ref(raw.get().as_bytes())).collect())
}

/// Refuses more documents than are written in one step.
pub fn limited(count: usize) -> Result<(), Problem> {
    if count > MAX_TOGETHER {
        return Err(ResourceError::TooMany { limit: MAX_TOGETHER }.into());
    }
    Ok(())
}

/// The documents in texts of so many bytes, parsed beside the async threads.
pub async fn parsed(texts: Vec<Bytes>, bytes: usize) -> Result<Vec<Item>, ResourceError> {
    Ok(aside(bytes, move || texts.iter().map(|text| item(text)).collect()).await?)
}

/// Writes the documents in these texts, in one step where that is asked for or where the answer is to be kept. What they
/// weigh is counted in `lease`, which has the body's own bytes.
pub async fn insert(
    service: &Service,
    caller: &Caller,
    collection: &str,
    texts: Vec<Bytes>,
    mut lease: Lease,
    options: &Options,
    key: Option<IdempotencyKey>,
) -> HandlerResult {
    if !options.atomic && key.is_none() {
        return each(service, caller, collection, texts, lease, options).await;
    }
    lease.grow(texts.iter().map(|text| weight(text)).sum()).await?;
    let bytes = texts.iter().map(Bytes::len).sum();
    let items = parsed(texts, bytes).await?;
    let key = key.map(|key| (key, Arc::new(lines) as bulk::Render));
    let request = BulkRequest { items, bytes, atomic: options.atomic, key };
    let lines = match bulk::together(service, &caller.claims, collection, request).await? {
        BulkAnswer::Now(outcomes) => lines(&outcomes),
        BulkAnswer::Before(lines) => lines,
    };
    Ok(answer::whole(&lines, options))
}

async fn each(
    service: &Service,
    caller: &Caller,
    collection: &str,
    texts: Vec<Bytes>,
    mut lease: Lease,
    options: &Options,
) -> HandlerResult {
    let body = lease.bytes();
    let (mut outcomes, mut texts) = (Vec::with_capacity(texts.len()), texts.into_iter().peekable());
    while texts.peek().is_some() {
        let (mut batch, mut heavy, mut bytes) = (Vec::new(), 0, 0);
        while batch.len() < BATCH && heavy < BATCH_WEIGHT {
            let Some(text) = texts.next() else { break };
            heavy += weight(&text);
            bytes += text.len();
            batch.push(text);
        }
        let count = batch.len();
        let begun = async {
            lease.shrink_to(body);
            lease.grow(heavy).await?;
            let items = parsed(batch, bytes).await?;
            bulk::begin(service, &caller.claims, collection, items, bytes).await
        };
        let (batch, failure) = match begun.await {
            Ok(pending) => pending.finish().await,
            Err(error) => (vec![Err(error.clone()); count], Some(error)),
        };
        if let Some(error) = failure {
            if outcomes.is_empty() {
                return Err(error.into());
            }
            outcomes.extend(batch.into_iter().chain(texts.by_ref().map(|_| Err(error.clone()))));
            break;
        }
        outcomes.extend(batch);
    }
    Ok(answer::whole(&lines(&outcomes), options))
}
