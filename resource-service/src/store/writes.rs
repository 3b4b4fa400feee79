//! The port for writes: each verb is one atomic step. What a collection keeps of the past is kept in that step.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::{StoreError, ends::Course};
use crate::domain::{collection::Collection, document::Document, history::Removal};

/// A document's next revision.
#[derive(Clone, Debug)]
pub struct Update {
    /// What the document becomes.
    pub after: Document,
    /// The revision that this is made from, and that must still be the current one.
    pub expected: i64,
    /// The members of that revision, where they were read: a store may then write only what differs.
    pub before: Option<Map<String, Value>>,
    /// `sub` of the caller who writes.
    pub by: String,
    /// What it is for the job grants of a calculation.
    pub course: Course,
}

/// What became of one document among many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is stored.
    Inserted,
    /// Another document has the same values in these fields of a unique index.
    Conflict {
        /// The fields of the index.
        fields: Vec<String>,
    },
    /// The store refuses it for another reason, and takes the others.
    Refused(String),
}

/// Makes the answer that is kept, from what became of each document.
pub type RenderAnswer = Arc<dyn Fn(&[Fate]) -> String + Send + Sync>;

/// The answer to a request that may be repeated, kept in the same step as what the request writes.
#[derive(Clone)]
pub struct Receipt {
    /// Which request: nobody else's has the same.
    pub id: String,
    /// The collection of the documents.
    pub collection: String,
    /// What the request was, so that another one under the same id is noticed.
    pub fingerprint: String,
    /// Now. A receipt that has expired by then is none.
    pub now: OffsetDateTime,
    /// When the receipt may be forgotten.
    pub expires_at: OffsetDateTime,
    /// What is kept.
    pub answer: RenderAnswer,
}

/// A receipt as a store gives it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptReceipt {
    /// What the request was.
    pub fingerprint: String,
    /// What it was answered; empty once a document that it made was removed for good.
    pub answer: String,
}

/// Documents that are inserted in one step.
#[derive(Clone)]
pub struct Bulk {
    /// The documents, all of one collection.
    pub documents: Vec<Document>,
    /// Whether none is stored where one cannot be.
    pub atomic: bool,
    /// What is kept beside them.
    pub receipt: Option<Receipt>,
}

/// How a bulk ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BulkEnd {
    /// Committed: each document's fate, in order, and all of them inserted where all or none were asked for.
    Committed(Vec<Fate>),
    /// Nothing was stored: all or none were asked for and some cannot be, or too many cannot be. The first
    /// [`MAX_CONFLICTS`] that cannot are reported.
    Refused(Vec<Fate>),
    /// Nothing was stored: the receipt is there already.
    Repeated,
}

/// The most conflicts of one bulk that are reported. A bulk that meets as many is given up.
pub const MAX_CONFLICTS: usize = 20;

/// Writes.
#[async_trait]
pub trait Writes: Send + Sync {
    /// Adds a document.
    async fn insert(&self, collection: &Arc<Collection>, document: Document) -> Result<(), StoreError>;

    /// Adds documents, each one for itself.
    async fn insert_each(
        &self,
        collection: &Arc<Collection>,
        documents: Vec<Document>,
    ) -> Result<Vec<Fate>, StoreError>;

    /// Adds documents in one step.
    async fn insert_together(&self, collection: &Arc<Collection>, bulk: Bulk) -> Result<BulkEnd, StoreError>;

    /// The receipt of this id, where it has not expired.
    async fn receipt(&self, id: &str, now: OffsetDateTime) -> Result<Option<KeptReceipt>, StoreError>;

    /// Writes the next revision; `false` where the expected one is not the current one, or has another heartbeat by now.
    async fn update(&self, collection: &Arc<Collection>, update: Update) -> Result<bool, StoreError>;

    /// Removes a document; `false` where the expected revision is not the current one.
    async fn remove(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        removal: Removal,
    ) -> Result<bool, StoreError>;

    /// Puts a removed document back as the revision after its removal; `false` where the revision before that is
    /// no removal, or one that is undone already.
    async fn restore(
        &self,
        collection: &Arc<Collection>,
        document: Document,
        by: &str,
    ) -> Result<bool, StoreError>;
}
