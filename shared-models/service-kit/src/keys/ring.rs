//! A key ring that has been checked: what it refuses, and what it signs and verifies with.

use std::sync::atomic::{AtomicU64, Ordering};

use jsonwebtoken::{Algorithm as JwtAlgorithm, DecodingKey, EncodingKey};

use crate::{
    keys::{
        KeysError, check,
        jwk::{Algorithm, Jwk, JwkSet},
    },
    metric::{Counter, kit::VERIFIED},
};

/// A key that has been checked against the rules of the ring.
pub struct Key {
    /// The name by which tokens refer to the key.
    pub kid: String,
    /// The one algorithm the key is used with.
    pub algorithm: Algorithm,
    /// Distinguishes it from another key of the same `kid`: [`Jwk::fingerprint`].
    pub fingerprint: String,
    pub(crate) verify: DecodingKey,
    pub(crate) sign: Option<EncodingKey>,
    /// Tokens that this key verified; shows when an old key is no longer used.
    pub(crate) used: Counter,
}

impl Key {
    /// Whether the key signs new tokens.
    pub fn signs(&self) -> bool {
        self.sign.is_some()
    }
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
        Self::new(&JwkSet::from_text(text)?)
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
                return Err(KeysError(format!(
                    "kid \"{}\" is given to more than one key",
                    jwk.kid.escape_debug()
                )));
            }
            let named = |fault| KeysError(format!("key \"{}\": {fault}", jwk.kid.escape_debug()));
            keys.push(key(jwk).map_err(named)?);
        }
        if keys.iter().filter(|key| key.sign.is_some()).count() > 1 {
            return Err(KeysError("more than one key has \"sign\" in its key_ops; exactly one may".into()));
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

    /// Distinguishes this ring from every other of the process.
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

    /// Every key.
    pub fn keys(&self) -> &[Key] {
        &self.keys
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
        return Err("key_ops is empty; it must be [\"verify\"] or [\"sign\", \"verify\"]".into());
    }
    if let Some(usage) = jwk.usage.as_ref().filter(|usage| *usage != "sig") {
        return Err(format!("its use is \"{}\"; it must be \"sig\" or absent", usage.escape_debug()));
    }
    let (verify, sign) = check::halves(jwk)?;
    let sign = match (jwk.signs(), sign) {
        (true, None) => return Err("key_ops contains \"sign\", but the private part is missing".into()),
        (true, sign) => sign,
        (false, _) => None,
    };
    let used = VERIFIED.of([&jwk.kid]);
    let fingerprint = jwk.fingerprint();
    Ok(Key { kid: jwk.kid.clone(), algorithm: jwk.alg, fingerprint, verify, sign, used })
}
