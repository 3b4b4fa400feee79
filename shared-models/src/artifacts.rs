//! How resource-service describes the files attached to a document.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A file attached to a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Artifact {
    /// Its name: 1 to 1,024 bytes of UTF-8 in Unicode's form NFC. Slashes separate the folders it lies in.
    pub name: String,
    /// How many bytes it has.
    pub size: u64,
    /// The SHA-256 of its bytes in lower-case hexadecimal; in quotes, its entity tag.
    pub sha256: String,
    /// The media type that the client sent; without one, that detected from the first bytes.
    pub content_type: String,
    /// When it was stored, as RFC 3339 in UTC with milliseconds.
    pub created_at: String,
    /// `sub` of the user who sent it.
    pub by: String,
}

/// A file that has arrived in part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnfinishedArtifact {
    /// The name it is to have.
    pub name: String,
    /// The SHA-256 that it is to have, in lower-case hexadecimal.
    pub sha256: String,
    /// How many bytes have arrived: where the upload continues.
    pub received: u64,
}

/// The files of a document, or those whose names begin as the request says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ArtifactList {
    /// The files by name.
    pub items: Vec<Artifact>,
    /// Always `null`: one list has all files that were asked for.
    pub next: Option<String>,
    /// How many files are listed.
    pub total: u64,
    /// Their total size in bytes.
    pub total_bytes: u64,
    /// Interrupted uploads that announced their SHA-256: each is kept for an hour after its last bytes arrived.
    pub unfinished: Vec<UnfinishedArtifact>,
}
