//! Why a use case did not do what it was asked, without a word of HTTP.

use std::time::Duration;

use service_kit::{aside::Lost, budget::Exhausted};
use shared_models::{definitions::DefinitionReport, problem::FieldError};

use super::verdict::refusal_of;
use crate::{
    domain::{
        artifacts::Full, document::Malformed, fault::DefinitionFault, grant::Outside, patch::Unpatchable,
    },
    store::StoreError,
};

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
    /// The collection takes no files.
    #[error("documents of {0} cannot have artifacts; its definition does not allow them")]
    NoArtifacts(String),
    /// The document has no artifact of this name.
    #[error("the document {id:?} in {collection} has no artifact {name:?}")]
    NoArtifact {
        /// The collection.
        collection: String,
        /// The document.
        id: String,
        /// The name.
        name: String,
    },
    /// A folder of artifacts does not take the file.
    #[error(transparent)]
    Full(#[from] Full),
    /// The collection does not take files of this media type.
    #[error("the media type {came} is not accepted here, only {}", .taken.join(", "))]
    MediaType {
        /// What came.
        came: String,
        /// What is taken.
        taken: Vec<String>,
    },
    /// The artifact is not one that the request allows.
    #[error("the artifact is not the one that the request names{}", match (.exists, .sha256) {
        (false, _) => ": there is none".to_owned(),
        (true, None) => String::new(),
        (true, Some(sha256)) => format!(": its entity tag is \"{sha256}\" now"),
    })]
    OtherArtifact {
        /// Whether there is one of this name.
        exists: bool,
        /// Its SHA-256, for a caller who may read it.
        sha256: Option<String>,
    },
    /// An upload continues elsewhere than where its last bytes ended.
    #[error(
        "{received} bytes of this upload were received; continue with Content-Range: bytes {received}-…/…"
    )]
    Offset {
        /// The bytes that are here.
        received: u64,
    },
    /// Somebody else sends the same file at the same time, or took longer than an upload may pause.
    #[error(
        "this upload has ended: another client sends the same file, or it paused for too long; send it again"
    )]
    UploadEnded,
    /// The body of an upload did not arrive.
    #[error("the body ended early: {0}; nothing of it is visible")]
    Interrupted(String),
    /// The caller's token lacks this scope.
    #[error("this needs the scope {0}")]
    MissingScope(String),
    /// The act is for another person to do, or for holders of this scope.
    #[error("{why}; others need the scope {scope}")]
    Reserved {
        /// The scope.
        scope: String,
        /// What only they do.
        why: &'static str,
    },
    /// A verdict is for a person to give, with a login or an API key.
    #[error("a verdict is given by a person: a service or a job may only request one")]
    PersonNeeded,
    /// The caller's token ended while its request was still being served.
    #[error("the token has expired or was revoked; send the rest with a new one")]
    TokenEnded,
    /// Another definition is served by now than the one under which something long-lived began.
    #[error("the definition of the collection has changed; send the request again")]
    Redefined,
    /// The caller's token is limited to something else.
    #[error(transparent)]
    Outside(#[from] Outside),
    /// The revocation feed has been unreachable for too long, so the token may have been revoked.
    #[error("the revocation feed was not read for 30 s; writes are refused until it is, reads are served")]
    StaleFeed,
    /// Values of the body or of the parameters break rules.
    #[error("{}", invalid(.0.len()))]
    Invalid(Vec<FieldError>),
    /// Another document has the same values in the fields of a unique index.
    #[error("another document {}", agreement(.0))]
    Conflict(Vec<String>),
    /// A patch does not apply to the document as it is.
    #[error(transparent)]
    Unpatchable(#[from] Unpatchable),
    /// What was sent in the place of a document is no JSON.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// A member of a JSON object is given more than once, so that one of its values would be lost.
    #[error("{}; give it once", .0.message)]
    DuplicateMember(FieldError),
    /// A document is too large.
    #[error("a document may have at most {limit} bytes")]
    TooLarge {
        /// Bytes.
        limit: usize,
    },
    /// Too many documents are to be written in one step.
    #[error(
        "at most {limit} documents are written in one step; send more as application/x-ndjson without atomic=true"
    )]
    TooMany {
        /// Documents.
        limit: usize,
    },
    /// Of many documents these cannot be stored, so that none was: index and reason of each.
    #[error("nothing was stored; documents rejected: {}", .0.len())]
    Refused(Vec<(usize, ResourceError)>),
    /// The collection keeps no earlier revisions, or no removed documents.
    #[error("the collection {collection:?} keeps no {what}")]
    NotKept {
        /// The collection.
        collection: String,
        /// What it does not keep.
        what: &'static str,
    },
    /// The document has no such revision, or none that was kept.
    #[error("there is no revision {revision} of {id:?}")]
    NoRevision {
        /// The document.
        id: String,
        /// What was asked for.
        revision: String,
    },
    /// A document that is there cannot be brought back.
    #[error("the document {0:?} is not removed; restore one of its revisions instead")]
    NotRemoved(String),
    /// The collection of series keeps no points.
    #[error("the collection \"series\" lacks the indexes over chunk, first and last that points need")]
    NoSeries,
    /// The collection of reviews has no members for requests.
    #[error("the definition of the collection \"reviews\" lacks the members that requests and verdicts need")]
    NoReviews,
    /// Points of series contradict what is stored; whatever else was sent is stored.
    #[error("{}", contradicting(faults, *units))]
    Steps {
        /// The steps that have another value already, and the units of series that have another unit.
        faults: Vec<FieldError>,
        /// How many of them are units: nothing of these series is stored.
        units: usize,
    },
    /// The document is not at a revision that the request allows.
    #[error("the document is at revision {current} now; read it again and retry")]
    RevisionMismatch {
        /// The revision it is at.
        current: i64,
    },
    /// The definition is not at a revision that the request allows.
    #[error("{}", match current {
        Some(revision) => format!("the definition is at revision {revision} now; read it again and retry"),
        None => "there is no such collection now; leave out If-Match to create it".to_owned(),
    })]
    DefinitionMismatch {
        /// The revision it is at: 0 where a file defines it. Nothing where there is no definition.
        current: Option<i64>,
    },
    /// What is stored does not fit a definition.
    #[error("{}", refusal_of(.0))]
    Incompatible(Box<DefinitionReport>),
    /// Stored documents do not let an index be made.
    #[error("{0}; change these documents first")]
    Unindexable(String),
    /// A collection that is defined by a file alone cannot be taken away here.
    #[error(
        "the collection {0:?} ships with the service or is defined by a file; only a stored definition can be deleted"
    )]
    FromFile(String),
    /// A collection with documents, or with removed ones that can be restored, is not taken away just so.
    #[error("the collection {0:?} holds documents, or keeps removed ones; force=true removes them with it")]
    HoldsDocuments(String),
    /// The definition in the store is of another version of the service.
    #[error("the definition of {0} cannot be used by this replica; another version of the service wrote it")]
    UnusableDefinition(String),
    /// The stored documents of a collection do not let its indexes be made.
    #[error(
        "the collection {name} is not served: {why}; PUT /api/collections/{name}?dry_run=true with its definition returns the _ids of these documents, and a definition without that index is served"
    )]
    NotServed {
        /// The collection.
        name: String,
        /// What its documents do.
        why: String,
    },
    /// The collection demands that a write names the revision it changes.
    #[error("this collection requires If-Match with the revision that the write changes")]
    PreconditionRequired,
    /// The last event's id is not a position from which the changes can still be read.
    #[error("the changes since this event id are no longer kept; list again and follow from now on")]
    PositionLost,
    /// The last event's id is from before a collection of the stream was removed, and made again under its name.
    #[error("the collection {0:?} was removed after this event id; list again and follow from now on")]
    RemovedSince(String),
    /// What an earlier request of this key was answered showed a document that was removed for good.
    #[error(
        "this request was made before, and a document that it stored was removed for good; send it with another key to store it again"
    )]
    AnswerPurged,
    /// The ticket was used, has expired, or is for another collection.
    #[error("the ticket is used, expired or for another collection; get a new one")]
    InvalidTicket,
    /// The query took longer than the time limit, where that is known, and was stopped.
    #[error(
        "the query took longer than {} and was stopped; narrow the filter, sort by fields of an index (explain=true shows which one is used), or ask an administrator for an index or a longer query.timeout",
        .0.map_or_else(|| "its time limit".to_owned(), |limit| format!("{} s", limit.as_secs()))
    )]
    QueryTimeout(Option<Duration>),
    /// There is no memory, or no turn, for the request.
    #[error(transparent)]
    Exhausted(#[from] Exhausted),
    /// Others wrote the same again and again before this could be written.
    #[error("this was changed by other requests at the same time; retry in a moment")]
    ChangedMeanwhile,
    /// The store cannot be reached now.
    #[error("the store cannot be reached now")]
    Unavailable,
    /// A write was sent to the store and its outcome is not known.
    #[error("the store did not say whether this took effect; read it before you send it again")]
    Unknown,
    /// A fault of ours.
    #[error("{0}")]
    Internal(String),
}

