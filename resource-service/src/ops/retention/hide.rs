//! Hides what belongs to a calculation that was removed, and shows it again when that is restored.

use std::time::Duration;

use service_kit::clock::Clock;
use tokio::time::timeout;

use crate::{
    domain::{belonging::BELONGING, grant::CALCULATIONS},
    ops::{Service, catalog::Served},
    store::{Store, StoreError, hiding::MARKED_AT_ONCE},
};

/// How long the request itself marks series and reviews. What is left then is marked by the next sweep.
const PATIENCE: Duration = Duration::from_secs(2);

/// Lets series and reviews follow their calculation: hidden while it is not there.
pub(super) async fn follow(
    store: &dyn Store,
    clock: &dyn Clock,
    served: &Served,
    calculation: &str,
) -> Result<(), StoreError> {
    let Some(calculations) = served.catalog.get(CALCULATIONS) else { return Ok(()) };
    let hidden = store.head(calculations, calculation, clock.now()).await?.is_none();
    let belonging = BELONGING.iter().filter_map(|name| served.catalog.get(name));
    for collection in belonging.filter(|collection| collection.belongs_to_calculations()) {
        while store.hide(collection, calculation, hidden).await? == MARKED_AT_ONCE {}
    }
    Ok(())
}

/// The same at once, after a request has removed or restored a document, where others belong to it. If it is
/// interrupted, the sweep continues.
pub async fn follow_now(service: &Service, collection: &str, id: &str) {
    if !service.catalog.get(collection).is_some_and(|collection| collection.hides_others()) {
        return;
    }
    let served = service.catalog.served();
    let following = follow(&*service.store, &*service.clock, &served, id);
    let outcome = timeout(PATIENCE, following).await;
    service.hot.forget_all();
    if let Ok(Err(error)) = outcome {
        tracing::debug!(%error, "series and reviews of a calculation are left to the next sweep");
    }
}
