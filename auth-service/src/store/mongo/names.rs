//! Names of users and clients as they are found: an index over their keys, and keys for what earlier versions stored.

use futures_util::TryStreamExt as _;
use mongodb::{
    Collection, Database, IndexModel, bson::doc, error::Result as MongoResult, options::IndexOptions,
};
use serde::Deserialize;

use super::index;
use crate::domain::name;

/// Names that are given their keys together.
const AT_ONCE: u32 = 1000;

/// A user or a client, and its name.
#[derive(Deserialize)]
struct Named {
    #[serde(rename = "_id")]
    id: String,
    #[serde(alias = "full_name")]
    name: String,
}

/// The index over the keys of names.
pub(super) fn by_name() -> IndexModel {
    index(doc! { "name_key": 1 }, IndexOptions::default())
}

/// Gives each name its key that lacks one: earlier versions stored none.
pub(super) async fn fill_keys(database: &Database) -> MongoResult<()> {
    for (collection, field) in [("users", "full_name"), ("clients", "name")] {
        let named: Collection<Named> = database.collection(collection);
        let lacking = doc! { "name_key": null, field: { "$type": "string" } };
        loop {
            let some = named.find(lacking.clone()).projection(doc! { field: 1 }).limit(i64::from(AT_ONCE));
            let some: Vec<Named> = some.await?.try_collect().await?;
            for Named { id, name } in &some {
                // Another replica may have renamed it meanwhile.
                let unchanged = doc! { "_id": id, field: name, "name_key": null };
                named.update_one(unchanged, doc! { "$set": { "name_key": name::key(name) } }).await?;
            }
            if some.len() < AT_ONCE as usize {
                break;
            }
        }
    }
    Ok(())
}
