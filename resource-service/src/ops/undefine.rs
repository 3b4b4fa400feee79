//! Takes a definition out of the store: the collection falls back to what a file says of it, or is gone.

use std::sync::Arc;

use serde_json::json;
use service_kit::{clock::Clock, precondition::Precondition};
use shared_models::claims::AccessClaims;

use super::{
    Service, artifacts::sweep, assess::DefinitionChange, catalog::Standing, define::allow,
    error::ResourceError,
};
use crate::{
    domain::collection::Collection,
    query::{expr::Expr, order::Order},
    store::{Selection, Store},
};

/// How often a change that others overtake is tried.
const MAX_TRIES: usize = 4;

/// Takes the definition of `name` away. Where a file defines the collection too, documents stay and must fit that
/// definition; else the collection must be empty. With `force` documents that do not fit stay, and those of a collection
/// that is defined nowhere else are removed. Takes the collection's admin scope, beside that of definitions.
pub async fn undefine(
    service: &Service,
    claims: &AccessClaims,
    name: &str,
    precondition: &Precondition,
    force: bool,
) -> Result<(), ResourceError> {
    for _ in 0..MAX_TRIES {
        service.catalog.refresh(&*service.store).await?;
        let standing = service.catalog.standing(name);
        if !standing.exists() {
            return Err(ResourceError::UnknownCollection(name.to_owned()));
        }
        standing.administered_by(name, claims)?;
        standing.meets(precondition)?;
        standing.is_known(name, force)?;
        if !standing.stored {
            return Err(ResourceError::FromFile(name.to_owned()));
        }
        let gone = match &standing.file {
            Some(file) => {
                let reader = service.reader(claims, name);
                let change = DefinitionChange {
                    before: standing.collection.as_deref(),
                    after: file,
                    thorough: false,
                    reader,
                };
                allow(change.assess(&*service.store, service.clock.now()).await?, force)?;
                service.switch(file, service.store.define(name, None, standing.revision)).await?
            }
            None => remove(service, name, &standing, force).await?,
        };
        if gone {
            return Ok(());
        }
    }
    Err(ResourceError::ChangedMeanwhile)
}

/// The definition is removed first. A replica that still serves it for a moment may store a document; the next definition
/// of the name finds and removes that.
async fn remove(
    service: &Service,
    name: &str,
    standing: &Standing,
    force: bool,
) -> Result<bool, ResourceError> {
    let collection = match &standing.collection {
        Some(collection) => Arc::clone(collection),
        None => nameless(name)?,
    };
    let (store, clock) = (&*service.store, &*service.clock);
    // What was removed and can be restored is lost too.
    let holds =
        holds_documents(store, clock, &collection).await? || store.usage(name).await?.versions.count > 0;
    if holds && !force {
        return Err(ResourceError::HoldsDocuments(name.to_owned()));
    }
    if !service.store.define_anew(name, None, standing.revision).await? {
        return Ok(false);
    }
    service.catalog.refresh(&*service.store).await?;
    // A request that defines the name meanwhile takes this over.
    service.discard(&collection, standing.revision + 1).await?;
    Ok(true)
}

impl Service {
    /// Removes whatever is stored under the name of a collection that the revision `removal` has removed.
    async fn discard(&self, collection: &Arc<Collection>, removal: i64) -> Result<(), ResourceError> {
        discard(&*self.store, &*self.clock, collection, removal).await?;
        self.hot.forget_all();
        Ok(())
    }

    /// Sees to it that the name of a collection that was removed begins with nothing; returns the revision of the
    /// definition then. `None` if another request was faster.
    pub(super) async fn begin_anew(
        &self,
        collection: &Arc<Collection>,
        standing: &Standing,
    ) -> Result<Option<i64>, ResourceError> {
        if !standing.is_removed() {
            return Ok(Some(standing.revision));
        }
        let claimed = claim(&*self.store, &*self.clock, collection, standing.revision).await;
        self.hot.forget_all();
        claimed
    }
}

/// Takes over the removal `removal` of a collection and finishes it; returns the revision that the removal has then. Other
/// requests that remove the collection, or define the name at the same time, then change nothing. So nothing is made under
/// the name before this. `None` if another request was faster.
async fn claim(
    store: &dyn Store,
    clock: &dyn Clock,
    collection: &Arc<Collection>,
    removal: i64,
) -> Result<Option<i64>, ResourceError> {
    if !store.define_anew(collection.name(), None, removal).await? {
        return Ok(None);
    }
    let claimed = removal + 1;
    Ok(discard(store, clock, collection, claimed).await?.then_some(claimed))
}

/// A collection of this name that takes anything, for one whose definition is gone or cannot be read.
fn nameless(name: &str) -> Result<Arc<Collection>, ResourceError> {
    let any = serde_json::from_value(json!({"name": name, "schema": {"type": "object"}}))?;
    Ok(Arc::new(Collection::new(any)?))
}

/// Removes what is stored under the name of a collection while its definition has the revision `removal`; whether it had
/// that to the end. The documents go last: while there are some, the rest may still be there.
async fn discard(
    store: &dyn Store,
    clock: &dyn Clock,
    collection: &Arc<Collection>,
    removal: i64,
) -> Result<bool, ResourceError> {
    Ok(sweep::forget_all(store, clock, collection.name(), removal).await?
        && store.clear(collection, removal).await?)
}

/// Finishes the removal of a collection that was interrupted, and returns whether there was anything left. `revision` is that of
/// the removal: a request that takes the name at the same time is refused, or this changes nothing.
pub(super) async fn finish(
    store: &dyn Store,
    clock: &dyn Clock,
    name: &str,
    revision: i64,
) -> Result<bool, ResourceError> {
    let collection = nameless(name)?;
    if !store.index_plan(&collection).await?.stored {
        return Ok(false);
    }
    Ok(claim(store, clock, &collection, revision).await?.is_some())
}

async fn holds_documents(
    store: &dyn Store,
    clock: &dyn Clock,
    collection: &Arc<Collection>,
) -> Result<bool, ResourceError> {
    if !store.index_plan(collection).await?.stored {
        return Ok(false);
    }
    let order = Order::new(Vec::new(), collection.id_field()?);
    let one = Selection { filter: Expr::everything(), order, projection: None, limit: 1 };
    Ok(!store.list(collection, one, clock.now()).await?.documents.is_empty())
}

#[cfg(test)]
#[path = "tests/undefine.rs"]
mod tests;
