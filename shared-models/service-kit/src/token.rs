//! Access tokens: minting them, and checking them more strictly than the JWT library does.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::Header;
use serde::{Deserialize, de::IgnoredAny};
use shared_models::claims::{ACCESS_TOKEN_TYPE, AccessClaims};

use crate::{
    clock::Clock,
    keys::{KeyRing, KeysError, Ring},
};

/// The longest token that is looked at, in bytes. Tessera's own stay under 1 KiB.
const MAX_TOKEN: usize = 8 * 1024;
/// How far clocks may differ, in seconds.
const LEEWAY: i64 = 5;

/// Why a token is refused. The text may be shown to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not three base64url parts with JSON inside, or a claim is missing or of the wrong type.
    #[error("the token is malformed")]
    Malformed,
    /// The header asks for something that is never done: another type, or an extension (`crit`).
    #[error("the token is not an access token")]
    NotAnAccessToken,
    /// No key of the ring has the token's `kid` and `alg`.
    #[error("the token is signed with an unknown key")]
    UnknownKey,
    /// The signature does not fit.
    #[error("the token's signature is wrong")]
    BadSignature,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` or `iat` lies ahead.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// `iss` or `aud` names somebody else.
    #[error("the token was issued by or for somebody else")]
    Foreign,
}

/// Checks access tokens against a key ring, asking nobody (RFC 9068 section 4, RFC 8725).
pub struct Verifier {
    ring: Arc<KeyRing>,
    issuer: String,
    audience: String,
    clock: Arc<dyn Clock>,
}

/// The header members that decide. Keys that a token brings along (`jwk`, `jku`, `x5u`, `x5c`) are never read.
#[derive(Deserialize)]
struct TokenHeader<'a> {
    #[serde(borrow)]
    alg: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    kid: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    typ: std::borrow::Cow<'a, str>,
    #[serde(default)]
    crit: Option<IgnoredAny>,
}

impl Verifier {
    /// A verifier that accepts tokens of `issuer` for `audience`.
    pub fn new(ring: Arc<KeyRing>, issuer: &str, audience: &str, clock: Arc<dyn Clock>) -> Self {
        Self { ring, issuer: issuer.to_owned(), audience: audience.to_owned(), clock }
    }

    /// The claims of a token that is good now.
    pub fn verify(&self, token: &str) -> Result<AccessClaims, TokenError> {
        let claims = self.verify_ignoring_expiry(token)?;
        if self.clock.now().unix_timestamp() >= claims.exp.saturating_add(LEEWAY) {
            return Err(TokenError::Expired);
        }
        Ok(claims)
    }

    /// The claims of a token that is or was good: it tells whose token it is, and opens nothing.
    pub fn verify_ignoring_expiry(&self, token: &str) -> Result<AccessClaims, TokenError> {
        if token.len() > MAX_TOKEN {
            return Err(TokenError::Malformed);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenError::Malformed)?;
        // A payload with a dot left in it (five parts, a trailing dot) is no base64url.
        let header = decode(header)?;
        self.check_signature(&header, signed, signature)?;
        let claims: AccessClaims =
            serde_json::from_slice(&decode(payload)?).map_err(|_| TokenError::Malformed)?;
        self.check_claims(&claims)?;
        Ok(claims)
    }

    fn check_signature(&self, header: &[u8], signed: &str, signature: &str) -> Result<(), TokenError> {
        let header: TokenHeader<'_> = serde_json::from_slice(header).map_err(|_| TokenError::Malformed)?;
        let kind = header.typ.strip_prefix("application/").unwrap_or(&header.typ);
        if header.crit.is_some() || !kind.eq_ignore_ascii_case(ACCESS_TOKEN_TYPE) {
            return Err(TokenError::NotAnAccessToken);
        }
        let ring = self.ring.current();
        let key = ring.find(&header.kid).ok_or(TokenError::UnknownKey)?;
        if header.alg != key.algorithm.name() {
            return Err(TokenError::UnknownKey);
        }
        match jsonwebtoken::crypto::verify(signature, signed.as_bytes(), &key.verify, key.algorithm.jwt()) {
            Ok(true) => {
                key.used.increment(1);
                Ok(())
            }
            Ok(false) | Err(_) => Err(TokenError::BadSignature),
        }
    }

    fn check_claims(&self, claims: &AccessClaims) -> Result<(), TokenError> {
        if claims.iss != self.issuer || !claims.aud.includes(&self.audience) {
            return Err(TokenError::Foreign);
        }
        if claims.sub.is_empty() {
            return Err(TokenError::Malformed);
        }
        let soon = self.clock.now().unix_timestamp() + LEEWAY;
        if claims.nbf.is_some_and(|nbf| nbf > soon) || claims.iat > soon {
            return Err(TokenError::NotYetValid);
        }
        Ok(())
    }
}

/// Unpadded base64url whose unused bits are zero, so that a token has one spelling.
fn decode(part: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Malformed)
}

/// Signs `claims` with the ring's signing key.
pub fn mint(ring: &Ring, claims: &AccessClaims) -> Result<String, KeysError> {
    let (key, sign) = ring.signing_key().ok_or_else(|| KeysError("no key of the ring signs".into()))?;
    let mut header = Header::new(key.algorithm.jwt());
    header.typ = Some(ACCESS_TOKEN_TYPE.into());
    header.kid = Some(key.kid.clone());
    jsonwebtoken::encode(&header, claims, sign).map_err(|error| KeysError(format!("cannot sign: {error}")))
}

#[cfg(test)]
#[path = "tests/token.rs"]
mod tests;
