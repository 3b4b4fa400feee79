//! What resource-service makes of access tokens: it asks nobody, and takes nothing but a good one.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::support::{Stack, on_both_stores, stack::KID};

on_both_stores!(
    a_token_is_good_at_every_replica_with_the_claims_it_promises,
    only_a_good_token_opens_the_door,
    a_scope_opens_only_its_own_door
);

fn header() -> Value {
    json!({"alg": "HS256", "kid": KID, "typ": "at+jwt"})
}

fn with(base: &Value, member: &str, value: Value) -> Value {
    let mut changed = base.clone();
    changed[member] = value;
    changed
}

fn part(token: &str, at: usize) -> Value {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(at).expect("a part")).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

async fn a_token_is_good_at_every_replica_with_the_claims_it_promises(stack: Stack) {
    let scientist = stack.scientist().await;
    for _ in 0..2 * stack.resource.len() {
        assert_eq!(scientist.get("/api/calculations").await.status, 200);
    }
    let token = scientist.token.clone().expect("a token");
    assert_eq!(part(&token, 0), header());
    let claims = part(&token, 1);
    for member in ["iss", "sub", "aud", "jti", "client_id", "scope", "sid"] {
        assert!(claims[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {claims}");
    }
    for member in ["exp", "iat", "auth_time"] {
        assert!(claims[member].is_i64(), "{member}: {claims}");
    }
    assert_eq!(claims["roles"], json!(["scientist"]));
    assert_eq!(claims["exp"].as_i64().zip(claims["iat"].as_i64()).map(|(exp, iat)| exp - iat), Some(300));
    let admin = stack.admin().await.token.expect("a token");
    assert!(admin.len() <= 1024, "an admin's token has {} bytes", admin.len());
}

async fn only_a_good_token_opens_the_door(stack: Stack) {
    let claims = Stack::claims("ada", "calculations:read");
    let good = stack.forge(&header(), &claims);
    let now = claims["iat"].as_i64().expect("an integer");
    let signed = |change: &str, value: Value| stack.forge(&header(), &with(&claims, change, value));
    let headed = |change: &str, value: Value| stack.forge(&with(&header(), change, value), &claims);
    let (body, signature) = good.rsplit_once('.').expect("three parts");
    let mut bad = vec![
        format!("{body}."),
        format!("{good}."),
        format!("{good}.a.b"),
        json!({"payload": body, "signatures": [{"signature": signature}]}).to_string(),
        signed("exp", json!((now + 600).to_string())),
        signed("exp", json!(now - 6)),
        signed("nbf", json!(now + 60)),
        signed("aud", json!("somebody-else")),
        signed("aud", Value::Null),
        signed("iss", json!("https://elsewhere.example")),
        headed("typ", json!("JWT")),
        headed("typ", json!("refresh+jwt")),
        headed("kid", json!("../../dev/null")),
        headed("kid", Value::Null),
        headed("crit", json!(["exp"])),
    ];
    bad.extend(["none", "None", "nOnE", "HS512", "RS256"].map(|alg| headed("alg", json!(alg))));
    let jwk = json!({"kty": "oct", "k": URL_SAFE_NO_PAD.encode([7; 32])});
    bad.push(stack.forge(&with(&with(&header(), "kid", json!("mine")), "jwk", jwk), &claims));
    bad.push(
        stack.forge(
            &with(&with(&header(), "kid", json!("mine")), "jku", json!("http://127.0.0.1:1/")),
            &claims,
        ),
    );
    let unsigned = json!({"alg": "none", "kid": KID, "typ": "at+jwt"});
    let parts = [unsigned, claims.clone()].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    bad.push(format!("{}.", parts.join(".")));
    for token in bad {
        let reply = stack.anonymous().with_token(&token).get("/api/calculations").await;
        assert_eq!((reply.status, reply.code().as_str()), (401, "invalid_token"), "{token}");
        assert!(reply.header("www-authenticate").contains("error=\"invalid_token\""), "{reply:?}");
    }
    assert_eq!(stack.anonymous().with_token(&good).get("/api/calculations").await.status, 200);
}

async fn a_scope_opens_only_its_own_door(stack: Stack) {
    let nobody = stack.anonymous().get("/api/calculations").await;
    assert_eq!((nobody.status, nobody.header("www-authenticate")), (401, "Bearer realm=\"tessera\""));
    let reader = stack.bearer_of("ada", "calculations:read");
    let document = json!({"name": "n", "code": {"name": "vasp"}, "status": "planned"});
    let reply = reader.post("/api/calculations", &document).await;
    assert_eq!((reply.status, reply.code().as_str()), (403, "insufficient_scope"));
    let challenge = reply.header("www-authenticate");
    assert!(challenge.contains("scope=\"calculations:write\""), "{challenge}");
    assert_eq!(reader.get("/api/reviews").await.code(), "insufficient_scope");
    assert_eq!(stack.bearer_of("ada", "*").post("/api/calculations", &document).await.status, 201);
}
