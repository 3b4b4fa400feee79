//! Replaces the members of a document by others.

use serde_json::{Map, Value};

pub use super::change::Target;
use super::{
    Service,
    change::{Effect, without_echo},
    error::ResourceError,
};
use crate::store::StoredDocument;

/// Puts `members` in the place of the document's own.
pub async fn replace(
    service: &Service,
    target: Target<'_>,
    members: &Map<String, Value>,
) -> Result<StoredDocument, ResourceError> {
    target.update(service, Effect::Replaces, |meta, _| without_echo(meta, members)).await
}
