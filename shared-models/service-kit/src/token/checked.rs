//! A cache of verified tokens, so that a signature is checked once and not with each request.
//!
//! It keeps what cannot change: the key and the claims. The caller checks expiry and revocations each time. Tokens that
//! were verified with an earlier key ring are not found.

use std::sync::Arc;

use moka::sync::Cache;
use shared_models::claims::AccessClaims;

use crate::{keys::Ring, metric::Counter};

/// How many bytes of tokens are kept; claims count as much again. Enough for about three thousand users.
const CAPACITY: u64 = 4 * 1024 * 1024;

/// The tokens by their text.
pub(super) struct CheckedTokens(Cache<Arc<str>, Checked>);

#[derive(Clone)]
struct Checked {
    claims: Arc<AccessClaims>,
    /// Which ring it was checked with.
    ring: u64,
    /// The counter of tokens verified with its key.
    used: Counter,
}

impl CheckedTokens {
    pub(super) fn new() -> Self {
        let weight = |token: &str| u32::try_from(2 * token.len()).unwrap_or(u32::MAX);
        Self(
            Cache::builder().max_capacity(CAPACITY).weigher(move |token: &Arc<str>, _| weight(token)).build(),
        )
    }

    /// The claims of a token that was checked with this very ring.
    pub(super) fn find(&self, token: &str, ring: &Ring) -> Option<Arc<AccessClaims>> {
        let known = self.0.get(token).filter(|known| known.ring == ring.id())?;
        known.used.increment(1);
        Some(known.claims)
    }

    /// Keeps a token that has just been checked with `ring`.
    pub(super) fn keep(&self, token: &str, claims: &Arc<AccessClaims>, ring: &Ring, used: Counter) {
        let checked = Checked { claims: Arc::clone(claims), ring: ring.id(), used };
        self.0.insert(token.into(), checked);
    }
}
