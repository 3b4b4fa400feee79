//! Roles.

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use mongodb::{Collection, bson::doc};
use serde::{Deserialize, Serialize};
use shared_models::scope::ScopeSet;

use super::MongoStore;
use crate::store::{Roles, StoreError};

/// A role in the collection `roles`.
#[derive(Serialize, Deserialize)]
struct RoleDocument {
    #[serde(rename = "_id")]
    name: String,
    scopes: ScopeSet,
}

#[async_trait]
impl Roles for MongoStore {
    async fn roles(&self) -> Result<Vec<(String, ScopeSet)>, StoreError> {
        let roles: Collection<RoleDocument> = self.ready().await?.collection("roles");
        let found: Vec<RoleDocument> = roles.find(doc! {}).await?.try_collect().await?;
        Ok(found.into_iter().map(|role| (role.name, role.scopes)).collect())
    }

    async fn set_role(&self, name: &str, scopes: &ScopeSet) -> Result<(), StoreError> {
        let roles: Collection<RoleDocument> = self.ready().await?.collection("roles");
        let role = RoleDocument { name: name.to_owned(), scopes: scopes.clone() };
        roles.replace_one(doc! { "_id": name }, role).upsert(true).await?;
        Ok(())
    }

    async fn remove_role(&self, name: &str) -> Result<bool, StoreError> {
        let roles: Collection<RoleDocument> = self.ready().await?.collection("roles");
        Ok(roles.delete_one(doc! { "_id": name }).await?.deleted_count == 1)
    }

    async fn count_users_with(&self, role: &str) -> Result<u64, StoreError> {
        let users: Collection<mongodb::bson::Document> = self.ready().await?.collection("users");
        Ok(users.count_documents(doc! { "roles": role }).await?)
    }
}
