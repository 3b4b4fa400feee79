//! Request and response bodies of resource-service, and the definition of a collection.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// The cursor of the next page, `null` on the last one.
    pub next: Option<String>,
    /// The number of matching items, if `count` asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

/// How a store found the documents of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Explanation {
    /// The index used, several separated by commas; `null` if all documents were examined.
    #[schema(required = true)]
    pub index: Option<String>,
    /// How many documents were examined.
    #[schema(required = true)]
    pub documents_examined: Option<u64>,
    /// How many index entries were examined, if the store reports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys_examined: Option<u64>,
    /// How many documents the page has.
    pub returned: u64,
    /// The steps as the store names them, the outermost first.
    pub plan: Vec<String>,
}

impl Explanation {
    /// The names of the indexes used, each once.
    pub fn names(used: impl IntoIterator<Item = String>) -> Option<String> {
        let used: BTreeSet<String> = used.into_iter().collect();
        (!used.is_empty()).then(|| used.into_iter().collect::<Vec<_>>().join(", "))
    }

    /// How two parts of a list were found, one after the other.
    pub fn and(mut self, other: Self) -> Self {
        let sum = |one: Option<u64>, other: Option<u64>| Some(one? + other?);
        self.index = Self::names(self.index.into_iter().chain(other.index));
        self.documents_examined = sum(self.documents_examined, other.documents_examined);
        self.keys_examined = sum(self.keys_examined, other.keys_examined);
        self.returned += other.returned;
        self.plan.extend(other.plan);
        self
    }
}

/// What a collection is: which documents it accepts, how they are found, who may see them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in a file that people write")]
pub struct CollectionDefinition {
    /// A lower-case letter, then letters, digits, `_` or `-`; at most 63 in all.
    pub name: String,
    /// JSON Schema 2020-12 of a document, without the members that the service sets.
    pub schema: Value,
    /// Indexes made before the collection is served.
    #[serde(default)]
    pub indexes: Vec<IndexDefinition>,
    /// Named projections: the fields each one returns.
    #[serde(default)]
    pub views: BTreeMap<String, Vec<String>>,
    /// Who may do what.
    #[serde(default)]
    pub access: AccessDefinition,
    /// Whether a list must say what it shows, by `view` or `fields`.
    #[serde(default)]
    pub list_requires_view: bool,
    /// Whether each revision is kept, with who wrote it and when.
    #[serde(default)]
    pub versioned: bool,
    /// Whether a removed document is kept, so that it can be restored.
    #[serde(default)]
    pub soft_delete: bool,
    /// How much of the past is kept; all of it where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<KeepDefinition>,
    /// Whether a write to an existing document must name the revision it changes.
    #[serde(default)]
    pub require_if_match: bool,
    /// Seconds a document may be served from a cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u64>,
    /// Which files may be attached to a document; none where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifacts: Option<ArtifactsDefinition>,
}

/// How much of the past a collection keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeepDefinition {
    /// The revisions of a document that are kept, the current one included; at least 1. Takes `versioned`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub versions: Option<u32>,
    /// The days for which a revision is kept after another took its place, and for which a removed document can be
    /// restored before it is gone for good; at least 1. Takes `versioned` or `soft_delete`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub days: Option<u32>,
}

/// Which files may be attached to a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArtifactsDefinition {
    /// The most bytes of one file.
    pub max_bytes: u64,
    /// The most bytes of all files of a document together; not limited where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_total_bytes: Option<u64>,
    /// The accepted media types, complete (`text/csv`) or by type (`image/*`); all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<String>>,
}

/// An index over one or more fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IndexDefinition {
    /// Dotted field paths in order, each `1` (ascending) or `-1` (descending). `labels.*`, as the only key, is over all members
    /// of the object `labels`; filters by any of them use it on MongoDB.
    #[schema(value_type = BTreeMap<String, i8>)]
    pub keys: IndexKeys,
    /// Whether no two documents may agree in all the fields.
    #[serde(default)]
    pub unique: bool,
    /// Seconds after the (single, date-time) field at which a document is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_after: Option<u64>,
}

