//! Hides what belongs to a calculation that was removed, and shows it again when that is restored.

use std::sync::Arc;

use service_kit::clock::Clock;

use super::begin_now;
use crate::{
    domain::{belonging::BELONGING, grant::CALCULATIONS},
    ops::{Service, catalog::Served},
    store::{Store, StoreError, hiding::MARKED_AT_ONCE},
};

/// Lets series and reviews follow their calculation: hidden while it is not there. Where it is removed or restored
/// meanwhile, they follow that.
pub(super) async fn follow(
    store: &dyn Store,
    clock: &dyn Clock,
    served: &Served,
    calculation: &str,
) -> Result<(), StoreError> {
    let Some(calculations) = served.catalog.get(CALCULATIONS) else { return Ok(()) };
    let belonging: Vec<_> = BELONGING.iter().filter_map(|name| served.catalog.get(name)).collect();
    let is_gone = async || {
        let found = store.head(calculations, calculation, clock.now()).await;
        found.map(|found| found.is_none())
    };
    let mut hidden = is_gone().await?;
    loop {
        let mut all = true;
        for collection in belonging.iter().filter(|collection| collection.belongs_to_calculations()) {
            all &= store.hide(collection, calculation, hidden).await? < MARKED_AT_ONCE;
        }
        let gone = is_gone().await?;
        if all && gone == hidden {
            return Ok(());
        }
        hidden = gone;
    }
}

/// The same at once, after a request has removed or restored a document, where others belong to it. If it is
/// interrupted, the sweep continues.
pub async fn follow_now(service: &Service, collection: &str, id: &str) {
    if !service.catalog.get(collection).is_some_and(|collection| collection.hides_others()) {
        return;
    }
    let (store, clock, hot) =
        (Arc::clone(&service.store), Arc::clone(&service.clock), Arc::clone(&service.hot));
    let (served, id) = (service.catalog.served(), id.to_owned());
    begin_now(async move {
        let followed = follow(&*store, &*clock, &served, &id).await;
        hot.forget_all();
        followed
    })
    .await;
    service.hot.forget_all();
}
