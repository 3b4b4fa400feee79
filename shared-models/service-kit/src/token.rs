//! Access tokens: minting them, and checking them more strictly than the JWT library does.

mod checked;

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::Header;
use serde::{Deserialize, de::IgnoredAny};
use shared_models::claims::{ACCESS_TOKEN_TYPE, AccessClaims};

use self::checked::CheckedTokens;
use crate::{
    clock::Clock,
    keys::{Key, KeyRing, KeysError, Ring},
    metric::kit::REFUSED,
    revocations::Revocations,
};

/// The longest token that is accepted, in bytes. Tessera's own stay under 1 KiB.
const MAX_TOKEN: usize = 8 * 1024;
/// The longest signature of the keys that Tessera makes: RS256 with 2048 bits, in characters of base64url.
const LONGEST_SIGNATURE: usize = 342;
/// How far clocks may differ, in seconds.
pub const LEEWAY: i64 = 5;

/// Why a token is refused. The text may be shown to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not three base64url parts with JSON inside, or a claim is missing or of the wrong type.
    #[error("the token is malformed")]
    Malformed,
    /// The header demands something unsupported: another type, or an extension (`crit`).
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
    /// `nbf` or `iat` is in the future.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// `iss` or `aud` names somebody else.
    #[error("the token was issued by or for somebody else")]
    Foreign,
    /// A revocation names its subject, its session or its client.
    #[error("the token has been revoked")]
    Revoked,
}

impl TokenError {
    /// The reason, as the metric names it.
    fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::NotAnAccessToken => "not_an_access_token",
            Self::UnknownKey => "unknown_key",
            Self::BadSignature => "bad_signature",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::Foreign => "foreign",
            Self::Revoked => "revoked",
        }
    }
}

