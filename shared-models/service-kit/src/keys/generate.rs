//! New keys.

use aws_lc_rs::{
    encoding::{AsBigEndian as _, AsDer as _, EcPrivateKeyBin, Pkcs8V1Der},
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair},
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    keys::{
        KeysError, der,
        jwk::{Algorithm, Bytes, Jwk, KeyOperation, Material},
    },
    random::{self, Random},
};

/// Makes a key that can verify; `sign` is for the ring to give. RSA keys have 2,048 bits, shared keys 256.
pub fn generate(algorithm: Algorithm, now: OffsetDateTime, random: &dyn Random) -> Result<Jwk, KeysError> {
    let material = match algorithm {
        Algorithm::HS256 => Some(Material::Oct { k: Bytes(random::bytes::<32>(random).to_vec()) }),
        Algorithm::EdDSA => ed25519(),
        Algorithm::ES256 => p256(),
        Algorithm::RS256 => rsa(),
    }
    .ok_or_else(|| KeysError(format!("the cryptographic library could not make a key for {algorithm}")))?;
    let id = Uuid::from_bytes(random::bytes::<16>(random)).simple().to_string();
    Ok(Jwk {
        kid: format!("{}-{}", algorithm.name().to_lowercase(), &id[..12]),
        alg: algorithm,
        key_ops: vec![KeyOperation::Verify],
        usage: None,
        iat: Some(now.unix_timestamp()),
        retired_at: None,
        material,
    })
}

fn ed25519() -> Option<Material> {
    let pair = Ed25519KeyPair::generate().ok()?;
    let document = pair.to_pkcs8v1().ok()?;
    let seed = der::ed25519_seed(document.as_ref())?.to_vec();
    let x = Bytes(pair.public_key().as_ref().to_vec());
    Some(Material::Okp { crv: "Ed25519".into(), x, d: Some(Bytes(seed)) })
}

fn p256() -> Option<Material> {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?;
    let private: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes().ok()?;
    // An uncompressed point: 0x04, then x and y of 32 bytes each (SEC 1 section 2.3.3).
    let (x, y) = pair.public_key().as_ref().strip_prefix(&[4])?.split_at_checked(32)?;
    Some(Material::Ec {
        crv: "P-256".into(),
        x: Bytes(x.to_vec()),
        y: Bytes(y.to_vec()),
        d: Some(Bytes(private.as_ref().to_vec())),
    })
}

fn rsa() -> Option<Material> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
    let document: Pkcs8V1Der<'_> = pair.as_der().ok()?;
    let (n, e, private) = der::rsa_numbers(der::rsa_in_pkcs8(document.as_ref())?)?;
    Some(Material::Rsa { n, e, private: Some(Box::new(private)) })
}
