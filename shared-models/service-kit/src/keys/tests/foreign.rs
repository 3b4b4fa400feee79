//! JWK Sets of other servers: what is used, and what is skipped.

use serde_json::json;
use time::macros::datetime;

use super::*;
use crate::{keys::generate, random::OsRandom};

/// A new public key, as a server that knows only RFC 7517 publishes it: with `use` instead of `key_ops`.
fn published(algorithm: Algorithm) -> Value {
    let key = generate(algorithm, datetime!(2026-01-01 0:00 UTC), &OsRandom).unwrap();
    let mut value = serde_json::to_value(key.public().unwrap()).unwrap();
    value.as_object_mut().unwrap().remove("key_ops");
    value["use"] = "sig".into();
    value
}

fn with(mut value: Value, member: &str, content: Value) -> Value {
    value[member] = content;
    value
}

fn without(mut value: Value, member: &str) -> Value {
    value.as_object_mut().unwrap().remove(member);
    value
}

fn kid(value: &Value) -> &str {
    value["kid"].as_str().unwrap()
}

fn set(keys: &[Value]) -> Result<(Ring, Vec<String>), KeysError> {
    read(json!({ "keys": keys }).to_string().as_bytes())
}

#[test]
fn a_key_for_signatures_is_used_without_key_ops_and_without_alg() {
    for algorithm in [Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256] {
        let key = published(algorithm);
        for spelling in
            [key.clone(), without(key.clone(), "alg"), without(without(key.clone(), "use"), "alg")]
        {
            let (ring, skipped) = set(&[spelling]).unwrap();
            assert_eq!(ring.find(kid(&key)).map(|key| key.algorithm), Some(algorithm));
            assert!(skipped.is_empty() && ring.signing_key().is_none(), "{skipped:?}");
        }
    }
}

#[test]
fn keys_that_are_not_understood_are_skipped_wherever_the_good_one_stands() {
    let good = published(Algorithm::ES256);
    let rsa = published(Algorithm::RS256);
    let others = [
        (json!(7), "kty"),
        (json!({}), "kty"),
        (with(rsa.clone(), "use", "enc".into()), "its use is \"enc\""),
        (with(rsa.clone(), "key_ops", json!(["encrypt"])), "verify"),
        (with(rsa.clone(), "key_ops", "verify".into()), "verify"),
        (with(rsa.clone(), "alg", "RSA-OAEP".into()), "RSA-OAEP"),
        (with(rsa.clone(), "alg", "PS256".into()), "PS256"),
        (with(rsa.clone(), "e", "Aw".into()), "65537"),
        (with(rsa.clone(), "n", "!".into()), "base64url"),
        (without(rsa.clone(), "n"), "missing field"),
        (without(rsa.clone(), "kid"), "no kid"),
        (with(rsa.clone(), "d", "AQAB".into()), "published for all to see"),
        (json!({"kty": "oct", "kid": "s", "alg": "HS256", "k": "A".repeat(43)}), "published for all to see"),
        (json!({"kty": "EC", "crv": "P-384", "alg": "ES384", "kid": "p", "key_ops": ["verify"]}), "ES384"),
        (json!({"kty": "EC", "crv": "secp256k1", "kid": "k", "use": "sig"}), "not supported"),
        (with(published(Algorithm::ES256), "y", "A".repeat(43).into()), "P-256"),
        (with(good.clone(), "use", "enc".into()), "enc"),
    ];
    for (other, word) in others {
        for keys in [[good.clone(), other.clone()], [other.clone(), good.clone()]] {
            let (ring, skipped) = set(&keys).unwrap();
            assert!(ring.find(kid(&good)).is_some() && ring.public().keys.len() == 1, "{other}");
            assert!(skipped.len() == 1 && skipped[0].contains(word), "{word}: {skipped:?}");
        }
        assert!(set(std::slice::from_ref(&other)).unwrap_err().to_string().contains(word), "{other}");
    }
}

#[test]
fn of_two_keys_with_one_kid_the_first_is_used() {
    let first = published(Algorithm::ES256);
    let second = with(published(Algorithm::EdDSA), "kid", first["kid"].clone());
    let (ring, skipped) = set(&[first.clone(), second]).unwrap();
    assert_eq!(ring.find(kid(&first)).map(|key| key.algorithm), Some(Algorithm::ES256));
    assert!(skipped[0].contains("same kid"), "{skipped:?}");
}

#[test]
fn what_is_no_set_is_refused() {
    for text in ["", "{", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[]}"#] {
        assert!(read(text.as_bytes()).is_err(), "{text}");
    }
}
