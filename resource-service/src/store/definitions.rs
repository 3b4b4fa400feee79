//! The port for what changes while the service runs: definitions of collections, and the indexes they declare.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use serde_json::Value;

use super::StoreError;
use crate::domain::{
    change::Position,
    collection::{Collection, Index},
};

/// The most ids that a [`Duplicate`] names.
pub const MAX_IDS: usize = 10;

/// A definition as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDefinition {
    /// The collection's name.
    pub name: String,
    /// How often it was written or taken away. It continues from there when the name is used again.
    pub revision: i64,
    /// The JSON text; nothing where it was taken away.
    pub text: Option<String>,
    /// Where the log of changes was when a collection of this name was last removed, or made after that: what lies up to
    /// there is of one that is gone.
    pub begins: Option<Position>,
}

/// The difference between the indexes that the store has and those that a definition declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexPlan {
    /// Whether the store holds anything under the collection's name.
    pub stored: bool,
    /// Declared, not there as they are declared, and of a kind that this store makes.
    pub build: Vec<String>,
    /// There, and not declared so.
    pub drop: Vec<String>,
}

/// Documents that agree in all fields of an index that is to be unique.
#[derive(Clone, Debug, PartialEq)]
pub struct Duplicate {
    /// The fields and their common values.
    pub values: Vec<(String, Value)>,
    /// The least of their ids, at most [`MAX_IDS`].
    pub ids: Vec<String>,
    /// How many they are.
    pub documents: u64,
}

/// The definitions that a store holds.
#[async_trait]
pub trait DefinitionStore: Send + Sync {
    /// The revision of every definition, those taken away included: cheap, to be asked again and again.
    async fn definition_revisions(&self) -> Result<BTreeMap<String, i64>, StoreError>;

    /// Every definition, those taken away included.
    async fn definitions(&self) -> Result<Vec<StoredDefinition>, StoreError>;

    /// Writes a definition over its revision `expected`, 0 where there is none, or takes it away;
    /// `false` where that is not the current one. Its revision is then one more.
    async fn define(&self, name: &str, text: Option<String>, expected: i64) -> Result<bool, StoreError>;

    /// The same where a collection is removed, or is made under the name of one that was. No position that the log gave
    /// before lies behind [`StoredDefinition::begins`] then, and each that it gives afterwards does.
    async fn define_anew(&self, name: &str, text: Option<String>, expected: i64) -> Result<bool, StoreError>;

    /// Compares the indexes that are there with the declared ones. Changes nothing.
    async fn index_plan(&self, collection: &Arc<Collection>) -> Result<IndexPlan, StoreError>;

    /// Drops the indexes that the definition no longer declares.
    async fn drop_undeclared(&self, collection: &Arc<Collection>) -> Result<(), StoreError>;

    /// Groups of documents that stand in the way of a unique index, the first `limit` in the order of their values.
    /// Holds up no writer.
    async fn duplicates(
        &self,
        collection: &Arc<Collection>,
        index: &Index,
        limit: usize,
    ) -> Result<Vec<Duplicate>, StoreError>;

    /// Forgets that the documents of a collection were gone through for a definition, so that the next [`Store::prepare`]
    /// does it again. What is noted of them holds while that definition is served, and another may have been since.
    ///
    /// [`Store::prepare`]: super::Store::prepare
    async fn forget_prepared(&self, name: &str) -> Result<(), StoreError>;

    /// Removes every document of a collection that is no longer served, what is kept of its past and its changes, and the
    /// answers to requests that stored them, in steps that hold up no writer for long, and then what held them. The
    /// documents go last. `removal` is the revision that removed the collection: `false` once the definition has another.
    /// A step that is late, however late, removes nothing that was stored under another definition. Can be repeated.
    async fn clear(&self, collection: &Arc<Collection>, removal: i64) -> Result<bool, StoreError>;
}

/// Reads [`StoredDefinition::begins`] as a store keeps it.
pub fn begins(name: &str, text: Option<&str>) -> Result<Option<Position>, StoreError> {
    let corrupt = |fault| StoreError::Corrupt(format!("where the changes of {name} begin: {fault}"));
    text.map(|text| text.parse().map_err(corrupt)).transpose()
}

/// The fields in the name of a unique index, as [`Index::name`] writes it: enough for the text of an error.
pub fn fields_of(index: &str) -> Vec<String> {
    let parts = index.trim_start_matches("unique").split(['+', '-']).filter(|part| !part.is_empty());
    parts.map(|part| part.rsplit_once(':').map_or(part, |(field, _)| field).to_owned()).collect()
}

/// Whether an index of this name was made from a definition.
pub fn is_declared_by_a_definition(index: &str) -> bool {
    ["index+", "index-", "unique+", "unique-"].iter().any(|kind| index.starts_with(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_index_tells_its_fields() {
        assert_eq!(fields_of("unique+code.name-part:number"), ["code.name", "part"]);
    }
}
