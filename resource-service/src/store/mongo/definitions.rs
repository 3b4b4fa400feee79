//! Definitions in MongoDB: a collection of texts, and what the server says of indexes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_trait::async_trait;
use mongodb::{
    bson::{Bson, Document as Doc, doc},
    error::Error,
};
use service_kit::store::{Unavailable, mongo::in_time};

use super::{
    MongoStore, changes, clear,
    codes::{INDEX_NOT_FOUND, NAMESPACE_NOT_FOUND, code},
    duplicate_key, duplicates, failed, instants, json, older, written,
};
use crate::{
    domain::{collection::Collection, index::Index},
    store::{
        StoreError,
        definitions::{
            self, DefinitionStore, Duplicate, IndexPlan, StoredDefinition, fields_of,
            is_declared_by_a_definition,
        },
    },
};

/// The collection of the definitions. No collection of documents has a name that begins so.
const DEFINITIONS: &str = "_collections";
/// The server's code for a document with arrays in two fields of one index.
const PARALLEL_ARRAYS: i32 = 171;

/// The name of the index that the text of a duplicate key error speaks of.
pub fn violated(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once(" index: ")?;
    rest.split_once(" dup key").map(|(name, _)| name)
}

/// That indexes cannot be made, where documents are in the way.
pub fn unindexable(error: &Error, collection: &Collection) -> StoreError {
    let why = match duplicate_key(error) {
        Some(message) => {
            let fields = violated(message).map(fields_of).unwrap_or_default();
            format!("agree in {}, which must be unique", fields.join(", "))
        }
        None if code(error) == Some(PARALLEL_ARRAYS) => "hold arrays in two fields of one index".into(),
        None => {
            return match failed(error) {
                StoreError::Failed(fault) => {
                    StoreError::Failed(format!("indexes of {}: {fault}", collection.name()))
                }
                other => other,
            };
        }
    };
    StoreError::Unindexable { collection: collection.name().to_owned(), why }
}

fn declared(collection: &Collection) -> BTreeSet<&str> {
    let expiry = collection.expires().then_some(json::EXPIRES_AT);
    collection.indexes.iter().map(|index| index.name.as_str()).chain(expiry).collect()
}

fn stored(record: &Doc) -> Result<StoredDefinition, StoreError> {
    let corrupt = |error: &dyn std::fmt::Display| StoreError::Corrupt(format!("{DEFINITIONS}: {error}"));
    let name = record.get_str("_id").map_err(|error| corrupt(&error))?.to_owned();
    Ok(StoredDefinition {
        begins: definitions::begins(&name, record.get_str("begins").ok())?,
        name,
        revision: record.get_i64("_revision").map_err(|error| corrupt(&error))?,
        text: record.get_str("definition").ok().map(str::to_owned),
    })
}

impl MongoStore {
    async fn records(&self, shown: Doc) -> Result<Vec<StoredDefinition>, StoreError> {
        let handle = self.database.collection::<Doc>(DEFINITIONS);
        let found = in_time(handle.find(doc! {}).projection(shown).sort(doc! { "_id": 1 })).await;
        let mut cursor = found.map_err(|error| failed(&error))?;
        let mut records = Vec::new();
        while in_time(cursor.advance()).await.map_err(|error| failed(&error))? {
            records.push(stored(&cursor.deserialize_current().map_err(|error| failed(&error))?)?);
        }
        Ok(records)
    }

    /// Writes these members of a definition over its revision `expected`; whether that was the current one.
    async fn write(&self, name: &str, mut members: Doc, expected: i64) -> Result<bool, StoreError> {
        let handle = self.database.collection::<Doc>(DEFINITIONS);
        members.insert("_revision", expected + 1);
        if expected == 0 {
            members.insert("_id", name);
            return match in_time(handle.insert_one(members)).await {
                Ok(_) => Ok(true),
                Err(error) if duplicate_key(&error).is_some() => Ok(false),
                Err(error) => Err(written(&error)),
            };
        }
        let current = doc! { "_id": name, "_revision": expected };
        let done = in_time(handle.update_one(current, doc! { "$set": members })).await;
        Ok(done.map_err(|error| written(&error))?.matched_count == 1)
    }

    /// The indexes that definitions have made; `None` where there is no such collection.
    async fn made(&self, collection: &Collection) -> Result<Option<BTreeSet<String>>, StoreError> {
        match in_time(self.handle(collection).list_index_names()).await {
            Ok(names) => {
                let ours = |name: &String| name == json::EXPIRES_AT || is_declared_by_a_definition(name);
                Ok(Some(names.into_iter().filter(ours).collect()))
            }
            Err(error) if code(&error) == Some(NAMESPACE_NOT_FOUND) => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }
}

#[async_trait]
impl DefinitionStore for MongoStore {
    async fn definition_revisions(&self) -> Result<BTreeMap<String, i64>, StoreError> {
        let records = self.records(doc! { "_revision": 1 }).await?;
        Ok(records.into_iter().map(|record| (record.name, record.revision)).collect())
    }

    async fn definitions(&self) -> Result<Vec<StoredDefinition>, StoreError> {
        self.records(doc! {}).await
    }

    async fn define(&self, name: &str, text: Option<String>, expected: i64) -> Result<bool, StoreError> {
        self.write(name, doc! { "definition": text.map_or(Bson::Null, Bson::String) }, expected).await
    }

    async fn define_anew(&self, name: &str, text: Option<String>, expected: i64) -> Result<bool, StoreError> {
        // The write is a step behind it.
        let begins = changes::position_now(&self.database).await?;
        let definition = text.map_or(Bson::Null, Bson::String);
        self.write(name, doc! { "definition": definition, "begins": begins.to_string() }, expected).await
    }

    async fn index_plan(&self, collection: &Arc<Collection>) -> Result<IndexPlan, StoreError> {
        let made = self.made(collection).await?;
        let (stored, made) = (made.is_some(), made.unwrap_or_default());
        let declared = declared(collection);
        let build = declared.iter().filter(|name| !made.contains(**name)).map(|name| (*name).to_owned());
        let drop = made.iter().filter(|name| !declared.contains(name.as_str())).cloned();
        Ok(IndexPlan { stored, build: build.collect(), drop: drop.collect() })
    }

    async fn drop_undeclared(&self, collection: &Arc<Collection>) -> Result<(), StoreError> {
        for name in self.index_plan(collection).await?.drop {
            let gone = |error: &Error| {
                code(error).is_some_and(|code| [NAMESPACE_NOT_FOUND, INDEX_NOT_FOUND].contains(&code))
            };
            let dropped = in_time(self.handle(collection).drop_index(name)).await;
            if let Err(error) = dropped
                && !gone(&error)
            {
                return Err(failed(&error));
            }
        }
        Ok(())
    }

    async fn duplicates(
        &self,
        collection: &Arc<Collection>,
        index: &Index,
        limit: usize,
    ) -> Result<Vec<Duplicate>, StoreError> {
        let looking = duplicates::find(self, collection, index, limit);
        self.server.while_it_answers(looking).await.ok_or(Unavailable)?
    }

    async fn forget_prepared(&self, name: &str) -> Result<(), StoreError> {
        let forgetting = async {
            instants::forget(&self.database, name).await?;
            older::forget(&self.database, name).await
        };
        in_time(forgetting).await.map_err(|error| failed(&error))
    }

    async fn clear(&self, collection: &Arc<Collection>, removal: i64) -> Result<bool, StoreError> {
        let clearing = clear::clear(self, collection.name(), removal);
        self.server.while_it_answers(clearing).await.ok_or(StoreError::Unknown)?
    }
}
