//! One key as a JWK (RFC 7517, RFC 7518 section 6, RFC 8037), with its place in a rotation.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A JWK Set: the content of a key ring file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct JwkSet {
    /// The keys, in no order that matters.
    pub keys: Vec<Jwk>,
}

/// One key. Its `Debug` shows no secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Jwk {
    /// The name by which tokens refer to the key.
    #[serde(default)]
    pub kid: String,
    /// The one algorithm the key is used with.
    pub alg: Algorithm,
    /// `sign` for the one key that signs, `verify` for every key that is accepted.
    pub key_ops: Vec<KeyOperation>,
    /// What the key is for (RFC 7517 section 4.2): `sig`, or absent.
    #[serde(rename = "use", default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// When the key was made, in seconds since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// When the key stopped signing, in seconds since the epoch; absent on a key that never signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<i64>,
    /// The key itself.
    #[serde(flatten)]
    pub material: Material,
}

/// A signature algorithm (RFC 7518 section 3.1, RFC 8037).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// HMAC with SHA-256, a shared key.
    HS256,
    /// Ed25519.
    EdDSA,
    /// ECDSA with P-256 and SHA-256.
    ES256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256,
}

impl Algorithm {
    /// The name in a token's header.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HS256 => "HS256",
            Self::EdDSA => "EdDSA",
            Self::ES256 => "ES256",
            Self::RS256 => "RS256",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Algorithm {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        [Self::HS256, Self::EdDSA, Self::ES256, Self::RS256]
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
            .ok_or_else(|| format!("{name:?} is not one of HS256, EdDSA, ES256, RS256"))
    }
}

/// What a key may be used for (RFC 7517 section 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyOperation {
    /// The key signs new tokens.
    Sign,
    /// The key checks tokens.
    Verify,
}

/// The numbers of a key, by `kty`. Private members are absent from a key that can only verify.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kty")]
pub enum Material {
    /// A shared secret.
    #[serde(rename = "oct")]
    Oct {
        /// The secret.
        k: Bytes,
    },
    /// An Edwards-curve key.
    #[serde(rename = "OKP")]
    Okp {
        /// `Ed25519`.
        crv: String,
        /// The public key.
        x: Bytes,
        /// The private seed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        d: Option<Bytes>,
    },
    /// A Weierstrass-curve key.
    #[serde(rename = "EC")]
    Ec {
        /// `P-256`.
        crv: String,
        /// The public point's x.
        x: Bytes,
        /// The public point's y.
        y: Bytes,
        /// The private scalar.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        d: Option<Bytes>,
    },
    /// An RSA key.
    #[serde(rename = "RSA")]
    Rsa {
        /// The modulus.
        n: Bytes,
        /// The public exponent.
        e: Bytes,
        /// The private numbers.
        #[serde(flatten)]
        private: Option<Box<RsaPrivate>>,
    },
}

/// The private numbers of an RSA key (RFC 7518 section 6.3.2).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RsaPrivate {
    /// The private exponent.
    pub d: Bytes,
    /// The first prime.
    pub p: Bytes,
    /// The second prime.
    pub q: Bytes,
    /// `d mod (p - 1)`.
    pub dp: Bytes,
    /// `d mod (q - 1)`.
    pub dq: Bytes,
    /// `q^-1 mod p`.
    pub qi: Bytes,
}

/// Bytes that are written as unpadded base64url and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.0.len())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        URL_SAFE_NO_PAD.decode(text).map(Self).map_err(|_| D::Error::custom("not unpadded base64url"))
    }
}

impl Jwk {
    /// Whether the key signs new tokens.
    pub fn signs(&self) -> bool {
        self.key_ops.contains(&KeyOperation::Sign)
    }

    /// The SHA-256 of what tokens are checked with, in base64url. Of a shared key it lets nobody test a guess who could not
    /// do so with any token that the key signed.
    pub fn fingerprint(&self) -> String {
        let numbers = match &self.material {
            Material::Oct { k } => k.0.clone(),
            Material::Okp { x, .. } => x.0.clone(),
            Material::Ec { x, y, .. } => [x.0.as_slice(), &y.0].concat(),
            Material::Rsa { n, e, .. } => [n.0.as_slice(), &e.0].concat(),
        };
        let mut labelled = b"tessera key fingerprint\0".to_vec();
        labelled.extend(numbers);
        URL_SAFE_NO_PAD.encode(digest(&SHA256, &labelled))
    }

    /// The key as others may see it, and nothing for a shared key.
    pub fn public(&self) -> Option<Self> {
        let material = match &self.material {
            Material::Oct { .. } => return None,
            Material::Okp { crv, x, .. } => Material::Okp { crv: crv.clone(), x: x.clone(), d: None },
            Material::Ec { crv, x, y, .. } => {
                Material::Ec { crv: crv.clone(), x: x.clone(), y: y.clone(), d: None }
            }
            Material::Rsa { n, e, .. } => Material::Rsa { n: n.clone(), e: e.clone(), private: None },
        };
        let key_ops = vec![KeyOperation::Verify];
        Some(Self { key_ops, usage: None, iat: None, retired_at: None, material, ..self.clone() })
    }
}
