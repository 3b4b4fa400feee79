//! Look-ups of administrators.

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use mongodb::bson::{Document, doc};

use super::{MongoStore, audit, clients, documents::EntryDocument, user_acts};
use crate::{
    domain::{audit::Entry, client::Client, name, user::User},
    store::{AuditLog as _, Lookup, StoreError, lookup::end_of},
};

fn beginning(field: &str, start: &str) -> Document {
    doc! { field: { "$gte": start, "$lt": end_of(start) } }
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
