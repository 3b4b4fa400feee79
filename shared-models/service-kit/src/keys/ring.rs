//! A key ring that has been checked: what it refuses, and what it signs and verifies with.

use std::sync::atomic::{AtomicU64, Ordering};

use jsonwebtoken::{Algorithm as JwtAlgorithm, DecodingKey, EncodingKey};

use crate::keys::{
    KeysError, der,
    jwk::{Algorithm, Jwk, JwkSet, Material},
};

/// The shortest shared key: as long as the hash (RFC 7518 section 3.2).
const MIN_SECRET: usize = 32;
/// The shortest RSA modulus in bytes: 2,048 bits (RFC 7518 section 3.3).
const MIN_MODULUS: usize = 256;

/// Secrets printed in widely read documents.
const SAMPLE_SECRETS: &[&[u8]] = &[
    b"09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7", // FastAPI tutorial
    b"a-string-secret-at-least-256-bits-long",                           // jwt.io
    b"a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long", // jwt.io
    b"your-256-bit-secret-your-256-bit-secret",
    // RFC 7515 appendix A.1
    &[
        0x03, 0x23, 0x35, 0x4b, 0x2b, 0x0f, 0xa5, 0xbc, 0x83, 0x7e, 0x06, 0x65, 0x77, 0x7b, 0xa6, 0x8f, 0x5a,
        0xb3, 0x28, 0xe6, 0xf0, 0x54, 0xc9, 0x28, 0xa9, 0x0f, 0x84, 0xb2, 0xd2, 0x50, 0x2e, 0xbf, 0xd3, 0xfb,
        0x5a, 0x92, 0xd2, 0x06, 0x47, 0xef, 0x96, 0x8a, 0xb4, 0xc3, 0x77, 0x62, 0x3d, 0x22, 0x3d, 0x2e, 0x21,
        0x72, 0x05, 0x2e, 0x4f, 0x08, 0xc0, 0xcd, 0x9a, 0xf5, 0x67, 0xd0, 0x80, 0xa3,
    ],
];

/// A key that has been checked against the rules of the ring.
pub struct Key {
    /// The name by which tokens refer to the key.
    pub kid: String,
    /// The one algorithm the key is used with.
    pub algorithm: Algorithm,
    pub(crate) verify: DecodingKey,
    pub(crate) sign: Option<EncodingKey>,
    /// Tokens that this key verified; shows when an old key is no longer used.
    pub(crate) used: metrics::Counter,
}

/// How many rings there have been in this process.
static RINGS: AtomicU64 = AtomicU64::new(0);

/// A checked, immutable key ring.
pub struct Ring {
    id: u64,
    keys: Vec<Key>,
    public: JwkSet,
}

impl std::fmt::Debug for Ring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| &key.kid)).finish()
    }
}

impl Ring {
    /// Checks the text of a key ring file.
    pub fn parse(text: &str) -> Result<Self, KeysError> {
        let set: JwkSet =
            serde_json::from_str(text).map_err(|error| KeysError(format!("not a JWK Set: {error}")))?;
        Self::new(&set)
    }

    /// Checks a set of keys.
    pub fn new(set: &JwkSet) -> Result<Self, KeysError> {
        if set.keys.is_empty() {
            return Err(KeysError("the key ring is empty".into()));
        }
        let mut keys: Vec<Key> = Vec::with_capacity(set.keys.len());
        for (position, jwk) in set.keys.iter().enumerate() {
            if jwk.kid.is_empty() {
                return Err(KeysError(format!("key {} has no kid", position + 1)));
            }
            if keys.iter().any(|key| key.kid == jwk.kid) {
                return Err(KeysError(format!("kid {:?} stands twice", jwk.kid)));
            }
            keys.push(key(jwk).map_err(|fault| KeysError(format!("key {:?}: {fault}", jwk.kid)))?);
        }
        if keys.iter().filter(|key| key.sign.is_some()).count() > 1 {
            return Err(KeysError("more than one key has the key_ops \"sign\"; exactly one may".into()));
        }
        Ok(Self::of(keys, JwkSet { keys: set.keys.iter().filter_map(Jwk::public).collect() }))
    }

    /// A ring that is still to be fetched: it verifies nothing.
    pub(super) fn empty() -> Self {
        Self::of(Vec::new(), JwkSet::default())
    }

