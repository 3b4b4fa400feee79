//! Keys whose numbers are wrong: halves of two keys, points on no curve, weak RSA numbers.

use serde_json::Value;

use super::*;

/// A new key that signs, as a file holds it.
fn made(algorithm: Algorithm) -> Value {
    let mut key = generate(algorithm, datetime!(2026-01-01 0:00 UTC), &OsRandom).unwrap();
    key.key_ops.insert(0, KeyOperation::Sign);
    serde_json::to_value(key).unwrap()
}

/// The same key for checking only, with no private number.
fn public(key: &Value) -> Value {
    let mut key = key.clone();
    for private in ["d", "p", "q", "dp", "dq", "qi"] {
        key.as_object_mut().unwrap().remove(private);
    }
    key["key_ops"] = json!(["verify"]);
    key
}

fn with(key: &Value, members: &[(&str, &str)]) -> Value {
    let mut key = key.clone();
    for (member, text) in members {
        key[*member] = (*text).into();
    }
    key
}

/// `key` with these members of `other`.
fn mixed(key: &Value, other: &Value, members: &[&str]) -> Value {
    let members: Vec<_> = members.iter().map(|member| (*member, other[*member].as_str().unwrap())).collect();
    with(key, &members)
}

fn verdict(key: &Value) -> Result<(), String> {
    Ring::parse(&json!({ "keys": [key] }).to_string()).map(|_| ()).map_err(|fault| fault.to_string())
}

#[test]
fn halves_of_two_keys_are_refused_whether_the_key_signs_or_not() {
    let cases: [(Algorithm, &[&str]); 3] =
        [(Algorithm::EdDSA, &["x"]), (Algorithm::ES256, &["x", "y"]), (Algorithm::RS256, &["n"])];
    for (algorithm, members) in cases {
        let (one, two) = (made(algorithm), made(algorithm));
        assert_eq!((verdict(&one), verdict(&public(&one))), (Ok(()), Ok(())), "{algorithm}");
        let mut bad = mixed(&one, &two, members);
        for ops in [json!(["sign", "verify"]), json!(["verify"])] {
            bad["key_ops"] = ops;
            let fault = verdict(&bad).unwrap_err();
            assert!(fault.contains("do not belong together"), "{algorithm}: {fault}");
            assert!(fault.contains(one["kid"].as_str().unwrap()), "{fault}");
        }
    }
    let (one, two) = (made(Algorithm::RS256), made(Algorithm::RS256));
    for member in ["d", "p", "q", "dp", "dq", "qi"] {
        assert!(verdict(&mixed(&one, &two, &[member])).is_err(), "{member} of another key");
    }
}

#[test]
fn a_point_on_no_curve_is_refused_though_the_key_only_verifies() {
    let key = public(&made(Algorithm::ES256));
    let zero = "A".repeat(43);
    for bad in [with(&key, &[("x", &zero)]), with(&key, &[("x", &zero), ("y", &zero)])] {
        assert!(verdict(&bad).unwrap_err().contains("no point of P-256"));
    }
    let key = public(&made(Algorithm::EdDSA));
    let encoded = |first: u8, rest: u8, last: u8| {
        let mut bytes = [rest; 32];
        (bytes[0], bytes[31]) = (first, last);
        BASE64.encode(bytes)
    };
    // y = 2 is on no curve; 0, 1 and -1 are points of order 4, 1 and 2; 2^255 - 19 is not below the prime.
    let order_8 = "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU";
    let bad = [encoded(2, 0, 0), encoded(0, 0, 0), encoded(1, 0, 0), encoded(0xec, 0xff, 0x7f)];
    for x in [&bad[..], &[order_8.into(), encoded(0xed, 0xff, 0x7f), encoded(1, 0, 0x80)]].concat() {
        assert!(verdict(&with(&key, &[("x", &x)])).unwrap_err().contains("no point of Ed25519"), "{x}");
    }
}

#[test]
fn weak_rsa_numbers_are_refused_though_the_key_only_verifies() {
    let key = public(&made(Algorithm::RS256));
    let n = BASE64.decode(key["n"].as_str().unwrap()).unwrap();
    // 256 bytes whose highest bit is 0 are 2,047 bits.
    let short = [&[n[0] & 0x7f | 0x40], &n[1..]].concat();
    let even = [&n[..255], &[n[255] & 0xfe]].concat();
    let cases = [
        ("n", BASE64.encode(&short), "2047 bits"),
        ("n", BASE64.encode(&n[128..]), "bits"),
        ("n", BASE64.encode([&n[..], &n, &n, &n, &[1]].concat()), "8192"),
        ("n", BASE64.encode(even), "odd"),
        ("n", BASE64.encode([&[0], &n[..]].concat()), "zero byte"),
        ("n", String::new(), "empty"),
        ("e", "Aw".into(), "65537"),                      // 3
        ("e", "AQ".into(), "65537"),                      // 1
        ("e", "__8".into(), "65537"),                     // 65535
        ("e", BASE64.encode([1, 0, 2]), "odd"),           // 65538
        ("e", BASE64.encode([4, 0, 0, 0, 1]), "33 bits"), // 2^34 + 1
    ];
    for (member, text, word) in cases {
        let fault = verdict(&with(&key, &[(member, &text)])).unwrap_err();
        assert!(fault.contains(word), "{member} {word}: {fault}");
    }
}

#[test]
fn a_key_for_anything_but_signatures_is_refused() {
    let key = made(Algorithm::EdDSA);
    assert_eq!(verdict(&with(&key, &[("use", "sig")])), Ok(()));
    assert!(verdict(&with(&key, &[("use", "enc")])).unwrap_err().contains("its use is \"enc\""));
}

#[test]
fn a_running_service_keeps_its_ring_when_the_file_gets_ill_fitting_halves() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys.json");
    let put = |key: &Value| std::fs::write(&path, json!({ "keys": [key] }).to_string()).unwrap();
    let (one, two) = (made(Algorithm::ES256), made(Algorithm::ES256));
    put(&one);
    let ring = KeyRing::open(&path, Purpose::Sign).unwrap();
    put(&mixed(&two, &one, &["x", "y"]));
    let seen = ring.reload(None);
    assert!(ring.current().find(one["kid"].as_str().unwrap()).is_some());
    put(&two);
    ring.reload(Some(seen));
    assert!(ring.current().find(two["kid"].as_str().unwrap()).is_some());
}
