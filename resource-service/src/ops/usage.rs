//! Shows an administrator of a collection how much it takes.

use shared_models::{claims::AccessClaims, documents::CollectionUsage};

use super::{Service, error::ResourceError, policy::Verb};

/// What is stored of a collection: its documents, their past, their files.
pub async fn usage(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
) -> Result<CollectionUsage, ResourceError> {
    let permit = service.admit(claims, collection, Verb::Administer)?;
    let found = service.store.usage(permit.collection.name()).await?;
    Ok(CollectionUsage {
        collection: permit.collection.name().to_owned(),
        documents: found.documents.count,
        bytes: found.documents.bytes,
        versions: found.versions,
        artifacts: found.artifacts,
    })
}
