//! Removes a document.

pub use super::change::WriteTarget;
use super::{Service, artifacts::sweep, error::ResourceError, retention::hide};

/// Removes the document. Its artifacts go out of sight with it, and their bytes soon after.
pub async fn delete(service: &Service, target: WriteTarget<'_>) -> Result<(), ResourceError> {
    target.remove(service).await?;
    hide::follow_now(service, target.collection, target.id).await;
    sweep::forget(service, target.collection, target.id).await;
    Ok(())
}
