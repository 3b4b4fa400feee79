//! Replaces the members of a document by others.

use serde_json::{Map, Value};

pub use super::change::WriteTarget;
use super::{
    Service,
    change::{Effect, without_echo},
    error::ResourceError,
    shown::Shown,
};

/// Puts `members`, which had so many bytes of text, in the place of the document's own.
pub async fn replace(
    service: &Service,
    target: WriteTarget<'_>,
    members: Map<String, Value>,
    bytes: usize,
) -> Result<Shown, ResourceError> {
    target.update(service, Effect::Replaces, bytes, move |record, _| without_echo(record, &members)).await
}
