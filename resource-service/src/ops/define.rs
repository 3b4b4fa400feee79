//! Makes a collection, or changes its definition while it is served.

use std::sync::Arc;

use service_kit::precondition::Precondition;
use shared_models::{
    claims::AccessClaims, definitions::DefinitionReport, documents::CollectionDefinition, problem::FieldError,
};

use super::{
    Service,
    assess::{Audience, DefinitionChange, text_of},
    catalog::Standing,
    error::ResourceError,
    policy::Verb,
    verdict::is_allowed,
};
use crate::{
    domain::{
        askable,
        collection::Collection,
        grant::{Grant, Outside},
    },
    store::StoreError,
};

/// How often a change that others overtake is tried.
const MAX_TRIES: usize = 4;

/// What is wanted of a definition.
pub struct DefinitionRequest<'w> {
    /// Who wants it; nobody where it is the operator of the service.
    pub by: Option<&'w AccessClaims>,
    /// The definition.
    pub collection: Arc<Collection>,
    /// What its revision must be.
    pub precondition: Precondition,
    /// Whether it may be in the way of what is stored.
    pub force: bool,
    /// Whether nothing is to be changed.
    pub dry_run: bool,
}

/// What became of it.
#[derive(Debug)]
pub enum Defined {
    /// Nothing was changed; this is what would be met.
    Assessed(DefinitionReport),
    /// The definition is served here, and by every replica within five seconds.
    Served {
        /// The definition's revision.
        revision: i64,
        /// Whether the collection is new.
        new: bool,
    },
}

/// The collection that a definition makes under this name.
pub fn checked(name: &str, definition: CollectionDefinition) -> Result<Arc<Collection>, ResourceError> {
    if definition.name != name {
        let message = format!("the definition is of {:?}, and the address names {name:?}", definition.name);
        return Err(ResourceError::Invalid(vec![FieldError::at("/name", "name", message)]));
    }
    askable::check_text(&definition)?;
    let collection = Collection::new(definition)?;
    askable::check_fields(&collection)?;
    Ok(Arc::new(collection))
}

/// Stores the definition and serves it, if what is stored already allows it.
pub async fn define(service: &Service, wanted: &DefinitionRequest<'_>) -> Result<Defined, ResourceError> {
    let collection = &wanted.collection;
    let name = collection.name();
    let text = text_of(collection)?;
    for _ in 0..MAX_TRIES {
        service.catalog.refresh(&*service.store).await?;
        let standing = service.catalog.standing(name);
        standing.meets(&wanted.precondition)?;
        standing.is_known(name, wanted.force || wanted.dry_run)?;
        standing.allows_access(collection, wanted.by)?;
        let before = standing.collection.as_deref();
        let same = before.map(text_of).transpose()?.as_ref() == Some(&text);
        if same && standing.stored && standing.served && !wanted.dry_run {
            return Ok(Defined::Served { revision: standing.revision, new: false });
        }
        let reader = wanted.by.map_or(Audience::Operator, |claims| service.reader(claims, name));
        let change = DefinitionChange { before, after: collection, thorough: wanted.dry_run, reader };
        let report = change.assess(&*service.store, service.clock.now()).await?;
        if wanted.dry_run {
            return Ok(Defined::Assessed(report));
        }
        allow(report, wanted.force)?;
        let kept = Some(text.clone());
        let Some(revision) = service.begin_anew(collection, &standing).await? else { continue };
        let write = if standing.is_removed() {
            service.store.define_anew(name, kept, revision)
        } else {
            service.store.define(name, kept, revision)
        };
        if service.switch(collection, write).await? {
            return Ok(Defined::Served { revision: revision + 1, new: !standing.exists() });
        }
    }
    Err(ResourceError::ChangedMeanwhile)
}

/// Refuses a change that is not compatible, unless it is forced and can be.
pub(super) fn allow(report: DefinitionReport, force: bool) -> Result<(), ResourceError> {
    if is_allowed(&report, force) { Ok(()) } else { Err(ResourceError::Incompatible(Box::new(report))) }
}