/// The keys of an index, in the order they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexKeys(pub Vec<(String, Direction)>);

/// The direction of a key in an index or in a sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// The scopes of a collection; if absent, `NAME:read`, `NAME:write`, `NAME:admin`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessDefinition {
    /// Scope that reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<String>,
    /// Scope that writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write: Option<String>,
    /// Scope that sees and changes the documents of others in an owner-only collection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin: Option<String>,
    /// Whether a document is seen and changed by its owner alone.
    #[serde(default)]
    pub owner_only: bool,
    /// A boolean field, in an owner-only collection: a document in which it is `true` is open for reading to everybody with
    /// the scope that reads. Its owner alone changes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<String>,
    /// Fields that are shown only to those who hold a scope: dotted path to scope. A caller without it can neither
    /// read nor write the field, nor filter, sort or group by it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hidden: BTreeMap<String, String>,
}

/// How much of the store a collection takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CollectionUsage {
    /// The collection's name.
    pub collection: String,
    /// How many documents it has, removed ones left aside.
    pub documents: u64,
    /// The bytes of these documents as the store holds them, without indexes and before compression.
    pub bytes: u64,
    /// Earlier revisions and removed documents that are kept.
    pub versions: Amount,
    /// Files that are attached to documents, those of removed documents that are kept included.
    pub artifacts: Amount,
}

/// How many there are of something, and how large they are together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Amount {
    /// How many.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Why somebody can, or cannot, see and change a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccessReport {
    /// Id of the document.
    #[serde(rename = "_id")]
    pub id: String,
    /// Whether there is such a document now.
    pub exists: bool,
    /// `sub` of the user who created it.
    #[serde(rename = "_owner", skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// `sub` of the user in question.
    pub subject: String,
    /// Whether they can read it.
    pub read: Verdict,
    /// Whether they can change it.
    pub write: Verdict,
    /// The fields that are hidden from them.
    pub hidden: Vec<HiddenField>,
}

/// Whether something is allowed, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    /// Whether it is.
    pub allowed: bool,
    /// Each reason against it, or, if it is allowed, what allows it.
    pub reasons: Vec<String>,
}

/// A field that is hidden from the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HiddenField {
    /// Its dotted path.
    pub field: String,
    /// The scope that shows it.
    pub scope: String,
}

impl Serialize for IndexKeys {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(field, direction)| {
            (
                field,
                match direction {
                    Direction::Ascending => 1,
                    Direction::Descending => -1,
                },
            )
        }))
    }
}

impl<'de> Deserialize<'de> for IndexKeys {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        let map = serde_json::Map::<String, Value>::deserialize(deserializer)?;
        if map.is_empty() {
            return Err(D::Error::custom("an index needs at least one key"));
        }
        map.into_iter()
            .map(|(field, direction)| match direction.as_i64() {
                Some(1) => Ok((field, Direction::Ascending)),
                Some(-1) => Ok((field, Direction::Descending)),
                _ => {
                    Err(D::Error::custom(format!("direction of {field:?} must be 1 or -1, not {direction}")))
                }
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_keys_keep_their_order() {
        let text = r#"{"keys":{"b":-1,"a":1},"unique":true}"#;
        let index: IndexDefinition = serde_json::from_str(text).unwrap();
        assert_eq!(index.keys.0[0], ("b".into(), Direction::Descending));
        assert_eq!(serde_json::to_string(&index).unwrap(), text);
    }

    #[test]
    fn a_direction_other_than_one_or_minus_one_is_refused_by_name() {
        let err = serde_json::from_str::<IndexDefinition>(r#"{"keys":{"a":2}}"#).unwrap_err();
        assert!(err.to_string().contains("direction of \"a\""), "{err}");
    }
}
