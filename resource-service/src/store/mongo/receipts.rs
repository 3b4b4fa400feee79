//! Receipts in MongoDB: answers to requests that may be repeated, in a collection that no definition can name.

use std::time::Duration;

use mongodb::{
    ClientSession, Collection as Handle, Cursor, Database, IndexModel,
    bson::{Document as Doc, doc},
    error::Result as MongoResult,
    options::IndexOptions,
};
use service_kit::store::mongo::in_time;
use time::OffsetDateTime;

use super::{date, failed};
use crate::store::{Fate, KeptReceipt, Receipt, StoreError, purges::Expiring};

const COLLECTION: &str = "_receipts";
const EXPIRES_AT: &str = "expires_at";

fn handle(database: &Database) -> Handle<Doc> {
    database.collection(COLLECTION)
}

/// Makes the collection and the index that forgets.
pub(super) async fn prepare(database: &Database) -> Result<(), StoreError> {
    let options = IndexOptions::builder().name(EXPIRES_AT.to_owned()).expire_after(Duration::ZERO).build();
    let index = IndexModel::builder().keys(doc! { EXPIRES_AT: 1 }).options(options).build();
    handle(database).create_index(index).await.map(|_| ()).map_err(|error| failed(&error))
}

/// The receipt of this id, where it has not expired.
pub(super) async fn find(
    database: &Database,
    id: &str,
    now: OffsetDateTime,
) -> Result<Option<KeptReceipt>, StoreError> {
    let wanted = doc! { "_id": id, EXPIRES_AT: { "$gt": date(now) } };
    let found = in_time(handle(database).find_one(wanted)).await.map_err(|error| failed(&error))?;
    let Some(found) = found else { return Ok(None) };
    let text = |name: &str| {
        found.get_str(name).map(str::to_owned).map_err(|error| StoreError::Corrupt(error.to_string()))
    };
    Ok(Some(KeptReceipt { fingerprint: text("fingerprint")?, answer: text("answer")? }))
}

/// Takes the id, within the transaction: another request that needs it waits for the outcome. Two of a kind are a
/// duplicate key.
pub(super) async fn claim(
    database: &Database,
    session: &mut ClientSession,
    receipt: &Receipt,
) -> MongoResult<()> {
    let handle = handle(database);
    let expired = doc! { "_id": &receipt.id, EXPIRES_AT: { "$lte": date(receipt.now) } };
    handle.delete_one(expired).session(&mut *session).await?;
    handle.insert_one(doc! { "_id": &receipt.id }).session(session).await?;
    Ok(())
}

/// Writes the answer, within the same transaction.
pub(super) async fn complete(
    database: &Database,
    session: &mut ClientSession,
    receipt: &Receipt,
    fates: &[Fate],
) -> MongoResult<()> {
    let whole = doc! {
        "fingerprint": &receipt.fingerprint,
        EXPIRES_AT: date(receipt.expires_at),
        "answer": (receipt.answer)(fates),
        "collection": &receipt.collection,
    };
    handle(database).replace_one(doc! { "_id": &receipt.id }, whole).session(session).await?;
    Ok(())
}

/// Empties the answers that repeat one of these documents of a collection.
pub(super) async fn empty(
    database: &Database,
    collection: &str,
    ids: &[String],
    expiring: Expiring,
) -> MongoResult<()> {
    let ids: Vec<String> = ids.iter().map(|id| escaped(id)).collect();
    let repeating = doc! {
        EXPIRES_AT: { "$gte": date(expiring.from), "$lte": date(expiring.to) },
        "collection": collection,
        "answer": { "$regex": ids.join("|") },
    };
    handle(database).update_many(repeating, doc! { "$set": { "answer": "" } }).await.map(|_| ())
}

/// The receipts of a collection, each by its id and when it expires: a request that is made anew leaves another.
pub(super) async fn of(database: &Database, collection: &str) -> MongoResult<Cursor<Doc>> {
    let receipts = handle(database);
    let found = receipts.find(doc! { "collection": collection });
    found.projection(doc! { "_id": 1, EXPIRES_AT: 1 }).await
}

/// Forgets these receipts.
pub(super) async fn forget(database: &Database, receipts: Vec<Doc>) -> MongoResult<()> {
    handle(database).delete_many(doc! { "$or": receipts }).await.map(|_| ())
}

/// An id as a regular expression.
fn escaped(id: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
    id.chars().map(|letter| if plain(letter) { letter.to_string() } else { format!("\\{letter}") }).collect()
}
