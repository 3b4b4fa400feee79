//! Which kinds of principal may call what, and what must be confirmed.

use shared_models::{
    auth::UserChange,
    claims::AuthorizationDetail,
    clients::{GrantType, NewClient},
};

use super::*;
use crate::{
    domain::{
        audit::{Action, Entry},
        password::Password,
    },
    ops::{
        Origin,
        token::{Exchange, PasswordGrant},
    },
    store::AuditFilter,
};

fn with(request: TestRequest, token: &str) -> TestRequest {
    request.insert_header((AUTHORIZATION, format!("Bearer {token}")))
}

fn sign_up() -> TestRequest {
    post("/auth/users").set_json(json!({"email": "new@example.org", "password": "seven green lanterns"}))
}

#[actix_web::test]
async fn where_registration_is_closed_a_scope_opens_it() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let root = world.user_with_roles("root@example.org", vec!["admin".into()]).await;
    let app = service!(world, Access::Scope("users:write"));
    assert_eq!(code(send!(app, sign_up())).await, (401, "invalid_token".into()));
    let scientist = world.login("ada@example.org").await.access_token;
    assert_eq!(code(send!(app, with(sign_up(), &scientist))).await, (403, "insufficient_scope".into()));
    let admin = world.login("root@example.org").await.access_token;
    let made = send!(app, with(sign_up(), &admin));
    assert_eq!(made.status(), 201);
    let made = body(made).await["id"].as_str().unwrap().to_owned();
    let filter = AuditFilter { target: Some(made), limit: 10, ..AuditFilter::default() };
    let entries = world.auth.audit(&filter).await.unwrap();
    assert_eq!(entries[0].actor.as_deref(), Some(root.id.as_str()));
}

#[actix_web::test]
async fn a_disabled_or_logged_out_administrator_makes_no_user() {
    let world = World::new().await;
    let root = world.admin().await;
    let admin = world.user_with_roles("second@example.org", vec!["admin".into()]).await;
    let app = service!(world, Access::Scope("users:write"));
    let out = world.login("second@example.org").await;
    world.auth.logout(&out.refresh_token.expose(), Origin::default()).await.unwrap();
    let disabled = world.login("second@example.org").await;
    let change = UserChange { disabled: Some(true), ..UserChange::default() };
    world.auth.change_user(&root, &admin.id, &change).await.unwrap();
    for token in [out.access_token, disabled.access_token] {
        assert_eq!(code(send!(app, with(sign_up(), &token))).await, (401, "invalid_token".into()));
        // The token is refused before the body is read.
        let broken = with(post("/auth/users").set_payload("{"), &token);
        assert_eq!(code(send!(app, broken)).await, (401, "invalid_token".into()));
    }
}

#[actix_web::test]
async fn where_registration_is_open_the_audit_log_names_the_administrator_who_makes_a_user() {
    let world = World::new().await;
    let root = world.user_with_roles("root@example.org", vec!["admin".into()]).await;
    let app = service!(world);
    let admin = world.login("root@example.org").await.access_token;
    let made = body(send!(app, with(sign_up(), &admin))).await["id"].as_str().unwrap().to_owned();
    let filter = AuditFilter { target: Some(made), limit: 10, ..AuditFilter::default() };
    assert_eq!(world.auth.audit(&filter).await.unwrap()[0].actor, Some(root.id));
    let other = post("/auth/users")
        .set_json(json!({"email": "other@example.org", "password": "seven green lanterns"}));
    assert_eq!(send!(app, with(other, "no token")).status(), 201);
}

#[actix_web::test]
async fn a_session_that_a_client_opened_is_no_login() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let app = service!(world);
    let scopes = ["calculations:read", "calculations:write", "reviews:read", "reviews:write", "series:read"];
    let scopes = [scopes.as_slice(), &["series:write"]].concat().into_iter().map(str::to_owned).collect();
    let grants = Some(vec![GrantType::Password]);
    let wanted = NewClient { name: "old program".into(), scopes, grants };
    let (client, _) = world.auth.create_client(&World::acting("root", "*"), &wanted).await.unwrap();
    let asked = PasswordGrant {
        username: "ada@example.org".into(),
        password: Password::new(World::PASSWORD),
        scope: None,
        device: None,
        origin: Origin::default(),
    };
    let token = world.auth.password_token(&client, asked).await.unwrap().access_token;
    assert_eq!(send!(app, with(TestRequest::get().uri("/auth/users/me"), &token)).status(), 200);
    let rename = TestRequest::patch().uri("/auth/users/me").set_json(json!({"full_name": "Eve"}));
    assert_eq!(code(send!(app, with(rename, &token))).await, (403, "login_required".into()));
    let password = TestRequest::put()
        .uri("/auth/users/me/password")
        .set_json(json!({"current": World::PASSWORD, "new": "seven green lanterns"}));
    assert_eq!(code(send!(app, with(password, &token))).await, (403, "login_required".into()));
}

