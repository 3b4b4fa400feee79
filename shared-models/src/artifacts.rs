//! What resource-service shows of the files attached to a document.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A file attached to a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Artifact {
    /// Its name: 1 to 255 bytes of UTF-8 in Unicode's form NFC.
    pub name: String,
    /// How many bytes it has.
    pub size: u64,
    /// The SHA-256 of its bytes in lower-case hexadecimal; in quotes, its entity tag.
    pub sha256: String,
    /// The media type that whoever sent it gave; where they gave none, what its first bytes look like.
    pub content_type: String,
    /// When it was stored, as RFC 3339 in UTC with milliseconds.
    pub created_at: String,
    /// `sub` of whoever sent it.
    pub by: String,
}

/// A file of which some has arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnfinishedArtifact {
    /// The name it is to have.
    pub name: String,
    /// The SHA-256 that it is to have, in lower-case hexadecimal.
    pub sha256: String,
    /// How many bytes have arrived: where the upload goes on.
    pub received: u64,
}

/// The files of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ArtifactList {
    /// The files by name.
    pub items: Vec<Artifact>,
    /// Always `null`: a document has no more of them than one list holds.
    pub next: Option<String>,
    /// How many files there are.
    pub total: u64,
    /// How many bytes they have together.
    pub total_bytes: u64,
    /// Uploads that announced their SHA-256 and broke off: each is kept for an hour after its last bytes came.
    pub unfinished: Vec<UnfinishedArtifact>,
}
