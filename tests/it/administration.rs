//! What administrators do, and what they cannot.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Caller, Stack, caller::send, on_both_stores};

on_both_stores!(
    users_are_listed_by_what_they_are_a_page_at_a_time,
    a_disabled_user_is_out_at_once,
    the_last_administrator_stays,
    nobody_reaches_beyond_their_own_scopes,
    a_role_reaches_every_replica_with_the_answer,
    a_forced_change_of_the_password_comes_before_everything,
    who_holds_a_body_back_is_asked_for_when_it_is_here,
    a_stranger_who_knows_an_id_does_not_lock_its_user_out
);

const KIM: (&str, &str) = ("kim@example.org", "nine paper boats on a lake");

/// Makes the user `KIM`; their id.
async fn person(stack: &Stack) -> String {
    let made = stack.anonymous().post("/auth/users", &json!({"email": KIM.0, "password": KIM.1})).await;
    assert_eq!(made.status, 201, "{made:?}");
    made.json()["id"].as_str().expect("an id").to_owned()
}

/// An administrator sends the head of a request, is shut out, and sends the rest.
async fn who_holds_a_body_back_is_asked_for_when_it_is_here(stack: Stack) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let admin = stack.admin().await;
    let path = format!("/auth/users/{}", person(&stack).await);
    let promoted =
        send(admin.request(reqwest::Method::PATCH, &path).json(&json!({"roles": ["admin"]}))).await;
    assert_eq!(promoted.status, 200, "{promoted:?}");
    let kim = stack.login(KIM.0, KIM.1).await;
    let body = json!({"disabled": false, "roles": ["admin"]}).to_string();
    let host = stack.auth[0].base.trim_start_matches("http://").to_owned();
    let mut connection = tokio::net::TcpStream::connect(&host).await.expect("a connection");
    let head = format!(
        "PATCH {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{}",
        kim.token.as_deref().expect("a token"),
        body.len(),
        &body[..5]
    );
    connection.write_all(head.as_bytes()).await.expect("a head can be sent");
    tokio::time::sleep(Duration::from_millis(500)).await;
    let out = json!({"disabled": true, "roles": ["viewer"]});
    assert_eq!(send(admin.request(reqwest::Method::PATCH, &path).json(&out)).await.status, 200);
    connection.write_all(&body.as_bytes()[5..]).await.expect("the rest can be sent");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    let now = admin.get(&path).await.json();
    assert_eq!((&now["disabled"], &now["roles"]), (&json!(true), &json!(["viewer"])));
}

async fn a_stranger_who_knows_an_id_does_not_lock_its_user_out(stack: Stack) {
    let known = person(&stack).await;
    let user = stack.login(KIM.0, KIM.1).await;
    for _ in 0..14 {
        stack.anonymous().log_in(&known, "no password at all").await;
    }
    let change = json!({"current": KIM.1, "new": "five lanterns over a quiet harbour"});
    let changed = send(user.request(reqwest::Method::PUT, "/auth/users/me/password").json(&change)).await;
    assert_eq!(changed.status, 204, "{changed:?}");
}

async fn id(caller: &Caller<'_>) -> String {
    caller.get("/auth/users/me").await.json()["id"].as_str().expect("an id").to_owned()
}

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("items");
    items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

async fn users_are_listed_by_what_they_are_a_page_at_a_time(stack: Stack) {
    let admin = stack.admin().await;
    let mut made = vec![id(&admin).await];
    for _ in 0..3 {
        made.push(id(&stack.scientist().await).await);
    }
    let page = admin.get("/auth/users?limit=2").await.json();
    let rest = format!("/auth/users?limit=2&after={}", page["next"].as_str().expect("a cursor"));
    let rest = admin.get(&rest).await.json();
    let mut paged = [ids(&page), ids(&rest)].concat();
    paged.sort();
    made.sort();
    assert_eq!((paged, rest["next"].clone()), (made.clone(), Value::Null));
    for (query, count) in [
        ("role=admin", 1),
        ("role=scientist&disabled=false", 3),
        ("disabled=true", 0),
        ("email=ROOT@example.org", 1),
        ("email=root*", 1),
        ("email=roo", 0),
        ("email=root%2Bx@example.org", 0),
        (&format!("id={},{}", made[0], made[1]), 2),
    ] {
        assert_eq!(ids(&admin.get(&format!("/auth/users?{query}")).await.json()).len(), count, "{query}");
    }
    for bad in ["limit=0", "disabled=maybe", "colour=red", "limit=1&limit=2"] {
        let reply = admin.get(&format!("/auth/users?{bad}")).await;
        let name = bad.split('=').next().expect("a name").to_owned();
        assert_eq!((reply.status, reply.faults()), (422, vec![name]), "{bad}");
    }
    assert_eq!(stack.scientist().await.get("/auth/users").await.code(), "insufficient_scope");
}

