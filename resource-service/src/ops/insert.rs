//! Adds a document.

use serde_json::{Map, Value};
use shared_models::claims::AccessClaims;

use super::{Service, error::ResourceError, policy::Verb};
use crate::{
    domain::document::{Document, Meta},
    store::StoredDocument,
};

/// Checks the members, gives them an id, an owner and revision 1, and stores them.
pub async fn insert(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    mut members: Map<String, Value>,
) -> Result<(String, StoredDocument), ResourceError> {
    let permit = service.admit(claims, collection, Verb::Write)?;
    let reserved = Meta::take_echo(None, &mut members);
    if !reserved.is_empty() {
        return Err(ResourceError::Invalid(reserved));
    }
    let members = permit.collection.check(members).map_err(ResourceError::Invalid)?;
    let meta = Meta::first(permit.subject, &*service.clock, &*service.random);
    let document = Document { meta, members };
    let (id, stored) = (document.meta.id.clone(), StoredDocument::from(&document));
    service.store.insert(permit.collection, document).await?;
    Ok((id, stored))
}
