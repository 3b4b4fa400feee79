//! Removes a file from a document.

use service_kit::precondition::Precondition;

use super::{MAX_TRIES, Named, lease_from};
use crate::{
    ops::{Service, error::ResourceError, policy::Verb},
    store::artifacts::Lease,
};

/// Removes the file, again when somebody else changed the folder meanwhile.
pub async fn remove(
    service: &Service,
    named: Named<'_>,
    precondition: &Precondition,
) -> Result<(), ResourceError> {
    let open = service.open(named.claims, named.place(), Verb::Write).await?;
    let (name, store) = (named.parsed()?, &service.store);
    for _ in 0..MAX_TRIES {
        let folder = store.folder(named.place()).await?;
        let Some(file) = folder.get(&name) else { return Err(named.missing()) };
        open.check(precondition, Some(file))?;
        let now = service.clock.now();
        // Should the folder keep the file after all, the sweeper finds it named there and settles it again.
        store.lease(&file.blob, Lease::Release, now, lease_from(now)).await?;
        let tag = service.unique();
        if store.save_folder(named.place(), &folder.without(&name), folder.tag.as_deref(), &tag).await? {
            service.beat(&open.permit, named.calculation());
            return Ok(());
        }
    }
    Err(ResourceError::ChangedMeanwhile)
}
