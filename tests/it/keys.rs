//! The key ring: made and rotated by command, followed while running, public only in its public half.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::{
    Process, Stack, on_both_stores,
    process::{run, run_with},
    stack::KID,
};

on_both_stores!(each_step_of_the_ring_is_in_the_audit_log_once);

/// The ring turns while the replicas run, and again while they are down.
async fn each_step_of_the_ring_is_in_the_audit_log_once(mut stack: Stack) {
    let path = stack.directory.path().join("keys.json");
    let mut ring: Value =
        serde_json::from_str(&std::fs::read_to_string(&path).expect("a ring")).expect("JSON");
    let steps = async |stack: &Stack| {
        let log = stack.admin().await.get("/auth/audit?limit=1000").await.json();
        // A token of the new key is refused by a replica that has not read the ring yet.
        let entries = log["items"].as_array().cloned().unwrap_or_default();
        let steps = entries.into_iter().filter(|entry| entry["target_kind"] == "key");
        let step = |entry: Value| format!("{} {}", entry["action"], entry["target"]).replace('"', "");
        let mut steps: Vec<String> = steps.map(step).collect();
        steps.sort();
        steps
    };
    let named = |names: &[(&str, &str)]| {
        let mut steps: Vec<String> =
            names.iter().map(|(step, kid)| format!("signing_key_{step} {kid}")).collect();
        steps.sort();
        steps
    };
    let first = [("added", KID), ("promoted", KID)];
    until("the first ring in the log", async || steps(&stack).await == named(&first)).await;

    ring["keys"][0]["key_ops"] = json!(["verify"]);
    ring["keys"].as_array_mut().expect("keys").push(json!({"kty": "oct", "alg": "HS256", "kid": "next",
        "key_ops": ["sign", "verify"], "k": "3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs"}));
    std::fs::write(&path, ring.to_string()).expect("the ring can be written");
    let turned = [&first[..], &[("retired", KID), ("added", "next"), ("promoted", "next")]].concat();
    until("the turn in the log", async || steps(&stack).await == named(&turned)).await;

    let replicas = stack.auth.len();
    stack.auth.clear();
    ring["keys"].as_array_mut().expect("keys").remove(0);
    std::fs::write(&path, ring.to_string()).expect("the ring can be written");
    for _ in 0..replicas {
        stack.auth.push(stack.another("auth-service").await);
    }
    let done = [&turned[..], &[("removed", KID)]].concat();
    until("the removal in the log", async || steps(&stack).await == named(&done)).await;
    // Every replica has read the ring by now, and none has recorded a step again.
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert_eq!(steps(&stack).await, named(&done));
}

