//! Key rings, good and refused.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::{Value, json};
use time::macros::datetime;

use super::*;
use crate::random::OsRandom;

fn oct(kid: &str, secret: &[u8], ops: &[&str]) -> Value {
    json!({"kty": "oct", "alg": "HS256", "kid": kid, "k": BASE64.encode(secret), "key_ops": ops})
}

fn refusal(keys: &Value) -> String {
    Ring::parse(&json!({ "keys": keys }).to_string()).unwrap_err().to_string()
}

mod halves;

const GOOD: &[u8] = b"0123456789abcdefghijklmnopqrstuv";

#[test]
fn weak_and_ambiguous_keys_are_refused_by_name() {
    assert!(refusal(&json!([])).contains("empty"));
    assert!(refusal(&json!([oct("a", &GOOD[..31], &["verify"])])).contains("31 bytes"));
    assert!(refusal(&json!([oct("", GOOD, &["verify"])])).contains("no kid"));
    assert!(
        refusal(&json!([oct("a", GOOD, &["verify"]), oct("a", GOOD, &["verify"])]))
            .contains("more than one key")
    );
    assert!(refusal(&json!([oct("a", GOOD, &["sign"]), oct("b", GOOD, &["sign"])])).contains("exactly one"));
    assert!(refusal(&json!([oct("a", &[7; 64], &["sign"])])).contains("repeats"));
    let sample = b"09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7";
    assert!(refusal(&json!([oct("a", sample, &["sign"])])).contains("published sample"));
    let mut wrong = oct("a", GOOD, &["sign"]);
    wrong["alg"] = "EdDSA".into();
    assert!(refusal(&json!([wrong])).contains("does not fit"));
}

#[test]
fn a_ring_without_a_signing_key_serves_only_those_who_verify() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys.json");
    std::fs::write(&path, json!({"keys": [oct("a", GOOD, &["verify"])]}).to_string()).unwrap();
    assert!(KeyRing::open(&path, Purpose::Verify).is_ok());
    let refusal = KeyRing::open(&path, Purpose::Sign).err().unwrap().to_string();
    assert!(refusal.contains("sign") && refusal.contains("keys.json"), "{refusal}");
}

#[test]
fn a_shared_key_is_never_public_and_a_private_number_never_leaves() {
    let now = datetime!(2026-01-01 0:00 UTC);
    let algorithms = [Algorithm::HS256, Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256];
    let keys = algorithms.map(|algorithm| generate(algorithm, now, &OsRandom).unwrap());
    let ring = Ring::new(&JwkSet { keys: keys.into() }).unwrap();
    assert_eq!(ring.public().keys.len(), 3);
    let text = serde_json::to_value(ring.public()).unwrap();
    for key in text["keys"].as_array().unwrap() {
        for private in ["k", "d", "p", "q", "dp", "dq", "qi"] {
            assert!(key.get(private).is_none(), "{private} in {key}");
        }
    }
}

#[test]
fn a_secret_is_not_shown_by_debug() {
    let key = generate(Algorithm::HS256, datetime!(2026-01-01 0:00 UTC), &OsRandom).unwrap();
    let Material::Oct { k } = &key.material else { panic!("not oct") };
    assert!(format!("{key:?}").contains("[32 bytes]"));
    assert!(!format!("{key:?}").contains(&format!("{:?}", k.0)));
}

#[cfg(unix)]
#[test]
fn a_written_ring_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("new/keys.json");
    let key = generate(Algorithm::ES256, datetime!(2026-01-01 0:00 UTC), &OsRandom).unwrap();
    JwkSet { keys: vec![key] }.write(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(JwkSet::read(&path).unwrap().keys.len(), 1);
}

#[test]
fn a_fingerprint_tells_keys_apart_and_not_their_halves_or_uses() {
    let print = |key: &Value| serde_json::from_value::<Jwk>(key.clone()).unwrap().fingerprint();
    let other = [GOOD, b"!"].concat();
    assert_eq!(print(&oct("a", GOOD, &["sign"])), print(&oct("b", GOOD, &["verify"])));
    assert_ne!(print(&oct("a", GOOD, &["sign"])), print(&oct("a", &other, &["sign"])));
    for algorithm in [Algorithm::EdDSA, Algorithm::ES256] {
        let key = generate(algorithm, datetime!(2026-01-01 0:00 UTC), &OsRandom).unwrap();
        let another = generate(algorithm, datetime!(2026-01-01 0:00 UTC), &OsRandom).unwrap();
        assert_eq!(key.fingerprint(), key.public().unwrap().fingerprint());
        assert_ne!(key.fingerprint(), another.fingerprint());
    }
}

#[test]
fn a_bad_file_keeps_the_old_ring_and_a_good_one_replaces_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys.json");
    let put = |keys: &Value| std::fs::write(&path, json!({ "keys": keys }).to_string()).unwrap();
    put(&json!([oct("a", GOOD, &["sign"])]));
    let ring = Arc::new(KeyRing::open(&path, Purpose::Sign).unwrap());
    std::fs::write(&path, "{").unwrap();
    let seen = ring.reload(None);
    assert!(ring.current().find("a").is_some());
    put(&json!([oct("b", GOOD, &["sign"])]));
    ring.reload(Some(seen));
    assert!(ring.current().find("a").is_none() && ring.current().find("b").is_some());
}
