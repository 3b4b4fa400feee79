//! The JWK Set of another authorization server: keys that can check tokens here are used, all others are skipped
//! (RFC 7517 section 5). Knows no HTTP.

use serde::Deserialize;
use serde_json::Value;

use crate::keys::{
    KeysError, check,
    jwk::{Algorithm, Jwk, JwkSet, KeyOperation, Material},
    ring::Ring,
};

/// How much of a `kid` is repeated in a message, in characters.
const MAX_SHOWN: usize = 64;

/// A set as another server writes it: any value may be a key.
#[derive(Deserialize)]
struct ForeignSet {
    keys: Vec<Value>,
}

/// A ring of the keys that can check tokens here, and for each other key why it is skipped.
pub(super) fn read(text: &[u8]) -> Result<(Ring, Vec<String>), KeysError> {
    let set: ForeignSet =
        serde_json::from_slice(text).map_err(|error| KeysError(format!("not a JWK Set: {error}")))?;
    let mut usable: Vec<Jwk> = Vec::new();
    let mut skipped = Vec::new();
    for (position, value) in set.keys.iter().enumerate() {
        let mut skip = |why: &str| skipped.push(format!("{}: {why}", name(value, position)));
        match key(value) {
            Ok(jwk) if usable.iter().any(|known| known.kid == jwk.kid) => {
                skip("a key before it has the same kid");
            }
            Ok(jwk) => usable.push(jwk),
            Err(why) => skip(&why),
        }
    }
    if usable.is_empty() {
        let why = if skipped.is_empty() { "it is empty".to_owned() } else { skipped.join("; ") };
        return Err(KeysError(format!("no key of the set can check a token: {why}")));
    }
    Ok((Ring::new(&JwkSet { keys: usable })?, skipped))
}

fn name(value: &Value, position: usize) -> String {
    match text(value, "kid") {
        Some(kid) => {
            let shown: String = kid.chars().take(MAX_SHOWN).collect();
            format!("key \"{}\"", shown.escape_debug())
        }
        None => format!("key {}", position + 1),
    }
}

fn text<'v>(value: &'v Value, member: &str) -> Option<&'v str> {
    value.get(member).and_then(Value::as_str)
}

/// The key, or why it is skipped.
fn key(value: &Value) -> Result<Jwk, String> {
    if let Some(usage) = value.get("use").filter(|usage| *usage != "sig") {
        return Err(format!("its use is {}, not \"sig\"", short(usage)));
    }
    if let Some(operations) = value.get("key_ops")
        && !operations.as_array().is_some_and(|operations| operations.iter().any(|one| one == "verify"))
    {
        return Err("its key_ops do not contain \"verify\"".into());
    }
    if value.get("k").is_some() || value.get("d").is_some() {
        return Err("its secret part is published for all to see; its owner must replace it".into());
    }
    let alg = algorithm(value)?;
    let kid = text(value, "kid").filter(|kid| !kid.is_empty()).ok_or("it has no kid")?;
    let material = Material::deserialize(value).map_err(|error| error.to_string())?;
    let jwk = Jwk {
        kid: kid.to_owned(),
        alg,
        key_ops: vec![KeyOperation::Verify],
        usage: None,
        iat: None,
        retired_at: None,
        material,
    };
    check::halves(&jwk).map(|_| jwk)
}

/// The algorithm of a key. A key without `alg` has the only one that this service knows for its type.
fn algorithm(value: &Value) -> Result<Algorithm, String> {
    if let Some(alg) = value.get("alg") {
        return Algorithm::deserialize(alg).map_err(|_| format!("its alg {} is not supported", short(alg)));
    }
    match (text(value, "kty"), text(value, "crv")) {
        (Some("RSA"), _) => Ok(Algorithm::RS256),
        (Some("EC"), Some("P-256")) => Ok(Algorithm::ES256),
        (Some("OKP"), Some("Ed25519")) => Ok(Algorithm::EdDSA),
        _ => Err("its kty and crv are not supported".into()),
    }
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(MAX_SHOWN).collect()
}

#[cfg(test)]
#[path = "tests/foreign.rs"]
mod tests;