/// That two documents agree in fields of a unique index, which in an owner-only collection is one of each owner.
fn agreement(fields: &[String]) -> String {
    match fields.split_first() {
        Some((first, rest)) if first == "_owner" && !rest.is_empty() => {
            format!("of the same owner has the same {}", rest.join(", "))
        }
        _ => format!("has the same {}", fields.join(", ")),
    }
}

/// What was not stored, and that the rest was; `units` of the faults are of series of which nothing was.
fn contradicting(faults: &[FieldError], units: usize) -> String {
    if let [only] = faults
        && only.pointer.as_deref() == Some("/unit")
    {
        // The request is of this series alone.
        return only.message.clone();
    }
    let values = match faults.len() - units {
        0 => None,
        1 => Some("1 value contradicts what is stored and was left out".to_owned()),
        many => Some(format!("{many} values contradict what is stored and were left out")),
    };
    let units = match units {
        0 => None,
        1 => Some("nothing of 1 series was stored, because it is measured in another unit".to_owned()),
        many => {
            Some(format!("nothing of {many} series was stored, because they are measured in other units"))
        }
    };
    let parts: Vec<String> = values.into_iter().chain(units).collect();
    format!("{}; everything else is stored", parts.join("; "))
}

fn invalid(count: usize) -> String {
    if count == 1 { "1 value is not valid".to_owned() } else { format!("{count} values are not valid") }
}

impl From<StoreError> for ResourceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { fields } => Self::Conflict(fields),
            StoreError::Unindexable { .. } => Self::Unindexable(error.to_string()),
            StoreError::Unavailable(_) | StoreError::Unusable(_) => Self::Unavailable,
            StoreError::QueryTimeout => Self::QueryTimeout(None),
            StoreError::Unknown => Self::Unknown,
            StoreError::PositionLost => Self::PositionLost,
            StoreError::Corrupt(_) | StoreError::Failed(_) => Self::Internal(error.to_string()),
        }
    }
}

/// A stored document is no JSON.
impl From<serde_json::Error> for ResourceError {
    fn from(fault: serde_json::Error) -> Self {
        Self::Internal(format!("a stored document is not JSON: {fault}"))
    }
}

impl From<Lost> for ResourceError {
    fn from(lost: Lost) -> Self {
        Self::Internal(lost.to_string())
    }
}

impl From<Malformed> for ResourceError {
    fn from(fault: Malformed) -> Self {
        Self::Internal(fault.to_string())
    }
}

/// A definition's fault as a fault of the body.
impl From<DefinitionFault> for ResourceError {
    fn from(fault: DefinitionFault) -> Self {
        Self::Invalid(vec![fault.into()])
    }
}
