//! How the services describe what can be found: the fields of a collection, and what a search returns.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The fields of a collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldList {
    /// The fields that the schema declares, in its order, and behind the declared ones of an open object those that sampled
    /// documents have, by name.
    pub fields: Vec<FieldSummary>,
    /// How many documents were looked at for fields that the schema does not declare; 0 where it declares all.
    pub sampled: u64,
    /// Whether there may be further fields: not every document was looked at, or there are more fields than are listed.
    pub truncated: bool,
}

/// One field of a collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldSummary {
    /// Its dotted path, as queries name it.
    pub path: String,
    /// The JSON types that the schema allows; where it allows any, those that were found.
    pub types: Vec<String>,
    /// The format that the schema declares. With `ieee754`, `NaN` and the infinities are written as strings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The unit beside it, if all sampled documents that name one agree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// How many of the sampled documents have it; absent where none was looked at for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Whether the schema names it.
    pub declared: bool,
    /// Whether an index begins with it.
    pub indexed: bool,
}

/// What a search of documents found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DocumentSearch {
    /// The document of this id, then those whose ids begin so, then those that have the words, newest first.
    pub items: Vec<DocumentHit>,
    /// Whether everything was looked through, and everything that was found is here.
    pub complete: bool,
    /// The collections of which only the latest documents were looked through for the words.
    pub limited: Vec<LimitedSearch>,
}

/// A collection that has more documents than a search looks through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LimitedSearch {
    /// Its name.
    pub collection: String,
    /// How many documents were looked through: the latest ones.
    pub documents: usize,
}

/// A document that a search found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DocumentHit {
    /// Its collection.
    pub collection: String,
    /// Its id.
    #[serde(rename = "_id")]
    pub id: String,
    /// Its `name`, `title` or `label`, else the first of its texts, else its id.
    pub title: String,
    /// The field that was found.
    pub field: String,
    /// Its text, or the part of a long one that was found.
    pub text: String,
    /// When the document was last changed.
    #[serde(rename = "_updated_at")]
    pub updated_at: String,
}

/// What a search of users, sessions, clients and the audit log found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountSearch {
    /// Users, sessions, clients and API keys, then entries of the audit log, newest first.
    pub items: Vec<AccountHit>,
}

/// What a hit of [`AccountSearch`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// A user.
    User,
    /// A session of a user.
    Session,
    /// A client that acts for itself.
    Client,
    /// A client that acts for its user.
    ApiKey,
    /// An entry of the audit log.
    Audit,
}

/// One hit of an [`AccountSearch`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountHit {
    /// What it is.
    pub kind: AccountKind,
    /// Its id.
    pub id: String,
    /// The e-mail address of a user, the name of a client, the action of an entry.
    pub title: String,
    /// What else identifies it.
    pub detail: String,
    /// The id of the user whose it is, or who acted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}
