//! Shows the definitions of collections. Any valid token may read them.

use std::sync::Arc;

use super::{Service, catalog::Served, error::ResourceError};
use crate::domain::collection::Collection;

/// What is served, by name.
pub fn all(service: &Service) -> Result<Arc<Served>, ResourceError> {
    service.catalog.loaded()
}

/// One collection, and the revision of its definition.
pub fn one(service: &Service, name: &str) -> Result<(Arc<Collection>, i64), ResourceError> {
    Ok((service.catalog.find(name)?, service.catalog.standing(name).revision))
}
