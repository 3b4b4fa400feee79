//! Look-ups of administrators.

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use mongodb::{
    IndexModel,
    bson::{Document, doc},
    options::{Collation, CollationStrength, IndexOptions},
};

use super::{MongoStore, audit, clients, documents::EntryDocument, index, user_acts};
use crate::{
    domain::{audit::Entry, client::Client, user::User},
    store::{AuditLog as _, Lookup, StoreError, lookup::end_of},
};

/// The greatest text under a collation (UTS #35, part 5, section 1.3): what begins so comes before it.
const GREATEST: char = '\u{ffff}';

/// Compares texts without their case.
fn caseless() -> Collation {
    Collation::builder().locale("en").strength(CollationStrength::Secondary).build()
}

/// An index over the names in `field`, whatever their case.
pub(super) fn by_name(field: &str) -> IndexModel {
    index(doc! { field: 1 }, IndexOptions::builder().collation(caseless()).build())
}

fn beginning(field: &str, start: &str) -> Document {
    doc! { field: { "$gte": start, "$lt": format!("{start}{GREATEST}") } }
}

#[async_trait]
impl Lookup for MongoStore {
    async fn users_beginning(&self, start: &str, limit: u32) -> Result<Vec<User>, StoreError> {
        let users = user_acts::collection(self.ready().await?);
        let (limit, key) = (i64::from(limit), start.to_lowercase());
        let by_address = doc! { "email_key": { "$gte": &key, "$lt": end_of(&key) } };
        let by_address = users.find(by_address).sort(doc! { "email_key": 1 }).limit(limit);
        let mut found: Vec<_> = by_address.await?.try_collect().await?;
        let by_name = users.find(beginning("full_name", start)).collation(caseless());
        let by_name = by_name.sort(doc! { "full_name": 1 }).limit(limit);
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
        let mut wanted = beginning("name", start);
        wanted.insert("owner", mongodb::bson::Bson::Null);
        let found = clients.find(wanted).collation(caseless()).sort(doc! { "name": 1 });
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
