//! Access tokens, good and forged.

use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};
use shared_models::{
    claims::Audience,
    revocations::{Revocation, RevocationKind},
    scope::ScopeSet,
};
use time::macros::datetime;

use super::*;
use crate::{
    clock::ManualClock,
    keys::{Algorithm, Jwk, JwkSet, KeyOperation, Material, Purpose, generate},
    random::OsRandom,
};

const NOW: time::OffsetDateTime = datetime!(2026-01-01 0:00 UTC);
const SECRET: &[u8] = b"\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff0123456789abcdef";

struct House {
    _dir: tempfile::TempDir,
    ring: Arc<KeyRing>,
    clock: Arc<ManualClock>,
    verifier: Verifier,
}

fn house(keys: Vec<Jwk>) -> House {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys.json");
    JwkSet { keys }.write(&path).unwrap();
    let ring = Arc::new(KeyRing::open(&path, Purpose::Sign).unwrap());
    let clock = Arc::new(ManualClock::new(NOW));
    let verifier = Verifier::new(Arc::clone(&ring), "https://id.example", "tessera", Arc::clone(&clock) as _);
    House { _dir: dir, ring, clock, verifier }
}

fn signing(algorithm: Algorithm) -> Jwk {
    let mut key = generate(algorithm, NOW, &OsRandom).unwrap();
    key.key_ops = vec![KeyOperation::Sign, KeyOperation::Verify];
    key
}

fn shared() -> Jwk {
    let text =
        json!({"kty": "oct", "alg": "HS256", "kid": "one", "k": BASE64.encode(SECRET), "key_ops": ["sign"]});
    serde_json::from_value(text).unwrap()
}

fn claims() -> AccessClaims {
    AccessClaims {
        iss: "https://id.example".into(),
        sub: "ada".into(),
        aud: Audience::One("tessera".into()),
        exp: NOW.unix_timestamp() + 300,
        iat: NOW.unix_timestamp(),
        nbf: None,
        jti: "t1".into(),
        client_id: "tessera".into(),
        scope: ScopeSet::from_names(["calculations:read"]).unwrap(),
        roles: vec!["viewer".into()],
        from_roles: Vec::new(),
        roles_at: None,
        sid: Some("s1".into()),
        auth_time: None,
        act: None,
        authorization_details: Vec::new(),
    }
}

/// Signs with the shared key whatever it is given.
fn forge(header: &Value, payload: &Value) -> String {
    let signed = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(payload.to_string()));
    let key = jsonwebtoken::EncodingKey::from_secret(SECRET);
    let signature =
        jsonwebtoken::crypto::sign(signed.as_bytes(), &key, jsonwebtoken::Algorithm::HS256).unwrap();
    format!("{signed}.{signature}")
}

fn header() -> Value {
    json!({"alg": "HS256", "kid": "one", "typ": "at+jwt"})
}

fn with(base: &Value, member: &str, value: Value) -> Value {
    let mut changed = base.clone();
    changed[member] = value;
    changed
}

fn payload() -> Value {
    serde_json::to_value(claims()).unwrap()
}

#[test]
fn no_algorithm_makes_a_token_longer_than_the_widest() {
    let mut longest = 0;
    for algorithm in [Algorithm::HS256, Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256] {
        let house = house(vec![Jwk { kid: "one".into(), ..signing(algorithm) }]);
        let ring = house.ring.current();
        let (token, widest) = (mint(&ring, &claims()).unwrap(), widest(&ring, &claims()).unwrap());
        assert!(token.len() <= widest, "{algorithm}: {} of {widest}", token.len());
        assert!(longest == 0 || longest == widest, "{algorithm}: {widest}, another {longest}");
        longest = widest;
        if algorithm == Algorithm::RS256 {
            assert_eq!(token.len(), widest);
        }
    }
}

#[test]
fn a_minted_token_is_good_under_every_algorithm() {
    for algorithm in [Algorithm::HS256, Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256] {
        let house = house(vec![signing(algorithm)]);
        let token = mint(&house.ring.current(), &claims()).unwrap();
        assert_eq!(house.verifier.verify(&token), Ok(Arc::new(claims())), "{algorithm}");
        let (signed, _) = token.rsplit_once('.').unwrap();
        assert!(house.verifier.verify(&format!("{signed}.")).is_err(), "{algorithm}: empty signature");
    }
}

#[test]
fn a_public_ring_verifies_what_the_private_one_signed() {
    let key = signing(Algorithm::EdDSA);
    let signer = house(vec![key.clone()]);
    let token = mint(&signer.ring.current(), &claims()).unwrap();
    let public = Ring::new(&JwkSet { keys: vec![key.public().unwrap()] }).unwrap();
    assert!(public.signing_key().is_none());
    signer.ring.replace(public);
    assert!(signer.verifier.verify(&token).is_ok());
}

#[test]
fn the_algorithm_is_the_keys_and_never_the_headers() {
    let house = house(vec![shared()]);
    for alg in ["none", "None", "nOnE", "RS256", "HS512", ""] {
        let token = forge(&with(&header(), "alg", json!(alg)), &payload());
        assert_eq!(house.verifier.verify(&token), Err(TokenError::UnknownKey), "{alg}");
    }
    assert!(house.verifier.verify(&forge(&header(), &payload())).is_ok());
}

#[test]
fn a_public_key_is_no_shared_secret() {
    let key = signing(Algorithm::RS256);
    let Material::Rsa { n, .. } = &key.material else { panic!("not RSA") };
    let secret = jsonwebtoken::EncodingKey::from_secret(&n.0);
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    (header.kid, header.typ) = (Some(key.kid.clone()), Some("at+jwt".into()));
    let token = jsonwebtoken::encode(&header, &claims(), &secret).unwrap();
    assert_eq!(house(vec![key]).verifier.verify(&token), Err(TokenError::UnknownKey));
}

