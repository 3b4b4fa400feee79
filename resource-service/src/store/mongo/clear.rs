//! Removes what MongoDB holds under the name of a collection that was removed.
//!
//! A process may be stopped at any step and wake when the name has been defined anew. So what is to go is found first, by
//! something that nothing stored later has: the UUID of a collection of MongoDB, the expiry of a receipt. Only then it is
//! asked whether the removal is still the last word on the name: if so, what was found is what it removed.

use mongodb::{
    bson::{Binary, Document as Doc, doc},
    error::Result as MongoResult,
};

use super::{
    MongoStore,
    codes::{NAMESPACE_NOT_FOUND, code},
    failed,
    history::past_of,
    receipts, written,
};
use crate::store::{DefinitionStore as _, StoreError};

/// Receipts that are removed by one command.
const AT_ONCE: usize = 200;
/// The server's code for a collection that has another UUID than the command says (MongoDB 6.0).
const OTHER_UUID: i32 = 361;

/// Removes everything, the documents last, while the definition has the revision `removal`; whether it had it to the end.
pub(super) async fn clear(store: &MongoStore, name: &str, removal: i64) -> Result<bool, StoreError> {
    let of_name = receipts::of(&store.database, name).await;
    let mut found = of_name.map_err(|error| failed(&error))?;
    loop {
        let mut some: Vec<Doc> = Vec::new();
        while some.len() < AT_ONCE && found.advance().await.map_err(|error| failed(&error))? {
            some.push(found.deserialize_current().map_err(|error| failed(&error))?);
        }
        if !is_last_word(store, name, removal).await? {
            return Ok(false);
        }
        if some.is_empty() {
            break;
        }
        receipts::forget(&store.database, some).await.map_err(|error| written(&error))?;
    }
    store.forget_prepared(name).await?;
    for part in [past_of(name), name.to_owned()] {
        let Some(uuid) = store.uuid_of(&part).await.map_err(|error| failed(&error))? else { continue };
        if !is_last_word(store, name, removal).await? {
            return Ok(false);
        }
        store.drop_this(&part, uuid).await?;
    }
    Ok(true)
}

async fn is_last_word(store: &MongoStore, name: &str, removal: i64) -> Result<bool, StoreError> {
    // What is dropped for it is gone, so the definition is read as reads of the port are.
    let revisions = store.server.freshness().read(|| store.definition_revisions()).await?;
    Ok(revisions.get(name) == Some(&removal))
}

impl MongoStore {
    /// What distinguishes a collection of MongoDB from any other that has or had its name.
    async fn uuid_of(&self, name: &str) -> MongoResult<Option<Binary>> {
        let mut found = self.database.list_collections().filter(doc! { "name": name }).await?;
        let found = if found.advance().await? { Some(found.deserialize_current()?) } else { None };
        Ok(found.and_then(|found| found.info.uuid))
    }

    /// Drops the collection of this UUID, and no other that has its name. MongoDB's Stable API cannot name the UUID.
    async fn drop_this(&self, name: &str, uuid: Binary) -> Result<(), StoreError> {
        let command = doc! {
            "drop": name, "collectionUUID": uuid, "writeConcern": { "w": "majority", "j": true },
        };
        match self.server.outside_stable_api.run_command(command).await {
            Err(error) if [Some(NAMESPACE_NOT_FOUND), Some(OTHER_UUID)].contains(&code(&error)) => Ok(()),
            dropped => dropped.map(|_| ()).map_err(|error| written(&error)),
        }
    }
}