async fn a_disabled_user_is_out_at_once(stack: Stack) {
    let (admin, mut ada) = (stack.admin().await, stack.scientist().await);
    let user = id(&ada).await;
    let path = format!("/auth/users/{user}");
    assert_eq!(admin.patch(&path, &json!({"disabled": true})).await.json()["disabled"], true);
    assert_eq!(ada.get("/auth/users/me").await.code(), "invalid_token");
    assert_eq!(ada.refresh().await.status, 401);
    let log = admin.get(&format!("/auth/audit?target={user}&action=user_changed")).await.json();
    assert_eq!(log["items"][0]["actor"], id(&admin).await.as_str());
    assert_eq!(
        (&log["items"][0]["succeeded"], &log["items"][0]["detail"]),
        (&json!(true), &json!("disabled=true"))
    );
    assert!(log["items"][0]["address"].is_string() && log["items"][0]["request_id"].is_string());
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(admin.get(&path).await.code(), "not_found");
}

async fn the_last_administrator_stays(stack: Stack) {
    let admin = stack.admin().await;
    let path = format!("/auth/users/{}", id(&admin).await);
    for change in [json!({"disabled": true}), json!({"roles": ["viewer"]})] {
        assert_eq!(admin.patch(&path, &change).await.code(), "conflict");
    }
    assert_eq!(admin.delete(&path).await.code(), "conflict");
    assert_eq!(admin.delete("/auth/users/me").await.code(), "conflict");
    assert_eq!(admin.get("/auth/users/me").await.status, 200);
}

async fn nobody_reaches_beyond_their_own_scopes(stack: Stack) {
    let (admin, helper, ada) = (stack.admin().await, stack.scientist().await, stack.scientist().await);
    let scopes = json!({"scopes": ["users:read", "users:write", "clients:write"]});
    assert_eq!(admin.put("/auth/roles/helper", &scopes).await.status, 200);
    let path = format!("/auth/users/{}", id(&helper).await);
    assert_eq!(admin.patch(&path, &json!({"roles": ["helper", "scientist"]})).await.status, 200);
    let mut helper = helper;
    assert_eq!(helper.refresh().await.status, 200);
    let root = format!("/auth/users/{}", id(&admin).await);
    let theirs = format!("/auth/users/{}", id(&ada).await);
    assert_eq!(helper.patch(&root, &json!({"password": "a new long password of mine"})).await.status, 403);
    assert_eq!(helper.delete(&root).await.status, 403);
    assert_eq!(helper.patch(&theirs, &json!({"roles": ["admin"]})).await.code(), "insufficient_scope");
    let wide = json!({"name": "x", "scopes": ["audit:read"]});
    assert_eq!(helper.post("/auth/clients", &wide).await.code(), "insufficient_scope");
    assert_eq!(helper.patch(&theirs, &json!({"disabled": true})).await.status, 200);
    let log = admin.get("/auth/audit?action=user_changed").await.json();
    let refused = log["items"].as_array().expect("items").iter().filter(|entry| entry["succeeded"] == false);
    assert_eq!(refused.count(), 2);
}

async fn a_role_reaches_every_replica_with_the_answer(stack: Stack) {
    let (admin, mut ada) = (stack.admin().await, stack.scientist().await);
    for collection in ["molecules", "crystals"] {
        let scopes = json!({"scopes": [format!("{collection}:read")]});
        assert_eq!(admin.put("/auth/roles/scientist", &scopes).await.status, 200);
        for _ in 0..2 * stack.auth.len() {
            let renewed = ada.refresh().await;
            assert_eq!(renewed.json()["scope"], format!("{collection}:read"), "{renewed:?}");
        }
    }
    assert_eq!(admin.delete("/auth/roles/scientist").await.code(), "conflict");
    assert_eq!(admin.put("/auth/roles/admin", &json!({"scopes": []})).await.code(), "conflict");
    assert_eq!(admin.put("/auth/roles/Bad", &json!({"scopes": []})).await.code(), "validation_error");
    let roles = admin.get("/auth/roles").await.json();
    assert_eq!(roles["items"].as_array().map(Vec::len), Some(3));
}

async fn a_forced_change_of_the_password_comes_before_everything(stack: Stack) {
    let (admin, ada) = (stack.admin().await, stack.scientist().await);
    let user = ada.get("/auth/users/me").await.json();
    let (path, email) =
        (format!("/auth/users/{}", user["id"].as_str().expect("an id")), user["email"].clone());
    let provisional = "something to begin with";
    assert_eq!(admin.patch(&path, &json!({"password": provisional})).await.status, 200);
    assert_eq!(ada.get("/auth/users/me").await.status, 401);
    let mut ada = stack.anonymous();
    let reply = ada.log_in(email.as_str().expect("an address"), provisional).await;
    assert_eq!(
        (reply.json()["must_change_password"].clone(), reply.json()["scope"].clone()),
        (json!(true), json!(""))
    );
    assert_eq!(ada.get("/api/calculations").await.status, 403);
    let change = json!({"current": provisional, "new": "what nobody but me will know"});
    assert_eq!(ada.put("/auth/users/me/password", &change).await.status, 204);
    assert_eq!(ada.refresh().await.status, 200);
    assert_eq!(ada.get("/api/calculations").await.status, 200);
}
