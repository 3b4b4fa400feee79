//! Look-ups of administrators.

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use mongodb::{
    Collection, Database, IndexModel,
    bson::{Document, doc},
    error::Result as MongoResult,
    options::IndexOptions,
};
use serde::Deserialize;

use super::{MongoStore, audit, clients, documents::EntryDocument, index, user_acts};
use crate::{
    domain::{audit::Entry, client::Client, name, user::User},
    store::{AuditLog as _, Lookup, StoreError, lookup::end_of},
};

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

fn beginning(field: &str, start: &str) -> Document {
    doc! { field: { "$gte": start, "$lt": end_of(start) } }
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

#[async_trait]
impl Lookup for MongoStore {
    async fn users_beginning(&self, start: &str, limit: u32) -> Result<Vec<User>, StoreError> {
        let users = user_acts::collection(self.ready().await?);
        let limit = i64::from(limit);
        let by_address = users
            .find(beginning("email_key", &start.to_lowercase()))
            .sort(doc! { "email_key": 1 })
            .limit(limit);
        let mut found: Vec<_> = by_address.await?.try_collect().await?;
        let by_name = users.find(beginning("name_key", &name::key(start)));
        let by_name = by_name.sort(doc! { "name_key": 1 }).limit(limit);
        let named: Vec<_> = by_name.await?.try_collect().await?;
        found.extend(named);
        let mut users: Vec<User> = Vec::new();
        for user in found {
            let user = User::try_from(user)?;
            if !users.iter().any(|known| known.id == user.id) {
                users.push(user);
            }
        }
        Ok(users)
    }

    async fn services_beginning(&self, start: &str, limit: u32) -> Result<Vec<Client>, StoreError> {
        let clients = clients::collection(self.ready().await?);
        let mut wanted = beginning("name_key", &name::key(start));
        wanted.insert("owner", mongodb::bson::Bson::Null);
        let found = clients.find(wanted).sort(doc! { "name_key": 1 });
        let found: Vec<_> = found.limit(i64::from(limit)).await?.try_collect().await?;
        found.into_iter().map(Client::try_from).collect()
    }

    async fn audit_of_request(&self, id: &str, limit: u32) -> Result<Vec<Entry>, StoreError> {
        self.gather_audit().await?;
        let audit = audit::collection(self.ready().await?);
        let wanted = doc! { "$or": [{ "request_id": id }, { "client_request_id": id }] };
        let found = audit.find(wanted).sort(doc! { "_id": -1 }).limit(i64::from(limit)).await?;
        let found: Vec<EntryDocument> = found.try_collect().await?;
        found.into_iter().map(Entry::try_from).collect()
    }
}
