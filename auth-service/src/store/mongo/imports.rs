//! The import of users in batches.

use std::collections::HashSet;

use futures_util::TryStreamExt as _;
use mongodb::{ClientSession, Collection, Database, bson::doc, error::Result as MongoResult};
use serde::Deserialize;

use super::{MongoStore, audit, documents::UserDocument, roles as role_table, user_acts::collection};
use crate::{
    domain::{audit::Entry, roles::StoredScopes, user::User},
    store::StoreError,
};

/// How often a batch is retried because another request took one of its addresses at the same time.
const MAX_TRIES: usize = 8;

#[derive(Deserialize)]
struct Taken {
    email_key: String,
}

impl MongoStore {
    /// [`crate::store::Users::insert_users`].
    pub(super) async fn import(
        &self,
        users: &[User],
        given: &[(String, StoredScopes)],
        entry: &Entry,
    ) -> Result<Option<Vec<bool>>, StoreError> {
        let _turn = if given.is_empty() { None } else { Some(self.giving.lock().await) };
        for _ in 0..MAX_TRIES {
            let context = (self.ready().await?, users, given, entry);
            let added = self.transact(context, |session, (database, users, given, entry)| {
                Box::pin(import(database, session, users, given, entry))
            });
            match added.await {
                Err(StoreError::Conflict { .. }) => {}
                settled => return settled,
            }
        }
        Err(StoreError::Unavailable)
    }
}

async fn import(
    database: &Database,
    session: &mut ClientSession,
    users: &[User],
    given: &[(String, StoredScopes)],
    entry: &Entry,
) -> MongoResult<Option<Vec<bool>>> {
    if !role_table::are_as_read(database, session, given).await? {
        return Ok(None);
    }
    // A refused insert aborts the transaction, so the free addresses are read first.
    let mut taken = taken(database, session, users).await?;
    let added: Vec<bool> = users
        .iter()
        .map(|user| {
            !user.email.keys().iter().any(|key| taken.contains(key))
                && taken.insert(user.email.key().to_owned())
        })
        .collect();
    let Some(entry) = entry.counting(&added) else { return Ok(Some(added)) };
    let new = users.iter().zip(&added).filter(|(_, added)| **added);
    let new = new.map(|(user, _)| UserDocument::from(user));
    collection(database).insert_many(new).session(&mut *session).await?;
    audit::insert(database, session, &entry).await?;
    Ok(Some(added))
}

/// The keys that somebody has of those of these addresses.
async fn taken(
    database: &Database,
    session: &mut ClientSession,
    users: &[User],
) -> MongoResult<HashSet<String>> {
    let keys: Vec<&String> = users.iter().flat_map(|user| user.email.keys()).collect();
    let holders: Collection<Taken> = database.collection("users");
    let found = holders.find(doc! { "email_key": { "$in": keys } }).projection(doc! { "email_key": 1 });
    let mut found = found.session(&mut *session).await?;
    found.stream(session).map_ok(|holder| holder.email_key).try_collect().await
}
