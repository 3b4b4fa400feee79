//! Reads one document.

use shared_models::claims::AccessClaims;

use super::{Service, error::ResourceError, policy::Verb};
use crate::{query::parse::shown, store::StoredDocument};

/// A document, and how long it may be served from a cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The document.
    pub document: StoredDocument,
    /// Seconds, where the collection says so.
    pub max_age: Option<u64>,
}

/// The document with this id, or the part of it that the decoded `parameters` ask for.
pub async fn get(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    id: &str,
    parameters: &[(String, String)],
) -> Result<Found, ResourceError> {
    let permit = service.admit(claims, collection, Verb::Read)?;
    let projection = shown(&permit.collection.target(), parameters).map_err(ResourceError::Invalid)?;
    let found = service.store.get(permit.collection, id, service.clock.now()).await?;
    let mut document =
        found.filter(|found| permit.reaches(&found.owner)).ok_or_else(|| permit.not_found(id))?;
    if let Some(projection) = projection {
        document.json = projection.apply_to_text(&document.json)?;
    }
    Ok(Found { document, max_age: permit.collection.definition.max_age })
}
