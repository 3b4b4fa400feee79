//! Turns a document into raw BSON: integers of 64 bits, doubles, and the special values of ieee754 fields as doubles.

use std::sync::Arc;

use super::{
    instants,
    json::{EXPIRES_AT, INSTANTS},
};
use crate::{
    domain::{collection::Collection, document::Document},
    query::{
        literal::{Literal, special},
        schema::Schema,
        shape::Step,
    },
    store::StoreError,
};
use mongodb::bson::{DateTime, RawArrayBuf, RawBson, RawDocumentBuf, raw::CString};
use serde_json::Value;
use service_kit::aside::aside;

/// The BSON of a document, with its expiry where it has one and the keys of its points in time.
pub fn to_bson(collection: &Collection, document: &Document) -> Result<RawDocumentBuf, StoreError> {
    let (schema, expires_at) = (&collection.schema, collection.expiry(&document.members));
    let mut raw = RawDocumentBuf::new();
    for (name, value) in document.entries() {
        raw.append(key(name)?, raw_value(&value, schema, &mut vec![Step::Member(name)])?);
    }
    if let Some(at) = expires_at {
        let millis = i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX);
        raw.append(key(EXPIRES_AT)?, DateTime::from_millis(millis));
    }
    if let Some(keys) = instants::of(collection, &document.members, document.meta.revision)? {
        let keys = RawDocumentBuf::try_from(&keys).map_err(|error| StoreError::Failed(error.to_string()))?;
        raw.append(key(INSTANTS)?, keys);
    }
    Ok(raw)
}

/// The BSON of many documents, in their order: made beside the async threads, since it takes long.
pub async fn all_to_bson(
    collection: &Arc<Collection>,
    documents: Vec<Document>,
) -> Result<Vec<RawDocumentBuf>, StoreError> {
    let collection = Arc::clone(collection);
    let convert = move || documents.into_iter().map(|document| to_bson(&collection, &document)).collect();
    aside(usize::MAX, convert).await.map_err(|lost| StoreError::Failed(lost.to_string()))?
}

/// A name as BSON takes it.
pub fn key(name: &str) -> Result<CString, StoreError> {
    CString::try_from(name).map_err(|error| StoreError::Failed(error.to_string()))
}

/// The BSON of a value at a place within a document.
pub fn raw_value<'v>(
    value: &'v Value,
    schema: &Schema,
    place: &mut Vec<Step<'v>>,
) -> Result<RawBson, StoreError> {
    Ok(match value {
        Value::Null => RawBson::Null,
        Value::Bool(value) => RawBson::Boolean(*value),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => RawBson::Int64(integer),
            None => RawBson::Double(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => match special(text) {
            Some(Literal::Double(double)) if schema.is_ieee754(place) => RawBson::Double(double),
            _ => RawBson::String(text.clone()),
        },
        Value::Array(items) => {
            let mut array = RawArrayBuf::new();
            place.push(Step::Item);
            for item in items {
                array.push(raw_value(item, schema, place)?);
            }
            place.pop();
            RawBson::Array(array)
        }
        Value::Object(members) => {
            let mut document = RawDocumentBuf::new();
            for (name, value) in members {
                place.push(Step::Member(name));
                document.append(key(name)?, raw_value(value, schema, place)?);
                place.pop();
            }
            RawBson::Document(document)
        }
    })
}
