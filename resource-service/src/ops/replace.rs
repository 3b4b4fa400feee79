//! Replaces the members of a document by others.

use serde_json::{Map, Value};

pub use super::change::WriteTarget;
use super::{
    Service,
    change::{Effect, without_echo},
    error::ResourceError,
    shown::Shown,
};

/// Puts `members` in the place of the document's own.
pub async fn replace(
    service: &Service,
    target: WriteTarget<'_>,
    members: &Map<String, Value>,
) -> Result<Shown, ResourceError> {
    target.update(service, Effect::Replaces, |record, _| without_echo(record, members)).await
}
