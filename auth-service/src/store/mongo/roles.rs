//! Roles.

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use mongodb::{Collection, Database, bson::doc};
use serde::{Deserialize, Serialize};
use shared_models::scope::ScopeSet;

use super::{MongoStore, audit};
use crate::{
    domain::audit::Entry,
    store::{Roles, StoreError},
};

/// A role in the collection `roles`.
#[derive(Serialize, Deserialize)]
struct RoleDocument {
    #[serde(rename = "_id")]
    name: String,
    scopes: ScopeSet,
}

fn collection(database: &Database) -> Collection<RoleDocument> {
    database.collection("roles")
}

#[async_trait]
impl Roles for MongoStore {
    async fn roles(&self) -> Result<Vec<(String, ScopeSet)>, StoreError> {
        let roles = collection(self.ready().await?);
        let found: Vec<RoleDocument> = roles.find(doc! {}).await?.try_collect().await?;
        Ok(found.into_iter().map(|role| (role.name, role.scopes)).collect())
    }

    async fn set_role(&self, name: &str, scopes: &ScopeSet, entry: &Entry) -> Result<(), StoreError> {
        let role = RoleDocument { name: name.to_owned(), scopes: scopes.clone() };
        self.transact((self.ready().await?, role, entry), |session, (database, role, entry)| {
            Box::pin(async move {
                let named = doc! { "_id": &role.name };
                let roles = collection(database);
                let replacing = roles.replace_one(named, &*role).upsert(true);
                replacing.session(&mut *session).await?;
                audit::insert(database, session, entry).await
            })
        })
        .await
    }

    async fn remove_role(&self, name: &str, entry: &Entry) -> Result<bool, StoreError> {
        self.transact((self.ready().await?, name, entry), |session, (database, name, entry)| {
            Box::pin(async move {
                let named = doc! { "_id": *name };
                let removed = collection(database).delete_one(named).session(&mut *session).await?;
                if removed.deleted_count == 0 {
                    return Ok(false);
                }
                audit::insert(database, session, entry).await?;
                Ok(true)
            })
        })
        .await
    }

    async fn count_users_with(&self, role: &str) -> Result<u64, StoreError> {
        let users: Collection<mongodb::bson::Document> = self.ready().await?.collection("users");
        Ok(users.count_documents(doc! { "roles": role }).await?)
    }
}