impl Standing {
    /// Refuses a change of another revision than the caller has seen.
    pub(super) fn meets(&self, precondition: &Precondition) -> Result<(), ResourceError> {
        let met = if self.exists() {
            precondition.allows_write(self.revision)
        } else {
            precondition.if_match.is_none()
        };
        let current = self.exists().then_some(self.revision);
        if met { Ok(()) } else { Err(ResourceError::DefinitionMismatch { current }) }
    }

    /// Refuses to change who may use a collection, unless the caller administers it.
    fn allows_access(&self, after: &Collection, by: Option<&AccessClaims>) -> Result<(), ResourceError> {
        let same = self.collection.as_ref().is_some_and(|before| before.access == after.access);
        match by {
            Some(claims) if self.exists() && !same => self.administered_by(after.name(), claims),
            _ => Ok(()),
        }
    }

    /// Refuses a caller who does not administer the collection.
    pub(super) fn administered_by(&self, name: &str, claims: &AccessClaims) -> Result<(), ResourceError> {
        // What the definition says is not known where this replica cannot read it.
        let admin = self.collection.as_ref().map(|collection| collection.access.admin.clone());
        let admin = admin.unwrap_or_else(|| format!("{name}:admin"));
        if claims.scope.covers(&admin) { Ok(()) } else { Err(ResourceError::MissingScope(admin)) }
    }

    /// Refuses to put aside a definition that this replica cannot read, unless that is wanted.
    pub(super) fn is_known(&self, name: &str, force: bool) -> Result<(), ResourceError> {
        let unknown = self.stored && self.collection.is_none();
        if unknown && !force { Err(ResourceError::UnusableDefinition(name.to_owned())) } else { Ok(()) }
    }
}

impl Service {
    /// Lets the caller change definitions. The scope is the route's; a token for one job never reaches this far.
    pub fn admit_to_definitions(&self, claims: &AccessClaims) -> Result<(), ResourceError> {
        self.require_revocation_feed()?;
        match Grant::of(claims)? {
            None => Ok(()),
            Some(grant) => Err(Outside::Elsewhere(grant.calculation().to_owned()).into()),
        }
    }

    /// What the caller may see of stored documents in a report.
    pub(super) fn reader(&self, claims: &AccessClaims, name: &str) -> Audience {
        Audience::of(self.admit(claims, name, Verb::Read).ok().as_ref())
    }

    /// Makes the indexes, then writes the definition by `write` and serves `collection` here; `false` where somebody else
    /// was faster.
    pub(super) async fn switch(
        &self,
        collection: &Arc<Collection>,
        write: impl Future<Output = Result<bool, StoreError>>,
    ) -> Result<bool, ResourceError> {
        let served = self.catalog.get(collection.name());
        if served.is_none_or(|served| served.definition.schema != collection.definition.schema) {
            self.store.forget_prepared(collection.name()).await?;
        }
        self.store.prepare(std::slice::from_ref(collection)).await?;
        let written = write.await?;
        self.catalog.refresh(&*self.store).await?;
        // Of what is served now, even if another request wrote it.
        if let Some(served) = self.catalog.get(collection.name()) {
            if !written {
                // Documents may be stored as the definition says that was not written.
                self.store.prepare(std::slice::from_ref(&served)).await?;
            }
            self.tidy_indexes(&served).await;
        }
        Ok(written)
    }

    /// Drops the indexes that are declared no longer. One left behind costs a little and is dropped next time.
    async fn tidy_indexes(&self, served: &Arc<Collection>) {
        let dropped = self.store.drop_undeclared(served).await;
        // A concurrent change of the definition may need an index that was dropped: the refresh makes it again.
        let looked = match dropped {
            Ok(()) => self.catalog.refresh(&*self.store).await,
            Err(error) => Err(error),
        };
        if let Err(error) = looked {
            tracing::warn!(collection.name = served.name(), %error, "indexes that are declared no longer could not be dropped");
        }
    }
}

#[cfg(test)]
#[path = "tests/define.rs"]
mod tests;
