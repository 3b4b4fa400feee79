//! Removes a document for good: with its revisions and files and, of a calculation, its series and reviews.

use std::sync::Arc;

use super::{begin_now, finish};
use crate::{
    ops::{
        Service,
        change::{MAX_TRIES, WriteTarget},
        error::ResourceError,
        policy::{Permit, Verb},
    },
    store::{Head, purges::Purge},
};

/// Removes the document, removed already or not, for good. Once this returns nobody reads it or a revision of it; what
/// belongs to it is removed by now or soon, even if this process ends. Takes the collection's admin scope.
pub async fn purge(service: &Service, target: WriteTarget<'_>) -> Result<(), ResourceError> {
    let permit = service.admit(target.claims, target.collection, Verb::Purge)?;
    if permit.collection.definition.require_if_match && target.precondition.if_match.is_none() {
        return Err(ResourceError::PreconditionRequired);
    }
    for _ in 0..MAX_TRIES {
        let newest = newest(service, &permit, target.id).await?;
        let Head { revision, .. } = newest
            .filter(|newest| permit.reaches(&newest.owner))
            .ok_or_else(|| permit.not_found(target.id))?;
        if !target.precondition.allows_write(revision) {
            return Err(ResourceError::RevisionMismatch { current: revision });
        }
        let now = service.clock.now();
        let purged = service.store.purge(&permit.collection, target.id, revision, now).await;
        // Even a write that failed may have been done.
        service.hot.forget(target.collection, target.id);
        if purged? {
            erase_now(service, &target).await;
            return Ok(());
        }
    }
    Err(ResourceError::ChangedMeanwhile)
}

/// The document's current revision or, where it is not there, the newest that is kept of it.
async fn newest(service: &Service, permit: &Permit<'_>, id: &str) -> Result<Option<Head>, ResourceError> {
    let current = service.store.head(&permit.collection, id, service.clock.now()).await?;
    if current.is_some() {
        return Ok(current);
    }
    Ok(service.store.remains(&permit.collection, id).await?.map(|remains| remains.newest))
}

/// Begins at once with what belongs to the document. If it is interrupted, the sweep continues.
async fn erase_now(service: &Service, target: &WriteTarget<'_>) {
    let purge = Purge { collection: target.collection.to_owned(), document: target.id.to_owned() };
    let (store, clock, hot) =
        (Arc::clone(&service.store), Arc::clone(&service.clock), Arc::clone(&service.hot));
    let served = service.catalog.served();
    begin_now(async move {
        finish::hide(&*store, &*clock, &served, &purge).await?;
        hot.forget_all();
        finish::erase(&*store, &*clock, &served, &purge).await
    })
    .await;
}
