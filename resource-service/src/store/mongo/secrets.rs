//! What all replicas know and nobody else, in a collection of its own, whose name no collection of documents can have.

use mongodb::{
    Collection, Database,
    bson::{Binary, Document as Doc, doc, spec::BinarySubtype},
    options::ReturnDocument,
};

use super::failed;
use crate::store::StoreError;

/// Reads the secret, and writes it only where it is missing: a server that takes no writes can still be read. Two replicas
/// at once agree: the `_id` is unique, and the second one finds what the first one wrote.
pub(super) async fn secret(database: &Database, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], StoreError> {
    let secrets: Collection<Doc> = database.collection("_secrets");
    let found = secrets.find_one(doc! { "_id": name }).await.map_err(|error| failed(&error))?;
    let found = if found.is_some() {
        found
    } else {
        let fresh = Binary { subtype: BinarySubtype::Generic, bytes: fresh.to_vec() };
        secrets
            .find_one_and_update(doc! { "_id": name }, doc! { "$setOnInsert": { "value": fresh } })
            .upsert(true)
            .return_document(ReturnDocument::After)
            .await
            .map_err(|error| failed(&error))?
    };
    let corrupt = || StoreError::Corrupt(format!("the secret {name}"));
    let value = found.as_ref().and_then(|found| found.get_binary_generic("value").ok());
    value.and_then(|value| <[u8; 32]>::try_from(value.as_slice()).ok()).ok_or_else(corrupt)
}
