//! What replacing, patching and deleting share: read, check the precondition, write if nobody was faster.

use serde_json::{Map, Value};
use shared_models::claims::AccessClaims;

use super::{
    Service,
    error::ResourceError,
    policy::{Permit, Verb},
};
use crate::{
    domain::{
        document::{Document, Meta},
        precondition::Precondition,
    },
    store::StoredDocument,
};

/// How often a write that others overtake is tried.
const MAX_TRIES: usize = 32;

/// What a write is aimed at.
pub struct Target<'t> {
    /// Who asks.
    pub claims: &'t AccessClaims,
    /// The collection.
    pub collection: &'t str,
    /// The document.
    pub id: &'t str,
    /// What the document must be.
    pub precondition: Precondition,
}

impl Target<'_> {
    /// Lets the caller in; refuses a write that names no revision where the collection demands one.
    pub(super) fn admit<'c>(&'c self, service: &'c Service) -> Result<Permit<'c>, ResourceError> {
        let permit = service.admit(self.claims, self.collection, Verb::Write)?;
        if permit.collection.definition.require_if_match && self.precondition.if_match.is_none() {
            return Err(ResourceError::PreconditionRequired);
        }
        Ok(permit)
    }

    /// The document as it is now, if the caller may change it and the precondition holds.
    pub(super) async fn current(
        &self,
        service: &Service,
        permit: &Permit<'_>,
    ) -> Result<StoredDocument, ResourceError> {
        let found = service.store.get(permit.collection, self.id, service.clock.now()).await?;
        let current =
            found.filter(|found| permit.reaches(&found.owner)).ok_or_else(|| permit.not_found(self.id))?;
        if self.precondition.allows_write(current.revision) {
            Ok(current)
        } else {
            Err(ResourceError::RevisionMismatch { current: current.revision })
        }
    }

    /// Writes what `change` makes of the current members, again when somebody else was faster.
    pub(super) async fn update<F>(
        &self,
        service: &Service,
        change: F,
    ) -> Result<StoredDocument, ResourceError>
    where
        F: Fn(&Meta, Map<String, Value>) -> Result<Map<String, Value>, ResourceError>,
    {
        let permit = self.admit(service)?;
        for _ in 0..MAX_TRIES {
            let current = Document::parse(&self.current(service, &permit).await?.json)?;
            let members = change(&current.meta, current.members)?;
            let members = permit.collection.check(members).map_err(ResourceError::Invalid)?;
            let document = Document { meta: current.meta.next(service.clock.now()), members };
            let stored = StoredDocument::from(&document);
            if service.store.replace(permit.collection, document, current.meta.revision).await? {
                return Ok(stored);
            }
        }
        Err(ResourceError::Unavailable)
    }

    /// Removes the document, again when somebody else was faster.
    pub(super) async fn remove(&self, service: &Service) -> Result<(), ResourceError> {
        let permit = self.admit(service)?;
        for _ in 0..MAX_TRIES {
            let current = self.current(service, &permit).await?;
            if service.store.delete(permit.collection, self.id, current.revision).await? {
                return Ok(());
            }
        }
        Err(ResourceError::Unavailable)
    }
}

/// Drops the system members that a client repeats unchanged; refuses all others.
pub(super) fn without_echo(
    meta: &Meta,
    members: &Map<String, Value>,
) -> Result<Map<String, Value>, ResourceError> {
    let mut members = members.clone();
    let faults = Meta::take_echo(Some(meta), &mut members);
    if faults.is_empty() { Ok(members) } else { Err(ResourceError::Invalid(faults)) }
}
