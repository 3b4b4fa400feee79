//! The effects of a change of a collection's definition: the answer to `dry_run`, and the reason of a refusal.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::problem::FieldError;

/// The effects of a change of a definition.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DefinitionReport {
    /// Whether it can be made without `force`.
    pub compatible: bool,
    /// The differences from the definition that is served, at most 100; a single one if there is no definition.
    pub changes: Vec<DefinitionChange>,
    /// How many stored documents were read and checked.
    pub examined: u64,
    /// How many of them break the schema.
    pub violations_total: u64,
    /// The first 100 of these by `_id`.
    pub violations: Vec<Violation>,
    /// The changes of the indexes.
    pub indexes: IndexReport,
}

/// One difference between two definitions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DefinitionChange {
    /// RFC 6901 pointer into the definition.
    pub pointer: String,
    /// The old value, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The new value, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// Why it needs `force` whatever is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaks: Option<String>,
}

/// A stored document that breaks the schema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Violation {
    /// The document.
    #[serde(rename = "_id")]
    pub id: String,
    /// Where and how, at most 20. No value is quoted that the caller may not read.
    pub errors: Vec<FieldError>,
}

/// The changes of the indexes, by their names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IndexReport {
    /// Made before the definition is served.
    pub build: Vec<String>,
    /// Dropped after that.
    pub drop: Vec<String>,
    /// The documents that prevent unique ones, at most 100 groups for each. `force` does not help here.
    pub conflicts: Vec<IndexConflict>,
}

/// Stored documents that agree in all fields of an index that is to be unique.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IndexConflict {
    /// The index.
    pub index: String,
    /// Its fields and their common values; left out for a caller who may not read them.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    pub values: Map<String, Value>,
    /// The documents, at most 10 of them.
    pub ids: Vec<String>,
    /// How many documents agree.
    pub documents: u64,
}
