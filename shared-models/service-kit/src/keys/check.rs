//! Whether one key can be used: strong enough, on its curve, and with halves that fit each other. Knows no ring.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use jsonwebtoken::{DecodingKey, EncodingKey, crypto};
use num_bigint::BigUint;

use crate::keys::{
    der,
    jwk::{Algorithm, Bytes, Jwk, Material},
};

/// The shortest shared key, in bytes: as long as the hash (RFC 7518 section 3.2).
const MIN_SECRET: usize = 32;
/// The sizes of an RSA modulus, in bits: the least is that of RFC 7518 section 3.3, the most what the library verifies.
const MODULUS: std::ops::RangeInclusive<u64> = 2048..=8192;
/// The smallest public exponent of an RSA key, 65537 (FIPS 186-5 section A.1.1).
const MIN_EXPONENT: u32 = 65_537;
/// The most bits of a public exponent that the library verifies with.
const MAX_EXPONENT_BITS: u64 = 33;
/// What is signed to see whether the halves of a key fit.
const PROBE: &[u8] = b"tessera key probe";

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

/// The half that verifies, and the half that signs where the key has one. The two were tried on each other.
pub(super) fn halves(jwk: &Jwk) -> Result<(DecodingKey, Option<EncodingKey>), String> {
    let (verify, sign) = match (&jwk.material, jwk.alg) {
        (Material::Oct { k }, Algorithm::HS256) => {
            check_secret(&k.0)?;
            (DecodingKey::from_secret(&k.0), Some(EncodingKey::from_secret(&k.0)))
        }
        (Material::Okp { crv, x, d }, Algorithm::EdDSA) if crv == "Ed25519" => {
            check_lengths(&[("x", Some(x)), ("d", d.as_ref())], 32)?;
            if !is_on_edwards25519(&x.0) {
                return Err("x is no point of Ed25519 that a signature could be checked with".into());
            }
            let sign = d.as_ref().map(|d| EncodingKey::from_ed_der(&der::ed25519(&d.0)));
            (DecodingKey::from_ed_der(&x.0), sign)
        }
        (Material::Ec { crv, x, y, d }, Algorithm::ES256) if crv == "P-256" => {
            check_lengths(&[("x", Some(x)), ("y", Some(y)), ("d", d.as_ref())], 32)?;
            let point = [&[4], x.0.as_slice(), &y.0].concat();
            if ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point).is_err() {
                return Err("x and y are no point of P-256".into());
            }
            let sign = d.as_ref().map(|d| EncodingKey::from_ec_der(&der::p256(&d.0, &x.0, &y.0)));
            (DecodingKey::from_ec_der(&point), sign)
        }
        (Material::Rsa { n, e, private }, Algorithm::RS256) => {
            check_rsa(n, e)?;
            let sign = private.as_ref().map(|private| EncodingKey::from_rsa_der(&der::rsa(n, e, private)));
            (DecodingKey::from_rsa_raw_components(&n.0, &e.0), sign)
        }
        (_, algorithm) => return Err(format!("alg {algorithm} does not fit its kty and crv")),
    };
    if let Some(sign) = &sign
        && !fit(sign, &verify, jwk.alg)
    {
        return Err("its private and its public part do not belong together".into());
    }
    Ok((verify, sign))
}

/// Whether one half accepts what the other signs.
fn fit(sign: &EncodingKey, verify: &DecodingKey, algorithm: Algorithm) -> bool {
    crypto::sign(PROBE, sign, algorithm.jwt())
        .and_then(|signature| crypto::verify(&signature, PROBE, verify, algorithm.jwt()))
        .unwrap_or(false)
}

fn check_secret(secret: &[u8]) -> Result<(), String> {
    if secret.len() < MIN_SECRET {
        return Err(format!("the shared key has {} bytes; the minimum is {MIN_SECRET}", secret.len()));
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

fn check_lengths(numbers: &[(&str, Option<&Bytes>)], expected: usize) -> Result<(), String> {
    for (name, number) in numbers {
        if let Some(number) = number.filter(|number| number.0.len() != expected) {
            return Err(format!("{name} has {} bytes, expected {expected}", number.0.len()));
        }
    }
    Ok(())
}

fn check_rsa(n: &Bytes, e: &Bytes) -> Result<(), String> {
    for (name, number) in [("n", n), ("e", e)] {
        if number.0.first().is_none_or(|first| *first == 0) {
            return Err(format!("{name} is empty or begins with a zero byte (RFC 7518 section 6.3.1)"));
        }
    }
    let (modulus, exponent) = (BigUint::from_bytes_be(&n.0), BigUint::from_bytes_be(&e.0));
    let (least, most) = MODULUS.into_inner();
    if !(least..=most).contains(&modulus.bits()) {
        return Err(format!("the modulus has {} bits; {least} to {most} are accepted", modulus.bits()));
    }
    if exponent < BigUint::from(MIN_EXPONENT) || exponent.bits() > MAX_EXPONENT_BITS {
        return Err(format!(
            "the public exponent must be at least {MIN_EXPONENT} and have at most {MAX_EXPONENT_BITS} bits"
        ));
    }
    if !modulus.bit(0) || !exponent.bit(0) {
        return Err("the modulus and the public exponent must be odd".into());
    }
    Ok(())
}

/// Whether 32 bytes are a point of Ed25519 (RFC 8032 section 5.1.3) that is in no small subgroup. With one of small
/// order anybody could sign.
fn is_on_edwards25519(encoded: &[u8]) -> bool {
    let p = (BigUint::from(1_u8) << 255_u32) - 19_u8;
    let one = BigUint::from(1_u8);
    // The highest bit is the sign of x; the others are y.
    let y = BigUint::from_bytes_le(encoded) % (&one << 255_u32);
    if y >= p {
        return false;
    }
    let inverse = |number: &BigUint| number.modpow(&(&p - 2_u8), &p);
    // -x^2 + y^2 = 1 + d x^2 y^2 with d = -121665/121666, solved for x^2.
    let d = (&p - 121_665_u32) * inverse(&BigUint::from(121_666_u32)) % &p;
    let y_squared = &y * &y % &p;
    let x_squared = (&y_squared + &p - 1_u8) * inverse(&((d * &y_squared + 1_u8) % &p)) % &p;
    let zero = BigUint::ZERO;
    // Order 1 and 2: x is 0. Order 4: y is 0. Order 8: x^2 is -y^2.
    let small = x_squared == zero || y == zero || (&x_squared + &y_squared) % &p == zero;
    !small && x_squared.modpow(&((&p - 1_u8) >> 1_u32), &p) == one
}
