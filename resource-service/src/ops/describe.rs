//! Shows the definitions of collections. Any valid token may read them.

use std::sync::Arc;

use super::{Service, catalog::Served, error::ResourceError};
use crate::domain::collection::Collection;

/// What is served, by name.
pub fn all(service: &Service) -> Result<Arc<Served>, ResourceError> {
    service.catalog.loaded()
}

/// One collection, and the revision of its definition. It can be read, and so changed, where stored documents keep it from
/// being served.
pub fn one(service: &Service, name: &str) -> Result<(Arc<Collection>, i64), ResourceError> {
    let standing = service.catalog.standing(name);
    let found = service.catalog.find(name);
    match (found, standing.collection) {
        (Err(ResourceError::NotServed { .. }), Some(collection)) => Ok((collection, standing.revision)),
        (found, _) => Ok((found?, standing.revision)),
    }
}
