//! Shows the definitions of collections. Any valid token may read them.

use shared_models::documents::CollectionDefinition;

use super::{Service, error::ResourceError};

/// Every definition, by name.
pub fn all(service: &Service) -> Vec<&CollectionDefinition> {
    service.catalog.iter().map(|collection| &collection.definition).collect()
}

/// The definition of one collection.
pub fn one<'s>(service: &'s Service, name: &str) -> Result<&'s CollectionDefinition, ResourceError> {
    let collection = service.catalog.get(name);
    collection.map(|found| &found.definition).ok_or_else(|| ResourceError::UnknownCollection(name.to_owned()))
}