#[actix_web::test]
async fn the_audit_log_names_a_caller_whom_a_row_refuses_once_a_minute() {
    let world = World::new().await;
    let user = world.user("ada@example.org").await;
    let app = service!(world);
    let login = world.login("ada@example.org").await.access_token;
    let narrowed = world.try_login("ada@example.org", World::PASSWORD, Some("series:read")).await.unwrap();
    let (key, _) = world.key(&user.id, "calculations:read").await;
    let of_key = world.auth.client_token(&key, world.auth.now(), None).await.unwrap().access_token;
    let patch = || TestRequest::patch().uri("/auth/users/x?y=z").set_json(json!({"disabled": true}));
    let get = |path: &str| TestRequest::get().uri(path);
    for (request, status) in [
        (with(patch(), &login), 403),
        (with(patch(), &login), 403),
        (with(get("/auth/api-keys"), &of_key), 403),
        // The token's claims admit a login; the store says that it is a narrowed one.
        (with(get("/auth/sessions"), &narrowed.access_token), 403),
        (get("/auth/roles"), 401),
        (with(get("/auth/users/me"), &login), 200),
    ] {
        assert_eq!(send!(app, request).status(), status);
    }
    let found = async |count: usize| {
        let filter = AuditFilter { action: Some(Action::AccessRefused), limit: 9, ..AuditFilter::default() };
        for _ in 0..200 {
            let entries = world.auth.audit(&filter).await.unwrap();
            if entries.len() >= count {
                return entries;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("fewer than {count} entries")
    };
    let entries = found(3).await;
    assert!(entries.iter().all(|entry| !entry.succeeded && entry.actor.as_ref() == Some(&user.id)));
    let row_of = |entry: &Entry| {
        (entry.target.clone().unwrap().id, entry.client_id.clone().unwrap(), entry.detail.clone().unwrap())
    };
    let mut refused: Vec<_> = entries.iter().map(row_of).collect();
    refused.sort();
    let expected = [
        ("GET /auth/api-keys", key.id.as_str(), "An API key cannot call this"),
        ("GET /auth/sessions", "tessera", "This needs a login with all of your scopes"),
        ("PATCH /auth/users/{id}", "tessera", "This needs the scope users:write"),
    ];
    for ((row, client, detail), refused) in expected.into_iter().zip(&refused) {
        assert_eq!((row, client), (refused.0.as_str(), refused.1.as_str()));
        assert!(refused.2.starts_with(detail), "{}", refused.2);
    }
    assert_eq!(refused.len(), 3);
    world.advance(60);
    send!(app, with(patch(), &login));
    assert_eq!(found(4).await.len(), 4);
}

#[actix_web::test]
async fn a_role_of_a_later_version_is_listed_as_it_is() {
    let world = World::new().await;
    world.user_with_roles("root@example.org", vec!["admin".into()]).await;
    let app = service!(world);
    let admin = world.login("root@example.org").await.access_token;
    world.stored_role("lab", "a:read b:read[own=\"x\"]").await;
    world.advance(1);
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let listed = body(send!(app, with(TestRequest::get().uri("/auth/roles"), &admin))).await;
    let lab = json!({"name": "lab", "scopes": ["a:read", "b:read[own=\"x\"]"], "built_in": false});
    assert!(listed["items"].as_array().unwrap().contains(&lab), "{listed}");
}

#[actix_web::test]
async fn a_client_and_a_key_of_a_later_version_are_listed_as_they_are() {
    let world = World::new().await;
    let root = world.user_with_roles("root@example.org", vec!["admin".into()]).await;
    let app = service!(world);
    let admin = world.login("root@example.org").await.access_token;
    let made = json!({"name": "loader", "scopes": ["a:read"]});
    let made = body(send!(app, with(post("/auth/clients").set_json(made), &admin))).await;
    let client = made["client_id"].as_str().unwrap();
    let (key, _) = world.key(&root.id, "a:read").await;
    for (id, uri) in [(client, "/auth/clients"), (&key.id, "/auth/api-keys")] {
        world.stored_client_scopes(id, "a:read b:read[own=\"x\"]").await;
        let listed = body(send!(app, with(TestRequest::get().uri(uri), &admin))).await;
        assert_eq!(listed["items"][0]["client_id"], id);
        assert_eq!(listed["items"][0]["scopes"], json!(["a:read", "b:read[own=\"x\"]"]), "{listed}");
    }
}

#[actix_web::test]
async fn what_could_lock_its_user_out_needs_a_recent_login_or_the_password() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let app = service!(world);
    let mut grant = world.login("ada@example.org").await;
    for _ in 0..4 {
        world.advance(250);
        grant = world.refresh(&grant.refresh_token).await.unwrap();
    }
    let token = grant.access_token.as_str();
    let key = |password: Option<&str>| {
        let mut body = json!({"name": "k", "scopes": ["series:read"]});
        if let Some(password) = password {
            body["current_password"] = password.into();
        }
        post("/auth/api-keys").set_json(body)
    };
    let all = |password: Option<&str>| confirmed(TestRequest::delete().uri("/auth/sessions"), password);
    let me = |password: Option<&str>| confirmed(TestRequest::delete().uri("/auth/users/me"), password);
    for request in [key(None), all(None), me(None)] {
        let response = send!(app, with(request, token));
        let challenge = header(&response, WWW_AUTHENTICATE).to_owned();
        assert!(challenge.contains("insufficient_user_authentication") && challenge.contains("900"));
        let problem = body(response).await;
        assert_eq!(
            (problem["status"].as_u64(), problem["code"].as_str()),
            (Some(403), Some("login_required"))
        );
        assert!(problem["detail"].as_str().unwrap().contains("current_password"), "{problem}");
    }
    let wrong = Some("not the password at all");
    for request in [key(wrong), all(wrong), me(wrong)] {
        assert_eq!(code(send!(app, with(request, token))).await, (401, "invalid_credentials".into()));
    }
    let right = Some(World::PASSWORD);
    assert_eq!(send!(app, with(key(right), token)).status(), 201);
    assert_eq!(send!(app, with(all(right), token)).status(), 204);
    let fresh = world.login("ada@example.org").await.access_token;
    assert_eq!(send!(app, with(me(None), &fresh)).status(), 204);
}

fn confirmed(request: TestRequest, password: Option<&str>) -> TestRequest {
    match password {
        Some(password) => request.set_json(json!({"current_password": password})),
        None => request,
    }
}

#[actix_web::test]
async fn a_job_grant_opens_nothing_here_but_can_introspect_and_revoke_itself() {
    let world = World::new().await;
    world.user_with_roles("root@example.org", vec!["admin".into()]).await;
    let app = service!(world);
    let login = world.login("root@example.org").await.access_token;
    let asked = Exchange {
        subject_token: login.clone(),
        scope: Some("users:read users:write clients:write".parse().unwrap()),
        details: vec![AuthorizationDetail { kind: "calculation".into(), identifier: "c-1".into() }],
        device: None,
        origin: Origin::default(),
    };
    let job = world.auth.exchange_token(None, asked).await.unwrap();
    let client = json!({"name": "c", "scopes": ["*"]});
    for request in [
        TestRequest::get().uri("/auth/users"),
        TestRequest::get().uri("/auth/users/me"),
        post("/auth/clients").set_json(client),
    ] {
        let refusal = code(send!(app, with(request, &job.access_token))).await;
        assert_eq!(refusal, (403, "login_required".into()));
    }
    let introspect = |token: &str| {
        let form = [("client_id", "tessera-job"), ("token", token)];
        post("/auth/introspect").set_form(form)
    };
    let answer = body(send!(app, introspect(&job.access_token))).await;
    assert_eq!((answer["active"].as_bool(), answer["client_id"].as_str()), (Some(true), Some("tessera-job")));
    // It learns nothing of tokens that are not its own.
    assert_eq!(body(send!(app, introspect(&login))).await, json!({"active": false}));
    let revoke = post("/auth/revoke").set_form([("client_id", "tessera-job"), ("token", &job.access_token)]);
    assert_eq!(send!(app, revoke).status(), 200);
    assert_eq!(body(send!(app, introspect(&job.access_token))).await, json!({"active": false}));
}
