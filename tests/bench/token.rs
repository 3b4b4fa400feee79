//! What checking an access token costs in process, by algorithm, accepted and refused; and minting one.
//!
//! `cargo bench -p tests --bench token`

#![allow(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to say")]
#![allow(missing_docs, reason = "criterion's macros make functions without")]

use std::{hint::black_box, sync::Arc};

use criterion::{Criterion, criterion_group, criterion_main};
use service_kit::{
    clock::{Clock as _, SystemClock},
    keys::{Algorithm, JwkSet, KeyOperation, KeyRing, Purpose, generate},
    random::OsRandom,
    token::{Verifier, mint},
};
use shared_models::{
    claims::{AccessClaims, Audience},
    scope::ScopeSet,
};

fn claims() -> AccessClaims {
    let now = SystemClock.now().unix_timestamp();
    AccessClaims {
        iss: "https://tessera.example".into(),
        sub: "01890000-0000-7000-8000-000000000000".into(),
        aud: Audience::One("tessera".into()),
        exp: now + 3600,
        iat: now,
        nbf: None,
        jti: "9bZc1cPzQkO1bWq0yV7mJw".into(),
        client_id: "tessera".into(),
        scope: ScopeSet::from_names([
            "calculations:read",
            "calculations:write",
            "reviews:read",
            "reviews:write",
            "series:read",
            "series:write",
        ])
        .expect("scopes"),
        roles: vec!["scientist".into()],
        from_roles: Vec::new(),
        roles_at: None,
        sid: Some("01890000-0000-7000-8000-000000000001".into()),
        auth_time: Some(now),
        act: None,
        authorization_details: Vec::new(),
    }
}

fn token(criterion: &mut Criterion) {
    for algorithm in [Algorithm::HS256, Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256] {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("keys.json");
        let mut key = generate(algorithm, SystemClock.now(), &OsRandom).expect("a key");
        key.key_ops = vec![KeyOperation::Sign, KeyOperation::Verify];
        JwkSet { keys: vec![key] }.write(&path).expect("a ring");
        let ring = Arc::new(KeyRing::open(&path, Purpose::Sign).expect("a ring"));
        let verifier =
            Verifier::new(Arc::clone(&ring), "https://tessera.example", "tessera", Arc::new(SystemClock));
        let good = mint(&ring.current(), &claims()).expect("a token");
        let (body, signature) = good.rsplit_once('.').expect("three parts");
        let bad = format!("{body}.{}", signature.chars().rev().collect::<String>());

        let mut group = criterion.benchmark_group(algorithm.name());
        group.bench_function("accept", |b| b.iter(|| verifier.verify(black_box(&good)).is_ok()));
        group.bench_function("deny", |b| b.iter(|| verifier.verify(black_box(&bad)).is_err()));
        group.bench_function("mint", |b| b.iter(|| mint(&ring.current(), black_box(&claims())).is_ok()));
        group.finish();
    }
}

criterion_group!(benches, token);
criterion_main!(benches);