/// Checks access tokens against a key ring, asking nobody (RFC 9068 section 4, RFC 8725).
pub struct Verifier {
    ring: Arc<KeyRing>,
    issuer: String,
    audience: String,
    clock: Arc<dyn Clock>,
    revocations: Option<Arc<Revocations>>,
    checked: CheckedTokens,
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
        let (issuer, audience) = (issuer.to_owned(), audience.to_owned());
        Self { ring, issuer, audience, clock, revocations: None, checked: CheckedTokens::new() }
    }

    /// The same, which also refuses what `revocations` names.
    pub fn with_revocations(self, revocations: Arc<Revocations>) -> Self {
        Self { revocations: Some(revocations), ..self }
    }

    /// The keys that tokens are checked with.
    pub fn ring(&self) -> &Arc<KeyRing> {
        &self.ring
    }

    /// Whether the token names a key that the ring does not have.
    pub fn lacks_key(&self, token: &str) -> bool {
        let header = token.split('.').next().filter(|header| header.len() <= MAX_TOKEN).map(decode);
        let Some(Ok(header)) = header else { return false };
        let header: Result<TokenHeader<'_>, _> = serde_json::from_slice(&header);
        header.is_ok_and(|header| self.ring.current().find(&header.kid).is_none())
    }

    /// The claims of a token that is valid now. Its signature is checked once and then cached.
    pub fn verify(&self, token: &str) -> Result<Arc<AccessClaims>, TokenError> {
        self.verified(token).inspect_err(|error| REFUSED.with([error.name()]).increment(1))
    }

    fn verified(&self, token: &str) -> Result<Arc<AccessClaims>, TokenError> {
        let ring = self.ring.current();
        if let Some(claims) = self.checked.find(token, &ring) {
            self.check_still_good(&claims)?;
            return Ok(claims);
        }
        let (claims, key) = self.check(token, &ring)?;
        self.check_begun(&claims)?;
        let claims = Arc::new(claims);
        self.check_still_good(&claims)?;
        self.checked.keep(token, &claims, &ring, key.used.clone());
        Ok(claims)
    }

    /// The claims of a token that is, was, or (issued by a clock ahead) will be valid. They identify the token and
    /// authorize nothing.
    pub fn verify_ignoring_time(&self, token: &str) -> Result<AccessClaims, TokenError> {
        self.check(token, &self.ring.current()).map(|(claims, _)| claims)
    }

    /// What a token says, and the key that signed it.
    fn check<'r>(&self, token: &str, ring: &'r Ring) -> Result<(AccessClaims, &'r Key), TokenError> {
        if token.len() > MAX_TOKEN {
            return Err(TokenError::Malformed);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenError::Malformed)?;
        // A payload with another dot in it (five parts, a trailing dot) is not base64url.
        let key = signer(&decode(header)?, signed, signature, ring)?;
        let claims: AccessClaims =
            serde_json::from_slice(&decode(payload)?).map_err(|_| TokenError::Malformed)?;
        self.check_claims(&claims)?;
        Ok((claims, key))
    }

    /// Whether a token that was valid with these claims still is: neither expired nor revoked.
    pub fn check_still_good(&self, claims: &AccessClaims) -> Result<(), TokenError> {
        if self.clock.now().unix_timestamp() >= claims.exp.saturating_add(LEEWAY) {
            return Err(TokenError::Expired);
        }
        if self.revocations.as_ref().is_some_and(|revocations| revocations.refuses(claims)) {
            return Err(TokenError::Revoked);
        }
        Ok(())
    }

    fn check_claims(&self, claims: &AccessClaims) -> Result<(), TokenError> {
        if claims.iss != self.issuer || !claims.aud.includes(&self.audience) {
            tracing::debug!(
                token.issuer.expected = self.issuer,
                token.issuer.found = claims.iss,
                token.audience.expected = self.audience,
                token.audience.found = ?claims.aud,
                "a token was issued by or for somebody else"
            );
            return Err(TokenError::Foreign);
        }
        if claims.sub.is_empty() {
            return Err(TokenError::Malformed);
        }
        Ok(())
    }

    /// Whether a token's time has come.
    fn check_begun(&self, claims: &AccessClaims) -> Result<(), TokenError> {
        let soon = self.clock.now().unix_timestamp() + LEEWAY;
        if claims.nbf.is_some_and(|nbf| nbf > soon) || claims.iat > soon {
            return Err(TokenError::NotYetValid);
        }
        Ok(())
    }
}

/// The key that signed a token, by what its header says.
fn signer<'r>(header: &[u8], signed: &str, signature: &str, ring: &'r Ring) -> Result<&'r Key, TokenError> {
    let header: TokenHeader<'_> = serde_json::from_slice(header).map_err(|_| TokenError::Malformed)?;
    let kind = header.typ.strip_prefix("application/").unwrap_or(&header.typ);
    if header.crit.is_some() || !kind.eq_ignore_ascii_case(ACCESS_TOKEN_TYPE) {
        return Err(TokenError::NotAnAccessToken);
    }
    let key = ring.find(&header.kid).ok_or(TokenError::UnknownKey)?;
    if header.alg != key.algorithm.name() {
        return Err(TokenError::UnknownKey);
    }
    match jsonwebtoken::crypto::verify(signature, signed.as_bytes(), &key.verify, key.algorithm.jwt()) {
        Ok(true) => {
            key.used.increment(1);
            Ok(key)
        }
        Ok(false) | Err(_) => Err(TokenError::BadSignature),
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

/// How many bytes a token with these claims has whichever algorithm the ring is rotated to: those of a token that is
/// minted now, with the longest signature in place of its own.
pub fn widest(ring: &Ring, claims: &AccessClaims) -> Result<usize, KeysError> {
    let token = mint(ring, claims)?;
    let signature = token.rsplit('.').next().map_or(0, str::len);
    Ok(token.len() - signature + signature.max(LONGEST_SIGNATURE))
}

#[cfg(test)]
#[path = "tests/token.rs"]
mod tests;
