//! Tickets in MongoDB, in a collection of their own, whose name no collection of documents can have.

use std::time::Duration;

use mongodb::{
    Collection, Database, IndexModel,
    bson::{Document as Doc, doc},
    options::IndexOptions,
};
use service_kit::store::mongo::in_time;
use time::OffsetDateTime;

use super::{date, failed};
use crate::{domain::ticket::Ticket, store::StoreError};

const NAME: &str = "_change_tickets";

fn handle(database: &Database) -> Collection<Doc> {
    database.collection(NAME)
}

/// Makes the index by which MongoDB removes what has expired.
pub(super) async fn prepare(database: &Database) -> Result<(), StoreError> {
    let options = IndexOptions::builder().expire_after(Duration::ZERO).build();
    let index = IndexModel::builder().keys(doc! { "expires_at": 1 }).options(options).build();
    handle(database).create_index(index).await.map(|_| ()).map_err(|error| failed(&error))
}

pub(super) async fn keep(database: &Database, ticket: Ticket) -> Result<(), StoreError> {
    let claims =
        serde_json::to_string(&ticket.claims).map_err(|error| StoreError::Failed(error.to_string()))?;
    let kept = doc! {
        "_id": ticket.hash,
        "collection": ticket.collection,
        "claims": claims,
        "expires_at": date(ticket.expires_at),
    };
    in_time(handle(database).insert_one(kept)).await.map(|_| ()).map_err(|error| failed(&error))
}

pub(super) async fn take(
    database: &Database,
    hash: &str,
    collection: &str,
    now: OffsetDateTime,
) -> Result<Option<Ticket>, StoreError> {
    let wanted = doc! { "_id": hash, "collection": collection, "expires_at": { "$gt": date(now) } };
    let taken =
        in_time(handle(database).find_one_and_delete(wanted)).await.map_err(|error| failed(&error))?;
    let Some(taken) = taken else { return Ok(None) };
    let corrupt = |fault: String| StoreError::Corrupt(format!("a ticket: {fault}"));
    let claims = taken.get_str("claims").map_err(|fault| corrupt(fault.to_string()))?;
    let expires_at = taken.get_datetime("expires_at").map_err(|fault| corrupt(fault.to_string()))?;
    let expires_at = i128::from(expires_at.timestamp_millis()) * 1_000_000;
    Ok(Some(Ticket {
        hash: hash.to_owned(),
        collection: collection.to_owned(),
        claims: serde_json::from_str(claims).map_err(|fault| corrupt(fault.to_string()))?,
        expires_at: OffsetDateTime::from_unix_timestamp_nanos(expires_at)
            .map_err(|fault| corrupt(fault.to_string()))?,
    }))
}
