//! What a caller is shown of a document, and the entity tag of that.

use serde_json::json;

use super::{error::ResourceError, policy::Permit};
use crate::{
    domain::{
        document::Document,
        precondition::{Representation, entity_tag},
    },
    store::StoredDocument,
};

/// A document as a caller is shown it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The JSON text.
    pub json: String,
    /// The entity tag: readers who are shown different texts have different tags.
    pub tag: String,
}

impl Permit<'_> {
    /// What the caller is shown of a document: one who may not read the collection `_id` and `_revision` alone.
    pub fn show(&self, stored: StoredDocument) -> Result<Shown, ResourceError> {
        let tag = entity_tag(stored.revision, &self.part());
        let json = if self.may_read() {
            self.hidden.shown(stored.json)?
        } else {
            let meta = Document::parse(&stored.json)?.meta;
            json!({"_id": meta.id, "_revision": meta.revision}).to_string()
        };
        Ok(Shown { json, tag })
    }

    /// Which part of a document the caller is shown.
    pub(super) fn part(&self) -> Representation {
        if !self.may_read() {
            return Representation::told_by([]);
        }
        if self.hidden.is_empty() {
            return Representation::WHOLE;
        }
        let fields: Vec<String> = self.hidden.fields().keys().map(ToString::to_string).collect();
        Representation::told_by(fields.iter().map(String::as_str))
    }
}
