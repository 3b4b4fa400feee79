//! Removes a document.

pub use super::change::Target;
use super::{Service, error::ResourceError};

/// Removes the document.
pub async fn delete(service: &Service, target: Target<'_>) -> Result<(), ResourceError> {
    target.remove(service).await
}
