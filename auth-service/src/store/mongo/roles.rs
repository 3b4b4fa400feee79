//! Roles. Giving a role writes its document too, so that it conflicts with removing the role at the same time.

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use mongodb::{
    ClientSession, Collection, Database,
    bson::{Bson, Document, doc},
    error::Result as MongoResult,
};
use serde::{Deserialize, Serialize};
use shared_models::revocations::RevocationKind;

use super::{MongoStore, audit, documents::stored_scopes, outbox};
use crate::{
    domain::{audit::Entry, revocation::RevocationClock, roles::StoredScopes},
    store::{Revocations as _, RoleOutcome, RoleWrite, Roles, StoreError, StoredRoles},
};

/// A role in the collection `roles`. Its `given` counts how often it was given; it is written only to cause conflicts.
#[derive(Serialize, Deserialize)]
struct RoleDocument {
    #[serde(rename = "_id")]
    name: String,
    scopes: Bson,
}

impl RoleDocument {
    fn read(self) -> (String, StoredScopes) {
        (self.name, stored_scopes(&self.scopes))
    }
}

#[derive(Deserialize)]
struct RoleSet {
    #[serde(rename = "_id")]
    roles: Vec<String>,
}

fn collection(database: &Database) -> Collection<RoleDocument> {
    database.collection("roles")
}

fn users(database: &Database) -> Collection<Document> {
    database.collection("users")
}

#[async_trait]
impl Roles for MongoStore {
    async fn roles(&self) -> Result<StoredRoles, StoreError> {
        // The counter is read before the roles, in one session: what it counts is seen in them.
        let database = self.ready().await?;
        let mut session = database.client().start_session().await?;
        let not_before = outbox::not_before_of_roles(database, &mut session).await?;
        let mut found = collection(database).find(doc! {}).session(&mut session).await?;
        let found: Vec<RoleDocument> = found.stream(&mut session).try_collect().await?;
        Ok(StoredRoles { scopes: found.into_iter().map(RoleDocument::read).collect(), not_before })
    }

    async fn set_role(
        &self,
        write: &RoleWrite,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<RoleOutcome, StoreError> {
        let turn = self.giving.lock().await;
        let context = (self.ready().await?, write, clock, entry);
        let outcome = self.transact(context, |session, (database, write, clock, entry)| {
            Box::pin(set(database, session, write, clock, entry))
        });
        let outcome = outcome.await?;
        drop(turn);
        self.publish_revocations(clock).await?;
        Ok(outcome)
    }

    async fn remove_role(&self, name: &str, entry: &Entry) -> Result<RoleOutcome, StoreError> {
        let _turn = self.giving.lock().await;
        self.transact((self.ready().await?, name, entry), |session, (database, name, entry)| {
            Box::pin(remove(database, session, name, entry))
        })
        .await
    }

    async fn role_sets_with(&self, role: &str, limit: u32) -> Result<Vec<Vec<String>>, StoreError> {
        let sets = [
            doc! { "$match": { "roles": role } },
            doc! { "$group": { "_id": "$roles" } },
            doc! { "$limit": i64::from(limit) },
        ];
        let sets = users(self.ready().await?).aggregate(sets).with_type::<RoleSet>().await?;
        let sets: Vec<RoleSet> = sets.try_collect().await?;
        Ok(sets.into_iter().map(|set| set.roles).collect())
    }
}

async fn set(
    database: &Database,
    session: &mut ClientSession,
    write: &RoleWrite,
    clock: &RevocationClock,
    entry: &Entry,
) -> MongoResult<RoleOutcome> {
    if write.unheld {
        let holders = holders(database, session, &write.name).await?;
        if holders > 0 {
            return Ok(RoleOutcome::Held(holders));
        }
    }
    let roles = collection(database);
    if stored(database, session, &write.name).await? != write.before {
        return Ok(RoleOutcome::Changed);
    }
    let scopes = write.next.to_string();
    if write.before.is_some() {
        let next = doc! { "$set": { "scopes": scopes } };
        roles.update_one(doc! { "_id": &write.name }, next).session(&mut *session).await?;
    } else {
        let role = RoleDocument { name: write.name.clone(), scopes: scopes.into() };
        roles.insert_one(role).session(&mut *session).await?;
    }
    if write.narrower {
        outbox::append(database, session, RevocationKind::Role, &write.name, clock).await?;
    }
    audit::insert(database, session, entry).await?;
    Ok(RoleOutcome::Done)
}

async fn remove(
    database: &Database,
    session: &mut ClientSession,
    name: &str,
    entry: &Entry,
) -> MongoResult<RoleOutcome> {
    let holders = holders(database, session, name).await?;
    if holders > 0 {
        return Ok(RoleOutcome::Held(holders));
    }
    let removed = collection(database).delete_one(doc! { "_id": name }).session(&mut *session).await?;
    if removed.deleted_count == 0 {
        return Ok(RoleOutcome::Changed);
    }
    audit::insert(database, session, entry).await?;
    Ok(RoleOutcome::Done)
}

/// Whether every role of `given` is still stored with these scopes. Each is written, so that a concurrent transaction
/// that removes or changes one is retried.
pub(super) async fn are_as_read(
    database: &Database,
    session: &mut ClientSession,
    given: &[(String, StoredScopes)],
) -> MongoResult<bool> {
    for (name, scopes) in given {
        if stored(database, session, name).await?.as_ref() != Some(scopes) {
            return Ok(false);
        }
        let count = doc! { "$inc": { "given": 1_i64 } };
        collection(database).update_one(doc! { "_id": name }, count).session(&mut *session).await?;
    }
    Ok(true)
}

/// What is stored under the name, as the transaction sees it. What it then writes to the role conflicts with any other
/// write since.
async fn stored(
    database: &Database,
    session: &mut ClientSession,
    name: &str,
) -> MongoResult<Option<StoredScopes>> {
    let role = collection(database).find_one(doc! { "_id": name }).session(session).await?;
    Ok(role.map(|role| role.read().1))
}

/// How many users have the role, as the transaction sees them.
async fn holders(database: &Database, session: &mut ClientSession, role: &str) -> MongoResult<u64> {
    users(database).count_documents(doc! { "roles": role }).session(session).await
}
