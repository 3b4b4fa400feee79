//! Why a use case did not do what it was asked, without a word of HTTP.

use shared_models::problem::FieldError;

use crate::{domain::document::Malformed, store::StoreError};

/// Why a use case did not do what it was asked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ResourceError {
    /// No collection has this name.
    #[error("there is no collection {0:?}")]
    UnknownCollection(String),
    /// No document has this id, or none that the caller may see.
    #[error("there is no document {id:?} in {collection}")]
    NotFound {
        /// The collection.
        collection: String,
        /// The id.
        id: String,
    },
    /// The caller's token lacks this scope.
    #[error("this needs the scope {0}")]
    MissingScope(String),
    /// Values of the body or of the parameters break rules.
    #[error("{} values are not valid", .0.len())]
    Invalid(Vec<FieldError>),
    /// Another document has the same values in the fields of a unique index.
    #[error("another document has the same {}", .0.join(", "))]
    Conflict(Vec<String>),
    /// The document is not at a revision that the request allows.
    #[error("the document is at revision {current} now; read it again and decide anew")]
    RevisionMismatch {
        /// The revision it is at.
        current: i64,
    },
    /// The collection demands that a write names the revision it changes.
    #[error("this collection takes a write only with If-Match and the revision it changes")]
    PreconditionRequired,
    /// The store cannot be reached now, or too many others write the same document.
    #[error("the store cannot be reached now")]
    Unavailable,
    /// A fault of ours.
    #[error("{0}")]
    Internal(String),
}

impl From<StoreError> for ResourceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { fields } => Self::Conflict(fields),
            StoreError::Unavailable(_) => Self::Unavailable,
            StoreError::Corrupt(_) | StoreError::Failed(_) => Self::Internal(error.to_string()),
        }
    }
}

/// A stored document is no JSON.
impl From<serde_json::Error> for ResourceError {
    fn from(fault: serde_json::Error) -> Self {
        Self::Internal(format!("a stored document is no JSON: {fault}"))
    }
}

impl From<Malformed> for ResourceError {
    fn from(fault: Malformed) -> Self {
        Self::Internal(fault.to_string())
    }
}
