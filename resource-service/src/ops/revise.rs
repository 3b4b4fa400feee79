//! Makes the next revision of a document by what a write does with its members: the part of a write that takes the
//! processor. Knows no store.

use std::sync::Arc;

use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::{
    error::ResourceError,
    policy::Permit,
    shown::{Record, record},
};
use crate::{
    domain::{
        collection::Collection,
        diff::same_members,
        document::{Document, MAX_BYTES},
        hidden::Hidden,
        review::Reviewer,
        sight::Sight,
    },
    query::timestamp,
    store::StoredDocument,
};

/// What a write does with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Something else takes the document's place: a revision, whatever it is.
    Replaces,
    /// Some of it changes: no revision where nothing does, and no way to grow beyond what can be sent.
    Changes,
}

/// Makes revisions for one caller; `change` gives the members that follow on those that the caller sees.
pub(super) struct Reviser<F> {
    collection: Arc<Collection>,
    hidden: Hidden,
    may_read: bool,
    /// Where the documents are reviews.
    reviewer: Option<Reviewer>,
    effect: Effect,
    change: F,
}

/// A revision to be written.
pub(super) struct Revision {
    /// The members as they are.
    pub before: Map<String, Value>,
    /// The document as it is to be.
    pub after: Document,
    /// The same as text.
    pub stored: StoredDocument,
}

impl<F> Reviser<F>
where
    F: Fn(&Record, Map<String, Value>) -> Result<Map<String, Value>, ResourceError>,
{
    /// For a caller with this permit.
    pub(super) fn new(permit: &Permit<'_>, effect: Effect, change: F) -> Self {
        let (collection, hidden) = (Arc::clone(&permit.collection), permit.hidden.clone());
        Self { collection, hidden, may_read: permit.may_read(), reviewer: permit.reviewer(), effect, change }
    }

    /// The revision behind `current`, which has so many bytes of text; nothing where nothing changes.
    pub(super) fn revise(
        &self,
        current: Document,
        bytes: usize,
        now: OffsetDateTime,
    ) -> Result<Option<Revision>, ResourceError> {
        let Document { meta, members: before } = current;
        let mut visible = before.clone();
        let withheld = self.hidden.withhold(&mut visible);
        let mut members = (self.change)(&record(&meta, self.may_read), visible)?;
        self.hidden.restore(&mut members, withheld)?;
        let kept = self.collection.keep_heartbeat(&before, &mut members);
        kept.map_err(|fault| ResourceError::Invalid(vec![fault]))?;
        // To somebody who may not read, the same revision again would reveal that they guessed what is stored.
        if self.effect == Effect::Changes && self.may_read && same_members(&before, &members) {
            return Ok(None);
        }
        if self.effect == Effect::Replaces {
            members = self.collection.fill(members).map_err(ResourceError::Invalid)?;
        }
        let mut members = self.collection.check_for(members, self.sight()).map_err(ResourceError::Invalid)?;
        if let Some(reviewer) = &self.reviewer {
            reviewer.change(&before, &meta, &mut members, &timestamp(now))?;
        }
        let after = Document { meta: meta.next(now), members };
        let stored = StoredDocument::from(&after);
        if self.effect == Effect::Changes && stored.json.len() > MAX_BYTES.max(bytes) {
            return Err(ResourceError::TooLarge { limit: MAX_BYTES });
        }
        Ok(Some(Revision { before, after, stored }))
    }

    /// What the caller may be shown of the new members: they sent all of those that replace others.
    fn sight(&self) -> Sight<'_> {
        match self.effect {
            Effect::Changes if !self.may_read => Sight::Nothing,
            Effect::Changes | Effect::Replaces => Sight::from(&self.hidden),
        }
    }
}
