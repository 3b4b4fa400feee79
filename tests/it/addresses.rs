//! Addresses and names: two accounts never look the same, and one address has one account.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Stack, on_both_stores};

on_both_stores!(
    what_nobody_sees_is_refused_by_name,
    a_domain_in_letters_and_in_ascii_is_one_account,
    a_plus_that_arrived_as_a_blank_is_explained
);

const PASSWORD: &str = "seven green lanterns";

fn unique() -> String {
    Uuid::new_v4().simple().to_string()
}

fn sign_up(email: &str, full_name: &str) -> Value {
    json!({"email": email, "password": PASSWORD, "full_name": full_name})
}

async fn what_nobody_sees_is_refused_by_name(stack: Stack) {
    let address = format!("{}@example.org", unique());
    for (email, full_name, pointer, character) in [
        (format!("a\u{200b}{address}"), "Ada", "/email", "U+200B"),
        (format!("a\u{ad}{address}"), "Ada", "/email", "U+00AD"),
        (format!("{address}\u{202e}"), "Ada", "/email", "U+202E"),
        (format!("\u{378}{address}"), "Ada", "/email", "U+0378"),
        (address.clone(), "\u{200b}", "/full_name", "U+200B"),
        (address.clone(), "A\u{202e}b", "/full_name", "U+202E"),
        (address.clone(), "A\u{2066}b", "/full_name", "U+2066"),
        (address.clone(), "A\u{378}", "/full_name", "U+0378"),
    ] {
        let reply = stack.anonymous().post("/auth/users", &sign_up(&email, full_name)).await;
        assert_eq!((reply.status, reply.faults()), (422, vec![pointer.to_owned()]), "{character}");
        assert!(reply.text.contains(character), "{}", reply.text);
    }
    let ada = stack.scientist().await;
    let reply = ada.patch("/auth/users/me", &json!({"full_name": "A\u{200d}b"})).await;
    assert_eq!((reply.status, reply.faults()), (422, vec!["/full_name".to_owned()]));
    let reply =
        ada.post("/auth/api-keys", &json!({"name": "k\u{2063}", "scopes": ["calculations:read"]})).await;
    assert_eq!((reply.status, reply.faults()), (422, vec!["/name".to_owned()]));
    let reply = stack.anonymous().post("/auth/users", &sign_up(&address, "علی\u{200c}رضا  陳")).await;
    assert_eq!((reply.status, &reply.json()["full_name"]), (201, &json!("علی\u{200c}رضا 陳")));
}

async fn a_domain_in_letters_and_in_ascii_is_one_account(stack: Stack) {
    let local = unique();
    let spellings = ["bücher.example", "xn--bcher-kva.example", "BÜCHER.Example", "XN--BCHER-KVA.example"]
        .map(|domain| format!("{local}@{domain}"));
    let made = stack.anonymous().post("/auth/users", &sign_up(&spellings[1], "Ada")).await;
    assert_eq!((made.status, &made.json()["email"]), (201, &json!(spellings[1])));
    let admin = stack.admin().await;
    for spelling in &spellings {
        let again = stack.anonymous().post("/auth/users", &sign_up(spelling, "Eve")).await;
        assert_eq!((again.status, again.code().as_str()), (409, "conflict"), "{spelling}");
        assert_eq!(stack.anonymous().log_in(spelling, PASSWORD).await.status, 200, "{spelling}");
        let found = admin.get(&format!("/auth/users?email={spelling}")).await.json();
        assert_eq!(found["items"][0]["id"], made.json()["id"], "{spelling}");
    }
}

async fn a_plus_that_arrived_as_a_blank_is_explained(stack: Stack) {
    let (local, admin) = (unique(), stack.admin().await);
    let email = format!("{local}+jobs@example.org");
    assert_eq!(stack.anonymous().post("/auth/users", &sign_up(&email, "Ada")).await.status, 201);
    for query in [format!("{local}+jobs@example.org"), format!("{local}%20*")] {
        let reply = admin.get(&format!("/auth/users?email={query}")).await;
        assert_eq!((reply.status, reply.faults()), (422, vec!["email".to_owned()]));
        assert!(reply.text.contains("%2B"), "{}", reply.text);
    }
    let found = admin.get(&format!("/auth/users?email={local}%2Bjobs@example.org")).await.json();
    assert_eq!(found["items"][0]["email"], json!(email));
}
