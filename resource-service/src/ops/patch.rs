//! Changes some members of a document by a merge patch (RFC 7396).

use serde_json::{Map, Value};

pub use super::change::Target;
use super::{Service, change::without_echo, error::ResourceError};
use crate::{domain::merge::merge, store::StoredDocument};

/// Applies `patch` to the document.
pub async fn patch(
    service: &Service,
    target: Target<'_>,
    patch: &Map<String, Value>,
) -> Result<StoredDocument, ResourceError> {
    let change = |meta: &_, mut members| {
        merge(&mut members, without_echo(meta, patch)?);
        Ok(members)
    };
    target.update(service, change).await
}