async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !done().await {
        assert!(started.elapsed() < Duration::from_secs(20), "{what} does not happen");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn kid_of(token: &str) -> String {
    jsonwebtoken::decode_header(token).expect("a header").kid.expect("a kid")
}

#[tokio::test]
async fn both_services_follow_the_ring_and_a_bad_file_keeps_the_old_one() {
    let stack = Stack::embedded().await;
    let path = stack.directory.path().join("keys.json");
    let old: Value = serde_json::from_str(&std::fs::read_to_string(&path).expect("a ring")).expect("JSON");
    let mut scientist = stack.scientist().await;

    std::fs::write(&path, "{ not a ring").expect("the ring can be written");
    until("a failed reload", async || {
        stack.resource[0].ask("/metrics").await.1.contains("key_ring_reload_failures")
    })
    .await;
    assert_eq!(scientist.get("/api/calculations").await.status, 200);

    let mut both = old.clone();
    both["keys"][0]["key_ops"] = json!(["verify"]);
    let new = json!({"kty": "oct", "alg": "HS256", "kid": "next", "key_ops": ["sign", "verify"],
        "k": "3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs"});
    both["keys"].as_array_mut().expect("keys").push(new);
    std::fs::write(&path, both.to_string()).expect("the ring can be written");
    let before = scientist.clone();
    until("a token by the new key", async || {
        assert_eq!(scientist.refresh().await.status, 200);
        kid_of(scientist.token.as_deref().expect("a token")) == "next"
    })
    .await;
    until("the new key at resource-service", async || scientist.get("/api/calculations").await.status == 200)
        .await;
    assert_eq!(kid_of(before.token.as_deref().expect("a token")), KID);
    assert_eq!(before.get("/api/calculations").await.status, 200, "the old key still verifies");
    let metrics = stack.resource[0].ask("/metrics").await.1;
    assert!(metrics.contains("tessera_tokens_verified_total{kid=\"next\"}"), "{metrics}");
}

#[tokio::test]
async fn an_asymmetric_ring_publishes_its_public_keys_and_a_shared_key_stays_home() {
    let stack = Stack::embedded().await;
    let published = stack.anonymous().get("/.well-known/jwks.json").await;
    assert_eq!((published.status, published.json()), (200, json!({"keys": []})));
    let metadata = stack.anonymous().get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(metadata["issuer"], crate::support::stack::ISSUER);
    assert!(
        metadata["jwks_uri"].as_str().is_some_and(|uri| uri.ends_with("/.well-known/jwks.json")),
        "{metadata}"
    );

    for algorithm in ["EdDSA", "ES256", "RS256"] {
        let mut stack = Stack::embedded().await;
        stack.auth.clear();
        stack.resource.clear();
        let path = stack.directory.path().join("keys.json");
        std::fs::remove_file(&path).expect("the old ring goes");
        let file = path.display().to_string();
        let made = run(
            "auth-service",
            &["keys", "new", "--alg", algorithm, "--file", &file],
            &stack.auth_environment,
        );
        assert!(made.status.success(), "{made:?}");
        let again = run(
            "auth-service",
            &["keys", "new", "--alg", algorithm, "--file", &file],
            &stack.auth_environment,
        );
        assert!(!again.status.success(), "a ring is never overwritten: {again:?}");
        let listed = run("auth-service", &["keys", "list", "--file", &file], &stack.auth_environment);
        assert!(String::from_utf8_lossy(&listed.stdout).contains(algorithm), "{listed:?}");
        stack.auth.push(stack.another("auth-service").await);

        // resource-service gets the public half alone: it can check and cannot mint.
        let public = stack.anonymous().get("/.well-known/jwks.json").await;
        assert!(!public.text.contains("\"d\""), "{public:?}");
        std::fs::write(stack.directory.path().join("public.json"), &public.text)
            .expect("a file can be written");
        let public = stack.directory.path().join("public.json").display().to_string();
        stack.resource_environment.push(("RESOURCE__KEYS__FILE".into(), public));
        stack.resource.push(stack.another("resource-service").await);
        let scientist = stack.scientist().await;
        assert_eq!(scientist.get("/api/calculations").await.status, 200, "{algorithm}");
        assert!(scientist.token.expect("a token").len() <= 1024, "{algorithm}");
    }
}

#[test]
fn a_rotation_by_command_waits_for_the_slowest_reader() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("keys.json").display().to_string();
    let keys = |arguments: &[&str]| {
        run("auth-service", &[&["keys"], arguments, &["--file", &file]].concat(), &Vec::new())
    };
    assert!(keys(&["new"]).status.success());
    let ring =
        || -> Value { serde_json::from_str(&std::fs::read_to_string(&file).expect("a ring")).expect("JSON") };
    let first = ring()["keys"][0]["kid"].clone();
    assert!(keys(&["rotate", "--alg", "EdDSA"]).status.success());
    assert_eq!(ring()["keys"].as_array().map(Vec::len), Some(2));
    let early = keys(&["rotate", "--alg", "EdDSA"]);
    assert!(!early.status.success(), "{early:?}");
    assert_eq!(ring()["keys"][0]["key_ops"], json!(["sign", "verify"]), "the old key still signs");
    assert_eq!(ring()["keys"][0]["kid"], first);
}

