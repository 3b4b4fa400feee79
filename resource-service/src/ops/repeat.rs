//! Requests that may be repeated: the first answer is kept beside what it wrote, and given again
//! (draft-ietf-httpapi-idempotency-key-header).

use aws_lc_rs::digest::{Context, SHA256};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use shared_models::{claims::AccessClaims, problem::FieldError};
use time::{Duration, OffsetDateTime};

use super::{Service, error::ResourceError};
use crate::store::{Receipt, RenderAnswer};

/// How long an answer is kept.
pub const KEPT: Duration = Duration::hours(24);

/// A request that its client may send again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    id: String,
    collection: String,
    fingerprint: String,
}

impl IdempotencyKey {
    /// The key that a caller chose for a request to a collection. It is nobody else's, nor that of a token with
    /// another limit. `request` is whatever makes the request what it is.
    pub fn new(claims: &AccessClaims, collection: &str, chosen: &str, request: &[&[u8]]) -> Self {
        let limits = claims.authorization_details.iter().map(|limit| limit.identifier.as_bytes());
        let own = [claims.sub.as_bytes(), collection.as_bytes(), chosen.as_bytes()];
        Self {
            id: hash(own.into_iter().chain(limits)),
            collection: collection.to_owned(),
            fingerprint: hash(request.iter().copied()),
        }
    }

    pub(super) fn receipt(&self, now: OffsetDateTime, answer: RenderAnswer) -> Receipt {
        let Self { id, collection, fingerprint } = self.clone();
        Receipt { id, collection, fingerprint, now, expires_at: now + KEPT, answer }
    }
}

/// SHA-256 of parts that cannot run into each other, in base64url.
fn hash<'p>(parts: impl Iterator<Item = &'p [u8]>) -> String {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&part.len().to_be_bytes());
        context.update(part);
    }
    URL_SAFE_NO_PAD.encode(context.finish())
}

impl Service {
    /// What the request was answered, if it was made before. Another request under its key is refused.
    pub(super) async fn answered(&self, key: &IdempotencyKey) -> Result<Option<String>, ResourceError> {
        let Some(kept) = self.store.receipt(&key.id, self.clock.now()).await? else { return Ok(None) };
        if kept.fingerprint == key.fingerprint {
            if kept.answer.is_empty() {
                return Err(ResourceError::AnswerPurged);
            }
            return Ok(Some(kept.answer));
        }
        let message = "this key was sent with another request; give each request a key of its own";
        let fault = FieldError::in_parameter("Idempotency-Key", "reused", message);
        Err(ResourceError::Invalid(vec![fault]))
    }
}