    fn of(keys: Vec<Key>, public: JwkSet) -> Self {
        Self { id: RINGS.fetch_add(1, Ordering::Relaxed), keys, public }
    }

    /// Tells this ring from every other of the process.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Whether there is no key.
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key that a token names.
    pub fn find(&self, kid: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.kid == kid)
    }

    /// The key that signs new tokens, and its private half.
    pub fn signing_key(&self) -> Option<(&Key, &EncodingKey)> {
        self.keys.iter().find_map(|key| key.sign.as_ref().map(|sign| (key, sign)))
    }

    /// The keys that anyone may see: shared keys never leave their file.
    pub fn public(&self) -> &JwkSet {
        &self.public
    }
}

impl Algorithm {
    pub(crate) fn jwt(self) -> JwtAlgorithm {
        match self {
            Self::HS256 => JwtAlgorithm::HS256,
            Self::EdDSA => JwtAlgorithm::EdDSA,
            Self::ES256 => JwtAlgorithm::ES256,
            Self::RS256 => JwtAlgorithm::RS256,
        }
    }
}

fn key(jwk: &Jwk) -> Result<Key, String> {
    if jwk.key_ops.is_empty() {
        return Err("key_ops is empty; \"verify\", or \"sign\" and \"verify\"".into());
    }
    let (verify, sign) = match (&jwk.material, jwk.alg) {
        (Material::Oct { k }, Algorithm::HS256) => {
            check_secret(&k.0)?;
            (DecodingKey::from_secret(&k.0), Some(EncodingKey::from_secret(&k.0)))
        }
        (Material::Okp { crv, x, d }, Algorithm::EdDSA) if crv == "Ed25519" => {
            lengths(&[("x", Some(&x.0)), ("d", d.as_ref().map(|d| &d.0))], 32)?;
            (
                DecodingKey::from_ed_der(&x.0),
                d.as_ref().map(|d| EncodingKey::from_ed_der(&der::ed25519(&d.0))),
            )
        }
        (Material::Ec { crv, x, y, d }, Algorithm::ES256) if crv == "P-256" => {
            lengths(&[("x", Some(&x.0)), ("y", Some(&y.0)), ("d", d.as_ref().map(|d| &d.0))], 32)?;
            let point = [&[4], x.0.as_slice(), &y.0].concat();
            let sign = d.as_ref().map(|d| EncodingKey::from_ec_der(&der::p256(&d.0, &x.0, &y.0)));
            (DecodingKey::from_ec_der(&point), sign)
        }
        (Material::Rsa { n, e, private }, Algorithm::RS256) => {
            if n.0.len() < MIN_MODULUS {
                return Err(format!("the modulus has {} bits, at least 2048 are needed", n.0.len() * 8));
            }
            let sign = private.as_ref().map(|private| EncodingKey::from_rsa_der(&der::rsa(n, e, private)));
            (DecodingKey::from_rsa_raw_components(&n.0, &e.0), sign)
        }
        (_, algorithm) => return Err(format!("alg {algorithm} does not fit its kty and crv")),
    };
    let sign = match (jwk.signs(), sign) {
        (true, None) => return Err("key_ops says \"sign\", but the private part is missing".into()),
        (true, sign) => sign,
        (false, _) => None,
    };
    let used = metrics::counter!("tessera_tokens_verified_total", "kid" => jwk.kid.clone());
    Ok(Key { kid: jwk.kid.clone(), algorithm: jwk.alg, verify, sign, used })
}

fn check_secret(secret: &[u8]) -> Result<(), String> {
    if secret.len() < MIN_SECRET {
        return Err(format!("the shared key has {} bytes, at least {MIN_SECRET} are needed", secret.len()));
    }
    if SAMPLE_SECRETS.contains(&secret) {
        return Err("the shared key is a published sample; make one with `auth-service keys new`".into());
    }
    let mut distinct = secret.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < 8 {
        return Err("the shared key repeats a few bytes; make one with `auth-service keys new`".into());
    }
    Ok(())
}

fn lengths(numbers: &[(&str, Option<&Vec<u8>>)], expected: usize) -> Result<(), String> {
    for (name, number) in numbers {
        if let Some(number) = number.filter(|number| number.len() != expected) {
            return Err(format!("{name} has {} bytes, not {expected}", number.len()));
        }
    }
    Ok(())
}