#[test]
fn a_ring_is_made_rotated_and_listed_through_pipes() {
    // No file is read: the one of the settings is missing.
    let environment = vec![("AUTH__KEYS__FILE".to_owned(), "/nowhere/keys.json".to_owned())];
    let piped = |arguments: &[&str], ring: Option<&str>| {
        let arguments = [&["keys"], arguments, &["--file", "-"]].concat();
        let output = run_with("auth-service", &arguments, &environment, ring.map(str::to_owned));
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let keys = |ring: &str| -> Vec<Value> {
        let ring: Value = serde_json::from_str(ring).expect("standard output is the ring alone");
        ring["keys"].as_array().expect("keys").clone()
    };
    let (code, first, said) = piped(&["new"], None);
    assert_eq!((code, keys(&first).len()), (Some(0), 1), "{said}");
    assert!(said.contains("which signs") && !said.contains("\"k\""), "{said}");

    let (code, second, said) = piped(&["rotate", "--alg", "EdDSA"], Some(&first));
    assert_eq!((code, keys(&second).len()), (Some(0), 2), "{said}");
    assert!(said.contains("only verifies; run this again in 100 s"), "{said}");
    assert_eq!(keys(&second)[0], keys(&first)[0]);

    let (code, nothing, said) = piped(&["rotate", "--alg", "EdDSA"], Some(&second));
    assert_eq!((code, nothing.as_str()), (Some(1), ""), "no ring where nothing was changed: {said}");
    assert!(said.contains("nothing was changed"), "{said}");

    let (code, listed, said) = piped(&["list"], Some(&second));
    assert_eq!((code, listed.lines().count()), (Some(0), 2), "{said}");
    assert!(listed.contains("HS256  signs") && listed.contains("EdDSA  verifies, on its way in"), "{listed}");

    for (ring, why) in [("{", "standard input"), (r#"{"keys": []}"#, "no key signs")] {
        let (code, nothing, said) = piped(&["rotate"], Some(ring));
        assert_eq!((code, nothing.as_str(), said.lines().count()), (Some(1), "", 1), "{said}");
        assert!(said.contains(why), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_shared_key_to_eddsa_under_load_no_request_fails() {
    // Files are polled every 5 s; tokens live 3, and 5 of leeway.
    const SPREAD: u64 = 6;
    const OVERLAP: u64 = 9;
    let mut stack = Stack::replicated_with(&[("AUTH__TOKENS__ACCESS_TTL", "3")]).await;
    let environment = stack.auth_environment.clone();
    let over = AtomicBool::new(false);
    let rotate = async {
        for wait in [SPREAD, OVERLAP, 0] {
            let (spread, overlap) = (SPREAD.to_string(), OVERLAP.to_string());
            let waits = ["--spread", &spread, "--overlap", &overlap];
            let arguments = [&["keys", "rotate", "--alg", "EdDSA"], &waits[..]].concat();
            let environment = environment.clone();
            let arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
            let ran = tokio::task::spawn_blocking(move || {
                run("auth-service", &arguments.iter().map(String::as_str).collect::<Vec<_>>(), &environment)
            });
            let ran = ran.await.expect("a command that ends");
            assert!(ran.status.success(), "{ran:?}");
            tokio::time::sleep(Duration::from_secs(wait)).await;
        }
        over.store(true, Ordering::Relaxed);
    };
    let load = async {
        let mut user = stack.scientist().await;
        let mut requests = 0;
        while !over.load(Ordering::Relaxed) {
            let renewed = user.refresh().await;
            assert_eq!(renewed.status, 200, "{renewed:?}");
            for _ in 0..2 * stack.resource.len() {
                let read = user.get("/api/calculations").await;
                assert_eq!(read.status, 200, "{read:?}");
                requests += 1;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        (user.token.expect("a token"), requests)
    };
    let ((token, requests), ()) = tokio::join!(load, rotate);
    assert!(kid_of(&token).starts_with("eddsa") && requests > 100, "{requests} requests, {token}");

    // Now a replica needs no secret, and lives on when auth-service does not.
    let url = format!("{}/.well-known/jwks.json", stack.auth[0].base);
    stack.resource_environment.retain(|(name, _)| name != "RESOURCE__KEYS__FILE");
    stack.resource_environment.push(("RESOURCE__KEYS__JWKS_URL".into(), url));
    stack.resource = vec![stack.another("resource-service").await];
    let fresh = stack.scientist().await.token.expect("a token");
    stack.auth.iter_mut().for_each(Process::kill);
    assert_eq!(stack.anonymous().with_token(&fresh).get("/api/calculations").await.status, 200);
}