#[test]
fn headers_that_ask_for_more_are_refused_and_keys_brought_along_are_not_read() {
    let house = house(vec![shared()]);
    let refused = |header: Value| house.verifier.verify(&forge(&header, &payload())).unwrap_err();
    assert_eq!(refused(with(&header(), "crit", json!(["exp"]))), TokenError::NotAnAccessToken);
    assert_eq!(refused(with(&header(), "typ", json!("JWT"))), TokenError::NotAnAccessToken);
    assert_eq!(refused(with(&header(), "kid", json!("../../dev/null"))), TokenError::UnknownKey);
    assert_eq!(refused(json!({"alg": "HS256", "typ": "at+jwt"})), TokenError::Malformed);
    let own = with(&with(&header(), "kid", json!("two")), "jwk", json!({"kty": "oct", "k": "AAAA"}));
    assert_eq!(refused(own), TokenError::UnknownKey);
}

#[test]
fn times_are_integers_and_are_kept_to_the_second_with_five_of_leeway() {
    let house = house(vec![shared()]);
    let check = |member: &str, value: Value| {
        house.verifier.verify(&forge(&header(), &with(&payload(), member, value)))
    };
    let now = NOW.unix_timestamp();
    assert_eq!(check("exp", json!("1893456000")), Err(TokenError::Malformed));
    assert_eq!(check("exp", json!(1_893_456_000.5)), Err(TokenError::Malformed));
    assert_eq!(check("exp", json!(now - 5)), Err(TokenError::Expired));
    assert!(check("exp", json!(now - 4)).is_ok());
    assert_eq!(check("nbf", json!(now + 60)), Err(TokenError::NotYetValid));
    assert_eq!(check("iat", json!(now + 6)), Err(TokenError::NotYetValid));
    house.clock.advance(std::time::Duration::from_secs(305));
    assert_eq!(house.verifier.verify(&forge(&header(), &payload())), Err(TokenError::Expired));
    assert!(house.verifier.verify_ignoring_time(&forge(&header(), &payload())).is_ok());
    house.clock.set_back(std::time::Duration::from_secs(3600));
    assert_eq!(house.verifier.verify(&forge(&header(), &payload())), Err(TokenError::NotYetValid));
    assert!(house.verifier.verify_ignoring_time(&forge(&header(), &payload())).is_ok());
}

#[test]
fn a_token_by_or_for_somebody_else_is_refused() {
    let house = house(vec![shared()]);
    let check = |member: &str, value: Value| {
        house.verifier.verify(&forge(&header(), &with(&payload(), member, value)))
    };
    assert_eq!(check("aud", json!("billing")), Err(TokenError::Foreign));
    assert_eq!(check("iss", json!("https://id.example/")), Err(TokenError::Foreign));
    assert!(check("aud", json!(["billing", "tessera"])).is_ok());
    let mut without = payload();
    without.as_object_mut().unwrap().remove("aud");
    assert_eq!(house.verifier.verify(&forge(&header(), &without)), Err(TokenError::Malformed));
}

#[test]
fn a_token_has_one_spelling() {
    let house = house(vec![shared()]);
    let token = forge(&header(), &payload());
    // 32 bytes leave two unused bits in the last character: another one decodes to the same bytes when lax.
    let last = token.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let next = alphabet.chars().nth(alphabet.find(last).unwrap() + 1).unwrap();
    for odd in [
        format!("{}{next}", &token[..token.len() - 1]),
        format!("{token}."),
        format!("{token}.a.b"),
        format!("{token}="),
        format!(" {token}"),
        "..".into(),
        String::new(),
        "a".repeat(20_000),
        json!({"payload": "e30", "signatures": []}).to_string(),
    ] {
        assert!(house.verifier.verify(&odd).is_err(), "{odd}");
    }
}

#[test]
fn a_token_that_was_checked_is_still_refused_for_what_has_changed_since() {
    let house = house(vec![shared()]);
    let revocations = Arc::new(Revocations::new(Arc::clone(&house.clock) as _));
    let clock = Arc::clone(&house.clock) as _;
    let verifier = Verifier::new(Arc::clone(&house.ring), "https://id.example", "tessera", clock);
    let verifier = verifier.with_revocations(Arc::clone(&revocations));
    let token = forge(&header(), &payload());
    let first = verifier.verify(&token).unwrap();
    assert!(Arc::ptr_eq(&first, &verifier.verify(&token).unwrap()), "it is not checked again");
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (start, end) = signature.split_at(signature.len() - 2);
    assert!(verifier.verify(&format!("{signed}.{start}{}", end.chars().rev().collect::<String>())).is_err());

    let entry = Revocation {
        seq: 1,
        kind: RevocationKind::Session,
        value: "s1".into(),
        not_before: NOW.unix_timestamp() + 1,
        expires_at: NOW.unix_timestamp() + 60,
    };
    revocations.learn(std::slice::from_ref(&entry));
    assert_eq!(verifier.verify(&token), Err(TokenError::Revoked));
    house.clock.advance(std::time::Duration::from_secs(60));
    revocations.learn(&[]);
    assert!(verifier.verify(&token).is_ok());

    let other = generate(Algorithm::HS256, NOW, &OsRandom).unwrap();
    house.ring.replace(Ring::new(&JwkSet { keys: vec![other] }).unwrap());
    assert_eq!(verifier.verify(&token), Err(TokenError::UnknownKey));
    house.ring.replace(Ring::new(&JwkSet { keys: vec![shared()] }).unwrap());
    house.clock.advance(std::time::Duration::from_secs(244));
    assert!(verifier.verify(&token).is_ok());
    house.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(verifier.verify(&token), Err(TokenError::Expired));
}
