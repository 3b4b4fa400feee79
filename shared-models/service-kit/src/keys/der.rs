//! Private keys between their JWK numbers and the DER that the cryptographic library reads.

use crate::keys::jwk::{Bytes, RsaPrivate};

/// `OneAsymmetricKey` v1 of an Ed25519 seed up to the seed itself (RFC 8410 section 7).
const ED25519_PREFIX: &[u8] =
    &[0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// `PrivateKeyInfo` of a P-256 key up to the private scalar (RFC 5208, RFC 5915).
const P256_PREFIX: &[u8] = &[
    0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x6d, 0x30, 0x6b, 0x02, 0x01, 0x01,
    0x04, 0x20,
];
/// What is between a P-256 key's private scalar and its public point.
const P256_MIDDLE: &[u8] = &[0xa1, 0x44, 0x03, 0x42, 0x00, 0x04];

/// An Ed25519 seed as PKCS#8.
pub fn ed25519(seed: &[u8]) -> Vec<u8> {
    [ED25519_PREFIX, seed].concat()
}

/// The seed in the PKCS#8 of an Ed25519 key.
pub fn ed25519_seed(pkcs8: &[u8]) -> Option<&[u8]> {
    pkcs8.strip_prefix(ED25519_PREFIX)?.get(..32)
}

/// A P-256 private scalar and its point as PKCS#8; each number is 32 bytes.
pub fn p256(d: &[u8], x: &[u8], y: &[u8]) -> Vec<u8> {
    [P256_PREFIX, d, P256_MIDDLE, x, y].concat()
}

/// The numbers of an RSA key as `RSAPrivateKey` (RFC 8017 appendix A.1.2).
pub fn rsa(n: &Bytes, e: &Bytes, private: &RsaPrivate) -> Vec<u8> {
    let RsaPrivate { d, p, q, dp, dq, qi } = private;
    let mut body = integer(&[0]);
    for number in [n, e, d, p, q, dp, dq, qi] {
        body.extend(integer(&number.0));
    }
    element(0x30, &body)
}

/// Reads `RSAPrivateKey`: the modulus, the public exponent and the private numbers.
pub fn rsa_numbers(der: &[u8]) -> Option<(Bytes, Bytes, RsaPrivate)> {
    let (mut body, _) = read(der, 0x30)?;
    let mut next = || {
        let (number, rest) = read(body, 0x02)?;
        body = rest;
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        Some(Bytes(number[zeros..].to_vec()))
    };
    next()?; // version
    let (n, e) = (next()?, next()?);
    Some((n, e, RsaPrivate { d: next()?, p: next()?, q: next()?, dp: next()?, dq: next()?, qi: next()? }))
}

/// The `RSAPrivateKey` inside the PKCS#8 of an RSA key.
pub fn rsa_in_pkcs8(pkcs8: &[u8]) -> Option<&[u8]> {
    let (body, _) = read(pkcs8, 0x30)?;
    let (_, body) = read(body, 0x02)?;
    let (_, body) = read(body, 0x30)?;
    read(body, 0x04).map(|(key, _)| key)
}

fn integer(number: &[u8]) -> Vec<u8> {
    // DER integers are signed: a leading 1 bit wants a zero byte before it.
    if number.first().is_some_and(|byte| byte & 0x80 != 0) {
        element(0x02, &[&[0], number].concat())
    } else {
        element(0x02, number)
    }
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let mut out = vec![tag];
    match significant {
        [] => out.push(0),
        [short] if *short < 0x80 => out.push(*short),
        long => {
            out.push(0x80 | u8::try_from(long.len()).unwrap_or(u8::MAX));
            out.extend(long);
        }
    }
    out.extend(content);
    out
}

/// Reads one element with the given tag: its content, and what follows it.
fn read(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        let digits = rest.get(..count).filter(|digits| digits.len() <= 4)?;
        (digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)), &rest[count..])
    };
    (found == tag && rest.len() >= length).then(|| rest.split_at(length))
}
