//! The port of artifacts: folders, which name blobs, and blobs, which are chunks under a lease. No driver type
//! crosses it, and no rule of who may do what.
//!
//! A file is visible when a folder names its blob, and a folder is visible while its document is: so one conditional
//! write shows a file, replaces it or hides it, and removing a document hides all of its files in the same step.
//! Bytes are only ever added to a blob that no folder names, and they go when its lease is over and still none does.

use async_trait::async_trait;
use time::OffsetDateTime;

use super::StoreError;
use crate::domain::artifacts::{File, Folder};

/// The document that a folder belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentRef<'p> {
    /// The collection's name.
    pub collection: &'p str,
    /// The document's id.
    pub document: &'p str,
}

/// Where the bytes of one file go, and whose they are to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// Unlike any other.
    pub id: String,
    /// The collection of its document.
    pub collection: String,
    /// Its document.
    pub document: String,
    /// The name that the file is to have.
    pub name: String,
    /// The SHA-256 that it is to have, in hexadecimal, where the sender announced one.
    pub sha256: Option<String>,
    /// `sub` of who sends it; unknown of blobs from before this was kept.
    pub owner: Option<String>,
}

impl Blob {
    /// The document that it is for.
    pub fn place(&self) -> DocumentRef<'_> {
        DocumentRef { collection: &self.collection, document: &self.document }
    }
}

/// The bytes that open blobs hold while their leases last, each chunk counted whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnfinishedBytes {
    /// Those of one collection.
    pub collection: u64,
    /// Those of one owner, whatever the collection.
    pub owner: u64,
}

/// A change of a blob's lease. It is open from its beginning until it is sealed, and takes chunks while it is.
///
/// A lease that is over cannot be renewed or sealed. So a blob may be removed if its lease is over and then no folder names
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lease {
    /// An open blob is continued: its lease, which is not over, lasts until `until`.
    Renew,
    /// An open blob is closed, and is about to be named by a folder. Its lease, which is not over, lasts until `until`.
    Seal {
        /// The bytes of the whole file.
        bytes: u64,
    },
    /// An open blob is given up: its lease ends at `until`.
    Abandon,
    /// A sealed blob is about to be named by no folder any more: its lease ends at `until`, when its readers must
    /// be done.
    Release,
}

/// A store of artifacts.
#[async_trait]
pub trait Artifacts: Send + Sync {
    /// The folder of a document, with the tag that names its state; empty and without one where there is none.
    async fn folder(&self, place: DocumentRef<'_>) -> Result<Folder, StoreError>;

    /// Puts `files` into the folder whose tag is `expected`, and gives it the tag `next`, which was never used before;
    /// `false` where the folder has another tag. A folder without files is removed.
    async fn save_folder(
        &self,
        place: DocumentRef<'_>,
        files: &[File],
        expected: Option<&str>,
        next: &str,
    ) -> Result<bool, StoreError>;

    /// The documents of a collection that have a folder, by id, from behind `after`.
    async fn folders(&self, collection: &str, after: &str, limit: u32) -> Result<Vec<String>, StoreError>;

    /// Which of these documents the collection has in any state, be it one in which no reader sees them.
    async fn held(&self, collection: &str, ids: &[String]) -> Result<Vec<String>, StoreError>;

    /// Makes an open blob.
    async fn begin(&self, blob: &Blob, now: OffsetDateTime, until: OffsetDateTime) -> Result<(), StoreError>;

    /// Adds chunk `n` to a blob. A conflict where it has that chunk already.
    async fn append(&self, blob: &str, n: u32, bytes: Vec<u8>) -> Result<(), StoreError>;

    /// Changes a blob's lease; `false` where the change does not fit its state at `now`.
    async fn lease(
        &self,
        blob: &str,
        change: Lease,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<bool, StoreError>;

    /// Chunk `n` of a blob.
    async fn chunk(&self, blob: &str, n: u32) -> Result<Option<Vec<u8>>, StoreError>;

    /// The open blobs of a document that announced their SHA-256 and whose leases are not over, with the number of
    /// their chunks.
    async fn unfinished(
        &self,
        place: DocumentRef<'_>,
        now: OffsetDateTime,
    ) -> Result<Vec<(Blob, u32)>, StoreError>;

    /// The bytes of open blobs whose leases are not over, those without a SHA-256 included.
    async fn unfinished_bytes(
        &self,
        collection: &str,
        owner: &str,
        now: OffsetDateTime,
    ) -> Result<UnfinishedBytes, StoreError>;

    /// Some blobs whose leases are over.
    async fn over(&self, now: OffsetDateTime, limit: u32) -> Result<Vec<Blob>, StoreError>;

    /// A folder names this blob: it needs no lease, unless it has been given one that is not over at `now`.
    async fn settle(&self, blob: &str, now: OffsetDateTime) -> Result<(), StoreError>;

    /// Removes a blob and its chunks.
    async fn discard(&self, blob: &str) -> Result<(), StoreError>;
}
