//! What a caller is shown of a document, and the entity tag of that.

use serde_json::Value;
use service_kit::precondition::{Representation, entity_tag};

use super::{error::ResourceError, policy::Permit};
use crate::{
    domain::{
        document::{Document, Meta},
        heartbeat::heartbeat_of,
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

/// Members that the service sets, with their values.
pub(super) type Record = Vec<(&'static str, Value)>;

/// What the service records about a document, as far as a caller is shown it who may read the collection, or may not. What they
/// are not shown they may not repeat either: to accept it, or not, would reveal whether a guess is right.
pub(super) fn record(meta: &Meta, may_read: bool) -> Record {
    let shown = |(name, _): &(&str, Value)| may_read || ["_id", "_revision"].contains(name);
    meta.members().into_iter().filter(shown).collect()
}

impl Permit<'_> {
    /// What the caller is shown of a document: one who may not read the collection `_id` and `_revision` alone.
    pub fn show(&self, stored: StoredDocument) -> Result<Shown, ResourceError> {
        let tag = entity_tag(stored.revision, &self.part_of(&stored.json));
        let json = if self.may_read() {
            self.hidden.shown(stored.json)?
        } else {
            let shown = record(&Document::parse(&stored.json)?.meta, self.may_read()).into_iter();
            shown.map(|(name, value)| (name.to_owned(), value)).collect::<Value>().to_string()
        };
        Ok(Shown { json, tag })
    }

    /// The same of a document whose text this is. A heartbeat changes what is shown without a revision.
    pub(super) fn part_of(&self, document: &str) -> Representation {
        let heartbeat = Some(document)
            .filter(|_| self.may_read() && self.collection.keeps_heartbeats())
            .and_then(heartbeat_of);
        heartbeat.map_or_else(|| self.part(), |at| self.part().with(&at))
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
